"""Working weights: an athlete's maxes and rack, and the weight that a prescription comes to on them.

Exact arithmetic throughout (`Fraction`): 75 % of 205 lb is 153.75 lb before it is rounded once, to what can
be loaded, and what cannot be loaded is never given as a weight. Without the very max that a percentage refers
to there is no weight, and `missing` says what is needed: an N-RM is never computed from a 1-RM or the other way
round.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Literal

from wod_pipeline.program import AbsoluteLoad, Load, Number, Range, Reference
from wod_pipeline.vocabulary import movement_name

Unit = Literal["kg", "lb"]
KG_PER_LB = Fraction(45_359_237, 100_000_000)
"""The international pound, by definition."""

MOST_RAMP_SETS = 40
"""A ramp over more sets than this is given by its two ends only."""

STANDARD_PLATES: Mapping[Unit, tuple[tuple[Fraction, int], ...]] = {
    "kg": tuple(
        (Fraction(plate), pairs)
        for plate, pairs in (
            *(("25", 20), ("20", 1), ("15", 1), ("10", 1), ("5", 1), ("2.5", 1), ("2", 1)),
            *(("1.5", 1), ("1.25", 1), ("1", 1), ("0.5", 1), ("0.25", 1)),
        )
    ),
    "lb": tuple(
        (Fraction(plate), pairs)
        for plate, pairs in (
            *(("45", 20), ("35", 1), ("25", 1), ("10", 2), ("5", 1), ("2.5", 1)),
            *(("1.25", 1), ("1", 1), ("0.5", 1), ("0.25", 1)),
        )
    ),
}
"""Plates of a well-equipped gym, as (weight, pairs), heaviest first."""


def exact(value: Number | str) -> Fraction:
    """The decimal a person wrote, not the binary float nearest to it: 72.5 → 145/2, 0.1 → 1/10."""
    return Fraction(str(value))


def as_decimal(value: Fraction) -> Decimal:
    """A fraction as the decimal nearest to it (28 digits)."""
    return Decimal(value.numerator) / value.denominator


def as_number(value: Decimal | Fraction) -> int | float:
    """A whole number as int, any other as the float nearest to it, to three decimals."""
    return int(value) if value == int(value) else round(float(value), 3)


@dataclass(frozen=True)
class Weight:
    """An amount in one unit."""

    amount: Fraction
    unit: Unit

    def to(self, unit: Unit) -> Weight:
        """The same weight in `unit`, exactly."""
        if unit == self.unit:
            return self
        factor = KG_PER_LB if unit == "kg" else 1 / KG_PER_LB
        return Weight(self.amount * factor, unit)

    def __str__(self) -> str:
        return f"{decimal_text(self.amount)} {self.unit}"


@lru_cache(maxsize=4096)
def decimal_text(amount: Fraction) -> str:
    """A number as people read it: at most two decimals, without trailing zeros."""
    rounded = round(amount, 2)
    return f"{as_decimal(rounded):.2f}".rstrip("0").rstrip(".")


@dataclass(frozen=True)
class Rack:
    """The bar, the plates and the smallest step an athlete loads, all in `unit`.

    `plates` are (weight of one plate, pairs owned), heaviest first; empty means a well-equipped gym, where
    every step can be loaded. `bar_unit` is the unit the bar is made in, when it is not that of the plates.
    """

    unit: Unit = "kg"
    bar: Fraction = Fraction(20)
    step: Fraction = Fraction(5, 2)
    plates: tuple[tuple[Fraction, int], ...] = ()
    bar_unit: Unit | None = None

    @property
    def own_bar(self) -> Weight:
        """The empty bar in the unit it is made in."""
        return Weight(self.bar, self.unit).to(self.bar_unit or self.unit)

    @property
    def heaviest(self) -> Fraction | None:
        """The most that the owned plates make; None in a well-equipped gym, which has no end."""
        return _owned_weights(self)[-1] if self.plates else None

    def nearest(self, amount: Fraction) -> Fraction:
        """The loadable weight nearest to `amount`, the lower of two equally near, never less than the bar."""
        around = (self.at_most(amount) or self.bar, self.at_least(amount))
        return min((end for end in around if end is not None), key=lambda end: (abs(end - amount), end))

    def at_most(self, amount: Fraction) -> Fraction | None:
        """The heaviest loadable weight not above `amount`; None below the empty bar."""
        if amount < self.bar:
            return None
        if self.plates:
            owned = _owned_weights(self)
            return owned[bisect_right(owned, amount) - 1]
        return self.bar + self.step * ((amount - self.bar) // self.step)

    def at_least(self, amount: Fraction) -> Fraction | None:
        """The lightest loadable weight not below `amount`; None when the plates do not reach it."""
        below = self.at_most(amount)
        return below if below == amount else self.above(amount)

    def above(self, amount: Fraction) -> Fraction | None:
        """The lightest loadable weight above `amount`; None when the plates do not reach that far."""
        if amount < self.bar:
            return self.bar
        if self.plates:
            owned = _owned_weights(self)
            place = bisect_right(owned, amount)
            return owned[place] if place < len(owned) else None
        return self.bar + self.step * ((amount - self.bar) // self.step + 1)

    def reaches(self, amount: Fraction) -> bool:
        """Whether the plates go up to `amount`, within half a step."""
        return self.heaviest is None or amount <= self.heaviest + self.step / 2

    @property
    def unused_plates(self) -> tuple[Fraction, ...]:
        """The owned plates that add nothing, since their pairs do not come to whole steps."""
        others = {
            plate: tuple(other for other in self.plates if other[0] != plate) for plate, _ in self.plates
        }
        return tuple(
            plate
            for plate, rest in others.items()
            if _owned_weights(replace(self, plates=rest)) == _owned_weights(self)
        )

    @property
    def misses_plates(self) -> bool:
        """Whether the plates of a well-equipped gym cannot make a step, and none are named instead."""
        return not self.plates and self.side(self.bar + self.step) is None

    def side(self, amount: Fraction) -> tuple[Fraction, ...] | None:
        """Plates for one side, heaviest first and as few as possible; None when they cannot make `amount`."""
        return self._side_sums.get((amount - self.bar) / 2)

    @cached_property
    def _side_sums(self) -> dict[Fraction, tuple[Fraction, ...]]:
        """`_sides` of these plates, kept here because their hash takes longer than all else about a weight."""
        return _sides(self.plates or STANDARD_PLATES[self.unit])


STANDARD_RACKS: Mapping[Unit, Rack] = {
    "kg": Rack(),
    "lb": Rack("lb", Fraction(45), Fraction(5)),
}
"""A men's bar and the usual smallest step."""
WOMEN_S_BARS: Mapping[Unit, Fraction] = {"kg": Fraction(15), "lb": Fraction(35)}


@lru_cache(maxsize=32)
def _sides(plates: tuple[tuple[Fraction, int], ...]) -> dict[Fraction, tuple[Fraction, ...]]:
    """Every sum one side can hold, with the fewest plates that make it, of equally few the heaviest first."""
    scale = math.lcm(
        *(plate.denominator for plate, _ in plates)
    )  # integers: fractions take ten times as long
    sides: dict[int, tuple[int, ...]] = {0: ()}
    for plate, pairs in plates:
        size = int(plate * scale)
        for total, chosen in list(sides.items()):
            for count in range(1, pairs + 1):
                known = sides.get(total + size * count)
                if known is None or len(chosen) + count <= len(known):
                    more = (*chosen, *(size,) * count)
                    if known is None or (len(more), known) < (len(known), more):
                        sides[total + size * count] = more
    named = {int(plate * scale): plate for plate, _ in plates}
    return {Fraction(total, scale): tuple(named[size] for size in chosen) for total, chosen in sides.items()}


@lru_cache(maxsize=32)
def _owned_weights(rack: Rack) -> tuple[Fraction, ...]:
    """Every weight the owned plates make in whole steps above the bar."""
    weights = (rack.bar + 2 * side for side in _sides(rack.plates))
    return tuple(sorted(weight for weight in weights if (weight - rack.bar) % rack.step == 0))


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
class WorkingWeight:
    """The weight that a prescription comes to. `low` None: at most `high`. `high` None: from `low` up.

    `low` and `high` can be loaded on `rack`; both are None when nothing can, and then `missing` says which max
    would be needed, or `fit` is too_heavy. `bar_percent` is what the empty bar is of the max when even that is
    more than asked for. `present_max` is the athlete's max where an attempt at a new one comes to no more than it.
    `even_steps` marks a set of a ramp, whose steps the post does not give. `women` is the second weight of a pair.
    """

    low: Weight | None = None
    high: Weight | None = None
    missing: str = ""
    fit: Fit = "within"
    asked: Asked | None = None
    rack: Rack | None = None
    bar_percent: Fraction | None = None
    present_max: Weight | None = None
    even_steps: bool = False
    women: WorkingWeight | None = None

    @property
    def ends(self) -> tuple[Weight, ...]:
        """The weights to load: none, one, or both ends of a range."""
        return tuple(dict.fromkeys(end for end in (self.low, self.high) if end is not None))


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
    if working.fit == "empty_bar":
        return replace(working, bar_percent=100 * athlete.rack.bar / best)
    return _attempted(working, reference, load.pct) if attempt else working


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
    single = _loaded(rack, target, target)
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
