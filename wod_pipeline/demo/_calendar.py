"""When the sample coach posts what: everything about a sample post that follows from its calendar week.

A week has a number (weeks since the first Monday of year 1), and everything here is a function of that number
alone, never of the day one looks. So the post of a calendar week is the same post, id, stamps and text,
whether the sample is rendered today, tomorrow or next year, and rendering again contradicts nothing that is
already in a lake.

The one thing that cannot follow from the week alone is a gap. Every week is at some time the coming week, and
the coming week must be there; a week that is missing later would have been withdrawn. So the archive is cut
into eras of 56 weeks (four rounds of the 14-week program). What the site lists begins one round before the
era of the day one looks, grows week by week, and has its gap in that first round, before anyone looking in
this era could have seen that week come. Within an era weeks are only ever added. Where an era ends, the site
starts its archive afresh, as sites do when they tidy up: posts it no longer lists stay in the lake.

The other choice, laying the program out relative to the day one looks, would show the same fourteen weeks on
any day, but move every week's text to other dates the next Monday: each stored week would seem edited.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from wod_pipeline.weeks import WEEK, monday_of, sunday_of

PROGRAM_WEEKS = 14
ERA_WEEKS = 4 * PROGRAM_WEEKS
PROGRAM_NAME = "5 Day Barbell Program"

UNPUBLISHED = 9
"""Program week (counted from 1, as the files are) that is missing in the first round an archive shows."""
EDITED = 4
EARLY = 7
SCHEDULED = 2
MISSPELT_MONTH = 11
ANNOUNCED = 6
"""Program week in which an announcement stands beside the training."""

_ERA_STARTS = dt.date(2026, 10, 5)
_MONTHS = {
    "January": "Janaury",
    "February": "Febuary",
    "March": "Martch",
    "April": "Aprill",
    "May": "Mayy",
    "June": "Juune",
    "July": "Jully",
    "August": "Agust",
    "September": "Septmber",
    "October": "Octber",
    "November": "Novmber",
    "December": "Decmber",
}
"""Each month, and how the coach misspells it."""
_POSTED = dt.timedelta(days=-8, hours=17)
"""From the Monday of a week to its publication: 17:00 on the Sunday a week ahead, so that the coming week's
post is always out by the time the week before it starts."""


@dataclass(frozen=True)
class Posting:
    """What the site says about a post, but for its text. Times are site-local."""

    post_id: int
    title: str
    slug: str
    published: dt.datetime
    modified: dt.datetime


def first_week(today: dt.date) -> dt.date:
    """Monday of the first week the archive has on `today`."""
    weeks_in = (monday_of(today) - _ERA_STARTS).days // 7 % ERA_WEEKS
    return monday_of(today) - (weeks_in + PROGRAM_WEEKS) * WEEK


def listed_weeks(today: dt.date) -> list[dt.date]:
    """Mondays from the first week to the coming one that have a program post on `today`, in order."""
    first = first_week(today)
    count = (monday_of(today) - first).days // 7 + 2
    return [first + n * WEEK for n in range(count) if n != UNPUBLISHED - 1]


def program_week(week: dt.date) -> int:
    """Which week of the program, 1 to 14, is trained in the calendar week that starts on `week`."""
    return (week - _ERA_STARTS).days // 7 % PROGRAM_WEEKS + 1


def program_posting(week: dt.date) -> Posting:
    """The program's post for the calendar week that starts on `week`."""
    number = program_week(week)
    usual = dt.datetime.combine(week, dt.time()) + _POSTED
    published = usual - dt.timedelta(days=2, hours=5) if number in {EARLY, EDITED} else usual
    modified = {EDITED: usual + dt.timedelta(hours=2), SCHEDULED: usual - dt.timedelta(days=3)}
    title = f"{_date_range(week, misspelt=number == MISSPELT_MONTH)} – {PROGRAM_NAME}"
    return Posting(week.toordinal(), title, _slug(title), published, modified.get(number, published))


def announcement_posting(week: dt.date) -> Posting | None:
    """The announcement of that calendar week, on its Wednesday at noon; most weeks have none."""
    if program_week(week) != ANNOUNCED:
        return None
    noon = dt.datetime.combine(week + dt.timedelta(days=2), dt.time(12))
    title = "Opening hours for the long weekend"
    slug = f"{_slug(title)}-{week.toordinal() // (7 * PROGRAM_WEEKS)}"
    return Posting(noon.toordinal(), title, slug, noon, noon)


def _date_range(week: dt.date, *, misspelt: bool) -> str:
    """Monday to Sunday as a coach writes it: what both days share stands once."""
    last = sunday_of(week)
    months = list(_MONTHS)
    month = months[week.month - 1]
    start = f"{_MONTHS[month] if misspelt else month} {week.day}"
    if week.month == last.month:
        return f"{start}-{last.day}, {last.year}"
    year = "" if week.year == last.year else f", {week.year}"
    return f"{start}{year} – {months[last.month - 1]} {last.day}, {last.year}"


def _slug(title: str) -> str:
    words = "".join(char if char.isalnum() or char in "- " else " " for char in title.lower())
    return "-".join(words.replace("-", " ").split())
