"""§7.1 Terms: one movement of a line, what stands in front of it, and clause by clause what is said about it.

The reader goes from token to token: a rule uses them, or they are unread. Lists, complexes and alternatives are put
together in `lines`.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from wod_pipeline.parsing._text import ReadValue, exact
from wod_pipeline.parsing.grammar.brackets import bracket
from wod_pipeline.parsing.grammar.loads import load as read_load
from wod_pipeline.parsing.grammar.loads import load_words
from wod_pipeline.parsing.grammar.measures import (
    Read,
    bare_tempo,
    height,
    maximum,
    pause,
    quantity,
    rest,
    side,
    tempo,
)
from wod_pipeline.parsing.grammar.names import name_at
from wod_pipeline.parsing.grammar.readings import Quantity, ReadLoad, ReadPart, Term
from wod_pipeline.parsing.grammar.rows import SINGLES, rows_at, target_behind
from wod_pipeline.parsing.grammar.tables import one_of, skip
from wod_pipeline.parsing.grammar.tokens import Token, Tokens, scaled, seconds_of
from wod_pipeline.program import AbsoluteLoad, Load, Pause, Range, Side
from wod_pipeline.vocabulary import has_reference

_MEASURED = frozenset(("time", "distance", "calories", "reps"))
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
    """``"Take" ["another"] Q "to" NAME``: all that is said is one thing to do, unless known names are joined by `or`."""
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


def _goes_on(t: Tokens, j: int, stop: int) -> bool:
    """Whether other movements follow: one that may be done instead, or one with a count of its own."""
    k = skip(t, j, one_of(", then and"))
    if t.all[j].text == "or":
        named = name_at(t, j + 1, stop)
        return named is not None and named[1] >= stop
    return k > j and t.all[k].kind in {"number", *_MEASURED}


def _without_then(t: Tokens, i: int, end: int) -> int:
    stop = end
    while stop > i and t.all[stop - 1].text in {"then", "and", ",", ".", ":", "-"}:
        stop -= 1
    return stop


def _accumulate(t: Tokens, i: int, end: int) -> Read[Term]:
    j = skip(t, i + 1, one_of("a total of"))
    amount = quantity(t, j)
    named = name_at(t, skip(t, amount[1], one_of("of in a an the")), end) if amount else None
    return (Term(named[0], quantity=amount[0]), named[1]) if amount and named else None


def _maximum(t: Tokens, i: int, end: int) -> Read[Term]:
    """``"max" [UNIT ["of"]] NAME``; of a lift with a maximum of its own a unit must be said."""
    found = maximum(t, i)
    named = name_at(t, found[1], end) if found else None
    if not found or not named:
        return None
    if found[1] == i + 1:
        first, *others = named[0]
        if has_reference(first.movement_id):
            return None
        return Term((replace(first, start=t.all[i].start), *others), quantity=found[0], behind_x=True), named[
            1
        ]
    return Term(named[0], quantity=found[0], behind_x=True), named[1]


def _weight_first(t: Tokens, i: int, end: int) -> Read[Term]:
    """``WEIGHT NAME | PERCENT ["of" ["your"] [N-RM | "max"]] NAME``."""
    if t.all[i].kind not in {"weight", "percent"}:
        return None
    found = read_load(t, i, marked=False)
    if not found:
        return None
    if t.all[i].kind == "percent":
        return _percent_first(t, i, end, found)
    j = skip(t, found[1], one_of("of"))
    named = name_at(t, j, end)
    if named:
        return Term(named[0], load=found[0]), named[1]
    unknown = _unknown(t, j, end)
    return (replace(unknown[0], load=found[0]), unknown[1]) if unknown else None


def _percent_first(t: Tokens, i: int, end: int, found: tuple[ReadLoad, int]) -> Read[Term]:
    """The lift a percent is of, named behind it, is what is done: `75% of 1-RM Front Squat x 3`."""
    j = i + 1
    of = t.all[j].text == "of"
    k = skip(t, j + of, one_of("your the a"))
    k += t.all[k].kind == "rm" or t.all[k].text == "max"
    named = name_at(t, k, end)
    if not named or found[0].load is None or found[0].load.kind != "percent":
        return None
    own = replace(found[0], named=() if of or k > j else None, either=False)
    return Term(named[0], load=own), named[1]


def _sets_first(t: Tokens, i: int, end: int) -> Read[Term]:
    """``K "x" Q ["of"] NAME | K "sets" ("of" | "x") Q ["of"] NAME``."""
    token = t.all[i]
    joint = t.all[i + 1].text
    if not (token.kind == "number" and joint == "x") and not (token.kind == "sets" and joint in {"of", "x"}):
        return None
    sets = _whole(token)
    amount = quantity(t, i + 2)
    if sets is None or not amount:
        return None
    named = name_at(t, i + 2, end) or name_at(t, skip(t, amount[1], one_of("of - rep reps")), end)
    if not named or (
        named[1] <= i + 3 and t.all[i + 2].kind == "number" and named[0][0].start == t.all[i + 2].start
    ):
        return None
    return Term(named[0], quantity=amount[0], behind_x=True, sets=sets), named[1]


def _whole(token: Token) -> Range | None:
    """The range of a count: whole numbers, a hundred at most, no pair."""
    value = token.value
    if value is None or token.paired or value.min is None or value.max is None or value.min != int(value.min):
        return None
    return value if value.max < 100 else None


def _measured_first(t: Tokens, i: int, end: int) -> Read[Term]:
    """``Q ["of" | "-"] NAME`` with a unit."""
    if t.all[i].kind not in _MEASURED:
        return None
    amount = quantity(t, i)
    if not amount:
        return None
    most = maximum(t, skip(t, amount[1], one_of("of"))) if amount[0].field == "duration_s" else None
    if most:  # `1 minute max reps Dips`
        within = replace(amount[0], max_of=most[0].max_of)
        named = name_at(t, most[1], end)
        return (Term(named[0], quantity=within, behind_x=True), named[1]) if named else None
    named = name_at(t, skip(t, amount[1], one_of("of - total")), end)
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
    if not found or not named or not _has_height(named[0]):
        return None
    return Term(named[0], height=found[0]), named[1]


_HEIGHTS = frozenset((
    "box_jump", "burpee_box_jump_over", "step_up", "rope_climb", "wall_ball", "broad_jump", "box_squat",
))  # fmt: skip


def _has_height(parts: tuple[ReadPart, ...]) -> bool:
    return any(part.movement_id in _HEIGHTS for part in parts)


_HEADS_BY_WORD: dict[str, tuple[Callable[[Tokens, int, int], Read[Term]], ...]] = {
    "take": (_take,), "accumulate": (_accumulate,), "max": (_maximum,), "maximum": (_maximum,),
}  # fmt: skip
_HEADS_BY_FIGURE = (_paused_first, _weight_first, _sets_first, _height_first, _measured_first, _counted)


# ------------------------------------------------------------------------------------------ unknown names
_NOT_IN_NAME = one_of(
    "emom amrap set sets round rounds rest minute minutes second seconds tabata rep reps every scale scaled scaling sub"
    " substitute regress use if or x"
)


def _unknown(t: Tokens, i: int, end: int) -> Read[Term]:
    """A name outside the vocabulary, where only a name can stand: before ``x Q`` and ``k x r``."""
    amount = _counted_in_front(t, i)
    j = amount[1] if amount else i
    k = j
    while k < end and _can_name(t, k):
        k += 1
    if k == j or t.all[j].kind != "word" or t.all[k - 1].end - t.all[j].start > _LONGEST_NAME:
        return None
    if not _is_counted(t, k, end):
        return None
    part = ReadPart(None, t.all[j].start, t.all[k - 1].end)
    return Term((part,), times=amount[0] if amount else None), k


def _counted_in_front(t: Tokens, i: int) -> Read[Range]:
    token = t.all[i]
    return (token.value, i + 1) if token.kind == "number" and token.value else None


def _can_name(t: Tokens, k: int) -> bool:
    token = t.all[k]
    if token.kind == "word":
        return token.text not in _NOT_IN_NAME
    if token.kind == "time":
        return t.all[k - 1].text in {"with", "a", "w", "/"}
    return token.text in {"-", "&", "'", "/", "."} and (not token.spaced or token.text == "&")


def _is_counted(t: Tokens, k: int, end: int) -> bool:
    """Whether ``x Q`` or ``k x r`` stands at token `k`."""
    if k + 1 < end and t.all[k].text == "x":
        return quantity(t, k + 1) is not None
    behind = t.all[k + 1].text if k + 2 < end else ""
    return t.all[k].kind in {"number", "sets"} and behind in {"x", "of"} and quantity(t, k + 2) is not None


# ------------------------------------------------------------------------------------------------ clauses
_SEPARATORS = one_of(", ; + or and & / then")
_FILLERS = one_of("unbroken total alternating reps rep ub . ! : … each")
_QUIET = one_of(". ! : … , ; - *")


def clauses(t: Tokens, j: int, end: int, term: Term, *, any_name: bool) -> tuple[Term, int]:
    """All that is said of a term from token `j` on, in any order; ends where another term begins, or at the line's end."""
    unread: list[Token] = []
    term = _with_empty_bar(t, term)
    while j < end:
        lost = bool(unread) and unread[-1] is t.all[j - 1]
        found = _clause(t, j, end, term, lost=lost)
        if found is None and t.all[j].text in _SEPARATORS:
            k = _behind_separators(t, j, end)
            if _starts_term(t, j, k, end, term, any_name=any_name):
                break
            found = _clause(t, k, end, term, apart=True) if k < end else None
        if found:
            term, j = found
            continue
        if t.all[j].text not in _QUIET or t.all[j].kind == "word":
            unread.append(t.all[j])
        j += 1
    side = term.side or (term.quantity.per_side if term.quantity else None)
    return replace(term, side=side, unread=(*term.unread, *_spans(t, unread))), j


def _with_empty_bar(t: Tokens, term: Term) -> Term:
    """`Empty Barbell Snatch`: the words are in the name, and are its load."""
    first, last = term.parts[0], term.parts[-1]
    named = t.form.text[first.start : last.end]
    return replace(term, load=ReadLoad(Load("empty_bar"))) if "empty bar" in named and not term.load else term


def _behind_separators(t: Tokens, j: int, end: int) -> int:
    k = j
    while k < end and t.all[k].text in _SEPARATORS:
        k += 1
    return k


def _starts_term(t: Tokens, j: int, k: int, end: int, term: Term, *, any_name: bool) -> bool:
    """Whether the separators from `j` to `k` end the term, since another movement stands behind them."""
    if k >= end or (t.all[k].text == "(" and not is_group(t, k, end)):
        return False
    if is_group(t, k, end):
        return True
    if rows_at(t, k) and not term.quantity and t.all[j].text in {",", ";"}:
        return False
    loose = any_name and (t.all[j].text != "or")
    found = head(t, k, end, any_name=loose) or (
        _plain_unknown(t, k, end) if any_name and "+" in t.text(j, k) else None
    )
    return found is not None


def is_group(t: Tokens, i: int, end: int) -> bool:
    """Whether brackets at token `i` hold terms together: a `+` within, and no load."""
    if i >= end or t.all[i].text not in {"(", "["}:
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
        depth += (t.all[k].text in {"(", "["}) - (t.all[k].text in {")", "]"})
        if depth == 0:
            return k
    return end


def _plain_unknown(t: Tokens, i: int, end: int) -> Read[Term]:
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


plain_unknown = _plain_unknown


def _spans(t: Tokens, tokens: list[Token]) -> tuple[tuple[int, int], ...]:
    """The places of tokens, neighbours as one span."""
    spans: list[tuple[int, int]] = []
    for token in tokens:
        if spans and not t.form.text[spans[-1][1] : token.start].strip(" -'&/"):
            spans[-1] = (spans[-1][0], token.end)
        else:
            spans.append((token.start, token.end))
    return tuple(spans)


# ---------------------------------------------------------------------------------------------- one clause
class Place(ReadValue, frozen=True):
    """Where a clause may begin: token `j` of a term that ends before token `end`; `apart`: a comma stands in front."""

    t: Tokens
    j: int
    end: int
    apart: bool


def _clause(
    t: Tokens, j: int, end: int, term: Term, *, apart: bool = False, lost: bool = False
) -> Read[Term]:
    """The clause at token `j`, added to the term. `apart`: a comma stands in front; `lost`: an unread word does."""
    token = t.all[j]
    at = Place(t, j, end, apart)
    for rule in _MARKED_RULES if lost else _RULES:
        found = rule(at, term)
        if found and found[1] <= end and found[1] > j:
            return found
    return (term, j + 1) if token.text in _FILLERS and token.kind == "word" else None


def _rows(at: Place, term: Term) -> Read[Term]:
    """The sets one by one behind the name; a single one only where nothing marks it as the load of the exercise."""
    t, j = at.t, at.j
    if term.quantity or term.rows or term.rep_scheme or term.load:
        return None
    k = skip(t, j, one_of("x : - @ ,"))
    if tempo(t, k - 1) or tempo(t, k):
        return None
    found = rows_at(t, k)
    if not found:
        return None
    rows, behind = found
    if len(rows) == 1 and not _is_lone_row(t, k, behind):
        return None
    return replace(term, rows=rows), behind


def _is_lone_row(t: Tokens, i: int, behind: int) -> bool:
    """Whether one row is no load of an exercise with repetitions: it begins with the percent, or it stands behind an `x`."""
    percent = next((k for k in range(i, behind) if t.all[k].kind == "percent"), None)
    if percent is None or any(token.text in {"@", "at"} for token in t.all[i - 1 : behind]):
        return False
    return t.all[percent + 1].text != "of" and (percent == i or t.all[percent - 1].text == "x")


def _builds(at: Place, term: Term) -> Read[Term]:
    """Behind rows, what is built to after them."""
    t, j = at.t, at.j
    found = target_behind(t, j) if term.rows and not term.builds else None
    return (replace(term, builds=found[0]), found[1]) if found else None


def _by_x(at: Place, term: Term) -> Read[Term]:
    """``"x" K "x" Q | "x" Q | "x" K ["sets"] | "x" N "+" N``."""
    t, j = at.t, at.j
    if t.all[j].text != "x" or (term.rows and t.all[j + 1].kind != "sets"):
        return None
    j += 1
    counts = part_counts(t, j)
    if counts and not term.quantity:
        return replace(term, counts=counts[0]), counts[1]
    listed = _comma_list(t, j, term) if not term.quantity else None
    if listed:
        return listed
    if t.all[j].kind == "list":
        return _listed(t, j, term)
    sets = _k_by_r(t, j, term) if not term.quantity else None
    if sets:
        return sets
    return _x_amount(t, j, term)


def _x_amount(t: Tokens, j: int, term: Term) -> Read[Term]:
    token = t.all[j]
    if token.kind == "sets" and (sets := _whole(token)):
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
    if not term.sets and token.kind in {"number"} and (sets := _whole(token)):
        return replace(term, sets=sets), j + 1
    return None


def _with_quantity(t: Tokens, term: Term, amount: Quantity, j: int) -> Read[Term]:
    """The term so often; `5 or more`, `3 controlled reps`, `5 (each leg)`."""
    if t.all[j].text in {"or", "and"} and t.all[j + 1].text in {"more", "up"} and amount.value:
        amount, j = replace(amount, value=Range(amount.value.min, None)), j + 2
    last = t.all[j + 1]
    if not amount.unit and t.all[j].text == "-" and t.all[j].spaced and last.kind in {"number", *_MEASURED}:
        return _with_range(t, term, amount, j + 1)
    told = amount.value or amount.max_of
    return replace(term if told else _with_unheld(t, term, j - 1, j), quantity=amount, behind_x=True), j


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


def part_counts(t: Tokens, i: int) -> Read[tuple[int, ...]]:
    """``N "+" N {"+" N} ["reps"]``, brackets around it or none: how often each part of a complex is done."""
    bracketed = t.all[i].text == "("
    j = i + bracketed
    counts: list[int] = []
    while t.all[j].kind in {"number", "reps"} and (value := _whole(t.all[j])) and value.min == value.max:
        counts.append(int(value.min or 0))
        if t.all[j + 1].text != "+":
            break
        j += 2
    if len(counts) < 2 or t.all[j].kind not in {"number", "reps"}:
        return None
    j += 1
    if bracketed:
        if t.all[j].text != ")":
            return None
        j += 1
    return tuple(counts), skip(t, j, one_of("rep reps"))


def _k_by_r(t: Tokens, j: int, term: Term) -> Read[Term]:
    """``K "x" Q | K "sets" ("of" | "x") Q``; where units are said they decide: `x 5 reps x 3 sets`."""
    token = t.all[j]
    joint = t.all[j + 1].text
    if not (token.kind == "number" and joint == "x") and not (token.kind == "sets" and joint in {"of", "x"}):
        return None
    sets = _whole(token)
    if t.all[j + 2].kind == "sets" and token.kind == "number":
        return replace(
            term, quantity=Quantity("reps", sets, unit=False), behind_x=True, sets=_whole(t.all[j + 2])
        ), j + 3
    amount = quantity(t, j + 2)
    if sets is None or not amount:
        return None
    found = _with_quantity(t, replace(term, sets=sets), *amount)
    return found


def _figures(at: Place, term: Term) -> Read[Term]:
    """What stands behind the name, or behind ``:``, ``-``, ``for``, a comma: a quantity, ``k x r``, a list."""
    t, j = at.t, at.j
    k = skip(t, j, one_of(": - for"))
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
    if token.text in {"max", "maximum", "amrap"} and marked | (k == j):
        return _most(t, k, term)
    if token.kind == "sets" and (sets := _whole(token)) and not term.sets:
        return replace(term, sets=sets), k + 1
    return _plain_quantity(t, j, k, term, marked=marked)


def _plain_quantity(t: Tokens, j: int, k: int, term: Term, *, marked: bool) -> Read[Term]:
    token = t.all[k]
    within = term.quantity.max_of if term.quantity and term.quantity.value is None else None
    seconds = seconds_of(token)
    if within and seconds:
        return replace(term, quantity=Quantity("duration_s", seconds, unit=True, max_of=within)), k + 1
    if term.quantity is not None or term.rows or (term.times is not None and token.kind == "number"):
        return None
    if token.kind in _MEASURED:
        amount = quantity(t, k)
        if not amount:
            return None
        times = t.all[amount[1]].text == "x" and t.all[amount[1] + 1].kind == "number"
        if times and (sets := _whole(t.all[amount[1] + 1])) and not amount[0].field == "reps":
            return replace(term, quantity=amount[0], behind_x=True, sets=sets), amount[1] + 2
        return _with_quantity(t, term, *amount)
    if token.kind not in {"number", "cluster"}:
        return None
    amount = quantity(t, k)
    before_load = t.all[k + 1].text == "@" or t.all[k + 1].kind in {"percent"}
    return _with_quantity(t, term, *amount) if amount and (marked or before_load) else None


def _most(t: Tokens, k: int, term: Term) -> Read[Term]:
    found = maximum(t, k)
    if not found or term.rows:
        return None
    most, j = found
    if j == k + 1 and any(part.movement_id in _HOLDS for part in term.parts):
        most = replace(most, max_of="time")
    if term.quantity is None:
        return replace(term, quantity=most, behind_x=True), j
    if term.quantity.field == "duration_s" and not term.quantity.max_of:
        return replace(term, quantity=replace(term.quantity, max_of=most.max_of)), j
    return None


_HOLDS = frozenset((
    "plank", "side_plank", "wall_sit", "l_sit", "hollow_hold", "superman_hold", "ring_support_hold", "handstand_hold",
))  # fmt: skip


def _listed(t: Tokens, k: int, term: Term) -> Read[Term]:
    """``5-3-1``; equal numbers are sets of so many."""
    if term.quantity or term.rep_scheme:
        return None
    return _in_turn(term, t.all[k].numbers), skip(t, k + 1, one_of("rep reps"))


def _in_turn(term: Term, numbers: tuple[int, ...]) -> Term:
    sets = exact(len(numbers))
    if len(set(numbers)) == 1:
        return replace(
            term, quantity=Quantity("reps", exact(numbers[0]), unit=False), behind_x=True, sets=sets
        )
    return replace(term, sets=sets, rep_scheme=numbers)


def _comma_list(t: Tokens, k: int, term: Term) -> Read[Term]:
    """``5, 5, 3`` or ``5/5/3`` behind a name: repetitions set by set."""
    numbers: list[int] = []
    while t.all[k].kind in {"number", "reps"} and (value := t.all[k].value) and value.min is not None:
        token = t.all[k]
        numbers.append(int(value.min))
        if token.paired:
            numbers.append(int(value.f if value.f is not None else value.min))
        elif value.min != value.max:
            return None
        k += 1
        if t.all[k].text not in {",", "/"} or t.all[k + 1].kind not in {"number", "reps"}:
            break
        k += 1
    closed = t.all[k].kind == "end" or t.all[k].text in {"@", "(", "rep", "reps"}
    return (
        (_in_turn(term, tuple(numbers)), skip(t, k, one_of("rep reps")))
        if len(numbers) > 2 and closed
        else None
    )


def _at(at: Place, term: Term) -> Read[Term]:
    """``"@" (TEMPO | LOAD) | "at" LOAD``; from there on the line need not be understood."""
    t, j = at.t, at.j
    slow = tempo(t, j)
    if slow and term.tempo is None:
        return replace(term, tempo=slow[0]), slow[1]
    token = t.all[j]
    if token.text not in {"@", "at"}:
        return None
    found = read_load(t, j + 1)
    if token.text == "at" and (not found or found[0].unit_missing or found[0].load is None):
        return None
    if found and found[1] <= at.end:
        if term.load and term.load.load:
            return None
        return replace(term, load=found[0], open_ended=True), found[1]
    k = j + 1
    while k < at.end and t.all[k].text not in {",", ";"} and not _parts(t, k, at.end):
        k += 1
    if k == j + 1:
        return None
    later = next((m for m in range(j + 1, k) if t.all[m].text == "@"), None)
    if later is not None:
        return None
    kept = term.load or ReadLoad(None, words=t.text(j + 1, k))
    return replace(term, load=kept, open_ended=True), k


def _parts(t: Tokens, k: int, end: int) -> bool:
    """Whether a separator at token `k` stands in front of another movement."""
    return t.all[k].text in {"or", "+"} and head(t, k + 1, end, any_name=False) is not None


def _aside(at: Place, term: Term) -> Read[Term]:
    """``"(" … ")"``."""
    t, j = at.t, at.j
    if t.all[j].text not in {"(", "["}:
        return None
    close = closing(t, j, at.end)
    if close == j + 1:
        return None
    behind = min(close + 1, at.end)
    if t.all[j - 1].end == term.parts[-1].end and _is_aside(t, j + 1, close, term):
        return _with_longer_name(term, t.all[behind - 1].end), behind
    return bracket(t, j + 1, close, term), behind


def _is_aside(t: Tokens, i: int, close: int, term: Term) -> bool:
    """Whether brackets directly behind a name only belong to it: nothing they say is a clause, and no figure."""
    said = bracket(t, i, close, term)
    figures = any(token.kind not in {"word", "sign"} for token in t.all[i:close])
    return replace(said, unread=()) == replace(term, unread=()) and not figures


def _with_longer_name(term: Term, end: int) -> Term:
    *others, last = term.parts
    return replace(term, parts=(*others, replace(last, end=end)))


def _side(at: Place, term: Term) -> Read[Term]:
    t, j = at.t, at.j
    found = side(t, j + (t.all[j].text == "in"))
    if not found:
        return None
    (named, word), k = found
    return _with_side(term, named, word), k


def _with_side(term: Term, named: Side | None, word: str) -> Term:
    """The side of a term; `each hand` beside a weight says what is held, not how it is counted."""
    if named is None:
        return replace(term, side=term.side or "side", each=True)
    held = word in {"hand", "hands"} and term.load and term.load.load and term.load.load.abs
    return term if held else replace(term, side=term.side or named)


def _paused(at: Place, term: Term) -> Read[Term]:
    """A pause is the last part's, since it stands behind its movement."""
    t, j = at.t, at.j
    found = pause(t, j, marked=at.apart)
    if not found:
        return None
    last = term.parts[-1]
    if last.pause and last.pause.s:
        return _with_unheld(t, term, j, found[1]), found[1]
    beside = not at.apart and t.all[j - 1].end == last.end
    term = _with_longer_name(term, t.all[found[1] - 1].end) if beside else term
    return with_pause(term, found[0]), found[1]


def with_pause(term: Term, said: Pause) -> Term:
    """The term with a pause in its last movement."""
    *others, last = term.parts
    return replace(term, parts=(*others, replace(last, pause=said)))


def _with_unheld(t: Tokens, term: Term, i: int, j: int) -> Term:
    """The term with a clause that is understood and that it has no place for: a second pause, a word beside rows."""
    return replace(term, unheld=(*term.unheld, (t.all[i].start, t.all[j - 1].end)))


def _resting(at: Place, term: Term) -> Read[Term]:
    t, j = at.t, at.j
    k = j + (t.all[j].text == "-")
    found = rest(t, k) if t.all[k].text in {"rest", "resting"} or seconds_of(t.all[k]) else None
    return (replace(term, rest=found[0].rest, between=found[0].between), found[1]) if found else None


def _within(at: Place, term: Term) -> Read[Term]:
    """The time a maximum is done in: `Max Calories in 60 seconds`."""
    t, j = at.t, at.j
    if t.all[j].text not in {"in", "within", "over"} or not term.quantity or not term.quantity.max_of:
        return None
    seconds = seconds_of(t.all[j + 1])
    if not seconds:
        return None
    return replace(
        term, quantity=Quantity("duration_s", seconds, unit=True, max_of=term.quantity.max_of)
    ), j + 2


def _bodyweights(at: Place, term: Term) -> Read[Term]:
    """``N "x" "bodyweight"`` behind a name: sets, repetitions or a share of it cannot be told."""
    t, j = at.t, at.j
    token = t.all[j]
    if token.kind != "number" or t.all[j + 1].text != "x" or term.load or term.quantity:
        return None
    found = read_load(t, j + 2, marked=False)
    if not found or not found[0].load or found[0].load.kind != "bodyweight":
        return None
    return replace(term, load=ReadLoad(None, words=t.words(j, found[1])), open_ended=True), found[1]


def _to_height(at: Place, term: Term) -> Read[Term]:
    """``["to" ["a"]] HEIGHT ["box" | "target"]`` behind a comma, or with one of the words: `to a 24" box`."""
    t, j = at.t, at.j
    k = skip(t, j, one_of("to a"))
    found = height(t, k)
    if not found or term.height or not _has_height(term.parts):
        return None
    behind = skip(t, found[1], one_of("box high target"))
    marked = at.apart or k > j or behind > found[1]
    return (replace(term, height=found[0]), behind) if marked else None


def _pair(at: Place, term: Term) -> Read[Term]:
    """``N "/" N`` behind what is counted, both of two figures at least: men's and women's weights, their unit not said."""
    t, j = at.t, at.j
    token = t.all[j]
    value = token.value
    if (
        term.load
        or not term.counted
        or not token.paired
        or token.kind != "number"
        or value is None
        or value.f is None
    ):
        return None
    if (value.min or 0) < _LEAST_WEIGHT or value.f < _LEAST_WEIGHT or _has_height(term.parts):
        return None
    weight = AbsoluteLoad(None, value.min, value.max, value.f)
    return replace(term, load=ReadLoad(Load("absolute", abs=weight), unit_missing=True)), j + 1


_LEAST_WEIGHT = 10


def _loaded(at: Place, term: Term) -> Read[Term]:
    """A clause about load without an `@`: a percent, a weight, an effort, the empty bar, a describing word."""
    t, j = at.t, at.j
    k = (
        skip(t, j, one_of("with w / using at , - for to then"))
        if t.all[j].text in {"with", "w", "using", "-"}
        else j
    )
    found = read_load(t, k, marked=False)
    if found is None and (at.apart or k > j or term.counted):
        found = _heavy_few(t, k) or read_load(t, k) if t.all[k].kind == "word" else None
        found = found if found and _closes(t, found[1], at.end) else None
    if not found or found[1] > at.end:
        return None
    read, behind = found
    if term.rows:
        return _with_unheld(t, term, j, behind), behind
    if term.load and term.load.load:
        return _further(t, term, read, behind)
    return replace(term, load=read, open_ended=True), behind


def _heavy_few(t: Tokens, k: int) -> Read[ReadLoad]:
    """``("heavy" | "challenging") ("single" | "double" | "triple")``, a load in words."""
    if t.all[k].text not in {"heavy", "challenging"} or t.all[k + 1].text.rstrip("s") not in SINGLES:
        return None
    return ReadLoad(Load("described", word="heavy")), k + 2


def _closes(t: Tokens, j: int, end: int) -> bool:
    return j >= end or t.all[j].kind == "sign" or t.all[j].text in _SEPARATORS


def _further(t: Tokens, term: Term, read: ReadLoad, j: int) -> Read[Term]:
    """A second load: `building to 80%` raises a percent; any other makes the load unreadable."""
    before = term.load
    if before is None or before.load is None or read.load is None:
        return None
    if (
        read.load.kind == before.load.kind == "percent"
        and read.load.ramp
        and before.load.pct
        and read.load.pct
    ):
        pct = Range(before.load.pct.min, read.load.pct.max)
        return replace(term, load=replace(before, load=replace(before.load, pct=pct, ramp=True))), j
    return None


def _words(at: Place, term: Term) -> Read[Term]:
    """Words about load behind a quantity or a comma: `x 10 reps as heavy as possible`, `, building`."""
    t, j = at.t, at.j
    if not (term.counted or term.rows or at.apart or term.load or term.rep_scheme):
        return None
    k = j + (t.all[j].text == "-")
    found = load_words(t, k)
    if not found or found[1] > at.end:
        return None
    read, behind = found
    if term.load is None and read.load is not None and not term.rows:
        return replace(term, load=read, open_ended=True), behind
    if term.load and term.load.load and read.load and read.load.ramp:
        rising = replace(term.load, load=replace(term.load.load, ramp=True))
        return replace(term, load=rising), behind
    return _with_unheld(t, replace(term, open_ended=True), k, behind), behind


def _tempo_alone(at: Place, term: Term) -> Read[Term]:
    t, j = at.t, at.j
    found = tempo(t, j) or (bare_tempo(t, j) if at.apart and term.load else None)
    return (replace(term, tempo=found[0]), found[1]) if found and not term.tempo else None


Rule = Callable[[Place, Term], Read[Term]]
_RULES: tuple[Rule, ...] = (
    _tempo_alone, _bodyweights, _to_height, _builds, _paused, _rows, _by_x, _within, _resting, _figures, _at, _aside, _side, _pair, _loaded, _words,
)  # fmt: skip
"""The clauses of a term, in the order they are tried at each place."""
_MARKED_RULES: tuple[Rule, ...] = (_tempo_alone, _by_x, _resting, _at, _aside, _side, _paused)
"""Those that a sign or a word of their own marks, so that they can stand behind a word nobody knows."""
