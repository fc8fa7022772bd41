"""A day as it is stored: its sessions, and those of its week that the post gives no day."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from wod_pipeline.program import SessionRecord, WeekRecords
from wod_pipeline.reading.undated import undated_of
from wod_pipeline.storage import SessionTable
from wod_pipeline.weeks import monday_of


class StoredDay(NamedTuple):
    """The sessions of a day, those of its week without a day, and the week itself; None when it is not stored."""

    records: list[SessionRecord]
    undated: list[SessionRecord]
    week: WeekRecords | None


def read_day(table: SessionTable, day: dt.date) -> StoredDay:
    """What is stored for a day. Raises `StorageError`."""
    week = table.read_week(monday_of(day))
    return StoredDay(table.read_dates(day, day), undated_of(week.records) if week else [], week)
