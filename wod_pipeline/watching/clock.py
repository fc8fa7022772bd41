"""Which week a moment belongs to, and at which moment a week must be there. Wall-clock time in the zone.

A deadline is a time of a week in the program's time zone, not a number of hours: on the Sundays on which
clocks change it stays at the same time of day.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from wod_pipeline.program import WEEKDAYS, monday_of

EARLY = dt.timedelta(hours=6)
"""From Sunday 18:00 on, people look for the week that starts the next day."""
_DAY = dt.timedelta(days=1)
_WEEK = dt.timedelta(weeks=1)


def week_for(moment: dt.datetime, zone: ZoneInfo) -> dt.date:
    """The week (its Monday) that matters at `moment`; from Sunday 18:00 on it is the coming one."""
    wall = moment.astimezone(zone).replace(tzinfo=None)
    return monday_of((wall + EARLY).date())


@dataclass(frozen=True)
class WeeklyTime:
    """A time of a training week: `days` from its Monday (-1 is the Sunday before), and a time of day."""

    days: int
    at: dt.time

    def of_week(self, week: dt.date, zone: ZoneInfo) -> dt.datetime:
        """The moment for `week`."""
        return dt.datetime.combine(week + self.days * _DAY, self.at, tzinfo=zone)

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
    """The newest week whose deadline has come."""
    week = monday_of(now.astimezone(zone).date()) + _WEEK
    while deadline.of_week(week, zone) > now:
        week -= _WEEK
    return week


def consecutive(weeks: set[dt.date]) -> list[tuple[dt.date, dt.date]]:
    """The weeks as ranges of neighbours, first and last week inclusive, in order."""
    ranges: list[tuple[dt.date, dt.date]] = []
    for week in sorted(weeks):
        if ranges and week - ranges[-1][1] == _WEEK:
            ranges[-1] = (ranges[-1][0], week)
        else:
            ranges.append((week, week))
    return ranges


def day_to_announce(now: dt.datetime, hour: int, zone: ZoneInfo) -> dt.date | None:
    """The next day, once it is `hour` o'clock; None before."""
    local = now.astimezone(zone)
    return local.date() + _DAY if local.hour >= hour else None
