"""Why a week is absent, found from the table and the lake."""

from __future__ import annotations

import datetime as dt

from wod_pipeline.absence import AbsenceReason
from wod_pipeline.looks import Look
from wod_pipeline.program import encode
from wod_pipeline.reading.absence import find_absence
from wod_pipeline.storage.looks import write_week_looks
from wod_pipeline.storage.stages import stage_key
from wod_pipeline_tests.builders import MONDAY, not_published, plain_week, raw_post, weekly
from wod_pipeline_tests.fakes import MemoryLake

NOW = dt.datetime(2026, 3, 4, 12, tzinfo=dt.timezone.utc)


class UnreadLake(MemoryLake):
    """A lake that must not be read."""

    def read_many(self, keys: object) -> dict[str, bytes]:
        raise AssertionError


def test_a_week_with_a_post_is_explained_from_the_table_alone() -> None:
    assert find_absence(UnreadLake(), MONDAY, plain_week(MONDAY)).reason is AbsenceReason.NOTHING_ON_DAY
    assert find_absence(None, MONDAY, None).reason is AbsenceReason.NOT_STORED


def test_the_last_look_is_read_from_the_lake() -> None:
    lake = MemoryLake()
    write_week_looks(lake, {MONDAY: Look(NOW)})
    absence = find_absence(lake, MONDAY, not_published(MONDAY))
    assert (absence.reason, absence.looked_at) == (AbsenceReason.NOT_PUBLISHED, NOW)


def test_a_fetched_post_whose_sessions_are_not_stored_is_told_apart() -> None:
    lake = MemoryLake()
    lake.objects[stage_key("raw_posts", MONDAY)] = encode(weekly(raw_post()))
    assert find_absence(lake, MONDAY, None).reason is AbsenceReason.NOT_READ
    lake.objects[stage_key("raw_posts", MONDAY)] = encode(weekly())
    assert find_absence(lake, MONDAY, None).reason is AbsenceReason.NOT_STORED


def test_a_stored_post_that_cannot_be_read_is_no_error_here() -> None:
    lake = MemoryLake()
    lake.objects[stage_key("raw_posts", MONDAY)] = b"{"
    assert find_absence(lake, MONDAY, None).reason is AbsenceReason.NOT_STORED
