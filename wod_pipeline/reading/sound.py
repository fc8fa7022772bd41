"""Sessions of many days, without the weeks that cannot be read: a corrupt week costs only itself."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from typing import NamedTuple

from wod_pipeline.errors import StorageCorrupt
from wod_pipeline.program import SessionRecord
from wod_pipeline.storage import SessionTable, log_corrupt
from wod_pipeline.weeks import WEEK, monday_of, week_of_key


class SoundDays(NamedTuple):
    """Sessions by date, and the weeks left out because what is stored of them cannot be read."""

    records: list[SessionRecord]
    corrupt_weeks: list[dt.date]


def read_sound_days(table: SessionTable, first: dt.date, last: dt.date) -> SoundDays:
    """Sessions dated within `[first, last]`; corrupt weeks are logged. Raises any other `StorageError`."""
    try:
        return SoundDays(table.read_dates(first, last), [])
    except StorageCorrupt:
        return _read_by_week(table, first, last)


def _read_by_week(table: SessionTable, first: dt.date, last: dt.date) -> SoundDays:
    corrupt: list[dt.date] = []

    def leave_out(key: str, error: StorageCorrupt) -> None:
        log_corrupt(key, error)
        with suppress(ValueError):  # a key that names no week
            corrupt.append(week_of_key(key))

    # A session may be dated in the week before or after its own.
    weeks = table.read_weeks(monday_of(first) - WEEK, monday_of(last) + WEEK, leave_out)
    dated = [
        (record.date, record.session, record) for week in weeks for record in week.records if record.date
    ]
    within = sorted((row for row in dated if first <= row[0] <= last), key=lambda row: row[:2])
    return SoundDays([record for *_, record in within], corrupt)
