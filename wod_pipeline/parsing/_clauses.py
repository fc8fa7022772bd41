"""§7.5 to §7.8: what is said about a movement within its term: brackets, load, tempo, sides, pauses, rest.

Each step takes one kind of clause out of the text and leaves blanks, so that places stay true. The movement itself
and its quantity are read from what is left, in `_exercises`.
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from wod_pipeline.parsing._loads import ReadLoad, find_load, read_bracketed_load, read_load
from wod_pipeline.parsing._quantities import Quantity, read_quantity
from wod_pipeline.parsing._rest import read_rest
from wod_pipeline.parsing._text import NUM, ReadValue, number
from wod_pipeline.program import Pause, PausePlace, Range, Rest, Side

BRACKET = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
SIDE = re.compile(
    r"(?:,? ?\b(?:on )?(?:each|per|ea\.?|every|both)|(?<=[0-9a-z]) ?/) ?(?P<side>leg|arm|side|hand|foot|way"
    r"|direction)s?\b"
    r"|,? (?:each|ea\b\.?)(?= *(?:\Z|[,@(x]))|(?<=[0-9s])/ ?(?:each|ea)\b"
)
_SIDE_HINT = re.compile("each|per|ea|every|both|/")
_SIDES: dict[str, Side] = {"leg": "leg", "foot": "leg", "arm": "arm", "hand": "arm"}
_PAUSE = re.compile(
    rf"(?:(?<= )|^)(?:with|w/) ?(?:an? )?(?:(?P<a>{NUM})(?: ?(?:-|to) ?(?P<b>{NUM}))?[ -]?(?:seconds?|secs?"
    r"|s)\b )?pauses?\b"
    r"(?:(?P<place>(?: (?:at|in|above|below|on|off|just|overhead)\b)[^+,@()]{0,50}?)(?= x |  |\Z|[+,@()]| - ))?"
)
PAUSE_FIRST = re.compile(rf"(?P<a>{NUM})(?:-(?P<b>{NUM}))?[ -](?:seconds?|secs?)[ -](?=pause)")
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
    r"(?:\btempo:? ?)?@ ?(?:tempo:? ?)?(?P<t>[0-9x]{4})(?![0-9a-z%])(?! ?(?:kgs?|lbs?|pounds)\b)(?: tempo)?"
    r"|\btempo:? (?:of )?(?P<t2>[0-9x]{4})\b|\b(?P<t3>[0-9x]{4}) tempo\b"
)
_REST_CLAUSE = re.compile(r"[,;-] ?(rest [^,;()]+)\Z")
_AT = re.compile(r"@|(?<= )at (?=[0-9]{1,3}(?:\.[0-9])?(?: ?%|-[0-9]{1,3} ?%| ?(?:kg|lb)))")
_WITH = re.compile(r" (?:with|w/|using|at|,|-|for|to|then)\Z")


class Clauses(ReadValue, frozen=True):
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


def take_clauses(text: str) -> Clauses:
    """Take brackets, tempo, the load behind `@`, clauses about load, rest, sides and pauses out of a term."""
    got = Clauses(text)
    for step in _CLAUSE_STEPS:
        got = step(got)
    return got


_WORD_BEHIND = re.compile(r"(?<=[0-9s)])(?: -)? (?P<word>light|medium|moderate|heavy) *\Z")
_LAST_LETTERS = ("ht", "um", "te", "vy")
_EMPTY_BAR_NAME = re.compile(r"\bempty bar(?:bell)?\b")


def _take_word(got: Clauses) -> Clauses:
    """A describing word at the end, or an empty bar within the name."""
    if got.load is not None:
        return got
    said = got.head.rstrip(" ").endswith(_LAST_LETTERS)
    found = _WORD_BEHIND.search(got.head) if said else None
    if found:
        return replace(
            got, head=got.head[: found.start()], load=read_load(found["word"]), load_words=found["word"]
        )
    if "empty bar" in got.head and _EMPTY_BAR_NAME.search(got.head):
        return replace(got, load=read_load("empty bar"), load_words="empty bar")
    return got


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]


def _take_tempo(got: Clauses) -> Clauses:
    found = _TEMPO.search(got.head) if "@" in got.head or "tempo" in got.head else None
    if not found:
        return got
    tempo = (found["t"] or found["t2"] or found["t3"]).upper()
    return replace(got, head=_blank(got.head, *found.span()), tempo=tempo)


def _take_brackets(got: Clauses) -> Clauses:
    """Brackets that say a load, a side, a pause, a number of sets or a count per side; others stay in the name."""
    for found in BRACKET.finditer(got.head) if "(" in got.head or "[" in got.head else ():
        inner = (found[1] if found[1] is not None else found[2]).strip()
        taken = _bracket(got, inner)
        if taken:
            got = replace(taken, head=_blank(taken.head, *found.span()))
    return got


_N_SETS = re.compile(r"(?P<a>[0-9]{1,2})(?:-(?P<b>[0-9]{1,2}))? (?:sets?|rounds?)")


def _bracket(got: Clauses, inner: str) -> Clauses | None:
    """What brackets say, one thing or several by commas; None when any of it is not understood."""
    for piece in re.split(r", | - ", inner):
        taken = _bracketed(got, piece.strip())
        if taken is None:
            return None
        got = taken
    return got


def _bracketed(got: Clauses, inner: str) -> Clauses | None:
    """One thing brackets say: a side, sets, a rest, a load, a quantity or a pause."""
    sided = find_side(" " + inner)
    if sided:
        return _bracketed_side(got, (" " + inner)[: sided.start()].strip(), _side(sided))
    return _bracketed_sets(got, inner) or _bracketed_load(got, inner) or _bracketed_pause(got, inner)


def _bracketed_side(got: Clauses, amount: str, side: Side) -> Clauses | None:
    count = read_quantity(amount) if amount else None
    return None if amount and not count else replace(got, side=side, per_side_count=count)


def _bracketed_sets(got: Clauses, inner: str) -> Clauses | None:
    sets = _N_SETS.fullmatch(inner)
    if sets:
        low = number(sets["a"])
        return replace(got, sets=Range(low, number(sets["b"] or sets["a"])))
    resting = read_rest(inner)
    return replace(got, rest=resting.rest) if resting else None


def _bracketed_load(got: Clauses, inner: str) -> Clauses | None:
    load = read_bracketed_load(inner) if got.load is None else None
    return replace(got, load=load, load_words=inner) if load else None


def _bracketed_pause(got: Clauses, inner: str) -> Clauses | None:
    quantity = read_quantity(inner)
    if quantity and quantity.unit:
        return replace(got, bracketed=quantity)
    pause = _PAUSE.match(inner) or _PAUSE.match("with " + inner)
    return replace(got, pause=_pause(pause)) if pause else None


def _take_rest(got: Clauses) -> Clauses:
    found = _REST_CLAUSE.search(got.head) if "rest " in got.head else None
    rest = read_rest(found[1]) if found else None
    if found is None or rest is None:
        return got
    return replace(got, head=_blank(got.head, *found.span()), rest=rest.rest)


def _take_at(got: Clauses) -> Clauses:
    """The load behind the first `@` that can be read; the line need not be understood from there on."""
    marks = list(_AT.finditer(got.head)) if "@" in got.head or " at " in got.head else []
    if not marks:
        return got
    first = marks[0]
    tail = got.head[first.end() :]
    loads = [read for mark in marks if (read := read_load(got.head, _behind(got.head, mark.end())))]
    words = tail.strip(" .")
    head = got.head[: first.start()]
    read = loads[0] if loads else got.load or ReadLoad(None, first.end(), len(got.head), words=words)
    end = loads[0].end if loads else first.end()
    return replace(
        got, head=head, load=read, load_words=words, tail=got.head[end:], tail_start=end, open_ended=True
    )


def _behind(text: str, at: int) -> int:
    return at + len(text[at:]) - len(text[at:].lstrip())


def _take_load_clause(got: Clauses) -> Clauses:
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
    return replace(
        got,
        head=head,
        load=got.load or read,
        load_words=words,
        tail=got.head[read.end :],
        tail_start=read.end,
        open_ended=True,
    )


def _take_side(got: Clauses) -> Clauses:
    found = find_side(got.head)
    if found:
        return replace(got, head=_blank(got.head, *found.span()), side=got.side or _side(found))
    behind = find_side(" " + got.tail) if got.tail else None
    return replace(got, side=got.side or _side(behind)) if behind else got


def find_side(text: str) -> re.Match[str] | None:
    """Where `text` names a side, if it does."""
    return SIDE.search(text) if _SIDE_HINT.search(text) else None


def side_of(text: str) -> Side | None:
    """The side a clause of its own names: `each leg`."""
    found = SIDE.fullmatch(" " + text)
    return _side(found) if found else None


def _side(found: re.Match[str]) -> Side:
    return _SIDES.get(found["side"] or "", "side")


def _take_pause(got: Clauses) -> Clauses:
    found = _PAUSE.search(got.head) if "pause" in got.head else None
    return replace(got, pause=got.pause or _pause(found)) if found else got


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
