"""Weights, and the bar and plates of an athlete: which weights can be loaded, and with which plates.

Exact arithmetic throughout (`Fraction`): 20 kg are 44.0924… lb, and only what is shown is rounded.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple

from wod_pipeline.program import Number

Unit = Literal["kg", "lb"]
KG_PER_LB = Fraction(45_359_237, 100_000_000)
"""The international pound, by definition."""

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
        return self._side_sums.plates_of((amount - self.bar) / 2)

    @cached_property
    def _side_sums(self) -> _SideSums:
        """`_sides` of these plates, kept here because their hash takes longer than all else about a weight."""
        return _sides(self.plates or STANDARD_PLATES[self.unit])


STANDARD_RACKS: Mapping[Unit, Rack] = {
    "kg": Rack(),
    "lb": Rack("lb", Fraction(45), Fraction(5)),
}
"""A men's bar and the usual smallest step."""
WOMENS_BARS: Mapping[Unit, Fraction] = {"kg": Fraction(15), "lb": Fraction(35)}


class _SideSums(NamedTuple):
    """Every sum one side can hold, with the fewest plates that make it, of equally few the heaviest first.

    Sums are whole numbers of a `scale`-th. A choice of plates is one number, of which the least is the best: how
    many plates, times `unit`, less how many of each kind, as the digits of a number, those of the heaviest first.
    """

    plates: tuple[tuple[Fraction, int], ...]
    scale: int
    base: int
    choices: dict[int, int]

    @property
    def unit(self) -> int:
        """Larger than any number of the digits."""
        return int(self.base ** len(self.plates))

    def plates_of(self, side: Fraction) -> tuple[Fraction, ...] | None:
        """The best plates for a sum, heaviest first; None when they cannot make it."""
        choice = self.choices.get(side * self.scale)  # type: ignore[call-overload]
        if choice is None:
            return None
        digits, counts = -choice % self.unit, []
        for _ in self.plates:
            digits, count = divmod(digits, self.base)
            counts.append(count)
        return tuple(
            plate for (plate, _), n in zip(self.plates, reversed(counts), strict=True) for _ in range(n)
        )


@lru_cache(maxsize=32)
def _sides(plates: tuple[tuple[Fraction, int], ...]) -> _SideSums:
    # Integers: fractions take ten times as long.
    scale = math.lcm(*(plate.denominator for plate, _ in plates))
    sums = _SideSums(plates, scale, max((pairs for _, pairs in plates), default=0) + 1, {0: 0})
    known, worth = sums.choices, sums.unit
    for plate, pairs in plates:
        worth //= sums.base
        for pieces in _parts(pairs):
            size, cost = int(plate * scale) * pieces, (sums.unit - worth) * pieces
            for total, choice in list(known.items()):
                if choice + cost < known.get(total + size, choice + cost + 1):
                    known[total + size] = choice + cost
    return sums


def _parts(pairs: int) -> list[int]:
    """Numbers of which some add up to any number up to `pairs`: 1, 2, 4, … and what is left."""
    parts: list[int] = []
    while pairs > 0:
        parts.append(min(1 << len(parts), pairs))
        pairs -= parts[-1]
    return parts


@lru_cache(maxsize=32)
def _owned_weights(rack: Rack) -> tuple[Fraction, ...]:
    """Every weight the owned plates make in whole steps above the bar."""
    sums = _sides(rack.plates)
    scale = math.lcm(sums.scale, rack.step.denominator)
    finer, step = 2 * scale // sums.scale, int(rack.step * scale)
    return tuple(
        rack.bar + Fraction(total * finer, scale)
        for total in sorted(sums.choices)
        if total * finer % step == 0
    )
