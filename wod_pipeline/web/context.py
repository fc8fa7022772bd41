"""What pages and API answer from: the session table and its index, the clock, the visitor's maxes."""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from fastapi import Depends, Request

from wod_pipeline.absence import Absence
from wod_pipeline.errors import WodError
from wod_pipeline.feed_key import FeedKey
from wod_pipeline.program import WeekRecords
from wod_pipeline.reading.absence import find_absence
from wod_pipeline.reading.entries import IndexEntry
from wod_pipeline.reading.index import IndexCache, SessionIndex
from wod_pipeline.storage import Lake, SessionTable
from wod_pipeline.training import Athlete, LoadRow, Period, load_by, period_holding
from wod_pipeline.web import maxes
from wod_pipeline.web.recent_calendars import RecentCalendars
from wod_pipeline.weeks import DAY, FIRST_DAY
from wod_pipeline.wording import is_site_address

CalendarState = Literal["no maxes", "on", "off"]
"""Whether there is a calendar with weights: not without maxes, and off without a key to sign its address."""


@dataclass(frozen=True)
class AppContext:
    """What every request is answered from.

    `lake` is where the looks at the site are kept; without one none is known. `stored_calendars` reads the calendars
    of these weeks (Mondays) from the lake; they hold the cancellations. Without a `feed_key` there are no personal
    calendars. `page_url` is the address of the site as set.
    """

    table: SessionTable
    index_cache: IndexCache
    zone: ZoneInfo
    now: Callable[[], dt.datetime]
    lake: Lake | None
    stored_calendars: Callable[[Sequence[dt.date]], dict[str, bytes]]
    feed_key: FeedKey | None = None
    page_url: str = ""
    recent_calendars: RecentCalendars = field(default_factory=RecentCalendars)

    @property
    def index(self) -> SessionIndex:
        """Every stored session, indexed."""
        return self.index_cache.current()

    def signing_key(self) -> bytes | None:
        """The key that signs personal calendars; None when there is none to use, which has been logged."""
        try:
            return self.feed_key.current() if self.feed_key else None
        except WodError:
            return None

    def today_in(self, zone: ZoneInfo) -> dt.date:
        """The current day in a time zone."""
        return self.now().astimezone(zone).date()

    @property
    def program_today(self) -> dt.date:
        """The current day in the program's time zone."""
        return self.today_in(self.zone)

    def absence_of(self, week: dt.date, stored: WeekRecords | None) -> Absence:
        """Why the week, or a day of it, has no session; `stored` is what the table holds of it."""
        return find_absence(self.lake, week, stored)


def _context(request: Request) -> AppContext:
    return cast("AppContext", request.app.state.context)


def _visitor(request: Request) -> Athlete | None:
    return maxes.athlete_of(request.cookies.get(maxes.COOKIE))


def is_https(request: Request) -> bool:
    """Whether the visitor came by https, as far as a trusted proxy or the address of the site that is set says."""
    page = urlsplit(_context(request).page_url)
    came_by_it = page.netloc.lower() == request.headers.get("host", "").lower()
    return request.scope["scheme"] == "https" or (page.scheme == "https" and came_by_it)


def page_url_of(request: Request) -> str:
    """The address of the site: as set, otherwise the one the visitor came by; empty when that cannot be one."""
    if own := _context(request).page_url:
        return own
    try:
        address = str(request.base_url).rstrip("/")
    except ValueError:
        return ""
    is_plain = address.isascii() and address.isprintable() and len(address) <= LONGEST_ADDRESS
    return address if is_plain and is_site_address(address) else ""


def is_only_here(address: str) -> bool:
    """Whether an address leads to the visitor's own computer, whoever follows it."""
    host = urlsplit(address).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _calendar_state(request: Request) -> CalendarState:
    if _visitor(request) is None:
        return "no maxes"
    return "off" if _context(request).signing_key() is None else "on"


Context = Annotated[AppContext, Depends(_context)]
Visitor = Annotated[Athlete | None, Depends(_visitor)]
"""The visitor's maxes, from their cookie."""
WithWeights = Annotated[CalendarState, Depends(_calendar_state)]
"""Whether the visitor can have a calendar with weights. As a dependency it does not make other visitors wait."""
PageUrl = Annotated[str, Depends(page_url_of)]
"""The address of the site, without a slash at its end."""
LONGEST_ADDRESS = 300
"""Characters of an address of the site that a request may name."""


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
