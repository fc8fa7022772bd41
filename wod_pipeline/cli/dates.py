"""Days, weeks and ranges as people give them on the command line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from wod_pipeline.weeks import DAY, FIRST_DAY, LAST_DAY, WEEK, monday_of, weeks_between

if TYPE_CHECKING:
    from wod_pipeline.settings import Settings


class Date(click.ParamType[dt.date]):
    """A calendar day such as 2020-12-21."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        """Read the day. Fails with an example of how to write one, and for a day that no session can have."""
        if isinstance(value, dt.date):
            return value
        try:
            day = dt.date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a date; write it like 2020-12-21.", param, ctx)
        if not FIRST_DAY <= day <= LAST_DAY:
            self.fail(f"{value!r} is not between {FIRST_DAY} and {LAST_DAY}.", param, ctx)
        return day


DATE = Date()

_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
_WEEKS = {"last": -1, "this": 0, "next": 1}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class NamedDate(click.ParamType[Callable[[dt.date], dt.date]]):
    """A calendar day, or its name as seen from today; becomes a function of today.

    The name of a weekday is that day of the current training week, Monday to Sunday. `weeks` takes the names of
    weeks too, each as the week's Monday.
    """

    name = "date"

    def __init__(self, *, weeks: bool = False) -> None:
        self._weeks = _WEEKS if weeks else {}

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Callable[[dt.date], dt.date]:
        """Read the day or its name. Fails with what can be written."""
        name = str(value).strip().lower()
        if name[:1].isdigit():
            day = DATE.convert(name, param, ctx)
            return lambda _: day
        if name in self._weeks:
            return lambda today: monday_of(today) + self._weeks[name] * WEEK
        if name in _DAYS:
            return lambda today: today + _DAYS[name] * DAY
        numbers = [n for n, weekday in enumerate(_WEEKDAYS) if name in (weekday, weekday[:3])]
        if not numbers:
            names = ", ".join((*self._weeks, *_DAYS))
            self.fail(f"{value!r} is not a day; write 2020-12-21, {names}, or a weekday.", param, ctx)
        return lambda today: monday_of(today) + numbers[0] * DAY


NAMED_DATE, NAMED_WEEK = NamedDate(), NamedDate(weeks=True)


def check_range(first: dt.date | None, last: dt.date | None) -> None:
    """Raise `click.UsageError` when a range ends before it starts."""
    if first and last and last < first:
        raise click.UsageError(f"The range ends ({last}) before it starts ({first}).")


def weeks_in_range(first: dt.date, last: dt.date) -> list[dt.date]:
    """The weeks (Mondays) from that of the day `first` to that of the day `last`, oldest first.

    Raises `click.UsageError` when the range ends before it starts.
    """
    start, end = monday_of(first), monday_of(last)
    check_range(start, end)
    return weeks_between(start, end)


def coming_week(settings: Settings) -> dt.date:
    """The newest week there can be a post for: the one after the current week."""
    from wod_pipeline.adapters import program_today

    return monday_of(program_today(settings)) + WEEK
