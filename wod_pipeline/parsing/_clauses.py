"""§7.5 to §7.8: what is said about a movement within its term: brackets, load, tempo, sides, pauses, rest.

Each step takes one kind of clause out of the text and leaves blanks, so that places stay true. The movement itself
and its quantity are read from what is left, in `_exercises`.
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from wod_pipeline.parsing._load_words import TELLING, load_of_words, load_words_at
from wod_pipeline.parsing._loads import (
    LOAD_HINT,
    ReadLoad,
    find_load,
    read_bracketed_load,
    read_load,
    read_weight,
)
from wod_pipeline.parsing._quantities import TIME, Quantity, read_quantity, time_s
from wod_pipeline.parsing._rest import read_rest
from wod_pipeline.parsing._text import NUM, ReadValue, exact, number
from wod_pipeline.program import Pause, PausePlace, Range, Rest, Side
from wod_pipeline.vocabulary import resolve

BRACKET = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
SIDE = re.compile(
    r"(?:,? ?\b(?:on )?(?:each|per|ea\.?|every|both)|(?<=[0-9a-z]) ?/) ?(?P<side>leg|arm|side|hand|foot|way"
    r"|direction)s?\b"
    r"|,? (?:each|ea\b\.?)(?= *(?:\Z|[,@(x]))|(?<=[0-9s])/ ?(?:each|ea)\b"
)
_SIDE_HINT = re.compile("each|per|ea|every|both|/")
_SIDES: dict[str, Side] = {"leg": "leg", "foot": "leg", "arm": "arm", "hand": "arm"}
_PAUSE_WORDS = (
    rf"(?:an? )?(?:(?::(?P<clock>[0-9]{{2}})|(?P<a>{NUM})(?: ?(?:-|to) ?(?P<b>{NUM}))?[ -]?(?:seconds?|secs?\.?|s))"
    r"[ -])?paus(?:es?|ing)(?![a-z])"
)
_PAUSE = re.compile(
    rf"(?:(?:(?<= )|^)(?:with|w/) ?|, ?(?:and |then )?){_PAUSE_WORDS}"
    r"(?:(?P<place> (?:(?:at|in|above|below|on|off|just|overhead)\b|@ (?=[a-z]))[^+,@()]{0,50}?)"
    r"(?= x |  |\Z|[+,@()]| - ))?"
)
_ANY_PAUSE = re.sub(r"\(\?P<\w+>", "(?:", _PAUSE_WORDS)
NOT_BEFORE_PAUSE = rf"(?! ?(?:and |then )?{_ANY_PAUSE} (?:at|in|above|below|on|off|just|@)\b)"
"""What must not follow a comma that ends a term: a pause is a clause of the term before it."""
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
_FOUR = r"[0-9x](?:[0-9x]{3}|(?:[-./][0-9x]){3})"
_TEMPO = re.compile(
    rf"(?:\btempo:? ?)?@ ?(?:tempo:? ?)?(?P<t>{_FOUR})(?![0-9a-z%]|[-./][0-9])(?! ?(?:kgs?|lbs?|pounds)\b)(?: tempo)?"
    rf"|\btempo:? (?:of )?(?P<t2>{_FOUR})\b|(?:\b(?:with|at) (?:an? )?)?\b(?P<t3>{_FOUR}) tempo\b"
    rf"|\((?P<t4>(?![0-9]{{2}}00){_FOUR})\)"
)
_BARE_TEMPO = re.compile(r"(?![0-9]{2}00)[0-9x]{4}")
_TEMPO_BRACKET = re.compile(r"\([0-9x]{4}\)")
_REST_CLAUSE = re.compile(r"[,;-] ?(rest [^,;()]+)\Z")
_AT = re.compile(r"@|(?<= )at (?=[0-9]{1,3}(?:\.[0-9])?(?: ?%|-[0-9]{1,3} ?%| ?(?:kg|lb)))")
_DIGITS = frozenset("0123456789.")
_WEIGHT_HINT = re.compile(r"^[0-9./ -]{1,12}(?:kg|kilo|lb|pound|#|pood|%)")
_WITH = re.compile(r" (?:with|w/|using|at|,|-|for|to|then)\Z")


class Clauses(ReadValue, frozen=True):
    """What was taken out of a term's text: `head` is left, with blanks where the clauses stood."""

    head: str
    side: Side | None = None
    each: bool = False
    pause: Pause | None = None
    tempo: str | None = None
    rest: Rest | None = None
    load: ReadLoad | None = None
    load_words: str = ""
    per_side_count: Quantity | None = None
    bracketed: Quantity | None = None
    sets: Range | None = None
    within: Range | None = None
    tail: str = ""
    tail_start: int = 0
    open_ended: bool = False


def take_clauses(text: str) -> Clauses:
    """Take brackets, tempo, the load behind `@`, clauses about load, rest, sides and pauses out of a term."""
    got = Clauses(text)
    for step in _CLAUSE_STEPS if _ANY_CLAUSE.search(text) else ():
        got = step(got)
    return got


def take_asides(text: str) -> Clauses:
    """Take what may stand behind set rows out of their text: tempo, pause, brackets, rest, side, words about load."""
    got = Clauses(text)
    for step in (_take_tempo, _take_pause, _take_brackets, _take_rest, _take_side):
        got = step(got)
    at = load_words_at(got.head.rstrip())
    comma = at is not None and got.head[:at].rstrip().endswith(",")
    return replace(got, head=got.head[:at].rstrip(" ,")) if comma else got


_ANY_CLAUSE = re.compile(
    r"[@(\[/]|tempo|paus|rest | at |set|reps? x|each|per|ea\b|every|both|max|"
    + "|".join((LOAD_HINT.pattern, *sorted(TELLING)))
)
"""What a term has that says anything beside its movement and quantity; most do not."""


_SETS_BEHIND = re.compile(
    r"[ ,]*\b(?:(?:x|for) ?(?P<a>[0-9]{1,2})(?:-(?P<b>[0-9]{1,2}))? ?sets?"
    r"|(?:(?<=rep )|(?<=reps ))x ?(?P<c>[0-9]{1,2}))[ .,-]*\Z"
)
_SETS_CLAUSE = re.compile(r"(?:^|[ ,])(?:(?:x|for) ?)?(?P<a>[0-9]{1,2})(?:-(?P<b>[0-9]{1,2}))? ?sets?[ .]*\Z")


def _take_sets(got: Clauses) -> Clauses:
    """The sets behind the repetitions: `x 5 reps x 3 sets`, `x 5 reps x 3`."""
    hinted = "set" in got.head or "rep x" in got.head or "reps x" in got.head
    found = _SETS_BEHIND.search(got.head) if hinted else None
    if not found or not found.start():
        return got
    sets = exact(int(found["c"])) if found["c"] else _sets(found)
    return replace(got, head=got.head[: found.start()], sets=got.sets or sets)


def take_sets(text: str) -> tuple[Range | None, str]:
    """The sets a clause ends in, and what stands before them: `80% x 3 sets`."""
    found = _SETS_CLAUSE.search(text) if "set" in text else None
    return (_sets(found), text[: found.start()]) if found else (None, text)


def _sets(found: re.Match[str]) -> Range:
    return Range(int(found["a"]), int(found["b"] or found["a"]))


_WITHIN = tuple(
    re.compile(pattern)
    for pattern in (
        rf",? (?:in|for|within|over|x) (?P<time>{TIME})[ .]*\Z",
        rf"^(?P<time>{TIME}) (?:of )?(?=[a-z])",
        rf" x (?P<time>{TIME})(?= for max)",
    )
)


def _take_within(got: Clauses) -> Clauses:
    """The time a maximum is done in: `Max Calories in 60 seconds`, `1 minute max reps Dips`."""
    for pattern in _WITHIN if "max" in got.head else ():
        found = pattern.search(got.head)
        if found:
            head = _blank(got.head, *found.span())
            return replace(got, head=head, within=exact(time_s(found["time"])))
    return got


_LOAD_FIRST = re.compile(r" +(?:of (?:(?:your|the|a) )*(?:[0-9]{1,2}[ -]?rm|max) +)?(?=[a-z])(?!(?:of|x) )")
_NAME_AHEAD = re.compile(r"[^@(,;+]*?(?= x | ?[@(,;+]|\Z)")


def _take_load_first(got: Clauses) -> Clauses:
    """A weight or percent in front of the name: `95/65 lb Thrusters x 9`, `75% of 1-RM Front Squat x 3`."""
    read = read_weight(got.head) if got.head[:1] in _DIGITS and _WEIGHT_HINT.search(got.head) else None
    between = _LOAD_FIRST.match(got.head, read.end) if read else None
    if (
        read is None
        or between is None
        or not ((read.load and read.load.abs) or _names(got.head, between.end()))
    ):
        return got
    own = () if between[0].strip() else None
    said = got.head[: read.end]
    head = _blank(got.head, 0, between.end())
    return replace(got, head=head, load=replace(read, named=own), load_words=said)


def _names(text: str, at: int) -> bool:
    """Whether a movement of the vocabulary is named at `at`, as a percent needs one that it is of."""
    found = _NAME_AHEAD.match(text, at)
    return bool(found and resolve(found[0].strip()))


_PAIR_BEHIND = re.compile(r"(?<=[a-z)]) +(?P<pair>[0-9]{2,3}/[0-9]{2,3}) *\Z")
_WORD_BEHIND = re.compile(r"(?<=[0-9s)])(?: -)? (?P<word>light|medium|moderate|heavy) *\Z")
_LAST_LETTERS = ("ht", "um", "te", "vy")
_EMPTY_BAR_NAME = re.compile(r"\bempty bar(?:bell)?\b")


def _take_word(got: Clauses) -> Clauses:
    """A describing word or a men's/women's pair at the end, or an empty bar within the name."""
    if got.load is not None:
        return got
    pair = _PAIR_BEHIND.search(got.head) if got.head[:1] in _DIGITS else None
    if pair:
        return replace(
            got, head=got.head[: pair.start()], load=read_load(pair["pair"]), load_words=pair["pair"]
        )
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
    hinted = "@" in got.head or "tempo" in got.head or _TEMPO_BRACKET.search(got.head)
    found = _TEMPO.search(got.head) if hinted else None
    if not found:
        return got
    return replace(got, head=_blank(got.head, *found.span()), tempo=_tempo(found))


def tempo_of(text: str) -> str | None:
    """The tempo a clause of its own states: `4111 tempo`, `@ 31X1`."""
    found = _TEMPO.fullmatch(text) if "tempo" in text or "@" in text else None
    return _tempo(found) if found else None


def bare_tempo_of(text: str) -> str | None:
    """The tempo four characters are that stand alone behind a load: `31X1`."""
    return tempo_of(f"@ {text}") if _BARE_TEMPO.fullmatch(text) else None


def _tempo(found: re.Match[str]) -> str:
    written = found["t"] or found["t2"] or found["t3"] or found["t4"]
    return re.sub("[-./]", "", written).upper()


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
        if taken is None and got.load and read_bracketed_load(piece):
            taken = replace(got, load=ReadLoad(None, 0, 0, words=inner))
        if taken is None:
            return None
        got = taken
    return got


def _bracketed(got: Clauses, inner: str) -> Clauses | None:
    """One thing brackets say: a load, a side, sets, a rest, a quantity or a pause."""
    loaded = _bracketed_load(got, inner)
    if loaded:
        return loaded
    sided = find_side(" " + inner)
    if sided:
        return _bracketed_side(got, (" " + inner)[: sided.start()].strip(), _side(sided))
    return _bracketed_sets(got, inner) or _bracketed_pause(got, inner)


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
    quantity = read_quantity(inner.removeprefix("x"))
    if quantity and (quantity.unit or inner[0] == "x"):
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
    hinted = "@" in got.head or " at " in got.head
    marks = list(_AT.finditer(_unbracketed(got.head))) if hinted else []
    if not marks:
        return got
    first = marks[0]
    tail = got.head[first.end() :]
    loads = [read for mark in marks if (read := read_load(got.head, _behind(got.head, mark.end())))]
    said = tail.strip(" .")
    head = got.head[: first.start()]
    read = loads[0] if loads else got.load or ReadLoad(None, first.end(), len(got.head), words=said)
    end = loads[0].end if loads else first.end()
    return replace(
        got, head=head, load=read, load_words=said, tail=got.head[end:], tail_start=end, open_ended=True
    )


def _unbracketed(text: str) -> str:
    """The text with blanks for its brackets: whatever they hold that was not taken out is no load."""
    return BRACKET.sub(lambda found: " " * len(found[0]), text) if "(" in text or "[" in text else text


def _behind(text: str, at: int) -> int:
    return at + len(text[at:]) - len(text[at:].lstrip())


def _take_load_clause(got: Clauses) -> Clauses:
    if got.open_ended:
        return got
    read = find_load(_unbracketed(got.head))
    if read is None:
        return got
    said = got.head[read.start : read.end]
    head = got.head[: read.start].rstrip(" ,-(")
    while _WITH.search(head):
        head = _WITH.sub("", head)
    if not head.strip():
        return got
    return replace(
        got,
        head=head,
        load=got.load or read,
        load_words=said,
        tail=got.head[read.end :],
        tail_start=read.end,
        open_ended=True,
    )


def _take_side(got: Clauses) -> Clauses:
    found = find_side(got.head)
    if found:
        head = _blank(got.head, *found.span())
        return replace(got, head=head, side=_further_side(got, found), each=not found["side"])
    behind = find_side(" " + got.tail) if got.tail else None
    return replace(got, side=_further_side(got, behind)) if behind else got


def _further_side(got: Clauses, found: re.Match[str]) -> Side | None:
    """The side of a term; `each hand` beside a weight says what is held, not how it is counted."""
    held = found["side"] == "hand" and got.load and got.load.load and got.load.load.abs
    return got.side if got.side or held else _side(found)


def find_side(text: str) -> re.Match[str] | None:
    """Where `text` names a side, if it does."""
    return SIDE.search(text) if _SIDE_HINT.search(text) else None


def side_of(text: str) -> Side | None:
    """The side a clause of its own names: `each leg`."""
    found = SIDE.fullmatch(" " + text)
    return _side(found) if found else None


def _side(found: re.Match[str]) -> Side:
    return _SIDES.get(found["side"] or "", "side")


def _take_words(got: Clauses) -> Clauses:
    """Words about load behind a quantity end the term: `x 10 reps as heavy as possible`."""
    at = load_words_at(got.head)
    if not at or not _BEHIND_QUANTITY.search(got.head, 0, at):
        return got
    said = got.head[at:].strip(" .,;-")
    read = load_of_words(said) if got.load is None else None
    head = got.head[:at].rstrip(" ,;-")
    return replace(
        got, head=head, load=read if read and read.load else got.load, load_words=got.load_words or said
    )


_BEHIND_QUANTITY = re.compile(r"[a-z)](?: ?[:,-])? ?(?:x ?)?(?:[0-9:]|max)")


def _take_pause(got: Clauses) -> Clauses:
    """A pause is part of the name it stands behind, and a clause of its own behind a comma or a quantity."""
    for found in _PAUSE.finditer(got.head) if "paus" in got.head else ():
        clause = found[0][0] == "," or _BEHIND_QUANTITY.search(got.head, 0, found.start())
        head = _blank(got.head, *found.span()) if clause else got.head
        if "@" in found[0]:
            head = (
                head[: found.start()]
                + head[found.start() : found.end()].replace("@", " ")
                + head[found.end() :]
            )
        got = replace(got, head=head, pause=got.pause or _pause(found))
    return got


def _pause(found: re.Match[str]) -> Pause:
    seconds, low = None, found["clock"] or found["a"]
    if low:
        seconds = Range(number(low), number(found["b"] or low))
    place = found.groupdict().get("place")
    at = next((name for pattern, name in _PLACE if pattern.search(place)), "other") if place else None
    return Pause(seconds, at)  # type: ignore[arg-type]


_CLAUSE_STEPS = (
    _take_tempo, _take_pause, _take_load_first, _take_brackets, _take_rest, _take_at, _take_load_clause, _take_sets,
    _take_side, _take_within, _take_word, _take_words,
)  # fmt: skip
"""What is taken out of a term's text before its form is read, in this order."""
