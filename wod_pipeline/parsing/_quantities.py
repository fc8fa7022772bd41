"""§7.5 and the times of §6: repetitions, times, distances and calories, exact or as a range.

A quantity is a number with a unit; whose quantity it is, is decided elsewhere.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from wod_pipeline.parsing._text import NUM, ReadValue, exact, number, tidy
from wod_pipeline.program import MaxOf, Number, Range, Side

Field = Literal["reps", "duration_s", "distance_m", "calories"]


class Quantity(ReadValue, frozen=True):
    """How much: `value` in the unit of `field`; `unit`: the line names one; `max_of`: it is a maximum.

    `signed`: the sign of `9"` or `9'` and the seconds that is where it is a time, and not inches or feet.
    """

    field: Field
    value: Range | None
    unit: bool
    per_side: Side | None = None
    max_of: MaxOf | None = None
    signed: tuple[str, Range] | None = None


_UNITS: dict[str, tuple[Field, float]] = {
    **dict.fromkeys(("rep", "repetition", "time", "step"), ("reps", 1)),
    **dict.fromkeys(("second", "sec", "s"), ("duration_s", 1)),
    **dict.fromkeys(("minute", "min"), ("duration_s", 60)),
    **dict.fromkeys(("hour", "hr"), ("duration_s", 3600)),
    **dict.fromkeys(("meter", "metre", "m"), ("distance_m", 1)),
    **dict.fromkeys(("kilometer", "kilometre", "km", "k"), ("distance_m", 1000)),
    **dict.fromkeys(("foot", "feet", "ft", "'"), ("distance_m", 0.3048)),
    '"': ("distance_m", 0.0254),
    **dict.fromkeys(("yard", "yd"), ("distance_m", 0.9144)),
    **dict.fromkeys(("mile", "mi"), ("distance_m", 1609.344)),
    **dict.fromkeys(("calorie", "cal"), ("calories", 1)),
}
SIGNS_S = {'"': 1, "'": 60}
"""Seconds of the signs that stand for a time in a scheme, a rest and a hold."""
_FRACTIONS = frozenset((a, b) for a in ("1", "2", "3", "5") for b in ("2", "3", "4", "8") if a < b)
_MAXIMA: dict[str, MaxOf] = {
    "cal": "calories",
    "dis": "distance",
    "met": "distance",
    "tim": "time",
    "sec": "time",
}

CLOCK = r"(?:[0-9]{1,3}:[0-5]|:[0-9])[0-9](?![0-9]|:[0-9])"
AMOUNT = (
    rf"(?:(?P<clock>{CLOCK})(?:-(?P<clock2>{CLOCK}))?"
    rf"|(?P<a>{NUM})(?: ?(?:(?P<slash>/)|-|to(?= )) ?(?P<b>{NUM}))?(?P<plus> ?\+)?)"
)
UNIT = (
    r"(?P<unit>rep(?:etition)?s?|times|steps?|seconds?|secs?|s|minutes?|mins?|hours?|hrs?|met(?:er|re)s?|m"
    r"|kilomet(?:er|re)s?|km|k|feet|foot|ft|'|\"|yards?|yds?|miles?|mi|calories?|cals?)(?![a-z0-9'\"])\.?"
)
_QUANTITY = re.compile(rf"{AMOUNT}(?:[ -]?{UNIT})?")
_WORDY = re.compile(rf"{AMOUNT}(?:(?: [a-z&-]{{2,12}}){{1,4}} reps?|[ -]?{UNIT} total)")
_CLUSTER = re.compile(r"\(?[0-9]{1,2}(?: ?[.+] ?[0-9]{1,2}){1,5}\)?(?: ?reps?)?")
"""`1.1.1`, `2+1`: single repetitions with a breath between; no number of repetitions, and never a fraction of one."""
_MAX = re.compile(
    r"me|(?:max(?:imum)?|amrap)(?:[ -](?:(?:effort|set)(?: of)? ?)?"
    r"(?P<of>reps?|cal(?:orie)?s?|distance|met(?:er|re)s|time|seconds|effort|unbroken(?: reps)?)?)?"
)


@lru_cache(maxsize=4096)
def read_quantity(text: str) -> Quantity | None:
    """The quantity `text` is as a whole: ``AMOUNT [UNIT]`` or ``max UNIT``."""
    found = _QUANTITY.fullmatch(text) or _WORDY.fullmatch(text)
    if found and not _CLUSTER.fullmatch(text):
        return quantity_of(found)
    if found or _CLUSTER.fullmatch(text):
        return Quantity("reps", None, unit=False)
    most = _MAX.fullmatch(text)
    if most:
        return Quantity("reps", None, unit=True, max_of=_MAXIMA.get((most["of"] or "")[:3], "reps"))
    return None


def quantity_of(found: re.Match[str]) -> Quantity:
    """The quantity of a match of AMOUNT and, where the pattern has one, UNIT."""
    if found["clock"]:
        ends = [clock_s(found["clock"]), clock_s(found["clock2"] or found["clock"])]
        return Quantity("duration_s", Range(min(ends), max(ends)), unit=True)
    unit = found.groupdict().get("unit")
    field, factor = _unit(unit) if unit else ("reps", 1.0)
    if found["slash"] and (found["a"], found["b"]) in _FRACTIONS and field != "reps":
        value = exact(tidy(number(found["a"]) / number(found["b"]) * factor))
        return Quantity(field, value, unit=True)
    value = range_of(found, factor)
    even = bool(found["slash"]) and value.f == value.min
    if even:
        value = Range(value.min, value.max)
    signed = (unit, range_of(found, SIGNS_S[unit])) if unit in SIGNS_S else None
    return Quantity(field, value, unit=bool(unit), per_side="side" if even else None, signed=signed)


def _unit(word: str) -> tuple[Field, float]:
    return _UNITS[word] if word in _UNITS else _UNITS[word[:-1]]


def range_of(found: re.Match[str], factor: float = 1.0) -> Range:
    """The range of a match of AMOUNT: exact, from–to, at least, or a men's/women's pair."""
    low = scaled(found["a"], factor)
    if found["b"] is None:
        return Range(low, None if found["plus"] else low)
    other = scaled(found["b"], factor)
    if found["slash"]:
        return Range(low, low, other)
    return Range(min(low, other), max(low, other))


def scaled(text: str, factor: float = 1.0) -> Number:
    """A NUM times `factor`, to two decimals."""
    value = number(text)
    return value if factor == 1 and isinstance(value, int) else tidy(value * factor)


# ------------------------------------------------------------------------------------------------- times
_TIME_UNIT = r"(?:seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?)(?![a-z0-9])\.?"
_MIXED = (
    rf"{NUM}[ -]?min(?:ute)?s?(?: and {NUM}[ -]?sec(?:ond)?s?(?![a-z0-9])"
    rf"| {NUM}[ -]?sec(?:ond)?s?(?= ?(?:[,:;.()]|x [0-9]|for [0-9]|\Z)))"
)
TIME = rf"(?:{CLOCK}(?: ?(?:minutes?|mins?))?|{_MIXED}|{NUM}[ -]?{_TIME_UNIT}|{NUM}['\"](?![a-z0-9'\"]))"
_TIME = re.compile(
    rf"(?:(?P<clock>{CLOCK})|(?P<n>{NUM}))[ -]?(?P<unit>[a-z]*|['\"])\.?(?:(?: and)? (?P<s>{NUM})[ -]?[a-z]+)?"
)


def clock_s(text: str) -> int:
    """``M:SS`` in seconds."""
    minutes, seconds = text.split(":")
    return int(minutes or 0) * 60 + int(seconds)


def time_s(text: str) -> int:
    """A TIME, or a bare number of minutes, in whole seconds."""
    found = _TIME.fullmatch(text)
    if found is None:
        return 0
    if found["clock"]:
        return clock_s(found["clock"])
    factor = {"s": 1, "h": 3600, **SIGNS_S}.get(found["unit"][:1], 60)
    return round(number(found["n"]) * factor + number(found["s"] or "0"))
