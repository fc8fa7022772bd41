"""§6 Times within a scheme line or a connector: patterns for them, and their seconds."""

from __future__ import annotations

import re

from wod_pipeline.parsing._text import NUM, number

SECONDS = {"s": 1, "m": 60, "h": 3600, '"': 1, "'": 60}
"""Seconds of a unit, by its first letter, and of the signs that stand for a time."""
CLOCK = r"(?:[0-9]{1,3}:[0-5]|:[0-9])[0-9](?![0-9]|:[0-9])"
_TIME_UNIT = r"(?:seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?)(?![a-z0-9])\.?"
_MIXED = (
    rf"{NUM}[ -]?min(?:ute)?s?(?:[ ]and[ ]{NUM}[ -]?sec(?:ond)?s?(?![a-z0-9])"
    rf"|[ ]{NUM}[ -]?sec(?:ond)?s?(?=[ ]?(?:[,:;.()]|x[ ][0-9]|for[ ][0-9]|\Z)))"
)
TIME = rf"(?:{CLOCK}(?:[ ]?(?:minutes?|mins?))?|{_MIXED}|{NUM}[ -]?{_TIME_UNIT}|{NUM}['\"](?![a-z0-9'\"]))"
_TIME = re.compile(
    rf"""
    (?:(?P<clock>{CLOCK})|(?P<n>{NUM}))[ -]?(?P<unit>[a-z]*|['\"])\.?
    (?:(?:[ ]and)?[ ](?P<s>{NUM})[ -]?[a-z]+)?
    """,
    re.VERBOSE,
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
    return round(number(found["n"]) * SECONDS.get(found["unit"][:1], 60) + number(found["s"] or "0"))
