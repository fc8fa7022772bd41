"""``/calendar.ics``: the sessions as a calendar to subscribe to."""

from __future__ import annotations

import datetime as dt

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from wod_pipeline.reading.calendar import as_calendar
from wod_pipeline.web.api import MOST_DAYS, From, To
from wod_pipeline.web.http import Problem, answer
from wod_pipeline.web.source import FIRST_DAY, LAST_DAY, FromSource, Visitor
from wod_pipeline.weeks import days_between, monday_of

router = APIRouter()

PAST, FUTURE = dt.timedelta(days=60), dt.timedelta(days=60)
_PROBLEM = {"application/problem+json": {"schema": {"$ref": f"#/components/schemas/{Problem.__name__}"}}}


@router.get(
    "/calendar.ics",
    response_class=Response,
    responses={
        200: {
            "description": "An iCalendar (RFC 5545)",
            "content": {"text/calendar": {"schema": {"type": "string"}}},
        },
        422: {"description": "A parameter is wrong", "content": _PROBLEM},
        503: {"description": "The sessions cannot be read for now", "content": _PROBLEM},
    },
)
def calendar(
    request: Request, source: FromSource, visitor: Visitor, from_: From = None, to: To = None
) -> Response:
    """One all-day event a session: of the last and the coming two months, or of the days asked for."""
    first = from_ or max((to or source.today()) - PAST, FIRST_DAY)
    last = to or min(max(source.today(), first) + FUTURE, LAST_DAY)
    if not dt.timedelta(0) <= last - first < dt.timedelta(days=MOST_DAYS):
        raise HTTPException(422, f"`to` has to be `from` or later, and less than {MOST_DAYS} days after it.")
    stored = source.snapshot.weeks
    days = days_between(first, last)
    covered = frozenset(day for day in days if monday_of(day) in stored)
    published = source.published(sorted({monday_of(day) for day in days}))
    data = as_calendar(source.table.read_dates(first, last), source.zone, visitor, published, covered)
    return answer(request, data, "text/calendar; charset=utf-8")
