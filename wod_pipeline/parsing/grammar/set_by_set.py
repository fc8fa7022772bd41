"""§8 Loads set by set: `Squat 3 x 5 @ 70-75-80%`, `@ 60/70/80 kg` say one load for each set."""

from __future__ import annotations

from typing import Literal

from msgspec.structs import replace

from wod_pipeline.parsing._text import exact
from wod_pipeline.parsing.grammar.amounts import Place
from wod_pipeline.parsing.grammar.measures import Read
from wod_pipeline.parsing.grammar.percents import with_reference
from wod_pipeline.parsing.grammar.readings import Quantity, ReadLoad, ReadRow, Term
from wod_pipeline.parsing.grammar.tokens import OPENING, Token, Tokens, WeightUnit, weight_unit
from wod_pipeline.program import AbsoluteLoad, Load, Range

Unit = WeightUnit | Literal["%"]

_BETWEEN = frozenset((",", "/", "-", "→"))
_FEWEST = 3
"""Two loads may be from–to; three are one for each set."""
_LEAST = 20
"""Smaller figures before a load are repetitions: `3, 3, 80%`."""


def loads_in_turn(at: Place, term: Term) -> Read[Term]:
    """``["@" | "at" | "(" | "-"] N ("-" | "/" | ",") N … ("%" | "kg")``: as many loads as sets, each of one set.

    Only where the term counts its sets: else nothing says which set has which.
    """
    t, j = at.t, at.j
    if term.rows or term.load:
        return None
    j += t.all[j].text in {"@", "at", "-", ":"}
    bracketed = t.all[j].text in OPENING
    found = _loads(t, j + bracketed)
    reps = _reps_in_turn(term, len(found[0])) if found else None
    if not found or reps is None:
        return None
    loads, behind = found
    is_percent = loads[0].kind == "percent"
    read, behind = (
        with_reference(t, behind, ReadLoad(loads[0])) if is_percent else (ReadLoad(loads[0]), behind)
    )
    rows = tuple(
        ReadRow(None, None, 1, count, replace(read, load=load))
        for load, count in zip(loads, reps, strict=True)
    )
    if bracketed and t.all[behind].text != ")":
        return None
    kept = None if _is_plain(term.quantity) else term.quantity
    return replace(
        term, rows=rows, quantity=kept, rep_scheme=(), sets=None, behind_x=False
    ), behind + bracketed


def _loads(t: Tokens, i: int) -> Read[list[Load]]:
    """``N {("-" | "/" | ",") N} UNIT``, one sign throughout, the unit behind the last or behind each."""
    found: list[Range] = []
    signs: set[str] = set()
    while values := _values(t.all[i]):
        found += values
        signs |= {"-"} if t.all[i].kind == "list" else {"/"} if t.all[i].paired else set()
        unit, i = _unit(t, i)
        if t.all[i].text not in _BETWEEN or not _values(t.all[i + 1]):
            fits = unit and len(signs) == 1 and _are_loads(found)
            return ([_load(value, unit) for value in found], i) if unit and fits else None
        signs.add(t.all[i].text)
        i += 1
    return None


_UNITS: dict[str, Unit] = {"%": "%", "kg": "kg", "kgs": "kg", "lb": "lb", "lbs": "lb"}


def _unit(t: Tokens, i: int) -> tuple[Unit | None, int]:
    """The unit of the figure at token `i`, within it or behind a list, and the token behind both."""
    token = t.all[i]
    if token.kind == "weight":
        return weight_unit(token), i + 1
    behind = _UNITS.get(t.all[i + 1].text)
    return ("%", i + 1) if token.kind == "percent" else (behind, i + 1 + (behind is not None))


def _load(value: Range, unit: Unit) -> Load:
    if unit == "%":
        return Load("percent", pct=value)
    return Load("absolute", abs=AbsoluteLoad(unit, value.min, value.max))


def _are_loads(found: list[Range]) -> bool:
    return len(found) >= _FEWEST and all((value.min or 0) >= _LEAST for value in found)


def _values(token: Token) -> list[Range]:
    """The numbers of a figure that may be a load: of `70/75%` both."""
    if token.kind == "list":
        return [exact(n) for n in token.numbers]
    value = token.value
    if token.kind not in {"number", "percent", "weight"} or value is None or value.min is None:
        return []
    if not token.paired:
        return [value]
    return [exact(value.min), exact(value.min if value.f is None else value.f)]


def _reps_in_turn(term: Term, count: int) -> list[Range | None] | None:
    """The repetitions of each of `count` sets; None when the term says another number of sets."""
    if len(term.rep_scheme) == count:
        return [exact(n) for n in term.rep_scheme]
    if term.rep_scheme or term.sets != exact(count):
        return None
    plain = term.quantity.value if term.quantity and _is_plain(term.quantity) else None
    return [plain] * count


def _is_plain(quantity: Quantity | None) -> bool:
    """Whether a quantity is repetitions that the rows can say."""
    return quantity is not None and quantity.field == "reps" and not quantity.max_of and not quantity.per_side
