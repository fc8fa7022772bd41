"""The JSON API under ``/api``: read-only, bounded, described in OpenAPI with examples."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.exceptions import HTTPException

from wod_pipeline.reading import answers
from wod_pipeline.training import Period
from wod_pipeline.vocabulary import find_movement, movement_name, nearest_movements
from wod_pipeline.web.http import ConditionalRoute, Json
from wod_pipeline.web.openapi import get
from wod_pipeline.web.source import FIRST_DAY, LAST_DAY, FromSource, Source, Visitor, last_modified, load_rows
from wod_pipeline.weeks import monday_of

router = APIRouter(prefix="/api", route_class=ConditionalRoute)

MOST_DAYS = 366
HALF_A_YEAR = dt.timedelta(days=182)
ItemT = TypeVar("ItemT")

From = Annotated[dt.date | None, Query(alias="from", ge=FIRST_DAY, le=LAST_DAY, description="First day")]
To = Annotated[dt.date | None, Query(ge=FIRST_DAY, le=LAST_DAY, description="Last day")]
DayInPath = Annotated[dt.date, Path(ge=FIRST_DAY, le=LAST_DAY, examples=["2026-03-02"])]
Words = Annotated[str, Query(max_length=100, description="Words that all have to occur")]


@dataclass(frozen=True)
class Page:
    """The part of a list that a request asks for."""

    request: Request
    limit: int
    offset: int

    def of(self, items: Sequence[ItemT]) -> list[ItemT]:
        """The items on this page."""
        return list(items[self.offset : self.offset + self.limit])

    def links(self, total: int) -> dict[str, str]:
        """The `Link` header (RFC 8288) to the pages before and after, of a list of `total` items."""
        offsets = {"prev": max(self.offset - self.limit, 0)} if self.offset > 0 else {}
        if self.offset + self.limit < total:
            offsets["next"] = self.offset + self.limit
        links = [f'<{self._url(offset)}>; rel="{rel}"' for rel, offset in offsets.items()]
        return {"Link": ", ".join(links)} if links else {}

    def _url(self, offset: int) -> str:
        """This request's own address with another offset."""
        parameters = self.request.query_params.multi_items()
        kept = [(name, value) for name, value in parameters if name not in {"limit", "offset"}]
        return f"{self.request.url.path}?{urlencode([*kept, ('limit', self.limit), ('offset', offset)])}"


def _page(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=100, description="Items on a page")] = 20,
    offset: Annotated[int, Query(ge=0, le=100_000, description="Items before the page")] = 0,
) -> Page:
    return Page(request, limit, offset)


PageOfList = Annotated[Page, Depends(_page)]


@get(router, "/health")
def health(source: FromSource) -> Json[answers.HealthAnswer]:
    """Whether the sessions can be read, the newest stored week, and whether today's week is stored."""
    newest = source.table.newest_week()
    return Json(answers.HealthAnswer("ok", newest.week if newest else None, source.is_fresh()))


@get(router, "/weeks")
def weeks(source: FromSource, page: PageOfList) -> Json[answers.WeeksAnswer]:
    """Stored weeks, newest first."""
    stored = sorted(source.snapshot.weeks.values(), key=lambda week: week.week, reverse=True)
    total = len(stored)
    return Json(answers.WeeksAnswer([*map(answers.week_facts, page.of(stored))], total), page.links(total))


@get(router, "/weeks/{day}")
def week(source: FromSource, visitor: Visitor, day: DayInPath) -> Json[answers.WeekAnswer]:
    """One week with its sessions, by any day of it."""
    stored = source.table.read_week(monday_of(day))
    if stored is None:
        raise HTTPException(404, f"The week of {monday_of(day)} is not stored.")
    sessions = answers.session_answers(stored.records, visitor)
    answer = answers.WeekAnswer(stored.week, stored.outcome, stored.posts, sessions)
    return Json(answer, last_modified(stored.records, visitor))


@get(router, "/sessions")
def sessions(
    source: FromSource, visitor: Visitor, page: PageOfList, from_: From = None, to: To = None
) -> Json[answers.SessionsAnswer]:
    """Sessions dated from one day to another, at most a year apart; without days, those of the current week."""
    records = source.table.read_dates(*_days(source, from_, to))
    total = len(records)
    found = answers.session_answers(page.of(records), visitor)
    return Json(answers.SessionsAnswer(found, total), page.links(total))


def _days(source: Source, first: dt.date | None, last: dt.date | None) -> tuple[dt.date, dt.date]:
    """The days asked for; one that is missing is a week away from the other."""
    week = dt.timedelta(days=6)
    if first is None:
        first = max(last - week, FIRST_DAY) if last else monday_of(source.today())
    return checked_days(first, last or min(first + week, LAST_DAY))


def checked_days(first: dt.date, last: dt.date) -> tuple[dt.date, dt.date]:
    """The same days. Raises 422 unless they are in order and less than `MOST_DAYS` apart."""
    if not 0 <= (last - first).days < MOST_DAYS:
        raise HTTPException(422, f"`to` has to be `from` or later, and less than {MOST_DAYS} days after it.")
    return first, last


@get(router, "/sessions/{day}")
def day(source: FromSource, visitor: Visitor, day: DayInPath) -> Json[answers.SessionsAnswer]:
    """The sessions of one day."""
    records = source.on(day)
    if not records:
        raise HTTPException(404, f"No session is stored for {day}.")
    answer = answers.SessionsAnswer(answers.session_answers(records, visitor), len(records))
    return Json(answer, last_modified(records, visitor))


@get(router, "/movements")
def movements(source: FromSource, page: PageOfList, q: Words = "") -> Json[answers.MovementsAnswer]:
    """Movements that were prescribed, most often first."""
    facts = answers.movement_facts(source.snapshot, q)
    return Json(answers.MovementsAnswer(page.of(facts), len(facts)), page.links(len(facts)))


@get(router, "/movements/{movement}/history")
def history(
    source: FromSource,
    visitor: Visitor,
    page: PageOfList,
    movement: Annotated[str, Path(max_length=60, examples=["snatch"])],
) -> Json[answers.HistoryAnswer]:
    """Every prescription of a movement (by id, name or alias), newest first."""
    known = known_movement(movement)
    found = source.snapshot.history(known)
    answer = answers.history_answer(known, page.of(found), len(found), visitor)
    return Json(answer, page.links(len(found)))


def known_movement(text: str) -> str:
    """The id of the movement a visitor means. Raises 404 that names the nearest ones."""
    known = find_movement(text)
    if known is None:
        near = ", ".join(movement_name(movement) for movement in nearest_movements(text))
        raise HTTPException(404, "No such movement is known." + (f" Nearest: {near}." if near else ""))
    return known


@get(router, "/load")
def load(
    source: FromSource,
    visitor: Visitor,
    by: Annotated[Period, Query(description="Length of a period")] = "week",
    from_: From = None,
    to: To = None,
) -> Json[answers.LoadAnswer]:
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
    return Json(answers.load_answer(by, rows, visitor))


@get(router, "/search")
def search(
    source: FromSource,
    page: PageOfList,
    q: Annotated[str, Query(min_length=1, max_length=100, description="Words that all have to occur")],
) -> Json[answers.SearchAnswer]:
    """Sessions whose movements or notes hold every word, newest first."""
    hits = list(source.snapshot.search(q))
    rows = [answers.search_row(hit) for hit in page.of(hits)]
    return Json(answers.SearchAnswer(q, rows, len(hits)), page.links(len(hits)))
