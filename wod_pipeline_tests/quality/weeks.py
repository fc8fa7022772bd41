"""Small weeks of session records to judge: a plain five-day week, and the verbs that spoil it."""

from __future__ import annotations

import datetime as dt

import msgspec

from wod_pipeline.program import (
    WEEKDAYS,
    Block,
    Diagnostic,
    Exercise,
    Line,
    Outcome,
    Part,
    PostStamp,
    Range,
    Segment,
    SessionRecord,
    WeekRecords,
)
from wod_pipeline_tests.written import record_of

WEEK = dt.date(2021, 3, 1)
DAYS = (0, 1, 2, 4, 5)
LINES = ("A.", "5 sets of:", "Back Squat x 3 reps @ 70%")


def exactly(n: int) -> Range:
    return Range(n, n)


def an_exercise(name: str = "Back Squat", movement: str | None = "back_squat", *, reps: int = 3) -> Exercise:
    return Exercise(parts=[Part(name, movement)], lines=(2, 2), reps=exactly(reps))


def a_segment(*exercises: Exercise, sets: int = 5, kind: str = "main") -> Segment:
    block = Block("sets", (1, 2), list(exercises) or [an_exercise()], sets=exactly(sets))
    return Segment("A", kind, (1, 2), [block])


def some_lines(notes: int = 0) -> list[Line]:
    """A session's four lines that are more than notes, then some that are notes."""
    return record_of(*LINES, *(f"Stay tight {n}" for n in range(notes))).lines


def a_session(
    date: dt.date | None,
    *,
    post_id: int = 7,
    week: dt.date = WEEK,
    lines: tuple[str, ...] = LINES,
    **changes: object,
) -> SessionRecord:
    """A session of these lines, read as a Monday's and dated `date`."""
    weekday = WEEKDAYS[date.weekday()] if date else None
    record = msgspec.structs.replace(
        record_of(*lines),
        date=date,
        session=f"strength/{post_id}/1",
        week=week,
        program="strength",
        post_id=post_id,
        post_title=f"Week of {week}",
        post_url=f"https://coach.example/{post_id}",
        modified_gmt="2021-02-28T20:00:00",
        content_sha256="aa" * 32,
        weekday=weekday,
        label=weekday,
    )
    return msgspec.structs.replace(record, **changes)


def a_stamp(post_id: int = 7, program: str = "strength", sha: str = "aa" * 32) -> PostStamp:
    return PostStamp(post_id, program, "2021-02-28T20:00:00", sha)


def a_week(week: dt.date = WEEK, days: tuple[int, ...] = DAYS, **changes: object) -> WeekRecords:
    records = [a_session(week + dt.timedelta(days=day), week=week) for day in days]
    outcome = Outcome.PUBLISHED if records else Outcome.NO_SESSION
    return msgspec.structs.replace(WeekRecords(week, outcome, [a_stamp()], records), **changes)


def unpublished(week: dt.date = WEEK) -> WeekRecords:
    return WeekRecords(week, Outcome.NOT_PUBLISHED, [], [])


def spoiled(week: WeekRecords, nth: int, **changes: object) -> WeekRecords:
    """The week with its nth session changed."""
    records = list(week.records)
    records[nth] = msgspec.structs.replace(records[nth], **changes)
    return msgspec.structs.replace(week, records=records)


def a_diagnostic(code: str, line: int | None = 3) -> Diagnostic:
    return Diagnostic(code, "warn", line, "says why")


def weeks_before(week: dt.date, n: int, days: tuple[int, ...] = DAYS) -> list[WeekRecords]:
    return [a_week(week - dt.timedelta(weeks=back), days) for back in range(n, 0, -1)]
