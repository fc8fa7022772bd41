"""Days and ranges of weeks as people give them on the command line."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import click

from wod_pipeline.weeks import WEEK, monday_of, weeks_between

if TYPE_CHECKING:
    from wod_pipeline.settings import Settings


class Date(click.ParamType[dt.date]):
    """A calendar day such as 2020-12-21."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        """Read the day. Fails with an example of how to write one."""
        if isinstance(value, dt.date):
            return value
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a date; write it like 2020-12-21.", param, ctx)


DATE = Date()


def weeks_in_range(first: dt.date, last: dt.date) -> list[dt.date]:
    """The weeks (Mondays) from that of the day `first` to that of the day `last`, oldest first.

    Raises `click.UsageError` when the range ends before it starts.
    """
    start, end = monday_of(first), monday_of(last)
    if end < start:
        raise click.UsageError(f"The range ends ({end}) before it starts ({start}).")
    return weeks_between(start, end)


def coming_week(settings: Settings) -> dt.date:
    """The newest week there can be a post for: the one after the current week."""
    from wod_pipeline.adapters import program_today

    return monday_of(program_today(settings)) + WEEK
