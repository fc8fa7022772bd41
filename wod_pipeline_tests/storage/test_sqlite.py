"""The SQLite file: readers beside a writer, a kill, a lock, a full disk, a file that is something else."""

from __future__ import annotations

import concurrent.futures
import contextlib
import datetime as dt
import json
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from wod_pipeline.errors import (
    StorageCorrupt,
    StorageError,
    StorageRefused,
    StorageUnavailable,
    WouldEmptyWeek,
)
from wod_pipeline.program import WeekRecords
from wod_pipeline.storage import WeekChange, sqlite
from wod_pipeline.storage.sqlite import SqliteLedger, SqliteSessionTable
from wod_pipeline.weeks import WEEK
from wod_pipeline_tests.builders import STORED_MONDAY as MONDAY
from wod_pipeline_tests.builders import week_of_words

HERE = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "wod.sqlite"


@pytest.fixture
def table(path: Path) -> SqliteSessionTable:
    return SqliteSessionTable(path, busy_timeout_s=0.05)


def weeks(count: int, word: str = "Row") -> list[WeekRecords]:
    return [week_of_words(word, week=MONDAY + dt.timedelta(weeks=n)) for n in range(count)]


def test_reading_creates_no_file(table: SqliteSessionTable, path: Path) -> None:
    assert table.read_week(MONDAY) is None
    assert not path.parent.exists()


def test_items_lie_under_the_keys_of_dynamodb(table: SqliteSessionTable, path: Path) -> None:
    table.replace_week(week_of_words("Snatch"))
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT date, session, week, item FROM sessions").fetchall()
    header, session = rows
    assert header[:3] == ("#weeks", "2021-03-01", None)
    assert session[:3] == ("2021-03-01", "harbour-plan/4711/000", "2021-03-01")
    assert json.loads(session[3])["segment_a"] == "A. Snatch 5 x 3 @ 72.5%"


def test_readers_of_a_week_that_is_being_replaced_see_the_old_week_or_the_new_one(path: Path) -> None:
    """Two sessions always carry the same word; one word each of an old and a new week would be a mixture."""
    writer, reader = SqliteSessionTable(path), SqliteSessionTable(path)
    writer.replace_week(week_of_words("w0", "w0"))
    done = threading.Event()

    def read() -> int:
        count = 0
        while not done.is_set() or count == 0:
            for records in (
                (reader.read_week(MONDAY) or week_of_words()).records,
                reader.read_dates(MONDAY, MONDAY),
            ):
                assert len({record.texts["segment_a"] for record in records}) == 1
            count += 1
        return count

    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(read) for _ in range(3)]
        for n in range(1, 51):
            writer.replace_week(week_of_words(f"w{n}", f"w{n}"))
        done.set()
        assert all(reader.result() for reader in readers)


def test_many_weeks_go_in_few_transactions_and_read_back_in_order(
    table: SqliteSessionTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    statements: list[str] = []
    connect = sqlite3.connect

    def traced(*args: object, **more: object) -> sqlite3.Connection:
        connection = connect(*args, **more)  # type: ignore[call-overload]
        connection.set_trace_callback(statements.append)
        return connection

    monkeypatch.setattr(sqlite3, "connect", traced)
    values = weeks(200)
    table.replace_weeks(values)
    assert statements.count("COMMIT") == 4
    assert list(table.read_weeks(MONDAY, values[-1].week)) == values


def test_a_stream_of_weeks_is_held_one_batch_at_a_time(table: SqliteSessionTable) -> None:
    ahead = 0

    def stream() -> Iterator[WeekRecords]:
        nonlocal ahead
        for n, value in enumerate(weeks(150)):
            ahead = max(ahead, n - len(table.weeks()))
            yield value

    table.replace_weeks(stream())
    assert ahead < sqlite._BATCH
    assert len(table.weeks()) == 150


def test_a_locked_file_is_reported_and_nothing_is_changed(table: SqliteSessionTable, path: Path) -> None:
    table.replace_week(week_of_words("Snatch"))
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        for attempt in (
            lambda: table.replace_week(week_of_words("Clean")),
            lambda: SqliteLedger(path, busy_timeout_s=0.05).reserve("alert", "x"),
        ):
            with pytest.raises(StorageUnavailable, match="in use by another program"):
                attempt()
        assert table.read_week(MONDAY) == week_of_words("Snatch")
        results = table.replace_weeks(weeks(3))
        assert all(isinstance(result, StorageUnavailable) for result in results.values())
    assert table.read_week(MONDAY) == week_of_words("Snatch")


def test_a_full_disk_is_reported_and_the_old_weeks_stay(
    table: SqliteSessionTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite's own limit on pages fails exactly as a full disk does."""
    table.replace_week(week_of_words("Snatch"))
    connect = sqlite3.connect

    def full(*args: object, **more: object) -> sqlite3.Connection:
        connection = connect(*args, **more)  # type: ignore[call-overload]
        connection.execute("PRAGMA max_page_count = 10")
        return connection

    with monkeypatch.context() as patch:
        patch.setattr(sqlite3, "connect", full)
        results = table.replace_weeks(weeks(64, word="Row " * 200))
    assert {type(result) for result in results.values()} == {StorageUnavailable}
    assert "Free some space" in str(results[MONDAY])
    assert [value.week for value in table.weeks()] == [MONDAY]
    assert table.read_week(MONDAY) == week_of_words("Snatch")


def error_of_sqlite(text: str, code: int | None) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError(text)
    if code is not None:
        error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("text", "code", "kind"),
    [
        ("database is locked", 5, StorageUnavailable),
        ("database is locked", 261, StorageUnavailable),  # SQLITE_BUSY_RECOVERY, an extended code
        ("database table is locked", 6, StorageUnavailable),
        ("disk I/O error", 10, StorageUnavailable),
        ("database or disk is full", 13, StorageUnavailable),
        ("file is not a database", 26, StorageRefused),
        ("database disk image is malformed", 11, StorageRefused),
        ("no such table: full_sessions", 1, StorageRefused),
        ("unable to open database file: busy", 14, StorageRefused),
    ],
)
def test_the_kind_of_an_error_is_read_from_its_code_or_its_whole_sentence(
    text: str, code: int, kind: type[StorageError]
) -> None:
    assert type(sqlite._in_words(error_of_sqlite(text, code), Path("x"))) is kind
    assert type(sqlite._in_words(error_of_sqlite(text, None), Path("x"))) is kind


def test_the_text_of_an_error_says_nothing_where_there_is_a_code() -> None:
    error = error_of_sqlite("database is locked", 1)
    assert type(sqlite._in_words(error, Path("x"))) is StorageRefused


def test_a_bad_week_in_a_batch_is_undone_alone(table: SqliteSessionTable) -> None:
    values = weeks(3)
    table.replace_week(values[1])
    results = table.replace_weeks([values[0], week_of_words(week=values[1].week), values[2]])
    assert isinstance(results[values[1].week], WouldEmptyWeek)
    assert isinstance(results[values[2].week], WeekChange)
    assert list(table.read_weeks(MONDAY, values[2].week)) == values


def test_a_file_that_is_no_database_is_reported_and_left_alone(table: SqliteSessionTable, path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"a text that is long enough to be told from a database " * 20)
    before = path.read_bytes()
    for attempt in (
        lambda: table.read_week(MONDAY),
        lambda: table.replace_week(week_of_words("Snatch")),
        table.check,
    ):
        with pytest.raises(StorageRefused, match=r"not a usable SQLite database.*Move the file elsewhere"):
            attempt()
    assert path.read_bytes() == before


def test_a_damaged_database_is_reported(table: SqliteSessionTable, path: Path) -> None:
    table.replace_weeks(weeks(60))
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)
    with pytest.raises(StorageError, match="database"):
        list(table.read_weeks(MONDAY, MONDAY + dt.timedelta(weeks=60)))


def test_a_read_only_database_can_be_read_and_says_it_cannot_be_written(
    table: SqliteSessionTable, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table.replace_week(week_of_words("Snatch"))
    connect = sqlite3.connect

    def read_only(path: Path, **more: object) -> sqlite3.Connection:
        return connect(f"file:{path}?mode=ro", uri=True, **more)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(sqlite3, "connect", read_only)
    assert table.read_week(MONDAY) == week_of_words("Snatch")
    for attempt in (
        lambda: table.replace_week(week_of_words("Clean")),
        table.check,
        SqliteLedger(path).check,
    ):
        with pytest.raises(StorageRefused, match=r"readonly.*read and write permission"):
            attempt()


def test_one_file_is_all_there_is(table: SqliteSessionTable, path: Path) -> None:
    table.replace_weeks(weeks(3))
    SqliteLedger(path).reserve("alert", "x")
    assert [one.name for one in path.parent.iterdir()] == ["wod.sqlite"]


def test_a_commit_waits_until_the_disk_has_it(table: SqliteSessionTable) -> None:
    """A killed process shows no difference, and a power cut is not to be had in a test."""
    table.replace_week(week_of_words("Snatch"))
    with contextlib.closing(table._database._connect()) as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,), "2 is FULL"


def test_a_folder_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StorageRefused, match="cannot be created at"):
        SqliteSessionTable(tmp_path / "file" / "wod.sqlite").replace_week(week_of_words("Snatch"))


@pytest.mark.parametrize("kind", ["folder", "pipe", "device"])
def test_what_is_no_file_in_place_of_the_table_is_refused_and_not_waited_for(
    table: SqliteSessionTable, path: Path, kind: str
) -> None:
    path.parent.mkdir()
    if kind == "device":
        path.symlink_to("/dev/zero")
    else:
        path.mkdir() if kind == "folder" else os.mkfifo(path)
    for attempt in (lambda: table.read_week(MONDAY), lambda: table.replace_week(week_of_words("Snatch"))):
        with pytest.raises(StorageRefused, match=r"it is no file\. Move it elsewhere"):
            attempt()


def test_a_table_of_another_program_is_refused_with_what_to_do(table: SqliteSessionTable, path: Path) -> None:
    path.parent.mkdir()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE sessions (id INTEGER)")
    with pytest.raises(StorageRefused, match=r"database of another program .*Move the file elsewhere"):
        table.read_week(MONDAY)


DAMAGE = {
    "UPDATE sessions SET item = '[1, 2]' WHERE date = '2021-03-01'": "not a JSON object",
    "UPDATE sessions SET item = CAST(x'7BFF' AS TEXT) WHERE date = '2021-03-01'": "not a JSON object",
    "UPDATE sessions SET item = 5 WHERE date = '2021-03-01'": "not a JSON object",
    "UPDATE sessions SET item = '' WHERE date = '#weeks' AND session = '2021-03-01'": "header of week 2021-03-01",
    "UPDATE sessions SET item = json_set(item, '$.kind', 'x') WHERE date = '2021-03-01'": "cannot be read",
    "UPDATE sessions SET item = json_remove(item, '$.posts') WHERE session = '2021-03-01'": "cannot be read",
    "DELETE FROM sessions WHERE date = '2021-03-01'": "is inconsistent",
    "UPDATE sessions SET date = CAST(x'FF' AS TEXT) || date WHERE date = '2021-03-01'": "is inconsistent",
    "UPDATE sessions SET session = CAST(x'FF' AS TEXT) || session WHERE date = '2021-03-01'": "is inconsistent",
    "UPDATE sessions SET item = json_set(item, '$.record_sha256', 'x') WHERE week = '2021-03-01'": (
        "is inconsistent"
    ),
}
OTHER = MONDAY + WEEK


@pytest.fixture(params=DAMAGE)
def damage(request: pytest.FixtureRequest, table: SqliteSessionTable, path: Path) -> str:
    """What is said of a week that another program has damaged; the week after it is sound."""
    table.replace_weeks([week_of_words("Snatch"), week_of_words("Clean", week=OTHER)])
    with sqlite3.connect(path) as connection:
        connection.execute(request.param)
    return DAMAGE[request.param]


def test_damage_by_another_program_is_named_and_costs_only_its_week(
    table: SqliteSessionTable, damage: str
) -> None:
    with pytest.raises(StorageCorrupt, match=damage):
        table.read_week(MONDAY)
    said: dict[str, StorageCorrupt] = {}
    assert [week.week for week in table.read_weeks(MONDAY, OTHER, said.__setitem__)] == [OTHER]
    assert list(said) == [str(MONDAY)]
    assert OTHER in [week.week for week in table.weeks(said.__setitem__)]
    newest = table.newest_week()
    assert newest is not None
    assert newest.week == OTHER
    assert len(table.read_dates(OTHER, OTHER)) == 1


def test_a_damaged_week_heals_when_it_is_replaced(table: SqliteSessionTable, damage: str) -> None:
    assert table.replace_week(week_of_words("Snatch")).changed, damage
    assert table.read_week(MONDAY) == week_of_words("Snatch")
    assert not table.replace_week(week_of_words("Snatch")).changed


def test_more_damaged_weeks_than_a_batch_hide_no_sound_one(table: SqliteSessionTable, path: Path) -> None:
    weeks = [week_of_words("Row", week=MONDAY + n * WEEK) for n in range(70)]
    table.replace_weeks(weeks)
    with sqlite3.connect(path) as connection:
        connection.execute(
            "UPDATE sessions SET item = 'x' WHERE date = '#weeks' AND session < ?", (str(weeks[-1].week),)
        )
    said: list[str] = []
    assert list(table.read_weeks(MONDAY, weeks[-1].week, lambda week, _: said.append(week))) == weeks[-1:]
    assert len(said) == 69


@pytest.mark.parametrize("statement", ["DELETE FROM sessions", "INSERT OR REPLACE INTO sessions", "COMMIT"])
def test_a_killed_writer_leaves_the_old_week_or_the_new_one(path: Path, statement: str) -> None:
    table = SqliteSessionTable(path)
    table.replace_week(week_of_words("Snatch", "Clean", "Jerk"))
    program = f"""
        import os, signal, sqlite3
        from pathlib import Path
        from wod_pipeline.storage.sqlite import SqliteSessionTable
        from wod_pipeline_tests.builders import week_of_words
        connect = sqlite3.connect
        def killed(*args, **more):
            connection = connect(*args, **more)
            def trace(statement):
                if statement.startswith({statement!r}):
                    os.kill(os.getpid(), signal.SIGKILL)
            connection.set_trace_callback(trace)
            return connection
        sqlite3.connect = killed
        newer = week_of_words("Row", "Run", modified="2021-03-02T00:00:00")
        SqliteSessionTable(Path({str(path)!r})).replace_week(newer)
    """
    killed = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=False, cwd=HERE)
    assert killed.returncode == -signal.SIGKILL
    assert table.read_week(MONDAY) == week_of_words("Snatch", "Clean", "Jerk")
    table.replace_week(week_of_words("Row", "Run", modified="2021-03-02T00:00:00"))
    assert table.read_week(MONDAY) == week_of_words("Row", "Run", modified="2021-03-02T00:00:00")


def test_writers_wait_for_each_other(path: Path) -> None:
    def replace(n: int) -> None:
        SqliteSessionTable(path).replace_week(week_of_words(f"w{n}", week=MONDAY + dt.timedelta(weeks=n)))

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(replace, range(24)))
    assert len(SqliteSessionTable(path).weeks()) == 24


def test_a_header_without_a_digest_gets_that_of_its_sessions(path: Path) -> None:
    """Headers of version 0.1.0 have none."""
    table = SqliteSessionTable(path)
    table.replace_week(week_of_words("Snatch", "Clean"))
    (before,) = table.weeks()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE sessions SET item = json_remove(item, '$.digest') WHERE date = '#weeks'")
    (after,) = table.weeks()
    assert after.digest == before.digest != ""


def test_without_ledger_and_index_the_sessions_are_read_and_the_next_write_makes_both(tmp_path: Path) -> None:
    path = tmp_path / "sessions.sqlite"
    table = SqliteSessionTable(path)
    table.replace_week(week_of_words("Monday"))
    with sqlite3.connect(path) as connection:
        connection.executescript("DROP TABLE ledger; DROP INDEX sessions_by_week")
    assert [week.week for week in table.weeks()] == [MONDAY]
    assert SqliteLedger(path).reserve("x", "y")


def test_the_remedy_for_a_corrupt_session_names_its_day(tmp_path: Path) -> None:
    path = tmp_path / "sessions.sqlite"
    table = SqliteSessionTable(path)
    table.replace_week(week_of_words("Monday"))
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE sessions SET item = 'x' WHERE date = ?", (str(MONDAY),))
        connection.execute("INSERT INTO sessions VALUES ('#weeks', 'rubbish', NULL, '{}')")
    with pytest.raises(StorageCorrupt, match=f"wod materialize --week {MONDAY}"):
        table.read_dates(MONDAY, MONDAY)
    said: list[str] = []
    table.weeks(lambda _, error: said.append(error.fix))
    assert said == ["It belongs to no week, and another program wrote it: delete it."]
