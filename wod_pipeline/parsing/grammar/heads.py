"""§7.1 What stands in front of a movement, and its name: the head of a term.

Unknown names are read where only a name can stand.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from wod_pipeline.parsing.grammar.families import has_height, is_hold
from wod_pipeline.parsing.grammar.loads import load as read_load
from wod_pipeline.parsing.grammar.measures import REPS, Read, height, maximum, quantity
from wod_pipeline.parsing.grammar.names import name_at
from wod_pipeline.parsing.grammar.readings import Quantity, ReadLoad, ReadPart, Term
from wod_pipeline.parsing.grammar.tables import SENTENCE, one_of, skip
from wod_pipeline.parsing.grammar.tokens import MEASURED, Tokens, tells_sets, whole_count
from wod_pipeline.program import Range
from wod_pipeline.vocabulary import has_reference

_LONGEST_NAME = 80


# ----------------------------------------------------------------------------------------------- in front
def head(t: Tokens, i: int, end: int, *, any_name: bool, whole: bool = False) -> Read[Term]:
    """The movement at token `i` with what stands in front of it.

    ``head = "Take" Q "to" NAME | "accumulate" Q NAME | "max" UNIT NAME | (WEIGHT | PERCENT) NAME | K "x" Q NAME
    | Q ["of"] NAME | N ["x" | "of"] NAME | NAME``; the name must be in the vocabulary, except (with `any_name`)
    before ``x Q`` and ``k x r``, and behind ``Take Q to``. `whole`: an unknown name rather than a part of it.
    """
    if i >= end:
        return None
    token = t.all[i]
    if whole and (unknown := _unknown(t, i, end)):
        known = head(t, i, end, any_name=False)
        return known if known and known[1] >= unknown[1] else unknown
    for rule in _HEADS_BY_WORD.get(token.text, ()) if token.kind == "word" else _HEADS_BY_FIGURE:
        found = rule(t, i, end)
        if found:
            return found
    named = name_at(t, i, end)
    if named:
        return Term(named[0]), named[1]
    return _unknown(t, i, end) if any_name else None


def _take(t: Tokens, i: int, end: int) -> Read[Term]:
    """``"Take" ["another"] Q "to" NAME``: all of it is one thing to do, unless known names are joined by `or`."""
    j = i + 1 + (t.all[i + 1].text == "another")
    amount = quantity(t, j)
    if not amount or not amount[0].unit or t.all[amount[1]].text != "to":
        return None
    k = amount[1] + 1
    stop = _without_then(t, k, end)
    named = name_at(t, k, stop)
    if named and (named[1] >= stop or _goes_on(t, named[1], stop)):
        return Term(named[0], quantity=amount[0]), named[1]
    if k >= stop:
        return None
    part = ReadPart(None, t.all[k].start, t.all[stop - 1].end)
    return Term((part,), quantity=amount[0]), end


_THEN = one_of(", then and")


def _goes_on(t: Tokens, j: int, stop: int) -> bool:
    """Whether other movements follow: one that may be done instead, or one with a count of its own."""
    k = skip(t, j, _THEN)
    if t.all[j].text == "or":
        named = name_at(t, j + 1, stop)
        return named is not None and named[1] >= stop
    return k > j and t.all[k].kind in {"number", *MEASURED}


def _without_then(t: Tokens, i: int, end: int) -> int:
    stop = end
    while stop > i and t.all[stop - 1].text in {"then", "and", ",", ".", ":", "-"}:
        stop -= 1
    return stop


_TOTAL_OF = one_of("a total of")
_OF_THE = one_of("of in a an the")


def _accumulate(t: Tokens, i: int, end: int) -> Read[Term]:
    """``"accumulate" ["a total of"] Q ["of"] NAME``."""
    j = skip(t, i + 1, _TOTAL_OF)
    amount = quantity(t, j)
    named = name_at(t, skip(t, amount[1], _OF_THE), end) if amount else None
    return (Term(named[0], quantity=amount[0]), named[1]) if amount and named else None


def _maximum(t: Tokens, i: int, end: int) -> Read[Term]:
    """``"max" [UNIT ["of"]] NAME``; of a lift with a maximum of its own a unit must be said."""
    found = maximum(t, i)
    named = name_at(t, found[1], end) if found else None
    if not found or not named or (t.all[found[1]].text in _ONE_OF_FEW and named[1] == found[1] + 1):
        return None
    found = _most_of(t, i, found, named[0])
    if found[1] == i + 1:
        first, *others = named[0]
        if has_reference(first.movement_id):
            return None
        return Term((replace(first, start=t.all[i].start), *others), quantity=found[0], behind_x=True), named[
            1
        ]
    return Term(named[0], quantity=found[0], behind_x=True), named[1]


def _most_of(
    t: Tokens, i: int, found: tuple[Quantity, int], parts: tuple[ReadPart, ...]
) -> tuple[Quantity, int]:
    """The maximum told from token `i` on; of a hold it is a time, unless repetitions are said."""
    most, j = found
    held = most.max_of and is_hold(parts) and not any(token.text in REPS for token in t.all[i:j])
    return (replace(most, max_of="time"), j) if held else found


_ONE_OF_FEW = one_of("single double triple")
"""`Snatch x 3, then max single`: how often, and no movement, though `singles` are one."""
_OF = one_of("of")


def _weight_first(t: Tokens, i: int, end: int) -> Read[Term]:
    """``WEIGHT NAME | PERCENT ["of" ["your"] [N-RM | "max"]] NAME``."""
    if t.all[i].kind not in {"weight", "percent"}:
        return None
    found = read_load(t, i, marked=False)
    if not found:
        return None
    if t.all[i].kind == "percent":
        return _percent_first(t, i, end, found)
    j = skip(t, found[1], _OF)
    named = name_at(t, j, end)
    if named:
        return Term(named[0], load=found[0]), named[1]
    unknown = _unknown(t, j, end)
    return (replace(unknown[0], load=found[0]), unknown[1]) if unknown else None


_YOUR = one_of("your the a")


def _percent_first(t: Tokens, i: int, end: int, found: tuple[ReadLoad, int]) -> Read[Term]:
    """``PERCENT ["of" ["your"] [N-RM | "max"]] NAME``: that lift is what is done: `75% of 1-RM Front Squat x 3`."""
    j = i + 1
    of = t.all[j].text == "of"
    k = skip(t, j + of, _YOUR)
    k += t.all[k].kind == "rm" or t.all[k].text == "max"
    named = name_at(t, k, end)
    if not named or found[0].load is None or found[0].load.kind != "percent":
        return None
    own = replace(found[0], named=() if of or k > j else None, either=False)
    return Term(named[0], load=own), named[1]


_OF_REPS = one_of("of - rep reps")


def _sets_first(t: Tokens, i: int, end: int) -> Read[Term]:
    """``K "x" Q ["of"] NAME | K "sets" ("of" | "x") Q ["of"] NAME``."""
    token = t.all[i]
    if not tells_sets(t, i):
        return None
    sets = whole_count(token)
    amount = quantity(t, i + 2)
    if sets is None or not amount:
        return None
    named = name_at(t, i + 2, end) or name_at(t, skip(t, amount[1], _OF_REPS), end)
    if not named or (
        named[1] <= i + 3 and t.all[i + 2].kind == "number" and named[0][0].start == t.all[i + 2].start
    ):
        return None
    amount = _most_of(t, i + 2, amount, named[0])
    return Term(named[0], quantity=amount[0], behind_x=True, sets=sets), named[1]


_OF_TOTAL = one_of("of - total")


def _measured_first(t: Tokens, i: int, end: int) -> Read[Term]:
    """``Q ["of" | "-"] NAME`` with a unit."""
    if t.all[i].kind not in MEASURED:
        return None
    amount = quantity(t, i)
    if not amount:
        return None
    most = maximum(t, skip(t, amount[1], _OF)) if amount[0].field == "duration_s" else None
    if most:  # `1 minute max reps Dips`
        within = replace(amount[0], max_of=most[0].max_of)
        named = name_at(t, most[1], end)
        return (Term(named[0], quantity=within, behind_x=True), named[1]) if named else None
    named = name_at(t, skip(t, amount[1], _OF_TOTAL), end)
    return (Term(named[0], quantity=amount[0]), named[1]) if named else None


def _counted(t: Tokens, i: int, end: int) -> Read[Term]:
    """``N ["of" | "x"] NAME``; equal halves are so many a side."""
    token = t.all[i]
    if token.kind != "number" or token.value is None:
        return None
    whole = name_at(t, i, end)
    if whole:  # `3-position snatch`
        return Term(whole[0]), whole[1]
    named = name_at(t, i + 1 + (t.all[i + 1].text in {"of", "x"}), end)
    if not named:
        high = _height_first(t, i + 1, end)
        return (replace(high[0], times=token.value), high[1]) if high else None
    amount = quantity(t, i)
    if amount and amount[0].per_side:
        return Term(named[0], quantity=amount[0]), named[1]
    if t.all[i + 1].text == "x":
        return Term(named[0], quantity=Quantity("reps", token.value, unit=False), behind_x=True), named[1]
    return Term(named[0], times=token.value), named[1]


def _paused_first(t: Tokens, i: int, end: int) -> Read[Term]:
    """``TIME "pause" NAME``."""
    if t.all[i].kind != "time" or not t.all[i + 1].text.startswith("paus"):
        return None
    named = name_at(t, i, end)
    return (Term(named[0]), named[1]) if named else None


def _height_first(t: Tokens, i: int, end: int) -> Read[Term]:
    """``HEIGHT NAME``, before a box, a rope or a target: `24" Box Jump x 5`."""
    found = height(t, i)
    named = name_at(t, found[1], end) if found else None
    if not found or not named or not has_height(named[0]):
        return None
    return Term(named[0], height=found[0]), named[1]


_HEADS_BY_WORD: dict[str, tuple[Callable[[Tokens, int, int], Read[Term]], ...]] = {
    "take": (_take,), "accumulate": (_accumulate,), "max": (_maximum,), "maximum": (_maximum,),
}  # fmt: skip
_HEADS_BY_FIGURE = (_paused_first, _weight_first, _sets_first, _height_first, _measured_first, _counted)


# ------------------------------------------------------------------------------------------ unknown names
_NOT_IN_NAME = one_of(
    "emom amrap set sets round rounds rest minute minutes second seconds tabata rep reps every"
    " scale scaled scaling sub substitute regress use if or x"
)


def _unknown(t: Tokens, i: int, end: int) -> Read[Term]:
    """A name outside the vocabulary, where only a name can stand: before ``x Q`` and ``k x r``."""
    found = plain_unknown(t, i, end)
    if not found or not _is_counted(t, found[1], end):
        return None
    (part,) = found[0].parts
    return found if part.end - part.start <= _LONGEST_NAME else None


def _counted_in_front(t: Tokens, i: int) -> Read[Range]:
    """``N``."""
    token = t.all[i]
    return (token.value, i + 1) if token.kind == "number" and token.value else None


def _can_name(t: Tokens, k: int) -> bool:
    token = t.all[k]
    if token.kind == "word":
        return token.text not in _NOT_IN_NAME and token.text not in SENTENCE
    if token.kind == "number":  # `Zercher Wobble 0 x 3`
        return t.all[k + 1].text == "x" and whole_count(token) is None
    if token.kind == "time":
        return t.all[k - 1].text in {"with", "a", "w", "/"}
    return token.text in {"-", "&", "'", "/", "."} and (not token.spaced or token.text == "&")


_SENTENCE = one_of(
    "to at from with by of start begin then drop back build work up than for and your the only both"
)
"""Words before a percent that make a sentence of the line, and no name."""


def _is_counted(t: Tokens, k: int, end: int) -> bool:
    """Whether ``x Q``, ``k x r`` or ``PERCENT x N`` stands at token `k`."""
    if k + 1 < end and t.all[k].text == "x":
        return quantity(t, k + 1) is not None
    behind = t.all[k + 1].text if k + 2 < end else ""
    if t.all[k].kind == "percent" and behind in {"x", "/"}:
        return not any(token.text in _SENTENCE for token in t.all[max(k - 4, 0) : k])
    counts = t.all[k].kind in {"number", "sets"} and whole_count(t.all[k]) is not None
    return counts and behind in {"x", "of"} and quantity(t, k + 2) is not None


def plain_unknown(t: Tokens, i: int, end: int) -> Read[Term]:
    """``[N] NAME`` outside the vocabulary, at a `+`."""
    amount = _counted_in_front(t, i)
    j = amount[1] if amount else i
    k = j
    while k < end and _can_name(t, k):
        k += 1
    if k == j or t.all[j].kind != "word":
        return None
    part = ReadPart(None, t.all[j].start, t.all[k - 1].end)
    return Term((part,), times=amount[0] if amount else None), k
