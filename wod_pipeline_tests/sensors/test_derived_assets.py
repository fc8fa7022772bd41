"""The sensor that lets load and calendar follow the session table: its ticks, and the runs they request."""

from __future__ import annotations

import datetime as dt
import io
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
import pytest
from icalendar import Calendar

from wod_pipeline.adapters import open_lake, open_table
from wod_pipeline.assets import stale_weeks
from wod_pipeline.definitions import build_defs
from wod_pipeline.parser_version import PARSER_VERSION
from wod_pipeline.program import WeekRecords
from wod_pipeline.sensors.derived_assets import LONGEST_RUN, DerivedAssetsTick, run_request
from wod_pipeline.sensors.events import are_weeks_being_run
from wod_pipeline.sensors.ticks import read_cursor, write_cursor
from wod_pipeline.settings import load_settings
from wod_pipeline.storage.stages import calendar_key, load_key
from wod_pipeline.watching.derived import DerivedState, Request
from wod_pipeline_tests.builders import MONDAY, not_published, raw_post, week_records
from wod_pipeline_tests.fakes import MemoryLake, lake_around, started_run, table_around, use_parser_version

WEEK = dt.timedelta(weeks=1)
NOW = dt.datetime(2026, 5, 1, tzinfo=dt.timezone.utc)
LOG = logging.getLogger("derived_assets")
BOTH = ("training_load", "session_calendar")


def week(n: int, sets: int) -> WeekRecords:
    """The n-th week, with that many sets of two lifts."""
    scheme = f"Every 2 minutes, for {2 * sets} minutes ({sets} sets):"
    post = raw_post("Monday", "A.", scheme, "Snatch x 2 reps @ 72%", monday=MONDAY + n * WEEK, number=n + 100)
    return week_records(post)


class World:
    """A table, a lake and the definitions around them; runs are executed in this process, on one instance."""

    def __init__(self, folder: Path, instance: dg.DagsterInstance) -> None:
        environ = {
            "WOD_DATA_DIR": str(folder),
            "WOD_START_WEEK": str(MONDAY),
            "WOD_SOURCE": str(folder),
        }
        self.settings = load_settings(environ, dotenv=folder / "none")
        self.table, self.lake = open_table(self.settings), open_lake(self.settings)
        self.defs = build_defs(self.settings)
        self.instance = instance
        self.cursor: str | None = None

    def tick(self) -> dg.SensorResult:
        """One tick, by the sensor itself."""
        repository = self.defs.get_repository_def()
        sensor = repository.get_sensor_def("derived_assets")
        resources = {key: (self.defs.resources or {})[key] for key in ("session_table", "lake")}
        with dg.build_sensor_context(
            self.instance, self.cursor, repository_def=repository, resources=resources
        ) as context:
            result: Any = sensor(context)
        self.cursor = result.cursor
        return result  # type: ignore[no-any-return]

    def follow(self) -> list[str]:
        """Execute what a tick requests; first and last week of each run, and its assets."""
        return [self.execute(request) for request in self.tick().run_requests or ()]

    def execute(self, request: dg.RunRequest) -> str:
        job = self.defs.resolve_job_def("load_and_calendar")
        tags = {key: value for key, value in request.tags.items() if "range" in key}
        selected = list(request.asset_selection or ())
        result = job.execute_in_process(
            instance=self.instance, partition_key=request.partition_key, tags=tags, asset_selection=selected
        )
        assert result.success
        weeks = sorted(tags.values()) or [str(request.partition_key)]
        return f"{weeks[0]}..{weeks[-1]} {' '.join(key.to_user_string() for key in selected)}"

    def change(self, n: int) -> float | None:
        """`lifts_change_percent` of the n-th week, as stored."""
        frame = pd.read_parquet(io.BytesIO(self.lake.read(load_key(MONDAY + n * WEEK))))
        whole = frame[(frame.by == "week") & (frame.family == "all")]
        return (
            None
            if whole.empty or pd.isna(whole.lifts_change_percent.iloc[0])
            else float(whole.lifts_change_percent.iloc[0])
        )

    def events(self, n: int) -> list[str]:
        data = self.lake.read(calendar_key(MONDAY + n * WEEK))
        return [str(event["STATUS"]) for event in Calendar.from_ical(data).walk("VEVENT")]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Three weeks in the table, stored without load and calendar."""
    with dg.DagsterInstance.ephemeral() as instance:
        world = World(tmp_path, instance)
        world.table.replace_weeks([week(0, 10), week(1, 8), week(2, 4)])
        yield world


def day(n: int) -> str:
    return str(MONDAY + n * WEEK)


def test_weeks_stored_without_load_and_calendar_get_them_and_then_nothing_is_requested(world: World) -> None:
    assert world.follow() == [f"{day(0)}..{day(2)} training_load session_calendar"]
    assert [world.change(n) for n in range(3)] == [None, -20.0, -50.0]
    result = world.tick()
    assert result.run_requests == []
    assert "3 stored weeks: load and calendar are as the session table has them." in str(result.skip_reason)


def test_a_tick_that_has_not_compared_every_year_says_so(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.table.replace_week(week(-60, 4))
    monkeypatch.setattr("wod_pipeline.sensors.derived_assets.read_old", lambda *_: {})
    monkeypatch.setattr("wod_pipeline.watching.derived.MAX_YEARS", 1)
    tick = DerivedAssetsTick(
        world.settings, table_around(world.table), lake_around(world.lake), LOG, lambda _: True
    )
    first = tick.run(NOW, DerivedState(), busy=False)
    assert first.reason == (
        "3 stored weeks: load and calendar are as the session table has them. 1 other week will be compared at the "
        "next ticks."
    )
    assert tick.run(NOW, first.state, busy=False).reason == (
        "4 stored weeks: load and calendar are as the session table has them."
    )


def test_an_edit_of_a_past_week_by_anybody_refreshes_the_weeks_that_read_it(world: World) -> None:
    world.follow()
    world.table.replace_week(week(0, 5))
    assert world.follow() == [f"{day(0)}..{day(2)} training_load session_calendar"]
    assert [world.change(n) for n in range(3)] == [None, 60.0, -50.0]
    chart = world.instance.fetch_materializations(
        dg.AssetRecordsFilter(asset_key=dg.AssetKey("training_load"), asset_partitions=[day(2)]), limit=1
    ).records[0]
    assert chart.asset_materialization
    assert f"{day(0)}    10 ▒" in str(chart.asset_materialization.metadata["chart"].value)
    assert world.tick().run_requests == []


def test_a_week_whose_post_was_dropped_or_moved_away_loses_its_load_and_cancels_its_events(
    world: World,
) -> None:
    world.follow()
    world.table.replace_week(not_published(MONDAY + WEEK), allow_empty=True)
    assert world.follow() == [f"{day(1)}..{day(2)} training_load session_calendar"]
    assert world.events(1) == ["CANCELLED"]
    assert (world.change(1), world.change(2)) == (None, None)


def test_a_corrupt_load_is_found_after_a_change_of_its_year_and_made_again_alone(world: World) -> None:
    world.follow()
    assert world.follow() == []
    world.lake.write(load_key(MONDAY), b"PAR1")
    world.table.replace_week(week(3, 4))
    assert world.follow() == [
        f"{day(3)}..{day(3)} training_load session_calendar",
        f"{day(0)}..{day(0)} training_load",
    ]


def test_another_address_of_the_page_makes_every_calendar_again_and_no_load(world: World) -> None:
    world.follow()
    cursor = world.cursor
    other = World(world.settings.data_dir, world.instance)
    other.settings = load_settings(
        {
            "WOD_DATA_DIR": str(world.settings.data_dir),
            "WOD_START_WEEK": str(MONDAY),
            "WOD_SOURCE": str(world.settings.data_dir),
            "WOD_PAGE_URL": "https://gym.example",
        },
        dotenv=world.settings.data_dir / "none",
    )
    other.defs, other.cursor = build_defs(other.settings), cursor
    assert other.follow() == [f"{day(0)}..{day(2)} session_calendar"]
    assert other.tick().run_requests == []


def test_nothing_is_requested_while_weeks_are_being_run(world: World) -> None:
    run_id = world.instance.create_run_for_job(
        world.defs.resolve_job_def("training_week"), tags={"dagster/partition": day(0)}
    ).run_id
    result = world.tick()
    assert result.run_requests == []
    assert result.skip_reason == dg.SkipReason("Weeks are being run; looking again at the next tick.")
    world.instance.report_run_canceled(world.instance.get_run_by_id(run_id))  # type: ignore[arg-type]
    assert len(world.tick().run_requests or ()) == 1


def test_a_run_that_never_ended_holds_nothing_up_for_ever(world: World) -> None:
    world.instance.create_run_for_job(
        world.defs.resolve_job_def("training_week"), tags={"dagster/partition": day(0)}
    )
    now = dt.datetime.now(dt.timezone.utc)
    assert are_weeks_being_run(world.instance, now - LONGEST_RUN)
    assert not are_weeks_being_run(world.instance, now + dt.timedelta(seconds=1))


def test_a_run_that_is_about_no_week_is_not_waited_for(world: World) -> None:
    started_run(world.instance)
    assert len(world.tick().run_requests or ()) == 1


def tick_of(world: World, **changes: Any) -> DerivedAssetsTick:
    given = {"is_week": lambda _: True, "lake": lake_around(MemoryLake()), **changes}
    return DerivedAssetsTick(world.settings, table_around(world.table), log=LOG, **given)


def test_a_week_that_is_no_partition_is_not_requested(world: World) -> None:
    tick = tick_of(world, is_week=lambda week: week > MONDAY)
    result = tick.run(NOW, DerivedState(), busy=False)
    assert [request.weeks for request in result.requests] == [(MONDAY + WEEK, MONDAY + 2 * WEEK)]


def test_a_run_that_failed_is_requested_again_later_and_the_reason_says_when(world: World) -> None:
    state, at = DerivedState(), []
    for minutes in range(0, 8 * 60, 5):
        state = read_cursor(write_cursor(state), DerivedState, LOG)
        result = tick_of(world).run(NOW + dt.timedelta(minutes=minutes), state, busy=False)
        state = result.state
        at += [minutes] * len(result.requests)
    assert at == [0, 60, 180, 420]
    assert result.reason == (
        "3 weeks of load or calendar still old; runs were requested, the next request is due at "
        "2026-05-01 15:00 UTC."
    )


def test_a_request_of_one_week_is_a_partition_and_of_several_a_range() -> None:
    one = run_request(Request((MONDAY, MONDAY), BOTH[:1]), DerivedState())
    several = run_request(Request((MONDAY, MONDAY + WEEK), BOTH), DerivedState())
    assert (one.partition_key, one.tags, one.asset_selection) == (
        day(0),
        {},
        [dg.AssetKey("training_load")],
    )
    assert (several.partition_key, several.tags) == (
        None,
        {
            "dagster/asset_partition_range_start": day(0),
            "dagster/asset_partition_range_end": day(1),
        },
    )


def test_the_reason_tells_weeks_that_were_compared_from_those_not_read_yet_or_still_old(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wod_pipeline.watching.derived.MAX_YEARS", 1)
    world.table.replace_week(not_published(MONDAY - 10 * WEEK))
    world.follow()
    state, said = DerivedState(), []
    for minutes in (0, 5, 10):
        result = tick_of(world, lake=lake_around(world.lake)).run(
            NOW + dt.timedelta(minutes=minutes), state, busy=False
        )
        state = result.state
        said.append((len(result.requests), result.reason))
    assert [requests for requests, _ in said] == [0, 1, 0]
    assert said[0][1] == (
        "3 stored weeks: load and calendar are as the session table has them. 1 other week will be compared at the "
        "next ticks."
    )
    assert said[2][1] == (
        "1 week of load or calendar still old; runs were requested, the next request is due at 2026-05-01 01:05 UTC."
    )


def recorded(result: dg.SensorResult) -> list[tuple[bool, str]]:
    """The results of checks that a tick records."""
    events = [event for event in result.asset_events if isinstance(event, dg.AssetCheckEvaluation)]
    assert {event.check_name for event in events} <= {stale_weeks.NAME}
    return [(event.passed, str(event.description)) for event in events]


def test_after_an_upgrade_a_tick_records_the_stale_weeks_once_and_that_none_are_left(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert recorded(world.tick()) == []
    use_parser_version(monkeypatch, PARSER_VERSION + 1)
    ((passed, description),) = recorded(world.tick())
    assert not passed
    assert description.endswith(f": the weeks {day(0)} to {day(2)}.")
    assert recorded(world.tick()) == []
    world.table.replace_weeks([week(0, 10), week(1, 8)])
    ((passed, description),) = recorded(world.tick())
    assert description.endswith(f": the week of {day(2)}.")
    world.table.replace_week(week(2, 4))
    assert recorded(world.tick()) == [(True, "No stored week was made by an older parser.")]
