"""The next training day of the stored sessions, and on which days those are that have a chosen one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from wod_pipeline.program import SessionRecord
from wod_pipeline.reading.undated import DayChoices, chosen_day, undated_of
from wod_pipeline.storage import SessionTable
from wod_pipeline.weeks import DAY, LAST_DAY, WEEK, monday_of

LOOK_AHEAD = 4 * WEEK
"""How far ahead the next training day is looked for."""


def next_training_after(
    table: SessionTable, day: dt.date, choices: DayChoices | None = None
) -> tuple[dt.date, list[SessionRecord]] | None:
    """The next training day and its sessions, those with a chosen day included.

    None when there is none within `LOOK_AHEAD`. Raises `StorageError`.
    """
    first, last = day + DAY, min(day + LOOK_AHEAD, LAST_DAY)
    dated = [(record.date, record) for record in table.read_dates(first, last) if record.date]
    chosen = chosen_between(table, first, last, choices or {})
    training = [(on, record) for on, record in (*dated, *chosen) if record.kind != "rest"]
    if not training:
        return None
    next_day = min(on for on, _ in training)
    return next_day, [record for on, record in training if on == next_day]


def undated_between(
    table: SessionTable, first: dt.date, last: dt.date, choices: DayChoices | None = None
) -> dict[dt.date, int]:
    """The weeks whose Monday lies in `[first, last]` with sessions that have no day, and how many of them.

    A session with a chosen day has one. Raises `StorageError`.
    """
    chosen = choices or {}
    counts = {
        week.week: sum(chosen_day(record, chosen) is None for record in undated_of(week.records))
        for week in table.read_weeks(first, last)
    }
    return {week: number for week, number in counts.items() if number}


def chosen_between(
    table: SessionTable, first: dt.date, last: dt.date, choices: DayChoices
) -> Iterator[tuple[dt.date, SessionRecord]]:
    """The sessions without a date whose chosen day lies in `[first, last]`, each with that day."""
    if not choices:
        return
    for week in table.read_weeks(monday_of(first), monday_of(last)):
        for record in undated_of(week.records):
            on = chosen_day(record, choices)
            if on is not None and first <= on <= last:
                yield on, record
