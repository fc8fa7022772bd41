"""§10 Notes: what kind of note a line is, and what a note adds to the exercises it stands with (§8)."""

from __future__ import annotations

import re
from functools import lru_cache

from msgspec.structs import replace

from wod_pipeline.parsing._text import MAX_MATCHED, NUM, ReadValue, form_of
from wod_pipeline.parsing.grammar.loads import load_in
from wod_pipeline.parsing.grammar.readings import ReadLoad
from wod_pipeline.program import Load, Range


class Added(ReadValue, frozen=True):
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
_CAN_RISE = re.compile("build|work|add|increas|climb")
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
        at_most, at_least = (ReadLoad(Load("percent", pct=pct)) for pct in (high, low))
        return Added(at_most, at_least, ramp=True)
    percent = "%" in text
    return Added(
        at_most=_bound(_AT_MOST.search(text), low=False) if percent else None,
        at_least=_bound(_AT_LEAST.search(text), low=True) if percent else None,
        empty_bar="empty bar" in text and _EMPTY.search(text) is not None,
        ramp=_CAN_RISE.search(text) is not None and _rises(text),
    )


def _rises(text: str) -> bool:
    said = (found for found in _RAMP.finditer(text) if not _NEGATED.search(text[: found.start()]))
    return "in height" not in text and any(said)


def _bound(found: re.Match[str] | None, *, low: bool) -> ReadLoad | None:
    if found is None:
        return None
    at = (
        found.start("pct") if found["pct"] else found.start("bound") if found["bound"] else found.start("own")
    )
    read = load_in(found.string[at:])
    if read is None or read.load is None or read.load.pct is None:
        return None
    pct = read.load.pct
    bound = Range(pct.min, None) if low else Range(None, pct.max)
    return replace(read, load=Load("percent", pct=bound))
