"""§7 Exercises: a movement line becomes movements with quantities, loads, tempo, sides and pauses.

Terms are read here one by one, and lists, complexes and alternatives put together. Whether a `+` makes a complex
depends on the block and is asked for (`joins`). Names are resolved in `_movements`, loads in `_loads`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from wod_pipeline.parsing._loads import ReadLoad, find_load, read_bracketed_load, read_load
from wod_pipeline.parsing._movements import Name, is_exact, resolve
from wod_pipeline.parsing._quantities import AMOUNT, UNIT, Quantity, quantity_of, read_quantity
from wod_pipeline.parsing._rest import read_rest
from wod_pipeline.parsing._set_rows import ReadRow
from wod_pipeline.parsing._text import NUM, Form, exact, number, words
from wod_pipeline.program import Pause, PausePlace, Range, Rest, Side


class ReadPart(NamedTuple):
    """A movement a line names: its id, the place of its words in the matching form, and a pause."""

    movement_id: str | None
    start: int
    end: int
    pause: Pause | None = None


class Term(NamedTuple):
    """One movement of a line with all that is said about it."""

    parts: tuple[ReadPart, ...]
    times: Range | None = None  # `N NAME`
    quantity: Quantity | None = None  # with a unit, or behind an `x`
    behind_x: bool = False
    sets: Range | None = None
    rep_scheme: tuple[int, ...] = ()
    rows: tuple[ReadRow, ...] = ()
    side: Side | None = None
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


# ------------------------------------------------------------------------------------------ clauses of a term
_BRACKET = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_SIDE = re.compile(
    r"(?:,? ?\b(?:on )?(?:each|per|ea\.?|every|both)|(?<=[0-9a-z]) ?/) ?(?P<side>leg|arm|side|hand|foot|way"
    r"|direction)s?\b"
    r"|,? (?:each|ea\b\.?)(?= *(?:\Z|[,@(x]))|(?<=[0-9s])/ ?(?:each|ea)\b"
)
_SIDES: dict[str, Side] = {"leg": "leg", "foot": "leg", "arm": "arm", "hand": "arm"}
_PAUSE = re.compile(
    rf"(?:(?<= )|^)(?:with|w/) ?(?:an? )?(?:(?P<a>{NUM})(?: ?(?:-|to) ?(?P<b>{NUM}))?[ -]?(?:seconds?|secs?"
    r"|s)\b )?pauses?\b"
    r"(?:(?P<place>(?: (?:at|in|above|below|on|off|just|overhead)\b)[^+,@()]{0,50}?)(?= x |  |\Z|[+,@()]| - ))?"
)
_PAUSE_FIRST = re.compile(rf"(?P<a>{NUM})(?:-(?P<b>{NUM}))?[ -](?:seconds?|secs?)[ -](?=pause)")
_PLACES: tuple[tuple[str, PausePlace], ...] = (
    (r"below (?:the )?knee|under the knee", "below_knee"),
    (r"(?<!above )(?<!above the )knee", "knee"),
    (r"mid[ -]?thigh", "mid_thigh"),
    (r"\bhip", "hip"),
    (r"\bdip", "dip"),
    (r"catch|receiv|in (?:the )?split", "catch"),
    (r"bottom|in the hole", "bottom"),
    (r"\btop", "top"),
    (r"overhead", "overhead"),
)
_PLACE = tuple((re.compile(pattern), place) for pattern, place in _PLACES)
_TEMPO = re.compile(
    r"(?:\btempo:? ?)?@ ?(?P<t>[0-9x]{4})(?![0-9a-z%])(?! ?(?:kgs?|lbs?|pounds)\b)(?: tempo)?|\btempo:? "
    r"(?:of )?(?P<t2>[0-9x]{4})\b|\b(?P<t3>[0-9x]{4}) tempo\b"
)
_REST_CLAUSE = re.compile(r"[,;-] ?(rest [^,;()]+)\Z")
_AT = re.compile(r"@|(?<= )at (?=[0-9]{1,3}(?:\.[0-9])?(?: ?%|-[0-9]{1,3} ?%| ?(?:kg|lb)))")
_WITH = re.compile(r" (?:with|w/|using|at|,|-|for|to|then)\Z")


class _Clauses(NamedTuple):
    """What was taken out of a term's text: `head` is left, with blanks where the clauses stood."""

    head: str
    side: Side | None = None
    pause: Pause | None = None
    tempo: str | None = None
    rest: Rest | None = None
    load: ReadLoad | None = None
    load_words: str = ""
    per_side_count: Quantity | None = None
    bracketed: Quantity | None = None
    sets: Range | None = None
    tail: str = ""
    tail_start: int = 0
    open_ended: bool = False


def _clauses(text: str) -> _Clauses:
    """Take brackets, tempo, the load behind `@`, clauses about load, rest, sides and pauses out of a term."""
    got = _Clauses(text)
    for step in _CLAUSE_STEPS:
        got = step(got)
    return got


_WORD_BEHIND = re.compile(r"(?<=[0-9s)])(?: -)? (?P<word>light|medium|moderate|heavy) *\Z")
_EMPTY_BAR_NAME = re.compile(r"\bempty bar(?:bell)?\b")


def _take_word(got: _Clauses) -> _Clauses:
    """A describing word at the end, or an empty bar within the name."""
    if got.load is not None:
        return got
    found = _WORD_BEHIND.search(got.head)
    if found:
        return got._replace(
            head=got.head[: found.start()], load=read_load(found["word"]), load_words=found["word"]
        )
    if _EMPTY_BAR_NAME.search(got.head):
        return got._replace(load=read_load("empty bar"), load_words="empty bar")
    return got


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]


def _take_tempo(got: _Clauses) -> _Clauses:
    found = _TEMPO.search(got.head) if "@" in got.head or "tempo" in got.head else None
    if not found:
        return got
    tempo = (found["t"] or found["t2"] or found["t3"]).upper()
    return got._replace(head=_blank(got.head, *found.span()), tempo=tempo)


def _take_brackets(got: _Clauses) -> _Clauses:
    """Brackets that say a load, a side, a pause, a number of sets or a count per side; others stay in the name."""
    for found in _BRACKET.finditer(got.head) if "(" in got.head or "[" in got.head else ():
        inner = (found[1] if found[1] is not None else found[2]).strip()
        taken = _bracket(got, inner)
        if taken:
            got = taken._replace(head=_blank(taken.head, *found.span()))
    return got


_N_SETS = re.compile(r"(?P<a>[0-9]{1,2})(?:-(?P<b>[0-9]{1,2}))? (?:sets?|rounds?)")


def _bracket(got: _Clauses, inner: str) -> _Clauses | None:
    """What brackets say, one thing or several by commas; None when any of it is not understood."""
    for piece in re.split(r", | - ", inner):
        taken = _bracketed(got, piece.strip())
        if taken is None:
            return None
        got = taken
    return got


def _bracketed(got: _Clauses, inner: str) -> _Clauses | None:
    """One thing brackets say: a side, sets, a rest, a load, a quantity or a pause."""
    sided = _SIDE.search(" " + inner)
    if sided:
        return _bracketed_side(got, (" " + inner)[: sided.start()].strip(), _side(sided))
    return _bracketed_sets(got, inner) or _bracketed_load(got, inner) or _bracketed_pause(got, inner)


def _bracketed_side(got: _Clauses, amount: str, side: Side) -> _Clauses | None:
    count = read_quantity(amount) if amount else None
    return None if amount and not count else got._replace(side=side, per_side_count=count)


def _bracketed_sets(got: _Clauses, inner: str) -> _Clauses | None:
    sets = _N_SETS.fullmatch(inner)
    if sets:
        low = number(sets["a"])
        return got._replace(sets=Range(low, number(sets["b"] or sets["a"])))
    resting = read_rest(inner)
    return got._replace(rest=resting.rest) if resting else None


def _bracketed_load(got: _Clauses, inner: str) -> _Clauses | None:
    load = read_bracketed_load(inner) if got.load is None else None
    return got._replace(load=load, load_words=inner) if load else None


def _bracketed_pause(got: _Clauses, inner: str) -> _Clauses | None:
    quantity = read_quantity(inner)
    if quantity and quantity.unit:
        return got._replace(bracketed=quantity)
    pause = _PAUSE.match(inner) or _PAUSE.match("with " + inner)
    return got._replace(pause=_pause(pause)) if pause else None


def _take_rest(got: _Clauses) -> _Clauses:
    found = _REST_CLAUSE.search(got.head) if "rest " in got.head else None
    rest = read_rest(found[1]) if found else None
    if found is None or rest is None:
        return got
    return got._replace(head=_blank(got.head, *found.span()), rest=rest.rest)


def _take_at(got: _Clauses) -> _Clauses:
    """The load behind the first `@` that can be read; the line need not be understood from there on."""
    marks = list(_AT.finditer(got.head))
    if not marks:
        return got
    first = marks[0]
    tail = got.head[first.end() :]
    loads = [read for mark in marks if (read := read_load(got.head, _behind(got.head, mark.end())))]
    words = tail.strip(" .")
    head = got.head[: first.start()]
    read = loads[0] if loads else got.load or ReadLoad(None, first.end(), len(got.head), words=words)
    end = loads[0].end if loads else first.end()
    return got._replace(
        head=head, load=read, load_words=words, tail=got.head[end:], tail_start=end, open_ended=True
    )


def _behind(text: str, at: int) -> int:
    return at + len(text[at:]) - len(text[at:].lstrip())


def _take_load_clause(got: _Clauses) -> _Clauses:
    if got.open_ended:
        return got
    read = find_load(got.head)
    if read is None:
        return got
    words = got.head[read.start : read.end]
    head = got.head[: read.start].rstrip(" ,-(")
    while _WITH.search(head):
        head = _WITH.sub("", head)
    if not head.strip():
        return got
    return got._replace(
        head=head,
        load=got.load or read,
        load_words=words,
        tail=got.head[read.end :],
        tail_start=read.end,
        open_ended=True,
    )


def _take_side(got: _Clauses) -> _Clauses:
    found = _SIDE.search(got.head)
    if found:
        return got._replace(head=_blank(got.head, *found.span()), side=got.side or _side(found))
    behind = _SIDE.search(" " + got.tail) if got.tail else None
    return got._replace(side=got.side or _side(behind)) if behind else got


def side_of(text: str) -> Side | None:
    """The side a clause of its own names: `each leg`."""
    found = _SIDE.fullmatch(" " + text)
    return _side(found) if found else None


def _side(found: re.Match[str]) -> Side:
    return _SIDES.get(found["side"] or "", "side")


def _take_pause(got: _Clauses) -> _Clauses:
    found = _PAUSE.search(got.head) if "pause" in got.head else None
    return got._replace(pause=got.pause or _pause(found)) if found else got


def _pause(found: re.Match[str]) -> Pause:
    seconds = None
    if found["a"]:
        seconds = Range(number(found["a"]), number(found["b"] or found["a"]))
    place = found.groupdict().get("place")
    at = next((name for pattern, name in _PLACE if pattern.search(place)), "other") if place else None
    return Pause(seconds, at)  # type: ignore[arg-type]


_CLAUSE_STEPS = (
    _take_tempo, _take_brackets, _take_rest, _take_at, _take_load_clause, _take_side, _take_word, _take_pause
)  # fmt: skip
"""What is taken out of a term's text before its form is read, in this order."""


# ----------------------------------------------------------------------------------------------- one term
_X = r" *x *"
_TAKE = re.compile(rf"take (?:another )?{AMOUNT}[ -]?{UNIT} to (?P<name>\S.*)")
_HOLD = re.compile(rf"(?P<name>hold \S.*?) for {AMOUNT}[ -]?{UNIT}")
_HOLD_CLOCK = re.compile(rf"(?P<name>hold \S.*?) for {AMOUNT}")
_FOR_MAX = re.compile(r"(?P<name>\S.*?) (?:for|x|-) (?P<max>max(?:imum)?\b.*|amrap)")
_MAX_FIRST = re.compile(
    r"(?P<max>max(?:imum)?[ -](?:effort[ -])?(?:reps?|cal(?:orie)?s?|distance|met(?:er|re)s|time|unbroken"
    r"|effort)(?: of)?) (?P<name>\S.*)"
)
_SETS_OF = re.compile(
    rf"(?P<name>\S.*?)[ :,-]+(?P<k>[0-9]{{1,2}})(?:-(?P<k2>[0-9]{{1,2}}))?(?: sets?(?: (?:of|x))?|{_X}) ?"
    r"(?P<q>[0-9.m].*)"
)
_SETS_FIRST = re.compile(
    rf"(?P<k>[0-9]{{1,2}})(?:-(?P<k2>[0-9]{{1,2}}))?(?: sets? (?:of|x) |{_X})(?P<q>{AMOUNT}(?:[ -]?{UNIT})?)"
    r"(?: of)? (?P<name>\S.*)"
)
_BY_X = re.compile(r"(?P<name>\S.*?)(?: +x *|x(?= ?[0-9])|(?<=\)) *x *)(?P<q>[0-9.m].*)")
_SCHEME = re.compile(r"(?P<name>\S.*?)[ :]+(?:x )?(?P<reps>[0-9]{1,3}(?:-[0-9]{1,3}){2,14})(?: ?reps?)?")
_Q_NAME = re.compile(
    rf"{AMOUNT}[ -]?{UNIT}(?: of| -)? +(?P<name>\S.*)|(?P<timed>[0-9]{{1,3}}:[0-5][0-9])(?: of)? +(?P<name2>\S.*)"
)
_N_NAME = re.compile(rf"{AMOUNT}(?: of)? +(?P<name>\S.*)")
_NAME_Q = re.compile(r"(?P<name>\S.*?)(?: ?[:,-] | (?:for )?)(?P<q>[0-9.].*)")
_SIDED_NAME = re.compile(r"1[ -](?:arm|leg)")
_NAME_LIKE = re.compile(r"[a-z]")
_NOT_IN_NAME = re.compile(r" x |[+|@%=]|[,;:]|\bx[0-9]| or ")
_SCHEME_WORDS = re.compile(
    r"\b(?:e[0-9]*mom|amrap|sets?|rounds?|rest|minutes?|seconds?|tabata|reps?|every)\b"
)
_LOOSE = frozenset(words("unbroken total alternating reps rep ub"))


def read_term(form: Form, start: int, end: int, *, any_name: bool = True) -> Term | None:
    """The term `form.text[start:end]` is, or None.

    ``term = NAME [":"] | NAME "x" Q | NAME k "x" r | k "x" r NAME | N NAME | Q ["of"] NAME | "Take" Q "to" NAME
    | "Hold" NAME "for" Q | NAME "for Max" UNIT``, up to `@`, a bracket or a clause about load. The name must be in
    the vocabulary, except (with `any_name`) before ``x Q`` and behind ``Take Q to``.
    """
    text = form.text[start:end]
    shift = start + len(text) - len(text.lstrip())
    got = _clauses(text.strip())
    head = got.head.rstrip(" .,:;!-")
    for read in _TERM_FORMS:
        term = read(head, any_name)
        if term:
            return _completed(term, got, shift)
    return None


def _completed(term: Term, got: _Clauses, shift: int) -> Term:
    """The term with its clauses, and its parts moved to their place in the line."""
    parts = tuple(
        part._replace(
            start=part.start + shift, end=part.end + shift, pause=_part_pause(part, got, k, len(term.parts))
        )
        for k, part in enumerate(term.parts)
    )
    quantity, count, behind_x = got.per_side_count or term.quantity, term.times, term.behind_x
    if got.per_side_count:
        count = None
    if got.bracketed and not (quantity or count):
        quantity, behind_x = got.bracketed, True
    unread = got.tail
    tail = _TAIL.match(got.tail)
    sets = _tail_sets(tail) or term.sets or got.sets
    if tail and not (quantity or count) and not _SETS_ONLY.fullmatch(tail["q"].strip()):
        quantity = read_quantity(tail["q"].strip())
        behind_x = behind_x or quantity is not None
    if tail and (quantity or sets):
        unread = " " * tail.end() + got.tail[tail.end() :]
    unread = _SIDE.sub(lambda side: " " * len(side[0]), " " + unread)[1:]
    left = len(unread) - len(unread.lstrip(" .,;:)"))
    spans = ((shift + got.tail_start + left, shift + got.tail_start + len(unread.rstrip(" .,;:"))),)
    return term._replace(
        parts=parts,
        quantity=quantity,
        times=count,
        behind_x=behind_x,
        sets=sets,
        side=got.side or (quantity.per_side if quantity else None),
        load=got.load,
        load_words=got.load_words,
        tempo=got.tempo,
        rest=got.rest,
        open_ended=got.open_ended,
        unread=spans if unread.strip(" .,;:)") else (),
    )


_TAIL = re.compile(
    r",? ?(?:x|for) ?(?P<q>[0-9m][^,;(x]*?)(?: ?(?:x|for) ?(?P<k>[0-9]{1,2})(?: sets?)?)?[ .]*(?=\Z|[,;(])"
)
_SETS_ONLY = re.compile(r"(?P<k>[0-9]{1,2}) sets?")


def _tail_sets(tail: re.Match[str] | None) -> Range | None:
    """The sets behind a load: ``@ 70% x 3 reps x 5 sets``, ``@ 70% x 2 sets``."""
    only = _SETS_ONLY.fullmatch(tail["q"].strip()) if tail else None
    written = only["k"] if only else tail["k"] if tail else None
    return exact(int(written)) if written else None


def _part_pause(part: ReadPart, got: _Clauses, k: int, parts: int) -> Pause | None:
    """A pause clause stands behind its movement: it belongs to the last part of the term."""
    return got.pause if got.pause and k == parts - 1 else part.pause


def _named(head: str, start: int, end: int, *, any_name: bool) -> tuple[ReadPart, ...]:
    """The parts the name at `head[start:end]` means; with `any_name` an unknown name is one part without id."""
    name = head[start:end]
    lead = len(name) - len(name.lstrip())
    name = name.strip().rstrip(" :,-").rstrip()
    found: tuple[Name, ...] = resolve(name)
    paused = _PAUSE_FIRST.match(name)
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
    plain = _BRACKET.sub(" ", name)
    unlike = _NOT_IN_NAME.search(plain) or _SCHEME_WORDS.search(plain)
    if any_name and _NAME_LIKE.search(plain) and not unlike and len(name) <= 80:
        return (ReadPart(None, start + lead, start + lead + len(name)),)
    return ()


def _take(head: str, _any_name: bool) -> Term | None:
    found = _TAKE.fullmatch(head) if head.startswith("take ") else None
    if not found:
        return None
    start, end = found.span("name")
    known = _named(head, start, end, any_name=False)
    return Term(known or (ReadPart(None, start, end),), quantity=quantity_of(found))


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
    found = _BY_X.fullmatch(head)
    quantity = _loose_quantity(found["q"]) if found else None
    if found is None or quantity is None:
        return None
    start, end = found.span("name")
    if head[0] in "0123456789." and not _PAUSE_FIRST.match(head):
        counted = _n_name(head[:end], any_name=False) or _n_name(head[:end], any_name=any_name)
        if counted:
            return counted._replace(quantity=quantity, behind_x=True)
    parts = _named(head, start, end, any_name=any_name)
    return Term(parts, quantity=quantity, behind_x=True) if parts else None


def _loose_quantity(text: str) -> Quantity | None:
    """A quantity with words behind it that change nothing (`unbroken`), brackets included."""
    text = " ".join(_BRACKET.sub(" ", text).split()).rstrip(" .,:;-")
    words = text.split(" ")
    while len(words) > 1 and words[-1] in _LOOSE and not read_quantity(" ".join(words)):
        words.pop()
    return read_quantity(" ".join(words))


def _rep_scheme(head: str, _any_name: bool) -> Term | None:
    """``NAME 5-3-1``; equal numbers are sets of so many."""
    found = _SCHEME.fullmatch(head)
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
    if not head or head[0] not in "0123456789.":
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


def _n_name(head: str, *, any_name: bool) -> Term | None:
    """``N NAME``."""
    if not head or head[0] not in "0123456789." or is_exact(head):
        return None
    found = _N_NAME.fullmatch(head)
    if found is None or _SIDED_NAME.match(head):
        return None
    parts = _named(head, *found.span("name"), any_name=any_name)
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


def _n_known_name(head: str, _any_name: bool) -> Term | None:
    return _n_name(head, any_name=False)


def _name_q(head: str, _any_name: bool) -> Term | None:
    """``NAME [":" | "for"] Q`` with a unit, or behind a colon or dash."""
    found = _NAME_Q.fullmatch(head)
    quantity = _loose_quantity(found["q"]) if found else None
    if found is None or quantity is None or not (quantity.unit or found.group(0)[found.end("name")] in ":,-"):
        return None
    parts = _named(head, *found.span("name"), any_name=False)
    return Term(parts, quantity=quantity, behind_x=True) if parts else None


def _name(head: str, _any_name: bool) -> Term | None:
    parts = _named(head, 0, len(head), any_name=False)
    return Term(parts) if parts else None


_TERM_FORMS = (
    _take, _hold, _maximum, _sets_of, _rep_scheme, _q_name, _by_x, _n_known_name, _name_q, _name
)  # fmt: skip
