"""The HTML pages that the athlete opens on the phone: layout from `templates`, a session's words from `rendering`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from importlib import resources
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

import jinja2
from fastapi import APIRouter, Path, Query, Request
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

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
)
from wod_pipeline.training import ZONES, Athlete, Period, Unit, decimal_text
from wod_pipeline.vocabulary import movement_name
from wod_pipeline.web import api, charts, days, emphasis, form, maxes
from wod_pipeline.web.api import movement_or_404
from wod_pipeline.web.context import AppContext, CalendarState, Context, Visitor, WithWeights, load_rows
from wod_pipeline.web.days import Choices, ReaderDay, VisitorDay
from wod_pipeline.web.http import ConditionalRoute
from wod_pipeline.web.parameters import Words
from wod_pipeline.web.shown import Visit, show_day, show_week
from wod_pipeline.web.static_files import static_address
from wod_pipeline.weeks import DAY, FIRST_DAY, LAST_DAY, WEEK, days_of, monday_of, sunday_of
from wod_pipeline.wording import count, day_span, long_day, short_day

router = APIRouter(route_class=ConditionalRoute, include_in_schema=False)

ROWS = 30
"""Rows on a page of a list."""
PERIODS: dict[Period, dt.timedelta] = {"day": 4 * WEEK, "week": 26 * WEEK, "month": 24 * 31 * DAY}
"""How far back training load is shown, by length of a period."""
USUAL_MAXES = (
    *("snatch", "clean_and_jerk", "power_snatch", "power_clean", "clean", "jerk"),
    *("back_squat", "front_squat", "deadlift", "strict_press", "push_press"),
)
LONGEST_FORM = 16_384
"""Bytes of a form that is read; a larger one was not sent by the page."""

DayInPath = Annotated[dt.date, Path(ge=FIRST_DAY, le=LAST_DAY)]
PageNumber = Annotated[int, Query(alias="page", ge=1, le=2_000)]
By = Annotated[Period, Query()]
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


def _environment() -> jinja2.Environment:
    folder = resources.files("wod_pipeline.web").joinpath("templates")
    loader = jinja2.FunctionLoader(lambda name: folder.joinpath(name).read_text(encoding="utf-8"))
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals |= {
        "count": count,
        "day_span": day_span,
        "lines_of": lines_of,
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
        "static_address": static_address,
    }
    environment.filters |= {
        "long_day": long_day,
        "short_day": short_day,
        "short_date": short_date,
        "plain_date": plain_date,
        "day_heading": day_heading,
        "number": number_words,
        "plain": decimal_text,
    }
    environment.tests["is_own_max"] = is_own_max
    return environment


def shows_plates(view: SessionView) -> bool:
    """Whether a session as shown names the plates of a bar."""
    rows = (row for exercise in exercises_of(view.items) for row in exercise.sets)
    return any(bar.plates for row in rows for bar in row.bars)


def number_words(value: float | None) -> str:
    """`1,234` or `1,234.5`; `–` for None."""
    return "–" if value is None else f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


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
def today(context: Context, visitor: Visitor, reader: VisitorDay, choices: Choices) -> Response:
    """Today's sessions; on a day without any, the next training day."""
    return _day_page(context, Visit(visitor, choices), reader, reader.today)


@router.get("/day/{day}")
def day(context: Context, visitor: Visitor, reader: VisitorDay, choices: Choices, day: DayInPath) -> Response:
    """The sessions of one day."""
    return _day_page(context, Visit(visitor, choices), reader, day)


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
def this_week(context: Context, visitor: Visitor, reader: VisitorDay, choices: Choices) -> Response:
    """The current week."""
    return week(context, visitor, reader, choices, reader.today)


@router.get("/week/{day}")
def week(
    context: Context, visitor: Visitor, reader: VisitorDay, choices: Choices, day: DayInPath
) -> Response:
    """The week of a day, every session in full."""
    monday = monday_of(day)
    shown = show_week(context, Visit(visitor, choices), monday, reader.today)
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
def lifts(context: Context, q: Words = "") -> Response:
    """Every movement that was prescribed, by family."""
    families: dict[str, list[answers.MovementFacts]] = {}
    for fact in answers.movement_facts(context.index, q):
        families.setdefault(fact.family, []).append(fact)
    return page("lifts", "lifts", families=families, q=q)


@router.get("/lifts/{movement}")
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
def load(context: Context, visitor: Visitor, reader: VisitorDay, by: By = "week") -> Response:
    """Training load as chart and table, and what the figures mean."""
    answer = _load_answer(context, by, visitor, reader.today)
    started = [row for row in answer.rows if row.start <= reader.today]
    current = next(reversed(started or answer.rows), None)
    return page("load", "load", answer=answer, by=by, current=current, today=reader.today)


@router.get("/charts/load.svg")
def load_svg(context: Context, reader: VisitorDay, by: By = "week") -> Response:
    """The chart of the training load."""
    rows = _load_answer(context, by, None, reader.today).rows
    points = tuple((row.start, (*row.total.zones.values(), row.total.unrated)) for row in rows)
    return _svg(charts.load_chart(points))


@router.get("/search")
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


# --------------------------------------------------------------------------------------------------- maxes
@router.get("/maxes")
def show_maxes(
    context: Context, visitor: Visitor, calendar: WithWeights, converted: Unit | None = None
) -> Response:
    """The form with the visitor's maxes; `converted` is the unit they were in before their unit was changed."""
    return _maxes_page(context, visitor, converted=converted, calendar=calendar)


def _maxes_page(
    context: AppContext,
    athlete: Athlete | None,
    problems: Sequence[form.Problem] = (),
    *,
    typed: form.Pairs = (),
    converted: Unit | None = None,
    calendar: CalendarState = "no maxes",
) -> Response:
    """The form: the usual maxes, those that the program refers to, and those that the athlete has or typed."""
    kept = maxes.fields_of(athlete) if athlete else {}
    unit = form.unit_of(typed) if typed else (athlete or Athlete()).rack.unit

    def fields(names: Iterable[str]) -> list[form.Field]:
        return form.fields_for(names, kept, typed, problems)

    html = render(
        "maxes",
        here="maxes",
        unit=unit,
        rack=(athlete or Athlete()).rack,
        bar=fields(("bar", "step")),
        fields=fields(dict.fromkeys([*_max_names(context, athlete), *form.typed_maxes(typed)])),
        plates=fields(form.plate_names(unit, athlete, typed)),
        problems=problems,
        has_maxes=athlete is not None,
        converted=converted if converted != unit else None,
        calendar=calendar,
    )
    return HTMLResponse(html, 422 if problems else 200)


def _max_names(context: AppContext, athlete: Athlete | None) -> list[str]:
    """The maxes to show: the usual ones, those that the program refers to, those that the athlete has entered."""
    usual = {movement: n for n, movement in enumerate(USUAL_MAXES)}
    listed = {
        *((movement, 1) for movement in usual),
        *_references(context),
        *(athlete.maxes if athlete else ()),
    }
    order = sorted(listed, key=lambda key: (key[1], usual.get(key[0], 99), key[0]))
    return [maxes.field_name(movement, reps) for movement, reps in order]


def _references(context: AppContext) -> set[tuple[str, int]]:
    """The maxes (movement, reps) that percentages of the last 120 days refer to."""
    since = context.program_today - dt.timedelta(days=120)
    loads = (dose.load for entry in context.index.between(since, None) for dose in entry.doses.doses)
    refs = (load.ref for load in loads if load is not None and load.ref is not None)
    return {(ref.movement_id, ref.rm) for ref in refs if ref.movement_id is not None}


@router.post("/maxes")
async def set_maxes(request: Request, context: Context, visitor: Visitor) -> Response:
    """Put the visitor's maxes into their cookie, or delete it; the server stores nothing.

    After a change of the unit the form is shown again, so that the converted numbers are seen.
    """
    check_same_site(request)
    sent = maxes.form_fields(await read_body(request))
    if ("forget", "yes") in sent:
        forgotten = RedirectResponse("/", 303)
        forgotten.delete_cookie(maxes.COOKIE)
        return forgotten
    fields = form.without_foreign_plates(sent)
    converted = maxes.convert_fields(fields, visitor)
    problems = form.problems_of([*{**dict(fields), **dict(converted)}.items()])
    athlete = maxes.check_fields(converted).athlete
    cookie = maxes.cookie_of(athlete)
    if len(cookie) > maxes.LONGEST_COOKIE:
        problems.append(form.Problem("", "These are more maxes than fit into a cookie. Leave some out."))
    if problems:
        return _maxes_page(context, visitor, problems, typed=fields)
    before = visitor.rack.unit if visitor else form.plates_unit(sent)
    lost_plates = form.has_plates(sent) and not form.has_plates(fields)
    converts = lost_plates or maxes.changed_unit(fields, visitor) is not None
    kept = RedirectResponse(f"/maxes?converted={before}" if converts else "/", 303)
    kept.set_cookie(
        maxes.COOKIE,
        cookie,
        max_age=maxes.MAX_AGE_S,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return kept


# -------------------------------------------------------------------------------- sessions without a day
@router.post("/days")
async def set_days(request: Request, choices: Choices) -> Response:
    """Put the weekdays that the visitor gives to sessions into their cookie; the server stores nothing."""
    check_same_site(request)
    fields = days.form_fields(await read_body(request))
    changed = days.changed_choices(choices, fields)
    answer = RedirectResponse(f"/week/{_week_in(fields)}", 303)
    _set_cookie(request, answer, days.DAYS_COOKIE, days.cookie_of(changed))
    return answer


def _week_in(fields: list[tuple[str, str]]) -> dt.date:
    """The week that a form was sent from. Raises 422 when it names none."""
    try:
        week = dt.date.fromisoformat(dict(fields).get("week", ""))
    except ValueError:
        week = LAST_DAY + DAY
    if not FIRST_DAY <= week <= LAST_DAY:
        raise HTTPException(422, "The form does not say of which week it is.")
    return week


def _set_cookie(request: Request, answer: Response, name: str, value: str) -> None:
    """Keep a value in a cookie that scripts and other sites' forms cannot use; an empty one is deleted."""
    if not value:
        answer.delete_cookie(name)
        return
    is_https = request.url.scheme == "https"
    answer.set_cookie(name, value, max_age=maxes.MAX_AGE_S, httponly=True, samesite="lax", secure=is_https)


async def read_body(request: Request) -> bytes:
    """The body of a request. Raises 413 as soon as it is longer than `LONGEST_FORM` bytes."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_FORM:
            raise HTTPException(413, "The form is too long.")
    return body


def check_same_site(request: Request) -> None:
    """Raise 403 for a form of another site, which may not set the cookie.

    An opaque origin (`null`) is another site too, such as a sandboxed frame: over plain HTTP a browser sends nothing
    else to tell it by. Our own pages send theirs, since their referrer policy is `same-origin`.
    """
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin")
    foreign = origin is not None and urlsplit(origin).netloc != request.headers.get("host", "")
    if site not in {"same-origin", "none"} or foreign:
        raise HTTPException(403, "This form is answered only when it comes from this site.")
