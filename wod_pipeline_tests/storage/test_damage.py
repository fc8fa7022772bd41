"""Stored bytes that another program has damaged: each reader gives what is left, or one typed error with the name."""

from __future__ import annotations

import datetime as dt
import random
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from wod_pipeline.errors import StorageCorrupt
from wod_pipeline.looks import Looks
from wod_pipeline.program import LAST_LINE, encode
from wod_pipeline.reading import stored_index
from wod_pipeline.rendering import as_text, view_session
from wod_pipeline.storage.folder import FolderLake
from wod_pipeline.storage.looks import SITE_KEY, WEEKS_KEY, read_looks
from wod_pipeline.storage.sqlite import SqliteSessionTable
from wod_pipeline.storage.stages import (
    STAGES,
    index_key,
    read_removals,
    read_stage,
    read_stored_records,
    records_key,
    removals_key,
    stage_key,
)
from wod_pipeline_tests.builders import MONDAY, raw_post, week_records

SEED = 14
LINES = ("Monday", "A.", "3 sets of 2 reps:", "Snatch @ 70%", "Breathe.")
DEEP = b"[" * 5_000 + b"]" * 5_000
DAMAGE = (
    b"",
    b"\x00",
    b'"\xff"',
    b"[" * 100_000,
    DEEP,
    b'{"x": ' + DEEP + b"}",
    b'{"week": "0000-01-01"}',
    b'{"week": "99999-01-01"}',
    b'{"week": 1e999}',
    b"1" + b"0" * 400,
    b"NaN",
    b"null",
    b"{}",
)
VALUES = (
    "1e999",
    "1" + "0" * 400,
    "9223372036854775808",
    "-1",
    "NaN",
    '"x"',
    "null",
    "[]",
    "{}",
    '"\\ud800"',
)
DAYS = ("0000-01-01", "99999-01-01", "9999-12-31", "0001-01-01", "2026-02-30")


@pytest.fixture
def lake(tmp_path: Path) -> FolderLake:
    return FolderLake(tmp_path / "lake")


@pytest.mark.parametrize("data", DAMAGE, ids=range(len(DAMAGE)))
@pytest.mark.parametrize("stage", STAGES)
def test_a_damaged_stage_is_an_error_with_its_key_and_the_remedy(
    lake: FolderLake, stage: str, data: bytes
) -> None:
    lake.write(stage_key(stage, MONDAY), data)
    with pytest.raises(StorageCorrupt) as found:
        read_stage(lake, stage, [MONDAY])
    assert stage_key(stage, MONDAY) in found.value.what
    assert f"wod materialize --week {MONDAY}" in found.value.fix


@pytest.mark.parametrize("data", DAMAGE[:-2], ids=range(len(DAMAGE) - 2))
def test_what_only_explains_or_saves_time_is_taken_as_not_known(lake: FolderLake, data: bytes) -> None:
    for key in (SITE_KEY, WEEKS_KEY, removals_key(MONDAY), index_key(MONDAY.year)):
        lake.write(key, data)
    assert read_looks(lake) == Looks()
    assert read_removals(lake, [MONDAY]) == {}
    assert stored_index.read_stored_weeks(lake, [MONDAY.year]) == {}


@pytest.mark.parametrize("data", DAMAGE[1:], ids=range(1, len(DAMAGE)))
def test_damaged_records_in_the_lake_are_absent(lake: FolderLake, data: bytes) -> None:
    lake.write(records_key(MONDAY), data)
    assert read_stored_records(lake, [MONDAY]) == {}


def stored(tmp_path: Path) -> tuple[SqliteSessionTable, Path]:
    path = tmp_path / "sessions.sqlite"
    table = SqliteSessionTable(path)
    table.replace_weeks([week_records(raw_post(*LINES))])
    return table, path


def overwrite(path: Path, item: str | bytes) -> None:
    """Replace the item of the one session."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE sessions SET item = ? WHERE date = ?", (item, MONDAY.isoformat()))


def item_of(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        query = "SELECT item FROM sessions WHERE date = ?"
        return str(connection.execute(query, (MONDAY.isoformat(),)).fetchone()[0])


@pytest.mark.parametrize("number", [LAST_LINE + 1, 10**400, -1])
def test_a_session_with_lines_that_cannot_be_is_corrupt(tmp_path: Path, number: int) -> None:
    table, path = stored(tmp_path)
    spans = r'"lines":\[\d+,\d+\]'
    assert re.search(spans, item_of(path))
    overwrite(path, re.sub(spans, f'"lines":[0,{number}]', item_of(path)))
    with pytest.raises(StorageCorrupt, match=str(MONDAY)):
        table.read_week(MONDAY)


def damaged(item: str, chance: random.Random) -> str | bytes:
    """The item with a value or a day of it replaced, or a byte."""
    values = list(re.finditer(r"(?<=[:\[,])(-?\d[\d.]*|\"[^\"]*\"|null|true|false)(?=[,}\]])", item))
    days = list(re.finditer(r"\d{4}-\d\d-\d\d", item))
    match chance.randrange(4):
        case 0:
            at = chance.randrange(len(item))
            return item[:at].encode() + b"\xff" + item[at:].encode()
        case 1:
            found, new = chance.choice(days), chance.choice(DAYS)
        case _:
            found, new = chance.choice(values), chance.choice(VALUES)
    return item[: found.start()] + new + item[found.end() :]


def test_a_session_damaged_anywhere_is_shown_or_is_corrupt(tmp_path: Path) -> None:
    table, path = stored(tmp_path)
    whole, chance = item_of(path), random.Random(SEED)
    read = 0
    for _ in range(300):
        overwrite(path, damaged(whole, chance))
        try:
            records = table.read_dates(MONDAY, MONDAY + dt.timedelta(days=6))
        except StorageCorrupt:
            continue
        for record in records:
            as_text(view_session(record), 80)
            encode(record)
            read += 1
    assert read, "some damage leaves a session that can be read"
