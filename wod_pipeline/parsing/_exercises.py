"""§7.1 Exercises: a term of a movement line becomes a movement with its quantity.

Terms are read here one by one; what is said about them is taken out in `_clauses`, lists, complexes and alternatives
are put together in `_lists`, names are resolved in `vocabulary`.
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from wod_pipeline.parsing._clauses import BRACKET, PAUSE_FIRST, SIDE, Clauses, find_side, take_clauses
from wod_pipeline.parsing._loads import ReadLoad
from wod_pipeline.parsing._quantities import AMOUNT, CLOCK, UNIT, Quantity, quantity_of, read_quantity
from wod_pipeline.parsing._set_rows import ReadRow
from wod_pipeline.parsing._text import Form, ReadValue, exact, number, words
from wod_pipeline.program import Pause, Range, Rest, Side
from wod_pipeline.vocabulary import Name, is_exact, resolve


class ReadPart(ReadValue, frozen=True):
    """A movement a line names: its id, the place of its words in the matching form, and a pause."""

    movement_id: str | None
    start: int
    end: int
    pause: Pause | None = None


class Term(ReadValue, frozen=True):
    """One movement of a line with all that is said about it."""

    parts: tuple[ReadPart, ...]
    times: Range | None = None  # `N NAME`
    quantity: Quantity | None = None  # with a unit, or behind an `x`
    behind_x: bool = False
    sets: Range | None = None
    rep_scheme: tuple[int, ...] = ()
    rows: tuple[ReadRow, ...] = ()
    side: Side | None = None
    each: bool = False  # `each`, of what is not said
    load: ReadLoad | None = None
    load_words: str = ""
    tempo: str | None = None
    rest: Rest | None = None
    open_ended: bool = False  # has an `@` or a clause about load: what follows need not be understood
    unread: tuple[tuple[int, int], ...] = ()

    @property
    def counted(self) -> bool:
        """Whether the term says how much of itself."""
        return self.times is not None or self.quantity is not None


# ----------------------------------------------------------------------------------------------- one term
_X = r" *x *"
_TAKE = re.compile(rf"take (?:another )?{AMOUNT}[ -]?{UNIT} to (?P<name>\S.*?)(?:,? (?:and )?then)?")
_ACCUMULATE = re.compile(
    rf"accumulate (?:a total of )?{AMOUNT}(?:[ -]?{UNIT})?(?: of| in)?(?: an?| the)? (?P<name>\S.*)"
)
_HOLD = re.compile(rf"(?P<name>hold \S.*?) for {AMOUNT}[ -]?{UNIT}")
_FOR_MAX = re.compile(r"(?P<name>\S.*?)(?: (?:for|x|-)|:|,) (?P<max>max(?:imum)?\b.*|amrap)")
_MAX_FIRST = re.compile(
    r"(?P<max>max(?:imum)?[ -](?:effort[ -])?(?:reps?|cal(?:orie)?s?|distance|met(?:er|re)s|time|unbroken"
    r"|effort|set)(?: of)?) (?P<name>\S.*)"
)
_SETS_OF = re.compile(
    rf"(?P<name>\S.*?)[ :,-]+(?:x )?(?P<k>[0-9]{{1,2}})(?:-(?P<k2>[0-9]{{1,2}}))?(?: sets?(?: (?:of|x))?|{_X}) ?"
    r"(?P<q>[0-9.m].*)"
)
_SETS_FIRST = re.compile(
    rf"(?P<k>[0-9]{{1,2}})(?:-(?P<k2>[0-9]{{1,2}}))?(?: sets? (?:of|x) |{_X})"
    rf"(?P<q>max(?:imum)?(?: reps?| effort)?|{AMOUNT}(?:[ -]?{UNIT})?)"
    r"(?: of)? +(?P<name>\S.*)"
)
_BY_X = re.compile(r"(?P<name>\S.*?)(?: +x *|x(?= ?[0-9])|(?<=\)) *x *)(?P<q>[0-9.:m].*)")
_SCHEME = re.compile(r"(?P<name>\S.*?)[ :]+(?:x )?(?P<reps>[0-9]{1,3}(?: ?- ?[0-9]{1,3}){2,14})(?: ?reps?)?")
_Q_NAME = re.compile(
    rf"{AMOUNT}[ -]?{UNIT}(?: of| -)? +(?P<name>\S.*)|(?P<timed>{CLOCK})(?: of)? +(?P<name2>\S.*)"
)
_N_NAME = re.compile(rf"{AMOUNT}(?: of)? +(?P<name>\S.*)")
_NAME_Q = re.compile(r"(?P<name>\S.*?)(?P<by> ?[:,-] | (?:for )?)(?P<q>[0-9.:].*)")
_NAME_N = re.compile(r"(?P<name>\S.*[a-z)]) (?P<n>[0-9]{1,2})")
_NAME_Q_TIMES = re.compile(rf"(?P<name>\S.*?) (?P<q>{AMOUNT}[ -]?{UNIT}){_X}(?P<k>[0-9]{{1,2}})")
_SIDED_NAME = re.compile(r"1[ -](?:arm|leg)")
_DIGIT = re.compile(r"[0-9]")
_NAME_LIKE = re.compile(r"[a-z]")
_NOT_IN_NAME = re.compile(r" x |[+|@%=]|[,;:]|\bx[0-9]| or ")
_SCHEME_WORDS = re.compile(
    r"\b(?:e[0-9]*mom|amrap|sets?|rounds?|rest|minutes?|seconds?|tabata|reps?|every)\b"
)
_SCALING = re.compile(r"(?:scal(?:e|ed|ing)|sub|substitute|regress|use|if)\b")
_HELD = re.compile(r" (?:with|w/) ?(?:an? )?[0-9]{1,2}(?:-[0-9]{1,2})?[ -](?:seconds?|secs?) ")
_LOOSE = frozenset(words("unbroken total alternating reps rep ub"))


def read_term(form: Form, start: int, end: int, *, any_name: bool = True) -> Term | None:
    """The term `form.text[start:end]` is, or None.

    ``term = NAME [":"] | NAME "x" Q | NAME k "x" r | k "x" r NAME | N NAME | Q ["of"] NAME | "Take" Q "to" NAME
    | "Hold" NAME "for" Q | NAME "for Max" UNIT``, up to `@`, a bracket or a clause about load. The name must be in
    the vocabulary, except (with `any_name`) before ``x Q`` and behind ``Take Q to``.
    """
    text = form.text[start:end]
    shift = start + len(text) - len(text.lstrip())
    got = take_clauses(text.strip())
    head = got.head.rstrip(" .,:;!-")
    lead = len(head) - len(head.lstrip())
    forms = _TERM_FORMS if _DIGIT.search(head) else _TERM_FORMS_WITHOUT_DIGIT
    for read in (_name_n, *forms) if got.open_ended else forms:
        term = read(head[lead:], any_name)
        if term:
            return _completed(term, got, shift, lead)
    return None


_PLAIN_NAME = re.compile(r"(?P<n>[0-9]{1,2} )?(?P<name>[a-z][a-z0-9' /-]{2,60})(?: \([^()]*\))?[ .:]*")


def read_unknown(form: Form, start: int, end: int) -> Term | None:
    """``[N] NAME`` outside the vocabulary, where only a name can stand, as in ``A + B x N``."""
    text = form.text[start:end]
    start += len(text) - len(text.lstrip())
    found = _PLAIN_NAME.fullmatch(text.strip())
    if not found or " x " in found["name"]:
        return None
    part = ReadPart(None, start + found.start("name"), start + found.end("name"))
    return Term((part,), times=exact(int(found["n"])) if found["n"] else None)


# ------------------------------------------------------------------------------------- what its clauses say
_TAIL = re.compile(
    r",? ?(?:x|for) ?(?P<q>[0-9m][^,;(x]*?)(?: ?(?:x|for) ?(?P<k>[0-9]{1,2})(?: sets?)?)?[ .]*(?=\Z|[,;(])"
)
_SETS_ONLY = re.compile(r"(?P<k>[0-9]{1,2}) sets?")
_BY_HEIGHT = frozenset(("box_jump", "burpee_box_jump_over", "step_up", "broad_jump"))
_HIGHEST = 40


def _completed(term: Term, got: Clauses, shift: int, lead: int) -> Term:
    """The term with its clauses, and its parts moved to their place in the line."""
    term, unread = _with_tail(_with_counts(term, got), got)
    return replace(
        term,
        parts=_placed(term.parts, got.pause, shift + lead),
        side=got.side or (term.quantity.per_side if term.quantity else None),
        each=got.each,
        load=None if _is_height(term, got) else got.load,
        load_words=got.load_words,
        tempo=got.tempo,
        rest=got.rest,
        open_ended=got.open_ended,
        unread=_unread_spans(unread, shift + got.tail_start),
    )


def _placed(parts: tuple[ReadPart, ...], pause: Pause | None, at: int) -> tuple[ReadPart, ...]:
    """The parts at their place in the line. A pause clause stands behind its movement: it is the last part's."""
    moved = [replace(part, start=part.start + at, end=part.end + at) for part in parts]
    return (*moved[:-1], replace(moved[-1], pause=pause)) if pause else tuple(moved)


def _with_counts(term: Term, got: Clauses) -> Term:
    """The term with the counts said beside it: in brackets, for each side, within a time."""
    if got.per_side_count:
        term = replace(term, quantity=got.per_side_count, times=None)
    if got.within and (term.quantity is None or term.quantity.max_of):
        max_of = (term.quantity and term.quantity.max_of) or "reps"
        term = replace(term, quantity=Quantity("duration_s", got.within, unit=True, max_of=max_of))
    if got.bracketed and not term.counted:
        term = replace(term, quantity=got.bracketed, behind_x=True)
    return term


def _with_tail(term: Term, got: Clauses) -> tuple[Term, str]:
    """The term with the sets and reps behind its load, and the tail with what was read of it blanked out."""
    tail = _TAIL.match(got.tail) if got.tail else None
    sets = _tail_sets(tail) or term.sets or got.sets
    quantity, behind_x = term.quantity, term.behind_x
    if tail and not term.counted and not _SETS_ONLY.fullmatch(tail["q"].strip()):
        quantity = read_quantity(tail["q"].strip())
        behind_x = behind_x or quantity is not None
    unread = got.tail
    if tail and (quantity or sets):
        unread = " " * tail.end() + got.tail[tail.end() :]
    return replace(term, quantity=quantity, behind_x=behind_x, sets=sets), unread


def _tail_sets(tail: re.Match[str] | None) -> Range | None:
    """The sets behind a load: ``@ 70% x 3 reps x 5 sets``, ``@ 70% x 2 sets``."""
    only = _SETS_ONLY.fullmatch(tail["q"].strip()) if tail else None
    written = only["k"] if only else tail["k"] if tail else None
    return exact(int(written)) if written else None


def _unread_spans(unread: str, start: int) -> tuple[tuple[int, int], ...]:
    """Where in the line words stand that nothing was made of; a side was, in `take_clauses`."""
    if find_side(" " + unread):
        unread = SIDE.sub(lambda side: " " * len(side[0]), " " + unread)[1:]
    words = unread.strip(" .,;:)")
    left = len(unread) - len(unread.lstrip(" .,;:)"))
    return ((start + left, start + len(unread.rstrip(" .,;:"))),) if words else ()


def _is_height(term: Term, got: Clauses) -> bool:
    """A bare number in brackets on a jump, and on a step unless too high, is its height, which is not modelled."""
    weight = got.load.load.abs if got.load and got.load.load and got.load.unit_missing else None
    low = weight.min if weight and not got.open_ended else None
    ids = {part.movement_id for part in term.parts}
    return low is not None and bool(ids & (_BY_HEIGHT if low <= _HIGHEST else _BY_HEIGHT - {"step_up"}))


# ------------------------------------------------------------------------------------------ forms of a term
def _named(head: str, start: int, end: int, *, any_name: bool) -> tuple[ReadPart, ...]:
    """The parts the name at `head[start:end]` means; with `any_name` an unknown name is one part without id."""
    name = head[start:end]
    lead = len(name) - len(name.lstrip())
    name = name.strip().rstrip(" :,-").rstrip()
    found: tuple[Name, ...] = resolve(name)
    paused = PAUSE_FIRST.match(name) if "pause" in name else None
    if paused:
        inner = resolve(name[paused.end() :])
        if inner:
            pause = Pause(Range(number(paused["a"]), number(paused["b"] or paused["a"])))
            first = inner[0]
            return (
                ReadPart(first.movement_id, start + lead, start + lead + paused.end() + first.end, pause),
            )
    if found:
        base = start + lead
        return tuple(
            ReadPart(n.movement_id, base + n.start, base + n.end, Pause() if n.paused else None)
            for n in found
        )
    if any_name and len(name) <= 80 and _can_be_name(BRACKET.sub(" ", name)):
        return (ReadPart(None, start + lead, start + lead + len(name)),)
    return ()


def _can_be_name(plain: str) -> bool:
    unlike = (
        _SCALING.match(plain) or _NOT_IN_NAME.search(plain) or _SCHEME_WORDS.search(_HELD.sub(" ", plain))
    )
    return _NAME_LIKE.search(plain) is not None and not unlike


def _take(head: str, _any_name: bool) -> Term | None:
    found = _TAKE.fullmatch(head) if head.startswith("take ") else None
    if not found:
        return None
    start, end = found.span("name")
    known = _named(head, start, end, any_name=False)
    return Term(known or (ReadPart(None, start, end),), quantity=quantity_of(found))


def _accumulate(head: str, _any_name: bool) -> Term | None:
    found = _ACCUMULATE.fullmatch(head) if head.startswith("accumulate ") else None
    parts = _named(head, *found.span("name"), any_name=False) if found else ()
    return Term(parts, quantity=quantity_of(found)) if found and parts else None


def _hold(head: str, _any_name: bool) -> Term | None:
    found = _HOLD.fullmatch(head) if head.startswith("hold ") else None
    parts = _named(head, *found.span("name"), any_name=False) if found else ()
    return Term(parts, quantity=quantity_of(found)) if found and parts else None


def _maximum(head: str, any_name: bool) -> Term | None:
    """``NAME ("for" | "x") "max" UNIT`` or ``"max" UNIT NAME``."""
    if "max" not in head and "amrap" not in head:
        return None
    for pattern in (_FOR_MAX, _MAX_FIRST):
        found = pattern.fullmatch(head)
        quantity = read_quantity(found["max"].removesuffix(" of").strip()) if found else None
        if found and quantity:
            parts = _named(head, *found.span("name"), any_name=any_name and pattern is _FOR_MAX)
            return Term(parts, quantity=quantity, behind_x=True) if parts else None
    return None


def _sets_of(head: str, _any_name: bool) -> Term | None:
    """``NAME k "x" Q``, ``NAME k "sets of" Q``, or with the name behind."""
    if "x" not in head and "set" not in head:
        return None
    for pattern in (_SETS_OF, _SETS_FIRST):
        found = pattern.fullmatch(head)
        quantity = _loose_quantity(found["q"]) if found else None
        parts = _named(head, *found.span("name"), any_name=False) if found and quantity else ()
        if found and parts:
            low = number(found["k"])
            return Term(
                parts, quantity=quantity, behind_x=True, sets=Range(low, number(found["k2"] or found["k"]))
            )
    return None


def _by_x(head: str, any_name: bool) -> Term | None:
    """``NAME "x" Q``."""
    found = _BY_X.fullmatch(head) if "x" in head else None
    quantity = _loose_quantity(found["q"]) if found else None
    if found is None or quantity is None:
        return None
    start, end = found.span("name")
    if head[0] in "0123456789." and not PAUSE_FIRST.match(head):
        counted = _n_name(head[:end])
        if counted:
            return replace(counted, quantity=quantity, behind_x=True)
        measured = _q_name(head[:end].rstrip(), any_name) if quantity.value and not quantity.unit else None
        if measured:  # `400m Run x 4`
            return replace(measured, sets=quantity.value)
    parts = _named(head, start, end, any_name=any_name)
    return Term(parts, quantity=quantity, behind_x=True) if parts else None


def _loose_quantity(text: str) -> Quantity | None:
    """A quantity with words behind it that change nothing (`unbroken`), brackets included."""
    text = " ".join(BRACKET.sub(" ", text).split()).rstrip(" .,:;-")
    words = text.split(" ")
    while len(words) > 1 and words[-1] in _LOOSE and not read_quantity(" ".join(words)):
        words.pop()
    return read_quantity(" ".join(words))


def _rep_scheme(head: str, _any_name: bool) -> Term | None:
    """``NAME 5-3-1``; equal numbers are sets of so many."""
    found = _SCHEME.fullmatch(head) if head.count("-") > 1 else None
    parts = _named(head, *found.span("name"), any_name=False) if found else ()
    if found is None or not parts:
        return None
    reps = tuple(int(n) for n in found["reps"].split("-"))
    sets = exact(len(reps))
    if len(set(reps)) == 1:
        return Term(parts, quantity=Quantity("reps", exact(reps[0]), unit=False), behind_x=True, sets=sets)
    return Term(parts, sets=sets, rep_scheme=reps)


def _q_name(head: str, _any_name: bool) -> Term | None:
    """``Q ["of"] NAME`` with a unit."""
    if not head or head[0] not in "0123456789.:":
        return None
    found = _Q_NAME.fullmatch(head)
    if found is None:
        return None
    group = "name" if found["name"] else "name2"
    parts = _named(head, *found.span(group), any_name=False)
    if not parts:
        return None
    quantity = quantity_of(found) if found["name"] else read_quantity(found["timed"])
    return Term(parts, quantity=quantity)


def _n_name(head: str, _any_name: bool = False) -> Term | None:
    """``N NAME``."""
    if not head or head[0] not in "0123456789." or is_exact(head):
        return None
    found = _N_NAME.fullmatch(head)
    if found is None or _SIDED_NAME.match(head):
        return None
    parts = _named(head, *found.span("name"), any_name=False)
    if not parts:
        return None
    quantity = quantity_of(found) if not found["clock"] else None
    if quantity is None:
        return None
    sided = (
        Quantity("reps", quantity.value, unit=False, per_side=quantity.per_side)
        if quantity.per_side
        else None
    )
    return Term(parts, times=None if sided else quantity.value, quantity=sided)


def _name_q(head: str, _any_name: bool) -> Term | None:
    """``NAME [":" | "for"] Q`` with a unit, or behind a colon or dash."""
    found = _NAME_Q.fullmatch(head)
    quantity = _loose_quantity(found["q"]) if found else None
    if found is None or quantity is None or not (quantity.unit or found["by"].strip()):
        return None
    parts = _named(head, *found.span("name"), any_name=False)
    return Term(parts, quantity=quantity, behind_x=True) if parts else None


def _name_q_times(head: str, _any_name: bool) -> Term | None:
    """``NAME Q "x" k``: a distance or time so many times."""
    found = _NAME_Q_TIMES.fullmatch(head) if "x" in head else None
    parts = _named(head, *found.span("name"), any_name=False) if found else ()
    if found is None or not parts:
        return None
    return Term(parts, quantity=read_quantity(found["q"]), behind_x=True, sets=exact(int(found["k"])))


def _name_n(head: str, _any_name: bool) -> Term | None:
    """``NAME N`` before an `@`."""
    found = _NAME_N.fullmatch(head)
    parts = _named(head, *found.span("name"), any_name=False) if found else ()
    return (
        Term(parts, quantity=Quantity("reps", exact(int(found["n"])), unit=False), behind_x=True)
        if found and parts
        else None
    )


def _name(head: str, _any_name: bool) -> Term | None:
    parts = _named(head, 0, len(head), any_name=False)
    return Term(parts) if parts else None


_TERM_FORMS = (
    _take, _accumulate, _hold, _sets_of, _maximum, _name_q_times, _rep_scheme, _q_name, _by_x, _n_name,
    _name_q, _name,
)  # fmt: skip
_TERM_FORMS_WITHOUT_DIGIT = (_maximum, _by_x, _name)
