"""The weekly schedule: when it looks, at which week, when it skips and that no second look is swallowed."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from wod_pipeline.definitions import build_defs
from wod_pipeline.errors import SourceUnavailable
from wod_pipeline.schedules import build_schedules, tick_key
from wod_pipeline.settings import Settings, load_settings
from wod_pipeline_tests.fakes import busy_source_around, source_around
from wod_pipeline_tests.sensors.world import World, local, post_for

ZONE = ZoneInfo("America/Los_Angeles")
UTC = dt.timezone.utc


@pytest.fixture
def settings(tmp_path: object) -> Settings:
    return load_settings({"WOD_DATA_DIR": str(tmp_path), "WOD_START_WEEK": "2026-01-05"})


@pytest.fixture
def world() -> World:
    return World()


def tick(settings: Settings, world: World, at: str, source: object = None) -> dg.RunRequest | str:
    """Evaluate the schedule at that local time: the run request, or why it skips."""
    defs = build_defs(settings, source=source or world.source_resource, session_table=world.table_resource)
    repository = defs.get_repository_def()
    context = dg.build_schedule_context(
        scheduled_execution_time=local(at),
        repository_def=repository,
        resources={"source": source or world.source_resource, "session_table": world.table_resource},
    )
    result = repository.get_schedule_def("weekly").evaluate_tick(context)
    return result.run_requests[0] if result.run_requests else str(result.skip_message)


@pytest.mark.parametrize(
    ("at", "week"),
    [
        ("2026-11-22 18:00", "2026-11-23"),
        ("2026-11-23 06:00", "2026-11-23"),
        ("2026-11-28 18:00", "2026-11-23"),
        ("2026-03-08 18:00", "2026-03-09"),
        ("2026-11-01 18:00", "2026-11-02"),
    ],
)
def test_a_published_week_is_requested_whatever_the_clocks_do(
    settings: Settings, world: World, at: str, week: str
) -> None:
    world.site.posts = [post_for(dt.date.fromisoformat(week), 1)]

    request = tick(settings, world, at)
    assert isinstance(request, dg.RunRequest)
    assert request.partition_key == week


def test_an_unpublished_week_is_skipped_with_the_reason(settings: Settings, world: World) -> None:
    assert tick(settings, world, "2026-11-22 18:00") == (
        "No post for the week of 2026-11-23 is published yet; looking again at the next tick."
    )


def test_a_stored_week_is_skipped_until_it_is_edited(settings: Settings, world: World) -> None:
    week = dt.date(2026, 11, 23)
    world.site.posts = [post_for(week, 1)]
    world.run(week, week)
    assert tick(settings, world, "2026-11-23 06:00") == "The week of 2026-11-23 is stored as it is published."

    world.site.posts = [post_for(week, 1, "edited")]
    assert isinstance(tick(settings, world, "2026-11-23 18:00"), dg.RunRequest)


def test_while_another_run_asks_the_site_the_week_gets_a_run_that_waits(
    settings: Settings, world: World
) -> None:
    request = tick(settings, world, "2026-11-23 06:00", busy_source_around(world.site))
    assert isinstance(request, dg.RunRequest)
    assert request.partition_key == "2026-11-23"


def test_a_second_look_at_the_same_week_has_another_run_key(settings: Settings, world: World) -> None:
    world.site.posts = [post_for(dt.date(2026, 11, 23), 1)]
    keys = [
        tick(settings, world, at).run_key
        for at in ("2026-11-22 18:00", "2026-11-22 20:00", "2026-11-23 06:00")
    ]

    assert len(set(keys)) == 3


def test_the_hour_that_comes_twice_has_two_run_keys() -> None:
    once = dt.datetime(2026, 11, 1, 1, 30, tzinfo=ZONE)

    assert tick_key(dt.date(2026, 11, 2), once) != tick_key(dt.date(2026, 11, 2), once.replace(fold=1))


def test_a_site_that_cannot_be_read_fails_the_tick(settings: Settings, world: World) -> None:
    with pytest.raises(Exception, match="weekly") as failure:
        tick(settings, world, "2026-11-22 18:00", source_around(SourceUnavailable("no answer")))
    assert isinstance(failure.value.__cause__, SourceUnavailable)


def test_it_looks_on_sunday_evening_before_the_deadline_and_twice_a_day_through_the_week(
    settings: Settings,
) -> None:
    (schedule,) = build_schedules(settings)

    assert schedule.cron_schedule == ["0 18,20 * * 0", "0 6,18 * * 1-6"]
    assert schedule.execution_timezone == "America/Los_Angeles"


def test_its_times_zone_and_status_are_settings() -> None:
    environ = {
        "WOD_PUBLISH_CRON": "30 17 * * 6",
        "WOD_RECHECK_CRON": "0 * * * *",
        "WOD_TIMEZONE": "Europe/Berlin",
        "WOD_AUTOMATION": "off",
    }
    (schedule,) = build_schedules(load_settings(environ))

    assert schedule.cron_schedule == ["30 17 * * 6", "0 * * * *"]
    assert schedule.execution_timezone == "Europe/Berlin"
    assert schedule.default_status is dg.DefaultScheduleStatus.STOPPED
