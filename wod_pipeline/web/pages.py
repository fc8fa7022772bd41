"""The HTML pages: what the athlete opens on the phone. Layout lives in the templates, words in `rendering`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from importlib import resources
from itertools import islice
from typing import Annotated, Any
from urllib.parse import urlsplit

import jinja2
from fastapi import APIRouter, Path, Query, Request
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from wod_pipeline.program import SessionRecord
from wod_pipeline.reading import answers
from wod_pipeline.rendering import facts_of, lines_of, links_of, rows_of, view_session
from wod_pipeline.training import ZONES, Athlete, Period, decimal_text
from wod_pipeline.vocabulary import movement_name
from wod_pipeline.web import api, charts, maxes
from wod_pipeline.web.api import Words, known_movement
from wod_pipeline.web.http import ConditionalRoute
from wod_pipeline.web.source import FIRST_DAY, LAST_DAY, FromSource, Source, Visitor, load_rows
from wod_pipeline.weeks import DAY, WEEK, monday_of, sunday_of

router = APIRouter(route_class=ConditionalRoute, include_in_schema=False)

ROWS = 30
PERIODS: dict[Period, int] = {"day": 28, "week": 26 * 7, "month": 24 * 31}
"""Days shown of the training load."""
USUAL_MAXES = (
    *("snatch", "clean_and_jerk", "power_snatch", "power_clean", "clean", "jerk"),
    *("back_squat", "front_squat", "deadlift", "strict_press", "push_press"),
)
LONGEST_FORM = 16_384

DayInPath = Annotated[dt.date, Path(ge=FIRST_DAY, le=LAST_DAY)]
Page = Annotated[int, Query(ge=1, le=2_000)]
By = Annotated[Period, Query()]


def day_words(day: dt.date) -> str:
    """`Monday 21 December 2020`."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def short_day(day: dt.date) -> str:
    """`Mon 21 Dec 2020`."""
    return f"{day:%a} {day.day} {day:%b %Y}"


def long_day(day: dt.date, today: dt.date) -> str:
    """`Monday 21 December`, with the year when it is not this one."""
    return f"{day:%A} {day.day} {day:%B}" if day.year == today.year else day_words(day)


def plain_day(day: dt.date) -> str:
    """`21 Dec 2020`."""
    return f"{day.day} {day:%b %Y}"


def near_day(day: dt.date) -> str:
    """`Mon 21 Dec`, where the year is plain."""
    return f"{day:%a} {day.day} {day:%b}"


def _environment() -> jinja2.Environment:
    folder = resources.files("wod_pipeline.web").joinpath("templates")
    loader = jinja2.FunctionLoader(lambda name: folder.joinpath(name).read_text(encoding="utf-8"))
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals |= {
        "lines_of": lines_of,
        "rows_of": rows_of,
        "facts_of": facts_of,
        "links_of": links_of,
        "movement_name": movement_name,
        "zones": ZONES,
    }
    environment.filters |= {
        "day": day_words,
        "long_day": long_day,
        "near_day": near_day,
        "plain_day": plain_day,
        "short_day": short_day,
        "number": number_words,
        "plain": decimal_text,
    }
    return environment


def number_words(value: float | None) -> str:
    """A number with thousands separated, `–` for none."""
    return "–" if value is None else f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


_ENVIRONMENT = _environment()
_TEMPLATES = {
    name: _ENVIRONMENT.get_template(f"{name}.html")
    for name in ("day", "week", "lifts", "lift", "load", "search", "maxes", "about", "error")
}
"""Every page, compiled before the first visitor comes."""


def render(template: str, **values: Any) -> str:
    """A page as HTML."""
    return _TEMPLATES[template].render(**values)


def page(template: str, here: str, **values: Any) -> HTMLResponse:
    """A page as an answer; `here` is the entry of the navigation it belongs to."""
    return HTMLResponse(render(template, here=here, **values))


# ------------------------------------------------------------------------------------------------- sessions
@router.get("/")
def today(source: FromSource, visitor: Visitor) -> Response:
    """Today's sessions; on a day without any, the next training day."""
    day = source.today()
    return _day_page(source, visitor, day, is_today=True)


@router.get("/day/{day}")
def day(source: FromSource, visitor: Visitor, day: DayInPath) -> Response:
    """The sessions of one day."""
    return _day_page(source, visitor, day, is_today=day == source.today())


def _day_page(source: Source, visitor: Athlete | None, day: dt.date, *, is_today: bool) -> Response:
    records = source.on(day)
    training = any(record.kind != "rest" for record in records)
    later = source.next_after(day) if not training else []
    return page(
        "day",
        "today" if is_today else "",
        day=day,
        today=source.today(),
        is_today=is_today,
        views=_views(records, visitor),
        later=_views(later, visitor),
        before=max(day - DAY, FIRST_DAY),
        after=min(day + DAY, LAST_DAY),
        has_maxes=visitor is not None,
        stored=bool(records) or source.table.read_week(monday_of(day)) is not None,
    )


def _views(records: Iterable[SessionRecord], visitor: Athlete | None) -> list[Any]:
    return [view_session(record, visitor) for record in records]


@router.get("/week")
def this_week(source: FromSource, visitor: Visitor) -> Response:
    """The current week."""
    return week(source, visitor, source.today())


@router.get("/week/{day}")
def week(source: FromSource, visitor: Visitor, day: DayInPath) -> Response:
    """The week of a day, every session in full."""
    monday = monday_of(day)
    stored = source.table.read_week(monday)
    views = _views(stored.records, visitor) if stored else []
    return page(
        "week",
        "week" if monday == monday_of(source.today()) else "",
        monday=monday,
        sunday=sunday_of(monday),
        outcome=stored.outcome.value if stored else "",
        views=views,
        today=source.today(),
        introductions=list(dict.fromkeys(view.preamble for view in views if view.preamble)),
        before=max(monday - WEEK, FIRST_DAY),
        after=min(monday + WEEK, LAST_DAY),
        has_maxes=visitor is not None,
    )


# ------------------------------------------------------------------------------------------ looking through
@router.get("/lifts")
def lifts(source: FromSource, q: Words = "") -> Response:
    """Every movement that was prescribed, by family."""
    families: dict[str, list[answers.MovementFacts]] = {}
    for fact in answers.movement_facts(source.snapshot, q):
        families.setdefault(fact.family, []).append(fact)
    return page("lifts", "lifts", families=families, q=q)


@router.get("/lifts/{movement}")
def lift(
    source: FromSource,
    visitor: Visitor,
    movement: Annotated[str, Path(max_length=60)],
    number: Annotated[int, Query(alias="page", ge=1, le=2_000)] = 1,
) -> Response:
    """Every prescription of a lift, newest first, with a chart."""
    known = known_movement(movement)
    found = source.snapshot.history(known)
    shown = found[(number - 1) * ROWS : number * ROWS]
    return page(
        "lift",
        "lifts",
        answer=answers.history_answer(known, shown, len(found), visitor),
        number=number,
        pages=max(1, -(-len(found) // ROWS)),
    )


@router.get("/charts/lift/{movement}.svg")
def lift_svg(source: FromSource, movement: Annotated[str, Path(max_length=60)]) -> Response:
    """The chart of a lift's history."""
    found = source.snapshot.history(known_movement(movement))[: charts.MOST_POINTS]
    points = tuple(
        (occurrence.entry.day, answers.top_percent_of(occurrence)) for occurrence in reversed(found)
    )
    return _svg(charts.lift_chart(points))


def _svg(image: bytes) -> Response:
    """A chart; its own style sheet is inside it, which only an image without scripts may have."""
    policy = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
    return Response(image, media_type="image/svg+xml", headers=policy)


def _load_facts(source: Source, by: Period, visitor: Athlete | None) -> answers.LoadAnswer:
    today = source.today()
    first = today - dt.timedelta(days=PERIODS[by])
    rows = load_rows(source.snapshot, by, first, today + 14 * DAY, visitor)
    return answers.load_answer(by, rows, visitor)


@router.get("/load")
def load(source: FromSource, visitor: Visitor, by: By = "week") -> Response:
    """Training load with a chart, and what the figures mean."""
    found = _load_facts(source, by, visitor)
    begun = [row for row in found.rows if row.start <= source.today()]
    current = next(reversed(begun or found.rows), None)
    return page("load", "load", answer=found, by=by, current=current)


@router.get("/charts/load.svg")
def load_svg(source: FromSource, by: By = "week") -> Response:
    """The chart of the training load."""
    rows = _load_facts(source, by, None).rows
    points = tuple((row.start, (*row.total.zones.values(), row.total.unrated)) for row in rows)
    return _svg(charts.load_chart(points))


@router.get("/search")
def search(source: FromSource, q: Words = "", number: Page = 1) -> Response:
    """Sessions that hold every word."""
    hits = list(source.snapshot.search(q)) if q.strip() else []
    first = (number - 1) * ROWS
    rows = [answers.search_row(hit) for hit in islice(hits, first, first + ROWS)]
    return page(
        "search",
        "search",
        answer=answers.SearchAnswer(q, rows, len(hits)),
        number=number,
        pages=max(1, -(-len(hits) // ROWS)),
    )


@router.get("/about")
def about() -> Response:
    """The API and the calendar, in words."""
    return page("about", "", endpoints=list(_endpoints()))


def _endpoints() -> Iterator[tuple[str, str, str]]:
    """Path, meaning and, where no parameter is needed, an address to try."""
    for route in api.router.routes:
        if isinstance(route, APIRoute):
            wanted = any(parameter.field_info.is_required() for parameter in route.dependant.query_params)
            example = "" if wanted or "{" in route.path else route.path
            yield route.path, route.description, example


# --------------------------------------------------------------------------------------------------- maxes
@router.get("/maxes")
def show_maxes(source: FromSource, visitor: Visitor) -> Response:
    """The form with the visitor's maxes."""
    return _maxes_page(source, visitor, [])


def _maxes_page(source: Source, athlete: Athlete | None, problems: list[str], status: int = 200) -> Response:
    asked = {
        *((movement, 1) for movement in USUAL_MAXES),
        *_references(source),
        *(athlete.maxes if athlete else ()),
    }
    usual = {movement: n for n, movement in enumerate(USUAL_MAXES)}
    order = sorted(asked, key=lambda key: (key[1], usual.get(key[0], 99), key[0]))
    fields = [
        {
            "name": maxes.field_name(movement, reps),
            "label": f"{movement_name(movement)}" + (f", {reps}-RM" if reps > 1 else ""),
            "value": maxes.weight_text(athlete, movement, reps),
        }
        for movement, reps in order
    ]
    rack = (athlete or Athlete()).rack
    html = render(
        "maxes", here="maxes", fields=fields, rack=rack, problems=problems, has_maxes=athlete is not None
    )
    return HTMLResponse(html, status)


def _references(source: Source) -> set[tuple[str, int]]:
    """The maxes that the program's percentages have referred to in the last weeks."""
    since = source.today() - dt.timedelta(days=120)
    loads = (dose.load for entry in source.snapshot.between(since, None) for dose in entry.doses.doses)
    refs = (load.ref for load in loads if load is not None and load.ref is not None)
    return {(ref.movement_id, ref.rm) for ref in refs if ref.movement_id is not None}


@router.post("/maxes")
async def set_maxes(request: Request, source: FromSource) -> Response:
    """Put the visitor's maxes into their cookie; the server keeps nothing."""
    _refuse_other_sites(request)
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_FORM:
            raise HTTPException(413, "The form is too long.")
    fields = maxes.form_fields(body)
    done = RedirectResponse("/", 303)
    if ("forget", "yes") in fields:
        done.delete_cookie(maxes.COOKIE)
        return done
    checked = maxes.check_fields(fields)
    if checked.problems:
        return _maxes_page(source, checked.athlete, checked.problems, 422)
    done.set_cookie(
        maxes.COOKIE,
        maxes.cookie_of(checked.athlete),
        max_age=maxes.MAX_AGE_S,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return done


def _refuse_other_sites(request: Request) -> None:
    """A form of another site may not set the cookie."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin")
    foreign = origin is not None and urlsplit(origin).netloc != request.headers.get("host", "")
    if site not in {"same-origin", "none"} or (foreign and origin != "null"):
        raise HTTPException(403, "This form is answered only when it comes from this site.")
