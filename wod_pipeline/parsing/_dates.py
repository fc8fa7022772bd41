"""§3 The week: the dates a title, a slug or a heading names, and the training week they make.

Reading a date from text and choosing between the sources live here. Which lines are headings does not.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from wod_pipeline.parsing._diagnostics import diagnostic
from wod_pipeline.parsing._text import form_of, words
from wod_pipeline.program import Dates, DatesBasis, Diagnostic, Source
from wod_pipeline.weeks import DAY, monday_of

MONTHS = words("january february march april may june july august september october november december")
_FARDAYS = 14
_MOST = 200
"""A title or slug names its dates within so many characters."""
_NO_DATES = Dates(None, None, "none", "unknown")
UNDATED_WEEK = dt.date(1970, 1, 5)
"""The week of a post that names no date and carries no readable publication date either."""


def _cut_month(name: str) -> str:
    """A pattern for the month's name cut to three letters or more."""
    return name[:3] + "".join(f"(?:{letter}" for letter in name[3:]) + ")?" * len(name[3:])


_MONTH = "(?:sept|" + "|".join(map(_cut_month, MONTHS)) + ")"
_WORD = f"(?:{_MONTH}(?![a-z])|[a-z]{{4,12}})"
_YEAR = "(?P<y{}>(?:19|20)[0-9]{{2}}(?![0-9]))"
_ORDINAL = "(?:st|nd|rd|th)?(?![0-9])"
_NO_COUNT = "(?![ -]*(?:days?|weeks?)(?![a-z]))"  # `June 3 – 5 Day Program` names one day


def _shapes(month: str, gap: str, comma: str, until: str) -> tuple[re.Pattern[str], ...]:
    """The shapes of a date, the fullest first: two months, one month with two days, one day."""
    first = rf"(?<![a-z0-9])(?P<m1>{month})\.?{gap}(?P<d1>[0-9]{{1,2}}){_ORDINAL}"
    year = "(?:" + comma + _YEAR + ")?"
    second = rf"(?P<m2>{month})\.?{gap}(?P<d2>[0-9]{{1,2}}){_ORDINAL}"
    return (
        re.compile(first + year.format(1) + until + second + year.format(2)),
        re.compile(first + until + rf"(?P<d2>[0-9]{{1,2}}){_ORDINAL}{_NO_COUNT}" + year.format(2)),
        re.compile(first + year.format(1)),
    )


_TITLE = (" ?", "(?: ?, ?| )", " ?(?:-|to|through|thru) ?")
_SLUG = ("-", "-", "-(?:to-|through-)?")
_SHAPES = {
    (False, False): _shapes(_MONTH, *_TITLE),
    (False, True): _shapes(_WORD, *_TITLE),
    (True, False): _shapes(_MONTH, *_SLUG),
    (True, True): _shapes(_WORD, *_SLUG),
}
_NUMERIC = (
    re.compile(r"(?<![0-9/])(?P<m1>[0-9]{1,2})/(?P<d1>[0-9]{1,2})(?:/(?P<y1>(?:20)?[0-9]{2}))?(?![0-9/])"
               r" ?(?:-|to) ?(?P<m2>[0-9]{1,2})/(?P<d2>[0-9]{1,2})/(?P<y2>(?:20)?[0-9]{2})(?![0-9/])"),
    re.compile(r"(?<![0-9/])(?P<m1>[0-9]{1,2})/(?P<d1>[0-9]{1,2})/(?P<y1>(?:20)?[0-9]{2})(?![0-9/])"),
    re.compile(r"(?<![0-9])(?P<y1>20[0-9]{2})-(?P<m1>[0-9]{2})-(?P<d1>[0-9]{2})(?![0-9])"),
)  # fmt: skip
_EXACT = (_SHAPES[False, False], _SHAPES[True, False])
_SHORT = (re.compile(r"(?<![0-9/])(?P<m1>[0-9]{1,2})/(?P<d1>[0-9]{1,2})(?![0-9/])"),)
_WEEK_OF = re.compile(r"\bweek[ -]of[ -](?:the[ -])?\Z")
_RANGE_BEFORE = re.compile(
    r"(?<![a-z])(?P<word>[a-z]{3,12})\.?[ -][0-9]{1,2}(?:st|nd|rd|th)?(?:,? ?(?:19|20)[0-9]{2})?(?: ?(?:-|to"
    r"|through|thru) ?)\Z"
)
_RANGE_BEHIND = re.compile(
    r"(?:,? ?(?:19|20)[0-9]{2})?(?: ?(?:-|to|through|thru) ?)(?P<word>[a-z]{4,12})\.?[ -][0-9]{1,2}(?![0-9])"
)
_WEEKDAY = re.compile(
    r"(?<![a-z])(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?[.,]? (?=[a-z]{3,12}\.? ?[0-9])"
)
_FINAL_NUMBER = re.compile(r"(?:^|-)[0-9]+\Z")


class Reading(NamedTuple):
    """The days one text names, whether a year or a month had to be repaired, and where in its matching form."""

    start: dt.date
    end: dt.date
    repaired: bool
    span: tuple[int, int]


# ------------------------------------------------------------------------------------------- reading text
@lru_cache(maxsize=1024)
def read_dates(text: str, near: dt.date | None, *, slug: bool = False) -> Reading | None:
    """The first day or range of days `text` names, an exact reading before a repaired one.

    ``dates = ["week of"] MONTH DAY ["," YEAR] ["-" [MONTH] DAY ["," YEAR]]``. A missing year is the one that puts
    the start nearest `near`; a misspelt month the only one within two letters.
    """
    text = text[:_MOST]
    form = text.lower() if slug else _WEEKDAY.sub("", form_of(text).text)
    repaired: list[Reading] = []
    for patterns in (_SHAPES[slug, False], _NUMERIC, _SHAPES[slug, True]):
        for found in _earliest(patterns, form):
            reading = _reading(found, near)
            if reading and not reading.repaired:
                if patterns is _SHAPES[slug, True]:
                    continue  # it was no whole date when it was read exactly
                return reading
            repaired += [reading] if reading else []
    return max(repaired, key=lambda reading: reading.span[1] - reading.span[0], default=None)


def read_heading_date(text: str, near: dt.date | None) -> Reading | None:
    """The day a heading names: as in a title, or in numbers without a year (``6/3``)."""
    form = form_of(text).text
    short = (_reading(found, near) for found in _earliest(_SHORT, form))
    return read_dates(text, near) or next((found for found in short if found), None)


def _earliest(patterns: tuple[re.Pattern[str], ...], form: str) -> Iterator[re.Match[str]]:
    """Matches from left to right, at each place the fullest shape first."""
    for place in patterns[-1].finditer(form):
        if patterns in _EXACT and _is_half_a_range(form, *place.span()):
            continue
        whole = patterns[0].match(form, place.start()) if patterns is not _NUMERIC else None
        if whole:  # two months name a range, possible or not; its first day alone was not meant
            yield whole
            continue
        yield from (found for pattern in patterns if (found := pattern.match(form, place.start())))
    if patterns is _NUMERIC:
        yield from (found for pattern in patterns for found in pattern.finditer(form))


def _is_half_a_range(form: str, start: int, end: int) -> bool:
    """Whether a date is one half of a range whose other half is misspelt or no date."""
    before, behind = _RANGE_BEFORE.search(form[:start]), _RANGE_BEHIND.match(form, end)
    if before and _month(before["word"]):
        return True
    month = _month(behind["word"]) if behind else None
    return month is not None and month.misspelt


def _reading(found: re.Match[str], near: dt.date | None) -> Reading | None:
    parts = {"y1": None, "m2": None, "d2": None, "y2": None, **found.groupdict()}
    months = [_month(parts["m1"]), _month(parts["m2"])]
    if months[0] is None or (parts["m2"] and months[1] is None):
        return None
    day, end_day = int(parts["d1"] or 0), int(parts["d2"] or parts["d1"] or 0)
    month = months[0].number
    end_month = months[1].number if months[1] else month % 12 + (end_day < day) if end_day < day else month
    turns = end_month < month
    year = _start_year(parts["y1"], parts["y2"], turns=turns)
    guessed = year or _nearest_year(month, day, near)
    start = _date(guessed, month, day)
    end = _date(
        _year(parts["y2"]) if parts["y1"] and parts["y2"] else guessed and guessed + turns, end_month, end_day
    )
    if start is None or end is None or end < start:
        return None
    if not parts["d2"] and _WEEK_OF.search(found.string[: found.start()]):
        end = start + (6 - start.weekday()) * DAY
    misspelt = any(read and read.misspelt for read in months)
    return Reading(start, end, misspelt or year is None, found.span())


class _MonthRead(NamedTuple):
    number: int
    misspelt: bool


@lru_cache(maxsize=1024)
def _month(word: str | None) -> _MonthRead | None:
    """A month by number, by its name or the first three letters or more, or misspelt by at most two letters."""
    if word is None:
        return None
    if word.isdigit():
        return _MonthRead(int(word), misspelt=False)
    exact = [n for n, name in enumerate(MONTHS, 1) if name.startswith(word)]
    if exact or word == "sept":
        return _MonthRead(exact[0] if exact else 9, misspelt=False)
    close = [n for n, name in enumerate(MONTHS, 1) if _within_two(word, name)]
    return _MonthRead(close[0], misspelt=True) if len(close) == 1 else None


def _within_two(word: str, name: str) -> bool:
    """Whether at most two letters were added, left out or changed between the two."""
    if abs(len(word) - len(name)) > 2:
        return False
    row = list(range(len(name) + 1))
    for i, letter in enumerate(word, 1):
        last, row[0] = row[0], i
        for j, other in enumerate(name, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (letter != other))
    return row[-1] <= 2


def _start_year(first: str | None, last: str | None, *, turns: bool) -> int | None:
    """The year of the start: its own, or that of the end, which may lie a year later."""
    if first:
        return _year(first)
    stated = _year(last)
    return stated - turns if stated else None


def _year(text: str | None) -> int | None:
    return None if text is None else int(text) + (2000 if len(text) == 2 else 0)


def _nearest_year(month: int, day: int, near: dt.date | None) -> int | None:
    if near is None:
        return None
    days = [date for year in (near.year - 1, near.year, near.year + 1) if (date := _date(year, month, day))]
    return min(days, key=lambda date: abs(date - near)).year if days else None


def _date(year: int | None, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day) if year and 1900 <= year < 2200 else None
    except ValueError:
        return None


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


def date_post(title: str, source: Source, headings: Iterable[str]) -> Dated:
    """The dates and the week of a post, from title, slug, dated headings or publication, in this order."""
    published = published_day(source)
    by_title = read_dates(title, published)
    by_slug = read_dates(source.slug, published, slug=True)
    chosen = _chosen(by_title, by_slug) or _by_headings(headings, published)
    if chosen is None:
        return _by_publication(published)
    basis, reading = chosen
    found: list[Diagnostic] = []
    if by_title and by_slug and by_title[:2] != by_slug[:2]:
        found.append(diagnostic("title_slug_mismatch", title=_days(by_title), slug=_days(by_slug)))
    if reading.repaired:
        found.append(diagnostic("date_repaired", days=_days(reading)))
    if published and abs((reading.start - published).days) > _FARDAYS:
        found.append(diagnostic("date_contradiction", start=str(reading.start), published=str(published)))
    dates = Dates(reading.start, reading.end, basis, "repaired" if reading.repaired else "exact")
    return Dated(dates, _shared_week(reading.start, reading.end), found)


def _chosen(title: Reading | None, slug: Reading | None) -> tuple[DatesBasis, Reading] | None:
    readings: list[tuple[DatesBasis, Reading | None]] = [("title", title), ("slug", slug)]
    named = [(basis, reading) for basis, reading in readings if reading]
    return min(named, key=lambda pair: pair[1].repaired) if named else None


def _by_headings(headings: Iterable[str], published: dt.date | None) -> tuple[DatesBasis, Reading] | None:
    readings = [found for text in headings if (found := read_heading_date(text, published))]
    if not readings:
        return None
    start, end = min(found.start for found in readings), max(found.end for found in readings)
    return "headings", Reading(start, end, any(found.repaired for found in readings), (0, 0))


def _by_publication(published: dt.date | None) -> Dated:
    """A Sunday publication belongs to the week that starts the next day; no date at all to no week."""
    if published is None:
        return Dated(_NO_DATES, None, [])
    monday = monday_of(published + DAY) if published.weekday() == 6 else monday_of(published)
    dates = Dates(monday, monday + 6 * DAY, "published", "inferred")
    return Dated(dates, monday, [diagnostic("date_inferred", published=str(published))])


def _shared_week(start: dt.date, end: dt.date) -> dt.date:
    """The Monday of the week that shares most days with the range, the first of equals."""
    first = monday_of(start)
    in_first = min(end, first + 6 * DAY) - start
    in_second = min(end, first + 13 * DAY) - (first + 7 * DAY)
    return first + 7 * DAY if in_second > in_first else first


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
    form = unicodedata.normalize("NFC", unquote(slug, errors="surrogateescape").lower())
    reading = read_dates(form, near, slug=True)
    if reading:
        form = f"{form[: reading.span[0]]}-{form[reading.span[1] :]}".replace("week-of-", "-")
    form = _FINAL_NUMBER.sub("", re.sub("-+", "-", form).strip("-")).strip("-")
    ascii_form = unicodedata.normalize("NFKD", form).encode("ascii", "ignore").decode()
    plain = re.sub("-+", "-", _NOT_OF_PROGRAM.sub("-", ascii_form)).strip("-")
    if plain == form and len(plain) <= _LONGEST_PROGRAM:
        return plain
    start = plain[: _LONGEST_PROGRAM - _DIGEST - 1].strip("-") or "program"
    return f"{start}-{hashlib.sha256(form.encode('utf-8', 'surrogatepass')).hexdigest()[:_DIGEST]}"
