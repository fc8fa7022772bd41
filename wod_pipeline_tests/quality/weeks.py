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

WEEK = dt.date(2021, 3, 1)
DAYS = (0, 1, 2, 4, 5)


def exactly(n: int) -> Range:
    return Range(n, n)


def an_exercise(name: str = "Back Squat", movement: str | None = "back_squat", *, reps: int = 3) -> Exercise:
    return Exercise(parts=[Part(name, movement)], lines=(2, 2), reps=exactly(reps))


def a_segment(*exercises: Exercise, sets: int = 5, kind: str = "main") -> Segment:
    block = Block("sets", (1, 2), list(exercises) or [an_exercise()], sets=exactly(sets))
    return Segment("A", kind, (1, 2), [block])


def some_lines(post_id: int, notes: int = 0) -> list[Line]:
    told = [("heading", "Day"), ("scheme", "5 sets of"), ("movement", "Back Squat x 3")]
    lines = [Line(n, text, role, "") for n, (role, text) in enumerate(told)]
    return lines + [Line(n + 3, "Stay tight", "note", "") for n in range(notes)]


def a_session(
    date: dt.date | None, *, post_id: int = 7, week: dt.date = WEEK, **changes: object
) -> SessionRecord:
    weekday = WEEKDAYS[date.weekday()] if date else None
    record = SessionRecord(
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
        kind="training",
        segments=[a_segment()],
        lines=some_lines(post_id),
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


def a_diagnostic(code: str, line: int | None = 2) -> Diagnostic:
    return Diagnostic(code, "warn", line, "says why")


def weeks_before(week: dt.date, n: int, days: tuple[int, ...] = DAYS) -> list[WeekRecords]:
    return [a_week(week - dt.timedelta(weeks=back), days) for back in range(n, 0, -1)]
