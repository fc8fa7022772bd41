"""How each claim is judged: one small function per claim, from a case to a finding. Thresholds come with the case."""

from __future__ import annotations

import datetime as dt
import re
from calendar import day_name
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from wod_pipeline.parser_version import is_read_anew
from wod_pipeline.program import (
    WEEKDAYS,
    Diagnostic,
    Exercise,
    Line,
    Outcome,
    SessionRecord,
    Weekday,
    WeekRecords,
)
from wod_pipeline.quality._case import Case, Finding, Row
from wod_pipeline.quality._claims import Grade, Limits
from wod_pipeline.quality._volume import (
    Volume,
    exercises_in,
    is_training,
    past_of,
    robust_z,
    usual_range,
    week_exercises,
)
from wod_pipeline.unread_text import count_unread, count_words
from wod_pipeline.weeks import monday_of
from wod_pipeline.wording import count, emptying_command

_BEYOND = ("post_cut", "block_cut", "introduction_cut", "remarks_cut")
"""Codes of what goes beyond a bound."""
_FIGURE = re.compile(r"\d")


# ------------------------------------------------------------------------------------ may it be stored
def judge_dates(case: Case) -> Finding:
    """Sessions dated outside the week."""
    week, records = case.records.week, case.records.records
    outside = [r for r in records if r.date and monday_of(r.date) != week]
    if not outside:
        return Finding(None, f"{count(records, 'session')}, none dated outside the week.")
    rows = tuple(_session_row(record) for record in outside)
    return Finding("error", f"{count(outside, 'session')} dated outside the week of {week}.", rows)


def judge_keys(case: Case) -> Finding:
    """Session keys that several sessions share."""
    counted = Counter((record.date, record.session) for record in case.records.records)
    twice = {key: n for key, n in counted.items() if n > 1}
    if not twice:
        return Finding(None, f"{count(counted, 'key')}, each used once.")
    rows: tuple[Row, ...] = tuple(
        {"date": str(date or ""), "session": key, "times": n} for (date, key), n in twice.items()
    )
    return Finding("error", f"{count(twice, 'key')} used more than once.", rows)


def judge_replacement(case: Case) -> Finding:
    """Stored sessions that an empty week would delete."""
    records, table = case.records, case.table
    numbers = {"sessions_stored": table.sessions, "sessions_parsed": len(records.records)}
    if records.records or not table.sessions:
        return Finding(None, "Stored sessions are not replaced by an empty week.", (), numbers)
    if table.post_ids <= set(records.withdrawn):
        says = (
            "The week empties because its posts were withdrawn: moved to another week, replaced or dropped."
        )
        return Finding(None, says, (), numbers)
    if case.may_empty:
        return Finding(None, "The week empties because a person allowed it.", (), numbers)
    why = "no post is published" if records.outcome is Outcome.NOT_PUBLISHED else "its post holds no session"
    reread = is_read_anew(table.posts, records.posts)
    says = (
        f"{count(table.sessions, 'stored session')} would be lost to a week without any: {why}. If they really are "
        f"gone: {emptying_command(records.week, from_stored=reread)}."
    )
    return Finding("error", says, (), numbers)


# -------------------------------------------------------------------------------------- is it complete
def judge_training_days(case: Case) -> Finding:
    """Training days without an exercise, and usual training weekdays without a session."""
    records = case.records.records
    training = [record for record in records if is_training(record)]
    empty = [record for record in training if not any(exercises_in(record))]
    if empty:
        rows = tuple(_session_row(record) for record in empty)
        says = f"{len(empty)} of {count(training, 'training day')} without a single exercise."
        return Finding("error" if len(empty) == len(training) else "warn", says, rows)
    absent = _absent_days(case) if records else []
    if absent:
        names = ", ".join(day_name[WEEKDAYS.index(day)] for day in absent)
        says = f"{count(absent, 'usual training day')} without a session: {names}."
        return Finding("warn", says, tuple({"weekday": day} for day in absent))
    return Finding(None, "Every training day has a session.")


def _absent_days(case: Case) -> list[Weekday]:
    """The usual training weekdays on which the week has no session."""
    past = past_of(case.records.week, case.past, case.limits.past_weeks)
    if len(past) < case.limits.least_past_weeks:
        return []
    counted = Counter(day for volume in past for day in volume.training_days)
    present = {record.weekday for record in case.records.records}
    least = case.limits.usual_day_share * len(past)
    return [day for day in WEEKDAYS if counted[day] >= least and day not in present]


def judge_publication(case: Case) -> Finding:
    """A week without a post, or without a session in it."""
    posts, outcome = case.records.posts, case.records.outcome
    if outcome is Outcome.NOT_PUBLISHED:
        return Finding("warn", "The coach has not published a post for this week.")
    if outcome is Outcome.NO_SESSION:
        ids = ", ".join(str(post.post_id) for post in posts)
        return Finding("warn", f"{count(posts, 'post')} published ({ids}), but without a session.")
    return Finding(None, f"{count(posts, 'post')} with {count(case.records.records, 'session')}.")


def judge_listing(case: Case) -> Finding:
    """Posts that the site no longer lists."""
    if not case.gone:
        return Finding(None, "The site lists every post of the week.")
    rows = tuple({"post_id": post_id} for post_id in case.gone)
    return Finding(
        "warn", f"{count(case.gone, 'post')} no longer listed by the site; the sessions are kept.", rows
    )


def judge_form(case: Case) -> Finding:
    """Posts that were sent otherwise than WordPress does."""
    if not case.malformed:
        return Finding(None, "Every post was sent as WordPress does.")
    rows = tuple({"which": name, "problem": problems} for name, problems in case.malformed)
    return Finding("warn", f"{count(rows, 'post')} sent with missing or wrong fields.", rows)


def judge_duplicates(case: Case) -> Finding:
    """Posts that share id, content or program."""
    posts = case.records.posts
    values = {
        "id": Counter(str(post.post_id) for post in posts),
        "content": Counter(post.content_sha256 for post in posts),
        "program": Counter(post.program for post in posts),
    }
    rows: tuple[Row, ...] = tuple(
        {"same": what, "value": value, "posts": n}
        for what, counted in values.items()
        for value, n in counted.items()
        if n > 1
    )
    if not rows:
        return Finding(None, f"{count(posts, 'post')}, all different.")
    shared = " and ".join(dict.fromkeys(str(row["same"]) for row in rows))
    return Finding("warn", f"Posts of the week share their {shared}.", rows)


# ----------------------------------------------------------------------------------------- is it usual
def judge_count(case: Case, of: str) -> Finding:
    """One count of `Volume`, by its robust z-score against the past."""
    past = past_of(case.records.week, case.past, case.limits.past_weeks)
    value: int = getattr(case.volume, of)
    if case.records.records and len(past) >= case.limits.least_past_weeks:
        return _compare(of, value, [getattr(volume, of) for volume in past], case.limits)
    says = f"{count(value, of[:-1])}, not compared with the past: {_why_not_compared(case, past)}."
    return Finding(None, says, (), {of: value, "past_weeks": len(past)})


def _why_not_compared(case: Case, past: list[Volume]) -> str:
    if not case.records.records:
        return "the week has no session"
    return f"{count(past, 'earlier week')} with sessions, {case.limits.least_past_weeks} needed"


def _compare(of: str, value: int, past: list[int], limits: Limits) -> Finding:
    """The finding on a count, by its robust z-score against those of the past weeks."""
    z = robust_z(value, past)
    numbers = {of: value, "past_weeks": len(past), "robust_z": round(z, 2)}
    grade = _grade_of(abs(z), limits)
    usual = f"{min(past)} to {max(past)}" if min(past) < max(past) else f"{past[0]} each"
    if grade and min(past) < max(past):
        # The ends of the past may lie far out themselves, so a breach is compared with what is usual.
        least, most = usual_range(past, limits.warn_beyond_z)
        usual = f"a usual {least} to {most}" if least < most else f"a usual {least}"
    says = f"{count(value, of[:-1])}, against {usual} in the past {count(past, 'week')}."
    return Finding(grade, says, (), numbers)


def _grade_of(z: float, limits: Limits) -> Grade | None:
    if z > limits.error_beyond_z:
        return "error"
    return "warn" if z > limits.warn_beyond_z else None


# ------------------------------------------------------------------------------------ is it understood
def judge_lines(case: Case) -> Finding:
    """The share of the words of work that are understood; lines of preambles count.

    Work are the lines read as more than a note, and the notes that hold a figure: of a note nothing counts as
    understood, although it may tell a load. So a new notation shows, and talk between the work does not.
    """
    work = [
        told for told in _lines(case.records) if told.line.role != "note" or _FIGURE.search(told.line.text)
    ]
    words, unread = sum(told.words for told in work), sum(told.unread for told in work)
    share = 1 - unread / words if words else 1.0
    says = f"{share:.0%} of {count(words, 'word')} of work understood."
    numbers = {"words": words, "unread": unread, "share_read": round(share, 4)}
    if share >= case.limits.least_read_share:
        return Finding(None, says, (), numbers)
    rows: tuple[Row, ...] = tuple(
        {"post_id": told.post_id, "line": told.line.n, "text": told.line.text, "unread": told.unread}
        for told in work
        if told.unread
    )
    return Finding("warn", says, rows, numbers)


class _ToldLine(NamedTuple):
    """A line of a post, with how many words it has and how many of them are not understood as work."""

    post_id: int
    line: Line
    words: int
    unread: int


def _lines(records: WeekRecords) -> Iterable[_ToldLine]:
    """Every line of the week by post and number; a preamble, which every record carries, once."""
    told: dict[tuple[int, int], _ToldLine] = {}
    for record in records.records:
        on_line: dict[int | None, list[Diagnostic]] = {}
        for diagnostic in record.diagnostics:
            on_line.setdefault(diagnostic.line, []).append(diagnostic)
        for line in (*record.preamble, *record.lines):
            told[record.post_id, line.n] = _told(record.post_id, line, on_line.get(line.n, []))
    return told.values()


def _told(post_id: int, line: Line, diagnostics: Iterable[Diagnostic]) -> _ToldLine:
    words = count_words(line.text)
    unread = words if line.role == "note" else count_unread(line.text, diagnostics)
    return _ToldLine(post_id, line, words, unread)


def judge_diagnostics(case: Case, code: str, noun: str, trouble: str) -> Finding:
    """The diagnostics of the reader with this code."""
    rows = tuple(_diagnosed(case.records, code))
    return Finding("warn" if rows else None, f"{count(rows, noun)} {trouble}.", rows)


def judge_bounds(case: Case) -> Finding:
    """Posts and blocks that go beyond a bound."""
    of_sessions = [row for code in _BEYOND for row in _diagnosed(case.records, code)]
    without_session = [_post_row(post_id, message) for post_id, message in case.cut]
    rows = (*of_sessions, *without_session)
    if not rows:
        return Finding(None, "Every post is read whole.")
    posts = {row["post_id"] for row in rows}
    verb = "goes" if len(posts) == 1 else "go"
    return Finding("warn", f"{count(posts, 'post')} {verb} beyond the bounds of what is read.", rows)


def judge_movements(case: Case) -> Finding:
    """The share of exercises whose movement is unknown."""
    exercises = list(week_exercises(case.records))
    unknown = sum(1 for exercise in exercises if _is_unknown(exercise))
    says = f"{unknown} of {count(exercises, 'exercise')} with an unknown movement."
    numbers = {"exercises": len(exercises), "unknown": unknown}
    if unknown <= case.limits.unknown_movement_share * len(exercises):
        return Finding(None, says, (), numbers)
    return Finding("warn", says, tuple(_diagnosed(case.records, "unknown_movement")), numbers)


def _is_unknown(exercise: Exercise) -> bool:
    return any(part.movement_id is None for part in exercise.parts)


def _diagnosed(records: WeekRecords, code: str) -> list[Row]:
    """One row per diagnostic; one about a whole post, which all its records carry, counts once."""
    rows: dict[tuple[int, int | None], Row] = {}
    for record in records.records:
        texts: dict[int | None, str] = {line.n: line.text for line in record.lines}
        for diagnostic in record.diagnostics:
            if diagnostic.code == code:
                rows[record.post_id, diagnostic.line] = {
                    "date": str(record.date or ""),
                    "post_id": record.post_id,
                    "line": diagnostic.line,
                    "text": texts.get(diagnostic.line, ""),
                    "message": diagnostic.message,
                }
    return list(rows.values())


def _post_row(post_id: int | None, message: str) -> Row:
    """The row of a diagnostic about a post without a session."""
    return {"date": "", "post_id": post_id, "line": None, "text": "", "message": message}


def _session_row(record: SessionRecord) -> Row:
    return {
        "date": str(record.date or ""),
        "session": record.session,
        "heading": record.label or "",
        "post_id": record.post_id,
    }


# ---------------------------------------------------------------------------------------- is it stored
def compare_stored(parsed: WeekRecords, stored: WeekRecords | None) -> Finding:
    """Sessions that the table does not give back as they were parsed; `stored` None: it has no such week."""
    if stored is None:
        return Finding("error", "The session table does not have this week.")
    here, there = ({(r.date, r.session): r for r in value.records} for value in (parsed, stored))
    rows = tuple(
        {"date": str(key[0] or ""), "session": key[1], "stored": _difference(here.get(key), there.get(key))}
        for key in sorted(here.keys() | there.keys(), key=_undated_last)
        if here.get(key) != there.get(key)
    )
    if rows:
        return Finding("error", f"{count(rows, 'session')} stored differently from what was parsed.", rows)
    if parsed.outcome is not stored.outcome:
        return Finding("error", f"Stored as {stored.outcome.value}, parsed as {parsed.outcome.value}.")
    cut = tuple(
        {"date": str(r.date or ""), "session": r.session, "stored": d.message}
        for r in stored.records
        for d in r.diagnostics
        if d.code == "session_cut"
    )
    if cut:
        return Finding(
            "warn", f"{count(cut, 'session')} too large for the table, stored without some text.", cut
        )
    return Finding(None, f"{count(here, 'session')}, all read back as parsed.")


def _undated_last(key: tuple[dt.date | None, str]) -> tuple[dt.date, str]:
    return key[0] or dt.date.max, key[1]


def _difference(parsed: SessionRecord | None, stored: SessionRecord | None) -> str:
    if stored is None:
        return "missing"
    return "unexpected" if parsed is None else "different"
