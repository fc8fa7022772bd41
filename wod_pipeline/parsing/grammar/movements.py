"""§7.1, §7.3, §7.4, §7.7: movement lines: what leads in, and terms joined by commas, `+` and `or`.

One term is read in `terms`; in `exercises` the terms become exercises.
"""

from __future__ import annotations

import re
from functools import lru_cache

from msgspec.structs import replace

from wod_pipeline.parsing._text import MAX_MATCHED, Form, ReadValue, exact
from wod_pipeline.parsing.grammar.measures import Read
from wod_pipeline.parsing.grammar.note_kinds import note_kind
from wod_pipeline.parsing.grammar.readings import Element, MovementLine, Quantity, ReadPart, Term
from wod_pipeline.parsing.grammar.tables import one_of, skip
from wod_pipeline.parsing.grammar.terms import clauses, closing, head, is_group, plain_unknown
from wod_pipeline.parsing.grammar.tokens import Tokens, seconds_of, tokens_of
from wod_pipeline.program import Range

_WHOLLY_BRACKETED = re.compile(r"(?:\([^()]*\)|\[[^\[\]]*\])[.:]?")
_JOINERS = one_of(", ; + or and & / then")
_MOST_TERMS = 40
_MOST_BEHIND_X = 5
_MOST_UNREAD = 2
"""Words of a line that may be unread before an `@`, a bracket or a clause about load: more is a sentence."""


@lru_cache(maxsize=16384)
def read_movements(form: Form, start: int = 0, *, lenient: bool = False) -> MovementLine | None:
    """The movements the matching form names from `start` on, when that is what it does.

    ``line = [LEAD] element {("," | "or") element}``, ``element = term {"+" term}``. Lines that start with `*` or
    stand wholly in brackets name none. `lenient`: when one of the names is known, others behind a count need not
    be (behind a scheme, where nothing but movements can stand).
    """
    text = form.text
    bracketed = text[start : start + 1] in {"(", "["} and _WHOLLY_BRACKETED.fullmatch(text, start)
    if form.starred or len(text) > MAX_MATCHED or bracketed or start >= len(text):
        return None
    t = tokens_of(form)
    lead = read_lead(t, t.at(start))
    if lead is None:
        return None
    end, opens = _end_of_work(t, lead.behind)
    elements: tuple[Element, ...] = ()
    for names in _PASSES[: 4 if lenient else 3]:
        elements = elements or _elements(t, lead.behind, end, names)
    elements = _of_each(elements, lead.each) if lead.each else _sharing_each(elements)
    if not elements:
        return None
    terms = [term for element in elements for term in element.terms]
    unread = tuple(sorted(span for term in terms for span in (*term.unread, *term.unheld)))
    return MovementLine(
        _all_alternatives(elements),
        lead.slot,
        lead.slot_s,
        lead.by_word,
        lead.alternative,
        opens_alternative=opens,
        unread=unread,
    )


class Names(ReadValue, frozen=True):
    """Which names a line may hold: `any`, unknown ones where only a name can stand; `whole`, such a name rather than a
    known part of it; `lenient`, unknown ones behind a count.
    """

    any: bool = False
    whole: bool = False
    lenient: bool = False


_PASSES = (Names(), Names(any=True), Names(any=True, whole=True), Names(any=True, lenient=True))


def _end_of_work(t: Tokens, i: int) -> tuple[int, bool]:
    """The token behind the movements, and whether an `or` at the end opens an alternative."""
    end = t.size
    while end > i and t.all[end - 1].text in {".", ":", ",", ";", "…", "-", "!", "+"}:
        end -= 1
    if end > i + 1 and t.all[end - 1].text == "or":
        end -= 1
        return end - (t.all[end - 1].text == ","), True
    return end, False


# --------------------------------------------------------------------------------------------- what leads in
class Lead(ReadValue, frozen=True):
    """Where the movements start, and what is said in front of them."""

    behind: int
    slot: int | None = None
    slot_s: Range | None = None
    by_word: bool = True
    alternative: bool = False  # to the exercise above
    each: Range | None = None  # so many of each movement


_SLOTS = one_of("minute min minutes mins station interval")
_SIGNS = one_of("- : = ) .")


def read_lead(t: Tokens, i: int) -> Lead | None:
    """``["Minute" N "-"] [N "."] ["or" | "and" | "then"] [N "each:"]``; None: the line explains what a word means."""
    if _explains(t, i):
        return None
    by_word = t.all[i].kind != "time"
    slot, slot_s, i = _slot(t, i)
    if (
        t.all[i].kind == "number"
        and t.all[i + 1].text in {".", ")"}
        and t.all[i + 2].kind in {"word", "number", "reps", "time"}
    ):
        i += 2
    alternative = t.all[i].text == "or"
    i = _joining(t, i)
    each, i = _each(t, i)
    return Lead(i, slot, slot_s, by_word, alternative, each)


def _explains(t: Tokens, i: int) -> bool:
    """`1 rep = 2 lunges`: what is meant by one."""
    meant = t.all[i].kind == "reps" or (
        t.all[i].text in {"a", "each"} and t.all[i + 1].text in {"rep", "repetition"}
    )
    behind = i + 1 + (t.all[i].kind != "reps")
    return meant and t.all[behind].text in {"=", "is", "equals"}


def _slot(t: Tokens, i: int) -> tuple[int | None, Range | None, int]:
    """``("Minute" | "Interval" | "Station") N ["(" TIME ")"] ("-" | ":") | N "min" ":" | ("Odd" | "Even") …``."""
    token = t.all[i]
    if token.text in {"odd", "even"}:
        j = skip(t, i + 1, _SLOTS)
        return (1 if token.text == "odd" else 2, None, j + 1) if t.all[j].text in _SIGNS else (None, None, i)
    if token.text in _SLOTS:
        j = i + 1 + (t.all[i + 1].text == "#")
        number, j = _slot_number(t, j)
        if j == i + 1 + (t.all[i + 1].text == "#"):
            return None, None, i
    elif token.kind == "time" and token.unit.startswith("m") and t.all[i + 1].text in {":", "=", "-"}:
        value = token.alone
        small = (
            value is not None
            and value.min == value.max
            and (value.min or 0) < 60
            and value.min == int(value.min or 0)
        )
        number, j = (int(value.min or 0) if small and value else None), i + 1
        if not small:
            return None, None, i
    elif (
        token.kind == "number"
        and t.all[i + 1].text in {"st", "nd", "rd", "th"}
        and t.all[i + 2].text == "minute"
    ):
        number, j = int((token.value.min if token.value else 0) or 0), i + 3
    else:
        return None, None, i
    seconds = None
    if t.all[j].text == "(":
        close = closing(t, j, t.size)
        seconds = seconds_of(t.all[j + 1]) if close == j + 2 else None
        j = close + 1
    k = skip(t, j, _SIGNS)
    return (number, seconds, k) if k > j and t.all[k].kind != "end" else (None, None, i)


def _slot_number(t: Tokens, j: int) -> tuple[int | None, int]:
    """The number of a slot; of several no single one can be said."""
    token = t.all[j]
    if token.kind == "list":
        return None, j + 1
    if token.kind != "number" or token.value is None:
        return None, j
    several = token.value.min != token.value.max
    j += 1
    while (
        t.all[j].text in {",", "&", "and", "to", "-"}
        and t.all[j + 1].kind == "number"
        and t.all[j + 1].spaced is (t.all[j].text != "-" or t.all[j].spaced)
    ):
        if t.all[j].text == "-":
            break
        several, j = True, j + 2
    return None if several else int(token.value.min or 0), j


def _joining(t: Tokens, i: int) -> int:
    """``"or" [":"] | "and" ["then"] | "then" | "directly" "into"``."""
    if t.all[i].text == "or":
        return i + 1 + (t.all[i + 1].text == ":")
    if t.all[i].text in {"perform", "complete", "do"} and t.all[i + 1].kind not in {"word", "sign", "end"}:
        return i + 1
    if t.all[i].text in {"and", "then"}:
        return skip(t, i + 1, one_of("then"))
    if t.all[i].text in {"directly", "immediately", "straight", "right"} and t.all[i + 1].text == "into":
        return i + 2
    return i


def _each(t: Tokens, i: int) -> tuple[Range | None, int]:
    """``N ["reps"] ["of"] "each" ["of" ["the following"]] [":"]``."""
    token = t.all[i]
    if token.kind not in {"number", "reps"} or token.value is None:
        return None, i
    j = skip(t, i + 1, one_of("of"))
    if t.all[j].text != "each":
        return None, i
    k = skip(t, j + 1, one_of("of the following :"))
    return (token.value, k) if k > j + 1 else (None, i)


# -------------------------------------------------------------------------------------------------- elements
def _elements(t: Tokens, i: int, end: int, names: Names) -> tuple[Element, ...]:
    """The elements of a line; none when it is no movement line."""
    if i >= end:
        return ()
    elements: list[Element] = []
    joiner, stray = "", 0
    while i < end and len(elements) <= _MOST_TERMS:
        found = _element(t, i, end, names)
        if found is None:
            return ()
        element, i = found
        elements.append(replace(element, alternative=joiner == "or"))
        joiner, i = _joiner(t, i, end)
    stray = sum(_stray(t, term) for element in elements for term in element.terms)
    counted = any(
        term.counted or term.rows or term.sets or term.load or term.tempo
        for element in elements
        for term in element.terms
    )
    marked = any(term.behind_x or term.rows or term.sets for element in elements for term in element.terms)
    if stray > (_MOST_BEHIND_X if marked else _MOST_UNREAD if counted or names.lenient else 0):
        return ()
    if names.lenient and not any(
        part.movement_id for element in elements for term in element.terms for part in term.parts
    ):
        return ()
    return tuple(elements)


def _stray(t: Tokens, term: Term) -> int:
    """How many words of a term are unread before its line need no longer be understood."""
    if term.open_ended:
        return 0
    return sum(
        len(t.form.text[start:end].split()) for start, end in term.unread if not _in_brackets(t, start)
    )


def _in_brackets(t: Tokens, place: int) -> bool:
    before = t.form.text[:place]
    return before.count("(") + before.count("[") > before.count(")") + before.count("]")


def _joiner(t: Tokens, i: int, end: int) -> tuple[str, int]:
    """What joins the next element: `or` when it is among the separators."""
    said = ""
    while i < end and t.all[i].text in _JOINERS:
        said = "or" if t.all[i].text == "or" else said
        i += 1
    return said, i


def _element(t: Tokens, i: int, end: int, names: Names) -> Read[Element]:
    """``[N "x"] "(" term {"+" term} ")" … | term {"+" term}``."""
    sets, i = _sets_of_whole(t, i, end)
    whole = _whole_count(t, i, end)
    count, i = whole if whole else (None, i)
    terms: list[Term] = []
    grouped = False
    while True:
        if is_group(t, i, end):
            inner = _group(t, i, end, names)
            if inner is None:
                return None
            more, close = inner
            terms += more
            grouped, i = True, close + 1
            terms[-1], i = clauses(t, i, end, terms[-1], any_name=names.any)
        else:
            found = _term(t, i, end, names, joined=bool(terms))
            if found is None:
                return None
            term, i = found
            terms.append(term)
        if i < end and t.all[i].text == "+" and i + 1 < end:
            i += 1
            continue
        break
    if sets:
        terms[0] = replace(terms[0], sets=sets)
    element = _counted_parts(Element(tuple(terms), grouped))
    done = _done_whole(element, count) if count else element
    return (done, i) if done else None


def _term(t: Tokens, i: int, end: int, names: Names, *, joined: bool) -> Read[Term]:
    found = head(t, i, end, any_name=names.any, whole=names.whole)
    if names.whole and (joined or _joins_next(t, i, end)):
        longer = plain_unknown(t, i, end)
        found = longer if longer and (not found or longer[1] > found[1]) else found
    if found is None and (joined or _joins_next(t, i, end)) and names.any:
        found = plain_unknown(t, i, end)
    if found is None and names.lenient and t.all[i].kind == "number":
        found = plain_unknown(t, i, end)
    if found is None:
        return None
    term, j = found
    return clauses(t, j, end, term, any_name=names.any)


def _joins_next(t: Tokens, i: int, end: int) -> bool:
    """Whether an unknown name at token `i` is joined to another by `+`, in a line that says how often."""
    found = plain_unknown(t, i, end)
    says = any(token.text == "x" for token in t.all[i:end])
    return found is not None and says and found[1] < end and t.all[found[1]].text == "+"


def _group(t: Tokens, i: int, end: int, names: Names) -> Read[list[Term]]:
    """The terms within the brackets at token `i`, and the token of the bracket that closes."""
    close = closing(t, i, end)
    terms: list[Term] = []
    j = i + 1
    while j < close:
        found = _term(t, j, close, names, joined=True)
        if found is None:
            return None
        term, j = found
        terms.append(term)
        if j < close:
            if t.all[j].text not in _JOINERS:
                return None
            j = skip(t, j, _JOINERS)
    return (terms, close) if terms else None


def _sets_of_whole(t: Tokens, i: int, end: int) -> tuple[Range | None, int]:
    """``K "x" R "("``: so many sets of a whole complex."""
    token = t.all[i]
    if token.kind != "number" or t.all[i + 1].text != "x" or t.all[i + 2].kind not in {"number", "reps"}:
        return None, i
    return (token.value, i + 2) if is_group(t, i + 3, end) else (None, i)


def _whole_count(t: Tokens, i: int, end: int) -> tuple[int, int] | None:
    """``N ("x" | "of" | "reps of") "("``: how often a whole complex is done."""
    token = t.all[i]
    if token.kind not in {"number", "reps"} or token.value is None or token.value.min != token.value.max:
        return None
    j = skip(t, i + 1, one_of("x of"))
    if not is_group(t, j, end):
        return None
    close = closing(t, j, end)
    if close + 1 < end and t.all[close + 1].text == "x":
        return None
    return int(token.value.min or 0), j


def _counted_parts(element: Element) -> Element:
    """`A + B x 2+1`: a count for each term; when there are not as many, no number of repetitions can be said."""
    terms = element.terms
    counts = terms[-1].counts
    if not counts:
        return element
    bare = tuple(replace(term, counts=()) for term in terms)
    if len(counts) == len(terms) and not any(term.counted for term in terms):
        counted = tuple(replace(term, times=exact(n)) for term, n in zip(bare, counts, strict=True))
        return replace(element, terms=counted, grouped=True)
    if terms[-1].quantity is None:
        last = replace(bare[-1], quantity=Quantity("reps", None, unit=False), behind_x=True)
        return replace(element, terms=(*bare[:-1], last))
    return replace(element, terms=bare)


def _done_whole(element: Element, count: int) -> Element | None:
    """The one complex that is done `count` times; none when terms say more than a number."""
    if any(term.quantity for term in element.terms):
        return None
    *others, last = element.terms
    last = replace(last, quantity=Quantity("reps", exact(count), unit=False), behind_x=True)
    return replace(element, terms=(*others, last), grouped=True)


# ------------------------------------------------------------------------------------- what terms share
def _of_each(elements: tuple[Element, ...], count: Range) -> tuple[Element, ...]:
    """The elements with `count` of each movement, as said in front of them; none when one of them says otherwise."""
    terms = [term for element in elements for term in element.terms]
    if len(terms) < 2 or any(term.counted or term.rows for term in terms):
        return ()
    return tuple(
        replace(element, terms=tuple(replace(term, times=count) for term in element.terms))
        for element in elements
    )


def _sharing_each(elements: tuple[Element, ...]) -> tuple[Element, ...]:
    """`A + B x 3 reps each` is 3 of either."""
    if not elements or not elements[-1].terms[-1].each:
        return elements
    terms = [term for element in elements for term in element.terms]
    if len(terms) < 2 or any(term.counted for term in terms[:-1]):
        return elements
    amount = terms[-1].quantity
    if amount is None or amount.field != "reps" or amount.value is None:
        return elements
    last = elements[-1]
    plain = replace(terms[-1], quantity=None, behind_x=False, side=None)
    bare = (*elements[:-1], replace(last, terms=(*last.terms[:-1], plain), grouped=len(last.terms) > 1))
    return _of_each(bare, amount.value)


def _all_alternatives(elements: tuple[Element, ...]) -> tuple[Element, ...]:
    """In `A, B or C x Q` and `Q A, B or C` all three are alternatives: only one of them says how much."""
    out = list(elements)
    for k in range(len(out) - 2, 0, -1):
        bare = _says_nothing(out[k]) and not out[k].alternative and (k == 1 or _says_nothing(out[k - 1]))
        if k == 1 and not _says_nothing(out[0]):
            bare = bare and all(_says_nothing(element) for element in out[1:])
        if out[k + 1].alternative and bare:
            out[k] = replace(out[k], alternative=True)
    return tuple(out)


def _says_nothing(element: Element) -> bool:
    return len(element.terms) == 1 and not element.terms[0].counted and element.terms[0].load is None


# ---------------------------------------------------------------------------------------- unknown, but counted
_MOST_WORDS = 5
_NO_NAMES = one_of(
    "rep reps set sets round rounds attempt attempts try tries partner athlete athletes cap time total rest minute minutes"
    " second seconds min sec x"
)


def read_counted_name(form: Form) -> MovementLine | None:
    """``N NAME`` with a name nobody knows: at most five words, no full stop, no other figure, no word of a note."""
    t = tokens_of(form)
    count = t.all[0]
    words = t.all[1 : t.size]
    names = [token for token in words if token.kind == "word"]
    plain = all(token.kind == "word" or token.text in {"-", "'", "&"} for token in words)
    if (
        form.starred
        or count.kind != "number"
        or not count.value
        or not plain
        or not 0 < len(names) <= _MOST_WORDS
    ):
        return None
    if any(token.text in _NO_NAMES for token in names) or note_kind(form.line) != "cue":
        return None
    part = ReadPart(None, words[0].start, words[-1].end)
    return MovementLine((Element((Term((part,), times=count.value),)),))
