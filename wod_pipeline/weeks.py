"""Training weeks and wall clocks: the only module that knows when a week starts, ends, and must be there.

A training week runs from Monday to Sunday and is named by its Monday, a `dt.date`. Text forms of it exist only
at the edges: Dagster's partition keys, object keys, JSON. A cut-off is a time of a week on the wall clock of the
program's zone, not a number of hours: on the Sundays on which clocks change it stays at the same time of day.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from wod_pipeline.program import WEEKDAYS

DAY = dt.timedelta(days=1)
WEEK = dt.timedelta(weeks=1)
EARLY = dt.timedelta(hours=6)
"""From Sunday 18:00 on, people look for the week that starts the next day."""

FIRST_DAY, LAST_DAY = dt.date(1990, 1, 1), dt.date(2999, 12, 31)
"""The days that may be asked for: before and after every stored one, weeks away from the limits of `dt.date`."""

WeekRange = tuple[dt.date, dt.date]
"""First and last week (Mondays), inclusive."""


# ------------------------------------------------------------------------------------------ weeks and days
def monday_of(day: dt.date) -> dt.date:
    """The Monday of the Monday-to-Sunday week that holds `day`: the week's name."""
    return day - dt.timedelta(days=day.weekday())


def sunday_of(day: dt.date) -> dt.date:
    """The last day of the week that holds `day`."""
    return monday_of(day) + 6 * DAY


def days_of(week: dt.date) -> list[dt.date]:
    """The seven days of the week that starts on `week`."""
    return [week + n * DAY for n in range(7)]


def days_between(first: dt.date, last: dt.date) -> list[dt.date]:
    """Every day from `first` to `last`, both included; none when `last` lies before `first`."""
    return [first + n * DAY for n in range((last - first).days + 1)]


def as_day(value: dt.date) -> dt.date:
    """The day of a date or a datetime."""
    return value.date() if isinstance(value, dt.datetime) else value


# ------------------------------------------------------------------------------------------ partition keys
def key_of(week: dt.date) -> str:
    """The partition key of a week, such as ``2020-12-21``."""
    return week.isoformat()


def week_of_key(key: str) -> dt.date:
    """The week that a partition key names. Raises `ValueError`."""
    return dt.date.fromisoformat(key)


def weeks_of(partition_keys: Iterable[str]) -> list[dt.date]:
    """The weeks that partition keys name."""
    return [week_of_key(key) for key in partition_keys]


# -------------------------------------------------------------------------------------------------- ranges
def weeks_between(first: dt.date, last: dt.date) -> list[dt.date]:
    """Every Monday from the Monday `first` to the Monday `last`, both included."""
    return [first + n * WEEK for n in range((last - first) // WEEK + 1)]


def ranges_of(weeks: Iterable[dt.date]) -> list[WeekRange]:
    """The weeks as ranges of neighbours, in order."""
    ranges: list[WeekRange] = []
    for week in sorted(set(weeks)):
        if ranges and week - ranges[-1][1] == WEEK:
            ranges[-1] = (ranges[-1][0], week)
        else:
            ranges.append((week, week))
    return ranges


def chunks_of(weeks: Iterable[dt.date], size: int) -> list[list[dt.date]]:
    """The weeks in order, cut into runs of neighbours of at most `size` weeks."""
    runs = [weeks_between(first, last) for first, last in ranges_of(weeks)]
    return [run[n : n + size] for run in runs for n in range(0, len(run), size)]


def weeks_in(ranges: Iterable[WeekRange]) -> set[dt.date]:
    """The different weeks that the ranges cover."""
    return {week for first, last in ranges for week in weeks_between(first, last)}


# --------------------------------------------------------------------------------------------- wall clocks
def week_for(moment: dt.datetime, zone: ZoneInfo) -> dt.date:
    """The week that matters at `moment`; from Sunday 18:00 on it is the coming one."""
    wall_clock = moment.astimezone(zone).replace(tzinfo=None)
    return monday_of((wall_clock + EARLY).date())


@dataclass(frozen=True)
class WeeklyTime:
    """A time of a training week: `days` from its Monday (-1 is the Sunday before), and a time of day."""

    days: int
    at: dt.time

    def of_week(self, week: dt.date, zone: ZoneInfo) -> dt.datetime:
        """The moment for `week`."""
        return dt.datetime.combine(week + self.days * DAY, self.at, tzinfo=zone)

    def as_cron(self) -> str:
        """The time of every week as a cron line."""
        return f"{self.at.minute} {self.at.hour} * * {(self.days + 1) % 7}"


def parse_weekly_time(text: str) -> WeeklyTime:
    """``sun 21:00``: Friday to Sunday lie before the week, Monday to Thursday in it. Raises `ValueError`."""
    match = re.fullmatch(r"([a-z]{3}) ([01]?\d|2[0-3]):([0-5]\d)", text.strip().lower())
    if not match or match[1] not in WEEKDAYS:
        raise ValueError("use a weekday and a time such as sun 21:00")
    weekday = [str(day) for day in WEEKDAYS].index(match[1])
    return WeeklyTime(weekday - 7 if weekday >= 4 else weekday, dt.time(int(match[2]), int(match[3])))


def newest_due(now: dt.datetime, deadline: WeeklyTime, zone: ZoneInfo) -> dt.date:
    """The newest week whose deadline has passed."""
    week = monday_of(now.astimezone(zone).date()) + WEEK
    while deadline.of_week(week, zone) > now:
        week -= WEEK
    return week


def day_to_announce(now: dt.datetime, hour: int, zone: ZoneInfo) -> dt.date | None:
    """The next day, once it is `hour` o'clock; None before."""
    local = now.astimezone(zone)
    return local.date() + DAY if local.hour >= hour else None
