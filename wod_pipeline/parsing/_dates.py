"""§3 The week: which text of a post its dates are taken from, and the training week they make.

The days a text names are read in `_date_text`. Which lines are headings is none of this module's concern.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import unquote

from wod_pipeline.date_habits import US_WEEKLY, Cadence, DateHabits, DayOrder
from wod_pipeline.parsing._date_text import Reading, read_dates, read_heading_date, weekday_of_date
from wod_pipeline.parsing._diagnostics import diagnostic
from wod_pipeline.program import WEEKDAYS, Dates, DatesBasis, Diagnostic, Source
from wod_pipeline.weeks import DAY, monday_of
from wod_pipeline.wording import normalized

_FAR_DAYS = 14
_SEVERAL_WEEKS_DAYS = 10
_NO_DATES = Dates(None, None, "none", "unknown")
UNDATED_WEEK = dt.date(1970, 1, 5)
"""The week of a post that names no date and carries no readable publication date either."""
_FINAL_NUMBER = re.compile(r"(?:^|-)[0-9]+\Z")


# ------------------------------------------------------------------------------------------ choosing a source
class Dated(NamedTuple):
    """What §3 says of a post as a whole."""

    dates: Dates
    week: dt.date | None
    diagnostics: list[Diagnostic]


def published_day(source: Source, fallback: str = "") -> dt.date | None:
    """The day of the site-local publication time; of `fallback` when that is unreadable."""
    for text in (source.published, source.modified_gmt, fallback):
        day = _iso_day(text)
        if day:
            return day
    return None


def _iso_day(text: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text[:10])
    except ValueError:
        return None
    return day if 1900 <= day.year < 2200 else None


def date_post(title: str, source: Source, headings: Iterable[str], habits: DateHabits = US_WEEKLY) -> Dated:
    """The dates and the week of a post, from title, slug, dated headings or publication, in this order."""
    published = published_day(source)
    by_title = read_dates(title, published, order=habits.order)
    by_slug = read_dates(source.slug, published, slug=True, order=habits.order)
    chosen = _chosen(by_title, by_slug) or _by_headings(headings, published, habits.order)
    if chosen is None:
        return _by_publication(published, habits.cadence)
    basis, typed = chosen
    if basis == "published":
        return _inferred(typed, published)
    reading = _with_likely_year(typed, published)
    found: list[Diagnostic] = []
    if by_title and by_slug and by_title[:2] != by_slug[:2]:
        found.append(diagnostic("title_slug_mismatch", title=_days(by_title), slug=_days(by_slug)))
    if reading.repaired:
        found.append(diagnostic("date_repaired", days=_days(reading)))
    if published and abs((typed.start - published).days) > _FAR_DAYS:
        found.append(
            diagnostic("date_contradiction", start=str(typed.start), reason=f"was published on {published}")
        )
    elif basis == "title":
        weekday = weekday_of_date(title, typed.start, published, habits.order)
        if weekday and weekday != WEEKDAYS[reading.start.weekday()]:
            reason = f"its title says {weekday.title()} of that day"
            found.append(diagnostic("date_contradiction", start=str(typed.start), reason=reason))
    dates = Dates(reading.start, reading.end, basis, "repaired" if reading.repaired else "exact")
    return Dated(dates, _week_of(reading.start, reading.end), found)


def _chosen(title: Reading | None, slug: Reading | None) -> tuple[DatesBasis, Reading] | None:
    """An exact reading, or one repaired in the only way it can be meant, before another."""
    readings: list[tuple[DatesBasis, Reading | None]] = [("title", title), ("slug", slug)]
    named = [(basis, reading) for basis, reading in readings if reading]
    doubtful = lambda pair: pair[1].repaired and not pair[1].certain  # noqa: E731
    return min(named, key=doubtful) if named else None


def _by_headings(
    headings: Iterable[str], published: dt.date | None, order: DayOrder
) -> tuple[DatesBasis, Reading] | None:
    """The days from the first to the last dated heading. One alone dates its session, and names the post's week."""
    readings = [found for text in headings if (found := read_heading_date(text, published, order))]
    if not readings:
        return None
    start, end = min(found.start for found in readings), max(found.end for found in readings)
    if len(readings) == 1:
        monday = monday_of(start)
        return "published", Reading(monday, monday + 6 * DAY, repaired=False, span=(0, 0))
    return "headings", Reading(start, end, any(found.repaired for found in readings), (0, 0))


def _with_likely_year(reading: Reading, published: dt.date | None) -> Reading:
    """§3.6 A year typed wrong, as in January last year's, put right by the publication.

    Only where the days as typed do not begin on a Monday: those that do were meant, however old.
    """
    if published is None or _is_near(reading.start, published) or reading.start.weekday() == 0:
        return reading
    for years in (1, -1):
        start, end = (in_year(day, day.year + years) for day in reading[:2])
        if start and end and _is_near(start, published):
            return reading._replace(start=start, end=end, repaired=True)
    return reading


def _is_near(day: dt.date, published: dt.date) -> bool:
    return abs((day - published).days) <= _FAR_DAYS


def in_year(day: dt.date, year: int) -> dt.date | None:
    """The same day of another year; None for 29 February where there is none."""
    try:
        return day.replace(year=year)
    except ValueError:  # 29 February
        return None


def _by_publication(published: dt.date | None, cadence: Cadence) -> Dated:
    """A Sunday publication belongs to the week that starts the next day; no date at all to no week."""
    if published is None:
        return Dated(_NO_DATES, None, [])
    if cadence == "daily":
        return _inferred(Reading(published, published, repaired=False, span=(0, 0)), published)
    monday = monday_of(published + DAY) if published.weekday() == 6 else monday_of(published)
    return _inferred(Reading(monday, monday + 6 * DAY, repaired=False, span=(0, 0)), published)


def _inferred(reading: Reading, published: dt.date | None) -> Dated:
    dates = Dates(reading.start, reading.end, "published", "inferred")
    found = diagnostic("date_inferred", published=str(published))
    return Dated(dates, monday_of(reading.start), [found])


def _week_of(start: dt.date, end: dt.date) -> dt.date:
    """The Monday of the week with most days of the range, the first of equals; of several weeks the first."""
    first = monday_of(start)
    if is_of_several_weeks(start, end):
        return first
    in_first = min(end, first + 6 * DAY) - start
    in_second = min(end, first + 13 * DAY) - (first + 7 * DAY)
    return first + 7 * DAY if in_second > in_first else first


def is_of_several_weeks(start: dt.date, end: dt.date) -> bool:
    """§3.7 Whether a range is too long for one week's training."""
    return (end - start).days + 1 >= _SEVERAL_WEEKS_DAYS


def _days(reading: Reading) -> str:
    return f"{reading.start} to {reading.end}"


# ------------------------------------------------------------------------------------------------- program
_LONGEST_PROGRAM, _DIGEST = 80, 8
_NOT_OF_PROGRAM = re.compile("[^a-z0-9-]+")


def program_of(slug: str, near: dt.date | None) -> str:
    """§3.7 The slug without its date, `week-of-` and a final `-N`: at most 80 of `a` to `z`, `0` to `9` and `-`.

    WordPress sends other letters percent-encoded. They are decoded, then left out, and a digest of the whole is put
    at the end, as at the end of a longer name that is cut: otherwise every program in Cyrillic would be the same.
    """
    form = normalized("NFC", unquote(slug, errors="surrogateescape").lower())
    reading = read_dates(form, near, slug=True)
    if reading:
        form = f"{form[: reading.span[0]]}-{form[reading.span[1] :]}".replace("week-of-", "-")
    form = _FINAL_NUMBER.sub("", re.sub("-+", "-", form).strip("-")).strip("-")
    ascii_form = normalized("NFKD", form).encode("ascii", "ignore").decode()
    plain = re.sub("-+", "-", _NOT_OF_PROGRAM.sub("-", ascii_form)).strip("-")
    if plain == form and len(plain) <= _LONGEST_PROGRAM:
        return plain
    start = plain[: _LONGEST_PROGRAM - _DIGEST - 1].strip("-") or "program"
    return f"{start}-{hashlib.sha256(form.encode('utf-8', 'surrogatepass')).hexdigest()[:_DIGEST]}"
