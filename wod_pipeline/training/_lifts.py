"""What a lift is, and which lifts a session prescribes. Everything that counts lifts counts them here.

lift
    One repetition with a barbell at working weight; a complex counts every part (clean + 2 front squats +
    jerk is four), as often as the set says (75% x 3+1). This is the number of lifts of Soviet
    weightlifting (A. S. Medvedyev, *A System of Multi-Year Training in Weightlifting*, 1986). At working
    weight are percentages of a max, for movements of any family, and absolute weights, RPE and loads relative
    to an earlier one for barbell movements.
    Warm-up, cool-down and conditioning, the empty bar, exercises without a stated load, and other versions of
    the work (scaled, masters) do not count.
    Amounts per side count twice; of alternatives (exercises of a block with the same `choice`) the first
    at working weight counts; a range counts by its midpoint, an open end by the end that is stated.
hard set
    A set at 80 % of 1-RM or more, or at RPE 7 or more (three repetitions left: E. R. Helms et al.,
    *Strength and Conditioning Journal* 38(4), 2016), or a build to a max, which is one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache

from msgspec import Struct

from wod_pipeline.program import Block, Exercise, Load, Range, SegmentKind, SessionRecord
from wod_pipeline.training._rack import as_decimal, exact
from wod_pipeline.training._sets import SetRun, sets_of
from wod_pipeline.training._weights import midpoint
from wod_pipeline.vocabulary import movement_family

BARBELL_FAMILIES = ("snatch", "clean", "clean+jerk", "jerk", "pull", "squat", "press", "hinge")
OTHER = "other"
_NOT_ON_A_BAR = frozenset(
    {
        "glute_ham_raise",
        "goblet_squat",
        "hip_extension",
        "kettlebell_swing",
        "single_leg_deadlift",
        "split_squat",
        "step_up",
        "turkish_get_up",
    }
)
"""Movements of barbell families that are usually done with something else; a weight given for them is not a bar's."""

_AT_WORKING_WEIGHT = frozenset({"absolute", "rpe", "relative_past"})
_EXCLUDED_SEGMENTS = frozenset({"warm_up", "cool_down", "conditioning"})
_EXCLUDED_SCHEMES = frozenset({"amrap", "for_time", "tabata"})
_HARD_PERCENT = 80
_HARD_RPE = 7
_MAX_COUNT = 10_000
"""Larger counts are misread or hostile, and are taken as this many, so that sums stay finite."""


class Dose(Struct, frozen=True, gc=False, array_like=True, omit_defaults=True):
    """Equal sets of one exercise: what the sums of training load are made of.

    `families` holds how many lifts of each family one repetition is. `sets` is None when the exercise is at
    working weight, but the post does not say how many repetitions. `percent` is of a 1-RM; None when unknown.
    `part_reps` are the counts of the exercise's parts, where these sets have their own.
    """

    families: tuple[tuple[str, int], ...]
    sets: Decimal | None
    reps: Decimal
    percent: Decimal | None
    hard: bool
    load: Load | None
    builds_to_max: bool = False
    part_reps: tuple[int, ...] = ()

    @property
    def repetitions(self) -> Decimal:
        """Repetitions of all sets; 0 when the post does not say how many."""
        return (self.sets or Decimal(0)) * self.reps

    @property
    def lifts_per_rep(self) -> int:
        """Lifts in one repetition: one for each part of a complex, repeated parts as often as they come."""
        return sum(count for _, count in self.families)


def doses_of(record: SessionRecord) -> tuple[Dose, ...]:
    """Every dose of a session, in reading order."""
    return tuple(
        dose
        for segment in record.segments
        for block in segment.blocks
        for _, doses in _counted_exercises(segment.kind, block)
        for dose in doses
    )


def lifts_in(record: SessionRecord) -> Decimal:
    """The number of lifts a session prescribes."""
    return sum((dose.repetitions * dose.lifts_per_rep for dose in doses_of(record)), Decimal(0))


class LiftCounter:
    """How many lifts of one movement exercises add to the lifts of their sessions.

    A block is counted once for all of its exercises that are asked for in a row.
    """

    def __init__(self, movement: str) -> None:
        self._movement = movement
        self._block: Block | None = None
        self._doses: dict[int, tuple[Dose, ...]] = {}

    def lifts(self, kind: SegmentKind, block: Block, exercise: Exercise) -> Decimal:
        """The lifts of an exercise; it is one of the block's own, `kind` that of its segment."""
        if self._block is not block:
            self._block = block
            self._doses = {id(counted): doses for counted, doses in _counted_exercises(kind, block)}
        doses = self._doses.get(id(exercise), ())
        return sum((dose.repetitions * self._per_rep(exercise, dose) for dose in doses), Decimal(0))

    def _per_rep(self, exercise: Exercise, dose: Dose) -> int:
        counts = counts_of_parts(exercise, dose.part_reps)
        parts = zip(exercise.parts, counts, strict=True)
        return sum(count for part, count in parts if part.movement_id == self._movement)


def top_percent(exercise: Exercise) -> Decimal | None:
    """The highest percentage an exercise names, ranges by their upper end; None when it names none."""
    loads = [exercise.load, *(row.load for row in exercise.set_rows)]
    spans = [load.pct for load in loads if load is not None and load.kind == "percent" and load.pct]
    ends = [
        exact(end) for span in spans if (end := span.max if span.max is not None else span.min) is not None
    ]
    return as_decimal(max(ends)) if ends else None


# -------------------------------------------------------------------------------------------- what counts
def _counted_exercises(kind: SegmentKind, block: Block) -> Iterator[tuple[Exercise, tuple[Dose, ...]]]:
    """The exercises of a block that count, each with its doses; of alternatives the first that has a dose."""
    if kind in _EXCLUDED_SEGMENTS or block.scheme in _EXCLUDED_SCHEMES or block.is_other_version:
        return
    chosen: set[int | None] = set()
    for exercise in block.exercises:
        doses = tuple(_doses(block, exercise)) if exercise.choice not in chosen else ()
        if doses:
            yield exercise, doses
            chosen.update(() if exercise.choice is None else (exercise.choice,))


def _doses(block: Block, exercise: Exercise) -> Iterator[Dose]:
    if block.scheme == "build_to_max":
        yield Dose(_families(exercise, ()), None, Decimal(0), None, hard=True, load=None, builds_to_max=True)
        return
    for run in sets_of(block, exercise):
        load, families = run.load, _families(exercise, run.part_reps)
        if load is None or not _is_at_working_weight(load, families):
            continue
        percent = _percent_of_1rm(load)
        reps = _reps_per_set(run, exercise)
        hard = _is_hard(load, percent)
        if reps is not None:
            sets = _number_of_sets(run.sets)
            yield Dose(families, sets, reps, percent, hard, load, part_reps=run.part_reps)
        elif not (exercise.duration_s or exercise.distance_m):
            yield Dose(families, None, Decimal(0), percent, hard, load)


def _families(exercise: Exercise, part_reps: Sequence[int]) -> tuple[tuple[str, int], ...]:
    counts: Counter[str] = Counter()
    for part, count in zip(exercise.parts, counts_of_parts(exercise, part_reps), strict=True):
        counts[movement_family(part.movement_id) or OTHER] += min(count, _MAX_COUNT)
    return tuple(counts.items())


def counts_of_parts(exercise: Exercise, part_reps: Sequence[int]) -> Sequence[int]:
    """How often each part comes within one repetition: as these sets state it, else as the exercise does."""
    if len(part_reps) == len(exercise.parts):
        return part_reps
    return [part.reps or 1 for part in exercise.parts]


def is_barbell_lift(exercise: Exercise) -> bool:
    """Whether every part of an exercise is a movement done with a barbell unless the post says otherwise."""
    return all(
        movement_family(part.movement_id) in BARBELL_FAMILIES and part.movement_id not in _NOT_ON_A_BAR
        for part in exercise.parts
    )


def _is_at_working_weight(load: Load, families: tuple[tuple[str, int], ...]) -> bool:
    if load.kind == "percent":
        return True
    return load.kind in _AT_WORKING_WEIGHT and any(family in BARBELL_FAMILIES for family, _ in families)


# --------------------------------------------------------------------------------------------- reps, load
def _number_of_sets(stated: Range | None) -> Decimal:
    """One when the post does not say how many."""
    sets = _middle(stated)
    return Decimal(1) if sets is None else sets


def _reps_per_set(run: SetRun, exercise: Exercise) -> Decimal | None:
    """Repetitions of one set, both sides; None when they are not stated. A complex without a count is done once."""
    reps = _middle(run.reps)
    if reps is None and (run.part_reps or _is_counted_complex(exercise)):
        reps = Decimal(1)
    return reps * 2 if reps is not None and exercise.per_side else reps


def _is_counted_complex(exercise: Exercise) -> bool:
    """A complex, or a part with a count, whose amount is not a maximum, a time or a distance."""
    by_other = exercise.max_of or exercise.duration_s or exercise.distance_m
    return not by_other and (len(exercise.parts) > 1 or any(part.reps for part in exercise.parts))


def _percent_of_1rm(load: Load) -> Decimal | None:
    if load.kind != "percent" or (load.ref is not None and load.ref.rm != 1):
        return None
    return _middle(load.pct)


def _is_hard(load: Load, percent: Decimal | None) -> bool:
    rpe = _middle(load.rpe)
    return (percent is not None and percent >= _HARD_PERCENT) or (rpe is not None and rpe >= _HARD_RPE)


@lru_cache(maxsize=4096)
def _middle(value: Range | None) -> Decimal | None:
    middle = midpoint(value) if value is not None else None
    return None if middle is None else min(as_decimal(middle), Decimal(_MAX_COUNT))
