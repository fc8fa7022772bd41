"""Words for single values of the model: ranges, times, schemes, quantities, loads. No layout, no markup.

Every string made here is safe to show once it is escaped for its medium: `clean` removes control characters and
bidirectional overrides, with which a post could reorder or hide text on a page or steer a terminal.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache

from wod_pipeline.program import (
    AbsoluteLoad,
    Block,
    Exercise,
    Load,
    LoadKind,
    Number,
    Part,
    Pause,
    Range,
    Rest,
    Scheme,
    SetRow,
)
from wod_pipeline.training import Unit, Weight, decimal_text, exact
from wod_pipeline.vocabulary import movement_name
from wod_pipeline.wording import plural

_UNSAFE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_BREAKS = re.compile("[\t\n\r\u2028\u2029]+")
_PLACES = {
    "below_knee": "below the knee",
    "mid_thigh": "at mid-thigh",
    "overhead": "overhead",
    "other": "where noted",
}
"""Where a pause is held, unless `at the …` says it."""
KG_PER_POOD = 16
"""As kettlebells are made and marked; the old unit itself was 16.38 kg."""


@lru_cache(maxsize=8192)
def clean(text: str) -> str:
    """`text` without control characters, bidirectional controls and lone surrogates, on one line."""
    return _UNSAFE.sub("", _BREAKS.sub(" ", text))


@lru_cache(maxsize=4096)
def number(value: Number) -> str:
    """A number without trailing zeros: 8, 72.5, 30.48."""
    return decimal_text(exact(value))


def span(value: Range, unit: str = "") -> str:
    """`8`, `5–6`, `3+`, `at most 55`, `15/12` (men/women), each followed by `unit`."""
    low, high = value.min, value.max
    if low is None:
        return f"at most {number(high)}{unit}" if high is not None else ""
    if high is None:
        return f"{number(low)}% or more" if unit == "%" else f"{number(low)}+{unit}"
    men = number(low) if low == high else f"{number(low)}–{number(high)}"
    return f"{men}/{number(value.f)}{unit}" if value.f is not None else f"{men}{unit}"


def clock(seconds: Number) -> str:
    """A time in seconds as a coach writes it: `45 s`, `2:00`, `1:02:30`."""
    if seconds < 60:
        return f"{number(seconds)} s"
    whole = int(seconds)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def clock_span(value: Range) -> str:
    """A range of seconds as times: `1:00`, `2:00–3:00`, `2:00 or more`."""
    low, high = value.min, value.max
    if low is None:
        return f"at most {clock(high)}" if high is not None else ""
    if high is None:
        return f"{clock(low)} or more"
    return clock(low) if low == high else f"{clock(low)}–{clock(high)}"


def rest_words(rest: Rest | None) -> str:
    """`1:00`, `as needed`, `as long as the work took`; empty when no rest is stated."""
    if rest is None:
        return ""
    if rest.s is not None:
        return clock_span(rest.s)
    return {"as_needed": "as needed", "equal_to_work": "as long as the work took"}.get(rest.qual or "", "")


# ------------------------------------------------------------------------------------------------- schemes
def scheme_sentence(block: Block) -> str:
    """How a block is done, in one sentence; empty for a free block without times."""
    before = [
        f"At {clock(block.start_s)} on the clock" if block.start_s is not None else "",
        f"After {clock(block.rest_before_s)} of rest" if block.rest_before_s is not None else "",
    ]
    after = [
        f"time cap {clock(block.cap_s)}" if block.cap_s is not None else "",
        f"rest {rest_words(block.rest)}" if block.scheme != "tabata" and rest_words(block.rest) else "",
    ]
    return ", ".join(part for part in (*before, _SCHEMES[block.scheme](block), *after) if part)


def _every(block: Block) -> str:
    interval = f"Every {clock(block.interval_s)}" if block.interval_s is not None else "On the interval"
    total = f" for {clock(block.duration_s)}" if block.duration_s is not None else ""
    sets = f" ({_number_of(block.sets, 'set')})" if block.sets is not None else ""
    return interval + total + sets


def _sets_or_rounds(block: Block, noun: str) -> str:
    counted = _number_of(block.sets, noun) if block.sets is not None else f"{noun}s".capitalize()
    return counted + _in_time(block)


def _number_of(value: Range | None, noun: str) -> str:
    if value is None:
        return ""
    return span(value, f" {plural(value.max, noun)}")


def _in_time(block: Block) -> str:
    return f" in {clock(block.duration_s)}" if block.duration_s is not None else ""


def _for_time(block: Block) -> str:
    schemes = {tuple(exercise.rep_scheme) for exercise in block.exercises}
    if len(schemes) == 1 and (shared := next(iter(schemes))):
        return f"{'-'.join(map(str, shared))} reps for time"
    return f"{_number_of(block.sets, 'round')} for time" if block.sets is not None else "For time"


def _tabata(block: Block) -> str:
    work = next((exercise.duration_s for exercise in block.exercises if exercise.duration_s), None)
    parts = [
        _number_of(block.sets, "round"),
        f"{clock_span(work)} work" if work else "",
        f"{rest_words(block.rest)} rest" if rest_words(block.rest) else "",
    ]
    details = ", ".join(part for part in parts if part)
    return f"Tabata: {details}" if details else "Tabata"


def _build(block: Block) -> str:
    target = block.rm_target
    if target is None:
        goal = "up" if any(exercise.load for exercise in block.exercises) else "to a max"
    elif target.kind == "rm":
        goal = f"to a {target.reps}-RM"
    else:
        goal = f"to a heavy set of {target.reps}" if target.reps != 1 else "to a heavy single"
    sets = f" in {_number_of(block.sets, 'set')}" if block.sets is not None else ""
    return f"Build {goal}{sets}{_in_time(block)}"


_SCHEMES: Mapping[Scheme, Callable[[Block], str]] = {
    "every": _every,
    "sets": lambda block: _sets_or_rounds(block, "set"),
    "rounds": lambda block: _sets_or_rounds(block, "round"),
    "amrap": lambda block: "As many rounds as possible" + _in_time(block),
    "for_time": _for_time,
    "tabata": _tabata,
    "build_to_max": _build,
    "free": lambda block: f"For {clock(block.duration_s)}" if block.duration_s is not None else "",
}


def variant_words(block: Block) -> str:
    """Which version of the work this is: `Rx`, `Scaled, as an alternative`; may be empty."""
    if not block.variant:
        return ""
    name = clean(block.variant).capitalize()
    return f"{name}, as an alternative" if block.is_other_version else name


# ----------------------------------------------------------------------------------------------- exercises
def slot_words(block: Block, exercise: Exercise) -> str:
    """Which interval of the block's rotation an exercise has: `minute 2`, `interval 2`; empty when it has none."""
    if exercise.slot is None:
        return ""
    is_minute = block.scheme == "every" and block.interval_s == 60
    return f"{'minute' if is_minute else 'interval'} {exercise.slot}"


def part_name(part: Part) -> str:
    """The coach's words for one movement, with its reps within a complex and its pause if the words have none."""
    count = f"{part.reps} " if part.reps is not None and part.reps > 1 else ""
    name = clean(part.raw).strip() or (
        movement_name(part.movement_id) if part.movement_id else "unnamed movement"
    )
    names_pause = "paus" in part.raw.lower()
    return f"{count}{name}{'' if names_pause else _pause(part.pause)}"


def _pause(pause: Pause | None) -> str:
    if pause is None:
        return ""
    time = f"{clock_span(pause.s)} pause" if pause.s is not None else "with a pause"
    place = f" {_PLACES.get(pause.at, f'at the {pause.at}')}" if pause.at else ""
    return f" ({time}{place})"


def quantity(exercise: Exercise, written: str = "") -> str:
    """How much of an exercise: `8 reps each leg`, `40 s`, `15/12 calories`, `max reps`.

    `written` is its text in the post: a distance in feet, yards or miles is then said in that unit too.
    """
    amounts = [
        "-".join(map(str, exercise.rep_scheme)) + " reps" if exercise.rep_scheme else "",
        reps_words(exercise.reps) if exercise.reps is not None and not exercise.rep_scheme else "",
        clock_span(exercise.duration_s) if exercise.duration_s is not None else "",
        _distance(exercise.distance_m, written) if exercise.distance_m is not None else "",
        span(exercise.calories, " calories") if exercise.calories is not None else "",
        f"max {exercise.max_of}" if exercise.max_of else "",
    ]
    text = ", ".join(amount for amount in amounts if amount)
    return f"{text} each {exercise.per_side}".strip() if exercise.per_side else text


def reps_words(reps: Range) -> str:
    """`1 rep`, `8 reps`, `3+ reps`."""
    return span(reps, f" {plural(reps.max, 'rep')}")


def row_reps(row: SetRow) -> str:
    """The repetitions of a set row: `2 reps`, `3+1` of a complex's parts, `2 reps of 1+1`; may be empty."""
    reps = reps_words(row.reps) if row.reps is not None else ""
    return " of ".join(words for words in (reps, part_counts(row.part_reps)) if words)


def part_counts(part_reps: Sequence[int]) -> str:
    """The counts of a complex's parts: `3+1`; empty without any."""
    return "+".join(map(str, part_reps))


_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_HEIGHT_UNITS = {"in": 2.54, "ft": 30.48, "m": 100}


def height_words(exercise: Exercise, written: str = "") -> str:
    """The height of a box, rope or target: `height 24/20 in (61/51 cm)`; empty when none is stated.

    `written` is the exercise's text in the post, which tells the unit.
    """
    height = exercise.height_cm
    if height is None:
        return ""
    metric = span(_scaled(height, 1, 0), " cm")
    ends = [end for end in (height.min, height.max, height.f) if end is not None]
    figures = {float(figure) for figure in _FIGURE.findall(written)}
    for unit, size in _HEIGHT_UNITS.items():
        if all(round(end / size, 2) in figures for end in ends):
            return f"height {span(_scaled(height, size, 2), f' {unit}')} ({metric})"
    return f"height {metric}"


def _distance(metres: Range, written: str) -> str:
    stated = _stated_distance(metres, written)
    return f"{stated} ({_metric(metres)})" if stated else _metric(metres)


_DISTANCE = re.compile(r"(\d+(?:\.\d+)?)\s*-?(feet|foot|ft|yards?|yds?|miles?|mi)\b", re.IGNORECASE)
_DISTANCES = {"f": (0.3048, "ft", "ft"), "y": (0.9144, "yd", "yd"), "m": (1609.344, "mile", "miles")}


def _stated_distance(metres: Range, written: str) -> str:
    """The distance in the unit of the post, when the post has it in feet, yards or miles."""
    if metres.max is None or metres != Range(metres.max, metres.max):
        return ""
    for match in _DISTANCE.finditer(written):
        factor, one, many = _DISTANCES[match[2][0].lower()]
        if abs(float(match[1]) * factor - metres.max) < 0.01:
            return f"{match[1]} {one if match[1] == '1' else many}"
    return ""


def _metric(metres: Range) -> str:
    longest = max((end for end in (metres.min, metres.max) if end is not None), default=0)
    if longest < 1000:
        return span(_scaled(metres, 1, 1), " m")
    return span(_scaled(metres, 1000, 2), " km")


def _scaled(value: Range, divisor: float, digits: int) -> Range:
    def end(amount: Number | None) -> Number | None:
        return None if amount is None else round(amount / divisor, digits or None)

    return Range(end(value.min), end(value.max), end(value.f))


# --------------------------------------------------------------------------------------------------- loads
def load_words(load: Load | None, reference: str = "") -> str:
    """The prescribed load: `75–80%`, `95/65 lb`, `RPE 7–8`, `empty bar`, `60–70%, building up`; empty without one.

    `reference` is what a percentage is of, where that is not said elsewhere: `75–80% of 1-RM Snatch`.
    """
    if load is None:
        return ""
    words = with_reference(_LOADS[load.kind](load), reference)
    if load.ramp:
        return f"{words}{BUILDING_UP}" if words else BUILDING_UP.removeprefix(", ")
    return words


BUILDING_UP = ", building up"


def with_reference(load: str, reference: str) -> str:
    """The words of a load and what its percentage is of: `60–70% of 1-RM Snatch, building up`."""
    if not reference:
        return load
    percent = load.removesuffix(BUILDING_UP)
    return f"{percent} {reference}{load[len(percent) :]}"


def reference_words(load: Load | None, movement_ids: Collection[str | None] = ()) -> str:
    """What a percentage is of: `of 1-RM Snatch`, `(of 1-RM Clean, assumed)`; empty for other loads.

    A max that the post does not name is marked `assumed`, except that of a movement of the exercise itself
    (`movement_ids`).
    """
    if load is None or load.kind != "percent":
        return ""
    ref = load.ref
    if ref is None or ref.movement_id is None:
        return "(the post does not say of which max)"
    max_name = f"{ref.rm}-RM {movement_name(ref.movement_id)}"
    certain = ref.source in ("explicit", "inherited") or ref.movement_id in movement_ids
    return f"of {max_name}" if certain else f"(of {max_name}, assumed)"


def _percent(load: Load) -> str:
    return span(load.pct, "%") if load.pct is not None else "a percentage"


def _absolute(load: Load) -> str:
    weight: AbsoluteLoad | None = load.abs
    if weight is None:
        return ""
    unit = f" {weight.unit}" if weight.unit else " (no unit given)"
    return span(Range(weight.min, weight.max, weight.f), unit)


def _bodyweight(load: Load) -> str:
    if load.pct is None or load.pct == Range(100, 100):
        return "bodyweight"
    return f"{span(load.pct, '%')} of bodyweight"


def _relative_past(load: Load) -> str:
    then = _PAST.get(load.past or "", (load.past or "an earlier one").replace("_", " "))
    if load.pct is not None:
        return f"{span(load.pct, '%')} of {then}"
    ends = [end for end in (load.delta_pct.min, load.delta_pct.max) if end] if load.delta_pct else []
    if not ends:
        return f"same load as {then}"
    size = Range(min(map(abs, ends)), max(map(abs, ends)))
    return f"{span(size, '%')} {'less' if max(ends) < 0 else 'more'} than {then}"


_PAST = {
    "today": "earlier today",
    "previous": "the one before",
    **{f"last_{day:%a}".lower(): f"last {day:%A}" for day in (dt.date(2024, 1, 1 + n) for n in range(7))},
}


_LOADS: Mapping[LoadKind, Callable[[Load], str]] = {
    "percent": _percent,
    "absolute": _absolute,
    "bodyweight": _bodyweight,
    "relative_past": _relative_past,
    "rpe": lambda load: f"RPE {span(load.rpe)}" if load.rpe else "RPE",
    "empty_bar": lambda _: "empty bar",
    "described": lambda load: load.word or "",
}


def converted_words(load: Load | None, unit: Unit) -> str:
    """A weight that does not go on a bar in the athlete's unit, to a tenth: `22.7 kg`; empty when stated in it."""
    stated = load.abs if load is not None and load.kind == "absolute" else None
    if stated is None or stated.unit is None or stated.unit == unit:
        return ""

    def end(amount: Number | None) -> Number | None:
        return None if amount is None else round(float(_in_unit(amount, stated.unit, unit)), 1)

    return span(Range(end(stated.min), end(stated.max), end(stated.f)), f" {unit}")


def _in_unit(amount: Number, stated: str | None, unit: Unit) -> Fraction:
    if stated == "pood":
        return Weight(exact(amount) * KG_PER_POOD, "kg").to(unit).amount
    return Weight(exact(amount), "lb" if stated == "lb" else "kg").to(unit).amount
