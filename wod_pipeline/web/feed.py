"""``/calendar.ics`` and ``/calendar/….ics``: calendars that other programs subscribe to, without and with weights."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from wod_pipeline.errors import StorageCorrupt
from wod_pipeline.reading.calendar import as_calendar, is_calendar
from wod_pipeline.reading.sound import SoundDays, read_sound_days
from wod_pipeline.reading.undated import DayChoices
from wod_pipeline.reading.upcoming import chosen_between
from wod_pipeline.training import Athlete
from wod_pipeline.web import maxes, personal
from wod_pipeline.web.api import within_a_year
from wod_pipeline.web.context import AppContext, Context, PageUrl, Visitor
from wod_pipeline.web.days import Choices
from wod_pipeline.web.etags import is_known
from wod_pipeline.web.http import ConditionalRoute
from wod_pipeline.web.openapi import calendar_responses
from wod_pipeline.web.parameters import From, To
from wod_pipeline.weeks import FIRST_DAY, LAST_DAY, WEEK, days_between, monday_of

log = logging.getLogger(__name__)

router = APIRouter(route_class=ConditionalRoute)

PAST, FUTURE = dt.timedelta(days=60), dt.timedelta(days=60)
"""The days covered before and after today when the request names none."""
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
    responses=calendar_responses(422),
)
def calendar(
    request: Request,
    context: Context,
    visitor: Visitor,
    choices: Choices,
    page_url: PageUrl,
    from_: From = None,
    to: To = None,
    rest: Rest = True,
) -> CalendarResponse:
    """One all-day event per session: of the last and the coming two months, or of the days given.

    Each links to its day on this site. It covers at most a year from `from` on. With `rest=no`, days without training
    have no event.
    """
    first = from_ or max((to or context.program_today) - PAST, FIRST_DAY)
    last = within_a_year(first, to or max(context.program_today, first) + FUTURE)
    asked = Asked((first, last), visitor, page_url, rest, choices)
    return _response(context, asked, request.headers.get("if-none-match"))


@router.get(
    "/calendar/{token}.ics",
    response_class=CalendarResponse,
    response_description="An iCalendar (RFC 5545)",
    responses=calendar_responses(404),
)
def personal_calendar(request: Request, context: Context, page_url: PageUrl, token: str) -> CalendarResponse:
    """The sessions of the last and the coming two months with an athlete's weights.

    The address is made on the page `/maxes`. It carries the athlete's maxes; nothing is stored here.
    """
    key = context.signing_key()
    if key is None:
        raise HTTPException(503, OFF)
    own = personal.parse_token(token, key)
    if own is None:
        raise HTTPException(404, NOT_VALID)
    days = max(context.program_today - PAST, FIRST_DAY), min(context.program_today + FUTURE, LAST_DAY)
    asked = Asked(days, own.athlete, page_url, own.rest_days, own.choices)
    answer = _response(context, asked, request.headers.get("if-none-match"))
    answer.headers.update(PRIVATE)
    return answer


PRIVATE = {
    "Cache-Control": "private, no-cache",
    "X-Robots-Tag": "noindex",
    "Referrer-Policy": "no-referrer",
    # Otherwise a browser would save it under the address's own name.
    "Content-Disposition": 'inline; filename="training.ics"',
}


@dataclass(frozen=True)
class Asked:
    """What decides on a calendar, beside what is stored: its days, and how its events are shown to whom."""

    between: tuple[dt.date, dt.date]
    athlete: Athlete | None
    page_url: str
    rest_days: bool
    choices: DayChoices


def _response(context: AppContext, asked: Asked, if_none_match: str | None) -> CalendarResponse:
    """The calendar; without a body for a program that has it already, which is known before it is made.

    Events of a week that cannot be read stay as they were published.
    """
    first, last = asked.between
    published = context.stored_calendars(sorted({monday_of(day) for day in days_between(first, last)}))
    parts = _parts(context, asked, published)
    etag = context.recent_calendars.etag(parts)
    if etag and is_known(etag, if_none_match):
        return CalendarResponse(headers={"ETag": etag})
    try:
        body, etag = context.recent_calendars.get_or_make(parts, lambda: _make(context, asked, published))
    except StorageCorrupt:  # made anew each time, until the week is stored again
        return CalendarResponse(_make(context, asked, published, read_sound_days(context.table, first, last)))
    return CalendarResponse(body, headers={"ETag": etag})


def _parts(context: AppContext, asked: Asked, published: Mapping[str, bytes]) -> object:
    """All that the calendar depends on."""
    (first, last), stored = asked.between, context.index.weeks
    weeks = [stored[week] for week in sorted(stored) if monday_of(first) <= week <= last]
    maxes_text = maxes.cookie_of(asked.athlete) if asked.athlete else ""
    return (
        asked.between,
        maxes_text,
        asked.page_url,
        asked.rest_days,
        asked.choices,
        weeks,
        list(published.values()),
    )


def _make(
    context: AppContext, asked: Asked, published: Mapping[str, bytes], read: SoundDays | None = None
) -> bytes:
    """The calendar, without cancelled events where what was published cannot be read."""
    read = read or SoundDays(context.table.read_dates(*asked.between), [])
    try:
        return _as_calendar(context, asked, read, published)
    except ValueError as error:
        readable = {key: data for key, data in published.items() if is_calendar(data)}
        unreadable = ", ".join(sorted(published.keys() - readable.keys()))
        log.warning(
            "Cannot be read as a stored calendar; the cancelled events in it are left out: %s (%s)",
            unreadable,
            error,
        )
        return _as_calendar(context, asked, read, readable)


def _as_calendar(context: AppContext, asked: Asked, read: SoundDays, published: Mapping[str, bytes]) -> bytes:
    covered = _covered(days_between(*asked.between), context.index.weeks.keys(), read.corrupt_weeks)
    return as_calendar(
        read.records,
        context.zone,
        asked.athlete,
        covered=covered,
        stored=published.values(),
        page_url=asked.page_url,
        rest_days=asked.rest_days,
        between=asked.between,
        chosen=chosen_between(context.table, *asked.between, asked.choices),
    )


def _covered(
    days: Iterable[dt.date], stored: Collection[dt.date], corrupt: Iterable[dt.date]
) -> frozenset[dt.date]:
    """The days of which every session is known: their week is stored, and no corrupt one is beside it.

    A session may be dated in the week before or after its own.
    """
    unsure = {week + shift for week in corrupt for shift in (-WEEK, 0 * WEEK, WEEK)}
    return frozenset(day for day in days if (week := monday_of(day)) in stored and week not in unsure)
