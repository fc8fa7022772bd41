"""The next day's training, short enough for a phone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from wod_pipeline.messages._message import Message
from wod_pipeline.messages._words import SMS_CHARACTERS
from wod_pipeline.program import Block, Exercise, SessionRecord, walk_exercises
from wod_pipeline.rendering import clean, span
from wod_pipeline.wording import long_day, short_day, shorten


def tomorrow(date: dt.date, records: Sequence[SessionRecord]) -> Message:
    """The sessions of one day, short enough for a phone."""
    parts = [part for record in records for part in _session_parts(record)]
    lines = [f"{long_day(date)}:", *[f"- {part}" for part in parts]]
    return Message(
        kind="tomorrow",
        severity="info",
        week=records[0].week.isoformat() if records else None,
        subject=f"Training on {long_day(date)}",
        text="\n".join(lines),
        sms=fit_parts(f"{short_day(date)}: ", parts, SMS_CHARACTERS),
        data={"date": date.isoformat(), "sessions": [record.session for record in records]},
        identifier=f"tomorrow/{date}",
    )


def _session_parts(record: SessionRecord) -> list[str]:
    """One part per exercise; a session without an exercise is one part, its label."""
    if record.kind == "rest" and not record.segments:
        return ["rest day"]
    parts = [
        f"{segment.label} {prescription(exercise, block)}" if segment.label else prescription(exercise, block)
        for segment, block, exercise in walk_exercises(record.segments)
        if segment.kind not in {"warm_up", "cool_down"}
    ]
    return parts or [clean(record.label or "see the post")]


def prescription(exercise: Exercise, block: Block) -> str:
    """One exercise in a few characters: ``Back Squat 5x3 80%``."""
    names = " + ".join(clean(part.raw) for part in exercise.parts)
    reps = span(exercise.reps) if exercise.reps else "-".join(str(n) for n in exercise.rep_scheme)
    quantity = f"{span(block.sets)}x{reps}" if block.sets and exercise.reps else reps
    load = exercise.load or next((row.load for row in exercise.set_rows if row.load), None)
    percent = span(load.pct, "%") if load and load.kind == "percent" and load.pct else ""
    return " ".join(word for word in (names, quantity, percent) if word)


def fit_parts(head: str, parts: Sequence[str], limit: int) -> str:
    """As many parts as fit behind `head` into `limit` characters, and how many more there are."""
    for shown in range(len(parts), 0, -1):
        rest = f" +{len(parts) - shown} more" if shown < len(parts) else ""
        text = head + "; ".join(parts[:shown]) + rest
        if len(text) <= limit:
            return text
    return shorten(head + "; ".join(parts), limit)
