"""Working weights: an athlete's maxes and rack, and the weight that a percentage comes to on them.

Exact arithmetic throughout (`Fraction`): 75 % of 205 lb is 153.75 lb before it is rounded once, to what can
be loaded. Without the very max that a percentage refers to there is no weight, and `missing` says what is
needed: an N-RM is never computed from a 1-RM or the other way round.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
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
    every step can be loaded.
    """

    unit: Unit = "kg"
    bar: Fraction = Fraction(20)
    step: Fraction = Fraction(5, 2)
    plates: tuple[tuple[Fraction, int], ...] = ()

    def nearest(self, amount: Fraction) -> Fraction:
        """The loadable weight nearest to `amount`, the lower of two equally near, never less than the bar."""
        if amount <= self.bar:
            return self.bar
        if self.plates:
            return min(_owned_weights(self), key=lambda weight: (abs(weight - amount), weight))
        steps = (amount - self.bar) / self.step
        whole = int(steps)
        return self.bar + self.step * (whole if steps - whole <= Fraction(1, 2) else whole + 1)

    def side(self, amount: Fraction) -> tuple[Fraction, ...] | None:
        """Plates for one side, heaviest first and as few as possible; None when they cannot make `amount`."""
        return _sides(self.plates or STANDARD_PLATES[self.unit]).get((amount - self.bar) / 2)


STANDARD_RACKS: Mapping[Unit, Rack] = {
    "kg": Rack(),
    "lb": Rack("lb", Fraction(45), Fraction(5)),
}
"""A men's bar and the usual smallest step."""


@lru_cache(maxsize=32)
def _sides(plates: tuple[tuple[Fraction, int], ...]) -> dict[Fraction, tuple[Fraction, ...]]:
    """Every sum one side can hold, with the fewest plates that make it, of equally few the heaviest first."""
    sides: dict[Fraction, tuple[Fraction, ...]] = {Fraction(0): ()}
    for plate, pairs in plates:
        for total, chosen in list(sides.items()):
            for count in range(1, pairs + 1):
                more = (*chosen, *(plate,) * count)
                known = sides.get(total + plate * count)
                if known is None or (len(more), known) < (len(known), more):
                    sides[total + plate * count] = more
    return sides


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


@dataclass(frozen=True)
class WorkingWeight:
    """The weight that a percentage comes to. `low` None: at most `high`. `high` None: from `low` up.

    `missing` is empty exactly when there is a weight; otherwise it says what would be needed for one.
    """

    low: Weight | None = None
    high: Weight | None = None
    missing: str = ""


def working_weight(load: Load, athlete: Athlete | None) -> WorkingWeight | None:
    """Both ends of a percentage on the athlete's rack. None when `load` is not a percentage of a max.

    Percent times reference max, rounded once to the nearest loadable weight (ties down, never below the bar).
    """
    if load.kind != "percent" or load.pct is None:
        return None
    if athlete is None:
        return WorkingWeight(missing="no maxes given")
    reference = _reference_max(load.ref, athlete)
    if isinstance(reference, str):
        return WorkingWeight(missing=reference)
    low, high = (
        None if end is None else _on_rack(athlete.rack, reference, exact(end))
        for end in (load.pct.min, load.pct.max)
    )
    return WorkingWeight(low, high)


def ramp_weights(load: Load, sets: int, athlete: Athlete | None) -> tuple[WorkingWeight, ...]:
    """The weight of each of `sets` sets of a ramp: evenly from the low end to the high end.

    Empty when the load is not a ramp with two ends, or has one set, or too many to list.
    """
    pct = load.pct
    if load.kind != "percent" or not (load.ramp and pct and 1 < sets <= MOST_RAMP_SETS) or athlete is None:
        return ()
    reference = _reference_max(load.ref, athlete)
    if isinstance(reference, str) or pct.min is None or pct.max is None:
        return ()
    low, high = exact(pct.min), exact(pct.max)
    percents = (low + (high - low) * n / (sets - 1) for n in range(sets))
    weights = (_on_rack(athlete.rack, reference, percent) for percent in percents)
    return tuple(WorkingWeight(weight, weight) for weight in weights)


def _reference_max(ref: Reference | None, athlete: Athlete) -> Weight | str:
    """The max a percentage refers to, or a sentence that says why there is none."""
    if ref is None or ref.movement_id is None:
        named = " or ".join(map(movement_name, ref.candidates if ref else ()))
        return "the post does not say of which max" + (f" ({named}?)" if named else "")
    missing = f"your {ref.rm}-RM {movement_name(ref.movement_id)} is not given"
    return athlete.maxes.get((ref.movement_id, ref.rm), missing)


def _on_rack(rack: Rack, reference: Weight, percent: Fraction) -> Weight:
    return Weight(rack.nearest(reference.to(rack.unit).amount * percent / 100), rack.unit)


def midpoint(value: Range | AbsoluteLoad) -> Fraction | None:
    """The middle of a range, its known end when one is open; None when it holds nothing."""
    ends = [exact(end) for end in (value.min, value.max) if end is not None]
    return sum(ends, Fraction(0)) / len(ends) if ends else None
