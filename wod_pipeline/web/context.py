"""What pages and API answer from: the session table and its index, today's date, the visitor's maxes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, cast
from zoneinfo import ZoneInfo

from fastapi import Depends, Request

from wod_pipeline.program import Outcome, SessionRecord
from wod_pipeline.reading.index import IndexCache, IndexEntry, SessionIndex
from wod_pipeline.storage import SessionTable
from wod_pipeline.training import Athlete, LoadRow, Period, load_by, period_holding
from wod_pipeline.web import maxes
from wod_pipeline.weeks import DAY, FIRST_DAY, monday_of


@dataclass(frozen=True)
class AppContext:
    """What every request is answered from.

    `stored_calendars` reads the calendars of these weeks (Mondays) from the lake; they hold the cancellations.
    """

    table: SessionTable
    index_cache: IndexCache
    zone: ZoneInfo
    today: Callable[[], dt.date]
    stored_calendars: Callable[[Sequence[dt.date]], list[bytes]]

    @property
    def index(self) -> SessionIndex:
        """Every stored session, indexed."""
        return self.index_cache.current()

    def sessions_on(self, day: dt.date) -> list[SessionRecord]:
        """The sessions of a day."""
        return self.table.read_dates(day, day)

    def is_fresh(self) -> bool:
        """Whether the current week is stored with sessions."""
        stored = self.table.read_week(monday_of(self.today()))
        return stored is not None and stored.outcome is Outcome.PUBLISHED


def _context(request: Request) -> AppContext:
    return cast("AppContext", request.app.state.context)


def _visitor(request: Request) -> Athlete | None:
    return maxes.athlete_of(request.cookies.get(maxes.COOKIE))


Context = Annotated[AppContext, Depends(_context)]
Visitor = Annotated[Athlete | None, Depends(_visitor)]
"""The visitor's maxes, from their cookie."""


def load_rows(
    index: SessionIndex,
    by: Period,
    first: dt.date,
    last: dt.date,
    athlete: Athlete | None,
    passes: Callable[[IndexEntry], bool] = lambda _: True,
) -> list[LoadRow]:
    """The load of every period from the one of `first` to the one of `last`, each with its change.

    Of the sessions that pass, by default all.
    """
    start = period_holding(by, first)
    before = period_holding(by, max(start - DAY, FIRST_DAY))
    rows = load_by(by, index.doses(filter(passes, index.between(before, last))), athlete)
    return [row for row in rows if row.start >= start]
