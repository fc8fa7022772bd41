"""§4 Headings: what a line that starts a session, or a part of a day, says by itself.

Which of a post's lines start sessions, and on which days, is decided in `_outline`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from wod_pipeline.parsing._lines import read_line
from wod_pipeline.parsing._segments import read_label
from wod_pipeline.parsing._text import MAX_MATCHED, Form, form_of, is_within, words
from wod_pipeline.program import WEEKDAYS, SessionKind, Weekday

_DAY_NAME = (
    r"(?P<weekday>mon(?:day)?|tue(?:s|sday)?|wed(?:s|nesday)?|thu(?:rs?|rsday)?"
    r"|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
)
_MAYBE_HEADING = re.compile(
    r"[\W_]*(?:mon|tue|wed|thu|fri|sat|sun|day|session|week|wk|w ?[0-9]"
    r"|[mtwfs][a-z]{0,8}d[a-z]{0,8}|(?:[0-9]|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|the|optional|rest|off"
    r"|active|recovery|test|training|workout|deload|make).{0,60}?(?:mon|tue|wed|thu|fri|sat|sun|day))",
    re.IGNORECASE,
)
_MARK = re.compile(
    rf"(?:{_DAY_NAME}(?P<possessive>(?<=day)'?s(?![a-z]))?"
    r"|(?:(?P<numbered>day|session|week)|(?P<week>wk\.?|w(?= ?[0-9]{1,2} ?d ?[0-9]))"
    r"|(?P<day>(?:(?<=[0-9])|(?<=[0-9] ))d)) ?#?[0-9]{1,3}(?![0-9]*/))(?:(?=d ?[0-9])|(?![a-z0-9']))"
)
"""A weekday, or a day, session or week by its number; `W3D2` is week 3, day 2."""
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_CYCLE = re.compile(r"\b(?:wk|week|w|block|cycle|phase|day) ?#?[0-9]{1,3}(?:/[0-9]{1,3})?\b")
"""Where in a cycle a day stands, as in `WK4/8`."""
_PUNCTUATION = re.compile(r"[^a-z0-9' ]+")
_MAKE_UP = re.compile(r"\bmake[- ]up\b")
_NUMBER = re.compile(r"[0-9]+(?:st|nd|rd|th)?")
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATE = re.compile(
    r"[0-9]{1,2}[/.][0-9]{1,2}(?:[/.][0-9]{2,4})?|[0-9]{4}-[0-9]{2}-[0-9]{2}"
    rf"|{_MONTH}\.? (?:the )?[0-9]{{1,2}}(?:st|nd|rd|th)?(?:,? [0-9]{{4}})?"
    rf"|(?:the )?[0-9]{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}(?:,? [0-9]{{4}})?|the [0-9]{{1,2}}(?:st|nd|rd|th)"
)
_BEFORE_DAY = re.compile(
    rf"[^a-z0-9]*(?:[0-9]{{1,2}}[.)] [^a-z0-9]*)?(?:(?:{_DATE.pattern})(?![0-9a-z/])[ ,:|-]+"
    r"|(?P<words>(?:optional|rest day|off day|day off|active recovery|recovery|test(?= day [0-9])|training(?= week)"
    r"|(?:workout|training|session) for|deload|make-?up)(?: ?[:|-]+)? ))*"
)
"""What may stand before the day: marks of emphasis, a number of a list, a date, and the kind of the day."""
_ONLY_BRACKETED = re.compile(rf"[ ,:-]*[(\[]{_DAY_NAME}(?![a-z'])[^a-z()\[\]]*[)\]]")
_JOINS_DAYS = re.compile(r" ?(?:[/&+,|-]|and|or|to|thru|through) ?(?=(?:mon|tue|wed|thu|fri|sat|sun))")
_FIRST_WORD = re.compile(r"[a-z]{4,11}(?![a-z'])")
_NO_DAYS = frozenset(words("sundry sundae today todays midday holiday someday funday mayday"))
"""Words within a letter or two of a weekday that mean something else."""
_BEHIND_DAY = re.compile(
    rf"[ ,]*(?:{_BRACKETS.pattern}|(?:{_DATE.pattern})(?![0-9a-z/])"
    r"|(?:am|pm|morning|afternoon|evening|session|optional|test|training)(?![a-z]))"
)
"""What may stand between a day and the sign before its title."""
_SIGN = re.compile(r" ?[:|-]+ ?")
_BETWEEN_MARKS = frozenset(" ,:-")
_FULL_STOP = re.compile(r"\.(?: |\Z)")
_HEADING_WORDS = frozenset(
    words(
        "session day rest off active recovery optional test testing max mock meet training workout deload makeup"
        " morning afternoon evening am pm week wk block phase cycle volume light heavy medium intensity speed"
    )
)
_MOST_TITLE_WORDS = 6
_LONGEST_DATE = 24
_DAY_NAMES = words("monday tuesday wednesday thursday friday saturday sunday")
_FIRST_LETTERS = ("m", "t", "w", "f", "s")
_NAMES_DAY = re.compile(
    r"d[a-z]{0,2}y|[a-z]ay\b|\b(?:mon|tues?|weds?|thu(?:rs?)?|fri|sat|sun)\b", re.IGNORECASE
)
_MAYBE_DATE = re.compile(r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|[0-9]{4}", re.IGNORECASE)
_POINTERS = frozenset(words("last next than as on from until till before after by this since like every see"))
"""Words before a weekday at the end of a line that point at another day."""
_KINDS: tuple[tuple[re.Pattern[str], SessionKind], ...] = (
    (re.compile(r"\b(?:rest|off)\b"), "rest"),
    (re.compile(r"\b(?:optional|makeup)\b"), "optional"),
    (re.compile(r"\b(?:test|testing|max|meet)\b"), "test"),
)
_RECOVERY = re.compile(r"\brecovery\b")
_ORDINAL = re.compile(r"(?:\b(?:session|day)|\bw ?[0-9]{1,2} ?d) ?#?([0-9]{1,3})\b")
_DAY_PART = re.compile(
    r"\W*(?:am|pm|a\.m|p\.m|morning|afternoon|evening|session ?#?[0-9]{1,3})(?: session)?\W*"
)
_WEEK = re.compile(r"\b(?:week|wk\.?|w(?= ?[0-9]{1,2} ?d ?[0-9])) ?#?([0-9]{1,3})(?![0-9])")
_WEEK_ONLY = re.compile(r"(?:training )?(?:week|wk\.?) ?#?([0-9]{1,3})\W*")
_MAYBE_WEEK = re.compile("week|wk|w ?[0-9]", re.IGNORECASE)
_REST_ONLY = re.compile(r"\W*(?:rest(?: day)?|off(?: day)?|day off)\W*")


class Heading(NamedTuple):
    """What a heading line says on its own."""

    weekday: Weekday | None
    numbered: bool
    """Starts with `Session N`."""
    behind: int | None = None
    """Where, in the matching form, the title or the work behind the day begins, if there is one."""
    works: bool = False
    """What stands behind the day is a line of work of its own, not a title."""
    misspelt: str | None = None
    """The word that was read as the weekday."""
    several: bool = False
    """Names more days than one, so the session has no date."""

    @property
    def has_title(self) -> bool:
        """Whether a few words stand behind the day that any sentence could begin with."""
        return self.behind is not None and not self.works

    @property
    def needs_work(self) -> bool:
        """Whether it heads a session only where work stands below."""
        return self.has_title or (self.several and not self.works)


@lru_cache(maxsize=8192)
def read_heading(line: str) -> Heading | None:
    """``heading = (WEEKDAY | "Day" N | "Session" N | "Week" N)+ {DATE | "(…)" | AM/PM | NUMBER | heading word}``.

    At least one mark is a day or a session. Behind a sign there may be a title of a few words or a line of work;
    that a title heads anything is for the lines below to say.
    """
    if len(line) > MAX_MATCHED or not _MAYBE_HEADING.match(line):
        return None
    form = form_of(line)
    marks = _marks(form.text)
    if marks.end == 0:
        return None
    bracketed = None if marks.weekday or marks.several else _ONLY_BRACKETED.match(form.text, marks.end)
    heading = Heading(
        _weekday(bracketed["weekday"]) if bracketed else marks.weekday,
        marks.numbered,
        misspelt=marks.misspelt,
        several=marks.several,
    )
    if _says_only_when(form.text[marks.end :]):
        return heading
    title = _behind_sign(form.text, marks.end) if marks.takes_title else 0
    return _titled(heading._replace(behind=title), form) if title else None


@lru_cache(maxsize=8192)
def may_head(line: str) -> Weekday | None:
    """The weekday of a line that could head its day but is no heading: other words stand beside it.

    The title behind a day and a sign is too long; or a short line begins or ends with a weekday, perhaps misspelt.
    """
    if len(line) > MAX_MATCHED or not _NAMES_DAY.search(line) or read_heading(line):
        return None
    text = form_of(line).text
    marks = _marks(text)
    if marks.end and marks.weekday and _behind_sign(text, marks.end):
        return marks.weekday
    said = re.findall("[a-z0-9']+", text)
    if not 0 < len(said) <= _MOST_TITLE_WORDS or _FULL_STOP.search(text):
        return None
    return _day_named(said[0]) or (None if set(said[:-1]) & _POINTERS else _day_named(said[-1]))


def _day_named(word: str) -> Weekday | None:
    found = _MARK.fullmatch(word)
    if found:
        return _weekday(found["weekday"]) if found["weekday"] else None
    return _misspelt_day(word, 2)


@lru_cache(maxsize=8192)
def is_date_only(line: str) -> bool:
    """Whether a line is a date and nothing else; figures only with a year, as they could count something."""
    if len(line) > _LONGEST_DATE or not _MAYBE_DATE.search(line):
        return False
    text = form_of(line).text.rstrip(" :.-")
    return _DATE.fullmatch(text) is not None and re.search("[a-z]{3}|[0-9]{4}", text) is not None


@lru_cache(maxsize=8192)
def week_number(line: str) -> int | None:
    """N of `Week N` in a heading, or alone on a line."""
    if len(line) > MAX_MATCHED or not _MAYBE_WEEK.search(line):
        return None
    text = form_of(line).text
    found = _WEEK.search(text) if read_heading(line) else _WEEK_ONLY.fullmatch(text)
    return int(found[1]) if found else None


class _Marks(NamedTuple):
    """What the weekdays and numbers at the start of a line say."""

    weekday: Weekday | None = None
    numbered: bool = False
    """A session's number is first."""
    end: int = 0
    """Where they end; 0 where none names a day or a session."""
    misspelt: str | None = None
    several: bool = False
    takes_title: bool = False


def _marks(text: str) -> _Marks:
    before = _BEFORE_DAY.match(text)
    begin = before.end() if before else 0
    weekdays: list[Weekday] = []
    kinds: list[str] = []
    misspelt = _misspelt_at(text, begin)
    end, possessive = 0, False
    if misspelt:
        weekdays.append(misspelt[1])
        end = begin + len(misspelt[0])
        begin = _behind_gap(text, end)
    while found := _MARK.match(text, begin):
        kinds.append(found["numbered"] or ("week" if found["week"] else "day" if found["day"] else "weekday"))
        weekdays += [_weekday(found["weekday"])] if found["weekday"] else []
        possessive = possessive or bool(found["possessive"])
        end = found.end()
        begin = _behind_gap(text, end)
    if not weekdays and not set(kinds) - {"week"}:
        return _Marks()
    if len(weekdays) > 1 and len(set(weekdays)) == 1:
        return _Marks()
    is_plain = bool(before and before["words"]) or "(" in text[: before.end() if before else 0] or possessive
    return _Marks(
        weekdays[0] if len(weekdays) == 1 else None,
        kinds[:1] == ["session"],
        end,
        misspelt[0] if misspelt else None,
        len(weekdays) > 1,
        not is_plain,
    )


def _behind_gap(text: str, at: int) -> int:
    """Where the next mark may begin."""
    joined = _JOINS_DAYS.match(text, at)
    if joined:
        return joined.end()
    while text[at : at + 1] in _BETWEEN_MARKS:
        at += 1
    return at


def _misspelt_at(text: str, begin: int) -> tuple[str, Weekday] | None:
    found = _FIRST_WORD.match(text, begin)
    day = _misspelt_day(found[0], 1) if found else None
    return (found[0], day) if found and day else None


@lru_cache(maxsize=4096)
def _misspelt_day(word: str, most: int) -> Weekday | None:
    """The one weekday within `most` letters of a word, two neighbours in the wrong order counted as one."""
    plain = word.removesuffix("'s").removesuffix("s")
    if (
        word in _NO_DAYS
        or not 5 <= len(plain) <= 11
        or plain in _DAY_NAMES
        or not plain.startswith(_FIRST_LETTERS)
    ):
        return None
    close = [name for name in _DAY_NAMES if is_within(plain, name, most)]
    return _weekday(close[0]) if len(close) == 1 else None


def _says_only_when(text: str) -> bool:
    """Whether nothing but dates, places in a cycle, brackets and the words of headings stands behind the marks."""
    rest = _DATE.sub(" ", _CYCLE.sub(" ", _MAKE_UP.sub("makeup", _BRACKETS.sub(" ", text))))
    said = _PUNCTUATION.sub(" ", rest.replace("a.m", "am").replace("p.m", "pm")).split()
    return all(word in _HEADING_WORDS or _NUMBER.fullmatch(word) for word in said)


def brackets_say_more(line: str) -> bool:
    """Whether words stand in the brackets of a heading that are no words of headings, as in `Sunday (see you!)`."""
    inside = " ".join(_BRACKETS.findall(form_of(line).text))
    return any(
        word not in _HEADING_WORDS and not _MARK.fullmatch(word)
        for word in re.findall("[a-z]+", _DATE.sub(" ", inside))
        if len(word) > 2 and word not in {"day", "session"}
    )


def _behind_sign(text: str, at: int) -> int:
    """Where a title or work begins behind the marks: behind a dash, colon or bar, or a bracket; 0 if it does not."""
    begin = at
    while found := _BEHIND_DAY.match(text, begin):
        begin = found.end()
    sign = _SIGN.match(text, begin)
    if sign:
        return sign.end()
    bracketed = text[at:begin].rstrip().endswith((")", "]"))
    return begin + 1 if bracketed and text[begin : begin + 1] == " " else 0


def _titled(heading: Heading, form: Form) -> Heading | None:
    """The heading, if what stands behind its day is a line of work or can be a title."""
    at = heading.behind or 0
    behind = form.text[at:]
    if _is_work(form.line, at):
        return heading._replace(works=True)
    is_short = len(behind.split()) <= _MOST_TITLE_WORDS and not _FULL_STOP.search(behind)
    return heading if behind and is_short else None


def _is_work(line: str, at: int) -> bool:
    """§4.1 Whether the line from there is a label, a scheme line or, to its end, a movement line with a quantity."""
    reading = read_line(line, at)
    return reading.label is not None or (reading.counts and not reading.unread)


@lru_cache(maxsize=16384)
def heads_work(line: str) -> bool:
    """Whether a line is a label, a scheme line, set rows or a movement line with a quantity: below a title, work."""
    reading = read_line(line)
    return reading.label is not None or reading.counts or bool(reading.rows)


def label_of_heading(line: str) -> str:
    """The text of a heading, without the work behind its day."""
    heading = read_heading(line)
    if heading is None or not heading.works:
        return line
    return line[: form_of(line).origin(heading.behind or 0)].rstrip(
        " :|-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
    )


def name_of_day(day: Weekday) -> str:
    """The weekday in full, as in “Wednesday”."""
    return next(name.title() for name in _DAY_NAMES if name.startswith(day))


def _weekday(word: str) -> Weekday:
    return next(day for day in WEEKDAYS if word.startswith(day))


@lru_cache(maxsize=8192)
def is_day_part(line: str) -> bool:
    """§4.3 Whether a line is only a part of the day or a session's number."""
    return len(line) < 40 and _DAY_PART.fullmatch(form_of(line).text) is not None


@lru_cache(maxsize=8192)
def is_rest_only(line: str) -> bool:
    """§4.5 Whether a line only says that this is a day of rest."""
    return len(line) < 40 and _REST_ONLY.fullmatch(form_of(line).text) is not None


@lru_cache(maxsize=16384)
def can_cut(line: str) -> bool:
    """Whether a line is anything the outline goes by; most are not."""
    return (
        read_heading(line) is not None
        or read_label(form_of(line)) is not None
        or is_day_part(line)
        or is_rest_only(line)
    )


def kind_of(label: str, *, prescribes: bool) -> SessionKind:
    """§4.5 What kind of session a heading announces; a day of recovery that prescribes work is no rest."""
    text = _MAKE_UP.sub("makeup", form_of(label).text)
    if not prescribes and _RECOVERY.search(text):
        return "rest"
    return next((kind for pattern, kind in _KINDS if pattern.search(text)), "training")


def ordinal_of(label: str) -> int | None:
    """§4.4 N of `Session N` or `Day N` in a heading; dates are no ordinals."""
    found = _ORDINAL.search(_DATE.sub(" ", form_of(label).text))
    return int(found[1]) if found else None
