"""Writing weeks of a stage: together, and one by one where that fails."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest

from wod_pipeline.errors import StorageUnavailable
from wod_pipeline.storage import Written
from wod_pipeline.storage.stages import write_each
from wod_pipeline_tests.builders import STORED_MONDAY, weeks_before

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
