"""Runs by their tags: which weeks they cover, and who launched them."""

from __future__ import annotations

import datetime as dt

import pytest

from wod_pipeline.jobs import origin_of, range_tags, weeks_of_run

MONDAY = dt.date(2026, 11, 23)


@pytest.mark.parametrize(
    ("tags", "origin"),
    [
        ({}, "person"),
        ({"dagster/schedule_name": "weekly"}, "schedule"),
        ({"dagster/sensor_name": "new_posts"}, "sensor"),
        ({"dagster/backfill": "abc", "dagster/sensor_name": "x"}, "backfill"),
        ({"dagster/backfill": "abc", "dagster/schedule_name": "weekly"}, "backfill"),
    ],
)
def test_a_run_tells_who_launched_it(tags: dict[str, str], origin: str) -> None:
    assert origin_of(tags) == origin


def test_a_run_tells_its_weeks() -> None:
    later = dt.date(2026, 12, 7)

    assert weeks_of_run({"dagster/partition": "2026-11-23"}) == (MONDAY, MONDAY)
    assert weeks_of_run(
        {
            "dagster/asset_partition_range_start": "2026-11-23",
            "dagster/asset_partition_range_end": "2026-12-07",
        }
    ) == (MONDAY, later)
    assert weeks_of_run({}) is None
    assert weeks_of_run({"dagster/partition": "everything"}) is None


def test_the_tags_of_a_range_name_its_weeks() -> None:
    weeks = (MONDAY, dt.date(2026, 12, 7))
    assert weeks_of_run(range_tags(weeks)) == weeks
