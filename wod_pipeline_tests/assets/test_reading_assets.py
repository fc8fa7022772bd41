"""The assets made from stored sessions: the training load and the calendar of each week."""

from __future__ import annotations

import datetime as dt
import io
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest
from icalendar import Calendar

from wod_pipeline.assets import build_assets, previews
from wod_pipeline.assets.metadata import Places
from wod_pipeline.assets.partitions import training_weeks
from wod_pipeline.program import WeekRecords
from wod_pipeline.reading.derived import inputs_of, read_old
from wod_pipeline.reading.load import COLUMNS, DTYPES
from wod_pipeline.rendering import chart_markdown, days_markdown
from wod_pipeline.resources.lake import FolderLakeResource
from wod_pipeline.resources.session_table import SqliteSessionTableResource
from wod_pipeline.resources.weekly import ROW_COUNT
from wod_pipeline.settings import load_settings
from wod_pipeline.storage.stages import calendar_key, load_key
from wod_pipeline.training import load_by, session_doses
from wod_pipeline_tests.builders import MONDAY, raw_post, week_records
from wod_pipeline_tests.hostile import FORBIDDEN_CHARACTERS, hostile_post

ZONE = "America/Los_Angeles"
SEVEN = dt.timedelta(days=7)


def assets_with(page_url: str) -> dict[str, dg.AssetsDefinition]:
    """The assets by name, with this address of the page."""
    assets = build_assets(
        training_weeks(dt.date(2024, 1, 1), "America/Los_Angeles"),
        source_kind="json",
        places=Places("file", "file:///data/lake/", "sqlite", "sessions"),
        page_url=page_url,
    )
    return {asset.key.path[-1]: asset for asset in assets}


ASSETS = assets_with("")


def week(monday: dt.date, sets: int, *more: str) -> WeekRecords:
    scheme = f"Every 2 minutes, for {2 * sets} minutes ({sets} sets):"
    return week_records(raw_post("Monday", "A.", scheme, "Snatch x 2 reps @ 72%", *more, monday=monday))


FRIDAY = ("Friday", "A.", "Four sets of:", "Back Squat x 5 reps @ 85%")


class World:
    """A table and a lake, and runs of one asset over some weeks."""

    def __init__(self, folder: Path) -> None:
        settings = load_settings({"WOD_DATA_DIR": str(folder)}, dotenv=folder / "none")
        self.database = settings.database_path
        self.lake = FolderLakeResource(settings=settings)
        self.table = SqliteSessionTableResource(settings=settings)

    def result(
        self, name: str, first: dt.date, last: dt.date, instance: dg.DagsterInstance
    ) -> dg.ExecuteInProcessResult:
        """The result of a run over these weeks."""
        tags = {
            "dagster/asset_partition_range_start": str(first),
            "dagster/asset_partition_range_end": str(last),
        }
        resources = {"lake": self.lake, "session_table": self.table}
        return dg.materialize(
            [ASSETS[name]], tags=tags, resources=resources, instance=instance, raise_on_error=False
        )

    def run(self, name: str, first: dt.date, last: dt.date | None = None) -> dict[str, dict[str, object]]:
        """Materialize these weeks; week → its metadata."""
        with dg.DagsterInstance.ephemeral() as instance:
            result = self.result(name, first, last or first, instance)
        assert result.success
        events = result.asset_materializations_for_node(name)
        return {str(e.partition): {k: v.value for k, v in e.metadata.items()} for e in events}


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    table = world.table.open()
    table.replace_week(week(MONDAY, 5))
    table.replace_week(week(MONDAY + SEVEN, 6, *FRIDAY))
    return world


def frame_of(world: World, monday: dt.date) -> pd.DataFrame:
    return pd.read_parquet(io.BytesIO(world.lake.open().read(load_key(monday))))


def test_a_week_s_load_is_a_table_in_the_lake(world: World) -> None:
    world.run("training_load", MONDAY, MONDAY + SEVEN)
    frame = frame_of(world, MONDAY + SEVEN)
    assert dict(frame.dtypes.astype(str)) == DTYPES
    rows = {(row.by, row.start.date(), row.family): row for row in frame.itertuples()}
    whole = rows["week", MONDAY + SEVEN, "all"]
    assert (whole.sessions, whole.lifts, whole.lifts_70_79, whole.lifts_80_89, whole.hard_sets) == (
        2,
        32,
        12,
        20,
        4,
    )
    assert whole.lifts_change_percent == 220, "32 after 10"
    assert rows["week", MONDAY + SEVEN, "squat"].lifts == 20
    assert rows["day", MONDAY + SEVEN + dt.timedelta(days=4), "all"].lifts == 20
    assert len(rows) == 3 + 2 + 2


def test_one_week_s_load_is_the_same_alone_and_in_a_range(world: World) -> None:
    world.run("training_load", MONDAY, MONDAY + SEVEN)
    before = world.lake.open().read(load_key(MONDAY + SEVEN))
    (metadata,) = world.run("training_load", MONDAY + SEVEN).values()
    assert world.lake.open().read(load_key(MONDAY + SEVEN)) == before
    assert metadata["changed"] is False


def test_the_load_s_metadata_has_figures_a_table_and_a_chart(world: World) -> None:
    metadata = world.run("training_load", MONDAY + SEVEN)[str(MONDAY + SEVEN)]
    assert (metadata["lifts"], metadata["average_intensity_percent"], metadata[ROW_COUNT]) == (
        32.0,
        80.1,
        7,
    )
    assert "| 2026-03-09 | 12 | 72.0 | 0 | 12 | 0 | 0 | 0 |" in str(metadata["by_day"])
    assert "2026-03-02    10 ▒\n2026-03-09    32 ▒▓▓\n" in str(metadata["chart"])


def test_the_chart_shows_twelve_weeks(world: World) -> None:
    world.table.open().replace_weeks([week(MONDAY - n * SEVEN, 1) for n in range(1, 14)])
    (metadata,) = world.run("training_load", MONDAY).values()
    weeks = re.findall(r"^(\d{4}-\d\d-\d\d) ", str(metadata["chart"]), re.MULTILINE)
    assert weeks == [str(MONDAY - n * SEVEN) for n in range(11, -1, -1)]


def test_a_week_without_sessions_has_an_empty_table(world: World) -> None:
    (metadata,) = world.run("training_load", MONDAY + 4 * SEVEN).values()
    assert metadata[ROW_COUNT] == 0
    assert list(frame_of(world, MONDAY + 4 * SEVEN).columns) == list(COLUMNS)
    assert days_markdown([]).count("\n") == 1
    assert chart_markdown(load_by("week", map(session_doses, []))).count("\n") == 2


def events(world: World, monday: dt.date) -> dict[str, str]:
    data = world.lake.open().read(calendar_key(monday))
    return {str(e["UID"])[:12]: str(e["STATUS"]) for e in Calendar.from_ical(data).walk("VEVENT")}


def test_a_week_s_calendar_remembers_the_session_that_vanished(world: World) -> None:
    monday = MONDAY + SEVEN
    world.run("session_calendar", MONDAY, monday)
    assert events(world, monday) == {"2026-03-09-1": "CONFIRMED", "2026-03-13-1": "CONFIRMED"}
    world.table.open().replace_week(week(monday, 6))
    (metadata,) = world.run("session_calendar", monday).values()
    assert events(world, monday) == {"2026-03-09-1": "CONFIRMED", "2026-03-13-1": "CANCELLED"}
    assert (metadata["events"], metadata["cancelled"]) == (2, 1)
    (again,) = world.run("session_calendar", monday).values()
    assert again["changed"] is False


def test_a_week_s_calendar_links_to_the_page_that_is_set(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def addresses() -> list[str]:
        data = world.lake.open().read(calendar_key(MONDAY))
        return [str(event["URL"]) for event in Calendar.from_ical(data).walk("VEVENT")]

    world.run("session_calendar", MONDAY)
    assert addresses() == ["https://coach.example/1/"]
    monkeypatch.setitem(ASSETS, "session_calendar", assets_with("https://gym.example")["session_calendar"])
    world.run("session_calendar", MONDAY)
    assert addresses() == ["https://gym.example/day/2026-03-02"]


def test_a_week_that_is_not_stored_cancels_nothing_and_an_emptied_one_does(world: World) -> None:
    world.run("session_calendar", MONDAY)
    fresh = World(Path(world.table.path).parent / "elsewhere")
    fresh.lake = world.lake
    fresh.run("session_calendar", MONDAY)
    assert events(world, MONDAY) == {"2026-03-02-1": "CONFIRMED"}
    world.table.open().replace_week(week_records(raw_post("Closed.")), allow_empty=True)
    world.run("session_calendar", MONDAY)
    assert events(world, MONDAY) == {"2026-03-02-1": "CANCELLED"}


def test_a_hostile_post_is_harmless_in_the_metadata_of_the_records() -> None:
    preview = str(previews.of_records(week_records(hostile_post()))["preview"].value)
    assert not FORBIDDEN_CHARACTERS & set(preview)
    assert "&lt;script&gt;document.title = 'owned'&lt;/script&gt;" in preview
    assert not re.search(r"<[a-zA-Z/!]", preview)
    assert all(t.startswith("https://example.com/") for t in re.findall(r"(?<!\\)\]\(([^)]*)\)", preview))
    assert len(preview) < 10_000


def spoil_session(world: World, monday: dt.date) -> None:
    with sqlite3.connect(world.database) as connection:
        connection.execute("UPDATE sessions SET item = 'x' WHERE week = ?", (str(monday),))


@pytest.mark.parametrize(
    ("name", "key_of_week"), [("training_load", load_key), ("session_calendar", calendar_key)]
)
def test_a_week_that_cannot_be_read_back_costs_only_itself(
    world: World, name: str, key_of_week: Callable[[dt.date], str]
) -> None:
    weeks = [MONDAY, MONDAY + SEVEN, MONDAY + 2 * SEVEN]
    world.table.open().replace_week(week(weeks[2], 5))
    world.run(name, weeks[0], weeks[2])
    before = world.lake.open().read(key_of_week(weeks[1]))
    spoil_session(world, weeks[1])
    world.table.open().replace_weeks([week(weeks[0], 7), week(weeks[2], 7)])

    with dg.DagsterInstance.ephemeral() as instance:
        result = world.result(name, weeks[0], weeks[2], instance)
        made = instance.get_materialized_partitions(dg.AssetKey(name))
    assert not result.success
    failure = result.failure_data_for_node(name)
    assert failure
    assert failure.user_failure_data
    assert str(failure.user_failure_data.description).startswith(
        f"1 week could not be read; what was made of it before stays:\n{weeks[1]}: "
    )
    assert made == {str(weeks[0]), str(weeks[2])}
    assert world.lake.open().read(key_of_week(weeks[1])) == before
    old = read_old(world.lake.open(), inputs_of(world.table.open().weeks(), ZONE), weeks)
    assert name not in old.get(weeks[0], ())


def test_a_load_made_without_an_earlier_week_that_could_not_be_read_is_old(world: World) -> None:
    spoil_session(world, MONDAY)
    world.run("training_load", MONDAY + SEVEN)
    table, lake = world.table.open(), world.lake.open()
    assert (
        read_old(lake, inputs_of(table.weeks(), ZONE), [MONDAY + SEVEN])[MONDAY + SEVEN][0] == "training_load"
    )
    table.replace_week(week(MONDAY, 5))
    world.run("training_load", MONDAY + SEVEN)
    assert read_old(lake, inputs_of(table.weeks(), ZONE), [MONDAY + SEVEN]) == {
        MONDAY + SEVEN: ("session_calendar",)
    }


@pytest.mark.parametrize("data", [b"", b"\xff\x00", b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"])
def test_a_corrupt_calendar_is_made_again_and_what_is_lost_is_said(
    world: World, data: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    world.lake.open().write(calendar_key(MONDAY), data)
    world.run("session_calendar", MONDAY)
    assert events(world, MONDAY) == {"2026-03-02-1": "CONFIRMED"}
    log = capfd.readouterr().err
    assert f"The stored calendar {calendar_key(MONDAY)} cannot be read: " in log
    assert "the cancelled events of sessions that had vanished from their post are lost." in log


def test_a_calendar_made_for_the_first_time_loses_nothing(
    world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    world.run("session_calendar", MONDAY)
    assert "cannot be read" not in capfd.readouterr().err
