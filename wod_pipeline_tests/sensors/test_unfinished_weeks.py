"""Weeks that a failed run stored go on through the assets below, and nothing else is requested."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from wod_pipeline.adapters import open_lake, open_table
from wod_pipeline.definitions import build_defs
from wod_pipeline.jobs import (
    SESSIONS,
    TRAINING_WEEK,
    backfill_tags,
    command_tags,
    origin_of,
    range_tags,
    weeks_of_run,
)
from wod_pipeline.sensors.ticks import write_cursor
from wod_pipeline.sensors.unfinished_weeks import UnfinishedWeeksState, UnfinishedWeeksTick
from wod_pipeline.settings import Settings, load_settings
from wod_pipeline.storage.stages import write_stage
from wod_pipeline.weeks import WEEK
from wod_pipeline_tests.builders import MONDAY, raw_post, weekly

WEEKS = [MONDAY + n * WEEK for n in range(5)]
NEVER_FETCHED = WEEKS[2]
SINCE = UnfinishedWeeksState(dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc))
NOW = dt.datetime(2099, 1, 1, tzinfo=dt.timezone.utc)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = load_settings({"WOD_DATA_DIR": str(tmp_path), "WOD_START_WEEK": "2026-01-05"})
    posts = {w: weekly(raw_post(monday=w, number=n), week=w) for n, w in enumerate(WEEKS, start=1)}
    del posts[NEVER_FETCHED]
    write_stage(open_lake(settings), "raw_posts", posts)
    return settings


def run(
    settings: Settings, instance: dg.DagsterInstance, assets: tuple[str, ...], **tags: str
) -> dg.ExecuteInProcessResult:
    return (
        build_defs(settings)
        .resolve_job_def(TRAINING_WEEK)
        .execute_in_process(
            instance=instance,
            tags=tags,
            asset_selection=[dg.AssetKey(asset) for asset in assets],
            raise_on_error=False,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
    )


def tick(instance: dg.DagsterInstance, state: UnfinishedWeeksState = SINCE) -> list[dg.RunRequest]:
    requests, _, _ = UnfinishedWeeksTick(instance, logging.getLogger("tick"), lambda _: True).run(NOW, state)
    return requests


ALL = range_tags((WEEKS[0], WEEKS[-1]))


def test_the_weeks_beside_one_that_was_never_fetched_go_on_through_the_later_assets(
    settings: Settings, instance: dg.DagsterInstance
) -> None:
    failed = run(settings, instance, SESSIONS[1:], **ALL, **backfill_tags("b1"))
    assert not failed.success
    assert list(open_table(settings).weeks()) == []
    requests = tick(instance)
    assert [request.tags["dagster/asset_partition_range_end"] for request in requests] == [
        str(WEEKS[1]),
        str(WEEKS[-1]),
    ]
    for request in requests:
        assert run(settings, instance, names(request), **request.tags).success
    assert sorted(week.week for week in open_table(settings).weeks()) == [
        w for w in WEEKS if w != NEVER_FETCHED
    ]
    assert tick(instance) == requests, "the run keys let Dagster drop these"


def names(request: dg.RunRequest) -> tuple[str, ...]:
    return tuple(key.path[-1] for key in request.asset_selection or ())


def test_what_is_requested_are_the_selected_assets_below_the_failed_one(
    settings: Settings, instance: dg.DagsterInstance
) -> None:
    run(settings, instance, SESSIONS[1:3], **ALL)
    assert {names(request) for request in tick(instance)} == {("daily_sessions",)}


@pytest.mark.parametrize(
    ("assets", "tags"),
    [
        (("plain_text_posts",), ALL),
        (SESSIONS[1:], {"dagster/partition": str(NEVER_FETCHED)}),
        (SESSIONS[1:], {**command_tags((WEEKS[0], WEEKS[-1]))}),
        (SESSIONS[1:], range_tags((WEEKS[3], WEEKS[4]))),
    ],
    ids=["nothing below", "one week", "the command line goes on itself", "a run that succeeded"],
)
def test_nothing_is_requested_where_nothing_can_go_on(
    settings: Settings, instance: dg.DagsterInstance, assets: tuple[str, ...], tags: dict[str, str]
) -> None:
    run(settings, instance, assets, **tags)
    assert tick(instance) == []


@pytest.mark.parametrize(
    ("tags", "origin"),
    [({}, "person"), ({"dagster/schedule_name": "weekly"}, "schedule"), (backfill_tags("b1"), "person")],
)
def test_the_further_run_counts_as_started_by_whoever_started_the_failed_one(
    settings: Settings, instance: dg.DagsterInstance, tags: dict[str, Any], origin: str
) -> None:
    run(settings, instance, SESSIONS[1:], **ALL, **tags)
    for request in tick(instance):
        assert origin_of({**request.tags, "dagster/sensor_name": "unfinished_weeks"}) == origin


def test_the_first_tick_notes_the_time_and_looks_at_nothing_older(
    settings: Settings, instance: dg.DagsterInstance
) -> None:
    run(settings, instance, SESSIONS[1:], **ALL)
    assert tick(instance, UnfinishedWeeksState()) == []
    assert tick(instance, UnfinishedWeeksState(NOW)) == []


@pytest.mark.parametrize(("start", "ranges"), [(WEEKS[1], 2), (WEEKS[3], 1), (WEEKS[4] + WEEK, 0)])
def test_weeks_that_have_left_the_program_since_are_not_requested_and_fail_no_tick(
    settings: Settings, instance: dg.DagsterInstance, start: dt.date, ranges: int
) -> None:
    run(settings, instance, SESSIONS[1:], **ALL)
    repository = build_defs(replace(settings, start_week=start)).get_repository_def()
    sensor = repository.get_sensor_def("unfinished_weeks")
    context = dg.build_sensor_context(instance, write_cursor(SINCE), repository_def=repository)
    requests = sensor.evaluate_tick(context).run_requests or []
    assert len(requests) == ranges
    assert all(weeks[0] >= start for request in requests if (weeks := weeks_of_run(request.tags)))


def test_more_failed_runs_than_are_read_at_a_time_are_all_looked_at(
    settings: Settings, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wod_pipeline.sensors.unfinished_weeks.MAX_RUNS", 2)
    for _ in range(5):
        run(settings, instance, SESSIONS[1:3], **ALL)
    failed = {run.run_id for run in instance.get_runs()}
    assert {request.tags["wod/continues"] for request in tick(instance)} == failed
