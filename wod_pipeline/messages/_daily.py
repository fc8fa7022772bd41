"""The next day's training, short enough for a phone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from wod_pipeline.messages._message import Message
from wod_pipeline.messages._words import SMS_CHARACTERS
from wod_pipeline.program import Block, Exercise, Load, SessionRecord, walk_exercises
from wod_pipeline.rendering import clean, part_counts, span
from wod_pipeline.training import SetRun, sets_of
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
        if segment.kind not in {"warm_up", "cool_down"} and not block.is_other_version
    ]
    return parts or [clean(record.label or "see the post")]


def prescription(exercise: Exercise, block: Block) -> str:
    """One exercise in a few characters: ``Back Squat 5x3 80%``, ``Back Squat 2x5 70%, 2x3 80%``."""
    names = " + ".join(clean(part.raw) for part in exercise.parts)
    if exercise.rep_scheme and not exercise.set_rows:
        scheme = "-".join(map(str, exercise.rep_scheme))
        return _joined(names, scheme, _percent(exercise.load))
    return _joined(names, ", ".join(filter(None, map(_run_words, sets_of(block, exercise)))))


def _run_words(run: SetRun) -> str:
    reps = span(run.reps) if run.reps else ""
    if run.part_reps:
        reps = f"{reps}x({part_counts(run.part_reps)})" if reps else f"({part_counts(run.part_reps)})"
    return _joined(f"{span(run.sets)}x{reps}" if run.sets and reps else reps, _percent(run.load))


def _percent(load: Load | None) -> str:
    return span(load.pct, "%") if load and load.kind == "percent" and load.pct else ""


def _joined(*words: str) -> str:
    return " ".join(filter(None, words))


def fit_parts(head: str, parts: Sequence[str], limit: int) -> str:
    """As many parts as fit after `head` into `limit` characters, and how many more there are."""
    for shown in range(len(parts), 0, -1):
        rest = f" +{len(parts) - shown} more" if shown < len(parts) else ""
        text = head + "; ".join(parts[:shown]) + rest
        if len(text) <= limit:
            return text
    return shorten(head + "; ".join(parts), limit)
