"""The JSON API under ``/api``: read-only, every answer bounded in size, described in OpenAPI with examples."""

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
from wod_pipeline.web.context import (
    AppContext,
    Context,
    Visitor,
    last_modified,
    load_rows,
)
from wod_pipeline.web.http import ConditionalRoute, Json
from wod_pipeline.web.openapi import get
from wod_pipeline.weeks import DAY, FIRST_DAY, LAST_DAY, WEEK, monday_of

router = APIRouter(prefix="/api", route_class=ConditionalRoute)

MOST_DAYS = 366
"""Days in one answer: a leap year."""
HALF_A_YEAR = dt.timedelta(days=182)
ItemT = TypeVar("ItemT")

From = Annotated[dt.date | None, Query(alias="from", ge=FIRST_DAY, le=LAST_DAY, description="First day")]
To = Annotated[dt.date | None, Query(ge=FIRST_DAY, le=LAST_DAY, description="Last day")]
DayInPath = Annotated[dt.date, Path(ge=FIRST_DAY, le=LAST_DAY, examples=["2026-03-02"])]
Words = Annotated[str, Query(max_length=100, description="Words, all of which must occur")]


@dataclass(frozen=True)
class Page:
    """A page of a list: `limit` items from `offset` on."""

    request: Request
    limit: int
    offset: int

    def of(self, items: Sequence[ItemT]) -> list[ItemT]:
        """The items on this page."""
        return list(items[self.offset : self.offset + self.limit])

    def links(self, total: int) -> dict[str, str]:
        """The `Link` header (RFC 8288) with the pages before and after this one in a list of `total` items."""
        offsets = {"prev": max(self.offset - self.limit, 0)} if self.offset > 0 else {}
        if self.offset + self.limit < total:
            offsets["next"] = self.offset + self.limit
        links = [f'<{self._url(offset)}>; rel="{rel}"' for rel, offset in offsets.items()]
        return {"Link": ", ".join(links)} if links else {}

    def _url(self, offset: int) -> str:
        """The address of this request with another offset."""
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
def health(context: Context) -> Json[answers.HealthAnswer]:
    """Whether the sessions can be read, the newest stored week, and whether today's week is stored."""
    newest = context.table.newest_week()
    return Json(answers.HealthAnswer("ok", newest.week if newest else None, context.is_fresh()))


@get(router, "/weeks")
def weeks(context: Context, page: PageOfList) -> Json[answers.WeeksAnswer]:
    """Stored weeks, newest first."""
    stored = sorted(context.index.weeks.values(), key=lambda week: week.week, reverse=True)
    total = len(stored)
    return Json(answers.WeeksAnswer([*map(answers.week_facts, page.of(stored))], total), page.links(total))


@get(router, "/weeks/{day}")
def week(context: Context, visitor: Visitor, day: DayInPath) -> Json[answers.WeekAnswer]:
    """One week with its sessions, by any day of it."""
    stored = context.table.read_week(monday_of(day))
    if stored is None:
        raise HTTPException(404, f"The week of {monday_of(day)} is not stored.")
    sessions = answers.session_answers(stored.records, visitor)
    answer = answers.WeekAnswer(stored.week, stored.outcome, stored.posts, sessions)
    return Json(answer, last_modified(stored.records, visitor))


@get(router, "/sessions")
def sessions(
    context: Context, visitor: Visitor, page: PageOfList, from_: From = None, to: To = None
) -> Json[answers.SessionsAnswer]:
    """Sessions dated from one day to another, at most a year apart; without days, those of the current week."""
    records = context.table.read_dates(*_days(context, from_, to))
    total = len(records)
    answer = answers.SessionsAnswer(answers.session_answers(page.of(records), visitor), total)
    return Json(answer, page.links(total))


def _days(context: AppContext, first: dt.date | None, last: dt.date | None) -> tuple[dt.date, dt.date]:
    """The first and last day of a request. A missing one is a week from the other; without both, the current week."""
    to_last_day = WEEK - DAY
    if first is None:
        first = max(last - to_last_day, FIRST_DAY) if last else monday_of(context.today())
    return checked_days(first, last or min(first + to_last_day, LAST_DAY))


def checked_days(first: dt.date, last: dt.date) -> tuple[dt.date, dt.date]:
    """The days unchanged. Raises 422 unless they are in order and less than `MOST_DAYS` apart."""
    if not 0 <= (last - first).days < MOST_DAYS:
        raise HTTPException(422, f"`to` has to be `from` or later, and less than {MOST_DAYS} days after it.")
    return first, last


@get(router, "/sessions/{day}")
def day(context: Context, visitor: Visitor, day: DayInPath) -> Json[answers.SessionsAnswer]:
    """The sessions of one day."""
    records = context.sessions_on(day)
    if not records:
        raise HTTPException(404, f"No session is stored for {day}.")
    answer = answers.SessionsAnswer(answers.session_answers(records, visitor), len(records))
    return Json(answer, last_modified(records, visitor))


@get(router, "/movements")
def movements(context: Context, page: PageOfList, q: Words = "") -> Json[answers.MovementsAnswer]:
    """Movements that were prescribed, most often first."""
    facts = answers.movement_facts(context.index, q)
    return Json(answers.MovementsAnswer(page.of(facts), len(facts)), page.links(len(facts)))


@get(router, "/movements/{movement}/history")
def history(
    context: Context,
    visitor: Visitor,
    page: PageOfList,
    movement: Annotated[str, Path(max_length=60, examples=["snatch"])],
) -> Json[answers.HistoryAnswer]:
    """Every prescription of a movement (by id, name or alias), newest first."""
    movement_id = movement_or_404(movement)
    occurrences = context.index.history(movement_id)
    total = len(occurrences)
    answer = answers.history_answer(movement_id, page.of(occurrences), total, visitor)
    return Json(answer, page.links(total))


def movement_or_404(text: str) -> str:
    """The id of the movement with this id, name or alias. Raises 404, naming the most similar, when there is none."""
    movement_id = find_movement(text)
    if movement_id is None:
        near = ", ".join(movement_name(movement) for movement in nearest_movements(text))
        raise HTTPException(404, "No such movement is known." + (f" Nearest: {near}." if near else ""))
    return movement_id


@get(router, "/load")
def load(
    context: Context,
    visitor: Visitor,
    by: Annotated[Period, Query(description="Length of a period")] = "week",
    from_: From = None,
    to: To = None,
) -> Json[answers.LoadAnswer]:
    """Training load by day (at most a year), week or month; without days, from half a year ago on.

    The page `/load` explains the figures.
    """
    first = from_ or max((to or context.today()) - HALF_A_YEAR, FIRST_DAY)
    last = to or (first + dt.timedelta(days=MOST_DAYS - 1) if by == "day" else LAST_DAY)
    if last < first or (by == "day" and (last - first).days >= MOST_DAYS):
        raise HTTPException(
            422, f"`to` has to be `from` or later, by day less than {MOST_DAYS} days after it."
        )
    rows = load_rows(context.index, by, first, last, visitor)
    return Json(answers.load_answer(by, rows, visitor))


@get(router, "/search")
def search(
    context: Context,
    page: PageOfList,
    q: Annotated[str, Query(min_length=1, max_length=100, description="Words, all of which must occur")],
) -> Json[answers.SearchAnswer]:
    """Sessions with every word in their movements or notes, best first.

    Whole words come before parts of words, a prescribed movement before a mentioned one, main work before warm-ups,
    then the newest.
    """
    matches = context.index.search(q)
    rows = [answers.search_row(match) for match in page.of(matches)]
    return Json(answers.SearchAnswer(q, rows, len(matches)), page.links(len(matches)))
