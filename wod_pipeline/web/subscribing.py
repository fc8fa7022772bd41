"""``/calendar``: how to subscribe to the sessions, and the address of a calendar with the visitor's weights.

That address is made by a form and shown in the answer to POST, so that it is in no address bar, history or log.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from wod_pipeline.web import pages, personal
from wod_pipeline.web.context import CalendarState, Context, PageUrl, Visitor, WithWeights, is_only_here
from wod_pipeline.web.days import Choices
from wod_pipeline.web.forms import read_form
from wod_pipeline.web.http import redirect

router = APIRouter(include_in_schema=False)

MOST_FIELDS = 5
"""Fields of the form that are read; it has one."""
NOT_KEPT = {"Cache-Control": "no-store"}


@router.get("/calendar")
def subscribe(page_url: PageUrl, state: WithWeights) -> Response:
    """How to subscribe to the sessions, and a button for a calendar with the visitor's weights."""
    return _page(page_url, "/calendar.ics", state)


@router.post("/calendar")
async def make_address(
    request: Request,
    context: Context,
    visitor: Visitor,
    choices: Choices,
    page_url: PageUrl,
    state: WithWeights,
) -> Response:
    """A new address of the calendar with the visitor's weights, and the weekdays of their choice."""
    fields = await read_form(request, MOST_FIELDS)
    if visitor is None:
        return redirect(request.scope, "/maxes", 303)
    key = context.signing_key() if state == "on" else None  # read already, so this does not wait
    if key is None:
        return _page(page_url, "/calendar.ics", "off", status=503)
    asked = personal.PersonalCalendar(visitor, ("rest", "yes") in fields, choices)
    try:
        token = personal.as_token(asked, key)
    except ValueError as error:
        return _page(page_url, "/calendar.ics", state, status=422, problem=str(error))
    return _page(page_url, f"/calendar/{token}.ics", state)


def _page(
    page_url: str, path: str, state: CalendarState, *, status: int = 200, problem: str = ""
) -> HTMLResponse:
    """The page with an address to subscribe to."""
    is_personal = path != "/calendar.ics"
    html = pages.render(
        "calendar",
        here="maxes" if is_personal else "",
        address=f"{page_url}{path}",
        webcal=f"webcal://{page_url.partition('://')[2]}{path}" if page_url else "",
        only_here=is_only_here(page_url),
        is_personal=is_personal,
        state=state,
        problem=problem,
    )
    return HTMLResponse(html, status, headers=NOT_KEPT)
