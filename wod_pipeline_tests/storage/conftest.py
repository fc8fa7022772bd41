"""The stores the contract runs over: a test that asks for `lake`, `table` or `ledger` runs once for each."""

from __future__ import annotations

from pathlib import Path

import pytest

from wod_pipeline.storage import Lake, Ledger, SessionTable
from wod_pipeline.storage._folder import FolderLake
from wod_pipeline.storage._sqlite import SqliteLedger, SqliteSessionTable


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_614_500_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["folder"])
def lake(request: pytest.FixtureRequest, tmp_path: Path) -> Lake:
    return FolderLake(tmp_path / "lake")


@pytest.fixture(params=["sqlite"])
def table(request: pytest.FixtureRequest, tmp_path: Path) -> SessionTable:
    return SqliteSessionTable(tmp_path / "wod.sqlite")


@pytest.fixture(params=["sqlite"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Ledger:
    return SqliteLedger(tmp_path / "wod.sqlite", now=clock)
