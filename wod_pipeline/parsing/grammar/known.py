"""Words that neither the notation nor the vocabulary has. One of them hides nothing else of its line."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice

from wod_pipeline.parsing._text import Form, with_word
from wod_pipeline.parsing.grammar.note_kinds import note_kind
from wod_pipeline.parsing.grammar.tables import TABLES, words_of
from wod_pipeline.parsing.grammar.tokens import Tokens, tokens_of
from wod_pipeline.vocabulary import can_be_in_name

_WORDS = frozenset(part for table in TABLES for words in words_of(table) for part in words.split())
_SHORTEST = 3
"""Letters of the shortest word that is looked at."""


@lru_cache(maxsize=8192)
def is_known(word: str) -> bool:
    """Whether the notation, the vocabulary or the kinds of notes have the word."""
    return len(word) < _SHORTEST or word in _WORDS or can_be_in_name(word) or note_kind(word) != "cue"


_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")


def without_unknown(form: Form) -> tuple[Form, tuple[int, int]] | None:
    """The form without its only unknown word, and where that stands in the line; None without exactly one.

    The first word of a line tells what kind of line it is, a word directly in front of a name belongs to the name,
    and one that stands where a movement would is one.
    """
    words = (word for word in _WORD.findall(form.text) if not is_known(word))
    if len(list(islice(words, 2))) != 1:
        return None
    t = tokens_of(form)
    unknown = [k for k in range(t.size) if t.all[k].kind == "word" and not is_known(t.all[k].text)]
    if len(unknown) != 1 or not unknown[0] or _names(t, unknown[0]):
        return None
    token = t.all[unknown[0]]
    spaced_before = token.start > 0 and form.text[token.start - 1] == " "
    start = token.start - spaced_before
    end = token.end + (not spaced_before and form.text[token.end : token.end + 1] == " ")
    return with_word(form, start, end, ""), (form.origin(token.start), form.origin(token.end))


def _names(t: Tokens, k: int) -> bool:
    """Whether the unknown word at token `k` is, or belongs to, the name of a movement."""
    behind = t.all[k + 1]
    if behind.kind == "word" and can_be_in_name(behind.text) and behind.text not in _JOINS:
        return True
    if behind.text == "=" or (behind.text in {"-", "'"} and not behind.spaced):
        return True
    before = t.all[k - 1] if k else None
    if before and before.kind == "rm":
        return True
    alone = before is None or before.text in {"+", ",", "or", "and", "&", "("} or _counts(t, k - 1)
    return (
        alone and (behind.kind == "end" or behind.text in {"x", "+", ",", "or", "@", "("}) and not _ends(t, k)
    )


_JOINS = frozenset(("for", "x", "with", "of", "at", "in", "on", "or", "and", "rest", "then", "each", "per"))


def _counts(t: Tokens, k: int) -> bool:
    """Whether token `k` is a bare number in front of a name, and not how often something is done."""
    return t.all[k].kind == "number" and (k == 0 or t.all[k - 1].text not in _BEFORE_HOW_OFTEN)


_BEFORE_HOW_OFTEN = frozenset(("x", "/", "-", "@", ":", "of", "set", "sets", "attempt", "attempts"))


def _ends(t: Tokens, k: int) -> bool:
    """Whether the word ends a line behind a comma: no movement stands there without saying how often."""
    return t.all[k + 1].kind == "end" and k > 0 and t.all[k - 1].text == ","
