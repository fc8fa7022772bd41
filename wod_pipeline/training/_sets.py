"""The sets of an exercise. Everything that counts, lists or names sets takes them from here."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from wod_pipeline.program import Block, Exercise, Load, Number, Range


class SetRun(NamedTuple):
    """Consecutive sets of an exercise with the same prescription.

    `first` is the number of the first set, from 1. `sets` is how many there are; None when the post does not say.
    """

    first: int
    sets: Range | None
    reps: Range | None
    load: Load | None

    @property
    def last(self) -> int | None:
        """Number of the last set, of a range of sets the largest; None when the post gives no largest number."""
        most = self.sets.max if self.sets is not None else None
        return self.first + int(most) - 1 if most else None


def sets_of(block: Block, exercise: Exercise) -> Iterator[SetRun]:
    """The runs of equal sets of an exercise in order, as its set rows, its rep scheme or the block state them.

    An exercise of one prescription is one run.
    """
    if exercise.set_rows:
        for row in exercise.set_rows:
            sets = _exactly(max(row.last - row.first + 1, 0))
            yield SetRun(row.first, sets, row.reps or exercise.reps, row.load or exercise.load)
    elif exercise.rep_scheme:
        first = 1
        for reps, equal in groupby(exercise.rep_scheme):
            count = sum(1 for _ in equal)
            yield SetRun(first, _exactly(count), _exactly(reps), exercise.load)
            first += count
    else:
        yield SetRun(1, _turns(block, exercise), exercise.reps, exercise.load)


def _exactly(count: int) -> Range:
    return Range(count, count)


def _turns(block: Block, exercise: Exercise) -> Range | None:
    """How often an exercise comes up in its block. Exercises named for minutes take turns."""
    sets, minute = block.sets, exercise.minute
    if sets is None or not minute:
        return sets
    cycle = max(other.minute or 0 for other in block.exercises)

    def turns(end: Number | None) -> int | None:
        return None if end is None else max(int(end) - minute, -1) // cycle + 1

    return Range(turns(sets.min), turns(sets.max))
