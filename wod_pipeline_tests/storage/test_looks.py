"""The looks at the site in the lake: kept in two small objects, and never a reason to fail."""

from __future__ import annotations

import datetime as dt
import logging

import pytest

from wod_pipeline.errors import StorageUnavailable
from wod_pipeline.looks import Look, LookFailure, Looks, SiteLook
from wod_pipeline.storage import Written
from wod_pipeline.storage.looks import (
    MOST_WEEKS,
    SAME_LOOK,
    SITE_KEY,
    WEEKS_KEY,
    read_looks,
    write_site_look,
    write_week_looks,
)
from wod_pipeline.weeks import WEEK
from wod_pipeline_tests.builders import MONDAY
from wod_pipeline_tests.fakes import MemoryLake

NOW = dt.datetime(2026, 3, 4, 12, tzinfo=dt.timezone.utc)
READ, FAILED = Look(NOW), Look(failed_at=NOW, failure=LookFailure.NO_ANSWER)


class DeadLake(MemoryLake):
    """A lake that neither reads nor writes."""

    def read(self, key: str) -> bytes:
        raise StorageUnavailable("The disk is full.")

    def write(self, key: str, data: bytes) -> Written:
        raise StorageUnavailable("The disk is full.")

    def read_many(self, keys: object) -> dict[str, bytes]:
        raise StorageUnavailable("The disk is full.")


def test_what_is_kept_comes_back() -> None:
    lake = MemoryLake()
    site = SiteLook(Look(NOW - WEEK, NOW, LookFailure.REFUSED), NOW - 2 * WEEK, {MONDAY: NOW})
    write_site_look(lake, site)
    write_week_looks(lake, {MONDAY: READ})
    assert read_looks(lake) == Looks(site, {MONDAY: READ})


def test_weeks_with_a_post_write_nothing_and_forget_what_was_known() -> None:
    lake = MemoryLake()
    write_week_looks(lake, {MONDAY + n * WEEK: None for n in range(520)})
    assert lake.writes == []
    write_week_looks(lake, {MONDAY: READ})
    write_week_looks(lake, {MONDAY: None})
    assert read_looks(lake).weeks == {}


def test_ten_years_of_weeks_are_one_object_of_bounded_size() -> None:
    lake = MemoryLake()
    write_week_looks(lake, {MONDAY + n * WEEK: READ for n in range(520)})
    assert lake.writes == [WEEKS_KEY]
    assert min(read_looks(lake).weeks) == MONDAY + (520 - MOST_WEEKS) * WEEK
    assert len(lake.objects[WEEKS_KEY]) < 16_000


def test_looking_again_at_once_writes_nothing_and_later_does() -> None:
    lake = MemoryLake()
    for minutes in (0, 4, 5):
        write_week_looks(lake, {MONDAY: Look(NOW + dt.timedelta(minutes=minutes))})
    assert len(lake.writes) == 2
    assert read_looks(lake).weeks == {MONDAY: Look(NOW + SAME_LOOK)}


def test_a_success_right_after_a_failure_is_kept() -> None:
    lake = MemoryLake()
    write_week_looks(lake, {MONDAY: Look(NOW)})
    write_week_looks(lake, {MONDAY: Look(failed_at=NOW + SAME_LOOK / 2, failure=LookFailure.NO_ANSWER)})
    write_week_looks(lake, {MONDAY: Look(NOW + SAME_LOOK * 0.7)})
    assert not read_looks(lake).weeks[MONDAY].is_failing


def test_a_failed_look_leaves_the_last_success_known() -> None:
    lake = MemoryLake()
    write_week_looks(lake, {MONDAY: Look(NOW - WEEK)})
    write_week_looks(lake, {MONDAY: FAILED})
    assert read_looks(lake).weeks[MONDAY] == Look(NOW - WEEK, NOW, LookFailure.NO_ANSWER)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"2026-99-99": {}}', b'{"look": 3}', b"\xff"])
def test_an_object_that_cannot_be_read_is_not_known_and_logged(
    data: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    lake = MemoryLake()
    lake.objects = {SITE_KEY: data, WEEKS_KEY: data}
    with caplog.at_level(logging.WARNING):
        assert read_looks(lake).weeks == {}
    assert "is taken as not known" in caplog.text
    write_week_looks(lake, {MONDAY: READ})
    assert read_looks(lake).weeks == {MONDAY: READ}


def test_a_lake_that_fails_is_logged_and_raises_nothing(caplog: pytest.LogCaptureFixture) -> None:
    write_week_looks(DeadLake(), {MONDAY: READ})
    write_site_look(DeadLake(), SiteLook(READ))
    assert read_looks(DeadLake()) == Looks()
    assert "The disk is full." in caplog.text
