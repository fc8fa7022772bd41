"""§4 Sessions: the dated sessions that a post's headings cut it into.

What a heading says by itself is read in `_headings`, dates in `_dates`; what stands inside a session, by the
structure.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from wod_pipeline.bounds import SESSIONS_READ
from wod_pipeline.date_habits import US_WEEKLY, DayOrder
from wod_pipeline.parsing._date_text import read_heading_date, read_period
from wod_pipeline.parsing._dates import (
    Dated,
    date_post,
    in_year,
    is_of_several_weeks,
    program_of,
    published_day,
)
from wod_pipeline.parsing._diagnostics import diagnostic
from wod_pipeline.parsing._extent import in_words
from wod_pipeline.parsing._headings import (
    Heading,
    brackets_say_more,
    can_cut,
    heads_work,
    is_date_only,
    is_day_part,
    is_rest_only,
    kind_of,
    label_of_heading,
    may_head,
    name_of_day,
    ordinal_of,
    read_heading,
    week_number,
)
from wod_pipeline.parsing._lines import read_line
from wod_pipeline.parsing._segments import label_of, starts_over
from wod_pipeline.program import (
    WEEKDAYS,
    Dates,
    Diagnostic,
    OutlinedPost,
    PlainPost,
    SessionOutline,
    SourceLine,
    Weekday,
)
from wod_pipeline.weeks import DAY, monday_of

_SHORTEST_CONTENTS = 3
_LONGEST_COUNT = 35 * DAY
"""A dated heading so long after the start of its post names no day of it."""


# ------------------------------------------------------------------------------------------------ headings
def headings_of(texts: Sequence[str]) -> dict[int, Heading]:
    """The lines that head a session.

    A day with a title heads one only where work stands below, before the next day. Of days directly below one
    another, those headed again below are a list of contents.
    """
    days = {n: heading for n, text in enumerate(texts) if (heading := read_heading(text))}
    heads = {
        n: heading for n, heading in days.items() if not heading.needs_work or _heads_work(n, texts, days)
    }
    contents = _contents(texts, heads)
    return {n: heading for n, heading in heads.items() if n not in contents}


def _heads_work(n: int, texts: Sequence[str], days: dict[int, Heading]) -> bool:
    for m in range(n + 1, len(texts)):
        if m in days:
            return False
        if heads_work(texts[m]):
            return True
    return False


def _contents(texts: Sequence[str], heads: dict[int, Heading]) -> set[int]:
    """§4.1 Of three or more headings directly below one another, those of training days that are headed again."""
    last = {_day_of(texts[n], heading): n for n, heading in heads.items()}
    return {
        n
        for run in _runs(heads)
        if len(run) >= _SHORTEST_CONTENTS
        for n in run
        if last[_day_of(texts[n], heads[n])] > n and kind_of(texts[n], prescribes=False) != "rest"
    }


def _day_of(text: str, heading: Heading) -> Weekday | int | None:
    return heading.weekday or ordinal_of(text)


def _runs(numbers: Iterable[int]) -> list[list[int]]:
    """Ascending numbers, those that follow one another together."""
    runs: list[list[int]] = []
    for n in numbers:
        if runs and runs[-1][-1] == n - 1:
            runs[-1].append(n)
        else:
            runs.append([n])
    return runs


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
    heads = headings_of(texts)
    habits = plain.habits or US_WEEKLY
    dated = date_post(plain.title, plain.source, [texts[n] for n in heads], habits)
    found: list[Diagnostic] = list(dated.diagnostics)
    if plain.problems:
        found.append(diagnostic("malformed_post", problems="; ".join(plain.problems)))
    cuts = _cuts(texts, heads, found)
    lines = _first_sessions(plain, cuts, found)
    if not any(cut.headings for cut in cuts) and texts:
        _fit_without_heading(cuts, dated, found)
    known = {each.line for each in found if each.code == "missing_heading"}
    read = {n: heading for n, heading in heads.items() if n < len(lines)}
    found += (each for each in _doubtful_days(texts[: len(lines)], read) if each.line not in known)
    dates = _dates_of(cuts, texts, dated, habits.order)
    behind = [*(cut.first for cut in cuts[1:]), len(lines)]
    sessions = [_session(*each, texts) for each in zip(cuts, behind, dates, strict=False)]
    for cut, date in zip(cuts, dates, strict=True):
        _compare_date(cut, texts, date, habits.order, found)
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


def _cuts(texts: Sequence[str], heads: dict[int, Heading], found: list[Diagnostic]) -> list[_Cut]:
    """Where sessions start: at headings, at parts of a day, and where labels start over."""
    cuts: list[_Cut] = []
    if texts and not heads:
        cuts.append(_Cut(0))
    for n, text in enumerate(texts):
        if (n in heads or can_cut(text)) and not _extends_heading(cuts, n, text):
            _cut_at(cuts, n, text, heads.get(n), found)
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


def _cut_at(cuts: list[_Cut], n: int, text: str, heading: Heading | None, found: list[Diagnostic]) -> None:
    last = cuts[-1] if cuts else None
    of_its_day = is_day_part(text) or (heading and heading.numbered and not heading.weekday)
    if last and last.under_weekday and of_its_day:
        cuts.append(_Cut(n, last.weekday, [n], under_weekday=True))
    elif heading:
        cuts.append(_Cut(n, heading.weekday, [n], under_weekday=heading.weekday is not None))
        found += _doubts_of(n, heading)
    elif last and last.label and starts_over(text, below=last.label):
        cuts.append(_Cut(n, label=label_of(text)))
        found.append(diagnostic("missing_heading", n))
    elif last:
        last.label = label_of(text) or last.label


def _doubts_of(n: int, heading: Heading) -> Iterator[Diagnostic]:
    """What is not sure of a heading: which of several days it means, or how its weekday is spelt."""
    if heading.several:
        yield diagnostic("missing_heading", n)
    if heading.misspelt and heading.weekday:
        yield diagnostic("word_repaired", n, word=heading.misspelt, meant=name_of_day(heading.weekday))


def _doubtful_days(texts: Sequence[str], heads: dict[int, Heading]) -> Iterator[Diagnostic]:
    """§4.1 Where work may stand under a day it is not for, or under none.

    Work above the first heading; a line that only names a day, or begins as a day's title does, directly above
    work, on a day that nothing else heads; and a title below which the labels of the day before go on.
    """
    doubtful = {*_work_above(texts, heads), *(n for n in heads if _labels_go_on(n, texts, heads))}
    headed = {heading.weekday for heading in heads.values()}
    for n, text in enumerate(texts[:-1]):
        day = may_head(text)
        if (
            n not in heads
            and ((day and day not in headed) or is_date_only(text))
            and heads_work(texts[n + 1])
        ):
            doubtful.add(n)
    yield from (diagnostic("missing_heading", n) for n in sorted(doubtful))


def _work_above(texts: Sequence[str], heads: dict[int, Heading]) -> list[int]:
    """Where a part of a session stands above the first heading, and so in no session: its first line of work."""
    above = list(islice((n for n in range(min(heads, default=0)) if heads_work(texts[n])), 2))
    return above[:1] if len(above) > 1 else []


def _labels_go_on(n: int, texts: Sequence[str], heads: dict[int, Heading]) -> bool:
    """Whether the first label below a day with a title is the next one after the last above: A, B in one session."""
    if not (heads[n].has_title or brackets_say_more(texts[n])):
        return False
    above = _first_label(texts, range(n - 1, -1, -1), heads)
    below = _first_label(texts, range(n + 1, len(texts)), heads)
    return bool(above and below and len(above) == len(below) == 1 and ord(below) == ord(above) + 1)


def _first_label(texts: Sequence[str], numbers: Iterable[int], heads: dict[int, Heading]) -> str | None:
    for m in numbers:
        if m in heads:
            return None
        if can_cut(texts[m]) and (label := label_of(texts[m])):
            return label
    return None


def _fit_without_heading(cuts: list[_Cut], dated: Dated, found: list[Diagnostic]) -> None:
    """§4.2 A post of one day needs no heading; a post of several days does."""
    start = dated.dates.start
    if start is not None and start == dated.dates.end:
        cuts[0].weekday = WEEKDAYS[start.weekday()]
    else:
        found.append(diagnostic("missing_heading", 0))


def _session(cut: _Cut, behind: int, date: dt.date | None, texts: Sequence[str]) -> SessionOutline:
    label = " ".join(label_of_heading(texts[n]) for n in cut.headings) or None
    prescribes = any(
        read_line(texts[n]).prescribes for n in range(cut.first, behind) if n not in cut.headings
    )
    return SessionOutline(
        date=date,
        weekday=cut.weekday,
        label=label,
        kind=kind_of(label, prescribes=prescribes) if label else "training",
        lines=(cut.first, behind - 1),
        ordinal=ordinal_of(label) if label else None,
        heading_lines=tuple(cut.headings),
    )


# -------------------------------------------------------------------------------------------------- dates
class _Headed(NamedTuple):
    """What the headings above and of a session say of its day."""

    weekday: Weekday | None
    written: dt.date | None
    week: int | None
    """N of the last `Week N`."""
    begin: dt.date | None = None
    """The first day of the last line that is only a range of days, as `June 8-14`."""
    label: str = ""


def _dates_of(
    cuts: Sequence[_Cut], texts: Sequence[str], dated: Dated, order: DayOrder
) -> list[dt.date | None]:
    """The day of each session: in a post of one week by its weekday, in one of several counted on from the first."""
    if dated.week is None:
        return [None] * len(cuts)
    headed = [
        _Headed(cut.weekday, _written(cut, texts, dated, order), week, begin, _text_of(cut, texts))
        for cut, week, begin in zip(
            cuts, _weeks_above(cuts, texts), _periods_above(cuts, texts, dated, order), strict=True
        )
    ]
    if not _spans_weeks(headed, dated.dates):
        return [_day_in_week(cut.weekday, dated) for cut in cuts]
    dates: list[dt.date | None] = []
    last: dt.date | None = None
    before = headed[0]
    for n, each in enumerate(headed):
        above = last + DAY if last and n and _is_of_next_week(each, before, last, dated.dates) else last
        dates.append(_counted_on(each, above, before.week, dated))
        last, before = dates[-1] or last, each
    return dates


def _is_of_next_week(each: _Headed, before: _Headed, last: dt.date, dates: Dates) -> bool:
    """Whether the same words head the next session again, and the dates of the post have another such day."""
    if each.weekday is None or (each.weekday, each.label) != (before.weekday, before.label):
        return False
    start, end = dates.start, dates.end
    return bool(start and end and is_of_several_weeks(start, end) and last + 7 * DAY <= end)


def _counted_on(each: _Headed, last: dt.date | None, week: int | None, dated: Dated) -> dt.date | None:
    """§3.7 The day in the heading, else the next one with its weekday, in a later week if that is numbered."""
    if each.weekday is None:
        return None
    if each.written and WEEKDAYS[each.written.weekday()] == each.weekday:
        return each.written
    if each.begin and (last is None or last < each.begin):
        return _day_on_or_after(each.begin, each.weekday)
    if last is None:
        return _day_in_week(each.weekday, dated)
    later = max((each.week or 0) - week, 0) if week else 0
    begin = monday_of(last) + 7 * later * DAY if later else last
    return _day_on_or_after(begin, each.weekday)


def _written(cut: _Cut, texts: Sequence[str], dated: Dated, order: DayOrder) -> dt.date | None:
    """The day its heading names, if the post can mean it."""
    start = dated.dates.start
    reading = (
        read_heading_date(label_of_heading(texts[cut.headings[0]]), start, order) if cut.headings else None
    )
    if reading is None or start is None:
        return None
    years = (reading.start.year, start.year, start.year + 1)  # as typed first, else as that of the post
    days = (day for year in years if (day := in_year(reading.start, year)))
    return next((day for day in days if _is_counted(day, start)), None)


def _is_counted(day: dt.date, start: dt.date) -> bool:
    return 0 * DAY <= day - monday_of(start) < _LONGEST_COUNT


def _text_of(cut: _Cut, texts: Sequence[str]) -> str:
    return " ".join(texts[n] for n in cut.headings).casefold()


def _periods_above(
    cuts: Sequence[_Cut], texts: Sequence[str], dated: Dated, order: DayOrder
) -> list[dt.date | None]:
    """For each session, the first day of the last line above it that is only a range of days of the post."""
    start = dated.dates.start
    periods: list[dt.date | None] = []
    period, at = None, 0
    for cut in cuts:
        found = (read_period(text, start, order) for text in reversed(texts[at : cut.first]))
        period = next((day for day in found if day and start and _is_counted(day, start)), period)
        periods.append(period)
        at = cut.first
    return periods


def _weeks_above(cuts: Sequence[_Cut], texts: Sequence[str]) -> list[int | None]:
    """For each session, N of the last `Week N` above it or in its heading."""
    weeks: list[int | None] = []
    week, at = None, 0
    for cut in cuts:
        below = cut.first + bool(cut.headings)
        found = (week_number(text) for text in reversed(texts[at:below]))
        week = next((number for number in found if number), week)
        weeks.append(week)
        at = below
    return weeks


def _spans_weeks(headed: Sequence[_Headed], dates: Dates) -> bool:
    """§3.7 Whether a post is of more weeks than one.

    Its dates say so; or a weekday is headed again with a later date, after a Sunday, or in a week of a higher number.
    """
    if dates.start and dates.end and is_of_several_weeks(dates.start, dates.end):
        return True
    first: dict[Weekday, tuple[int, _Headed]] = {}
    sunday = len(headed)
    for k, each in enumerate(headed):
        if each.weekday is None:
            continue
        at, before = first.setdefault(each.weekday, (k, each))
        later = each.written and before.written and each.written > before.written
        if at < sunday < k or later or (before.week and each.week and each.week > before.week):
            return True
        if headed[0].begin and each.begin and monday_of(each.begin) > monday_of(headed[0].begin):
            return True
        sunday = min(sunday, k) if each.weekday == "sun" else sunday
    return False


def _day_on_or_after(day: dt.date, weekday: Weekday | None) -> dt.date | None:
    if weekday is None:
        return None
    return day + (WEEKDAYS.index(weekday) - day.weekday()) % 7 * DAY


def _day_in_week(weekday: Weekday | None, dated: Dated) -> dt.date | None:
    """§4.2 The day of the post's dates with that weekday, else that weekday of its week."""
    if weekday is None or dated.week is None:
        return None
    start, end = dated.dates.start, dated.dates.end
    day = _day_on_or_after(start, weekday) if start is not None else None
    if day is not None and end is not None and day <= end:
        return day
    return dated.week + WEEKDAYS.index(weekday) * DAY


def _compare_date(
    cut: _Cut, texts: Sequence[str], date: dt.date | None, order: DayOrder, found: list[Diagnostic]
) -> None:
    if not cut.headings:
        return
    n = cut.headings[0]
    written = read_heading_date(label_of_heading(texts[n]), date, order)
    if date and written and written.start != date:
        found.append(diagnostic("heading_date_mismatch", n, written=written.start, date=date))
