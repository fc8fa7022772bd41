"""The next training day of the stored sessions, for the command line and the page."""

from __future__ import annotations

import datetime as dt

from wod_pipeline.program import SessionRecord
from wod_pipeline.storage import SessionTable
from wod_pipeline.weeks import DAY, LAST_DAY, WEEK

LOOK_AHEAD = 4 * WEEK
"""How far ahead the next training day is looked for."""


def next_training_after(table: SessionTable, day: dt.date) -> list[SessionRecord]:
    """The sessions of the next training day; empty when there is none within `LOOK_AHEAD`. Raises `StorageError`."""
    later = table.read_dates(day + DAY, min(day + LOOK_AHEAD, LAST_DAY))
    training = [record for record in later if record.kind != "rest"]
    return [record for record in training if record.date == training[0].date]
