"""§7 to §9: what is said about a term, one clause a rule, in the order the rules are tried."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from wod_pipeline.parsing.grammar.amounts import Place, by_x, few, figures, within
from wod_pipeline.parsing.grammar.brackets import bracket, closing
from wod_pipeline.parsing.grammar.families import HIGH_THINGS, has_height
from wod_pipeline.parsing.grammar.heads import head
from wod_pipeline.parsing.grammar.load_words import load_words
from wod_pipeline.parsing.grammar.loads import load as read_load
from wod_pipeline.parsing.grammar.measures import Read, bare_tempo, height, pause, rest, side, tempo
from wod_pipeline.parsing.grammar.readings import ReadLoad, Term
from wod_pipeline.parsing.grammar.rows import SINGLES, rows_at, target_behind
from wod_pipeline.parsing.grammar.set_by_set import loads_in_turn
from wod_pipeline.parsing.grammar.tables import one_of, skip
from wod_pipeline.parsing.grammar.tokens import OPENING, Tokens, seconds_of
from wod_pipeline.program import AbsoluteLoad, Load, Pause, Range, Side

SEPARATORS = one_of(", ; + or and & / then")


_BEFORE_ROWS = one_of("x : - @ ,")


def _rows(at: Place, term: Term) -> Read[Term]:
    """``["x" | ":" | "-"] ROWS``: the sets one by one; a single one only where nothing marks it as a load."""
    t, j = at.t, at.j
    if term.quantity or term.rows or term.rep_scheme or term.load:
        return None
    k = skip(t, j, _BEFORE_ROWS)
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
    """Whether one row is no load of an exercise with repetitions: the percent comes first, or behind an `x`."""
    percent = next((k for k in range(i, behind) if t.all[k].kind == "percent"), None)
    if percent is None or any(token.text in {"@", "at"} for token in t.all[i - 1 : behind]):
        return False
    return t.all[percent + 1].text != "of" and (percent == i or t.all[percent - 1].text == "x")


def _builds(at: Place, term: Term) -> Read[Term]:
    """``TARGET`` behind rows: what is built to after them."""
    t, j = at.t, at.j
    found = target_behind(t, j) if term.rows and not term.builds else None
    return (replace(term, builds=found[0]), found[1]) if found else None


def _at(at: Place, term: Term) -> Read[Term]:
    """``("@" | "at") LOAD``; from there on the line need not be understood."""
    t, j = at.t, at.j
    sign = t.all[j].text
    if sign not in {"@", "at"}:
        return None
    found = read_load(t, j + 1)
    if sign == "at" and (not found or found[0].unit_missing or found[0].load is None):
        return None
    if found and found[1] <= at.end:
        loaded = term.load and term.load.load
        return None if loaded else (replace(term, load=found[0], open_ended=True), found[1])
    return _words_at(at, term)


def _words_at(at: Place, term: Term) -> Read[Term]:
    """``"@" WORDS`` that are no load, up to a comma, another movement or another `@`."""
    t, j = at.t, at.j + 1
    k = j
    while k < at.end and t.all[k].text not in {",", ";"} and not _parts(t, k, at.end):
        k += 1
    if k == j or any(token.text == "@" for token in t.all[j:k]):
        return None
    if term.load or term.rows:
        return _with_unheld(t, replace(term, open_ended=True), at.j, k), k
    return replace(term, load=ReadLoad(None, words=t.text(j, k)), open_ended=True), k


def _parts(t: Tokens, k: int, end: int) -> bool:
    """Whether a separator at token `k` stands in front of another movement."""
    return t.all[k].text in {"or", "+"} and head(t, k + 1, end, any_name=False) is not None


def _aside(at: Place, term: Term) -> Read[Term]:
    """``"(" … ")"``."""
    t, j = at.t, at.j
    if t.all[j].text not in OPENING:
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
    """``["in"] SIDE``."""
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
    """``PAUSE``: of the last movement of the term, since it stands behind it."""
    t, j = at.t, at.j
    found = pause(t, j, marked=at.apart)
    if not found:
        return None
    last = term.parts[-1]
    if last.pause and last.pause.s:
        return _with_unheld(t, term, j, found[1]), found[1]
    beside = not at.apart and t.all[j - 1].end == last.end
    term = _with_longer_name(term, t.all[found[1] - 1].end) if beside else term
    return _with_pause(term, found[0]), found[1]


def _with_pause(term: Term, said: Pause) -> Term:
    """The term with a pause in its last movement."""
    *others, last = term.parts
    return replace(term, parts=(*others, replace(last, pause=said)))


def _with_unheld(t: Tokens, term: Term, i: int, j: int) -> Term:
    """The term with a clause that it has no place for, though it is understood: a second pause, words beside rows."""
    return replace(term, unheld=(*term.unheld, (t.all[i].start, t.all[j - 1].end)))


def _resting(at: Place, term: Term) -> Read[Term]:
    """``["-"] REST``."""
    t, j = at.t, at.j
    k = j + (t.all[j].text == "-")
    found = rest(t, k) if t.all[k].text in {"rest", "resting"} or seconds_of(t.all[k]) else None
    return (replace(term, rest=found[0].rest, between=found[0].between), found[1]) if found else None


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


_TO_A = one_of("to a")


def _to_height(at: Place, term: Term) -> Read[Term]:
    """``["to" ["a"]] HEIGHT ["box" | "target"]`` behind a comma, or with one of the words: `to a 24" box`."""
    t, j = at.t, at.j
    k = skip(t, j, _TO_A)
    found = height(t, k)
    if not found or term.height or not has_height(term.parts):
        return None
    behind = skip(t, found[1], HIGH_THINGS)
    marked = at.apart or k > j or behind > found[1]
    return (replace(term, height=found[0]), behind) if marked else None


def _pair(at: Place, term: Term) -> Read[Term]:
    """``N "/" N`` behind what is counted, of two figures each: men's and women's weights, their unit not said."""
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
    if (value.min or 0) < _LEAST_WEIGHT or value.f < _LEAST_WEIGHT or has_height(term.parts):
        return None
    weight = AbsoluteLoad(None, value.min, value.max, value.f)
    return replace(term, load=ReadLoad(Load("absolute", abs=weight), unit_missing=True)), j + 1


_LEAST_WEIGHT = 10


_BEFORE_LOAD = one_of("with w / using at , - for to then")


def _loaded(at: Place, term: Term) -> Read[Term]:
    """``["with" | "using" | "-"] LOAD`` without an `@`: a percent, a weight, an effort, the empty bar, a word."""
    t, j = at.t, at.j
    k = skip(t, j, _BEFORE_LOAD) if t.all[j].text in {"with", "w", "using", "-"} else j
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
        return _further(term, read, behind)
    return replace(term, load=read, open_ended=True), behind


def _heavy_few(t: Tokens, k: int) -> Read[ReadLoad]:
    """``("heavy" | "challenging") ("single" | "double" | "triple")``, a load in words."""
    if t.all[k].text not in {"heavy", "challenging"} or t.all[k + 1].text.rstrip("s") not in SINGLES:
        return None
    return ReadLoad(Load("described", word="heavy")), k + 2


def _closes(t: Tokens, j: int, end: int) -> bool:
    return j >= end or t.all[j].kind == "sign" or t.all[j].text in SEPARATORS


def _further(term: Term, read: ReadLoad, j: int) -> Read[Term]:
    """A second load: `building to 80%` raises a percent; any other is left unread."""
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
    """``["-"] LOAD-WORDS`` behind a quantity or a comma: `x 10 reps as heavy as possible`, `, building`."""
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
    """``TEMPO``; behind a load and a comma without its word."""
    t, j = at.t, at.j
    found = tempo(t, j) or (bare_tempo(t, j) if at.apart and term.load else None)
    return (replace(term, tempo=found[0]), found[1]) if found and not term.tempo else None


Rule = Callable[[Place, Term], Read[Term]]
RULES: tuple[Rule, ...] = (
    _tempo_alone, _bodyweights, _to_height, _builds, _paused, loads_in_turn, few, _rows, by_x, within, _resting,
    figures, _at, _aside, _side, _pair, _loaded, _words,
)  # fmt: skip
"""The clauses of a term, in the order they are tried at each place."""
MARKED_RULES: tuple[Rule, ...] = (_tempo_alone, by_x, _resting, _at, _aside, _side, _paused)
"""Those that a sign or a word of their own marks, so that they can stand behind a word nobody knows."""
