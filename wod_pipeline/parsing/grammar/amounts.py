"""§7.5 How much of a term: clauses behind an `x`, behind the name, in lists set by set."""

from __future__ import annotations

from msgspec.structs import replace

from wod_pipeline.parsing._text import ReadValue, exact
from wod_pipeline.parsing.grammar.families import is_hold
from wod_pipeline.parsing.grammar.measures import REPS, Read, joined_counts, maximum, quantity, side
from wod_pipeline.parsing.grammar.readings import Quantity, Term
from wod_pipeline.parsing.grammar.tables import meanings, one_of, skip
from wod_pipeline.parsing.grammar.tokens import (
    COUNTING,
    MEASURED,
    Tokens,
    scaled,
    seconds_of,
    tells_sets,
    whole_count,
)
from wod_pipeline.program import Range


# ---------------------------------------------------------------------------------------------- one clause
class Place(ReadValue, frozen=True):
    """Where a clause may begin: token `j`, of those before `end`; `apart`: a comma stands in front."""

    t: Tokens
    j: int
    end: int
    apart: bool


def by_x(at: Place, term: Term) -> Read[Term]:
    """``"x" K "x" Q | "x" Q | "x" K ["sets"] | "x" N "+" N``."""
    t, j = at.t, at.j
    if t.all[j].text != "x" or (term.rows and t.all[j + 1].kind != "sets"):
        return None
    j += 1
    counts = _part_counts(t, j)
    if counts and not term.quantity:
        return replace(term, counts=counts[0]), counts[1]
    listed = _comma_list(t, j, term) if not term.quantity else None
    if listed:
        return listed
    if t.all[j].kind == "list":
        return _listed(t, j, term)
    if not term.quantity:
        sets = _reps_by_sets(t, j, term) or _k_by_r(t, j, term)
        if sets:
            return sets
    return _x_amount(t, j, term)


def _reps_by_sets(t: Tokens, j: int, term: Term) -> Read[Term]:
    """``N "x" N`` behind a percent or a weight and an `x`: `@ 75% x 5 x 3` is three sets of five."""
    if not term.load or not _follows_load(t, j, term) or t.all[j + 1].text != "x":
        return None
    reps, sets = t.all[j], t.all[j + 2]
    if reps.kind != "number" or sets.kind != "number" or not whole_count(sets) or reps.paired:
        return None
    return replace(
        term, quantity=Quantity("reps", reps.value, unit=False), behind_x=True, sets=whole_count(sets)
    ), j + 3


_BEFORE_AMOUNT = one_of(": - for")


def _follows_load(t: Tokens, j: int, term: Term) -> bool:
    """Whether the load of a term stands behind its name and before token `j`."""
    name_end = term.parts[-1].end
    return any(token.kind in {"percent", "weight"} and token.start >= name_end for token in t.all[:j])


def few(at: Place, term: Term) -> Read[Term]:
    """``[":" | "-"] [N] ("singles" | "doubles" | "triples")``: so many sets of one, two, three."""
    t, j = at.t, skip(at.t, at.j, _BEFORE_AMOUNT)
    counted = t.all[j].kind == "number" and whole_count(t.all[j]) is not None
    word = t.all[j + counted].text
    if term.counted or term.rows or term.sets or not word.endswith("s") or word not in _FEW:
        return None
    sets = whole_count(t.all[j]) if counted else None
    reps = Quantity("reps", exact(int(_FEW[word])), unit=False)
    return replace(term, quantity=reps, sets=sets, behind_x=True), j + counted + 1


_FEW = meanings("few")


def _x_amount(t: Tokens, j: int, term: Term) -> Read[Term]:
    """``K "sets" | Q | K`` behind an `x`: how much, the time of a maximum, or how many sets of what was said."""
    token = t.all[j]
    if token.kind == "sets" and (sets := whole_count(token)):
        return replace(term, sets=term.sets or sets), j + 1
    amount = quantity(t, j)
    if not amount:
        return None
    if term.quantity is None or (term.quantity.max_of and term.quantity.value is None):
        within = term.quantity.max_of if term.quantity else None
        if within and amount[0].field == "duration_s":
            return replace(term, quantity=replace(amount[0], max_of=within)), amount[1]
        if term.quantity is None:
            return _with_quantity(t, term, *amount)
    if not term.sets and token.kind in {"number"} and (sets := whole_count(token)):
        return replace(term, sets=sets), j + 1
    return None


def _with_quantity(t: Tokens, term: Term, amount: Quantity, j: int) -> Read[Term]:
    """``Q ["or more" | "and up"] | N "-" Q``: the term so often."""
    if t.all[j].text in {"or", "and"} and t.all[j + 1].text in {"more", "up"} and amount.value:
        amount, j = replace(amount, value=Range(amount.value.min, None)), j + 2
    last = t.all[j + 1]
    if not amount.unit and t.all[j].text == "-" and t.all[j].spaced and last.kind in {"number", *MEASURED}:
        return _with_range(t, term, amount, j + 1)
    if not (amount.value or amount.max_of):  # `x 1.1.1`
        term = replace(term, unheld=(*term.unheld, (t.all[j - 1].start, t.all[j - 1].end)))
    return replace(term, quantity=amount, behind_x=True), j


def _with_range(t: Tokens, term: Term, low: Quantity, j: int) -> Read[Term]:
    """``N "-" Q`` with a dash between spaces: from one to the other, in the unit of the last."""
    high = quantity(t, j)
    token = t.all[j]
    if not high or not high[0].value or not low.value or low.value.min is None or not token.alone:
        return None
    factor = (high[0].value.max or 0) / (token.alone.max or 1)
    first = low.value.min if factor == 1 else scaled(low.value, factor).min
    ends = Range(first, high[0].value.max)
    return replace(term, quantity=replace(high[0], value=ends), behind_x=True), high[1]


def _part_counts(t: Tokens, i: int) -> Read[tuple[int, ...]]:
    """``N "+" N {"+" N} ["reps"]``, brackets around it or none: how often each part of a complex is done."""
    bracketed = t.all[i].text == "("
    counts, j = joined_counts(t, i + bracketed)
    if len(counts) < 2 or t.all[j].text == "+" or (bracketed and t.all[j].text != ")"):
        return None
    return counts, skip(t, j + bracketed, REPS)


def _k_by_r(t: Tokens, j: int, term: Term) -> Read[Term]:
    """``K "x" Q | K "sets" ("of" | "x") Q``; where units are said they decide: `x 5 reps x 3 sets`."""
    token = t.all[j]
    if not tells_sets(t, j):
        return None
    sets = whole_count(token)
    if t.all[j + 2].kind == "sets" and token.kind == "number":
        return replace(
            term, quantity=Quantity("reps", sets, unit=False), behind_x=True, sets=whole_count(t.all[j + 2])
        ), j + 3
    counts = _part_counts(t, j + 2)
    if sets and counts:  # `4 x (2+1)`
        return replace(term, sets=sets, counts=counts[0]), counts[1]
    amount = quantity(t, j + 2)
    if sets is None or not amount:
        return None
    return _with_quantity(t, replace(term, sets=sets), *amount)


def figures(at: Place, term: Term) -> Read[Term]:
    """What stands behind the name, or behind ``:``, ``-``, ``for``, a comma: a quantity, ``k x r``, a list."""
    t, j = at.t, at.j
    k = skip(t, j, _BEFORE_AMOUNT)
    token = t.all[k]
    marked = k > j or at.apart
    if token.kind == "list":
        return _listed(t, k, term)
    if term.quantity is None:
        found = _k_by_r(t, k, term)
        if found:
            return found
        commas = _comma_list(t, k, term)
        if commas:
            return commas
    if token.text in {"max", "maximum", "amrap"}:
        return _most(t, k, term)
    if token.kind == "sets" and (sets := whole_count(token)) and not term.sets:
        return replace(term, sets=sets), k + 1
    return _plain_quantity(t, k, term, marked=marked)


def _plain_quantity(t: Tokens, k: int, term: Term, *, marked: bool) -> Read[Term]:
    """``Q``: with a unit, or where a sign or a comma marks it, or a load follows; the time of a maximum."""
    token = t.all[k]
    timed = _time_of_maximum(t, k, term)
    if timed:
        return timed
    if term.quantity is not None or term.rows or (term.times is not None and token.kind == "number"):
        return None
    amount = quantity(t, k) if token.kind in MEASURED or token.kind in {"number", "cluster"} else None
    if not amount:
        return None
    if token.kind in MEASURED:
        return _times_so_many(t, term, *amount) or _with_quantity(t, term, *amount)
    before_load = t.all[k + 1].text == "@" or t.all[k + 1].kind == "percent"
    before_side = side(t, k + 1) is not None and t.all[k + 1].text != "-"
    return _with_quantity(t, term, *amount) if marked or before_load or before_side else None


def _time_of_maximum(t: Tokens, k: int, term: Term) -> Read[Term]:
    """``TIME`` at token `k`, when the term is a maximum whose time is not said."""
    most = term.quantity.max_of if term.quantity and term.quantity.value is None else None
    seconds = seconds_of(t.all[k]) if most else None
    if not seconds:
        return None
    return replace(term, quantity=Quantity("duration_s", seconds, unit=True, max_of=most)), k + 1


def _times_so_many(t: Tokens, term: Term, amount: Quantity, j: int) -> Read[Term]:
    """``Q "x" K``: a time or a distance so many times."""
    if t.all[j].text != "x" or t.all[j + 1].kind != "number" or amount.field == "reps":
        return None
    sets = whole_count(t.all[j + 1])
    return (replace(term, quantity=amount, behind_x=True, sets=sets), j + 2) if sets else None


def _most(t: Tokens, k: int, term: Term) -> Read[Term]:
    """``"max" [UNIT]``: of a hold a time; behind a time, within it."""
    found = maximum(t, k)
    if not found or term.rows:
        return None
    most, j = found
    if j == k + 1 and is_hold(term.parts):
        most = replace(most, max_of="time")
    if term.quantity is None:
        return replace(term, quantity=most, behind_x=True), j
    if term.quantity.field == "duration_s" and not term.quantity.max_of:
        return replace(term, quantity=replace(term.quantity, max_of=most.max_of)), j
    return None


def _listed(t: Tokens, k: int, term: Term) -> Read[Term]:
    """``5-3-1``; equal numbers are sets of so many."""
    if term.quantity or term.rep_scheme or t.all[k + 1].text == "%":
        return None
    return _in_turn(term, t.all[k].numbers), skip(t, k + 1, REPS)


def _in_turn(term: Term, numbers: tuple[int, ...]) -> Term:
    sets = exact(len(numbers))
    if len(set(numbers)) == 1:
        return replace(
            term, quantity=Quantity("reps", exact(numbers[0]), unit=False), behind_x=True, sets=sets
        )
    return replace(term, sets=sets, rep_scheme=numbers)


_BEHIND_LIST = one_of("@ ( rep reps up building from to at")


def _comma_list(t: Tokens, k: int, term: Term) -> Read[Term]:
    """``5, 5, 3`` or ``5/5/3`` behind a name: repetitions set by set."""
    numbers: list[int] = []
    while t.all[k].kind in COUNTING and (value := t.all[k].value) and value.min is not None:
        token = t.all[k]
        numbers.append(int(value.min))
        if token.paired:
            numbers.append(int(value.f if value.f is not None else value.min))
        elif value.min != value.max:
            return None
        k += 1
        if t.all[k].text not in {",", "/"} or t.all[k + 1].kind not in COUNTING:
            break
        k += 1
    closed = t.all[k].kind in {"end", "percent"} or t.all[k].text in _BEHIND_LIST
    return (_in_turn(term, tuple(numbers)), skip(t, k, REPS)) if len(numbers) > 2 and closed else None


def within(at: Place, term: Term) -> Read[Term]:
    """``("in" | "within" | "over") TIME``: the time a maximum is done in: `Max Calories in 60 seconds`."""
    t, j = at.t, at.j
    if t.all[j].text not in {"in", "within", "over"} or not term.quantity or not term.quantity.max_of:
        return None
    seconds = seconds_of(t.all[j + 1])
    if not seconds:
        return None
    return replace(
        term, quantity=Quantity("duration_s", seconds, unit=True, max_of=term.quantity.max_of)
    ), j + 2
