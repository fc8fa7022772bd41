"""The one partitions definition: a training week, Monday to Sunday, keyed by its Monday."""

import datetime as dt

import dagster as dg

from wod_pipeline.weeks import key_of


def training_weeks(first: dt.date, timezone: str) -> dg.WeeklyPartitionsDefinition:
    """Weeks from `first` (a Monday) up to and including the coming one, in the program's time zone.

    `day_offset=1` starts weeks on Monday. `end_offset=2` makes next week's key exist all through the week
    before, because posts appear on the Sunday evening before their week, sometimes days earlier: with 1 the
    key would appear only when the week begins.
    """
    return dg.WeeklyPartitionsDefinition(
        start_date=key_of(first), timezone=timezone, day_offset=1, end_offset=2
    )
