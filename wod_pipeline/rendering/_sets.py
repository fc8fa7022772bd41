"""The sets of an exercise as they are shown: what each prescribes, and the weight and plates that come of it.

Which weights there are is decided by `training`, how one is worded by `_words`; here they become rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from msgspec import Struct

from wod_pipeline.program import Block, Exercise, Load, SetRow
from wod_pipeline.rendering import _words as words
from wod_pipeline.rendering._numbers import WorkingWeightView, view_working
from wod_pipeline.training import (
    Athlete,
    WorkingWeight,
    is_barbell_lift,
    ramp_weights,
    sets_of,
    working_weight,
)


class SetView(Struct, frozen=True, omit_defaults=True):
    """What one or more sets of an exercise prescribe, and the weight and plates that come of it.

    `missing` says which max the weight would need. `note` says what the weight is short of, or why there is none:
    `cannot be loaded with your plates: heaviest 80 kg, asked 130 kg`. `working` has the same as numbers.
    """

    label: str
    reps: str = ""
    load: str = ""
    weight: str = ""
    plates: str = ""
    missing: str = ""
    note: str = ""
    working: WorkingWeightView | None = None


@dataclass(frozen=True)
class _Prescription:
    """Sets `first` to `last` of an exercise under one load."""

    label: str
    first: int
    last: int
    reps: str
    load: Load | None


@dataclass(frozen=True)
class Lifter:
    """Whose weights are shown, and whether the session tests maxes."""

    athlete: Athlete | None
    test_day: bool


def view_sets(block: Block, exercise: Exercise, lifter: Lifter, written: str) -> Iterator[SetView]:
    """The rows of an exercise; `written` is its text in the post, which tells a barbell from other implements."""
    movement_ids = [part.movement_id for part in exercise.parts]
    attempt = lifter.test_day or block.rm_target is not None
    for sets in _prescriptions(block, exercise):
        load = words.load_words(sets.load, movement_ids)
        ramp = ramp_weights(sets.load, sets.last - sets.first + 1, lifter.athlete) if sets.load else ()
        if ramp:
            yield from _ramp(sets, load, ramp, lifter.athlete)
        elif sets.load is None or (sets.load.kind == "absolute" and not is_on_barbell(exercise, written)):
            yield SetView(sets.label, sets.reps, _with_conversion(load, sets.load, lifter.athlete))
        else:
            working = working_weight(sets.load, lifter.athlete, attempt=attempt)
            yield _set_view(sets, load, working, lifter.athlete)


_IMPLEMENT = re.compile(
    r"\b(dbs?|dumb-?bells?|kbs?|kettle-?bells?|plates?|sand-?bags?|bands?|balls?|vests?|chains?|sleds?|each hand)\b",
    re.IGNORECASE,
)


def is_on_barbell(exercise: Exercise, written: str) -> bool:
    """Whether a weight of the exercise goes on a barbell; `written` are its lines in the post."""
    named = " ".join((written, *(part.raw for part in exercise.parts)))
    return is_barbell_lift(exercise) and not _IMPLEMENT.search(named)


def _with_conversion(words_of_load: str, load: Load | None, athlete: Athlete | None) -> str:
    converted = words.converted_words(load, athlete.rack.unit) if athlete else ""
    return f"{words_of_load} ({converted})" if converted else words_of_load


def _set_view(
    sets: _Prescription, load: str, working: WorkingWeight | None, athlete: Athlete | None
) -> SetView:
    return SetView(
        sets.label,
        sets.reps,
        load,
        words.working_words(working),
        words.plates_of(working),
        working.missing if working is not None and athlete is not None else "",
        words.weight_note(working),
        working=view_working(working, sets.load, athlete),
    )


def _prescriptions(block: Block, exercise: Exercise) -> Iterator[_Prescription]:
    if not exercise.set_rows and exercise.load is not None:
        yield _Prescription("", 1, _last_set(block, exercise), "", exercise.load)
    for row in exercise.set_rows:
        reps = words.reps_words(row.reps) if row.reps is not None else ""
        yield _Prescription(_row_label(row), row.first, row.last, reps, row.load or exercise.load)


def _last_set(block: Block, exercise: Exercise) -> int:
    """The number of sets, or 1 when the post gives none or a range: a ramp is then shown by its two ends."""
    *_, run = sets_of(block, exercise)
    exact = run.sets is not None and run.sets.min == run.sets.max
    return run.last if exact and run.last is not None else 1


def _row_label(row: SetRow) -> str:
    return f"Set {row.first}" if row.first == row.last else f"Sets {row.first}–{row.last}"


def _ramp(
    sets: _Prescription, load: str, weights: Iterable[WorkingWeight], athlete: Athlete | None
) -> Iterator[SetView]:
    """One row per set of a ramp; only the first repeats the load as prescribed and says how the steps are meant."""
    for n, step in enumerate(weights, start=sets.first):
        note = words.weight_note(step)
        yield SetView(
            f"Set {n}",
            sets.reps,
            load if n == sets.first else "",
            words.working_words(step),
            words.plates_of(step),
            note=note if n == sets.first else note.replace(words.EVEN_STEPS, "even step"),
            working=view_working(step, sets.load, athlete),
        )
