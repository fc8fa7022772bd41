"""``/calendar.ics``: the sessions as a calendar that other programs subscribe to."""

from __future__ import annotations

import datetime as dt

from fastapi import APIRouter
from starlette.responses import Response

from wod_pipeline.reading.calendar import as_calendar
from wod_pipeline.web.api import MOST_DAYS, checked_days
from wod_pipeline.web.context import Context, Visitor
from wod_pipeline.web.http import ConditionalRoute
from wod_pipeline.web.openapi import problem_responses
from wod_pipeline.web.parameters import From, To
from wod_pipeline.weeks import FIRST_DAY, LAST_DAY, days_between, monday_of

router = APIRouter(route_class=ConditionalRoute)

PAST, FUTURE = dt.timedelta(days=60), dt.timedelta(days=60)
"""The days covered before and after today when the request names none."""
MOST = dt.timedelta(days=MOST_DAYS - 1)


class CalendarResponse(Response):
    """An answer in iCalendar format."""

    media_type = "text/calendar"


@router.get(
    "/calendar.ics",
    response_class=CalendarResponse,
    response_description="An iCalendar (RFC 5545)",
    responses=problem_responses(422, 503),
)
def calendar(context: Context, visitor: Visitor, from_: From = None, to: To = None) -> CalendarResponse:
    """One all-day event per session: of the last and the coming two months, or of the days given.

    From `from` alone on, it covers at most a year.
    """
    first = from_ or max((to or context.today()) - PAST, FIRST_DAY)
    last = to or min(max(context.today(), first) + FUTURE, first + MOST, LAST_DAY)
    checked_days(first, last)
    stored = context.index.weeks
    days = days_between(first, last)
    covered = frozenset(day for day in days if monday_of(day) in stored)
    published = context.stored_calendars(sorted({monday_of(day) for day in days}))
    records = context.table.read_dates(first, last)
    return CalendarResponse(as_calendar(records, context.zone, visitor, published, covered))
