"""§1.9 Misspelt words of the notation: one edit, or one swap of neighbours, from a word that it has."""

from __future__ import annotations

import re
from functools import lru_cache

from wod_pipeline.parsing._text import Form, is_within, with_word
from wod_pipeline.parsing.grammar.note_kinds import note_kind
from wod_pipeline.parsing.grammar.tables import words_of
from wod_pipeline.parsing.grammar.tokens import Token, Tokens, tokens_of
from wod_pipeline.vocabulary import can_be_in_name

_WORDS = words_of("repaired")
_SHORTEST, _SHORTEST_EDITED = 4, 5
"""Letters of the shortest word that a swap, and that any other edit, is looked for in."""


_LOOKED_AT = re.compile(r"(?:^|(?<=[0-9])|(?<=[0-9] ))[^\W\d_]{4,}")
"""The first word of a line, and words behind a figure."""


def repaired(form: Form) -> tuple[Form, str, str] | None:
    """The form with its first misspelt word put right, the word as written, and as read; None without one.

    Only a word behind a figure, or the first of the line, is looked at.
    """
    if not any(map(nearest, _LOOKED_AT.findall(form.text))):
        return None
    t = tokens_of(form)
    for k in range(t.size):
        token = t.all[k]
        if token.kind != "word" or not (k == 0 or _is_figure(t, k - 1)):
            continue
        word = nearest(token.text)
        if word:
            return with_word(form, token.start, token.end, word), t.words(k, k + 1), word
    return None


def _is_figure(t: Tokens, k: int) -> bool:
    token: Token = t.all[k]
    return token.kind in {"number", "list"}


@lru_cache(maxsize=4096)
def nearest(word: str) -> str | None:
    """The one word of the notation that `word` is a misspelling of; None when it is a word itself."""
    if len(word) < _SHORTEST or word in _WORDS or can_be_in_name(word) or note_kind(word) != "cue":
        return None
    found = sorted((known for known in _WORDS if _is_near(word, known)), key=len)
    stems = {known.removesuffix("s") for known in found}
    return found[-1] if len(stems) == 1 else None


def _is_near(word: str, known: str) -> bool:
    """One swap of neighbours apart; or, of longer words, one letter put in, left out or changed."""
    long_enough = min(len(word), len(known)) >= _SHORTEST_EDITED - (len(word) != len(known))
    is_swap = sorted(word) == sorted(known)
    return (long_enough or is_swap) and is_within(word, known, 1)
