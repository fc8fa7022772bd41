"""The index over the session table: what it answers, and that it is never older than the table."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from msgspec.structs import replace

from wod_pipeline.program import WeekRecords
from wod_pipeline.reading.answers import history_row
from wod_pipeline.reading.entries import index_week
from wod_pipeline.reading.index import IndexCache, SessionIndex, build_index, refresh_index
from wod_pipeline.rendering import exercises_of, view_session
from wod_pipeline.rendering._view import ExerciseView
from wod_pipeline.storage.sqlite import SqliteSessionTable
from wod_pipeline.training import Athlete, Weight, load_by
from wod_pipeline_tests.builders import MONDAY, not_published, raw_post, record_of, week_records

SEVEN = dt.timedelta(days=7)


class CountingTable(SqliteSessionTable):
    """A table that knows which weeks were read."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.read: list[dt.date] = []
        self.listed = 0

    def read_week(self, week: dt.date) -> WeekRecords | None:
        self.read.append(week)
        return super().read_week(week)

    def read_weeks(self, first: dt.date, last: dt.date) -> Iterator[WeekRecords]:
        for value in super().read_weeks(first, last):
            self.read.append(value.week)
            yield value

    def weeks(self) -> list[object]:  # type: ignore[override]
        self.listed += 1
        return list(super().weeks())


def week(n: int, *lines: str) -> WeekRecords:
    monday = MONDAY + n * SEVEN
    return week_records(raw_post("Monday", *lines, monday=monday, number=100 + n))


@pytest.fixture
def table(tmp_path: Path) -> CountingTable:
    found = CountingTable(tmp_path / "sessions.sqlite")
    found.replace_week(
        week(0, "Warm-Up", "With empty bar:", "3 Power Snatches", "A.", "3 sets of 2 reps:", "Snatch @ 70%")
    )
    found.replace_week(
        week(1, "A.", "3 sets of 2 reps:", "(Snatch + Overhead Squat) @ 80%", "Mind the WIND.")
    )
    found.read.clear()
    return found


def test_a_lift_s_history_is_newest_first_and_leaves_warm_ups_out(table: CountingTable) -> None:
    index = refresh_index(SessionIndex(), table)
    assert [found.entry.date for found in index.history("snatch")] == [MONDAY + SEVEN, MONDAY]
    assert [item.segment for item in index.history("snatch")[0].exercises] == ["A"]
    assert index.history("power_snatch") == ()
    assert index.history("no_such_lift") == ()


@pytest.mark.parametrize(
    "line",
    [
        "Strict Press x 8 reps @ 50/35 lb DBs",
        "Bench Press x 8 reps (50 lb each hand)",
        "Push Press x 5 reps @ 95/65 lb",
        "Back Squat x 5 reps @ 75%",
    ],
)
def test_a_lift_s_history_shows_the_weights_that_its_session_shows(line: str) -> None:
    athlete = Athlete(maxes={("back_squat", 1): Weight(Fraction(150), "kg")})
    record = record_of("A.", "3 sets of:", line)
    (shown,) = exercises_of(view_session(record, athlete).items)
    index = build_index({}, [index_week(record.week, [record])])
    (movement,) = index.by_movement
    (item,) = history_row(movement, index.history(movement)[0], athlete).prescriptions
    (in_history,) = item.shown.items
    assert isinstance(in_history, ExerciseView)
    assert (in_history.quantity, in_history.sets) == (shown.quantity, shown.sets)


@pytest.mark.parametrize(
    ("text", "weeks"),
    [
        ("wind", [1]),
        ("the MIND", [1]),
        ("snatch", [1, 0]),
        ("power snatch", [0]),
        ("wind kilo", []),
        ("%", [1, 0]),
        ("", []),
    ],
)
def test_a_search_finds_every_word_in_any_case_and_movements_by_name(
    table: CountingTable, text: str, weeks: list[int]
) -> None:
    matches = refresh_index(SessionIndex(), table).search(text)
    assert [match.entry.week for match in matches] == [MONDAY + n * SEVEN for n in weeks]


def test_only_changed_weeks_are_read_again(table: CountingTable) -> None:
    first = refresh_index(SessionIndex(), table)
    table.read.clear()
    assert refresh_index(first, table) is first
    assert table.read == []
    table.replace_week(week(2, "A.", "3 sets of 2 reps:", "Clean @ 70%"))
    second = refresh_index(first, table)
    assert table.read == [MONDAY + 2 * SEVEN]
    assert [entry.week for entry in second.entries] == [MONDAY + n * SEVEN for n in range(3)]


def test_the_same_post_read_otherwise_is_a_change(table: CountingTable) -> None:
    first = refresh_index(SessionIndex(), table)
    again = week(1, "A.", "3 sets of 2 reps:", "(Snatch + Overhead Squat) @ 80%", "Mind the WIND.")
    again.records[0].label = "Monday, read better"
    table.replace_week(again)
    assert refresh_index(first, table).entries[-1].label == "Monday, read better"


def test_a_week_of_a_newer_parser_is_read_again_and_answers_alike(table: CountingTable) -> None:
    before = refresh_index(SessionIndex(), table)
    value = table.read_week(MONDAY)
    assert value
    value.records = [replace(record, parser=record.parser + 1) for record in value.records]
    value.posts = [replace(stamp, parser=stamp.parser + 1) for stamp in value.posts]
    table.replace_week(value)
    after = refresh_index(before, table)
    assert after.indexed[MONDAY].digest != before.indexed[MONDAY].digest
    assert after.entries == before.entries


def test_a_week_that_became_empty_leaves_the_index(table: CountingTable) -> None:
    first = refresh_index(SessionIndex(), table)
    table.replace_week(not_published(MONDAY), allow_empty=True)
    assert [entry.week for entry in refresh_index(first, table).entries] == [MONDAY + SEVEN]


def test_the_table_is_asked_once_in_a_while(table: CountingTable) -> None:
    index_cache = IndexCache(table, check_after_s=3600)
    first, listed = index_cache.current(), table.listed
    assert index_cache.current() is first
    assert table.listed == listed
    eager = IndexCache(table, check_after_s=0)
    eager.current()
    table.replace_week(week(2, "A.", "3 sets of 2 reps:", "Clean @ 70%"))
    assert len(eager.current().entries) == 3


def test_many_weeks_are_read_in_one_sweep(tmp_path: Path) -> None:
    table = CountingTable(tmp_path / "sessions.sqlite")
    table.replace_weeks(week(n, "A.", "3 sets of 2 reps:", "Clean @ 70%") for n in range(30))
    index = refresh_index(SessionIndex(), table)
    assert len(index.entries) == len(table.read) == 30
    first, last = MONDAY + 3 * SEVEN, MONDAY + 5 * SEVEN
    assert [entry.week for entry in index.between(first, last)] == [first, first + SEVEN, last]
    assert [row.summary.total.lifts for row in load_by("week", index.doses())] == [6] * 30


def test_an_empty_table_is_an_empty_index(tmp_path: Path) -> None:
    index = IndexCache(SqliteSessionTable(tmp_path / "none.sqlite")).current()
    assert (index.entries, list(index.search("a"))) == ((), [])


def test_a_week_that_cannot_be_read_is_left_out_of_the_index(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "sessions.sqlite"
    table = SqliteSessionTable(path)
    table.replace_weeks(week(n, "A.", "3 sets of 2 reps:", "Clean @ 70%") for n in range(3))
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE sessions SET item = 'x' WHERE week = ?", (str(MONDAY + SEVEN),))
    index = refresh_index(SessionIndex(), table)
    assert [entry.week for entry in index.entries] == [MONDAY, MONDAY + 2 * SEVEN]
    assert "cannot be read" in caplog.text
