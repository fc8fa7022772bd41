"""Dagster's SQLite files kept open while runs write thousands of events to them.

Dagster makes a new engine for every event, several times over. Closing the last connection to a file in WAL mode
folds the log into the file and deletes it, which flushes the disk; and a new engine knows no compiled statement.
Together that was most of the time of a backfill. Here SQLAlchemy, through its events, is handed connections that
survive their closing, and statements that were compiled before. What is written, and when it is committed, stays
the same. Other databases than SQLite are left alone.

Every run keeps the files open while it lasts, through its IO managers, in whatever process it is executed.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, Dialect, Engine

MAX_IDLE = 8
"""Connections kept: there is a file for each run, and only the last one and the shared ones are still used."""


class _Connection(sqlite3.Connection):
    """A connection that goes back to where it came from when it is closed."""

    shelf: _Shelf | None = None
    key: str = ""

    def close(self) -> None:
        """Give the connection back; without a shelf, really close it."""
        if self.shelf is None or not self.shelf.put_back(self):
            super().close()


class _Shelf:
    """Idle connections by file. Each is in use by one thread at a time."""

    def __init__(self) -> None:
        self._idle: list[_Connection] = []
        self._lock = threading.Lock()
        self._open = True

    def connect(self, dialect: Dialect, _record: Any, arguments: Any, options: Any) -> _Connection | None:
        """SQLAlchemy's `do_connect`: a connection to the file, or None to let SQLAlchemy open one itself."""
        if dialect.name != "sqlite" or not arguments or ":memory:" in str(arguments[0]):
            return None
        key = f"{arguments} {options}"
        with self._lock:
            for n, connection in enumerate(self._idle):
                if connection.key == key:
                    return self._idle.pop(n)
        return self._new(key, arguments, options)

    def _new(self, key: str, arguments: Any, options: Any) -> _Connection:
        chosen = {**options, "check_same_thread": False, "factory": _Connection}
        connection: _Connection = sqlite3.connect(*arguments, **chosen)
        # A power cut may cost the log its last events, never its integrity. Our own values are flushed before.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.shelf, connection.key = self, key
        return connection

    def put_back(self, connection: _Connection) -> bool:
        """Keep the connection for its next use; False when it is to be closed."""
        connection.rollback()
        oldest = None
        with self._lock:
            if not self._open:
                return False
            self._idle.append(connection)
            if len(self._idle) > MAX_IDLE:
                oldest = self._idle.pop(0)
        if oldest is not None:
            sqlite3.Connection.close(oldest)
        return True

    def clear(self) -> None:
        """Close what is idle now, and from now on whatever is given back."""
        with self._lock:
            self._open = False
            idle, self._idle = self._idle, []
        for connection in idle:
            sqlite3.Connection.close(connection)


class _Statements(dict[Any, Any]):
    """Compiled statements, whichever engine they were compiled for: all are of the same SQLite."""

    def get(self, key: Any, default: Any = None) -> Any:
        """The statement compiled before."""
        return super().get(_without_dialect(key), default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        super().__setitem__(_without_dialect(key), compiled)


def _without_dialect(key: Any) -> Any:
    return tuple(part for part in key if not isinstance(part, Dialect)) if isinstance(key, tuple) else key


@contextmanager
def sqlite_kept_open() -> Iterator[None]:
    """Keep every SQLite file that SQLAlchemy opens within this context open until its end; may be nested."""
    with _USES:
        yield


class _Uses:
    """The contexts open in this process: the first begins to listen, the last ends it."""

    def __init__(self) -> None:
        self._count = 0
        self._lock = threading.Lock()
        self._listening = ExitStack()

    def __enter__(self) -> None:
        with self._lock:
            if not self._count:
                self._listening.enter_context(_listening())
            self._count += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._count -= 1
            if not self._count:
                self._listening.close()


@contextmanager
def _listening() -> Iterator[None]:
    shelf, statements = _Shelf(), _Statements()

    def share_statements(connection: Connection) -> None:
        if connection.dialect.name == "sqlite":
            connection.execution_options(compiled_cache=statements)

    event.listen(Engine, "do_connect", shelf.connect)
    event.listen(Engine, "engine_connect", share_statements)
    try:
        yield
    finally:
        event.remove(Engine, "engine_connect", share_statements)
        event.remove(Engine, "do_connect", shelf.connect)
        shelf.clear()


_USES = _Uses()
