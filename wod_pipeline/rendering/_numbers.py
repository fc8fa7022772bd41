"""The weight of a set as numbers, for programs. `_words` words the same `WorkingWeight` for people."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from msgspec import Struct

from wod_pipeline.program import Load, Number, RefSource
from wod_pipeline.training import Athlete, Fit, Rack, Unit, Weight, WorkingWeight, as_number


class LoadedBar(Struct, frozen=True, omit_defaults=True):
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
    below: the heaviest below a range with nothing inside; nearest: more than half a step from a single percentage;
    short: the plates end inside the range or below the cap; empty_bar: even the bar is more; too_heavy: not within
    reach of the plates. `even_steps` marks a set of a ramp, of which the post gives the two ends only. `women` is the
    second weight of a pair such as 95/65 lb.
    """

    unit: Unit
    low: LoadedBar | None = None
    high: LoadedBar | None = None
    fit: Fit | None = None
    asked_low: Number | None = None
    asked_high: Number | None = None
    bar: EmptyBar | None = None
    max: MaxView | None = None
    even_steps: bool = False
    women: WorkingWeightView | None = None


@dataclass(frozen=True)
class _Max:
    """The max of a percentage: how it is shown, and its exact amount in the unit of the rack; None when not given."""

    view: MaxView
    amount: Fraction | None


def view_working(
    working: WorkingWeight | None, load: Load | None, athlete: Athlete | None
) -> WorkingWeightView | None:
    """The numbers of a working weight; None without an athlete or without a weight that could be known."""
    if working is None or athlete is None:
        return None
    best = _max_of(load, athlete)
    rack, asked, women = working.rack or athlete.rack, working.asked, working.women
    return WorkingWeightView(
        unit=rack.unit,
        low=_loaded_bar(working.low, rack, best),
        high=_loaded_bar(working.high, rack, best),
        fit=None if working.missing else working.fit,
        asked_low=_amount(asked.low) if asked else None,
        asked_high=_amount(asked.high) if asked else None,
        bar=None if working.missing else EmptyBar(as_number(rack.own_bar.amount), rack.own_bar.unit),
        max=best.view if best else None,
        even_steps=working.even_steps,
        women=view_working(women, None, athlete),
    )


def _max_of(load: Load | None, athlete: Athlete) -> _Max | None:
    ref = load.ref if load is not None and load.kind == "percent" else None
    if ref is None or ref.movement_id is None:
        return None
    given = athlete.maxes.get((ref.movement_id, ref.rm))
    amount = given.to(athlete.rack.unit).amount if given else None
    shown = None if amount is None else as_number(amount)
    return _Max(MaxView(ref.movement_id, ref.rm, ref.source, shown), amount)


def _loaded_bar(weight: Weight | None, rack: Rack, best: _Max | None) -> LoadedBar | None:
    if weight is None:
        return None
    side = rack.side(weight.amount)
    plates = None if side is None else tuple(map(as_number, side))
    percent = as_number(100 * weight.amount / best.amount) if best and best.amount else None
    return LoadedBar(as_number(weight.amount), plates, percent)


def _amount(weight: Weight | None) -> Number | None:
    return None if weight is None else as_number(weight.amount)
