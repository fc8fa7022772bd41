"""Sessions whose post gives them no day, and the weekdays that an athlete has chosen for them. Pure.

A program of `Day 1`, `Day 2`, `Day 3` says in which week a session is, not on which day. The athlete's choice holds
for the same session of every week: it is kept by program and number (or label, or place in the post).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from wod_pipeline.program import WEEKDAYS, SessionRecord, Weekday
from wod_pipeline.weeks import DAY

LONGEST_LABEL = 40
"""Characters of a label that tell sessions apart."""

SessionName = tuple[str, str]
"""Program, and the session's number or label within every week of it."""
DayChoices = Mapping[SessionName, Weekday]
"""The weekday that an athlete has chosen for a session."""


def undated_of(records: Iterable[SessionRecord]) -> list[SessionRecord]:
    """The sessions without a day."""
    return [record for record in records if record.date is None]


def name_of(record: SessionRecord) -> SessionName:
    """What a session without a day is called in every week: by its number, label or place in the post."""
    if record.ordinal is not None:
        return record.program, str(record.ordinal)
    label = " ".join((record.label or "").casefold().split())[:LONGEST_LABEL]
    return record.program, label or f"n{record.session.rpartition('/')[2]}"


def chosen_day(record: SessionRecord, choices: DayChoices) -> dt.date | None:
    """The day chosen for a session that has none; None for a dated one and without a choice."""
    weekday = choices.get(name_of(record)) if record.date is None else None
    return None if weekday is None else record.week + WEEKDAYS.index(weekday) * DAY
