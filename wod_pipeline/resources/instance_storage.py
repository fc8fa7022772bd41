"""The storage of Dagster's own records in SQLite, with connections kept open between events.

Dagster's `DagsterSqliteStorage` makes a new engine for every event, several times over. Closing the last connection
to a file in WAL mode folds the log into the file and deletes it, which flushes the disk; and a new engine knows no
compiled statement. Together that was most of the time of a backfill. The classes here keep one engine for each file;
what is written, where, and when it is committed, stays the same, so an instance may change between the two.

An instance uses them when its `dagster.yaml` names `PooledSqliteStorage`, as `settings.INSTANCE_CONFIG` does. Every
process of Dagster then imports this module, so it imports nothing else of this package. Open connections do not
survive a fork: processes are forked before the instance is opened (`running._processes`), and Dagster spawns its own.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._core.storage.runs.sqlite.sqlite_run_storage import SqliteRunStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

MAX_SHARDS = 8
"""Files of the event log kept open: one for each run, of which only the last ones are in use, and the index."""


class PooledEventLogStorage(SqliteEventLogStorage):
    """Dagster's event log in one SQLite file for each run and an index, the last used of them kept open."""

    def __init__(self, base_dir: str) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        super().__init__(base_dir)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:  # so one connection for each file is enough
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.begin() as connection:
                yield connection

    def _engine(self, shard: str) -> Engine:
        if shard not in self._engines:
            url = self.conn_string_for_shard(shard)
            engine = _pooled_engine(url, timeout=SQLITE_BUSY_TIMEOUT_SECONDS)
            event.listen(engine, "connect", _flush_less)
            self._engines[shard] = engine
        self._engines.move_to_end(shard)
        if len(self._engines) > MAX_SHARDS:
            _close(self._engines.popitem(last=False)[1])
        return self._engines[shard]

    def wipe(self) -> None:
        """Delete every event. Files are deleted with them, so none may stay open."""
        self._close_all()
        super().wipe()

    def dispose(self) -> None:
        """Close every file; a later use opens them again."""
        super().dispose()
        self._close_all()

    def _close_all(self) -> None:
        with self._db_lock:
            while self._engines:
                _close(self._engines.popitem()[1])


class PooledRunStorage(SqliteRunStorage):
    """Dagster's table of runs in one SQLite file that is kept open."""

    def __init__(self, conn_string: str) -> None:
        self._engine = _pooled_engine(conn_string)
        super().__init__(conn_string)

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A connection within a transaction, committed at the end of the context."""
        with self._engine.begin() as connection:
            yield connection

    def dispose(self) -> None:
        """Close the file; a later use opens it again."""
        super().dispose()
        self._engine.dispose()


class PooledSqliteStorage(DagsterSqliteStorage):
    """Dagster's SQLite storage, its runs and event log kept open; same files, same configuration (`base_dir`)."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(base_dir, inst_data)
        self._run_storage = PooledRunStorage(self._run_storage._conn_string)
        self._event_log_storage = PooledEventLogStorage(self._event_log_storage._base_dir)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> PooledSqliteStorage:
        """Make the storage that a `dagster.yaml` describes."""
        return cls.from_local(inst_data=inst_data, **config_value)


def _pooled_engine(url: str, **connect_args: float) -> Engine:
    """An engine that keeps one connection; further ones at the same time are closed after use."""
    options = {"check_same_thread": False, **connect_args}
    return create_engine(url, poolclass=QueuePool, pool_size=1, max_overflow=-1, connect_args=options)


def _flush_less(connection: Any, _record: object) -> None:
    # A power cut may cost the log its last events, never its integrity. Our own values are flushed before.
    connection.execute("PRAGMA synchronous = NORMAL")


def _close(engine: Engine) -> None:
    """Close the file, its write-ahead log folded in: the UI watches the file itself for new events."""
    with suppress(DBAPIError), engine.connect() as connection:  # what is not folded in now is folded in later
        connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")
    engine.dispose()
