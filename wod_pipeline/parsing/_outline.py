"""§4 Sessions: which lines are headings, and the dated sessions they cut a post into.

What stands inside a session is read by the structure; dates as such by `_dates`.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from wod_pipeline.bounds import SESSIONS_READ
from wod_pipeline.parsing._dates import Dated, date_post, program_of, published_day, read_heading_date
from wod_pipeline.parsing._diagnostics import diagnostic
from wod_pipeline.parsing._extent import in_words
from wod_pipeline.parsing._segments import label_of, read_label, starts_over
from wod_pipeline.parsing._text import MAX_MATCHED, form_of, words
from wod_pipeline.program import (
    WEEKDAYS,
    Diagnostic,
    OutlinedPost,
    PlainPost,
    SessionKind,
    SessionOutline,
    SourceLine,
    Weekday,
)

_WEEKDAY = (
    r"(?P<weekday>mon(?:day)?|tue(?:s|sday)?|wed(?:nesday)?|thu(?:rs?|rsday)?"
    r"|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
)
_MAYBE_HEADING = re.compile(r"[\W_]*(?:mon|tue|wed|thu|fri|sat|sun|day|session)", re.IGNORECASE)
_START = re.compile(rf"(?:{_WEEKDAY}|(?P<day>day) ?#?[0-9]{{1,3}}|session ?#?[0-9]{{1,3}})(?![a-z0-9'])")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_PUNCTUATION = re.compile(r"[^a-z0-9' ]+")
_MAKE_UP = re.compile(r"\bmake[- ]up\b")
_NUMBER = re.compile(r"[0-9]+(?:st|nd|rd|th)?")
_DATE = re.compile(
    r"[0-9]{1,2}/[0-9]{1,2}(?:/[0-9]{2,4})?|[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? [0-9]{1,2}(?:st|nd|rd|th)?(?:,? [0-9]{4})?"
    r"|[0-9]{1,2}(?:st|nd|rd|th)? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*(?:,? [0-9]{4})?"
)
_HEADING_WORDS = frozenset(
    words(
        "session day rest off active recovery optional test testing max mock meet training workout deload makeup"
        " morning afternoon evening am pm"
    )
)
_KINDS: tuple[tuple[re.Pattern[str], SessionKind], ...] = (
    (re.compile(r"\b(?:rest|off|recovery)\b"), "rest"),
    (re.compile(r"\b(?:optional|makeup)\b"), "optional"),
    (re.compile(r"\b(?:test|testing|max|meet)\b"), "test"),
)
_ORDINAL = re.compile(r"\b(?:session|day) ?#?([0-9]{1,3})\b")
_DAY_PART = re.compile(r"(?:am|pm|a\.m|p\.m|morning|afternoon|evening|session ?#?[0-9]{1,3})(?: session)?\W*")
_REST_ONLY = re.compile(r"\W*(?:rest(?: day)?|off(?: day)?|day off)\W*")


class Heading(NamedTuple):
    """What a heading line says on its own."""

    weekday: Weekday | None
    numbered: bool  # starts with `Session N`


# ---------------------------------------------------------------------------------------------- one line
@lru_cache(maxsize=8192)
def read_heading(line: str) -> Heading | None:
    """``heading = (WEEKDAY | "Day" N | "Session" N) {DATE | "(…)" | AM/PM | NUMBER | heading word}``."""
    if len(line) > MAX_MATCHED or not _MAYBE_HEADING.match(line):
        return None
    form = form_of(line)
    start = _START.match(form.text)
    if not start:
        return None
    rest = _DATE.sub(" ", _MAKE_UP.sub("makeup", _BRACKETS.sub(" ", form.text[start.end() :])))
    said = _PUNCTUATION.sub(" ", rest.replace("a.m", "am").replace("p.m", "pm")).split()
    if not all(word in _HEADING_WORDS or _NUMBER.fullmatch(word) for word in said):
        return None
    weekday = start["weekday"]
    return Heading(_weekday(weekday) if weekday else None, numbered=not weekday and not start["day"])


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


def kind_of(label: str) -> SessionKind:
    """§4.5 What kind of session a heading announces."""
    text = _MAKE_UP.sub("makeup", form_of(label).text)
    return next((kind for pattern, kind in _KINDS if pattern.search(text)), "training")


def ordinal_of(label: str) -> int | None:
    """§4.4 N of `Session N` or `Day N` in a heading; dates are no ordinals."""
    found = _ORDINAL.search(_DATE.sub(" ", form_of(label).text))
    return int(found[1]) if found else None


# ---------------------------------------------------------------------------------------------- the post
@dataclass
class _Cut:
    """A session while its lines are being gathered."""

    first: int
    weekday: Weekday | None = None
    headings: list[int] = field(default_factory=list)
    under_weekday: bool = False
    label: str | None = None  # the last one


def outline_post(plain: PlainPost) -> OutlinedPost:
    """The post's dates and its sessions, each with its heading and the lines it spans (§3, §4)."""
    texts = [line.text for line in plain.lines]
    marks = [n for n, text in enumerate(texts) if can_cut(text)]
    headings = [texts[n] for n in marks if read_heading(texts[n])]
    dated = date_post(plain.title, plain.source, headings)
    found: list[Diagnostic] = list(dated.diagnostics)
    if plain.problems:
        found.append(diagnostic("malformed_post", problems="; ".join(plain.problems)))
    cuts = _cuts(texts, marks, found, headed=bool(headings))
    lines = _first_sessions(plain, cuts, found)
    if not any(cut.headings for cut in cuts) and texts:
        _fit_without_heading(cuts, dated, found)
    sessions = [
        _session(cut, behind, texts, dated, found)
        for cut, behind in zip(cuts, [*(cut.first for cut in cuts[1:]), len(lines)], strict=False)
    ]
    return OutlinedPost(
        source=plain.source,
        title=plain.title,
        program=program_of(plain.source.slug, published_day(plain.source)),
        week=dated.week,
        dates=dated.dates,
        lines=lines,
        sessions=sessions,
        diagnostics=found,
        protected=plain.protected,
    )


def _first_sessions(plain: PlainPost, cuts: list[_Cut], found: list[Diagnostic]) -> list[SourceLine]:
    """The lines of the sessions that are read; further ones are taken out of `cuts` and `found`."""
    unread, lines = list(plain.unread), plain.lines
    if len(cuts) > SESSIONS_READ.most:
        unread.append(in_words(len(cuts) - SESSIONS_READ.most, "session"))
        lines = lines[: cuts[SESSIONS_READ.most].first]
        del cuts[SESSIONS_READ.most :]
        found[:] = [d for d in found if d.line is None or d.line < len(lines)]
    if unread:
        found.append(diagnostic("post_cut", unread=", ".join(unread)))
    return lines


def _cuts(texts: list[str], marks: list[int], found: list[Diagnostic], *, headed: bool) -> list[_Cut]:
    """Where sessions start: at headings, at parts of a day, and where labels start over."""
    cuts: list[_Cut] = []
    if texts and not headed:
        cuts.append(_Cut(0))
    for n in marks:
        if not _extends_heading(cuts, n, texts[n]):
            _cut_at(cuts, n, texts[n], found)
    return cuts


def _extends_heading(cuts: list[_Cut], n: int, text: str) -> bool:
    """A part of the day, or a day of rest, directly below a heading is a second heading line.

    A part of the day below another line than the heading itself starts the next session of that day.
    """
    below = bool(cuts) and cuts[-1].headings[-1:] == [n - 1]
    part = below and cuts[-1].under_weekday and len(cuts[-1].headings) == 1 and is_day_part(text)
    if below and (part or is_rest_only(text)):
        cuts[-1].headings.append(n)
        return True
    return False


def _cut_at(cuts: list[_Cut], n: int, text: str, found: list[Diagnostic]) -> None:
    heading = read_heading(text)
    last = cuts[-1] if cuts else None
    if last and last.under_weekday and (is_day_part(text) or (heading and heading.numbered)):
        cuts.append(_Cut(n, last.weekday, [n], under_weekday=True))
    elif heading:
        cuts.append(_Cut(n, heading.weekday, [n], under_weekday=heading.weekday is not None))
    elif last and last.label and starts_over(text, below=last.label):
        cuts.append(_Cut(n, label=label_of(text)))
        found.append(diagnostic("missing_heading", n))
    elif last:
        last.label = label_of(text) or last.label


def _fit_without_heading(cuts: list[_Cut], dated: Dated, found: list[Diagnostic]) -> None:
    """§4.2 A post of one day needs no heading; a post of several days does."""
    start = dated.dates.start
    if start is not None and start == dated.dates.end:
        cuts[0].weekday = WEEKDAYS[start.weekday()]
    else:
        found.append(diagnostic("missing_heading", 0))


def _session(
    cut: _Cut, behind: int, texts: list[str], dated: Dated, found: list[Diagnostic]
) -> SessionOutline:
    label = " ".join(texts[n] for n in cut.headings) or None
    date = _date_of(cut.weekday, dated)
    if cut.headings:
        _compare_date(cut.headings[0], texts, date, found)
    return SessionOutline(
        date=date,
        weekday=cut.weekday,
        label=label,
        kind=kind_of(label) if label else "training",
        lines=(cut.first, behind - 1),
        ordinal=ordinal_of(label) if label else None,
        heading_lines=tuple(cut.headings),
    )


def _date_of(weekday: Weekday | None, dated: Dated) -> dt.date | None:
    """§4.2 The day of the post's dates with that weekday, else that weekday of its week."""
    if weekday is None or dated.week is None:
        return None
    n = WEEKDAYS.index(weekday)
    start, end = dated.dates.start, dated.dates.end
    if start is not None and end is not None:
        day = start + dt.timedelta(days=(n - start.weekday()) % 7)
        if day <= end:
            return day
    return dated.week + dt.timedelta(days=n)


def _compare_date(n: int, texts: list[str], date: dt.date | None, found: list[Diagnostic]) -> None:
    written = read_heading_date(texts[n], date)
    if date and written and written.start != date:
        found.append(diagnostic("heading_date_mismatch", n, written=written.start, date=date))
