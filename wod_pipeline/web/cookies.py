"""``/maxes`` and ``/days``: forms whose answers set or delete the visitor's cookies; the server stores nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from wod_pipeline.training import Athlete, Unit
from wod_pipeline.web import days, maxes, maxes_form, pages
from wod_pipeline.web.context import AppContext, CalendarState, Context, Visitor, WithWeights, is_https
from wod_pipeline.web.days import Choices
from wod_pipeline.web.forms import Fields, read_form
from wod_pipeline.web.http import ConditionalRoute, redirect
from wod_pipeline.web.root_path import root_of
from wod_pipeline.weeks import DAY, FIRST_DAY, LAST_DAY

router = APIRouter(route_class=ConditionalRoute, include_in_schema=False)

USUAL_MAXES = (
    *("snatch", "clean_and_jerk", "power_snatch", "power_clean", "clean", "jerk"),
    *("back_squat", "front_squat", "deadlift", "strict_press", "push_press"),
)
COOKIE_AGE_S = 400 * 24 * 3600
"""400 days, the longest that browsers keep a cookie."""


# ----------------------------------------------------------------------------------------------------- maxes
@router.get("/maxes")
def show_maxes(
    context: Context, visitor: Visitor, calendar: WithWeights, converted: Unit | None = None
) -> Response:
    """The form with the visitor's maxes; `converted` is the unit they were in before their unit was changed."""
    return _maxes_page(context, visitor, converted=converted, calendar=calendar)


def _maxes_page(
    context: AppContext,
    athlete: Athlete | None,
    problems: Sequence[maxes_form.Problem] = (),
    *,
    typed: Fields = (),
    converted: Unit | None = None,
    calendar: CalendarState = "no maxes",
) -> Response:
    """The form: the usual maxes, those that the program refers to, and those that the athlete has or typed."""
    kept = maxes.fields_of(athlete) if athlete else {}
    unit = maxes_form.unit_of(typed) if typed else (athlete or Athlete()).rack.unit

    def fields(names: Iterable[str]) -> list[maxes_form.Field]:
        return maxes_form.fields_for(names, kept, typed, problems)

    html = pages.render(
        "maxes",
        here="maxes",
        unit=unit,
        rack=(athlete or Athlete()).rack,
        bar=fields(("bar", "step")),
        fields=fields(dict.fromkeys([*_max_names(context, athlete), *maxes_form.typed_maxes(typed)])),
        plates=fields(maxes_form.plate_names(unit, athlete, typed)),
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
    """Put the visitor's maxes into their cookie, or delete it.

    After a change of the unit the form is shown again, so that the converted numbers are seen.
    """
    sent = await read_form(request, maxes.MOST_FIELDS)
    if ("forget", "yes") in sent:
        return _with_cookie(request, "/", maxes.COOKIE, "")
    typed = maxes_form.without_foreign_plates(sent)
    fields = maxes.convert_fields(typed, visitor)
    problems = maxes_form.problems_of([*{**dict(typed), **dict(fields)}.items()])
    cookie = maxes.cookie_of(maxes.check_fields(fields).athlete)
    if len(cookie) > maxes.LONGEST_COOKIE:
        problems.append(
            maxes_form.Problem("", "These are more maxes than fit into a cookie. Leave some out.")
        )
    if problems:
        return _maxes_page(context, visitor, problems, typed=typed)
    return _with_cookie(request, _after_maxes(sent, typed, visitor), maxes.COOKIE, cookie)


def _after_maxes(sent: Fields, typed: Fields, before: Athlete | None) -> str:
    """Where the form leads: back to it when numbers were converted, or plates of another unit left out."""
    lost_plates = maxes_form.has_plates(sent) and not maxes_form.has_plates(typed)
    if not lost_plates and maxes.changed_unit(typed, before) is None:
        return "/"
    return f"/maxes?converted={before.rack.unit if before else maxes_form.plates_unit(sent)}"


# ------------------------------------------------------------------------------------ sessions without a day
@router.post("/days")
async def set_days(request: Request, choices: Choices) -> Response:
    """Put the weekdays that the visitor gives to sessions into their cookie."""
    fields = await read_form(request, days.MOST_CHOICES)
    changed = days.changed_choices(choices, fields)
    return _with_cookie(request, f"/week/{_week_in(fields)}", days.DAYS_COOKIE, days.cookie_of(changed))


def _week_in(fields: Fields) -> dt.date:
    """The week that a form was sent from. Raises 422 when it names none."""
    try:
        week = dt.date.fromisoformat(dict(fields).get("week", ""))
    except ValueError:
        week = LAST_DAY + DAY
    if not FIRST_DAY <= week <= LAST_DAY:
        raise HTTPException(422, "The form does not say of which week it is.")
    return week


def _with_cookie(request: Request, to: str, name: str, value: str) -> Response:
    """Go to a page and keep a value, or delete an empty one, in a cookie that scripts and other sites cannot use."""
    answer, path = redirect(request.scope, to, 303), root_of(request.scope) or "/"
    if value:
        is_secure = is_https(request)
        answer.set_cookie(
            name, value, max_age=COOKIE_AGE_S, path=path, httponly=True, samesite="lax", secure=is_secure
        )
    else:
        answer.delete_cookie(name, path)
    return answer
