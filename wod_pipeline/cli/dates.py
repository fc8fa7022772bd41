"""Dates as people give them on the command line."""

from __future__ import annotations

import datetime as dt
from typing import Any

import click

from wod_pipeline.weeks import weeks_between


class Date(click.ParamType[dt.date]):
    """A calendar day such as 2020-12-21."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        """Read the day, or say what would be right."""
        if isinstance(value, dt.date):
            return value
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no date; write it as 2020-12-21.", param, ctx)


DATE = Date()


def weeks_chosen(first: dt.date, last: dt.date) -> list[dt.date]:
    """The Mondays from `first` to `last`. Raises `click.UsageError` when `last` lies before `first`."""
    if last < first:
        raise click.UsageError(f"The range ends ({last}) before it starts ({first}).")
    return weeks_between(first, last)
