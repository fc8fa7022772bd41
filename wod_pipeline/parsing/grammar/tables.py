"""The words of the notation as tables (`words.toml`): which words stand for what, and finding them among tokens."""

from __future__ import annotations

import sys
from importlib.resources import files
from typing import Any

from wod_pipeline.parsing.grammar.tokens import Tokens

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TABLES: dict[str, list[dict[str, Any]]] = tomllib.loads(
    files(__package__).joinpath("words.toml").read_text(encoding="utf-8")
)


class Phrases:
    """Phrases of one table, each with what it means; `match` finds the longest that starts at a token."""

    def __init__(self, meanings: dict[str, str]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for phrase in sorted(meanings, key=lambda phrase: -len(phrase.split())):
            words = tuple(phrase.split())
            self._by_first.setdefault(words[0], []).append((words, meanings[phrase]))

    def match(self, t: Tokens, i: int) -> tuple[str, int] | None:
        """What the longest phrase at token `i` means, and the token behind it."""
        for words, meaning in self._by_first.get(t.all[i].text, ()):
            if all(i + k < len(t.all) and t.all[i + k].text == word for k, word in enumerate(words)):
                return meaning, i + len(words)
        return None


def phrases(table: str) -> Phrases:
    """The phrases of a table of `words.toml`."""
    return Phrases(meanings(table))


def words_of(table: str, *meanings: str) -> frozenset[str]:
    """The words of a table of `words.toml`, or of its rows with one of the meanings."""
    rows = (row for row in TABLES[table] if not meanings or row["means"] in meanings)
    return frozenset(word for row in rows for word in row["words"])


def meanings(table: str) -> dict[str, str]:
    """What each word of a table of `words.toml` means."""
    return {word: row["means"] for row in TABLES[table] for word in row["words"]}


def one_of(*listed: str) -> frozenset[str]:
    """Words written as strings, for `in`."""
    return frozenset(word for words in listed for word in words.split())


def skip(t: Tokens, i: int, words: frozenset[str]) -> int:
    """The first token from `i` on that is none of the words."""
    while t.all[i].text in words:
        i += 1
    return i


SENTENCE = words_of("other", "a word of sentences alone")
"""Words that make a sentence: no name and no scheme has one."""
