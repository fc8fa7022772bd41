"""§7, §8: what brackets behind a movement say (load, side, sets, rest, time, height, pause), and where they close."""

from __future__ import annotations

from msgspec.structs import replace

from wod_pipeline.parsing.grammar.families import HEIGHTS, HIGH_THINGS, has_height
from wod_pipeline.parsing.grammar.loads import bracketed_load
from wod_pipeline.parsing.grammar.loads import load as read_load
from wod_pipeline.parsing.grammar.measures import (
    bare_tempo,
    height,
    joined_counts,
    pause,
    quantity,
    rest,
    side,
)
from wod_pipeline.parsing.grammar.readings import Quantity, ReadLoad, Term
from wod_pipeline.parsing.grammar.tables import skip
from wod_pipeline.parsing.grammar.tokens import OPENING, Tokens
from wod_pipeline.program import AbsoluteLoad, Range

_COMMAS = frozenset((",", ";"))


def bracket(t: Tokens, i: int, end: int, term: Term) -> Term:
    """The term with what tokens `i` to `end`, within brackets, say of it, by commas; what no rule uses is unread."""
    whole = _said(t, i, end, term)
    if whole:
        return whole
    for start, stop in _pieces(t, i, end):
        said = _said(t, start, stop, term)
        if said is None:
            span = (t.all[start].start, t.all[stop - 1].end)
            said = replace(term, unread=(*term.unread, span))
        term = said
    return term


def _pieces(t: Tokens, i: int, end: int) -> list[tuple[int, int]]:
    """What brackets hold, cut at commas and dashes: from which token to which."""
    pieces, start = [], i
    for k in range(i, end + 1):
        if k == end or _cuts(t, k):
            pieces.append((start, k))
            start = k + 1
    return [(start, stop) for start, stop in pieces if stop > start]


def _cuts(t: Tokens, k: int) -> bool:
    """Whether a comma or a dash between spaces stands at token `k`."""
    dash = t.all[k].text == "-" and t.all[k].spaced and t.all[k + 1].spaced
    return dash or t.all[k].text in _COMMAS


def _said(t: Tokens, i: int, end: int, term: Term) -> Term | None:
    """The term with what the first rule makes of all the tokens from `i` to `end`."""
    for rule in (_height, _loads, _sides, _sets, _resting, _counts, _amounts, _pauses, _tempos):
        found = rule(t, i, end, term)
        if found is not None:
            return found
    return None


def _height(t: Tokens, i: int, end: int, term: Term) -> Term | None:
    """``HEIGHT ["box" | "high" | "target" | …]``, of what is done to a height."""
    if not has_height(term.parts):
        return None
    found = height(t, i)
    j = found[1] if found else i
    return replace(term, height=found[0]) if found and min(skip(t, j, HIGH_THINGS), end) == end else None


def _loads(t: Tokens, i: int, end: int, term: Term) -> Term | None:
    """``LOAD``; behind another, the same weight in another unit."""
    if term.load is None:
        read = bracketed_load(t, i, end)
        if read and read.unit_missing and _may_be_height(term, read):
            return None
        return replace(term, load=read) if read else _thrown(t, i, end, term) or _several(t, i, end, term)
    second = bracketed_load(t, i, end)
    weight = second.load.abs if second and second.load else None
    if weight and _may_be_same(term.load, weight):
        return replace(term, load=replace(term.load, also=weight))
    return None


def _may_be_same(first: ReadLoad, second: AbsoluteLoad) -> bool:
    """Whether a weight can be the first one in another unit: it has its own, and no other weight was it."""
    weight = first.load.abs if first.load else None
    return (
        weight is not None
        and first.also is None
        and None not in {weight.unit, second.unit}
        and weight.unit != second.unit
    )


def _may_be_height(term: Term, read: ReadLoad) -> bool:
    """A bare number on a jump, and on a step unless too high, may be its height, whose unit is not said."""
    weight = read.load.abs if read.load else None
    ids = {part.movement_id for part in term.parts}
    low = (weight.min if weight else None) or 0
    return bool(ids & HEIGHTS) and (low <= _HIGHEST_STEP or "step_up" not in ids)


_HIGHEST_STEP = 40


def _thrown(t: Tokens, i: int, end: int, term: Term) -> Term | None:
    """``WEIGHT "to" HEIGHT ["target"]``."""
    found = read_load(t, i, marked=False)
    at = next((k for k in range(i, end) if t.all[k].text == "to"), None)
    if not found or at is None or found[1] > at:
        return None
    high = height(t, at + 1)
    if not high or high[1] + (t.all[high[1]].text == "target") != end:
        return None
    return replace(term, load=found[0], height=high[0])


def _several(t: Tokens, i: int, end: int, term: Term) -> Term | None:
    """``PERCENT {PERCENT}``: percents one behind the other are no load that can be read."""
    percents = sum(token.kind == "percent" for token in t.all[i:end])
    others = any(token.kind not in {"percent", "sign"} for token in t.all[i:end])
    if percents < 2 or others:
        return None
    return replace(term, load=ReadLoad(None, words=t.text(i, end)))


def _sides(t: Tokens, i: int, end: int, term: Term) -> Term | None:
    """``[N] "each" leg``: the count for each side wins over another."""
    amount = quantity(t, i)
    j = amount[1] if amount else i
    found = side(t, j)
    if not found or found[1] != end:
        return None
    named = found[0][0] or "side"
    if amount is None:
        return replace(term, side=named)
    if term.rows:  # `2x12x40% (6 each leg)`
        rows = tuple(replace(row, reps=amount[0].value) for row in term.rows)
        return replace(term, side=named, rows=rows)
    return replace(term, side=named, quantity=amount[0], times=None, total=_same_field(term, amount[0]))


def _same_field(term: Term, amount: Quantity) -> Range | None:
    """The count the term has beside one for each side, in the same unit."""
    if term.quantity is None:
        return term.times if amount.field == "reps" else None
    return term.quantity.value if term.quantity.field == amount.field else None


def _sets(t: Tokens, i: int, end: int, term: Term) -> Term | None:
    """``N ("sets" | "rounds")``."""
    token = t.all[i]
    if token.kind in {"sets", "rounds"} and i + 1 == end and token.value and not token.paired:
        return replace(term, sets=term.sets or token.value)
    return None


def _resting(t: Tokens, i: int, end: int, term: Term) -> Term | None:
    """``REST``."""
    found = rest(t, i)
    return replace(term, rest=found[0].rest) if found and found[1] == end else None


def _counts(t: Tokens, i: int, end: int, term: Term) -> Term | None:
    """``N "+" N``: how often each part of a complex is done."""
    counts, j = joined_counts(t, i)
    return replace(term, counts=counts) if len(counts) > 1 and j == end else None


def _amounts(t: Tokens, i: int, end: int, term: Term) -> Term | None:
    """``["x"] Q``: how much, when the term does not say it elsewhere."""
    times = t.all[i].text == "x"
    found = quantity(t, i + times)
    if not found or found[1] != end or not (found[0].unit or times) or term.counted or term.rows:
        return None
    return replace(term, quantity=found[0], behind_x=True)


def _pauses(t: Tokens, i: int, end: int, term: Term) -> Term | None:
    """``PAUSE``, of the last movement of the term."""
    found = pause(t, i, marked=True)
    if not found or found[1] != end:
        return None
    *others, last = term.parts
    return replace(term, parts=(*others, replace(last, pause=found[0])))


def _tempos(t: Tokens, i: int, end: int, term: Term) -> Term | None:
    """``FOUR``: a tempo without its word."""
    found = bare_tempo(t, i)
    return replace(term, tempo=found[0]) if found and found[1] == end and term.tempo is None else None


def is_group(t: Tokens, i: int, end: int) -> bool:
    """Whether brackets at token `i` hold terms together: a `+` within, and no load."""
    if i >= end or t.all[i].text not in OPENING:
        return False
    close = closing(t, i, end)
    inner = t.all[i + 1 : close]
    named = any(token.kind == "word" for token in inner)
    loaded = any(token.text == "@" or token.kind == "percent" for token in inner)
    return close < end and named and not loaded and any(token.text == "+" for token in inner)


def closing(t: Tokens, i: int, end: int) -> int:
    """The token of the bracket that closes the one at token `i`; `end` when there is none."""
    depth = 0
    for k in range(i, end):
        depth += (t.all[k].text in OPENING) - (t.all[k].text in {")", "]"})
        if depth == 0:
            return k
    return end
