"""§7.3 and §7.4: the terms of a movement line, and what joins them: commas, `+`, `or`.

One term is read in `_exercises`; here a line is cut into terms. In `_complexes` they become exercises.
"""

from __future__ import annotations

import re
from functools import lru_cache

from msgspec.structs import replace

from wod_pipeline.parsing._clauses import Clauses, bare_tempo_of, side_of, take_asides, take_sets, tempo_of
from wod_pipeline.parsing._exercises import Term, read_term, read_unknown
from wod_pipeline.parsing._leads import read_lead, with_dashes
from wod_pipeline.parsing._load_words import further_load
from wod_pipeline.parsing._pieces import Piece, ends_in_x, open_groups, pieces_of, take_counts, take_whole
from wod_pipeline.parsing._quantities import Quantity
from wod_pipeline.parsing._rest import read_rest
from wod_pipeline.parsing._set_rows import ReadRow, find_clauses, read_clauses
from wod_pipeline.parsing._text import MAX_MATCHED, Form, ReadValue, exact
from wod_pipeline.program import Range


class Element(ReadValue, frozen=True):
    """Terms joined by `+`; `grouped` when brackets hold them together, `alternative` when `or` precedes them."""

    terms: tuple[Term, ...]
    grouped: bool = False
    alternative: bool = False


class MovementLine(ReadValue, frozen=True):
    """All movements a line names, before it is known which block they stand in."""

    elements: tuple[Element, ...]
    minute: int | None = None
    alternative: bool = False  # to the exercise above
    opens_alternative: bool = False  # to the exercise below

    @property
    def sets(self) -> Range | None:
        """The number of sets the line itself states (``k x r``)."""
        for element in self.elements:
            for term in element.terms:
                if term.sets:
                    return term.sets
        return None

    @property
    def unread(self) -> tuple[tuple[int, int], ...]:
        """The spans of the matching form that nothing was made of."""
        return tuple(span for element in self.elements for term in element.terms for span in term.unread)

    @property
    def has_rows(self) -> bool:
        """Whether the line lists its sets one by one."""
        return any(term.rows for element in self.elements for term in element.terms)


_OR_NEXT = re.compile(r"(?<=\S),? or[:.]*\Z")
_WHOLLY_BRACKETED = re.compile(r"(?:\([^()]*\)|\[[^\[\]]*\])[.:]?")


@lru_cache(maxsize=8192)
def read_movements(form: Form, start: int = 0, *, lenient: bool = False) -> MovementLine | None:
    """The movements the matching form names from `start` on, when that is all it does.

    ``line = ["Minute" N "-"] [N "."] element {("," | "or") element}``, ``element = term {"+" term}``. Lines that
    start with `*` or stand wholly in brackets name none. `lenient`: when one of the names is known, others
    behind a count need not be (behind a scheme, where nothing but movements can stand).
    """
    text = form.text
    bracketed = text[start : start + 1] in {"(", "["} and _WHOLLY_BRACKETED.fullmatch(text, start)
    if form.starred or len(text) > MAX_MATCHED or bracketed:
        return None
    lead = read_lead(text, start)
    if lead is None:
        return None
    start = lead.behind
    opens = _OR_NEXT.search(text, start) if " or" in text else None
    plain = with_dashes(text[: opens.start()] if opens else text)
    form = form if plain == text else replace(form, text=plain)
    elements = _with_rows(form, start) or _elements(form, start, len(form.text), lenient=lenient)
    elements = _of_each(elements, lead.each) if lead.each else _sharing_each(elements)
    if not elements:
        return None
    return MovementLine(elements, lead.minute, lead.alternative, bool(opens))


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
    quantity = terms[-1].quantity
    if quantity is None or quantity.field != "reps" or quantity.value is None:
        return elements
    last = elements[-1]
    plain = replace(terms[-1], quantity=None, behind_x=False, side=None)
    bare = (*elements[:-1], replace(last, terms=(*last.terms[:-1], plain), grouped=len(last.terms) > 1))
    return _of_each(bare, quantity.value)


def _with_rows(form: Form, start: int) -> tuple[Element, ...]:
    """``NAME row {"," row}``: the sets one by one behind the name."""
    at = find_clauses(form.text[start:])
    if not at:
        return ()
    got = take_asides(form.text[start + at :])
    rows = read_clauses(got.head)
    if not rows or (len(rows) == 1 and _ONE_LOAD.search(form.text[start : start + at] + got.head)):
        return ()
    end = start + len(form.text[start : start + at].rstrip(" @:,-x"))
    elements = _elements(form, start, end)
    if not elements or any(term.quantity or term.load for element in elements for term in element.terms):
        return ()
    last = elements[-1]
    return (*elements[:-1], replace(last, terms=(*last.terms[:-1], _rowed(last.terms[-1], rows, got))))


_ONE_LOAD = re.compile(r"@|% of ")
"""What makes a single row the load of an exercise with repetitions."""


def _rowed(term: Term, rows: tuple[ReadRow, ...], got: Clauses) -> Term:
    """The term with its rows and with what is said behind them of all."""
    part, count = term.parts[-1], got.per_side_count
    if count and count.field == "reps":  # `2x12x40% (6 each leg)`
        rows = tuple(replace(row, reps=count.value) for row in rows)
    return replace(
        term,
        parts=(*term.parts[:-1], replace(part, pause=part.pause or got.pause)),
        rows=rows,
        side=term.side or got.side,
        tempo=term.tempo or got.tempo,
        rest=term.rest or got.rest,
    )


def _elements(form: Form, start: int, end: int, *, lenient: bool = False) -> tuple[Element, ...]:
    """The elements of a line; `A + B x 2+1` counts the parts of the last one by one."""
    text, whole = take_whole(form.text, start, end)
    if whole:
        return _done_whole(_plain_elements(replace(form, text=text), start, end), whole)
    text, counts = take_counts(form.text, start, end)
    if counts:
        elements = _counted_elements(_plain_elements(replace(form, text=text), start, end), counts)
        if elements:
            return elements
    return _plain_elements(form, start, end, lenient=lenient)


def _counted_elements(elements: tuple[Element, ...], counts: list[int]) -> tuple[Element, ...]:
    """The elements with a count for each term of the last; none when there are not as many."""
    terms = elements[-1].terms if elements else ()
    if len(terms) != len(counts) or any(term.counted for term in terms):
        return ()
    counted = tuple(replace(term, times=exact(n)) for term, n in zip(terms, counts, strict=True))
    return (*elements[:-1], replace(elements[-1], terms=counted, grouped=True))


def _done_whole(elements: tuple[Element, ...], count: int) -> tuple[Element, ...]:
    """The one complex that is done `count` times; none when there are others, or terms say more than a number."""
    if len(elements) != 1 or any(term.quantity for term in elements[0].terms):
        return ()
    *others, last = elements[0].terms
    last = replace(last, quantity=Quantity("reps", exact(count), unit=False), behind_x=True)
    return (replace(elements[0], terms=(*others, last), grouped=True),)


def _plain_elements(form: Form, start: int, end: int, *, lenient: bool = False) -> tuple[Element, ...]:
    form, groups = open_groups(form)
    pieces = pieces_of(form.text, start, end)
    for any_name in (False, True)[: len(pieces)]:  # a single piece reads alike both times
        elements = _fold(form, pieces, groups, any_name=any_name)
        if elements:
            return _all_alternatives(elements)
    elements = _fold(form, pieces, groups, any_name=True, lenient=True) if lenient else ()
    known = any(part.movement_id for element in elements for term in element.terms for part in term.parts)
    return _all_alternatives(elements) if known else ()


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


_MOST_PIECES = 40


def _fold(
    form: Form, pieces: list[Piece], groups: list[tuple[int, int]], *, any_name: bool, lenient: bool = False
) -> tuple[Element, ...]:
    """Read piece by piece; a piece that is no term is a clause of the term before it, or part of a longer name."""
    elements: list[Element] = []
    k = 0
    while k < len(pieces) and len(pieces) <= _MOST_PIECES:
        taken = _longest_term(form, pieces, k, any_name=any_name)
        taken = taken or (_unknown(form, pieces[k], counted=True) if lenient else None)
        behind = _with_quantity(form, pieces, k) if elements else None
        if behind and not elements[-1].terms[-1].counted:
            _replace_last(elements, behind)
            k += 1
        elif taken and elements and (wider := _wider_reference(form, pieces, k, elements[-1], taken[0])):
            _replace_last(elements, wider)
            k += 1
        elif taken:
            term, count = taken
            _join(elements, term, pieces[k], groups)
            k += count
        elif elements and (clause := _with_clause(elements[-1].terms[-1], form.text, pieces[k])):
            _replace_last(elements, clause)
            k += 1
        else:
            return ()
    return tuple(elements)


def _wider_reference(form: Form, pieces: list[Piece], k: int, element: Element, term: Term) -> Term | None:
    """A bare name at a `+` or `or` behind an `@` goes on with the reference: `@ 70% of 1-RM Clean + Jerk`."""
    last = element.terms[-1]
    if pieces[k].joiner not in {"+", "or"} or not last.open_ended or term.counted or term.load:
        return None
    return read_term(form, pieces[k - 1].start, pieces[k].end)


def _with_quantity(form: Form, pieces: list[Piece], k: int) -> Term | None:
    """A piece that is only a quantity belongs to the name before the comma: `Rows, 3 x 12`."""
    piece = pieces[k]
    if piece.joiner != "," or form.text[piece.start : piece.start + 1] not in set("0123456789:xm"):
        return None
    if read_term(form, piece.start, piece.end, any_name=False):
        return None
    return read_term(form, pieces[k - 1].start, piece.end, any_name=False)


def _longest_term(form: Form, pieces: list[Piece], k: int, *, any_name: bool) -> tuple[Term, int] | None:
    """A term from piece `k`, which may run over the separators inside a name (`db or kb row`)."""
    loose = any_name and ends_in_x(form.text, pieces)
    for count in range(1, min(4, len(pieces) - k + 1)):
        if count > 1 and pieces[k + count - 1].joiner == ",":
            return None
        term = read_term(form, pieces[k].start, pieces[k + count - 1].end, any_name=any_name or count == 1)
        if term:
            return term, count
    if loose and (pieces[k].joiner == "+" or (pieces[k + 1 : k + 2] and pieces[k + 1].joiner == "+")):
        return _unknown(form, pieces[k], counted=False)
    return None


def _unknown(form: Form, piece: Piece, *, counted: bool) -> tuple[Term, int] | None:
    term = read_unknown(form, piece.start, piece.end)
    return (term, 1) if term and (term.times or not counted) else None


def _join(elements: list[Element], term: Term, piece: Piece, groups: list[tuple[int, int]]) -> None:
    grouped = any(start <= term.parts[0].start < end for start, end in groups)
    if piece.joiner == "+" and elements:
        last = elements[-1]
        elements[-1] = replace(last, terms=(*last.terms, term), grouped=last.grouped or grouped)
    else:
        elements.append(Element((term,), grouped, alternative=piece.joiner == "or"))


def _with_clause(term: Term, line: str, piece: Piece) -> Term | None:
    """The term with what a piece behind it says: a load, a rest; anything behind an `@`."""
    sets, text = take_sets(line[piece.start : piece.end].strip(" ."))
    text = text.strip(" ,.")
    if sets:
        term = replace(term, sets=term.sets or sets)
    side, tempo = side_of(text), tempo_of(text) or (bare_tempo_of(text) if term.load else None)
    if side or tempo:
        return replace(term, side=term.side or side, tempo=term.tempo or tempo)
    rest, load = read_rest(text), further_load(term.load, term.load_words, text, counted=term.counted)
    if load and (load.load or load.words):
        return replace(term, load=load, load_words=load.words or term.load_words, open_ended=True)
    if rest:
        return replace(term, rest=rest.rest)
    if text and (load or term.open_ended):
        return replace(term, unread=(*term.unread, (piece.start, piece.end)))
    return None if text else term


def _replace_last(elements: list[Element], term: Term) -> None:
    last = elements[-1]
    elements[-1] = replace(last, terms=(*last.terms[:-1], term))
