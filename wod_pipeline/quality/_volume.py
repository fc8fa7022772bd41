"""How much a week holds, and how far that is from usual: counts and a robust z-score, no judgement."""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wod_pipeline.program import Block, Exercise, Range, SessionRecord, SetRow, Weekday, WeekRecords

_MAD_TO_SIGMA = 0.6745
"""Median absolute deviation of a normal distribution, in standard deviations."""


@dataclass(frozen=True)
class Volume:
    """The counts of one week. `lifts` are the repetitions in main segments, complexes by their parts."""

    week: dt.date
    sessions: int
    exercises: int
    lifts: int
    training_days: frozenset[Weekday]


def volume_of(records: WeekRecords) -> Volume:
    """Count one week. Of alternatives only the first counts; of a range of repetitions, the most."""
    return Volume(
        week=records.week,
        sessions=len(records.records),
        exercises=sum(1 for _ in exercises_of(records)),
        lifts=sum(_lifts(record) for record in records.records),
        training_days=frozenset(
            record.weekday for record in records.records if record.weekday and is_training(record)
        ),
    )


def exercises_of(records: WeekRecords) -> Iterator[Exercise]:
    """Every exercise of the week, alternatives included."""
    for record in records.records:
        yield from exercises_in(record)


def exercises_in(record: SessionRecord) -> Iterator[Exercise]:
    """Every exercise of the session, alternatives included."""
    for segment in record.segments:
        for block in segment.blocks:
            yield from block.exercises


def is_training(record: SessionRecord) -> bool:
    """Whether the day is meant for training: not a rest day and not optional."""
    return record.kind in {"training", "test"}


def _lifts(record: SessionRecord) -> int:
    return sum(
        _repetitions(exercise, block)
        for segment in record.segments
        if segment.kind == "main"
        for block in segment.blocks
        for exercise in block.exercises
        if exercise.choice in {None, 1}
    )


def _repetitions(exercise: Exercise, block: Block) -> int:
    lifts_a_rep = sum(part.reps or 1 for part in exercise.parts)
    if exercise.set_rows:
        return lifts_a_rep * sum(_row_repetitions(row, exercise) for row in exercise.set_rows)
    if exercise.rep_scheme:
        return lifts_a_rep * sum(exercise.rep_scheme)
    return lifts_a_rep * most(block.sets, 1) * most(exercise.reps, 1)


def _row_repetitions(row: SetRow, exercise: Exercise) -> int:
    return (row.last - row.first + 1) * most(row.reps or exercise.reps, 1)


def most(quantity: Range | None, otherwise: int) -> int:
    """The upper end of a quantity, else its lower end, else `otherwise`."""
    if quantity is None:
        return otherwise
    ends = [end for end in (quantity.max, quantity.min) if end is not None]
    return round(ends[0]) if ends else otherwise


def past_of(week: dt.date, volumes: Sequence[Volume], at_most: int) -> list[Volume]:
    """The newest `at_most` weeks before `week` that had sessions, in order."""
    earlier = sorted((v for v in volumes if v.week < week and v.sessions), key=lambda v: v.week)
    return earlier[-at_most:]


def robust_z(value: float, past: Sequence[float]) -> float:
    """How many standard deviations `value` lies from the past's median: the modified z-score.

    ``0.6745 * (x - median) / MAD``, from Iglewicz and Hoaglin, *How to Detect and Handle Outliers* (1993).
    Counts of a regular program hardly vary, and a MAD of zero would make any change infinite: the deviation
    is taken as at least half a unit and a twentieth of the median.
    """
    median = statistics.median(past)
    sigma = statistics.median(abs(x - median) for x in past) / _MAD_TO_SIGMA
    return (value - median) / max(sigma, 0.5, 0.05 * median)
