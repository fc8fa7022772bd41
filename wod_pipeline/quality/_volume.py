"""How much a week holds, and how far that is from usual: counts and a robust z-score, no judgement."""

from __future__ import annotations

import datetime as dt
import math
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wod_pipeline.program import Exercise, SessionRecord, Weekday, WeekRecords, walk_exercises
from wod_pipeline.training import lifts_in

_MAD_TO_SIGMA = 0.6745
"""Median absolute deviation of a normal distribution, in standard deviations."""


@dataclass(frozen=True)
class Volume:
    """The counts of one week, without other versions of the work (scaled, masters).

    `lifts` are those of `training.lifts_in`, to the nearest whole number.
    """

    week: dt.date
    sessions: int
    exercises: int
    lifts: int
    training_days: frozenset[Weekday]


def volume_of(records: WeekRecords) -> Volume:
    """Count the sessions, exercises, lifts and training days of one week."""
    return Volume(
        week=records.week,
        sessions=len(records.records),
        exercises=sum(map(_exercises_of_work, records.records)),
        lifts=round(sum(map(lifts_in, records.records))),
        training_days=frozenset(
            record.weekday for record in records.records if record.weekday and is_training(record)
        ),
    )


def _exercises_of_work(record: SessionRecord) -> int:
    return sum(not block.is_other_version for _, block, _ in walk_exercises(record.segments))


def week_exercises(records: WeekRecords) -> Iterator[Exercise]:
    """Every exercise of the week, alternatives and other versions of the work included."""
    for record in records.records:
        yield from exercises_in(record)


def exercises_in(record: SessionRecord) -> Iterator[Exercise]:
    """Every exercise of the session, alternatives and other versions of the work included."""
    return (exercise for *_, exercise in walk_exercises(record.segments))


def is_training(record: SessionRecord) -> bool:
    """Whether the day is meant for training: not a rest day and not optional."""
    return record.kind in {"training", "test"}


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
    median, deviation = _median_and_deviation(past)
    return (value - median) / deviation


def usual_range(past: Sequence[float], within_z: float) -> tuple[int, int]:
    """The least and the most whole number whose robust z-score is at most `within_z`, and not below zero."""
    median, deviation = _median_and_deviation(past)
    return max(0, math.ceil(median - within_z * deviation)), math.floor(median + within_z * deviation)


def _median_and_deviation(past: Sequence[float]) -> tuple[float, float]:
    median = statistics.median(past)
    sigma = statistics.median(abs(x - median) for x in past) / _MAD_TO_SIGMA
    return median, max(sigma, 0.5, 0.05 * median)
