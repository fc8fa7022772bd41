"""The sets of an exercise as they are shown: what each prescribes, and the weight and plates that come of it.

Which weights there are is decided by `training`, how one is worded by `_weights`; here they become rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from msgspec import Struct

from wod_pipeline.program import Block, Exercise, Load, SetRow
from wod_pipeline.rendering import _weights as weights
from wod_pipeline.rendering import _words as words
from wod_pipeline.rendering._numbers import WorkingWeightView, view_working
from wod_pipeline.training import (
    Athlete,
    Implement,
    WorkingWeight,
    is_attempt_at_max,
    ramp_weights,
    sets_of,
    working_weight,
)


class BarView(Struct, frozen=True, omit_defaults=True):
    """One bar to load: `72.5 kg`, `from 105 kg`, and the plates of one side, `20 + 5`, `bar only`."""

    weight: str
    plates: str = ""


class SetView(Struct, frozen=True, omit_defaults=True):
    """What one or more sets of an exercise prescribe, and the weight and plates that come of it.

    `load` leaves out what a percentage is of where the exercise's `reference` says it for all of its sets. `bars` are
    the bars that `weight` and `plates` name together: both ends of a range, the men's and the women's of a pair.
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
    bars: tuple[BarView, ...] = ()
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


def view_sets(
    block: Block, exercise: Exercise, lifter: Lifter, written: str, *, is_shared: bool
) -> Iterator[SetView]:
    """The rows of an exercise, without what percentages are of when `is_shared`.

    `written` is its text in the post, which tells a barbell from other implements.
    """
    is_attempt = lifter.test_day or block.rm_target is not None
    implement = Implement(exercise, written)
    for sets in _prescriptions(block, exercise):
        load = words.load_words(sets.load, "" if is_shared else _reference(exercise, sets.load))
        attempt = is_attempt and is_attempt_at_max(exercise, sets.load)
        count = sets.last - sets.first + 1
        ramp = ramp_weights(sets.load, count, lifter.athlete, attempt=attempt) if sets.load else ()
        if implement.is_held and sets.load is not None and sets.load.kind == "percent":
            yield _held_set(sets, load, lifter.athlete)
        elif ramp:
            yield from _ramp(sets, load, ramp, lifter.athlete)
        elif sets.load is None or not implement.is_barbell(sets.load):
            yield SetView(sets.label, sets.reps, _with_conversion(load, sets.load, lifter.athlete))
        else:
            working = working_weight(sets.load, lifter.athlete, attempt=attempt)
            yield _set_view(sets, load, working, lifter.athlete)


def shared_reference(block: Block, exercise: Exercise) -> str:
    """What the percentages of all sets are of: `of 1-RM Snatch`; empty when they differ, or there are none."""
    references = {_reference(exercise, sets.load) for sets in _prescriptions(block, exercise)} - {""}
    return references.pop() if len(references) == 1 else ""


def _reference(exercise: Exercise, load: Load | None) -> str:
    return words.reference_words(load, [part.movement_id for part in exercise.parts])


def _held_set(sets: _Prescription, load: str, athlete: Athlete | None) -> SetView:
    """A percentage of a max for what no plates are put on: how much it is, without a bar to load."""
    working = working_weight(sets.load, athlete) if sets.load is not None else None
    missing = working.missing if working is not None and athlete is not None else ""
    return SetView(sets.label, sets.reps, load, missing=missing, note=weights.held_note(working))


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
        weights.working_words(working),
        weights.plates_of(working),
        working.missing if working is not None and athlete is not None else "",
        weights.weight_note(working),
        _bars(working),
        view_working(working, sets.load, athlete),
    )


def _bars(working: WorkingWeight | None) -> tuple[BarView, ...]:
    return tuple(BarView(*bar) for bar in weights.bars_of(working))


def _prescriptions(block: Block, exercise: Exercise) -> Iterator[_Prescription]:
    if not exercise.set_rows and exercise.load is not None:
        yield _Prescription("", 1, _last_set(block, exercise), "", exercise.load)
    for row in exercise.set_rows:
        yield _Prescription(
            _row_label(row), row.first, row.last, words.row_reps(row), row.load or exercise.load
        )


def _last_set(block: Block, exercise: Exercise) -> int:
    """The number of sets, or 1 when the post gives none or a range: a ramp is then shown by its two ends."""
    *_, run = sets_of(block, exercise)
    exact = run.sets is not None and run.sets.min == run.sets.max
    return run.last if exact and run.last is not None else 1


def _row_label(row: SetRow) -> str:
    return f"Set {row.first}" if row.first == row.last else f"Sets {row.first}–{row.last}"


def _ramp(
    sets: _Prescription, load: str, steps: Iterable[WorkingWeight], athlete: Athlete | None
) -> Iterator[SetView]:
    """One row per set of a ramp; only the first repeats the load as prescribed and says how the steps are meant."""
    for n, step in enumerate(steps, start=sets.first):
        note = weights.weight_note(step)
        yield SetView(
            f"Set {n}",
            sets.reps,
            load if n == sets.first else "",
            weights.working_words(step),
            weights.plates_of(step),
            note=note if n == sets.first else note.replace(weights.EVEN_STEPS, "even step"),
            bars=_bars(step),
            working=view_working(step, sets.load, athlete),
        )
