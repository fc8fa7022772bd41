"""§8 Clauses of words about load: as heavy as possible, building up, same weight across."""

from __future__ import annotations

from wod_pipeline.parsing.grammar.measures import Read
from wod_pipeline.parsing.grammar.percents import ends_clause
from wod_pipeline.parsing.grammar.readings import ReadLoad
from wod_pipeline.parsing.grammar.tables import one_of
from wod_pipeline.parsing.grammar.tokens import Tokens
from wod_pipeline.program import Load

# ----------------------------------------------------------------------------------------- words about load
_TELLING = one_of(
    "weight weights weighted load loads loading heavy heavier heaviest light lighter moderate medium challenging ahap"
    " across building ascending slow slowly controlled fast band bands db dbs dumbbell dumbbells kb kbs"
)
_AMONG = _TELLING | one_of(
    "as go going stay staying keep keeping use using with w / at a an the your and but to if possible needed necessary"
    " add adding build up work working increase increasing same each every set sets over than last week day today in for"
    " this not too more able you can before previous all it of on moderately fairly pretty very quite"
)
"""What a clause about load is made of: only these words, one of the telling ones at least."""
_RISING_WORDS = one_of("build building increase increasing ascending")
_TELLING_RISE = _TELLING | _RISING_WORDS
_COMPARING = one_of("heavier lighter than same not too band bands if to")
_DEGREE_WORDS = {
    "heavy": one_of("heavy heaviest ahap challenging"),
    "moderate": one_of("moderate medium"),
    "light": one_of("light"),
}


def load_words(t: Tokens, i: int) -> Read[ReadLoad]:
    """A clause of words about load up to its comma or end: as heavy as possible, building up, same weight across."""
    j, telling = i, False
    while t.all[j].text in _AMONG or (t.all[j].text == "-" and j > i and not t.all[j].spaced):
        telling = telling or t.all[j].text in _TELLING_RISE
        j += 1 + (t.all[j].text == "set" and t.all[j + 1].kind == "number")
    if not telling or not (ends_clause(t, j) or t.all[j].text in {"!", "*"}) or t.all[j].text == "@":
        return None
    return _of_words(frozenset(token.text for token in t.all[i:j]), t.text(i, j)), j


def _of_words(said: frozenset[str], words: str) -> ReadLoad:
    """What words about load say, without a `load` when none can be written."""
    ramp = bool(said & _RISING_WORDS)
    word = next((word for word, also in _DEGREE_WORDS.items() if said & also), None)
    if said & _COMPARING or not (ramp or word):
        return ReadLoad(None)
    return ReadLoad(Load("described", ramp=True) if ramp else Load("described", word=word), words=words)  # type: ignore[arg-type]
