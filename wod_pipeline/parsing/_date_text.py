"""§3.2 and §3.3 The days a text names.

A *form* is a way to write a day or a range of days, as a row of tokens; the tables of forms below are the notation.
Every form is tried at every place of the text, and the reading that uses most figures wins. Which text of a post is
asked, and which week its days make, is decided in `_dates`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from wod_pipeline.date_habits import DayOrder
from wod_pipeline.parsing._text import edits_between, form_of, words
from wod_pipeline.weeks import DAY

MONTHS = words("january february march april may june july august september october november december")
_NO_MONTHS = frozenset(words("day days full main many mark next test"))
"""Words within two letters of a month that a title means as they are."""

_LONGEST = 14
"""Days of the longest range that a coach means by itself; a longer one is a slip, or a post of several weeks."""
_FAR = dt.timedelta(days=14)
_YEAR = dt.timedelta(days=366)
_MOST = 200
"""A title or slug names its dates within so many characters."""

_NAMED_FORMS = (
    "MONTH DAY YEAR? until MONTH DAY YEAR?",
    "MONTH DAY until DAY YEAR?",
    "MONTH DAY YEAR?",
    "YEAR MONTH DAY until DAY",
    "YEAR MONTH DAY",
    "DAY MONTH YEAR? until DAY MONTH YEAR?",
    "DAY until DAY MONTH YEAR?",
    "DAY MONTH YEAR?",
)
_FIGURE_FORMS = (
    "NTH until A/B/YY",
    "A/B/YY until A/B/YY",
    "A/B until A/B/YY",
    "A/B until A/B",
    "A/B until B/YY",
    "A/B/YY",
    "A-B-YEAR until A-B-YEAR",
    "A-B-YEAR",
    "YEAR/A/B until YEAR/A/B",
    "YEAR/A/B until A/B",
    "YEAR/A/B",
    "YEAR-A-B until YEAR-A-B",
    "YEAR-A-B until A-B",
    "YEAR-A-B",
)
"""A and B are month and day, or day and month; behind a YEAR month and day."""
_SHORT_FORMS = ("A/B",)
"""Figures without a year name a day in a heading only; elsewhere they count something."""

_NOT_COUNTED = (
    r"(?![ -]?(?:(?:days?|weeks?|sets?|reps?|rounds?|min(?:ute)?s?)(?![a-z])(?![ -]#?[0-9])|x ?[0-9]))"
)
"""`June 3 – 5 Day Program` names one day; `June 3-7 Week 5` names five."""
_TOKENS = {
    "MONTH": ("month", r"[a-z]{3,12}", r"(?![a-z])\.?"),
    "DAY": ("day", r"[0-9]{1,2}", r"(?:st|nd|rd|th)?(?![0-9a-z])" + _NOT_COUNTED),
    "YEAR": ("year", r"(?:19|20)[0-9]{2}|'[0-9]{2}", r"(?![0-9])"),
    "A": ("a", r"[0-9]{1,2}", r"(?![0-9])"),
    "B": ("b", r"[0-9]{1,2}", r"(?![0-9])"),
    "NTH": ("b", r"[0-9]{1,2}", r"(?=\.)"),
    "YY": ("year", r"(?:19|20)?[0-9]{2}", r"(?![0-9])"),
}
"""The group of each token, what it holds, and what may stand directly behind it."""


class _Gaps(NamedTuple):
    """What stands between the tokens of a form."""

    words: str
    year: str  # between words and a year
    figures: str
    until: str


_TITLE = _Gaps(r" ?(?:of )?", r"(?: ?, ?| ?\(?)", r"[/.]", r"\.? ?(?:-|to|through|thru|until) ?")
_SLUG = _Gaps(r"-(?:of-)?", r"-", r"-", r"-(?:(?:to|through|thru|until)-)?")
_CYCLE_MARK = re.compile(r"(?<![a-z])(?:wk|week|w|block|cycle|phase|day)[ .#:-]*\Z")
"""What a figure behind it counts, as in `WK4/8`: no date."""
_WEEK_OF = re.compile(r"\b(?:week[ -](?:of|commencing|beginning|starting)|w/c)[ -](?:the[ -])?\Z")
_NTH_DAY = re.compile(
    r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}[.,]? (?:the )?([0-9]{1,2})(?:st|nd|rd|th)(?![a-z0-9])"
    r"(?! (?:day|week|session|block|phase|cycle|set|round))"
)
_LONGEST_PERIOD = 60
_MAYBE_PERIOD = re.compile(
    r"\W*(?:w|(?:mon|tue|wed|thu|fri|sat|sun)[a-z.,]* |jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
    r"|[0-9]{1,4}[./-]|(?:the )?[0-9]{1,2}(?:st|nd|rd|th)? )",
    re.IGNORECASE,
)
_BESIDE_PERIOD = re.compile(
    r"[^a-z0-9]*(?:(?:week|wk\.?) ?#?[0-9]{0,3}[^a-z0-9]*)?(?:of|commencing|beginning|starting)?[^a-z0-9]*"
    r"(?:(?:week|wk\.?) ?#?[0-9]{1,3})?[^a-z0-9]*"
)
_THE = re.compile(r"\bthe (?=[0-9])")
_WEEKDAY = re.compile(
    r"(?<![a-z])(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?[.,]? "
    r"(?=[a-z]{3,12}\.? ?[0-9]|[0-9])"
)


def _compiled(form: str, gaps: _Gaps) -> re.Pattern[str]:
    """The pattern of a form, its groups `month1`, `day1`, `year1` for the first day and `month2` … for the last."""
    pattern, day, behind = "", 1, ""
    for token in re.findall(r"[A-Za-z]+\??|[/-]", form):
        name = token.rstrip("?")
        between = {"until": gaps.until, "/": gaps.figures, "-": "-"}.get(name)
        if between:
            pattern, day, behind = pattern + between, day + (name == "until"), ""
            continue
        group, holds, edge = _TOKENS[name]
        gap = behind and (gaps.year if name == "YEAR" else gaps.words)
        piece = f"{gap}(?P<{group}{day}>{holds}){edge}"
        pattern += f"(?:{piece})?" if token.endswith("?") else piece
        behind = name
    return re.compile(pattern if "MONTH" in form else pattern + r"(?![/.]?[0-9])")


_Forms = tuple[str, ...]
_ALL_FORMS: tuple[_Forms, ...] = (_NAMED_FORMS, _FIGURE_FORMS, _SHORT_FORMS)
_PATTERNS = {
    (forms, gaps, by_month): tuple(
        _compiled(form, gaps) for form in forms if form.startswith("MONTH") == by_month
    )
    for forms in _ALL_FORMS
    for gaps in (_TITLE, _SLUG)
    for by_month in (True, False)
}
"""The patterns of the forms that begin with a month, and of those that begin with a figure."""
_PLACE = re.compile(r"(?<![a-z0-9])(?<![0-9][/.])(?:[a-z]+|(?=[0-9]))")
"""Where a date may start: at a word, or at a figure that is no later part of a date itself."""


# ------------------------------------------------------------------------------------------- what a text says
class Reading(NamedTuple):
    """The days one text names."""

    start: dt.date
    end: dt.date
    repaired: bool
    """A year or a month was filled in, or days that nobody means were put right."""
    span: tuple[int, int]
    """Where, in the text's matching form."""
    certain: bool = False
    """Repaired, but in the one way it can have been meant: only the last day's year was wrong."""

    @property
    def days(self) -> int:
        """How many days, first and last included."""
        return (self.end - self.start).days + 1


class _Found(NamedTuple):
    """A form found in a text, and what it says: None when there is no such day."""

    match: re.Match[str]
    reading: Reading | None

    @property
    def size(self) -> tuple[int, int]:
        """How much of the text it uses, the most first: figures, then characters."""
        return -_figures(self.match), self.match.start() - self.match.end()

    @property
    def rank(self) -> tuple[bool, bool, int, int]:
        """Of several readings the one that makes sense, is exact, uses most figures, and stands first."""
        is_long = self.reading is not None and self.reading.days > _LONGEST
        is_exact = self.reading is not None and not self.reading.repaired
        return is_long, not is_exact, -_figures(self.match), self.match.start()


class _Asked(NamedTuple):
    """What a reading of a text goes by beside the text."""

    near: dt.date | None
    order: DayOrder
    gaps: _Gaps
    year: int | None = None
    """The year of days without one, before the one nearest `near`."""


@lru_cache(maxsize=1024)
def read_dates(
    text: str, near: dt.date | None, *, slug: bool = False, order: DayOrder = "month_first"
) -> Reading | None:
    """The first day or range of days `text` names.

    A missing year is the one that puts the start nearest `near`; a misspelt month the only one within two letters.
    Of two ranges the first is read, as a repair.
    """
    text = text[:_MOST]
    form = text.lower() if slug else _THE.sub("", _WEEKDAY.sub("", form_of(text).text))
    asked = _Asked(near, order, _SLUG if slug else _TITLE)
    found = _undisputed(form, (_NAMED_FORMS, _FIGURE_FORMS), asked)
    ranges = [each for each in found if each.reading and _is_range(each.match)]
    if len({each.reading[:2] for each in ranges if each.reading}) > 1:
        return _first_of(ranges, asked)
    return next((each.reading for each in found if each.reading), None)


def read_heading_date(text: str, near: dt.date | None, order: DayOrder = "month_first") -> Reading | None:
    """The day a heading names: as in a title, or in figures without a year (`6/3`)."""
    reading = read_dates(text, near, order=order)
    if reading:
        return reading
    form = form_of(text).text[:_MOST]
    found = _undisputed(form, (_SHORT_FORMS,), _Asked(near, order, _TITLE))
    return next((each.reading for each in found if each.reading), None) or _day_of_month(form, near)


def _day_of_month(form: str, near: dt.date | None) -> Reading | None:
    """The day nearest to `near` of a heading that names only the day of the month: `Thursday 11th`."""
    match = _NTH_DAY.match(form)
    if match is None or near is None:
        return None
    months = {(each.year, each.month) for each in (near - 28 * DAY, near, near + 28 * DAY)}
    days = [day for year, month in months if (day := _date(year, _Day(month, int(match[1]), None)))]
    nearest = min(days, key=lambda day: (abs(day - near), day), default=None)
    return Reading(nearest, nearest, True, match.span(1)) if nearest else None


@lru_cache(maxsize=1024)
def read_period(text: str, near: dt.date | None, order: DayOrder) -> dt.date | None:
    """The first day of a line that is only a range of days or `Week of` a day, with `Week N` perhaps."""
    if len(text) > _LONGEST_PERIOD or not _MAYBE_PERIOD.match(text):
        return None
    reading = read_dates(text, near, order=order)
    if reading is None or reading.start == reading.end:
        return None
    form = _THE.sub("", _WEEKDAY.sub("", form_of(text).text))
    rest = form[: reading.span[0]] + " " + form[reading.span[1] :]
    return reading.start if _BESIDE_PERIOD.fullmatch(rest) else None


def weekday_of_date(text: str, start: dt.date, near: dt.date | None, order: DayOrder) -> str | None:
    """The weekday that a title writes directly before the day `start`, in its first three letters."""
    form = form_of(text[:_MOST]).text
    for found in _WEEKDAY.finditer(form):
        reading = read_dates(form[found.end() :], near, order=order)
        if reading and reading.start == start and reading.span[0] == 0:
            return found[0][:3]
    return None


def _first_of(ranges: list[_Found], asked: _Asked) -> Reading | None:
    """§3.2 Of two ranges: the first, with the last year that is stated."""
    in_order = sorted(ranges, key=lambda each: (each.rank[0], each.match.start()))
    years = [year for each in in_order for year in _years(each.match)]
    reading = _read(in_order[0].match, asked._replace(year=years[-1] if years else None))
    return reading and reading._replace(repaired=True)


def _undisputed(form: str, kinds: Iterable[_Forms], asked: _Asked) -> list[_Found]:
    """The forms found in a text, the best first. Where two overlap, the one that uses more figures and words stays.

    A form whose days cannot be stays too: half of it was not meant.
    """
    found = sorted(_found(form, kinds, asked), key=lambda each: (*each.size, each.rank))
    kept: list[_Found] = []
    for each in found:
        start, end = each.match.span()
        if all(end <= other.match.start() or other.match.end() <= start for other in kept):
            kept.append(each)
    return sorted(kept, key=lambda each: each.rank)


def _found(form: str, kinds: Iterable[_Forms], asked: _Asked) -> Iterator[_Found]:
    for place in _PLACE.finditer(form):
        if place[0] and not _month(place[0]):
            continue
        for forms in kinds:
            for pattern in _PATTERNS[forms, asked.gaps, bool(place[0])]:
                match = pattern.match(form, place.start())
                if match and (found := _found_at(match, forms, asked)):
                    yield found


def _found_at(match: re.Match[str], forms: _Forms, asked: _Asked) -> _Found | None:
    """What a form says, unless its words or figures are no date at all.

    A word may be a misspelt month, and figures without a year a range, only if that makes days that anybody means;
    a misspelt month with one day and no year only near the publication (`Murph 5/31` names a workout).
    """
    groups = match.groupdict()
    months = [_month(word) for name in ("month1", "month2") if (word := groups.get(name))]
    if not all(months) or _counts(match, forms):
        return None
    reading = _read(match, asked)
    misspelt = any(month.misspelt for month in months if month)
    doubtful = misspelt or (forms is _FIGURE_FORMS and not _years(match))
    if doubtful and (reading is None or reading.days > _LONGEST):
        return None
    alone = misspelt and not _years(match) and not _is_range(match)
    if alone and reading and asked.near and abs(reading.start - asked.near) > _FAR:
        return None
    return _Found(match, reading._replace(repaired=True) if misspelt and reading else reading)


def _counts(match: re.Match[str], forms: _Forms) -> bool:
    """Whether what looks like a date counts weeks or days: `WK4/8`, `Week 5 June 2020`, or a slug's figures."""
    if not match[0][0].isdigit() or (forms is _NAMED_FORMS and _is_range(match)):
        return False
    return _CYCLE_MARK.search(match.string, 0, match.start()) is not None


def _figures(match: re.Match[str]) -> int:
    """How many figures of the text a form uses; the name of a month is none."""
    return sum(bool(value) and value[0].isdigit() for value in match.groups())


def _is_range(match: re.Match[str]) -> bool:
    groups = match.groupdict()
    return bool(groups.get("day2") or groups.get("b2"))


def _years(match: re.Match[str]) -> list[int]:
    groups = match.groupdict()
    return [year for name in ("year1", "year2") if (year := _year(groups.get(name)))]


# --------------------------------------------------------------------------------------------- what a form says
class _Day(NamedTuple):
    """One end of a range as written; None is not said."""

    month: int | None
    day: int
    year: int | None


def _read(match: re.Match[str], asked: _Asked) -> Reading | None:
    """The days of a form, in the order of month and day that can be meant."""
    readings = [reading for days in _orders(match, asked) if (reading := _range(*days, asked))]
    if not readings:
        return None
    meant = [reading for reading in readings if reading.days <= _LONGEST and not reading.repaired] or readings
    near = [reading for reading in meant if asked.near and abs(reading.start - asked.near) <= _FAR]
    reading = near[0] if near and meant[0] not in near else meant[0]
    return None if _is_far_off(match, reading, asked) else _to_its_sunday(match, reading)


def _orders(match: re.Match[str], asked: _Asked) -> Iterator[tuple[_Day, _Day | None]]:
    """The first and the last day as written; figures alone in the program's order first, then in the other."""
    groups = {"a1": None, "year1": None, "year2": None, **match.groupdict()}
    first_year, last_year = (_year(groups[name]) for name in ("year1", "year2"))
    if groups.get("a2") and not groups["a1"]:  # 25.-31.01.2021
        yield _Day(None, int(match["b1"]), None), _Day(int(match["b2"]), int(match["a2"]), last_year)
        return
    if not groups["a1"]:
        first = _named_day(groups, "1", first_year)
        yield first or _Day(None, 0, None), _named_day(groups, "2", last_year)
        return
    written = [(groups["a1"], groups["b1"], first_year), (groups.get("a2"), groups.get("b2"), last_year)]
    month_first = [_Day(int(a) if a else None, int(b), year) for a, b, year in written if b]
    day_first = [_Day(int(b), int(a), year) for a, b, year in written if a and b]
    orders = [month_first]
    if len(day_first) == len(month_first) and not match[0].startswith(groups["year1"] or "-"):
        orders = [day_first, month_first] if asked.order == "day_first" else [month_first, day_first]
    for days in orders:
        yield days[0], days[1] if len(days) > 1 else None


def _named_day(groups: Mapping[str, str | None], which: str, year: int | None) -> _Day | None:
    day, word = groups.get(f"day{which}"), groups.get(f"month{which}")
    month = _month(word) if word else None
    return _Day(month.number if month else None, int(day), year) if day else None


def _range(first: _Day, last: _Day | None, asked: _Asked) -> Reading | None:
    """The days from the first to the last, put right where nobody means them as written; None if they cannot be."""
    is_told = first.month is not None and (last is None or last.month is not None)
    first, last = _with_months(first, last or first)
    turns = (last.month or 0) < (first.month or 0)  # over the end of a year
    stated = first.year or (last.year - turns if last.year else None) or asked.year
    year = stated or _nearest_year(first, asked.near)
    end_year = last.year if first.year and last.year else year and year + turns
    start, end = _date(year, first), _date(end_year, last)
    if start is None or end is None:
        return None
    reading = Reading(start, end, stated is None, (0, 0))
    if 0 < reading.days <= _LONGEST:
        return reading
    return _put_right(reading, first, last, is_told=is_told)


def _with_months(first: _Day, last: _Day) -> tuple[_Day, _Day]:
    """Both days with a month: one without has the other's, or the month beside it when the days say so."""
    earlier = first.day > last.day
    if first.month and last.month is None:
        return first, last._replace(month=first.month % 12 + 1 if earlier else first.month)
    if last.month and first.month is None:
        return first._replace(month=(last.month - 2) % 12 + 1 if earlier else last.month), last
    return first, last


def _put_right(reading: Reading, first: _Day, last: _Day, *, is_told: bool) -> Reading | None:
    """§3.3 The last day's year one later; else the two days swapped; else the long range as it is."""
    start, end = reading.start, reading.end
    later = _date(end.year + 1, last)
    if first.year and last.year and later and end < start and (later - start).days < _LONGEST:
        return reading._replace(end=later, repaired=True, certain=True)
    year = last.year or start.year
    early, late = (end, start) if is_told else (_date(year, first._replace(day=last.day)), _date(year, first))
    if early and late and 0 <= (late - early).days < _LONGEST:
        return reading._replace(start=early, end=late, repaired=True)
    return reading._replace(repaired=True) if start <= end else None


def _is_far_off(match: re.Match[str], reading: Reading, asked: _Asked) -> bool:
    """Whether a year of two figures is none: in a slug, or on a day more than a year from the publication."""
    groups = match.groupdict()
    if all(len(groups.get(name) or "0000") == 4 for name in ("year1", "year2")):
        return False
    return asked.gaps is _SLUG or bool(asked.near and abs(reading.start - asked.near) > _YEAR)


def _to_its_sunday(match: re.Match[str], reading: Reading) -> Reading:
    """The reading with its place in the text; `Week of June 3` lasts to its Sunday."""
    reading = reading._replace(span=match.span())
    if reading.start == reading.end and _WEEK_OF.search(match.string, 0, match.start()):
        return reading._replace(end=reading.start + (6 - reading.start.weekday()) * DAY)
    return reading


class _Month(NamedTuple):
    number: int
    misspelt: bool


@lru_cache(maxsize=1024)
def _month(word: str) -> _Month | None:
    """A month by its name or the first three letters or more, or misspelt by at most two letters."""
    exact = [n for n, name in enumerate(MONTHS, 1) if len(word) > 2 and name.startswith(word)]
    if exact or word == "sept":
        return _Month(exact[0] if exact else 9, misspelt=False)
    if not 4 <= len(word) <= 12 or word in _NO_MONTHS:
        return None
    near = [(n, name) for n, name in enumerate(MONTHS, 1) if abs(len(name) - len(word)) <= 2]
    close = [n for n, name in near if edits_between(word, name) <= 2]
    return _Month(close[0], misspelt=True) if len(close) == 1 else None


def _year(text: str | None) -> int | None:
    digits = (text or "").lstrip("'")
    return int(digits) + (2000 if len(digits) == 2 else 0) if digits else None


def _nearest_year(day: _Day, near: dt.date | None) -> int | None:
    if near is None:
        return None
    days = [date for year in (near.year - 1, near.year, near.year + 1) if (date := _date(year, day))]
    return min(days, key=lambda date: abs(date - near)).year if days else None


def _date(year: int | None, day: _Day) -> dt.date | None:
    try:
        return dt.date(year, day.month or 0, day.day) if year and 1900 <= year < 2200 else None
    except ValueError:
        return None
