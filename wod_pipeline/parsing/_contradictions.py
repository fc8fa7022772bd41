"""§6 to §8 Figures of a post that contradict each other: which diagnostic says so, and its words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import NamedTuple

from wod_pipeline.parsing._building import ReadScheme
from wod_pipeline.parsing._drafts import ExerciseDraft
from wod_pipeline.parsing._text import exact
from wod_pipeline.parsing.grammar.exercises import ReadExercise
from wod_pipeline.program import AbsoluteLoad, Range, SetRow
from wod_pipeline.wording import count

_MOST_NAMED = 20
"""Set numbers that a message names."""
_MOST_IN_ROW = 999
"""Sets of one row that are counted."""


class Fault(NamedTuple):
    """A diagnostic to be given, by its code, with the words of its message."""

    code: str
    words: dict[str, object]


def interval_mismatch(scheme: ReadScheme, exercises: list[ExerciseDraft]) -> Iterator[Fault]:
    """§6 The three figures of an interval scheme, when all are stated, must agree."""
    interval, duration, sets = scheme.interval_s, scheme.duration_s, scheme.sets
    if scheme.scheme != "every" or not (interval and duration and sets):
        return
    slots = max((exercise.slot or 0 for exercise in exercises), default=0) or len(exercises)
    if scheme.of_each and sets != exact(scheme.of_each * slots):
        yield _mismatch(scheme.of_each * slots, interval, duration)
        return
    ends = [end for end in (sets.min, sets.max) if end is not None]
    if not any(round(end * interval) == duration for end in ends):
        yield _mismatch(ends[-1] if ends else 0, interval, duration)


def slot_mismatch(slot: int, seconds: int, interval: int) -> Iterator[Fault]:
    """§7.7 The time behind a slot is when it begins or when it ends."""
    if seconds not in {slot * interval, (slot - 1) * interval}:
        yield _mismatch(slot, interval, seconds)


def _mismatch(sets: float, interval: int, duration: int) -> Fault:
    words = {"interval": interval, "product": round(sets * interval), "duration": duration}
    return Fault("every_mismatch", {"sets": sets, **{name: in_words(s) for name, s in words.items()}})


def sides_mismatch(read: ReadExercise) -> Iterator[Fault]:
    """§7.6 A count beside the one for each side is that one, or twice it."""
    total, side = read.total, read.quantity.value if read.quantity else None
    if total is not None and side is not None and total not in {side, _twice(side)}:
        yield Fault("sides_mismatch", {"total": figure(total), "side": figure(side)})


def _twice(value: Range) -> Range:
    low, high, women = (None if n is None else n * 2 for n in (value.min, value.max, value.f))
    return Range(low, high, women)


def rows_gap(rows: list[SetRow], above: int, sets: Range | None) -> Iterator[Fault]:
    """§8 Set rows must cover 1…sets exactly once, counted on from the block above when they go on there."""
    spans = [range(row.first, min(row.last, row.first + _MOST_IN_ROW) + 1) for row in rows]
    last = max((span[-1] for span in spans if span), default=0)
    expected = sets.max if sets and sets.max is not None else last - above
    if not _cover(spans, range(above + 1, above + int(expected) + 1)):
        named = ", ".join(map(str, islice(chain.from_iterable(spans), _MOST_NAMED)))
        yield Fault("set_rows_gap", {"named": named, "sets": expected})


def _cover(spans: Iterable[range], whole: range) -> bool:
    """Whether the spans together hold every number of `whole` exactly once, and no other."""
    at = whole.start
    for span in sorted(filter(None, spans), key=lambda span: span.start):
        if span.start != at:
            return False
        at = span.stop
    return at == max(whole.stop, whole.start)


def weight_mismatch(first: AbsoluteLoad, second: AbsoluteLoad) -> Iterator[Fault]:
    """§8 A weight that is said twice is one weight."""
    if not _is_same(first, second):
        yield Fault("load_mismatch", {"first": _weight_words(first), "second": _weight_words(second)})


_KILOGRAMS = {"kg": 1.0, "lb": 0.45359237, "pood": 16.38}


def _is_same(first: AbsoluteLoad, second: AbsoluteLoad) -> bool:
    """§8 Two ways to say a weight agree when they are at most 3 % or 1 kg apart."""
    if first.unit is None or second.unit is None or first.unit == second.unit:
        return True
    pairs = zip((first.min, first.max, first.f), (second.min, second.max, second.f), strict=True)
    for one, other in pairs:
        if one is not None and other is not None:
            kilos, more = one * _KILOGRAMS[first.unit], other * _KILOGRAMS[second.unit]
            if abs(kilos - more) > max(1, 0.03 * kilos):
                return False
    return True


def _weight_words(weight: AbsoluteLoad) -> str:
    return f"{figure(Range(weight.min, weight.max, weight.f))} {weight.unit or ''}".strip()


def figure(value: Range) -> str:
    """A figure for people: `5`, `3-5`, `95/65`."""
    if value.f is not None:
        return f"{value.min}/{value.f}"
    return f"{value.min}" if value.min == value.max else f"{value.min}-{value.max}"


def in_words(seconds: int) -> str:
    """A time for people: `90 seconds`, `2 minutes`, `2:30 minutes`."""
    if seconds < 120 and seconds % 60:
        return f"{seconds} seconds"
    minutes, rest = divmod(seconds, 60)
    if rest:
        return f"{minutes}:{rest:02d} minutes"
    return count(minutes, "minute")
