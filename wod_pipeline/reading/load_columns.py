"""The columns of CSV and Parquet about sets, their load, and the athlete's working weight for it.

They are declared as those of `columns` are. What a post prescribes and what an athlete loads never share a column:
`absolute_load_…` is in the unit of the post, `working_…` in that of the athlete.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any, NamedTuple

from wod_pipeline.program import Exercise, Load, Number
from wod_pipeline.reading.columns import Cells, Column, Kind, as_is, clean_text, ends_of
from wod_pipeline.rendering import (
    load_words,
    quantity,
    reference_words,
    reps_words,
    weight_note,
    working_words,
)
from wod_pipeline.training import LoadedBar, SetRun, WorkingWeight, as_number

_EXERCISE = "segments.blocks.exercises."


class Sets(NamedTuple):
    """A run of sets, its number within its exercise, and the exercise."""

    run: SetRun
    number: int
    exercise: Exercise


class Prescribed(NamedTuple):
    """A load, the movements it is for, and what it comes to for the athlete, if there is one."""

    load: Load | None
    movement_ids: tuple[str | None, ...]
    working: WorkingWeight | None


# -------------------------------------------------------------------------------------------------------- sets
_ROW = "segments.blocks.exercises.set_rows."


def _set_from(sets: Sets) -> int | None:
    return sets.run.first if sets.run.last is not None else None


def _quantity(sets: Sets) -> str | None:
    reps, exercise = sets.run.reps, sets.exercise
    return (reps_words(reps) if reps and reps is not exercise.reps else quantity(exercise)) or None


SET_COLUMNS: tuple[Column, ...] = (
    Column(
        "run_number", "integer", "Number of the run of sets within the exercise, from 1", attrgetter("number")
    ),
    Column(
        "set_from",
        "integer",
        "First set of the run; empty when the post gives no number of sets",
        _set_from,
        (f"{_ROW}first",),
    ),
    Column(
        "set_to",
        "integer",
        "Last set of the run, included; of 3–4 sets it is the 4th",
        attrgetter("run.last"),
        (f"{_ROW}last",),
    ),
    *ends_of("sets", "Number of sets of the run", attrgetter("run.sets"), women=False),
    *ends_of("reps", "Repetitions of a set", attrgetter("run.reps"), f"{_EXERCISE}reps", f"{_ROW}reps"),
    Column(
        "set_part_reps",
        "integers",
        "Of each movement: its repetitions within one of the complex, where these sets have their own",
        lambda sets: sets.run.part_reps or None,
        (f"{_ROW}part_reps",),
    ),
    Column("quantity", "text", "Repetitions, time, distance or calories of a set in words", _quantity),
)

# ------------------------------------------------------------------------------------------------------- loads
_LOAD_PATHS = (f"{_EXERCISE}load", f"{_ROW}load")


def _load(name: str, kind: Kind, meaning: str, field: str) -> Column:
    """The column of one field of the load; `field` may lead through a part that is absent."""
    first, _, rest = field.partition(".")
    get, get_rest = attrgetter(first), attrgetter(rest) if rest else as_is
    safe = clean_text if kind == "text" else as_is

    def value(prescribed: Prescribed) -> Any:
        found = None if prescribed.load is None else get(prescribed.load)
        return None if found is None else safe(get_rest(found))

    return Column(name, kind, meaning, value, tuple(f"{load}.{field}" for load in _LOAD_PATHS))


def _load_ends(name: str, meaning: str, field: str, kind: str = "") -> tuple[Column, ...]:
    """The columns of a quantity of the load, in loads of one `kind` when it means something else in others."""

    def value(prescribed: Prescribed) -> Any:
        load = prescribed.load
        return None if load is None or (kind and load.kind != kind) else getattr(load, field)

    return ends_of(name, meaning, value, *(f"{load}.{field}" for load in _LOAD_PATHS))


def _words(prescribed: Prescribed) -> str | None:
    load = prescribed.load
    return load_words(load, reference_words(load, prescribed.movement_ids)) or None


LOAD_COLUMNS: tuple[Column, ...] = (
    _load(
        "load_kind",
        "text",
        "`percent`, `absolute`, `bodyweight`, `relative_past`, `rpe`, `empty_bar` or `described`",
        "kind",
    ),
    Column("load_words", "text", "The load in words: `75–80% of 1-RM Snatch`", _words),
    *_load_ends("percent", "Percent of the max that the reference names", "pct", "percent"),
    _load(
        "reference_movement_id", "text", "Movement of that max; empty when it is ambiguous", "ref.movement_id"
    ),
    _load("reference_rm_reps", "integer", "Repetitions of that max: 1 for a 1-RM", "ref.rm"),
    _load(
        "reference_source",
        "text",
        "Whether the post names the max: `explicit`, `inherited`, `inferred` or `ambiguous`",
        "ref.source",
    ),
    _load(
        "reference_candidates", "texts", "Movements it may be of, when that is ambiguous", "ref.candidates"
    ),
    _load("absolute_load_unit", "text", "Unit of a load given as a weight: `kg`, `lb`, `pood`", "abs.unit"),
    *_load_ends("absolute_load", "Weight as the post gives it, in `absolute_load_unit`", "abs"),
    *_load_ends("percent_of_bodyweight", "Percent of one's bodyweight", "pct", "bodyweight"),
    _load(
        "past_load", "text", "Earlier load that this one is relative to: `previous`, `last_mon`, …", "past"
    ),
    *_load_ends("percent_of_past_load", "Percent of that earlier load", "pct", "relative_past"),
    *_load_ends(
        "past_load_change_percent",
        "Change from that earlier load in percent; negative is lighter",
        "delta_pct",
    ),
    *_load_ends("rpe", "Rate of perceived exertion", "rpe"),
    _load("load_word", "text", "`light`, `moderate` or `heavy`", "word"),
    _load(
        "load_is_ramp",
        "flag",
        "Whether the load builds up over the sets of the run, from `…_min` to `…_max`",
        "ramp",
    ),
)


# --------------------------------------------------------------------------------------------- working weights
def _working(name: str, kind: Kind, meaning: str, value: Callable[[WorkingWeight], Any]) -> Column:
    """A column about the athlete's working weight; empty without one."""

    def read(prescribed: Prescribed) -> Any:
        return None if prescribed.working is None else value(prescribed.working)

    return Column(name, kind, meaning, read)


def _amount(bar: LoadedBar | None) -> Number | None:
    return None if bar is None else as_number(bar.weight.amount)


def _plates(bar: LoadedBar | None) -> Cells | None:
    return None if bar is None or bar.plates is None else tuple(map(as_number, bar.plates))


def _percent_of_max(bar: LoadedBar | None) -> Number | None:
    return None if bar is None or bar.percent_of_max is None else as_number(bar.percent_of_max)


WORKING_COLUMNS: tuple[Column, ...] = (
    _working(
        "working_weight_min",
        "number",
        "What the athlete loads, bar included: at least; empty for `at most …`",
        lambda working: _amount(working.low_bar),
    ),
    _working(
        "working_weight_max",
        "number",
        "What the athlete loads: at most; empty for `from …`",
        lambda working: _amount(working.high_bar),
    ),
    _working(
        "working_weight_women",
        "number",
        "The second weight of a pair, as loaded",
        lambda working: _amount(working.women.high_bar if working.women else None),
    ),
    _working(
        "working_weight_unit",
        "text",
        "The athlete's unit: `kg` or `lb`",
        lambda working: working.rack.unit if working.rack and working.ends else None,
    ),
    _working(
        "working_weight_words",
        "text",
        "The same in words, as shown elsewhere",
        lambda w: working_words(w) or None,
    ),
    _working(
        "working_plates_min",
        "numbers",
        "Plates of one side for `working_weight_min`, heaviest first; an empty list is the bar alone",
        lambda working: _plates(working.low_bar),
    ),
    _working(
        "working_plates_max",
        "numbers",
        "Plates of one side for `working_weight_max`",
        lambda working: _plates(working.high_bar),
    ),
    _working(
        "working_percent_min",
        "number",
        "What `working_weight_min` is of the athlete's max, in percent",
        lambda working: _percent_of_max(working.low_bar),
    ),
    _working(
        "working_percent_max",
        "number",
        "What `working_weight_max` is of the athlete's max, in percent",
        lambda working: _percent_of_max(working.high_bar),
    ),
    _working(
        "working_weight_fit",
        "text",
        "How well it meets what was asked: `within`, `below`, `nearest`, `short`, `empty_bar` or `too_heavy`",
        lambda working: working.fit,
    ),
    _working(
        "working_weight_note",
        "text",
        "What it falls short of, or why there is none: `cannot be loaded with your plates: …`",
        lambda working: working.missing or weight_note(working) or None,
    ),
)
