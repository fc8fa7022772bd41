"""One small answer of each kind for the API's description, made by the code that makes the real ones."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

import msgspec

from wod_pipeline.program import (
    Block,
    Exercise,
    Line,
    Load,
    Outcome,
    Part,
    PostStamp,
    Range,
    Reference,
    Segment,
    SessionRecord,
)
from wod_pipeline.reading import answers
from wod_pipeline.reading.journal import Hit, Snapshot, entry_of, snapshot_of
from wod_pipeline.storage import StoredWeek
from wod_pipeline.training import Athlete, Rack, Weight, load_by
from wod_pipeline.web.http import Problem

DAY = dt.date(2026, 3, 2)
ATHLETE = Athlete(Rack(), {("snatch", 1): Weight(Fraction(100), "kg")})

_SNATCH = Exercise(
    parts=[Part("Hang Snatch", "hang_snatch"), Part("Snatch", "snatch")],
    lines=(3, 3),
    reps=Range(1, 1),
    load=Load("percent", pct=Range(70, 75), ref=Reference("snatch", 1, "explicit")),
)
RECORD = SessionRecord(
    date=DAY,
    session="barbell-club/412/1",
    week=DAY,
    program="barbell-club",
    post_id=412,
    post_title="March 2-8, 2026",
    post_url="https://barbell.example.com/march-2-8-2026-barbell-club/",
    modified_gmt="2026-03-01T17:30:00",
    content_sha256="0" * 64,
    weekday="mon",
    label="Monday",
    kind="training",
    texts={
        "segment_a": "A.\nEvery 2 minutes, for 12 minutes (6 sets):\nHang Snatch + Snatch x 1 rep @ 70-75%"
        " of 1-RM Snatch"
    },
    segments=[
        Segment(
            "A",
            "main",
            (1, 3),
            [Block("every", (2, 3), [_SNATCH], interval_s=120, duration_s=720, sets=Range(6, 6))],
        )
    ],
    lines=[
        Line(0, "Monday", "heading", ""),
        Line(1, "A.", "label", "/segments/0"),
        Line(2, "Every 2 minutes, for 12 minutes (6 sets):", "scheme", "/segments/0/blocks/0"),
        Line(
            3,
            "Hang Snatch + Snatch x 1 rep @ 70-75% of 1-RM Snatch",
            "movement",
            "/segments/0/blocks/0/exercises/0",
        ),
    ],
)
_STAMP = PostStamp(RECORD.post_id, RECORD.program, RECORD.modified_gmt, RECORD.content_sha256)
_STORED = StoredWeek(DAY, Outcome.PUBLISHED, (_STAMP,), 1)


def snapshot() -> Snapshot:
    """An index that holds the one example session."""
    return snapshot_of({DAY: _STORED}, {DAY: (entry_of(RECORD),)})


def all_examples() -> dict[type, Any]:
    """An example of every answer, as JSON values."""
    session = answers.session_answer(RECORD, ATHLETE)
    week = answers.week_facts(_STORED)
    index = snapshot()
    history = answers.history_answer("snatch", index.history("snatch"), 1, ATHLETE)
    movements = answers.movement_facts(index)
    values: list[object] = [
        answers.SessionsAnswer([session], 1),
        answers.WeeksAnswer([week], 1),
        answers.WeekAnswer(DAY, Outcome.PUBLISHED, [_STAMP], [session]),
        answers.MovementsAnswer(movements, len(movements)),
        history,
        answers.load_answer("week", load_by("week", index.doses(), ATHLETE), ATHLETE),
        answers.SearchAnswer(
            "hang snatch", [answers.search_row(Hit(index.entries[0], ("hang", "snatch")))], 1
        ),
        answers.HealthAnswer("ok", DAY, fresh=True),
        Problem("Not Found", 404, "No session is stored for 2026-03-08."),
    ]
    return {type(value): msgspec.to_builtins(value) for value in values}
