"""Dagster's SQLite files kept open while runs last: opened once, and every commit there for others."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from wod_pipeline.resources.event_log import MAX_IDLE, sqlite_kept_open


def insert(path: Path) -> int:
    """Write a row as Dagster does, through an engine of its own; the identity of the connection used."""
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS t (n)"))
        connection.execute(text("INSERT INTO t VALUES (1)"))
        connection.commit()
        return id(connection.connection.dbapi_connection)


def count(path: Path) -> int:
    with sqlite3.connect(path) as connection:
        found: int = connection.execute("SELECT count(*) FROM t").fetchone()[0]
        return found


def test_a_file_is_opened_once_and_every_commit_is_there_for_others(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with sqlite_kept_open():
        assert insert(path) == insert(path)
        assert count(path) == 2


def test_a_connection_in_use_is_not_given_to_another_thread(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with sqlite_kept_open():
        insert(path)
        threads = [threading.Thread(target=insert, args=(path,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert count(path) == 5


def test_only_a_few_files_stay_open(tmp_path: Path) -> None:
    with sqlite_kept_open():
        for n in range(3 * MAX_IDLE):
            insert(tmp_path / f"{n}.db")
        assert len(list(tmp_path.glob("*.db"))) == 3 * MAX_IDLE
        insert(tmp_path / "0.db")
    assert count(tmp_path / "0.db") == 2


def test_what_was_not_committed_is_gone_when_a_connection_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with sqlite_kept_open():
        insert(path)
        engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
        with engine.connect() as connection:
            connection.execute(text("INSERT INTO t VALUES (2)"))
        insert(path)
    assert count(path) == 2


def test_nested_contexts_share_what_is_open_and_the_outermost_closes_it(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with sqlite_kept_open():
        first = insert(path)
        with sqlite_kept_open():
            assert insert(path) == first
        assert insert(path) == first
    with sqlite_kept_open():
        assert count(path) == 3
