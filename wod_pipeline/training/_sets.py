"""The sets of an exercise. Everything that counts, lists or names sets takes them from here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from wod_pipeline.program import Block, Exercise, Load, Number, Range, SetRow


class SetRun(NamedTuple):
    """Consecutive sets of an exercise with the same prescription.

    `first` is the number of the first set, from 1. `sets` is how many there are; None when the post does not say.
    `part_reps` are the counts of the exercise's parts within one repetition, where these sets have their own.
    """

    first: int
    sets: Range | None
    reps: Range | None
    load: Load | None
    part_reps: tuple[int, ...] = ()

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
            yield from _runs_of_row(exercise, row)
    elif exercise.rep_scheme:
        yield from _runs_of_scheme(1, exercise.rep_scheme, exercise.load)
    else:
        yield SetRun(1, _turns(block, exercise), exercise.reps, exercise.load)


def _runs_of_row(exercise: Exercise, row: SetRow) -> Iterator[SetRun]:
    """One run; several when the row leaves the repetitions to a rep scheme in which they differ."""
    reps, load = row.reps or exercise.reps, row.load or exercise.load
    sets = max(row.last - row.first + 1, 0)
    scheme = exercise.rep_scheme[row.first - 1 : row.last]
    if reps is None and scheme and len(scheme) == sets:
        yield from _runs_of_scheme(row.first, scheme, load)
    else:
        yield SetRun(row.first, _exactly(sets), reps, load, row.part_reps)


def _runs_of_scheme(first: int, scheme: Iterable[int], load: Load | None) -> Iterator[SetRun]:
    for reps, equal in groupby(scheme):
        count = sum(1 for _ in equal)
        yield SetRun(first, _exactly(count), _exactly(reps), load)
        first += count


def _exactly(count: int) -> Range:
    return Range(count, count)


def _turns(block: Block, exercise: Exercise) -> Range | None:
    """How often an exercise comes up in its block. Exercises named for intervals take turns; a round has them all."""
    sets, slot = block.sets, exercise.slot
    if sets is None or not slot or block.scheme != "every":
        return sets
    cycle = max(other.slot or 0 for other in block.exercises)

    def turns(end: Number | None) -> int | None:
        return None if end is None else max(int(end) - slot, -1) // cycle + 1

    return Range(turns(sets.min), turns(sets.max))
