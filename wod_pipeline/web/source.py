"""What pages and API read: the session table, its index, the day it is, and the visitor's maxes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from typing import Annotated, cast
from zoneinfo import ZoneInfo

from fastapi import Depends, Request

from wod_pipeline.program import Outcome, SessionRecord
from wod_pipeline.reading.journal import Journal, Snapshot
from wod_pipeline.storage import SessionTable
from wod_pipeline.training import Athlete, LoadRow, Period, load_by, period_holding
from wod_pipeline.web import maxes
from wod_pipeline.weeks import DAY, monday_of

FIRST_DAY, LAST_DAY = dt.date(1990, 1, 1), dt.date(2999, 12, 31)
"""Days a visitor may ask for."""
LOOK_AHEAD = dt.timedelta(days=28)


@dataclass(frozen=True)
class Source:
    """Where answers come from. `published` are the calendars of these weeks as stored, for their cancellations."""

    table: SessionTable
    journal: Journal
    zone: ZoneInfo
    today: Callable[[], dt.date]
    published: Callable[[Sequence[dt.date]], list[bytes]]

    @property
    def snapshot(self) -> Snapshot:
        """Every stored session, indexed."""
        return self.journal.snapshot()

    def on(self, day: dt.date) -> list[SessionRecord]:
        """The sessions of a day."""
        return self.table.read_dates(day, day)

    def next_after(self, day: dt.date) -> list[SessionRecord]:
        """The sessions of the next day with training; empty when the next weeks have none."""
        later = self.table.read_dates(day + DAY, min(day + LOOK_AHEAD, LAST_DAY))
        training = [record for record in later if record.kind != "rest"]
        return [record for record in training if record.date == training[0].date]

    def is_fresh(self) -> bool:
        """Whether the week that runs today is stored with sessions."""
        stored = self.table.read_week(monday_of(self.today()))
        return stored is not None and stored.outcome is Outcome.PUBLISHED


def _source(request: Request) -> Source:
    return cast("Source", request.app.state.source)


def _athlete(request: Request) -> Athlete | None:
    return maxes.athlete_of(request.cookies.get(maxes.COOKIE))


FromSource = Annotated[Source, Depends(_source)]
Visitor = Annotated[Athlete | None, Depends(_athlete)]
"""The visitor's maxes, from their cookie."""


def load_rows(
    snapshot: Snapshot, by: Period, first: dt.date, last: dt.date, athlete: Athlete | None
) -> list[LoadRow]:
    """The load of the periods from that of `first` on, each compared with the one before it."""
    start = period_holding(by, first)
    before = period_holding(by, max(start - DAY, FIRST_DAY))
    rows = load_by(by, snapshot.doses(snapshot.between(before, last)), athlete)
    return [row for row in rows if row.start >= start]


def last_modified(records: list[SessionRecord], visitor: Athlete | None) -> dict[str, str]:
    """The `Last-Modified` header: when the newest of the posts behind these sessions was edited.

    Empty when the site did not say, and with maxes, since the weights change without the posts.
    """
    if visitor is not None:
        return {}
    try:
        edited = max(dt.datetime.fromisoformat(record.modified_gmt) for record in records)
    except ValueError:
        return {}
    return {"Last-Modified": format_datetime(edited.replace(tzinfo=dt.timezone.utc), usegmt=True)}
