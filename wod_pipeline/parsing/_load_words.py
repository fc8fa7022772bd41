"""§8 Clauses about load made of words: as heavy as possible, building up, same weight across.

Figures are read in `_loads`; here is what a term is told of its load, by words alone or by one clause after another.
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from wod_pipeline.parsing._loads import ReadLoad, read_bracketed_load, read_further
from wod_pipeline.parsing._text import words
from wod_pipeline.program import Load

TELLING = frozenset(
    words(
        "weight weights weighted load loads loading heavy heavier heaviest light lighter moderate medium challenging"
        " ahap across building ascending slow slowly controlled fast band bands db dbs dumbbell dumbbells kb kbs"
    )
)
_AMONG = TELLING.union(
    words(
        "as go going stay staying keep keeping use using with w/ at a an the your and but to if possible needed"
        " necessary add adding build up work working increase increasing same each every set sets over than last"
        " week day today in for this not too more able you can before previous all it of on moderately fairly pretty"
        " very quite"
    )
)
"""What a clause about load is made of: only these words, one of the telling ones at least."""
_RISING_WORDS = frozenset(words("build building increase increasing ascending"))
_COMPARING = frozenset(words("heavier lighter than same not too band bands if to"))
_DEGREES = {
    "heavy": frozenset(words("heavy heaviest ahap challenging")),
    "moderate": frozenset(words("moderate medium")),
    "light": frozenset(("light",)),
}
_RISING = re.compile(
    r"(?:and )?(?:start(?:ing)? (?:light|easy|low)(?:,| and)* ?)?"
    r"(?:(?:build|work|ramp|climb)(?:ing)?|increas(?:e|ing))(?: (?:up|in weight|each set|over|across|the load).*)?"
)
_SET_N = re.compile(r"set #?[0-9]{1,2}")
_HEAVY_FEW = re.compile(r"(?:heavy|challenging) (?:single|double|triple|set of [0-9]{1,2})s?")


def load_words_at(text: str) -> int | None:
    """Where the words about load that `text` ends in start; None when it ends in other words."""
    at, telling = len(text), False
    while at > 0:
        left = text[:at].rstrip(" .,;-")
        space = left.rfind(" ")
        word = left[space + 1 :]
        if word not in _AMONG:
            break
        at, telling = space + 1, telling or word in TELLING
    return at if telling else None


def load_of_words(text: str) -> ReadLoad | None:
    """What a clause of words about load says, without a `load` when none can be written; None: no such clause."""
    if load_words_at(_SET_N.sub("set", text)) != 0:
        return None
    said = set(re.findall("[a-z]+", text))
    ramp = bool(said & _RISING_WORDS)
    word = next((word for word, also in _DEGREES.items() if said & also), None)
    if said & _COMPARING or not (ramp or word):
        return ReadLoad(None, 0, 0)
    load = Load("described", ramp=True) if ramp else Load("described", word=word)  # type: ignore[arg-type]
    return ReadLoad(load, 0, 0, words=text)


def further_load(before: ReadLoad | None, said: str, text: str, *, counted: bool) -> ReadLoad | None:
    """The load of a term (`said` in words) once a clause behind it has spoken; None when that is not of load.

    `counted`: whether the term has a quantity; behind one even words about load that leave nothing to write are
    a clause.
    """
    if _RISING.fullmatch(text) and "%" not in text:
        load = before.load if before else Load("described")
        rising = replace(load, ramp=True) if load else None
        return replace(before or ReadLoad(None, 0, 0), load=rising, words=text)
    if before is None:
        return _first_load(text) or (load_of_words(text) if counted else None)
    further = read_further(before.load, text) if before.load else None
    if further:
        return replace(before, load=further.load, words=f"{said} {text}")
    return before if counted and load_of_words(text) else None


def _first_load(text: str) -> ReadLoad | None:
    if _HEAVY_FEW.fullmatch(text):
        return ReadLoad(Load("described", word="heavy"), 0, 0, words=text)
    read = read_bracketed_load(text.split(" - ", maxsplit=1)[0])
    return replace(read, words=text) if read else None
