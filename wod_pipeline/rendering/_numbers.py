"""The weight of a set as numbers, for programs. `_weights` words the same `WorkingWeight` for people."""

from __future__ import annotations

from msgspec import Struct

from wod_pipeline.program import Load, Number, RefSource
from wod_pipeline.training import Athlete, Fit, LoadedBar, Unit, Weight, WorkingWeight, as_number


class LoadedBarView(Struct, frozen=True, omit_defaults=True):
    """A bar with plates; `amount` is the weight of all. `plates` are those of one side, heaviest first.

    `plates` is empty for the bar alone, and left out where plates cannot make the amount. `percent_of_max` is what
    the amount really is of the max, after rounding to what can be loaded.
    """

    amount: Number
    plates: tuple[Number, ...] | None = None
    percent_of_max: Number | None = None


class EmptyBar(Struct, frozen=True):
    """The bar alone, in the unit it is made in."""

    amount: Number
    unit: Unit


class MaxView(Struct, frozen=True, omit_defaults=True):
    """The max that a percentage is of: the heaviest weight for `reps` repetitions of a movement.

    `source` is how it was decided which max is meant: explicit in the line itself, inherited from the lines around
    it, or inferred from the movement, which is a guess. `amount` is left out when the athlete has not given this max;
    then there is no weight.
    """

    movement: str
    reps: int
    source: RefSource
    amount: Number | None = None


class WorkingWeightView(Struct, frozen=True, omit_defaults=True):
    """What a prescription comes to on the athlete's bar, all in `unit` but the empty `bar`.

    `low` and `high` are the bars to load, equal for a single weight. `low` alone: from that weight up; `high` alone:
    at most that weight; neither: there is no weight, since the max is missing or `fit` is too_heavy. `asked_low` and
    `asked_high` are what was prescribed before it was rounded to what can be loaded.

    `fit` is how well the bars meet it. within: inside the bounds, or within half a step of a single percentage;
    below: the heaviest below a range with nothing inside; nearest: more than half a step from a single percentage,
    or more than a step above a floor; short: the plates end inside the range or below the cap; empty_bar: even the
    bar is more; too_heavy: not within reach of the plates.

    `present_max` is the athlete's max, given where an attempt at a new one comes to no more than it.
    `even_steps` marks a set of a ramp, of which the post gives the two ends only. `women` is the second weight of a
    pair such as 95/65 lb.
    """

    unit: Unit
    low: LoadedBarView | None = None
    high: LoadedBarView | None = None
    fit: Fit | None = None
    asked_low: Number | None = None
    asked_high: Number | None = None
    bar: EmptyBar | None = None
    max: MaxView | None = None
    present_max: Number | None = None
    even_steps: bool = False
    women: WorkingWeightView | None = None


def view_working(
    working: WorkingWeight | None, load: Load | None, athlete: Athlete | None
) -> WorkingWeightView | None:
    """The numbers of a working weight; None without an athlete or without a weight that could be known."""
    if working is None or athlete is None:
        return None
    rack, asked, best = working.rack or athlete.rack, working.asked, working.present_max
    return WorkingWeightView(
        unit=rack.unit,
        low=_view_bar(working.low_bar),
        high=_view_bar(working.high_bar),
        fit=working.fit,
        asked_low=_amount(asked.low) if asked else None,
        asked_high=_amount(asked.high) if asked else None,
        bar=EmptyBar(as_number(rack.own_bar.amount), rack.own_bar.unit) if working.fit else None,
        max=_view_max(working, load, rack.unit),
        present_max=_amount(best.to(rack.unit)) if best else None,
        even_steps=working.even_steps,
        women=view_working(working.women, None, athlete),
    )


def _view_max(working: WorkingWeight, load: Load | None, unit: Unit) -> MaxView | None:
    """The max of a percentage, also one that is not given."""
    ref = load.ref if load is not None and load.kind == "percent" else None
    if ref is None or ref.movement_id is None:
        return None
    return MaxView(
        ref.movement_id, ref.rm, ref.source, _amount(working.best.to(unit)) if working.best else None
    )


def _view_bar(bar: LoadedBar | None) -> LoadedBarView | None:
    if bar is None:
        return None
    plates = None if bar.plates is None else tuple(map(as_number, bar.plates))
    percent = None if bar.percent_of_max is None else as_number(bar.percent_of_max)
    return LoadedBarView(as_number(bar.weight.amount), plates, percent)


def _amount(weight: Weight | None) -> Number | None:
    return None if weight is None else as_number(weight.amount)
