"""The parameters of the API: days, pages, filters and maxes. One that an endpoint does not declare is refused."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Annotated, Any, TypeVar
from urllib.parse import quote, urlencode

from fastapi import Depends, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, BeforeValidator, WithJsonSchema
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.responses import Response

from wod_pipeline.athlete import MOST_SUMS
from wod_pipeline.program import SessionKind, SessionRecord
from wod_pipeline.reading.entries import IndexEntry
from wod_pipeline.rendering import clean
from wod_pipeline.training import Athlete, Unit
from wod_pipeline.web.context import Context, Visitor
from wod_pipeline.web.http import ConditionalRoute
from wod_pipeline.web.kept import declared_parameters
from wod_pipeline.web.max_parameters import (
    BAR_PATTERN,
    MAX_PATTERN,
    PLATE_PATTERN,
    STEP_PATTERN,
    athlete_of_parameters,
)
from wod_pipeline.weeks import FIRST_DAY, LAST_DAY
from wod_pipeline.wording import first_of, shorten

ItemT = TypeVar("ItemT")
SessionT = TypeVar("SessionT", SessionRecord, IndexEntry)


# --------------------------------------------------------------------------------------- what is declared
class StrictRoute(ConditionalRoute):
    """A route that refuses (422) a query parameter it does not declare, or one of a single value given twice.

    A mistyped parameter would otherwise be ignored, and the answer be another than was asked for.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The endpoint's handler, preceded by the check."""
        handle = super().get_route_handler()
        declared = dict(declared_parameters(self.dependant))

        async def handle_strictly(request: Request) -> Response:
            if problems := list(_undeclared(request.query_params, declared)):
                raise wrong_parameters(problems)
            return await handle(request)

        return handle_strictly


def _undeclared(given: QueryParams, declared: Mapping[str, bool]) -> Iterator[tuple[str, str]]:
    names = [name for name, _ in given.multi_items()]
    for name in dict.fromkeys(names):
        if name not in declared:
            yield shorten(clean(name), _LONGEST_NAME), _unknown(name, declared)
        elif not declared[name] and names.count(name) > 1:
            yield name, "is given more than once"


_LONGEST_NAME = 40
"""Characters of an unknown name that an answer repeats."""


def _unknown(name: str, declared: Iterable[str]) -> str:
    known = sorted(declared)
    near = get_close_matches(name[:_LONGEST_NAME].lower(), known, 1)
    if near:
        return f"is not a parameter here; nearest: {near[0]}"
    return f"is not a parameter here; {'known: ' + ', '.join(known) if known else 'there is none'}"


def wrong_parameters(problems: Iterable[tuple[str, str]]) -> RequestValidationError:
    """The error (422) for query parameters, each with a sentence."""
    return RequestValidationError([{"loc": ("query", name), "msg": says} for name, says in problems])


# ------------------------------------------------------------------------------------------------------ days
def _check_form(text: object) -> object:
    """A day as OpenAPI's format `date` has it; pydantic alone also takes seconds since 1970, and times."""
    if isinstance(text, str) and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError("write a day as 2026-03-02")
    return text


def _check_range(day: dt.date) -> dt.date:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"write a day from {FIRST_DAY} to {LAST_DAY}")
    return day


_DAY_SCHEMA = {"type": "string", "format": "date", "pattern": "^(199|2[0-9]{2})[0-9]-[0-9]{2}-[0-9]{2}$"}
Day = Annotated[
    dt.date, BeforeValidator(_check_form), AfterValidator(_check_range), WithJsonSchema(_DAY_SCHEMA)
]
From = Annotated[
    Day | None,
    Query(
        alias="from", description="First day; with one after `to` there are no days", examples=["2026-03-02"]
    ),
]
To = Annotated[
    Day | None,
    Query(description="Last day; days a year or more after `from` are left out", examples=["2026-03-08"]),
]
DayInPath = Annotated[Day, Path(examples=["2026-03-02"])]
Words = Annotated[str, Query(max_length=100, description="Words, all of which must occur")]


# ----------------------------------------------------------------------------------------------------- pages
@dataclass(frozen=True)
class Page:
    """A page of a list: `limit` items from `offset` on."""

    request: Request
    limit: int
    offset: int

    def of(self, items: Sequence[ItemT]) -> list[ItemT]:
        """The items on this page."""
        return list(items[self.offset : self.offset + self.limit])

    def links(self, total: int, next_day: dt.date | None = None) -> dict[str, str]:
        """The `Link` header (RFC 8288) with the pages before and after this one in a list of `total` items.

        After the last one comes the first page of the list from `next_day` on, if that is given.
        """
        urls = {"prev": self._url(self._previous(total))} if self.offset > 0 else {}
        if self.offset + self.limit < total:
            urls["next"] = self._url(self.offset + self.limit)
        elif next_day:
            urls["next"] = self._url(0, {"from": next_day.isoformat()})
        links = [f'<{url}>; rel="{rel}"' for rel, url in urls.items()]
        return {"Link": ", ".join(links)} if links else {}

    def _previous(self, total: int) -> int:
        """The offset of the page before; from beyond the end of the list, of its last page."""
        last = max(total - 1, 0) // self.limit * self.limit
        return last if self.offset >= total else max(self.offset - self.limit, 0)

    def _url(self, offset: int, others: Mapping[str, str] | None = None) -> str:
        """The address of this request with another offset, and these other parameters."""
        changed = {**(others or {}), "limit": self.limit, "offset": offset}
        parameters = self.request.query_params.multi_items()
        kept = [(name, value) for name, value in parameters if name not in changed]
        path = quote(self.request.scope["path"])
        return f"{path}?{urlencode([*kept, *changed.items()])}"


def _check_digits(text: object) -> object:
    """A number in digits; pydantic alone also takes `1_0`, `1.0` and ` 1`."""
    if isinstance(text, str) and not re.fullmatch(r"-?[0-9]+", text):
        raise ValueError("write a whole number in digits, such as 20")
    return text


def _page(
    request: Request,
    limit: Annotated[
        int, Query(ge=1, le=100, description="Items on a page"), BeforeValidator(_check_digits)
    ] = 20,
    offset: Annotated[
        int, Query(ge=0, le=100_000, description="Items before the page"), BeforeValidator(_check_digits)
    ] = 0,
) -> Page:
    return Page(request, limit, offset)


PageOfList = Annotated[Page, Depends(_page)]


# --------------------------------------------------------------------------------------------------- filters
@dataclass(frozen=True)
class Filter:
    """Which sessions are answered: those of these kinds (empty: of every kind), of this program (None: of every)."""

    kinds: frozenset[SessionKind] = frozenset()
    program: str | None = None

    def of(self, sessions: Iterable[SessionT]) -> list[SessionT]:
        """The sessions that pass."""
        return [session for session in sessions if self.passes(session)]

    def passes(self, session: SessionRecord | IndexEntry) -> bool:
        """Whether the session is of the kinds and of the program."""
        is_of_kind = not self.kinds or session.kind in self.kinds
        return is_of_kind and self.program in (None, clean(session.program))


Kinds = Annotated[
    list[SessionKind],
    Query(alias="kind", max_length=4, description="Only sessions of this kind; repeat it for several"),
]
Program = Annotated[
    str | None,
    Query(max_length=200, description="Only sessions of this program, named as in `session.program`"),
]


def _filter(context: Context, kind: Kinds = [], program: Program = None) -> Filter:  # noqa: B006  read only
    if program is not None:
        _check_is_stored(program, {entry.program for entry in context.index.entries})
    return Filter(frozenset(kind), program)


def _check_is_stored(program: str, stored: set[str]) -> None:
    if program not in stored:
        known = ", ".join(first_of(sorted(stored), 10)) or "none"
        raise HTTPException(404, f"No session of this program is stored. Programs: {known}.")


Filtered = Annotated[Filter, Depends(_filter)]


# ----------------------------------------------------------------------------------------------------- maxes
_IN_PLACE = " With any of `max`, `unit`, `bar`, `step` and `plate` the visitor's cookie is not read."


# The patterns are for the description only: `max_parameters` says what is wrong in a text.
MaxText = Annotated[str, WithJsonSchema({"type": "string", "pattern": MAX_PATTERN})]
PlateText = Annotated[str, WithJsonSchema({"type": "string", "pattern": PLATE_PATTERN})]
BarText = Annotated[str, WithJsonSchema({"type": "string", "pattern": BAR_PATTERN})]
StepText = Annotated[str, WithJsonSchema({"type": "string", "pattern": STEP_PATTERN})]
Maxes = Annotated[
    list[MaxText],
    Query(
        alias="max",
        max_length=60,
        description="A max for which weights are worked out: movement (id, name or alias), "
        "`.` and the repetitions unless it is a 1-RM, `:` and the weight in `unit` or with its own. "
        "Of one named twice the last counts." + _IN_PLACE,
        examples=[["snatch:100", "back_squat.3:150", "clean_and_jerk:275 lb"]],
    ),
]
UnitParameter = Annotated[Unit | None, Query(description="Unit of weights and plates; kg if not given")]
Bar = Annotated[
    BarText | None,
    Query(
        description="Weight of the empty bar in `unit` or with its own; 20 kg or 45 lb if not given",
        examples=["15"],
    ),
]
Step = Annotated[
    StepText | None,
    Query(description="Smallest step of weights in `unit`; 2.5 kg or 5 lb if not given", examples=["1"]),
]
Plates = Annotated[
    list[PlateText],
    Query(
        alias="plate",
        max_length=16,
        description="Plates owned: weight of one in `unit`, `:`, number of pairs. Of a weight named twice the last "
        f"counts. When all make more than {MOST_SUMS:,} different weights on one side, the smallest plates are left "
        "out. Without any every step can be loaded",
        examples=[["20:2", "10:1", "2.5:1"]],
    ),
]


def _requested_athlete(
    visitor: Visitor,
    max_: Maxes = [],  # noqa: B006  read only
    unit: UnitParameter = None,
    bar: Bar = None,
    step: Step = None,
    plate: Plates = [],  # noqa: B006  read only
) -> Athlete | None:
    if not (max_ or plate) and (unit, bar, step) == (None, None, None):
        return visitor
    rack = (("unit", unit), ("bar", bar), ("step", step))
    given = [*(("max", text) for text in max_), *(("plate", text) for text in plate)]
    athlete, problems = athlete_of_parameters(
        [*given, *((name, text) for name, text in rack if text is not None)]
    )
    if problems:
        raise wrong_parameters(problems)
    return athlete


RequestedAthlete = Annotated[Athlete | None, Depends(_requested_athlete)]
"""Whose weights are answered: the maxes in the parameters, otherwise those in the visitor's cookie."""
