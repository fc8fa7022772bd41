"""Working weights: the weight that a prescription comes to on an athlete's maxes and rack.

75 % of 205 lb is 153.75 lb before it is rounded once, to what can be loaded, and what cannot be loaded is never
given as a weight. Without the very max that a percentage refers to there is no weight, and `missing` says what is
needed: an N-RM is never computed from a 1-RM or the other way round.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal

from wod_pipeline.program import AbsoluteLoad, Load, Number, Range, Reference
from wod_pipeline.training._rack import Rack, Unit, Weight, exact
from wod_pipeline.vocabulary import movement_name

MOST_RAMP_SETS = 40
"""A ramp over more sets than this is given by its two ends only."""


@dataclass(frozen=True)
class Athlete:
    """A rack and the maxes lifted: (movement id, repetitions) → weight."""

    rack: Rack = field(default_factory=Rack)
    maxes: Mapping[tuple[str, int], Weight] = field(default_factory=dict)


Fit = Literal["within", "below", "nearest", "short", "empty_bar", "too_heavy"]
"""How well a weight meets what was asked for.

within: inside the bounds, or within half a step of a single percent; below: the heaviest below a range with
nothing inside; nearest: more than half a step from a single percent, or than a step above a floor; short: the
plates end inside the range or below the cap; empty_bar: even the bar is more; too_heavy: not within reach of the
plates, so there is no weight.
"""

_Ends = tuple[Fraction | None, Fraction | None]


@dataclass(frozen=True)
class Asked:
    """What a prescription comes to before it is rounded. `low` None: at most `high`. `high` None: from `low` up."""

    low: Weight | None
    high: Weight | None


@dataclass(frozen=True)
class LoadedBar:
    """A bar with plates: what it weighs in all, the plates of one side, and what percent of the max it is.

    `plates` are heaviest first: none for the bar alone, None where plates cannot make the weight. `percent_of_max`
    is None for a weight that is not of a max.
    """

    weight: Weight
    plates: tuple[Fraction, ...] | None
    percent_of_max: Fraction | None


@dataclass(frozen=True)
class WorkingWeight:
    """The weight that a prescription comes to. `low` None: at most `high`. `high` None: from `low` up.

    `low` and `high` can be loaded on `rack`; both are None when nothing can, and then `missing` says which max
    would be needed, or `fit` is too_heavy. `best` is the max that a percentage is of, `present_max` the same where an
    attempt at a new one comes to no more than it. `even_steps` marks a set of a ramp, whose steps the post does not
    give. `women` is the second weight of a pair.
    """

    low: Weight | None = None
    high: Weight | None = None
    missing: str = ""
    fit: Fit | None = None
    asked: Asked | None = None
    rack: Rack | None = None
    best: Weight | None = None
    present_max: Weight | None = None
    even_steps: bool = False
    women: WorkingWeight | None = None

    @property
    def ends(self) -> tuple[Weight, ...]:
        """The weights to load: none, one, or both ends of a range."""
        return tuple(dict.fromkeys(end for end in (self.low, self.high) if end is not None))

    @property
    def low_bar(self) -> LoadedBar | None:
        """The bar to load for `low`."""
        return self._bar(self.low)

    @property
    def high_bar(self) -> LoadedBar | None:
        """The bar to load for `high`."""
        return self._bar(self.high)

    @property
    def bars(self) -> tuple[LoadedBar, ...]:
        """The bars to load: none, one, or both ends of a range."""
        return tuple(bar for bar in map(self._bar, self.ends) if bar is not None)

    def _bar(self, end: Weight | None) -> LoadedBar | None:
        if end is None or self.rack is None:
            return None
        percent = 100 * end.amount / self.best.to(end.unit).amount if self.best else None
        return LoadedBar(end, self.rack.side(end.amount), percent)


def working_weight(load: Load, athlete: Athlete | None, *, attempt: bool = False) -> WorkingWeight | None:
    """What a percentage of a max, or a weight in kg or lb, comes to on the athlete's rack; None for other loads.

    A single value is rounded once to the nearest loadable weight (ties down), a cap down, a floor up; a range
    stays inside itself where it can. In an `attempt` at a new max, 100 % and more comes to more than the max.
    """
    if load.kind == "absolute":
        return _stated_weight(load.abs, athlete)
    if load.kind != "percent" or load.pct is None or load.pct == Range(None, None):
        return None
    if athlete is None:
        return WorkingWeight(missing="no maxes given")
    reference = _reference_max(load.ref, athlete)
    if isinstance(reference, str):
        return WorkingWeight(missing=reference)
    best = reference.to(athlete.rack.unit).amount
    working = _loaded(athlete.rack, _share(best, load.pct.min), _share(best, load.pct.max))
    working = replace(working, best=reference)
    return _attempted(working, reference, load.pct) if attempt and working.fit != "empty_bar" else working


def _share(best: Fraction, percent: Number | None) -> Fraction | None:
    return None if percent is None else best * exact(percent) / 100


def _stated_weight(stated: AbsoluteLoad | None, athlete: Athlete | None) -> WorkingWeight | None:
    if stated is None or stated.unit not in ("kg", "lb") or athlete is None:
        return None
    rack, unit = athlete.rack, stated.unit
    low, high, women = (
        None if amount is None else Weight(exact(amount), unit).to(rack.unit).amount
        for amount in (stated.min, stated.max, stated.f)
    )
    if low is None and high is None:
        return None
    bounds = (None if end is None else women for end in (low, high))
    second = None if women is None else _loaded(rack, *bounds)
    return replace(_loaded(rack, low, high), women=second)


def _loaded(rack: Rack, low: Fraction | None, high: Fraction | None) -> WorkingWeight:
    """What is loaded for `low` to `high`, of which at most one is None."""
    ends: _Ends
    fit: Fit
    if high is not None and high < rack.bar:
        ends, fit = (rack.bar, rack.bar), "empty_bar"
    elif low == high and low is not None:
        ends, fit = _load_single(rack, low)
    else:
        ends, fit = _load_between(rack, low, high)
    lightest, heaviest = (_optional_weight(end, rack.unit) for end in ends)
    asked = Asked(_optional_weight(low, rack.unit), _optional_weight(high, rack.unit))
    return WorkingWeight(lightest, heaviest, fit=fit, asked=asked, rack=rack)


def _optional_weight(amount: Fraction | None, unit: Unit) -> Weight | None:
    return None if amount is None else Weight(amount, unit)


def _load_single(rack: Rack, amount: Fraction) -> tuple[_Ends, Fit]:
    if not rack.reaches(amount):
        return (None, None), "too_heavy"
    weight = rack.nearest(amount)
    return (weight, weight), "within" if abs(weight - amount) <= rack.step / 2 else "nearest"


def _load_between(rack: Rack, low: Fraction | None, high: Fraction | None) -> tuple[_Ends, Fit]:
    lightest = None if low is None else rack.at_least(low)
    heaviest = None if high is None else rack.at_most(high)
    fit: Fit = "within" if high is None or rack.reaches(high) else "short"
    if low is None:
        return (None, heaviest), fit
    if high is None:
        return (lightest, None), _fit_of_floor(rack, low, lightest)
    if lightest is not None and heaviest is not None and lightest <= heaviest:
        return (lightest, heaviest), fit
    if lightest is None and not rack.reaches(low):
        return (None, None), "too_heavy"
    return (heaviest, heaviest), "below"


def _fit_of_floor(rack: Rack, low: Fraction, lightest: Fraction | None) -> Fit:
    if lightest is None:
        return "too_heavy"
    return "within" if lightest <= max(low, rack.bar) + rack.step else "nearest"


def _attempted(working: WorkingWeight, best: Weight, pct: Range) -> WorkingWeight:
    """`working` for an attempt at more than `best`, which is named where the weight does not get beyond it."""
    rack = working.rack
    if rack is None:
        return working
    amount = best.to(rack.unit).amount
    if pct.min is not None and pct.min >= 100:
        working = _beat(working, rack, amount, is_more=pct.min > 100)
    reaches_max = pct.max is not None and pct.max >= 100 and working.fit in ("within", "below")
    if reaches_max and working.high is not None and working.high.amount <= amount:
        return replace(working, present_max=best)
    return working


def _beat(working: WorkingWeight, rack: Rack, best: Fraction, *, is_more: bool) -> WorkingWeight:
    """`working`, from 100 % up, for an attempt at more than `best` where the bounds allow it.

    A single percent of more than 100 % goes beyond `best` where that is within a step of it.
    """
    low, high, asked = working.low, working.high, working.asked
    if low is None or asked is None or asked.low is None or low.amount > best:
        return working
    more = rack.above(best)
    beaten = _optional_weight(more, rack.unit)
    if high is None:
        fit = _fit_of_floor(rack, asked.low.amount, more)
        present_max = Weight(best, rack.unit) if more is None else None
        return replace(working, low=beaten, fit=fit, present_max=present_max)
    if more is None or beaten is None:
        return working
    is_near = is_more and asked.low == asked.high and more <= asked.low.amount + rack.step
    if not is_near and high.amount <= best:
        return working
    return replace(working, low=beaten, high=max(beaten, high, key=lambda end: end.amount))


def ramp_weights(
    load: Load, sets: int, athlete: Athlete | None, *, attempt: bool = False
) -> tuple[WorkingWeight, ...]:
    """The weight of each of `sets` sets of a ramp: even steps from the low end to the high end, inside them.

    Empty when the load is not a ramp between two weights, or has one set, or too many to list.
    """
    pct = load.pct
    if load.kind != "percent" or not (load.ramp and pct and 1 < sets <= MOST_RAMP_SETS) or athlete is None:
        return ()
    whole = working_weight(load, athlete, attempt=attempt)
    if whole is None or len(whole.ends) < 2 or not (whole.asked and whole.asked.low and whole.asked.high):
        return ()
    low, high = whole.asked.low.amount, whole.asked.high.amount
    targets = (low + (high - low) * n / (sets - 1) for n in range(sets))
    return tuple(_ramp_step(athlete.rack, whole, target) for target in targets)


def _ramp_step(rack: Rack, whole: WorkingWeight, target: Fraction) -> WorkingWeight:
    """One set of the ramp `whole`: the weight nearest to `target` inside its two ends."""
    single = replace(_loaded(rack, target, target), best=whole.best)
    if whole.low is None or whole.high is None or single.fit == "too_heavy":
        return replace(single, even_steps=True)
    weight = Weight(min(max(rack.nearest(target), whole.low.amount), whole.high.amount), rack.unit)
    present_max = whole.present_max if weight == whole.high else None
    return replace(single, low=weight, high=weight, fit="within", present_max=present_max, even_steps=True)


def _reference_max(ref: Reference | None, athlete: Athlete) -> Weight | str:
    """The max a percentage refers to, or a sentence that says why there is none."""
    if ref is None or ref.movement_id is None:
        named = " or ".join(map(movement_name, ref.candidates if ref else ()))
        return "the post does not say of which max" + (f" ({named}?)" if named else "")
    missing = f"your {ref.rm}-RM {movement_name(ref.movement_id)} is not given"
    return athlete.maxes.get((ref.movement_id, ref.rm), missing)


def largest_percent(rack: Rack, best: Weight) -> int | None:
    """The largest whole percent of `best` that the owned plates make; None in a well-equipped gym."""
    heaviest = rack.heaviest
    return None if heaviest is None else int(100 * heaviest / best.to(rack.unit).amount)


def midpoint(value: Range | AbsoluteLoad) -> Fraction | None:
    """The middle of a range, its known end when one is open; None when it holds nothing."""
    ends = [exact(end) for end in (value.min, value.max) if end is not None]
    return sum(ends, Fraction(0)) / len(ends) if ends else None
