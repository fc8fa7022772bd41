"""The JSON API under ``/api/v1``: read-only, every answer bounded in size, described in OpenAPI with examples."""

from __future__ import annotations

import datetime as dt
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request
from fastapi.routing import APIRoute
from msgspec.structs import replace
from starlette.exceptions import HTTPException
from starlette.responses import Response

from wod_pipeline.absence import Absence, say_absence
from wod_pipeline.reading import answers
from wod_pipeline.reading.day import read_day
from wod_pipeline.reading.sound import read_sound_days
from wod_pipeline.training import Athlete, Period
from wod_pipeline.vocabulary import find_movement, movement_name, nearest_movements
from wod_pipeline.web.context import AppContext, Context, load_rows
from wod_pipeline.web.days import RequestedDay
from wod_pipeline.web.http import Json, redirect
from wod_pipeline.web.kept import keep
from wod_pipeline.web.openapi import get
from wod_pipeline.web.parameters import (
    DayInPath,
    Filter,
    Filtered,
    From,
    PageOfList,
    RequestedAthlete,
    StrictRoute,
    To,
    Words,
)
from wod_pipeline.web.root_path import path_in_site
from wod_pipeline.weeks import DAY, FIRST_DAY, LAST_DAY, WEEK, monday_of

VERSION_PATH = "/api/v1"
OPENAPI_PATH = f"{VERSION_PATH}/openapi.json"
router = APIRouter(prefix=VERSION_PATH, route_class=StrictRoute)

MOST_DAYS = 366
"""Days in one answer: a leap year."""
HALF_A_YEAR = dt.timedelta(days=182)


@get(router, "/health")
def health(context: Context, reader: RequestedDay) -> Json[answers.HealthAnswer]:
    """Whether the sessions can be read, the newest stored week, and whether today's week is stored."""
    newest, monday = context.table.newest_week(), monday_of(reader.today)
    stored = context.table.read_week(monday)
    absence = None if stored and stored.records else context.absence_of(monday, stored)
    return Json(answers.HealthAnswer("ok", newest.week if newest else None, absence is None, absence))


@get(router, "/weeks", 404)
@keep()
def weeks(context: Context, page: PageOfList, only: Filtered) -> Json[answers.WeeksAnswer]:
    """Stored weeks, newest first; with `kind` or `program` those with such a session."""
    index = context.index
    stored = sorted(index.weeks.values(), key=lambda week: week.week, reverse=True)
    if only != Filter():
        stored = [week for week in stored if only.of(index.of_week(week.week))]
    total = len(stored)
    return Json(answers.WeeksAnswer([*map(answers.week_facts, page.of(stored))], total), page.links(total))


@get(router, "/weeks/{day}")
def week(
    context: Context, athlete: RequestedAthlete, only: Filtered, day: DayInPath
) -> Json[answers.WeekAnswer]:
    """One week with its sessions, by any day of it."""
    stored = context.table.read_week(monday_of(day))
    if stored is None:
        raise _not_found(
            context,
            f"Nothing is stored for the week of {monday_of(day)}.",
            context.absence_of(monday_of(day), None),
        )
    sessions = answers.session_answers(only.of(stored.records), athlete)
    absence = None if stored.records else context.absence_of(stored.week, stored)
    answer = answers.WeekAnswer(stored.week, stored.outcome, stored.posts, sessions, absence)
    return Json(answer)


def _not_found(context: AppContext, what: str, absence: Absence) -> HTTPException:
    return HTTPException(404, f"{what} {say_absence(absence, context.now(), context.program_today)}")


@get(router, "/sessions", 404)
@keep()
def sessions(
    context: Context,
    athlete: RequestedAthlete,
    page: PageOfList,
    only: Filtered,
    reader: RequestedDay,
    from_: From = None,
    to: To = None,
) -> Json[answers.SessionsAnswer]:
    """Sessions dated from one day to another; without days, those of the current week.

    At most a year is answered, and `to` of the answer is its last day; the header `Link` leads on to the next days.
    Sessions without a date are not among them: `undated_weeks` names the weeks that hold some. Neither are those of
    weeks that cannot be read, which `corrupt_weeks` names.
    """
    first, last = _days(reader.today, from_, to)
    next_day = last + DAY if to and last < to else None
    read = read_sound_days(context.table, first, last)
    records = only.of(read.records)
    total = len(records)
    undated = answers.undated_weeks(context.index, first, last)
    answer = answers.SessionsAnswer(
        answers.session_answers(page.of(records), athlete),
        total,
        undated_weeks=undated,
        corrupt_weeks=read.corrupt_weeks,
        absence=None if read.records or read.corrupt_weeks or last < first else _absence_from(context, first),
        from_=first,
        to=last,
    )
    return Json(answer, page.links(total, next_day), lasts=not read.corrupt_weeks)


def _absence_from(context: AppContext, day: dt.date) -> Absence:
    monday = monday_of(day)
    return context.absence_of(monday, context.table.read_week(monday))


def _days(today: dt.date, first: dt.date | None, last: dt.date | None) -> tuple[dt.date, dt.date]:
    """The first and last day of a request. A missing one is a week from the other; without both, the current week."""
    to_last_day = WEEK - DAY
    if first is None:
        first = max(last - to_last_day, FIRST_DAY) if last else monday_of(today)
    return first, within_a_year(first, last or first + to_last_day)


def within_a_year(first: dt.date, last: dt.date) -> dt.date:
    """The last day that is answered of those from `first` to `last`: at most `MOST_DAYS` are, up to `LAST_DAY`."""
    return min(last, first + dt.timedelta(days=MOST_DAYS - 1), LAST_DAY)


@get(router, "/sessions/today", 404)
def sessions_today(
    context: Context, athlete: RequestedAthlete, only: Filtered, reader: RequestedDay
) -> Json[answers.SessionsAnswer]:
    """The sessions of the current day, as `/sessions/{day}` answers them."""
    return _sessions_on(context, athlete, only, reader.today)


@get(router, "/sessions/{day}")
def day(
    context: Context, athlete: RequestedAthlete, only: Filtered, day: DayInPath
) -> Json[answers.SessionsAnswer]:
    """The sessions of one day, and as `undated` those of its week whose post names no day."""
    return _sessions_on(context, athlete, only, day)


def _sessions_on(
    context: AppContext, athlete: Athlete | None, only: Filter, day: dt.date
) -> Json[answers.SessionsAnswer]:
    stored = read_day(context.table, day)
    absence = None if stored.records else context.absence_of(monday_of(day), stored.week)
    if absence and not stored.undated:
        raise _not_found(context, f"Nothing is stored for {day}.", absence)
    kept = only.of(stored.records)
    answer = answers.SessionsAnswer(
        answers.session_answers(kept, athlete),
        len(kept),
        undated=answers.session_answers(only.of(stored.undated), athlete),
        absence=absence,
    )
    return Json(answer)


@get(router, "/movements")
@keep()
def movements(context: Context, page: PageOfList, q: Words = "") -> Json[answers.MovementsAnswer]:
    """Movements that were prescribed, most often first."""
    facts = answers.movement_facts(context.index, q)
    return Json(answers.MovementsAnswer(page.of(facts), len(facts)), page.links(len(facts)))


@get(router, "/movements/{movement}/history")
@keep()
def history(
    context: Context,
    athlete: RequestedAthlete,
    page: PageOfList,
    only: Filtered,
    movement: Annotated[str, Path(max_length=60, examples=["snatch"])],
) -> Json[answers.HistoryAnswer]:
    """Every prescription of a movement (by id, name or alias), newest first."""
    movement_id = movement_or_404(movement)
    occurrences = [each for each in context.index.history(movement_id) if only.passes(each.entry)]
    total = len(occurrences)
    answer = answers.history_answer(movement_id, page.of(occurrences), total, athlete)
    return Json(answer, page.links(total))


def movement_or_404(text: str) -> str:
    """The id of the movement with this id, name or alias. Raises 404, naming the most similar, when there is none."""
    movement_id = find_movement(text)
    if movement_id is None:
        near = ", ".join(movement_name(movement) for movement in nearest_movements(text))
        raise HTTPException(404, "No such movement is known." + (f" Nearest: {near}." if near else ""))
    return movement_id


@get(router, "/load", 404)
@keep()
def load(
    context: Context,
    athlete: RequestedAthlete,
    only: Filtered,
    reader: RequestedDay,
    by: Annotated[Period, Query(description="Length of a period")] = "week",
    from_: From = None,
    to: To = None,
) -> Json[answers.LoadAnswer]:
    """Training load by day, week or month; without days, from half a year ago on.

    By day at most a year is answered, and `to` of the answer is its last day. The page `/load` explains the figures.
    """
    first = from_ or max((to or reader.today) - HALF_A_YEAR, FIRST_DAY)
    last = within_a_year(first, to or LAST_DAY) if by == "day" else to or LAST_DAY
    rows = load_rows(context.index, by, first, last, athlete, only.passes) if first <= last else []
    return Json(
        replace(answers.load_answer(by, rows, athlete), from_=first, to=None if last == LAST_DAY else last)
    )


@get(router, "/search", 404)
@keep()
def search(
    context: Context,
    page: PageOfList,
    only: Filtered,
    q: Annotated[str, Query(min_length=1, max_length=100, description="Words, all of which must occur")],
) -> Json[answers.SearchAnswer]:
    """Sessions with every word in their movements or notes, best first.

    Whole words come before parts of words, a prescribed movement before a mentioned one, main work before warm-ups,
    then the newest.
    """
    matches = [match for match in context.index.search(q) if only.passes(match.entry)]
    rows = [answers.search_row(match) for match in page.of(matches)]
    return Json(answers.SearchAnswer(q, rows, len(matches)), page.links(len(matches)))


# -------------------------------------------------------------------------------------------------- versions
def moved_router() -> APIRouter:
    """Redirects from the addresses without a version, as they were before `/api/v1`."""
    moved = APIRouter(include_in_schema=False)
    answered = [route.path for route in router.routes if isinstance(route, APIRoute)]
    for path in (*answered, OPENAPI_PATH):
        moved.add_api_route(path.replace(VERSION_PATH, "/api", 1), _redirect_to_version)
    return moved


def _redirect_to_version(request: Request) -> Response:
    """The same path and parameters under `VERSION_PATH`, on whatever host was asked."""
    path = path_in_site(request.scope).replace("/api", VERSION_PATH, 1)
    query = request.scope["query_string"].decode("latin-1")
    return redirect(request.scope, f"{quote(path)}?{query}" if query else quote(path), 308)
