"""§8 Clauses of words about load: as heavy as possible, building up, same weight across."""

from __future__ import annotations

from wod_pipeline.parsing.grammar.measures import Read
from wod_pipeline.parsing.grammar.percents import ends_clause
from wod_pipeline.parsing.grammar.readings import ReadLoad
from wod_pipeline.parsing.grammar.tables import words_of
from wod_pipeline.parsing.grammar.tokens import Tokens
from wod_pipeline.program import Load

# ----------------------------------------------------------------------------------------- words about load
_TELLING = words_of("load_word", "heavy", "moderate", "light", "rising", "compared", "of load")
_AMONG = words_of("load_word")
"""What a clause about load is made of: only these words, one of the telling ones at least."""
_RISING = words_of("load_word", "rising")
_COMPARING = words_of("load_word", "compared", "comparing")
_DEGREES = {word: words_of("load_word", word) for word in ("heavy", "moderate", "light")}


def load_words(t: Tokens, i: int) -> Read[ReadLoad]:
    """``WORD {WORD | "-"}`` up to a comma or the end: as heavy as possible, building up, same weight across."""
    j, telling = i, False
    while t.all[j].text in _AMONG or (t.all[j].text == "-" and j > i and not t.all[j].spaced):
        telling = telling or t.all[j].text in _TELLING
        j += 1 + (t.all[j].text == "set" and t.all[j + 1].kind == "number")
    if not telling or not (ends_clause(t, j) or t.all[j].text in {"!", "*"}) or t.all[j].text == "@":
        return None
    return _of_words(frozenset(token.text for token in t.all[i:j]), t.text(i, j)), j


def _of_words(said: frozenset[str], words: str) -> ReadLoad:
    """What words about load say, without a `load` when none can be written."""
    ramp = bool(said & _RISING)
    word = next((word for word, also in _DEGREES.items() if said & also), None)
    if said & _COMPARING or not (ramp or word):
        return ReadLoad(None)
    return ReadLoad(Load("described", ramp=True) if ramp else Load("described", word=word), words=words)  # type: ignore[arg-type]
