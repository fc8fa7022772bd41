"""The HTML pages that the athlete opens on the phone: layout from `templates`, a session's words from `rendering`."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from importlib import resources
from typing import Annotated, Any, TypeVar

import jinja2
from fastapi import APIRouter, Path, Query
from fastapi.routing import APIRoute
from starlette.responses import HTMLResponse, Response

from wod_pipeline.program import WEEKDAYS
from wod_pipeline.reading import answers
from wod_pipeline.rendering import (
    SessionView,
    exercises_of,
    facts_of,
    is_own_max,
    lines_of,
    links_of,
    note_alone,
    rows_of,
    versions_of,
)
from wod_pipeline.training import ZONES, Athlete, Period, decimal_text
from wod_pipeline.vocabulary import movement_name
from wod_pipeline.web import api, charts, emphasis
from wod_pipeline.web.api import movement_or_404
from wod_pipeline.web.context import AppContext, Context, Visitor, load_rows
from wod_pipeline.web.days import Choices, ReaderDay, VisitorDay
from wod_pipeline.web.http import ConditionalRoute
from wod_pipeline.web.kept import keep
from wod_pipeline.web.parameters import DayInPath, Words
from wod_pipeline.web.root_path import in_site
from wod_pipeline.web.shown import Visit, show_day, show_week
from wod_pipeline.web.static_files import static_address
from wod_pipeline.weeks import DAY, FIRST_DAY, LAST_DAY, WEEK, days_of, monday_of, sunday_of
from wod_pipeline.wording import count, day_span, long_day, short_day

router = APIRouter(route_class=ConditionalRoute, include_in_schema=False)

ROWS = 30
"""Rows on a page of a list."""
PERIODS: dict[Period, dt.timedelta] = {"day": 4 * WEEK, "week": 26 * WEEK, "month": 24 * 31 * DAY}
"""How far back training load is shown, by length of a period."""

PageNumber = Annotated[int, Query(alias="page", ge=1, le=2_000)]
By = Annotated[Period, Query()]
Whole = Annotated[bool, Query(alias="all")]
"""Whether to show sessions whole that go beyond the bounds of what is shown at first."""
ItemT = TypeVar("ItemT")


def short_date(day: dt.date) -> str:
    """`Mon 21 Dec 2020`."""
    return f"{short_day(day)} {day.year}"


def plain_date(day: dt.date) -> str:
    """`21 Dec 2020`."""
    return f"{day.day} {day:%b %Y}"


def day_heading(day: dt.date, today: dt.date) -> str:
    """`Monday 21 December`, with the year when it is not this one."""
    return f"{day:%A} {day.day} {day:%B}" if day.year == today.year else long_day(day)


def shows_plates(view: SessionView) -> bool:
    """Whether a session as shown names the plates of a bar."""
    rows = (row for exercise in exercises_of(view.items) for row in exercise.sets)
    return any(bar.plates for row in rows for bar in row.bars)


def number_words(value: float | None) -> str:
    """`1,234` or `1,234.5`; `–` for None."""
    return "–" if value is None else f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


_GLOBALS = {
    "count": count,
    "day_span": day_span,
    "lines_of": lines_of,
    "versions_of": versions_of,
    "rows_of": rows_of,
    "facts_of": facts_of,
    "links_of": links_of,
    "note_alone": note_alone,
    "shows_plates": shows_plates,
    "figures": emphasis.figures,
    "found_words": emphasis.found_words,
    "code_marks": emphasis.code_marks,
    "movement_name": movement_name,
    "zones": ZONES,
    "in_site": in_site,
    "static_address": lambda name: in_site(static_address(name)),
}
_FILTERS = {
    "long_day": long_day,
    "short_day": short_day,
    "short_date": short_date,
    "plain_date": plain_date,
    "day_heading": day_heading,
    "number": number_words,
    "plain": decimal_text,
}


_ADDRESS = re.compile(r'\b(href|src|action)="(?=/)')
"""Where a template writes an address of this site."""


def _source(name: str) -> str:
    """A template in which the root path comes before each address of this site (see `root_path`)."""
    file = resources.files("wod_pipeline.web") / "templates" / name
    return _ADDRESS.sub(r'\1="{{ in_site("") }}', file.read_text(encoding="utf-8"))


def _environment() -> jinja2.Environment:
    loader = jinja2.FunctionLoader(_source)
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals |= _GLOBALS
    environment.filters |= _FILTERS
    environment.tests["is_own_max"] = is_own_max
    return environment


_ENVIRONMENT = _environment()
_TEMPLATES = {
    name: _ENVIRONMENT.get_template(f"{name}.html")
    for name in ("day", "week", "lifts", "lift", "load", "search", "maxes", "calendar", "about", "error")
}
"""Every page, compiled at start so that requests need not."""


def render(template: str, **values: Any) -> str:
    """The HTML of a page."""
    return _TEMPLATES[template].render(**values)


def page(template: str, here: str, **values: Any) -> HTMLResponse:
    """A page as an answer; `here` is the entry of the navigation to mark as current."""
    return HTMLResponse(render(template, here=here, **values))


# ------------------------------------------------------------------------------------------------- sessions
@router.get("/")
def today(
    context: Context, visitor: Visitor, reader: VisitorDay, choices: Choices, whole: Whole = False
) -> Response:
    """Today's sessions; on a day without any, the next training day."""
    return _day_page(context, Visit(visitor, choices, whole), reader, reader.today)


@router.get("/day/{day}")
def day(
    context: Context,
    visitor: Visitor,
    reader: VisitorDay,
    choices: Choices,
    day: DayInPath,
    whole: Whole = False,
) -> Response:
    """The sessions of one day."""
    return _day_page(context, Visit(visitor, choices, whole), reader, day)


def _day_page(context: AppContext, visit: Visit, reader: ReaderDay, day: dt.date) -> Response:
    return page(
        "day",
        "today" if day == reader.today else "",
        day=day,
        today=reader.today,
        reader=reader,
        shown=show_day(context, visit, day, reader.today),
        before=day - DAY if day > FIRST_DAY else None,
        after=day + DAY if day < LAST_DAY else None,
        has_maxes=visit.athlete is not None,
    )


@router.get("/week")
def this_week(
    context: Context, visitor: Visitor, reader: VisitorDay, choices: Choices, whole: Whole = False
) -> Response:
    """The current week."""
    return week(context, visitor, reader, choices, reader.today, whole)


@router.get("/week/{day}")
def week(
    context: Context,
    visitor: Visitor,
    reader: VisitorDay,
    choices: Choices,
    day: DayInPath,
    whole: Whole = False,
) -> Response:
    """The week of a day, every session in full."""
    monday = monday_of(day)
    shown = show_week(context, Visit(visitor, choices, whole), monday, reader.today)
    views = [*shown.views, *shown.undated]
    return page(
        "week",
        "week" if monday == monday_of(reader.today) else "",
        monday=monday,
        sunday=sunday_of(monday),
        shown=shown,
        views=views,
        today=reader.today,
        reader=reader,
        weekdays={key: f"{day:%A}" for key, day in zip(WEEKDAYS, days_of(monday), strict=True)},
        opens_on=next((view.date for view in shown.views if view.date and view.date >= reader.today), None),
        introductions=list(dict.fromkeys(view.preamble for view in views if view.preamble)),
        before=monday - WEEK if monday > FIRST_DAY else None,
        after=monday + WEEK if monday + WEEK <= LAST_DAY else None,
        has_maxes=visitor is not None,
    )


# --------------------------------------------------------------------------------------------------- overviews
@router.get("/lifts")
@keep()
def lifts(context: Context, q: Words = "") -> Response:
    """Every movement that was prescribed, by family."""
    families: dict[str, list[answers.MovementFacts]] = {}
    for fact in answers.movement_facts(context.index, q):
        families.setdefault(fact.family, []).append(fact)
    return page("lifts", "lifts", families=families, q=q)


@router.get("/lifts/{movement}")
@keep()
def lift(
    context: Context, visitor: Visitor, movement: Annotated[str, Path(max_length=60)], number: PageNumber = 1
) -> Response:
    """Every prescription of a lift, newest first, with a chart."""
    movement_id = movement_or_404(movement)
    occurrences = context.index.history(movement_id)
    shown = _on_page(number, occurrences)
    answer = answers.history_answer(movement_id, shown, len(occurrences), visitor)
    return page("lift", "lifts", answer=answer, number=number, pages=_page_count(occurrences))


def _on_page(number: int, items: Sequence[ItemT]) -> Sequence[ItemT]:
    return items[(number - 1) * ROWS : number * ROWS]


def _page_count(items: Sequence[object]) -> int:
    return max(1, -(-len(items) // ROWS))


@router.get("/charts/lift/{movement}.svg")
@keep()
def lift_svg(context: Context, movement: Annotated[str, Path(max_length=60)]) -> Response:
    """The chart of a lift's history."""
    newest = context.index.history(movement_or_404(movement))[: charts.MOST_POINTS]
    points = tuple(
        (occurrence.entry.day, answers.top_percent_of(occurrence)) for occurrence in reversed(newest)
    )
    return _svg(charts.lift_chart(points))


def _svg(image: bytes) -> Response:
    """A chart, allowed to use the style sheet that is inside it."""
    policy = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
    return Response(image, media_type="image/svg+xml", headers=policy)


def _load_answer(
    context: AppContext, by: Period, visitor: Athlete | None, today: dt.date
) -> answers.LoadAnswer:
    first = today - PERIODS[by]
    rows = load_rows(context.index, by, first, today + 2 * WEEK, visitor)
    return answers.load_answer(by, rows, visitor)


@router.get("/load")
@keep()
def load(context: Context, visitor: Visitor, reader: VisitorDay, by: By = "week") -> Response:
    """Training load as chart and table, and what the figures mean."""
    answer = _load_answer(context, by, visitor, reader.today)
    started = [row for row in answer.rows if row.start <= reader.today]
    current = next(reversed(started or answer.rows), None)
    return page("load", "load", answer=answer, by=by, current=current, today=reader.today)


@router.get("/charts/load.svg")
@keep()
def load_svg(context: Context, reader: VisitorDay, by: By = "week") -> Response:
    """The chart of the training load."""
    rows = _load_answer(context, by, None, reader.today).rows
    points = tuple((row.start, (*row.total.zones.values(), row.total.unrated)) for row in rows)
    return _svg(charts.load_chart(points))


@router.get("/search")
@keep()
def search(context: Context, q: Words = "", number: PageNumber = 1) -> Response:
    """Sessions with every word in their movements or notes, best first."""
    matches = context.index.search(q) if q.strip() else []
    rows = [answers.search_row(match) for match in _on_page(number, matches)]
    answer = answers.SearchAnswer(q, rows, len(matches))
    return page(
        "search",
        "search",
        answer=answer,
        words=q.casefold().split(),
        number=number,
        pages=_page_count(matches),
    )


@router.get("/about")
def about() -> Response:
    """The API, the calendar and the export explained."""
    return page("about", "", endpoints=list(_endpoints()), formats=EXPORTS)


EXPORTS = (
    ("csv", "csv", "One row per exercise and group of sets, for a spreadsheet."),
    ("parquet", "parquet", "The same rows with types, for data frames."),
    ("ics", "ics", "A calendar with one all-day event for each session. An existing file is updated."),
    ("json", "json", "Everything that is known of each session, for programs."),
)
"""Format, suffix and use of each export of the command line."""


def _endpoints() -> Iterator[tuple[str, str, str]]:
    """Path and meaning of each endpoint, and an address to try where no parameter is required."""
    for route in api.router.routes:
        if isinstance(route, APIRoute):
            is_required = any(field.field_info.is_required() for field in route.dependant.query_params)
            example = "" if is_required or "{" in route.path else route.path
            yield route.path, route.description, example
