"""The stored index: it answers as an index made anew does, is never used when old, and costs nothing when broken."""

from __future__ import annotations

import datetime as dt
import logging
import sqlite3
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wod_pipeline.errors import StorageRefused, StorageUnavailable
from wod_pipeline.program import Outcome, WeekRecords, encode
from wod_pipeline.reading import answers, entries, index, stored_index
from wod_pipeline.reading.entries import IndexedWeek, index_week
from wod_pipeline.reading.index import IndexCache, SessionIndex, refresh_index
from wod_pipeline.reading.stored_index import read_stored_weeks, write_stored_weeks
from wod_pipeline.storage import Lake, Written
from wod_pipeline.storage._keys import records_key
from wod_pipeline.storage.sqlite import SqliteSessionTable
from wod_pipeline.storage.stages import index_key, write_records
from wod_pipeline.training import Period, load_by
from wod_pipeline.weeks import WEEK
from wod_pipeline_tests import strategies
from wod_pipeline_tests.builders import MONDAY, not_published, raw_post, week_records
from wod_pipeline_tests.fakes import MemoryLake
from wod_pipeline_tests.reading.test_index import CountingTable
from wod_pipeline_tests.test_imports import ROOT, imports_of

JANUARY = dt.date(2025, 12, 1)
"""The first week of `stored`, so that its weeks lie in two years."""
BODIES = (
    ("Warm-Up", "With empty bar:", "3 Power Snatches", "A.", "3 sets of 2 reps:", "Snatch @ 70%"),
    ("A.", "3 sets of 2 reps:", "(Snatch + Overhead Squat) @ 80%", "Mind the WIND."),
    ("A.", "In 9 minutes, build to a 1-RM Jerk", "B.", "AMRAP 10:", "10 Back Squats @ 60 kg"),
    ("A.", "Two sets of:", "Back Squat or Front Squat x 5 @ 70-80%", "Rest 2 minutes"),
)
QUERIES = ("snatch", "power snatch", "wind", "squat", "mind the", "%", "no such words")


def week(n: int, body: int = 0) -> WeekRecords:
    """The n-th week, a day of training in it."""
    monday = JANUARY + n * dt.timedelta(days=7)
    return week_records(raw_post("Monday", *BODIES[body], monday=monday, number=100 + n))


@pytest.fixture
def table(tmp_path: Path) -> CountingTable:
    """Eight weeks of two years."""
    table = CountingTable(tmp_path / "sessions.sqlite")
    table.replace_weeks(week(n, n % len(BODIES)) for n in range(8))
    return table


@pytest.fixture
def lake(table: CountingTable) -> MemoryLake:
    """A lake with the index of the table, which then forgets what was read."""
    lake = MemoryLake()
    refresh_index(SessionIndex(), table, lake)
    table.read.clear()
    lake.writes.clear()
    return lake


def start(table: SqliteSessionTable, lake: MemoryLake | None) -> SessionIndex:
    """The index as a new process has it."""
    return refresh_index(SessionIndex(), table, lake)


def answers_of(index: SessionIndex) -> bytes:
    """Everything that commands and pages answer from an index, as JSON."""
    periods: tuple[Period, ...] = ("day", "week", "month")
    return b"\n".join(
        [
            *(encode([answers.search_row(match) for match in index.search(query)]) for query in QUERIES),
            *(
                encode(answers.history_answer(movement, index.history(movement), 0, None))
                for movement in sorted(index.by_movement)
            ),
            *(encode(answers.load_answer(by, load_by(by, index.doses()), None)) for by in periods),
            encode(answers.movement_facts(index)),
            encode([answers.week_facts(index.weeks[monday]) for monday in sorted(index.weeks)]),
            encode([(entry.lines, entry.line_kinds) for entry in index.entries]),
        ]
    )


def assert_right(table: SqliteSessionTable, lake: MemoryLake | None) -> None:
    """A new process with the lake answers as one without."""
    assert answers_of(start(table, lake)) == answers_of(start(table, None))


# ------------------------------------------------------------------------------------------- what it saves
def test_an_index_that_is_current_reads_no_week_and_writes_nothing(
    table: CountingTable, lake: MemoryLake
) -> None:
    assert sorted(lake.objects) == [index_key(2025), index_key(2026)]
    listed = table.listed
    index = start(table, lake)
    assert len(index.entries) == 8
    assert (table.read, table.listed - listed, lake.writes) == ([], 1, [])


def test_a_week_that_changed_is_the_only_one_read_and_its_year_the_only_one_written(
    table: CountingTable, lake: MemoryLake
) -> None:
    table.replace_week(week(7, 1))
    assert "wind" in start(table, lake).entries[-1].text
    assert (table.read, lake.writes) == ([week(7).week], [index_key(2026)])
    table.read.clear()
    assert_right(table, lake)
    assert table.read == [JANUARY + n * dt.timedelta(days=7) for n in range(8)], "only without the lake"


def test_a_long_lived_index_takes_weeks_that_another_process_has_stored(
    table: CountingTable, lake: MemoryLake
) -> None:
    page = IndexCache(table, lake, check_after_s=0)
    page.current()
    table.replace_week(week(2, 3))
    start(table, lake)
    table.read.clear()
    assert "front squat" in page.current().entries[2].text
    assert table.read == []


def test_an_empty_table_stores_nothing(tmp_path: Path) -> None:
    lake = MemoryLake()
    start(SqliteSessionTable(tmp_path / "none.sqlite"), lake)
    assert lake.objects == {}


def test_equal_weeks_are_equal_bytes(table: CountingTable, lake: MemoryLake) -> None:
    other = MemoryLake()
    start(table, other)
    assert other.objects == lake.objects


def test_records_are_read_from_the_lake_where_it_has_those_of_the_table(table: CountingTable) -> None:
    lake = MemoryLake()
    write_records(lake, {(value := week(n, n % len(BODIES))).week: value for n in range(7)})
    write_records(lake, {week(3).week: week(3, 2)})
    lake.objects[records_key(week(5).week)] = lake.objects[records_key(week(5).week)][:-9]
    assert_right(table, lake)
    assert table.read[:3] == [week(n).week for n in (3, 5, 7)], "other, damaged, and not there"


# -------------------------------------------------------------------------------------- it is never the old one
Edit = tuple[str, int, int]
edits: st.SearchStrategy[list[Edit]] = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "replace",
                "replace",
                "run",
                "run",
                "lake only",
                "empty",
                "delete",
                "start again",
                "lose",
                "damage",
            ]
        ),
        st.integers(0, 5),
        st.integers(0, len(BODIES) - 1),
    ),
    max_size=8,
)


def carry_out(edit: Edit, table: SqliteSessionTable, path: Path, lake: MemoryLake) -> None:
    """Change the table as a run, or as a person with a database tool, might; or harm the index."""
    name, n, body = edit
    monday = week(n).week
    if name in {"run", "lake only"}:
        write_records(lake, {monday: week(n, body)})
    if name in {"replace", "run"}:
        table.replace_week(week(n, body))
    elif name == "empty":
        table.replace_week(not_published(monday), allow_empty=True)
    elif name == "delete" and path.exists():
        with sqlite3.connect(path) as connection:
            connection.execute("DELETE FROM sessions WHERE week = ? OR session = ?", (str(monday),) * 2)
    elif name == "start again":
        path.unlink(missing_ok=True)
        table.replace_week(week(n, body))
    elif name == "lose":
        lake.objects.pop(index_key(monday.year), None)
    elif (data := lake.objects.get(index_key(monday.year))) is not None:
        lake.objects[index_key(monday.year)] = data[: len(data) * body // len(BODIES)]


@given(st.lists(edits, min_size=1, max_size=4))
@settings(max_examples=40)
def test_after_any_edits_the_stored_index_answers_as_a_new_one(
    tmp_path_factory: pytest.TempPathFactory, runs: list[list[Edit]]
) -> None:
    path = tmp_path_factory.mktemp("table") / "sessions.sqlite"
    table, lake = SqliteSessionTable(path), MemoryLake()
    page = IndexCache(table, lake, check_after_s=0)
    for run in runs:
        for edit in run:
            carry_out(edit, table, path, lake)
        expected = answers_of(start(table, None))
        assert answers_of(start(table, lake)) == expected
        assert answers_of(page.current()) == expected


@given(strategies.records())
@settings(max_examples=60)
def test_any_session_is_stored_and_read_back_as_the_same_entry(record: Any) -> None:
    indexed = index_week(record.week, [record], "digest")
    lake = MemoryLake()
    write_stored_weeks(lake, [indexed])
    (found,) = read_stored_weeks(lake, [record.week.year]).values()
    assert found == indexed
    (entry,), (same,) = indexed.sessions, found.sessions
    assert (entry.exercises, entry.doses, entry.line_kinds) == (same.exercises, same.doses, same.line_kinds)
    assert len(same.lines) == len(same.line_kinds) == len(record.lines)


def test_a_table_filled_anew_with_other_records_of_the_same_posts_is_another_table(
    tmp_path: Path, lake: MemoryLake
) -> None:
    again = SqliteSessionTable(tmp_path / "again.sqlite")
    for n in range(8):
        value = week(n, n % len(BODIES))
        value.records[0].label = "read otherwise"
        again.replace_week(value)
    assert {entry.label for entry in start(again, lake).entries} == {"read otherwise"}


def test_two_tables_that_share_a_lake_are_both_answered_right(
    table: CountingTable, lake: MemoryLake, tmp_path: Path
) -> None:
    other = SqliteSessionTable(tmp_path / "other.sqlite")
    other.replace_weeks(week(n, 3) for n in range(4))
    for one in (other, table, other, table):
        assert_right(one, lake)


def test_an_outcome_that_changes_without_the_sessions_is_seen(tmp_path: Path, lake: MemoryLake) -> None:
    table = SqliteSessionTable(tmp_path / "sessions.sqlite")
    table.replace_week(not_published(week(20).week))
    known = start(table, lake)
    table.replace_week(WeekRecords(week(20).week, Outcome.NO_SESSION, [], []))
    assert refresh_index(known, table, lake).weeks[week(20).week].outcome is Outcome.NO_SESSION


class ReplacedWhileRead(CountingTable):
    """A table in which another process replaces a week between the list of weeks and the reading of it."""

    before_read: Callable[[], object] = staticmethod(lambda: None)

    def read_week(self, week: dt.date) -> WeekRecords | None:
        self.before_read()
        return super().read_week(week)


def test_a_week_replaced_while_it_is_read_is_read_again_next_time(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    table, lake = ReplacedWhileRead(tmp_path / "sessions.sqlite"), MemoryLake()
    table.replace_week(week(0, 0))
    table.before_read = lambda: SqliteSessionTable(tmp_path / "sessions.sqlite").replace_week(week(0, 1))
    start(table, lake)
    table.before_read = lambda: None
    # Back to what was listed at first: had the entries read got its digest, they would now be taken for it.
    table.replace_week(week(0, 0))
    assert_right(table, lake)
    assert caplog.records == []


class AnotherFirst(MemoryLake):
    """A lake in which another process stores its index just before this one does."""

    other: Callable[[], object] = staticmethod(lambda: None)

    def write_many(self, objects: Mapping[str, bytes], *, once: bool = False) -> dict[str, Written]:
        other, self.other = self.other, lambda: None
        other()
        return super().write_many(objects, once=once)


def test_of_two_processes_that_store_the_index_at_once_the_last_wins_and_both_are_right(
    table: CountingTable,
) -> None:
    lake = AnotherFirst()

    def newer() -> None:
        table.replace_week(week(3, 2))
        assert_right(table, lake)

    lake.other = newer
    older = start(table, lake)
    assert answers_of(older) != answers_of(start(table, None)), "it began before the week was replaced"
    table.read.clear()
    start(table, lake)
    assert table.read == [week(3).week], "what the last writer did not have is read, and nothing else"
    assert_right(table, lake)


# --------------------------------------------------------------------------------------- lost, broken, foreign
def lines_of(lake: MemoryLake, year: int) -> list[bytes]:
    return zlib.decompress(lake.objects[index_key(year)], 31).splitlines(keepends=True)


def put_lines(lake: MemoryLake, year: int, lines: Sequence[bytes]) -> None:
    compress = zlib.compressobj(wbits=31)
    lake.objects[index_key(year)] = compress.compress(b"".join(lines)) + compress.flush()


def cut_in_the_middle_of_a_week(lake: MemoryLake) -> None:
    *lines, last = lines_of(lake, 2026)
    put_lines(lake, 2026, [*lines, last[: len(last) // 2]])


def cut_off(lake: MemoryLake) -> None:
    lake.objects[index_key(2026)] = lake.objects[index_key(2026)][:-20]


def flip_a_bit(lake: MemoryLake) -> None:
    data = bytearray(lake.objects[index_key(2026)])
    data[len(data) // 2] ^= 1
    lake.objects[index_key(2026)] = bytes(data)


def take_a_field(lake: MemoryLake) -> None:
    put_lines(lake, 2026, [line.replace(b'"movements"', b'"motions"', 1) for line in lines_of(lake, 2026)])


def put(data: bytes) -> Callable[[MemoryLake], None]:
    return lambda lake: lake.objects.update({index_key(2026): data})


@pytest.mark.parametrize(
    "damage",
    [
        cut_off,
        cut_in_the_middle_of_a_week,
        flip_a_bit,
        take_a_field,
        put(b""),
        put(b"\x00\xff not gzip"),
        put(zlib.compress(b"[]")),
    ],
)
def test_a_year_that_cannot_be_read_is_made_again_with_a_warning(
    damage: Callable[[MemoryLake], None],
    table: CountingTable,
    lake: MemoryLake,
    caplog: pytest.LogCaptureFixture,
) -> None:
    good = dict(lake.objects)
    damage(lake)
    assert answers_of(start(table, lake)) == answers_of(start(table, None))
    assert [record.getMessage().split(" (")[0] for record in caplog.records] == [
        f"{index_key(2026)} cannot be read"
    ]
    assert lake.objects == good


def test_an_index_that_was_lost_is_made_again_without_a_word(
    table: CountingTable, lake: MemoryLake, caplog: pytest.LogCaptureFixture
) -> None:
    good = dict(lake.objects)
    lake.objects.clear()
    assert_right(table, lake)
    assert (lake.objects, caplog.records) == (good, [])


def test_an_index_of_other_code_is_not_used_but_replaced_without_a_word(
    table: CountingTable, lake: MemoryLake, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (head, *_), weeks = lines_of(lake, 2026), [b'{"a field": "of another version"}\n']
    put_lines(lake, 2026, [head.replace(entries.CODE.encode(), b"other"), *weeks])
    assert_right(table, lake)
    assert caplog.records == []
    monkeypatch.setattr(stored_index, "CODE", "newer")
    table.read.clear()
    start(table, lake)
    assert len(table.read) == 8


class Refusing(MemoryLake):
    """A lake that can be read or written only as far as a test allows."""

    def __init__(self, *, reads: bool, writes: bool) -> None:
        super().__init__()
        self.may_read, self.may_write = reads, writes

    def read_many(self, keys: Sequence[str]) -> dict[str, bytes]:
        if not self.may_read:
            raise StorageUnavailable("The lake does not answer.")
        return super().read_many(keys)

    def write_many(self, objects: Mapping[str, bytes], *, once: bool = False) -> dict[str, Written]:
        if not self.may_write:
            raise StorageRefused("The lake is read-only.")
        return super().write_many(objects, once=once)


@pytest.mark.parametrize(
    ("reads", "writes", "messages"),
    [
        (True, False, ["The index could not be stored, so the next start is slow again"]),
        (False, True, ["The stored index is not used, since it could not be read"]),
    ],
)
def test_a_lake_that_cannot_be_used_costs_only_a_warning(
    reads: bool, writes: bool, messages: list[str], table: CountingTable, caplog: pytest.LogCaptureFixture
) -> None:
    assert_right(table, Refusing(reads=reads, writes=writes))
    assert [record.getMessage().split(":")[0] for record in caplog.records] == messages
    assert {record.levelno for record in caplog.records} == {logging.WARNING}


# ------------------------------------------------------------------------------------------------ its key
def imported_by(path: Path) -> Iterator[Path]:
    """The modules of the package that a module imports, with the packages they are in."""
    for name in imports_of(path):
        first, *inner = name.split(".")
        if first == "wod_pipeline":
            for length in range(1, len(inner) + 1):
                stem = ROOT.joinpath(*inner[:length])
                yield from (file for file in (stem.with_suffix(".py"), stem / "__init__.py") if file.exists())


def test_every_module_that_could_change_an_entry_is_part_of_the_code_that_names_it() -> None:
    sources = set(entries._source_files(ROOT))
    todo, seen = [ROOT / "reading" / "entries.py"], set()
    while todo:
        path = todo.pop()
        seen.add(path)
        todo += set(imported_by(path)) - seen
    assert seen <= sources
    assert ROOT / "vocabulary" / "movements.json" in sources


def test_another_line_of_code_is_another_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "reading").mkdir()
    for name, text in (("program.py", "a = 1"), ("reading/entries.py", "b = 2")):
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(entries, "__file__", str(tmp_path / "reading" / "entries.py"))
    before = entries._code_digest()
    assert entries._code_digest() == before
    (tmp_path / "program.py").write_text("a = 3")
    assert entries._code_digest() not in {before, entries.CODE}


def test_a_stored_week_is_a_line_of_json(lake: MemoryLake) -> None:
    head, *weeks = map(msgspec.json.decode, lines_of(lake, 2026))
    assert head == {"code": entries.CODE}
    assert [week["week"] for week in weeks] == ["2026-01-05", "2026-01-12", "2026-01-19"]


def test_the_index_is_stored_a_year_at_a_time_and_read_as_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, lake = SqliteSessionTable(tmp_path / "sessions.sqlite"), MemoryLake()
    table.replace_weeks(
        week_records(raw_post("Monday", "A.", "Snatch x 3", monday=MONDAY + n * 26 * WEEK, number=n + 1))
        for n in range(5)
    )
    written: list[set[int]] = []
    write = index.write_stored_weeks

    def write_noting_years(lake: Lake, weeks: list[IndexedWeek]) -> None:
        written.append({week.week.year for week in weeks})
        write(lake, weeks)

    monkeypatch.setattr(index, "write_stored_weeks", write_noting_years)
    index.store_index(table, lake)
    years = sorted({week.week.year for week in table.weeks()})
    assert written == [{year} for year in years]
    stored = read_stored_weeks(lake, years)
    assert stored is not None
    assert index.refresh_index(index.SessionIndex(), table, lake).indexed == stored
    assert written[len(years) :] == [set()], "nothing had to be made again"
