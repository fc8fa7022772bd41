"""``/calendar.ics`` and ``/calendar/….ics``: calendars that other programs subscribe to, without and with weights."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Collection, Iterable
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.exceptions import HTTPException
from starlette.responses import Response

from wod_pipeline.errors import StorageCorrupt
from wod_pipeline.reading.calendar import as_calendar, is_calendar
from wod_pipeline.reading.sound import SoundDays, read_sound_days
from wod_pipeline.reading.undated import DayChoices
from wod_pipeline.reading.upcoming import chosen_between
from wod_pipeline.training import Athlete
from wod_pipeline.web import maxes, personal
from wod_pipeline.web.api import MOST_DAYS, checked_days
from wod_pipeline.web.context import AppContext, Context, PageUrl, Visitor
from wod_pipeline.web.days import Choices
from wod_pipeline.web.http import ConditionalRoute
from wod_pipeline.web.openapi import problem_responses
from wod_pipeline.web.parameters import From, To
from wod_pipeline.weeks import FIRST_DAY, LAST_DAY, WEEK, days_between, monday_of

log = logging.getLogger(__name__)

router = APIRouter(route_class=ConditionalRoute)

PAST, FUTURE = dt.timedelta(days=60), dt.timedelta(days=60)
"""The days covered before and after today when the request names none."""
MOST = dt.timedelta(days=MOST_DAYS - 1)
NOT_VALID = (
    "This address of a calendar is not valid: it was mistyped or cut off, or it was revoked. The page /maxes makes"
    " another one."
)
OFF = "Calendars with weights are not available for now."

Rest = Annotated[bool, Query(description="Whether rest days are in the calendar: `yes` or `no`")]


class CalendarResponse(Response):
    """An answer in iCalendar format."""

    media_type = "text/calendar"


@router.get(
    "/calendar.ics",
    response_class=CalendarResponse,
    response_description="An iCalendar (RFC 5545)",
    responses=problem_responses(422, 503),
)
def calendar(
    context: Context,
    visitor: Visitor,
    choices: Choices,
    page_url: PageUrl,
    from_: From = None,
    to: To = None,
    rest: Rest = True,
) -> CalendarResponse:
    """One all-day event per session: of the last and the coming two months, or of the days given.

    Each links to its day on this site. With `from` alone it covers at most a year. With `rest=no`, days without
    training have no event.
    """
    first = from_ or max((to or context.program_today) - PAST, FIRST_DAY)
    last = to or min(max(context.program_today, first) + FUTURE, first + MOST, LAST_DAY)
    checked_days(first, last)
    body = _calendar(context, (first, last), visitor, page_url, rest_days=rest, choices=choices)
    return CalendarResponse(body)


@router.get(
    "/calendar/{token}.ics",
    response_class=CalendarResponse,
    response_description="An iCalendar (RFC 5545)",
    responses=problem_responses(404, 422, 503),
)
def personal_calendar(context: Context, page_url: PageUrl, token: str) -> CalendarResponse:
    """The sessions of the last and the coming two months with an athlete's weights.

    The address is made on the page `/maxes`. It carries the athlete's maxes; nothing is stored here.
    """
    key = context.signing_key()
    if key is None:
        raise HTTPException(503, OFF)
    asked = personal.parse_token(token, key)
    if asked is None:
        raise HTTPException(404, NOT_VALID)
    days = max(context.program_today - PAST, FIRST_DAY), min(context.program_today + FUTURE, LAST_DAY)
    body = _calendar(context, days, asked.athlete, page_url, rest_days=asked.rest_days, choices=asked.choices)
    return CalendarResponse(body, headers=PRIVATE)


PRIVATE = {
    "Cache-Control": "private, no-cache",
    "X-Robots-Tag": "noindex",
    "Referrer-Policy": "no-referrer",
    # Otherwise a browser would save it under the address's own name.
    "Content-Disposition": 'inline; filename="training.ics"',
}


def _calendar(
    context: AppContext,
    between: tuple[dt.date, dt.date],
    athlete: Athlete | None,
    page_url: str,
    *,
    rest_days: bool,
    choices: DayChoices,
) -> bytes:
    """The calendar of the days from the first to the last of `between`, made anew if anything in it changed.

    Events of a week that cannot be read stay as they were published.
    """
    first, last = between
    stored, days = context.index.weeks, days_between(first, last)
    published = context.stored_calendars(sorted({monday_of(day) for day in days}))

    def make_from(read: SoundDays, previous: list[bytes]) -> bytes:
        return as_calendar(
            read.records,
            context.zone,
            athlete,
            covered=_covered(days, stored.keys(), read.corrupt_weeks),
            stored=previous,
            page_url=page_url,
            rest_days=rest_days,
            between=between,
            chosen=chosen_between(context.table, first, last, choices),
        )

    def make(read: SoundDays | None = None) -> bytes:
        read = read or SoundDays(context.table.read_dates(first, last), [])
        try:
            return make_from(read, published)
        except ValueError as error:
            log.warning("A stored calendar cannot be read; its cancelled events are left out: %s", error)
            return make_from(read, [data for data in published if is_calendar(data)])

    # A post that spans two weeks has sessions dated in the week after the one it is stored under.
    weeks = [stored[week] for week in sorted(stored) if monday_of(first) - WEEK <= week <= last]
    maxes_text = maxes.cookie_of(athlete) if athlete else ""
    parts = (between, maxes_text, page_url, rest_days, choices, weeks, published)
    try:
        return context.recent_calendars.get_or_make(parts, make)
    except StorageCorrupt:  # made anew each time, until the week is stored again
        return make(read_sound_days(context.table, first, last))


def _covered(
    days: Iterable[dt.date], stored: Collection[dt.date], corrupt: Iterable[dt.date]
) -> frozenset[dt.date]:
    """The days of which every session is known: their week is stored, and no corrupt one is beside it.

    A session may be dated in the week before or after its own.
    """
    unsure = {week + shift for week in corrupt for shift in (-WEEK, 0 * WEEK, WEEK)}
    return frozenset(day for day in days if (week := monday_of(day)) in stored and week not in unsure)
