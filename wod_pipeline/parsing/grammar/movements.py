"""§7.1, §7.3, §7.4, §7.7: movement lines: what leads in, and terms joined by commas, `+` and `or`.

One term is read in `terms`; in `exercises` the terms become exercises.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from msgspec.structs import replace

from wod_pipeline.parsing._text import MAX_MATCHED, Form, ReadValue, exact
from wod_pipeline.parsing.grammar.brackets import closing, is_group
from wod_pipeline.parsing.grammar.clauses import SEPARATORS
from wod_pipeline.parsing.grammar.heads import head, plain_unknown
from wod_pipeline.parsing.grammar.measures import Read
from wod_pipeline.parsing.grammar.note_kinds import note_kind
from wod_pipeline.parsing.grammar.readings import Element, MovementLine, Quantity, ReadPart, Spans, Term
from wod_pipeline.parsing.grammar.slots import another_slot, is_listed, slot_at
from wod_pipeline.parsing.grammar.tables import SENTENCE, one_of, skip
from wod_pipeline.parsing.grammar.terms import clauses
from wod_pipeline.parsing.grammar.tokens import COUNTING, OPENING, Tokens, tokens_of
from wod_pipeline.program import Range
from wod_pipeline.vocabulary import can_be_in_name

_WHOLLY_BRACKETED = re.compile(r"(?:\([^()]*\)|\[[^\[\]]*\])[.:]?")
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
    bracketed = text[start : start + 1] in OPENING and _WHOLLY_BRACKETED.fullmatch(text, start)
    if form.starred or len(text) > MAX_MATCHED or bracketed or start >= len(text):
        return None
    if not _may_name(text, start):
        return None
    t = tokens_of(form)
    lead = read_lead(t, t.at(start))
    return _behind_lead(t, lead, _PASSES if lenient else _PASSES[1:]) if lead else None


_FIRST = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_LEADS = frozenset(
    "minute min minutes mins station interval odd even or and then perform complete do directly immediately straight"
    " right take accumulate max maximum a each".split()
)


def _may_name(text: str, start: int) -> bool:
    """Whether a line can name movements: it says how much, or begins with a word of a name or a lead."""
    first = _FIRST.match(text, start)
    return (
        not first or _FIGURE.search(text, start) is not None or first[0] in _LEADS or can_be_in_name(first[0])
    )


_FIGURE = re.compile(r"[0-9+@:(]| x | max")


def _behind_lead(t: Tokens, lead: Lead, passes: tuple[Names, ...]) -> MovementLine | None:
    """The movements of the line, by the first of the passes that finds any."""
    end, opens = _end_of_work(t, lead.behind)
    elements = next(filter(None, (_elements(t, lead.behind, end, names) for names in passes)), ())
    elements = _of_each(elements, lead.each) if lead.each else _sharing_each(elements)
    if not elements:
        return None
    unread = sorted(span for term in _terms(elements) for span in (*term.unread, *term.unheld))
    aside = lead.slot_words if lead.slot is None else ()
    return MovementLine(
        _all_alternatives(elements),
        lead.slot,
        lead.slot_s,
        lead.by_word,
        lead.alternative,
        opens_alternative=opens,
        unread=(*aside, *unread),
        slot_words=lead.slot_words,
    )


def _terms(elements: Iterable[Element]) -> list[Term]:
    return [term for element in elements for term in element.terms]


class Names(ReadValue, frozen=True):
    """Which names a line may hold: `any`, unknown ones where only a name can stand; `whole`, such a name rather
    than a known part of it; `lenient`, unknown ones behind a count.
    """

    any: bool = False
    whole: bool = False
    lenient: bool = False


_PASSES = (Names(any=True, lenient=True), Names(), Names(any=True), Names(any=True, whole=True))
"""What is tried in turn; the lenient one only where the caller allows it."""


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
    slot_words: Spans = ()


def read_lead(t: Tokens, i: int) -> Lead | None:
    """``["Superset" ":"] ["Minute" N "-"] [N "."] ["or" | "and" | "then"] [N "each:"]``.

    None: the line explains what a word means.
    """
    if _explains(t, i):
        return None
    i = _caption(t, i)
    by_word = t.all[i].kind != "time" and not is_listed(t, i)
    first = i
    slot, slot_s, i = slot_at(t, i)
    words = ((t.all[first].start, t.all[i - 1].end),) if i > first else ()
    if (
        t.all[i].kind == "number"
        and t.all[i + 1].text in {".", ")"}
        and t.all[i + 2].kind in {"word", "number", "reps", "time"}
    ):
        i += 2
    alternative = t.all[i].text == "or"
    i = _joining(t, i)
    each, i = _each(t, i)
    return Lead(i, slot, slot_s, by_word, alternative, each, words)


_CAPTIONS = ("superset", "super set", "giant set")


def _caption(t: Tokens, i: int) -> int:
    """``("superset" | "giant set") ":"``: with what the movements behind it take turns."""
    end = next((k for k in range(i + 1, min(i + 4, t.size)) if t.all[k].text == ":"), None)
    words = " ".join(token.text for token in t.all[i:end] if token.text != "-") if end else ""
    return end + 1 if end and words in _CAPTIONS else i


def _explains(t: Tokens, i: int) -> bool:
    """`1 rep = 2 lunges`: what is meant by one."""
    meant = t.all[i].kind == "reps" or (
        t.all[i].text in {"a", "each"} and t.all[i + 1].text in {"rep", "repetition"}
    )
    behind = i + 1 + (t.all[i].kind != "reps")
    return meant and t.all[behind].text in {"=", "is", "equals"}


_THEN = one_of("then")


def _joining(t: Tokens, i: int) -> int:
    """``"or" [":"] | "and" ["then"] | "then" | "directly" "into"``."""
    if t.all[i].text == "or":
        return i + 1 + (t.all[i + 1].text == ":")
    if t.all[i].text in {"perform", "complete", "do"} and t.all[i + 1].kind not in {"word", "sign", "end"}:
        return i + 1
    if t.all[i].text in {"and", "then"}:
        return skip(t, i + 1, _THEN)
    if t.all[i].text in {"directly", "immediately", "straight", "right"} and t.all[i + 1].text == "into":
        return i + 2
    return i


_OF = one_of("of")
_OF_THE_FOLLOWING = one_of("of the following :")


def _each(t: Tokens, i: int) -> tuple[Range | None, int]:
    """``N ["reps"] ["of"] "each" ["of" ["the following"]] [":"]``."""
    token = t.all[i]
    if token.kind not in COUNTING or token.value is None:
        return None, i
    j = skip(t, i + 1, _OF)
    if t.all[j].text != "each":
        return None, i
    k = skip(t, j + 1, _OF_THE_FOLLOWING)
    return (token.value, k) if k > j + 1 else (None, i)


# -------------------------------------------------------------------------------------------------- elements
def _elements(t: Tokens, i: int, end: int, names: Names) -> tuple[Element, ...]:
    """The elements of a line; none when it is no movement line."""
    elements: list[Element] = []
    joiner = ""
    slot: int | None = None
    while i < end and len(elements) <= _MOST_TERMS:
        found = _element(t, i, end, names)
        if found is None:
            return ()
        element, i = found
        elements.append(replace(element, alternative=joiner == "or", slot=slot))
        joiner, i = _joiner(t, i, end)
        slot, behind = another_slot(t, i, slot)
        if behind > i and t.all[behind].text == "rest":
            elements[-1], behind = _with_rest(t, elements[-1], behind)
        i = behind
    return tuple(elements) if _is_work(t, _terms(elements), names) else ()


def _with_rest(t: Tokens, element: Element, i: int) -> tuple[Element, int]:
    """The element before a slot in which nothing is done: no field says so, and the word is unread."""
    *others, last = element.terms
    last = replace(last, unheld=(*last.unheld, (t.all[i].start, t.all[i].end)))
    return replace(element, terms=(*others, last)), i + 1


def _is_work(t: Tokens, terms: list[Term], names: Names) -> bool:
    """Whether so much of the terms was read that their line is no sentence."""
    known = any(part.movement_id for term in terms for part in term.parts)
    stray = sum(_stray(t, term) for term in terms)
    return stray <= _most_stray(terms, names) and (known or not names.lenient)


def _most_stray(terms: list[Term], names: Names) -> int:
    if any(term.behind_x or term.rows or term.sets for term in terms):
        return _MOST_BEHIND_X
    counted = any(term.counted or term.load or term.tempo for term in terms)
    return _MOST_UNREAD if counted or names.lenient else 0


def _stray(t: Tokens, term: Term) -> int:
    """How many words of a term are unread before its line need no longer be understood; behind a `+` none may be."""
    if any("+" in {t.form.text[start], t.form.text[:start].rstrip()[-1:]} for start, _ in term.unread):
        return _MOST_BEHIND_X + 1
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
    while i < end and t.all[i].text in SEPARATORS:
        said = "or" if t.all[i].text == "or" else said
        i += 1
    return said, i


def _element(t: Tokens, i: int, end: int, names: Names) -> Read[Element]:
    """``[K "x" R | N ("x" | "of")] group | term {"+" (term | group)}``."""
    sets, i = _sets_of_whole(t, i, end)
    count, i = _whole_count(t, i, end) or (None, i)
    joined = _joined(t, i, end, names)
    if joined is None:
        return None
    (first, *others), grouped, i = joined
    first = replace(first, sets=sets) if sets else first
    element = _counted_parts(t, Element((first, *others), grouped))
    done = _done_whole(element, count) if count else element
    return (done, i) if done else None


def _joined(t: Tokens, i: int, end: int, names: Names) -> tuple[list[Term], bool, int] | None:
    """``(term | group) {"+" (term | group)}``: the terms, whether brackets hold some together, the token behind."""
    terms: list[Term] = []
    grouped = False
    while True:
        if is_group(t, i, end):
            group = _group(t, i, end, names)
            if group is None:
                return None
            terms += group[0]
            terms[-1], i = clauses(t, group[1] + 1, end, terms[-1], any_name=names.any)
            grouped = True
        else:
            found = _term(t, i, end, names, joined=bool(terms))
            if found is None:
                return None
            terms.append(found[0])
            i = found[1]
        if t.all[i].text != "+" or i + 1 >= end:
            return terms, grouped, i
        i += 1


def _term(t: Tokens, i: int, end: int, names: Names, *, joined: bool) -> Read[Term]:
    """``head {clause}``; an unknown name only where `names` lets it stand. `joined`: a `+` stands in front."""
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
    return clauses(t, j, end, term, any_name=names.any, lenient=names.lenient)


def _joins_next(t: Tokens, i: int, end: int) -> bool:
    """Whether an unknown name at token `i` is joined to another by `+`, in a line that says how often."""
    found = plain_unknown(t, i, end)
    says = any(token.text == "x" for token in t.all[i:end])
    return found is not None and says and found[1] < end and t.all[found[1]].text == "+"


def _group(t: Tokens, i: int, end: int, names: Names) -> Read[list[Term]]:
    """``"(" term {JOINER term} ")"``: the terms, and the token of the bracket that closes."""
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
            if t.all[j].text not in SEPARATORS:
                return None
            j = skip(t, j, SEPARATORS)
    return (terms, close) if terms else None


def _sets_of_whole(t: Tokens, i: int, end: int) -> tuple[Range | None, int]:
    """``K "x" R "("``: so many sets of a whole complex."""
    token = t.all[i]
    if token.kind != "number" or t.all[i + 1].text != "x" or t.all[i + 2].kind not in COUNTING:
        return None, i
    return (token.value, i + 2) if is_group(t, i + 3, end) else (None, i)


_TIMES = one_of("x of")


def _whole_count(t: Tokens, i: int, end: int) -> tuple[int, int] | None:
    """``N ("x" | "of" | "reps of") "("``: how often a whole complex is done."""
    token = t.all[i]
    if token.kind not in COUNTING or token.value is None or token.value.min != token.value.max:
        return None
    j = skip(t, i + 1, _TIMES)
    if not is_group(t, j, end):
        return None
    close = closing(t, j, end)
    if close + 1 < end and t.all[close + 1].text == "x":
        return None
    return int(token.value.min or 0), j


def _counted_parts(t: Tokens, element: Element) -> Element:
    """`A + B x 2+1`: a count for each term; when there are not as many, they are unread and no number can be said."""
    terms = element.terms
    counts = terms[-1].counts
    if not counts:
        return element
    bare = tuple(replace(term, counts=()) for term in terms)
    if len(counts) == len(terms) and not any(term.counted for term in terms):
        counted = tuple(replace(term, times=exact(n)) for term, n in zip(bare, counts, strict=True))
        return replace(element, terms=counted, grouped=True)
    *others, last = bare
    said = _COUNTS.search(t.form.text, last.parts[-1].end)
    last = replace(last, unheld=(*last.unheld, *((said.span(),) if said else ())))
    if last.quantity is None:
        last = replace(last, quantity=Quantity("reps", None, unit=False), behind_x=True)
    return replace(element, terms=(*others, last))


_COUNTS = re.compile(r"[0-9]+(?: ?\+ ?[0-9]+)+")


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
    terms = _terms(elements)
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
    terms = _terms(elements)
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
    "rep reps set sets round rounds attempt attempts try tries partner partners athlete athletes cap time total rest"
    " minute minutes second seconds min sec x"
)


def read_counted_name(form: Form) -> MovementLine | None:
    """``N NAME [("@" | "(") …]`` with a name nobody knows: five words at most, no full stop, figure or note word."""
    t = tokens_of(form)
    count = t.all[0]
    end = next((k for k in range(t.size) if t.all[k].text in {"@", "("}), t.size)
    words = t.all[1:end]
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
    if any(token.text in _NO_NAMES | SENTENCE for token in names) or note_kind(t.words(1, end)) != "cue":
        return None
    part = ReadPart(None, words[0].start, words[-1].end)
    term, _ = clauses(t, end, t.size, Term((part,), times=count.value), any_name=False)
    return MovementLine((Element((term,)),), unread=(*term.unread, *term.unheld))
