"""§4 Headings: what a line that starts a session, or a part of a day, says by itself.

Which of a post's lines start sessions, and on which days, is decided in `_outline`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from wod_pipeline.parsing._lines import read_line
from wod_pipeline.parsing._segments import read_label
from wod_pipeline.parsing._text import MAX_MATCHED, Form, form_of, words
from wod_pipeline.program import WEEKDAYS, SessionKind, Weekday

_DAY_NAME = (
    r"(?P<weekday>mon(?:day)?|tue(?:s|sday)?|wed(?:nesday)?|thu(?:rs?|rsday)?"
    r"|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
)
_MAYBE_HEADING = re.compile(r"[\W_]*(?:mon|tue|wed|thu|fri|sat|sun|day|session|week)", re.IGNORECASE)
_MARK = re.compile(
    rf"(?:{_DAY_NAME}|(?P<numbered>day|session|week) ?#?(?P<number>[0-9]{{1,3}})(?![0-9]*/))(?![a-z0-9'])"
)
"""A weekday, or a day, session or week by its number."""
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_CYCLE = re.compile(r"\b(?:wk|week|w|block|cycle|phase|day) ?#?[0-9]{1,3}(?:/[0-9]{1,3})?\b")
"""Where in a cycle a day stands, as in `WK4/8`."""
_PUNCTUATION = re.compile(r"[^a-z0-9' ]+")
_MAKE_UP = re.compile(r"\bmake[- ]up\b")
_NUMBER = re.compile(r"[0-9]+(?:st|nd|rd|th)?")
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATE = re.compile(
    r"[0-9]{1,2}[/.][0-9]{1,2}(?:[/.][0-9]{2,4})?|[0-9]{4}-[0-9]{2}-[0-9]{2}"
    rf"|{_MONTH}\.? [0-9]{{1,2}}(?:st|nd|rd|th)?(?:,? [0-9]{{4}})?"
    rf"|[0-9]{{1,2}}(?:st|nd|rd|th)? {_MONTH}(?:,? [0-9]{{4}})?"
)
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
        " morning afternoon evening am pm week block phase cycle volume light heavy medium intensity speed"
    )
)
_MOST_TITLE_WORDS = 6
_KINDS: tuple[tuple[re.Pattern[str], SessionKind], ...] = (
    (re.compile(r"\b(?:rest|off)\b"), "rest"),
    (re.compile(r"\b(?:optional|makeup)\b"), "optional"),
    (re.compile(r"\b(?:test|testing|max|meet)\b"), "test"),
)
_RECOVERY = re.compile(r"\brecovery\b")
_ORDINAL = re.compile(r"\b(?:session|day) ?#?([0-9]{1,3})\b")
_DAY_PART = re.compile(r"(?:am|pm|a\.m|p\.m|morning|afternoon|evening|session ?#?[0-9]{1,3})(?: session)?\W*")
_WEEK = re.compile(r"\bweek ?#?([0-9]{1,3})\b")
_WEEK_ONLY = re.compile(r"(?:training )?week ?#?([0-9]{1,3})\W*")
_MAYBE_WEEK = re.compile("week", re.IGNORECASE)
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

    @property
    def has_title(self) -> bool:
        """Whether a few words stand behind the day that any sentence could begin with."""
        return self.behind is not None and not self.works


@lru_cache(maxsize=8192)
def read_heading(line: str) -> Heading | None:
    """``heading = (WEEKDAY | "Day" N | "Session" N | "Week" N)+ {DATE | "(…)" | AM/PM | NUMBER | heading word}``.

    At least one mark is a day or a session. Behind a sign there may be a title of a few words or a line of work;
    that a title heads anything is for the lines below to say.
    """
    if len(line) > MAX_MATCHED or not _MAYBE_HEADING.match(line):
        return None
    form = form_of(line)
    weekday, numbered, at = _marks(form.text)
    if at == 0:
        return None
    if _says_only_when(form.text[at:]):
        return Heading(weekday, numbered)
    title = _behind_sign(form.text, at)
    return _titled(Heading(weekday, numbered, title), form) if title else None


@lru_cache(maxsize=8192)
def may_head(line: str) -> Weekday | None:
    """The weekday of a line that begins as a day with a title does but is no heading: the title is too long."""
    if len(line) > MAX_MATCHED or not _MAYBE_HEADING.match(line) or read_heading(line):
        return None
    text = form_of(line).text
    weekday, _, at = _marks(text)
    return weekday if at and _behind_sign(text, at) else None


@lru_cache(maxsize=8192)
def week_number(line: str) -> int | None:
    """N of `Week N` in a heading, or alone on a line."""
    if len(line) > MAX_MATCHED or not _MAYBE_WEEK.search(line):
        return None
    text = form_of(line).text
    found = _WEEK.search(text) if read_heading(line) else _WEEK_ONLY.fullmatch(text)
    return int(found[1]) if found else None


def _marks(text: str) -> tuple[Weekday | None, bool, int]:
    """The weekday the marks at the start of a line name, whether a session's number is first, and where they end.

    0 where no mark names a day or a session.
    """
    weekday: Weekday | None = None
    kinds: list[str] = []
    at = begin = 0
    while found := _MARK.match(text, begin):
        kinds.append(found["numbered"] or "weekday")
        weekday = weekday or (_weekday(found["weekday"]) if found["weekday"] else None)
        at = begin = found.end()
        while text[begin : begin + 1] in _BETWEEN_MARKS:
            begin += 1
    names_day = set(kinds) - {"week"} and kinds.count("weekday") < 2
    return weekday, kinds[:1] == ["session"], at if names_day else 0


def _says_only_when(text: str) -> bool:
    """Whether nothing but dates, places in a cycle, brackets and the words of headings stands behind the marks."""
    rest = _DATE.sub(" ", _CYCLE.sub(" ", _MAKE_UP.sub("makeup", _BRACKETS.sub(" ", text))))
    said = _PUNCTUATION.sub(" ", rest.replace("a.m", "am").replace("p.m", "pm")).split()
    return all(word in _HEADING_WORDS or _NUMBER.fullmatch(word) for word in said)


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
