"""The session table and the ledger in one SQLite file: the same items under the same keys as in DynamoDB.

The file uses a rollback journal with full synchronisation, so that a killed process or a power cut never leaves part
of a transaction. Readers (the web page, `wod show`) see the last committed week while a run writes, and wait only
during the commit itself. WAL mode would not make them wait, but it keeps two more files beside the database; this
single file can be copied as it is, and read in a folder without write permission. Every operation opens its own
connection, so an instance may be used from any thread and after a fork.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec

from wod_pipeline.bounded_json import decode_json
from wod_pipeline.errors import StorageCorrupt, StorageError, StorageRefused, StorageUnavailable
from wod_pipeline.own_files import make_data_folder, mode_of_file
from wod_pipeline.pacing import batched
from wod_pipeline.program import SessionRecord, StoredWeek, WeekRecords
from wod_pipeline.storage import OnCorrupt, WeekChange, log_corrupt
from wod_pipeline.storage._items import (
    WEEKS,
    Item,
    Key,
    by_key,
    corrupt_item,
    idempotency_key,
    record_from_item,
)
from wod_pipeline.storage._week import (
    Header,
    Plan,
    assemble,
    header_from_item,
    header_item,
    inconsistent,
    plan_replacement,
    sort_records,
    sound,
    stored_week,
    week_of_header,
)
from wod_pipeline.wording import count

SESSIONS = "sessions"
"""Name of the table of sessions."""
_SCHEMA = """
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS sessions (
    date TEXT NOT NULL, session TEXT NOT NULL, week TEXT, item TEXT NOT NULL, PRIMARY KEY (date, session)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sessions_by_week ON sessions (week);
CREATE TABLE IF NOT EXISTS ledger (
    idempotency_key TEXT PRIMARY KEY, expires INTEGER NOT NULL
) WITHOUT ROWID;
COMMIT;
"""
_BUSY, _LOCKED, _IO_ERROR, _CORRUPT, _FULL, _NOT_A_DATABASE = 5, 6, 10, 11, 13, 26
"""Primary result codes, from https://www.sqlite.org/rescode.html; Python has names for them from 3.11 on."""
_CODES = {
    "database is locked": _BUSY,
    "database table is locked": _LOCKED,
    "disk I/O error": _IO_ERROR,
    "database disk image is malformed": _CORRUPT,
    "database or disk is full": _FULL,
    "file is not a database": _NOT_A_DATABASE,
}
"""SQLite's own sentences for these codes, for Python 3.10, whose errors have no code. Compared as a whole."""
_MOVE_FILE = "Move the file elsewhere, then materialize the weeks again: all of it comes from the lake."
_COLUMNS = "SELECT date, session, CAST(item AS BLOB) FROM sessions"
"""The item as bytes: SQLite's Python module refuses a whole result when one text of it is not UTF-8."""
_BATCH = 64
"""Weeks per transaction when many are replaced, and per snapshot when many are read."""


class _Database:
    """The file: opened for each operation, created by the first write, its errors raised as `StorageError`."""

    def __init__(self, path: Path, busy_timeout_s: float) -> None:
        self.path = Path(path)
        self._timeout = busy_timeout_s

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection | None]:
        """A connection that sees the file as of one moment; None if the file does not exist or has no tables."""
        with self._errors_in_words():
            if not self.path.exists():
                yield None
                return
            self._refuse_what_is_no_file()
            with contextlib.closing(self._connect()) as connection:
                connection.execute("BEGIN")
                yield connection if _has_sessions(connection) else None

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A connection with the write lock; committed at the end, rolled back on any error."""
        with self._errors_in_words():
            make_data_folder(self.path.parent)
            self._refuse_what_is_no_file()
            # SQLite gives the journal the permissions of the file.
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, mode_of_file(self.path.parent)))
            with contextlib.closing(self._connect()) as connection:
                if not _has_schema(connection):
                    connection.executescript(_SCHEMA)
                # The write lock is taken now: two transactions that read first and then write would block each other.
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")

    def verify_writable(self) -> None:
        """Write a header field with its current value: only a real write detects a read-only file or a full disk."""
        with self.writing() as connection:
            connection.execute("PRAGMA user_version = 0")

    def _refuse_what_is_no_file(self) -> None:
        """Raise for a folder, a pipe or a device: SQLite would wait for it, or call it an error of the disk."""
        if self.path.exists() and not self.path.is_file():
            raise StorageRefused(
                f"The session table cannot be at {self.path}: it is no file.", fix="Move it elsewhere."
            )

    def _connect(self) -> sqlite3.Connection:
        # isolation_level None: without it, `sqlite3` begins transactions on its own.
        connection = sqlite3.connect(self.path, timeout=self._timeout, isolation_level=None)
        # A row that is not UTF-8 is then one that another program has changed, which costs its week alone.
        connection.text_factory = functools.partial(str, encoding="utf-8", errors="replace")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA cache_spill = OFF")  # a spill would block readers until the commit
        return connection

    @contextlib.contextmanager
    def _errors_in_words(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise _in_words(error, self.path) from error
        except OSError as error:
            raise StorageRefused(
                f"The session table cannot be created at {self.path}: {error.strerror}.",
                fix="Set WOD_DATA_DIR to a folder with write permission.",
            ) from error


class SqliteSessionTable:
    """Session records in the SQLite file at `path`; writers wait up to `busy_timeout_s` for each other."""

    def __init__(self, path: Path, *, busy_timeout_s: float = 10.0) -> None:
        self._database = _Database(path, busy_timeout_s)

    def replace_week(self, value: WeekRecords, *, allow_empty: bool = False) -> WeekChange:
        with self._database.writing() as connection:
            return _replace(connection, value, allow_empty=allow_empty)

    def replace_weeks(
        self, values: Iterable[WeekRecords], *, allow_empty: bool = False
    ) -> dict[dt.date, WeekChange | Exception]:
        results: dict[dt.date, WeekChange | Exception] = {}
        for batch in batched(values, _BATCH):
            results |= self._replace_batch(batch, allow_empty=allow_empty)
        return results

    def read_week(self, week: dt.date) -> WeekRecords | None:
        query = f"{_COLUMNS} WHERE date = ? AND session = ?"
        with self._database.reading() as connection:
            headers = _select(connection, query, WEEKS, week.isoformat())
            return next((_read_week(connection, header) for header in headers), None)

    def read_weeks(
        self, first: dt.date, last: dt.date, on_corrupt: OnCorrupt = log_corrupt
    ) -> Iterator[WeekRecords]:
        # Batch by batch: one snapshot for all weeks would block the commits of writers until the last is read.
        lowest = first.isoformat()
        while True:
            keys, batch = self._read_between(lowest, last.isoformat(), on_corrupt)
            yield from batch
            if len(keys) < _BATCH:
                return
            lowest = f"{keys[-1]} "  # the next key

    def read_dates(self, first: dt.date, last: dt.date) -> list[SessionRecord]:
        query = f"{_COLUMNS} WHERE date BETWEEN ? AND ? ORDER BY date, session"
        with self._database.reading() as connection:
            items = _select(connection, query, first.isoformat(), last.isoformat())
        return sort_records([record_from_item(item) for item in items])

    def weeks(self, on_corrupt: OnCorrupt = log_corrupt) -> list[StoredWeek]:
        query = f"{_COLUMNS} WHERE date = ? ORDER BY session DESC"
        with self._database.reading() as connection:
            return list(sound(_rows(connection, query, WEEKS), stored_week, on_corrupt))

    def newest_week(self) -> StoredWeek | None:
        query = (
            f"{_COLUMNS} WHERE date = ?"
            " AND CASE WHEN json_valid(item) THEN json_extract(item, '$.count') END > 0 ORDER BY session DESC"
        )
        with self._database.reading() as connection:
            return next(sound(_rows(connection, query, WEEKS), stored_week, log_corrupt), None)

    def check(self) -> str:
        self._database.verify_writable()
        return f"{self._database.path} can be written and holds {count(self.weeks(), 'week')}"

    def _replace_batch(
        self, batch: list[WeekRecords], *, allow_empty: bool
    ) -> dict[dt.date, WeekChange | Exception]:
        """All weeks of the batch in one transaction; a week that fails is rolled back by itself."""
        results: dict[dt.date, WeekChange | Exception] = {}
        try:
            with self._database.writing() as connection:
                for value in batch:
                    # A savepoint per week: a transaction per week would flush the file to disk for each.
                    connection.execute("SAVEPOINT week")
                    try:
                        results[value.week] = _replace(connection, value, allow_empty=allow_empty)
                    except StorageError as error:
                        connection.execute("ROLLBACK TO week")
                        results[value.week] = error
                    connection.execute("RELEASE week")
        except StorageError as error:
            # The transaction as a whole failed, so no week of the batch is stored.
            return {value.week: error for value in batch}
        return results

    def _read_between(
        self, first: str, last: str, on_corrupt: OnCorrupt
    ) -> tuple[list[str], list[WeekRecords]]:
        """The first keys of weeks in `[first, last]`, at most a batch, and the sound weeks, as of one moment."""
        query = f"{_COLUMNS} WHERE date = ? AND session BETWEEN ? AND ? ORDER BY session LIMIT ?"
        with self._database.reading() as connection:
            headers = list(_rows(connection, query, WEEKS, first, last, _BATCH))
            read = functools.partial(_read_week, connection)
            return [key for key, _ in headers], list(sound(headers, read, on_corrupt))


class SqliteLedger:
    """Reservations in the SQLite file at `path`; each new one deletes those that have expired."""

    def __init__(
        self, path: Path, *, busy_timeout_s: float = 10.0, now: Callable[[], float] = time.time
    ) -> None:
        self._database = _Database(path, busy_timeout_s)
        self._now = now

    def reserve(self, operation: str, identifier: str, *, ttl_s: int = 86_400) -> bool:
        now = int(self._now())
        with self._database.writing() as connection:
            connection.execute("DELETE FROM ledger WHERE expires <= ?", (now,))
            inserted = connection.execute(
                "INSERT OR IGNORE INTO ledger VALUES (?, ?)",
                (idempotency_key(operation, identifier), now + ttl_s),
            )
            return inserted.rowcount == 1

    def release(self, operation: str, identifier: str) -> None:
        with self._database.writing() as connection:
            key = idempotency_key(operation, identifier)
            connection.execute("DELETE FROM ledger WHERE idempotency_key = ?", (key,))

    def check(self) -> str:
        self._database.verify_writable()
        return f"{self._database.path} can be written"


def _replace(connection: sqlite3.Connection, value: WeekRecords, *, allow_empty: bool) -> WeekChange:
    stored = _header_or_clear(connection, value.week)
    plan = plan_replacement(stored, value, allow_empty=allow_empty)
    if corrupt := plan.corrupt(_sound_sessions(connection, value.week) if plan.kept else {}):
        plan = plan_replacement(stored, value, allow_empty=allow_empty, corrupt=corrupt)
    _carry_out(connection, value.week, plan)
    return plan.change


def _header_or_clear(connection: sqlite3.Connection, week: dt.date) -> Header | None:
    """The stored header; None when there is none. A week whose header is corrupt is deleted: nobody can read it."""
    try:
        return _header(connection, week)
    except StorageCorrupt as error:
        log_corrupt(week.isoformat(), error)
        connection.execute("DELETE FROM sessions WHERE week = ?", (week.isoformat(),))
        connection.execute("DELETE FROM sessions WHERE date = ? AND session = ?", (WEEKS, week.isoformat()))
        return None


def _sound_sessions(connection: sqlite3.Connection, week: dt.date) -> dict[Key, Item]:
    """The session items of the week that are JSON objects."""
    rows = _rows(connection, f"{_COLUMNS} WHERE week = ?", week.isoformat())
    return by_key(item for _, item in rows if not isinstance(item, StorageCorrupt))


def _carry_out(connection: sqlite3.Connection, week: dt.date, plan: Plan) -> None:
    if plan.header is None:
        return
    connection.executemany("DELETE FROM sessions WHERE date = ? AND session = ?", plan.deletes)
    items = [header_item(week, plan.header), *plan.puts]
    connection.executemany("INSERT OR REPLACE INTO sessions VALUES (?, ?, ?, ?)", map(_row, items))


def _row(item: Item) -> tuple[str, str, str | None, str]:
    return item["date"], item["session"], item.get("week"), msgspec.json.encode(item, order="sorted").decode()


def _header(connection: sqlite3.Connection, week: dt.date) -> Header | None:
    query = f"{_COLUMNS} WHERE date = ? AND session = ?"
    return next(map(header_from_item, _select(connection, query, WEEKS, week.isoformat())), None)


def _read_week(connection: sqlite3.Connection | None, header: Item) -> WeekRecords:
    week = week_of_header(header)
    sessions = _select(connection, f"{_COLUMNS} WHERE week = ?", week.isoformat())
    value = assemble(week, header_from_item(header), by_key(sessions))
    if value is None:
        raise inconsistent(week)
    return value


def _select(connection: sqlite3.Connection | None, query: str, *values: str | int) -> list[Item]:
    """The items that a query returns. Raises `StorageCorrupt` for one that is not a JSON object."""
    items = []
    for _, item in _rows(connection, query, *values):
        if isinstance(item, StorageCorrupt):
            raise item
        items.append(item)
    return items


def _rows(
    connection: sqlite3.Connection | None, query: str, *values: str | int
) -> Iterator[tuple[str, Item | StorageCorrupt]]:
    """The `session` and the item of each row that a query of `_COLUMNS` returns, or the error that names the row.

    None without a connection, since a missing file is an empty table.
    """
    for date, session, data in connection.execute(query, values) if connection else ():
        yield session, _item((date, session), data)


def _item(key: Key, data: bytes) -> Item | StorageCorrupt:
    try:
        return {**decode_json(data, Item), "date": key[0], "session": key[1]}
    except (msgspec.MsgspecError, TypeError) as error:
        return corrupt_item(key, f"not a JSON object, {error}")


def _has_sessions(connection: sqlite3.Connection) -> bool:
    """Whether there is anything to read: an index or a ledger that is gone is made again by the next write."""
    query = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'sessions'"
    return bool(connection.execute(query).fetchone()[0])


def _has_schema(connection: sqlite3.Connection) -> bool:
    query = "SELECT count(*) FROM sqlite_master WHERE name IN ('sessions', 'sessions_by_week', 'ledger')"
    return bool(connection.execute(query).fetchone()[0] == 3)


def _in_words(error: sqlite3.Error, path: Path) -> StorageError:
    """The error with the file, whether a rerun helps, and a fix."""
    code, reason = _primary_code(error), str(error)
    if code in {_BUSY, _LOCKED}:
        return StorageUnavailable(
            f"{path} is in use by another program ({reason}); nothing was changed.",
            fix="Wait for the other run to end, or stop it.",
        )
    if code in {_FULL, _IO_ERROR}:
        return StorageUnavailable(
            f"{path} could not be written ({reason}); its contents are unchanged.",
            fix="Free some space, or set WOD_DATA_DIR to a folder on another disk.",
        )
    if code in {_NOT_A_DATABASE, _CORRUPT}:
        return StorageRefused(
            f"{path} is not a usable SQLite database ({reason}).",
            fix=_MOVE_FILE,
        )
    if reason.startswith("no such column"):
        return StorageRefused(f"{path} is the database of another program ({reason}).", fix=_MOVE_FILE)
    return StorageRefused(
        f"The session table {path} cannot be used: {reason}.",
        fix="Give this user read and write permission for the file and its folder, or set WOD_DATA_DIR to another.",
    )


def _primary_code(error: sqlite3.Error) -> int | None:
    """SQLite's primary result code: its lowest byte, the others name details. None if Python or SQLite gives none."""
    code: int | None = getattr(error, "sqlite_errorcode", None)  # new in Python 3.11
    return _CODES.get(str(error)) if code is None else code & 0xFF
