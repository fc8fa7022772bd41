"""§10 Notes: what kind of note a line is, and what a note adds to the exercises it stands with (§8)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from wod_pipeline.parsing._loads import ReadLoad, read_load
from wod_pipeline.parsing._text import MAX_MATCHED, NUM, form_of
from wod_pipeline.program import Load, NoteKind, Range

_KINDS: tuple[tuple[re.Pattern[str], NoteKind], ...] = (
    (
        re.compile(
            r"\b(?:scale|substitute|regress|instead|flexibility|limitations?|option|not able to)\b"
            r"|\bif you (?:can't|cannot|don't|aren't|are not)\b|\bif you're not\b"
        ),
        "scale",
    ),
    (re.compile(r"\b(?:score|record|log|comments?|results?)\b"), "score"),
    (
        re.compile(
            r"\b(?:weight|load|heavy|heavier|heaviest|light|lighter|percent|percentages|build(?:ing)?"
            r"|work(?:ing)? up)\b|%|(?<![a-z])(?:kgs?|lbs?|pounds|rm|rpe)\b"
        ),
        "load",
    ),
    (
        re.compile(
            r"\b(?:today|tomorrow|tonight|yesterday|week|cycle|sessions?|deload"
            r"|(?:mon|tues|wednes|thurs|fri|satur|sun)days?)\b"
        ),
        "schedule",
    ),
)


@lru_cache(maxsize=8192)
def note_kind(line: str) -> NoteKind:
    """The first kind whose words occur in the line."""
    text = form_of(line).text
    return next((kind for pattern, kind in _KINDS if pattern.search(text)), "cue")


class Added(NamedTuple):
    """What a note says about the load of the exercises it stands with."""

    at_most: ReadLoad | None = None
    at_least: ReadLoad | None = None
    empty_bar: bool = False
    ramp: bool = False


_WORKING = r"(?:[3-9][0-9]|1[0-2][0-9])"
_AT_MOST = re.compile(
    rf"\b(?:stay|keep)(?:ing)?\b[^.;]{{0,60}}?\b(?:below|under) (?:about |around )?(?P<pct>{NUM}(?: ?- ?{NUM})? ?%)"
    r"|\b(?:(?:do not|don't|never) (?:go (?:above|over|past|heavier than)|exceed)|not? more than"
    rf"|work(?:ing)? between) (?P<bound>{_WORKING}(?:-{_WORKING})? ?%)(?! ?(?:jump|each|per\b|increase|more))"
    rf"|\bstay(?:ing)? (?:at|around) (?P<own>{_WORKING} ?%) or (?:below|under|less|lower)"
)
_AT_LEAST = re.compile(
    rf"\bstart(?:ing)? (?:out )?(?:at|around|from) (?:about |around )?(?P<pct>{NUM}(?: ?- ?{NUM})? ?%)"
    rf"|\bwork(?:ing)? between (?P<bound>{_WORKING}-{_WORKING} ?%)(?P<own>)"
)
_FROM_TO = re.compile(
    rf"\b(?:build|work|ramp|climb)(?:ing)?(?: up)? from (?P<from>{_WORKING})(?: ?%)? (?:up )?to (?P<to>{_WORKING}) ?%"
)
_EMPTY = re.compile(r"\b(?:start|begin)(?:n?ing)? (?:out )?with (?:the |an? |just the )*empty bar(?:bell)?\b")
_RAMP = re.compile(
    r"\bbuild(?:ing)?(?: [a-z]+)? (?:over|across|up|in|to)\b|\bwork(?:ing)? up\b|"
    r"\badd(?:ing)? weight (?:as|each|every)\b|\bbuild(?:ing)? (?:each|every) (?:set|round)\b"
    r"|\bincreas(?:e|es|ing)\b|(?<!rope )\bclimb(?:ing)?\b"
)
_NEGATED = re.compile(r"(?:n't|\bnot|\bnever|\bno|\bwithout)(?: [a-z]+)? ?\Z")
NOTHING = Added()


@lru_cache(maxsize=8192)
def read_added(line: str) -> Added:
    """§8 The loads a note adds: a cap, a floor, the empty bar, a rise over the sets."""
    text = form_of(line).text
    if len(text) > MAX_MATCHED:
        return NOTHING
    rising = _FROM_TO.search(text) if "from" in text else None
    if rising:
        low, high = Range(int(rising["from"]), None), Range(None, int(rising["to"]))
        at_most, at_least = (ReadLoad(Load("percent", pct=pct), 0, 0) for pct in (high, low))
        return Added(at_most, at_least, ramp=True)
    return Added(
        at_most=_bound(_AT_MOST.search(text), low=False),
        at_least=_bound(_AT_LEAST.search(text), low=True),
        empty_bar=_EMPTY.search(text) is not None,
        ramp="in height" not in text and any(_rises(found, text) for found in _RAMP.finditer(text)),
    )


def _rises(found: re.Match[str], text: str) -> bool:
    return not _NEGATED.search(text[: found.start()])


def _bound(found: re.Match[str] | None, *, low: bool) -> ReadLoad | None:
    if found is None:
        return None
    at = (
        found.start("pct") if found["pct"] else found.start("bound") if found["bound"] else found.start("own")
    )
    read = read_load(found.string, at)
    if read is None or read.load is None or read.load.pct is None:
        return None
    pct = read.load.pct
    bound = Range(pct.min, None) if low else Range(None, pct.max)
    return read._replace(load=Load("percent", pct=bound))
