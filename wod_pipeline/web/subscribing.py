"""``/calendar``: how to subscribe to the sessions, and the address of a calendar with the visitor's weights.

That address is made by a form and shown in the answer to POST, so that it is in no address bar, history or log.
"""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from wod_pipeline.web import maxes, pages, personal
from wod_pipeline.web.context import AppContext, Context, PageUrl, Visitor, is_only_here

router = APIRouter(include_in_schema=False)

NOT_KEPT = {"Cache-Control": "no-store"}


@router.get("/calendar")
def subscribe(context: Context, visitor: Visitor, page_url: PageUrl) -> Response:
    """How to subscribe to the sessions, and a button for a calendar with the visitor's weights."""
    state = {"has_maxes": visitor is not None, "is_off": _is_off(context, visitor)}
    return _page(page_url, "/calendar.ics", {**state, "problem": ""})


@router.post("/calendar")
async def make_address(request: Request, context: Context, visitor: Visitor, page_url: PageUrl) -> Response:
    """A new address of the calendar with the weights that follow from the visitor's cookie."""
    pages.check_same_site(request)
    fields = maxes.form_fields(await pages.read_body(request))
    if visitor is None:
        return RedirectResponse("/maxes", 303)
    key = context.signing_key()
    if key is None:
        return _page(page_url, "/calendar.ics", {"has_maxes": True, "is_off": True, "problem": ""}, 503)
    asked = personal.PersonalCalendar(visitor, rest_days=("rest", "yes") in fields)
    try:
        token = personal.as_token(asked, key)
    except ValueError as error:
        state = {"has_maxes": True, "is_off": False, "problem": str(error)}
        return _page(page_url, "/calendar.ics", state, 422)
    return _page(page_url, f"/calendar/{token}.ics", {"has_maxes": True, "is_off": False, "problem": ""})


def _is_off(context: AppContext, visitor: object) -> bool:
    """Whether a visitor with maxes can have no calendar with weights, since there is no key to sign it."""
    return visitor is not None and context.signing_key() is None


def _page(page_url: str, path: str, state: Mapping[str, object], status: int = 200) -> HTMLResponse:
    """The page with an address to subscribe to."""
    html = pages.render(
        "calendar",
        here="maxes" if path != "/calendar.ics" else "",
        path=path,
        address=f"{page_url}{path}",
        webcal=f"webcal://{page_url.partition('://')[2]}{path}" if page_url else "",
        only_here=is_only_here(page_url),
        is_personal=path != "/calendar.ics",
        **state,
    )
    return HTMLResponse(html, status, headers=NOT_KEPT)
