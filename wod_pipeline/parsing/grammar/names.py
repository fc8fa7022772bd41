"""§7.2 Names: the longest run of tokens that names movements of the vocabulary."""

from __future__ import annotations

from wod_pipeline.parsing.grammar.readings import ReadPart
from wod_pipeline.parsing.grammar.tables import one_of
from wod_pipeline.parsing.grammar.tokens import Token, Tokens
from wod_pipeline.program import Pause, Range
from wod_pipeline.vocabulary import can_be_in_name, resolve

_JOINS = frozenset("-&/.'")
_NO_END = one_of("a an the of with or and your max as from to in at light moderate heavy medium")
"""Words that can stand within a name and never end one."""
_FEW = one_of("singles doubles triples")
"""`Snatch singles` says how often; alone the words are names."""
_NEVER_LAST = _NO_END | _JOINS
_MOST_TOKENS = 14


def name_at(t: Tokens, i: int, end: int) -> tuple[tuple[ReadPart, ...], int] | None:
    """The movements that the longest name at token `i` means, and the token behind it.

    ``name = [N "second"] word {word | "-" | "&" | "/" | bracket}``, as far as the vocabulary knows it.
    """
    paused = _pause_in_front(t, i, end)
    if paused:
        return paused
    if t.all[i].text in _NO_START or (t.all[i].kind == "number" and not _counts_part(t, i)):
        return None
    last = _farthest(t, i, end)
    ends = (j for j in range(last, i, -1) if _can_end(t, i, j) and not (j < last and _is_glued(t, j)))
    return next(filter(None, (_with_bracket(t, i, j, end) or _resolved(t, i, j) for j in ends)), None)


def _can_end(t: Tokens, i: int, j: int) -> bool:
    """Whether a name from token `i` on can end in front of token `j`."""
    last = t.all[j - 1]
    owned = j - 1 > i and t.all[j - 2].text == "your" and last.text in _THINGS  # `Clean your bar`
    if owned or (j - 1 > i and last.text in _FEW):
        return False
    return last.kind != "number" and last.text not in _NEVER_LAST and not _is_side(t, i, j)


_THINGS = one_of(
    "bar bars barbell barbells dumbbell dumbbells kettlebell kettlebells plate plates band bands"
)


def _resolved(t: Tokens, i: int, j: int) -> tuple[tuple[ReadPart, ...], int] | None:
    """The movements that the tokens from `i` to `j` name, when the vocabulary knows them all."""
    base = t.all[i].start
    parts = tuple(
        ReadPart(n.movement_id, base + n.start, base + n.end, Pause() if n.paused else None)
        for n in resolve(t.text(i, j))
    )
    return (parts, j) if parts else None


def _pause_in_front(t: Tokens, i: int, end: int) -> tuple[tuple[ReadPart, ...], int] | None:
    """``TIME "pause" NAME``: a pause of so long in the movement."""
    length = t.all[i]
    if length.kind != "time" or i + 1 >= end or not t.all[i + 1].text.startswith("paus"):
        return None
    behind = i + 2 + (t.all[i + 2].text == "in")
    found = name_at(t, behind, end) if behind < end else None
    if not found:
        return None
    (first, *others), j = found
    part = ReadPart(first.movement_id, length.start, first.end, Pause(length.value))
    return (part, *others), j


def _counts_part(t: Tokens, i: int) -> bool:
    """Whether the number at token `i` is part of a name: `3-position`, `1-arm`."""
    if "/" in t.all[i].text and not t.all[i].paired:
        return True  # `1 1/4 front squat`
    glued = t.all[i + 1].text == "-" and not t.all[i + 1].spaced
    return t.all[i + 1 + glued].text in _COUNTED_PARTS and _is_small(t.all[i].value)


_COUNTED_PARTS = one_of("position positions arm leg armed legged part point way")


def _farthest(t: Tokens, i: int, end: int) -> int:
    """How far a name that starts at token `i` could reach at most."""
    j = i
    while j < min(end, i + _MOST_TOKENS) and _may_belong(t.all[j], first=j == i):
        j += 1
    return j


def _may_belong(token: Token, *, first: bool) -> bool:
    if token.kind == "word":
        return token.text not in _NEVER and can_be_in_name(token.text)
    if token.kind == "sign":
        return token.text in _JOINS and not first
    return token.kind == "number" and (_is_small(token.value) or (first and "/" in token.text))


_NEVER = one_of("x with w")
_NO_START = one_of("or and of a the with")


def _is_small(value: Range | None) -> bool:
    return value is not None and value.min == value.max and value.min in {1, 2, 3, 4}


def _is_side(t: Tokens, i: int, j: int) -> bool:
    """Whether the tokens before `j` say a side: `/leg`."""
    return j - 2 > i and t.all[j - 2].text == "/" and t.all[j - 1].text in {"leg", "arm", "side"}


def _is_glued(t: Tokens, j: int) -> bool:
    """Whether the tokens on both sides of `j` are one word, so that no name ends between them."""
    return not t.all[j].spaced and t.all[j].text in {"-", "'"} and not t.all[j + 1].spaced


def _with_bracket(t: Tokens, i: int, j: int, end: int) -> tuple[tuple[ReadPart, ...], int] | None:
    """``NAME "(" words ")"`` that as a whole is a name: `Hang Snatch (below knee)`."""
    if j + 2 >= end or t.all[j].text != "(":
        return None
    close = next((k for k in range(j + 1, min(end, j + 6)) if t.all[k].text == ")"), None)
    if close is None or not all(can_be_in_name(token.text) for token in t.all[j + 1 : close]):
        return None
    inner = resolve(t.text(i, j) + " " + t.text(j + 1, close))
    outer = resolve(t.text(i, j))
    if len(inner) != 1 or not outer or inner[0].movement_id == outer[0].movement_id:
        return None
    return (ReadPart(inner[0].movement_id, t.all[i].start, t.all[close].end),), close + 1
