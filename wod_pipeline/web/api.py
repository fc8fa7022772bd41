"""The JSON API under ``/api``: read-only, bounded, described in OpenAPI with examples."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import islice
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter, Path, Query, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from wod_pipeline.reading import answers
from wod_pipeline.training import Period
from wod_pipeline.vocabulary import find_movement, movement_name, nearest_movements
from wod_pipeline.web.examples import all_examples
from wod_pipeline.web.http import Problem, answer
from wod_pipeline.web.source import FIRST_DAY, LAST_DAY, FromSource, Source, Visitor, load_rows, modified_of
from wod_pipeline.weeks import monday_of

router = APIRouter(prefix="/api")

MOST_DAYS = 366
HALF_A_YEAR = dt.timedelta(days=182)
_EXAMPLES = all_examples()
ItemT = TypeVar("ItemT")

Limit = Annotated[int, Query(ge=1, le=100, description="Items on a page")]
Offset = Annotated[int, Query(ge=0, le=100_000, description="Items before the page")]
From = Annotated[dt.date | None, Query(alias="from", ge=FIRST_DAY, le=LAST_DAY, description="First day")]
To = Annotated[dt.date | None, Query(ge=FIRST_DAY, le=LAST_DAY, description="Last day")]
DayInPath = Annotated[dt.date, Path(ge=FIRST_DAY, le=LAST_DAY, examples=["2026-03-02"])]
Words = Annotated[str, Query(max_length=100, description="Words that all have to occur")]


def described(kind: type, *, not_found: bool = False) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI responses of an endpoint that answers with `kind`."""
    ok = _content("application/json", kind)
    problem = _content("application/problem+json", Problem)
    wrong: dict[int | str, dict[str, Any]] = {
        422: {"description": "A parameter is wrong", **problem},
        503: {"description": "The sessions cannot be read for now", **problem},
    }
    if not_found:
        wrong[404] = {"description": "Nothing is stored for that", **problem}
    return {200: {"description": "Found", **ok}, **wrong}


def _content(media_type: str, kind: type) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{kind.__name__}"}
    return {"content": {media_type: {"schema": schema, "example": _EXAMPLES[kind]}}}


def schemas() -> dict[str, Any]:
    """The JSON schemas of every answer, for the components of the OpenAPI description."""
    _, components = msgspec.json.schema_components(_EXAMPLES, ref_template="#/components/schemas/{name}")
    return components


def _json(
    request: Request,
    value: object,
    modified: dt.datetime | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    return answer(request, msgspec.json.encode(value), "application/json", modified, headers)


def _links(request: Request, limit: int, offset: int, total: int) -> dict[str, str]:
    """The `Link` header (RFC 8288) to the pages before and after."""
    pages = [("prev", offset - limit)] if offset > 0 else []
    pages += [("next", offset + limit)] if offset + limit < total else []
    kept = [
        (name, value) for name, value in request.query_params.multi_items() if name not in {"limit", "offset"}
    ]
    links = [
        f'<{request.url.path}?{urlencode([*kept, ("limit", limit), ("offset", max(at, 0))])}>; rel="{rel}"'
        for rel, at in pages
    ]
    return {"Link": ", ".join(links)} if links else {}


def _page(items: Sequence[ItemT], limit: int, offset: int) -> Sequence[ItemT]:
    return items[offset : offset + limit]


@router.get("/health", responses=described(answers.HealthAnswer), response_class=Response)
def health(request: Request, source: FromSource) -> Response:
    """Whether the sessions can be read, the newest stored week, and whether today's week is there."""
    newest = source.table.newest_week()
    fresh = source.is_fresh()
    return _json(request, answers.HealthAnswer("ok", newest.week if newest else None, fresh))


@router.get("/weeks", responses=described(answers.WeeksAnswer), response_class=Response)
def weeks(request: Request, source: FromSource, limit: Limit = 20, offset: Offset = 0) -> Response:
    """Stored weeks, newest first."""
    stored = sorted(source.snapshot.weeks.values(), key=lambda week: week.week, reverse=True)
    found = [answers.week_facts(week) for week in _page(stored, limit, offset)]
    value = answers.WeeksAnswer(found, len(stored))
    return _json(request, value, headers=_links(request, limit, offset, len(stored)))


@router.get("/weeks/{day}", responses=described(answers.WeekAnswer, not_found=True), response_class=Response)
def week(request: Request, source: FromSource, visitor: Visitor, day: DayInPath) -> Response:
    """One week with its sessions, by any day of it."""
    stored = source.table.read_week(monday_of(day))
    if stored is None:
        raise HTTPException(404, f"The week of {monday_of(day)} is not stored.")
    sessions = [answers.session_answer(record, visitor) for record in stored.records]
    value = answers.WeekAnswer(stored.week, stored.outcome, stored.posts, sessions)
    return _json(request, value, modified_of(stored.records) if visitor is None else None)


@router.get("/sessions", responses=described(answers.SessionsAnswer), response_class=Response)
def sessions(
    request: Request,
    source: FromSource,
    visitor: Visitor,
    from_: From = None,
    to: To = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Response:
    """Sessions dated from one day to another, at most a year; without days, those of the current week."""
    first, last = _days(source, from_, to)
    records = source.table.read_dates(first, last)
    found = [answers.session_answer(record, visitor) for record in _page(records, limit, offset)]
    value = answers.SessionsAnswer(found, len(records))
    return _json(request, value, headers=_links(request, limit, offset, len(records)))


def _days(source: Source, first: dt.date | None, last: dt.date | None) -> tuple[dt.date, dt.date]:
    """The days asked for; one that is missing is a week away from the other."""
    week = dt.timedelta(days=6)
    if first is None:
        first = max(last - week, FIRST_DAY) if last else monday_of(source.today())
    last = last or min(first + week, LAST_DAY)
    if not dt.timedelta(0) <= last - first < dt.timedelta(days=MOST_DAYS):
        raise HTTPException(422, f"`to` has to be `from` or later, and less than {MOST_DAYS} days after it.")
    return first, last


@router.get(
    "/sessions/{day}", responses=described(answers.SessionsAnswer, not_found=True), response_class=Response
)
def day(request: Request, source: FromSource, visitor: Visitor, day: DayInPath) -> Response:
    """The sessions of one day."""
    records = source.on(day)
    if not records:
        raise HTTPException(404, f"No session is stored for {day}.")
    value = answers.SessionsAnswer(
        [answers.session_answer(record, visitor) for record in records], len(records)
    )
    return _json(request, value, modified_of(records) if visitor is None else None)


@router.get("/movements", responses=described(answers.MovementsAnswer), response_class=Response)
def movements(
    request: Request, source: FromSource, q: Words = "", limit: Limit = 20, offset: Offset = 0
) -> Response:
    """Movements that were prescribed, most often first."""
    wanted = q.casefold()
    facts = [
        fact
        for fact in answers.movement_facts(source.snapshot)
        if wanted in f"{fact.id} {fact.name}".casefold()
    ]
    value = answers.MovementsAnswer(list(_page(facts, limit, offset)), len(facts))
    return _json(request, value, headers=_links(request, limit, offset, len(facts)))


@router.get(
    "/movements/{movement}/history",
    responses=described(answers.HistoryAnswer, not_found=True),
    response_class=Response,
)
def history(
    request: Request,
    source: FromSource,
    visitor: Visitor,
    movement: Annotated[str, Path(max_length=60, examples=["snatch"])],
    limit: Limit = 20,
    offset: Offset = 0,
) -> Response:
    """Every prescription of a movement (by id, name or alias), newest first."""
    known = known_movement(movement)
    found = source.snapshot.history(known)
    value = answers.history_answer(known, _page(found, limit, offset), len(found), visitor)
    return _json(request, value, headers=_links(request, limit, offset, len(found)))


def known_movement(text: str) -> str:
    """The id of the movement a visitor means. Raises 404 that names the nearest ones."""
    known = find_movement(text)
    if known is None:
        near = ", ".join(movement_name(movement) for movement in nearest_movements(text))
        raise HTTPException(404, "No such movement is known." + (f" Nearest: {near}." if near else ""))
    return known


@router.get("/load", responses=described(answers.LoadAnswer), response_class=Response)
def load(
    request: Request,
    source: FromSource,
    visitor: Visitor,
    by: Annotated[Period, Query(description="Length of a period")] = "week",
    from_: From = None,
    to: To = None,
) -> Response:
    """Training load by day (of at most a year), week or month; without days, of the last half year and on.

    What is counted, and how, is said on the page `/load`.
    """
    first = from_ or max((to or source.today()) - HALF_A_YEAR, FIRST_DAY)
    last = to or (first + dt.timedelta(days=MOST_DAYS - 1) if by == "day" else LAST_DAY)
    if last < first or (by == "day" and (last - first).days >= MOST_DAYS):
        raise HTTPException(
            422, f"`to` has to be `from` or later, by day less than {MOST_DAYS} days after it."
        )
    rows = load_rows(source.snapshot, by, first, last, visitor)
    return _json(request, answers.load_answer(by, rows, visitor))


@router.get("/search", responses=described(answers.SearchAnswer), response_class=Response)
def search(
    request: Request,
    source: FromSource,
    q: Annotated[str, Query(min_length=1, max_length=100, description="Words that all have to occur")],
    limit: Limit = 20,
    offset: Offset = 0,
) -> Response:
    """Sessions whose movements or notes hold every word, newest first."""
    hits = list(source.snapshot.search(q))
    rows = [answers.search_row(hit) for hit in islice(hits, offset, offset + limit)]
    value = answers.SearchAnswer(q, rows, len(hits))
    return _json(request, value, headers=_links(request, limit, offset, len(hits)))
