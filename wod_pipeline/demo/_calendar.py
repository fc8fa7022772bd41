"""When the sample coach publishes what: ids, titles, dates and addresses of the sample posts.

The post of a calendar week depends on that week alone, never on today. So its id, times and text are the same
whether the sample is read today or next year, and reading it again never contradicts what a lake already stores.
The alternative, a program laid out relative to today, would show the same fourteen weeks on any day, but every
Monday each week's text would move to other dates, and every stored week would seem edited.

The sample also has a week that was never published, and this gap cannot depend on the week alone: every week is
the coming week once, the coming week must be listed, and a week that disappears later would count as withdrawn.
So time is divided into eras of 56 weeks (four rounds of the 14-week program). The site lists one round before the
current era and everything since. The gap lies in that first round, so nobody who looks during the era has seen
that week listed, and within an era weeks are only added. When a new era starts, the site drops the older weeks, as
real sites do when they tidy up; a lake keeps their posts.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from wod_pipeline.weeks import DAY, WEEK, monday_of, sunday_of, weeks_between

PROGRAM_WEEKS = 14
ERA_WEEKS = 4 * PROGRAM_WEEKS
PROGRAM_NAME = "5 Day Barbell Program"

# Program weeks (counted from 1, as the files are) whose posts show what happens on real sites.
UNPUBLISHED = 9
"""Missing in the first round that the site lists."""
EDITED = 4
"""Published early and edited afterwards."""
EARLY = 7
"""Published two days before the usual time."""
SCHEDULED = 2
"""Written ahead and published by a timer, so that it was modified before it was published."""
MISSPELT_MONTH = 11
"""The month in its title is misspelled."""
ANNOUNCED = 6
"""An announcement is published beside the training."""

_ERA_START = dt.date(2026, 10, 5)
_MISSPELT_MONTHS = (
    "Janaury Febuary Martch Aprill Mayy Juune Jully Agust Septmber Octber Novmber Decmber"
).split()
"""How the coach misspells each month, from January on."""
_PUBLICATION_OFFSET = dt.timedelta(days=-8, hours=17)
"""From the Monday of a week to the publication of its post: 17:00 on the Sunday eight days before, so that the
coming week's post is always published when the week before it starts."""


@dataclass(frozen=True)
class Posting:
    """A post without its text. Times are site-local."""

    post_id: int
    title: str
    slug: str
    published: dt.datetime
    modified: dt.datetime


def first_week(today: dt.date) -> dt.date:
    """Monday of the first week the site lists on `today`."""
    weeks_in = (monday_of(today) - _ERA_START) // WEEK % ERA_WEEKS
    return monday_of(today) - (weeks_in + PROGRAM_WEEKS) * WEEK


def listed_weeks(today: dt.date) -> list[dt.date]:
    """Mondays of the weeks with a program post on `today`, from the first to the coming one."""
    weeks = weeks_between(first_week(today), monday_of(today) + WEEK)
    return [week for n, week in enumerate(weeks, start=1) if n != UNPUBLISHED]


def program_week(week: dt.date) -> int:
    """Which week of the program, 1 to 14, is trained in the calendar week that starts on `week`."""
    return (week - _ERA_START) // WEEK % PROGRAM_WEEKS + 1


def program_posting(week: dt.date) -> Posting:
    """The program's post for the calendar week that starts on `week`."""
    number = program_week(week)
    usual = dt.datetime.combine(week, dt.time()) + _PUBLICATION_OFFSET
    published = usual - dt.timedelta(days=2, hours=5) if number in {EARLY, EDITED} else usual
    modified = {EDITED: usual + dt.timedelta(hours=2), SCHEDULED: usual - dt.timedelta(days=3)}
    title = f"{_date_range(week, misspelt=number == MISSPELT_MONTH)} – {PROGRAM_NAME}"
    return Posting(week.toordinal(), title, _slug(title), published, modified.get(number, published))


def announcement_posting(week: dt.date) -> Posting | None:
    """The announcement published on the Wednesday of the week at noon; None for most weeks."""
    if program_week(week) != ANNOUNCED:
        return None
    noon = dt.datetime.combine(week + 2 * DAY, dt.time(12))
    title = "Opening hours for the long weekend"
    slug = f"{_slug(title)}-{week.toordinal() // (7 * PROGRAM_WEEKS)}"
    return Posting(noon.toordinal(), title, slug, noon, noon)


def _date_range(week: dt.date, *, misspelt: bool) -> str:
    """Monday to Sunday as a coach writes it: a month or year that both days share is written once."""
    last = sunday_of(week)
    month = _MISSPELT_MONTHS[week.month - 1] if misspelt else f"{week:%B}"
    start = f"{month} {week.day}"
    if week.month == last.month:
        return f"{start}-{last.day}, {last.year}"
    year = "" if week.year == last.year else f", {week.year}"
    return f"{start}{year} – {last:%B} {last.day}, {last.year}"


def _slug(title: str) -> str:
    words = "".join(char if char.isalnum() or char in "- " else " " for char in title.lower())
    return "-".join(words.replace("-", " ").split())
