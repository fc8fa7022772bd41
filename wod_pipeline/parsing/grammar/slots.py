"""§7.7 Slots: in which interval of a rotation a movement is done: `Minute 2 –`, `Odd:`, `2 min:`."""

from __future__ import annotations

from wod_pipeline.parsing.grammar.brackets import closing
from wod_pipeline.parsing.grammar.measures import Read
from wod_pipeline.parsing.grammar.tables import one_of, skip
from wod_pipeline.parsing.grammar.tokens import MEASURED, ORDINAL_ENDS, Tokens, seconds_of
from wod_pipeline.program import Range

_SLOTS = one_of("minute min minutes mins station interval")
_SIGNS = one_of("- : = ) .")


Slot = tuple[int | None, Range | None, int]
"""The number of a slot, the time in brackets behind it, and the token behind both."""


def slot_at(t: Tokens, i: int) -> Slot:
    """``("Minute" | "Interval" | "Station") N ["(" TIME ")"] ("-" | ":") | N "min" ":" | ("Odd" | "Even") …``."""
    token = t.all[i]
    none: Slot = (None, None, i)
    if token.text in _PARITIES:
        j = skip(t, i + 1, _SLOTS)
        if t.all[j].kind in {"number", *MEASURED}:  # `odd 6 Dips`
            return _PARITIES[token.text], None, j
        return (_PARITIES[token.text], None, j + 1) if t.all[j].text in _SIGNS else none
    named = _named_slot(t, i) or _minutes_slot(t, i) or _nth_slot(t, i) or _listed_slot(t, i)
    if not named:
        return none
    number, j = named
    seconds = None
    if t.all[j].text == "(":
        close = closing(t, j, t.size)
        seconds = seconds_of(t.all[j + 1]) if close == j + 2 else None
        j = close + 1
    k = skip(t, j, _SIGNS)
    counted = token.text in _SLOTS and t.all[j].kind in {"number", *MEASURED}  # `min 2 12 burpees`
    return (number, seconds, k) if (k > j or counted) and t.all[k].kind != "end" else none


_PARITIES = {"odd": 1, "even": 2}


def _named_slot(t: Tokens, i: int) -> Read[int | None]:
    """``("Minute" | "Interval" | "Station") ["#"] N {"," N}``."""
    j = i + 1 + (t.all[i + 1].text == "#")
    number, k = _slot_number(t, j) if t.all[i].text in _SLOTS else (None, j)
    return (number, k) if k > j else None


def _minutes_slot(t: Tokens, i: int) -> Read[int | None]:
    """``N "min" (":" | "=" | "-")``, less than an hour."""
    token = t.all[i]
    minutes = token.alone if token.kind == "time" and token.unit.startswith("m") else None
    if minutes is None or minutes.min != minutes.max or t.all[i + 1].text not in {":", "=", "-"}:
        return None
    number = minutes.min or 0
    return (int(number), i + 1) if number < 60 and number == int(number) else None


def is_listed(t: Tokens, i: int) -> bool:
    """Whether ``N ":"`` stands at token `i`, and not a time of day."""
    return t.all[i].kind == "number" and t.all[i + 1].text == ":" and t.all[i + 2].spaced


def _listed_slot(t: Tokens, i: int) -> Read[int | None]:
    """``N ":"``."""
    number, j = _slot_number(t, i) if is_listed(t, i) else (None, i)
    return (number, j) if number and j == i + 1 else None


def _nth_slot(t: Tokens, i: int) -> Read[int | None]:
    """``N ("st" | "nd" | "rd" | "th") "minute"``."""
    token = t.all[i]
    nth = token.kind == "number" and t.all[i + 1].text in ORDINAL_ENDS and t.all[i + 2].text == "minute"
    return (int((token.value.min if token.value else 0) or 0), i + 3) if nth else None


_MORE_SLOTS = one_of(", & and to")


def _slot_number(t: Tokens, j: int) -> tuple[int | None, int]:
    """The number of a slot; of several no single one can be said."""
    token = t.all[j]
    if token.kind == "list":
        return None, j + 1
    if token.kind != "number" or token.value is None:
        return None, j
    several = token.value.min != token.value.max
    j += 1
    while t.all[j].text in _MORE_SLOTS and t.all[j + 1].kind == "number" and t.all[j + 1].spaced:
        several, j = True, j + 2
    return None if several else int(token.value.min or 0), j


def another_slot(t: Tokens, i: int, before: int | None) -> tuple[int | None, int]:
    """The slot told at token `i`, else the one `before`, and the token behind: `Odd: 6 Dips, Even: 12 Lunges`."""
    if t.all[i].kind != "word":  # `2 min: 8 Dips` may be a time
        return before, i
    number, seconds, j = slot_at(t, i)
    return (number, j) if number is not None and seconds is None else (before, i)
