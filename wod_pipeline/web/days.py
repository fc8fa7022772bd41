"""The visitor's time zone, which decides their current day, and the weekdays they chose for sessions without one.

Both are kept in cookies of the visitor's browser: `tz` holds the name of its time zone, put there by
`static/zone.js`; `days` holds weekdays as a query string: `gym-plan.1=mon&gym-plan.2=thu`. A cookie is untrusted
input: its size is limited, and what is wrong in it is ignored. The API takes the zone as a parameter.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Annotated
from urllib.parse import urlencode
from zoneinfo import ZoneInfo, available_timezones

from fastapi import Depends, Query, Request
from pydantic import WithJsonSchema

from wod_pipeline.program import WEEKDAYS, SessionRecord, Weekday
from wod_pipeline.reading.undated import DayChoices, SessionName, name_of
from wod_pipeline.rendering import session_title
from wod_pipeline.web.context import Context
from wod_pipeline.web.forms import Fields, parse_fields
from wod_pipeline.web.openapi import schema_ref
from wod_pipeline.web.parameters import wrong_parameters

ZONE_COOKIE = "tz"
LONGEST_ZONE = 64
"""Characters; the longest name of a zone has about half as many."""

DAYS_COOKIE = "days"
LONGEST_DAYS_COOKIE = 1_500
"""Characters of the cookie that are read or written."""
MOST_CHOICES = 60
LONGEST_FIELD = 140
"""Characters of program and session in the name of a field."""
_WEEKDAYS: dict[str, Weekday] = {day: day for day in WEEKDAYS}


# --------------------------------------------------------------------------------------------------- today
@dataclass(frozen=True)
class ReaderDay:
    """The current day of the reader; `is_own` says that they gave the zone, which is otherwise the program's."""

    today: dt.date
    zone: ZoneInfo
    is_own: bool


_NOT_IN_THE_DATABASE = {"Factory", "localtime"}
"""Names under which a machine has the zone it is set to, or that it is not set."""


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones()) - _NOT_IN_THE_DATABASE


def zone_of(name: str | None) -> ZoneInfo | None:
    """The time zone with this name of the IANA database; None when there is none."""
    if name is None or len(name) > LONGEST_ZONE or name not in _zone_names():
        return None
    return ZoneInfo(name)


ZoneName = Annotated[str, Query(max_length=LONGEST_ZONE), WithJsonSchema(schema_ref("TimeZone"))]


def zone_schema() -> dict[str, object]:
    """The names of time zones that are taken, which the zone database of this machine decides."""
    return {"type": "string", "title": "TimeZone", "enum": sorted(_zone_names())}


def _reader_day(context: Context, own: ZoneInfo | None) -> ReaderDay:
    zone = own or context.zone
    return ReaderDay(context.today_in(zone), zone, own is not None)


def _day_of_cookie(request: Request, context: Context) -> ReaderDay:
    return _reader_day(context, zone_of(request.cookies.get(ZONE_COOKIE)))


def _day_of_parameter(
    context: Context,
    tz: Annotated[
        ZoneName | None,
        Query(
            description="Time zone in which it is today, by its IANA name; default: the program's",
            examples=["Australia/Sydney"],
        ),
    ] = None,
) -> ReaderDay:
    zone = zone_of(tz)
    if tz is not None and zone is None:
        near = get_close_matches(tz, _zone_names(), n=1)
        hint = f"; the nearest name is {near[0]}" if near else ""
        words = f"has to be a time zone of the IANA database, such as Australia/Sydney{hint}"
        raise wrong_parameters([("tz", words)])
    return _reader_day(context, zone)


VisitorDay = Annotated[ReaderDay, Depends(_day_of_cookie)]
"""Today where the visitor's browser is, from its cookie."""
RequestedDay = Annotated[ReaderDay, Depends(_day_of_parameter)]
"""Today in the zone that a request to the API names."""


# ------------------------------------------------------------------------------------------------- choices
def _choices(request: Request) -> DayChoices:
    return choices_of(request.cookies.get(DAYS_COOKIE))


Choices = Annotated[DayChoices, Depends(_choices)]
"""The weekdays that the visitor has chosen, from their cookie."""


def choices_of(cookie: str | None) -> dict[SessionName, Weekday]:
    """The weekdays in a cookie, without what is wrong in it."""
    if not cookie or len(cookie) > LONGEST_DAYS_COOKIE:
        return {}
    return {name: weekday for name, weekday in _read_fields(parse_fields(cookie, MOST_CHOICES)) if weekday}


def changed_choices(before: DayChoices, fields: Fields) -> dict[SessionName, Weekday]:
    """The choices after the form with these fields was sent: a field without a weekday takes its choice back."""
    given = dict(_read_fields(fields))
    kept = {name: weekday for name, weekday in before.items() if name not in given}
    return {**kept, **{name: weekday for name, weekday in given.items() if weekday}}


def cookie_of(choices: DayChoices) -> str:
    """The choices as a cookie's value: the newest ones that fit."""
    fields = [(".".join(name), weekday) for name, weekday in choices.items()][-MOST_CHOICES:]
    while len(cookie := urlencode(fields)) > LONGEST_DAYS_COOKIE:
        del fields[0]
    return cookie


def _read_fields(fields: Fields) -> Iterable[tuple[SessionName, Weekday | None]]:
    """Session and weekday of each field that names a session; other fields are left out."""
    for field, value in fields:
        program, dot, session = field.partition(".")
        if program and dot and session and len(field) <= LONGEST_FIELD:
            yield (program, session), _WEEKDAYS.get(value)


@dataclass(frozen=True)
class DayField:
    """A field of the form in which the visitor gives a session its weekday."""

    name: str
    label: str
    chosen: str


def day_fields(records: Iterable[SessionRecord], choices: DayChoices) -> list[DayField]:
    """The form's field of each session without a day; sessions with one name share a field."""
    named = {name_of(record): record for record in reversed(list(records))}
    several = len({program for program, _ in named}) > 1
    return [
        DayField(".".join(name), _label(record, several=several), choices.get(name, ""))
        for name, record in reversed(named.items())
    ]


def _label(record: SessionRecord, *, several: bool) -> str:
    title = session_title(record)
    return f"{title} · {record.program}" if several else title
