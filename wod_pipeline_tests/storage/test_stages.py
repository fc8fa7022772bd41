"""Writing weeks of a stage, together and one by one where that fails, and reading back the records of the table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest

from wod_pipeline.errors import StorageUnavailable
from wod_pipeline.program import sha256_of
from wod_pipeline.storage import Written
from wod_pipeline.storage._week import digest_of
from wod_pipeline.storage.stages import read_records, records_key, write_each, write_records
from wod_pipeline_tests.builders import STORED_MONDAY, not_published, week_of_words, weeks_before
from wod_pipeline_tests.fakes import MemoryLake

WEEKS = {week.week: week for week in weeks_before(STORED_MONDAY, 6)}


@pytest.mark.parametrize(
    ("refused", "tried_alone"), [(range(6), 3), (range(3), 3), (range(2), 6), ([5], 6)], ids=str
)
def test_after_three_weeks_that_fail_one_by_one_the_store_is_taken_to_have_failed(
    refused: list[int], tried_alone: int
) -> None:
    failing = {week for n, week in enumerate(WEEKS) if n in refused}
    tried: list[int] = []

    def write(values: Mapping[dt.date, Any]) -> dict[dt.date, Written]:
        tried.append(len(values))
        if failing & values.keys():
            raise StorageUnavailable("The disk is full.")
        return {week: Written("file:///x", changed=True) for week in values}

    outcomes = write_each(write, WEEKS)
    assert tried == [6] + [1] * tried_alone
    failed = failing if tried_alone == 6 else set(WEEKS)
    assert {week for week, outcome in outcomes.items() if not isinstance(outcome, Written)} == failed


def test_records_are_those_of_the_table_or_absent() -> None:
    """A week whose records in the lake are older, damaged or missing is absent; one without records is empty."""
    lake = MemoryLake()
    values = [week_of_words("Snatch", "Clean", week=week) for week in sorted(WEEKS)[:4]]
    empty = not_published(sorted(WEEKS)[4])
    write_records(lake, {value.week: value for value in (*values[:3], empty)})
    digests = {value.week: digest_of(map(sha256_of, reversed(value.records))) for value in (*values, empty)}
    older, damaged = values[1].week, values[2].week
    digests[older] = digest_of(map(sha256_of, week_of_words("Jerk", week=older).records))
    lake.objects[records_key(damaged)] = lake.objects[records_key(damaged)].replace(b"Snatch", b"Snotch")
    assert dict(read_records(lake, digests)) == {values[0].week: values[0].records, empty.week: []}
