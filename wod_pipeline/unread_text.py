"""Words of a line of work that no rule reads, as the diagnostic `unread_text` quotes them. Pure.

The reader writes the quotes, so that they are stored with a session; page, terminal and checks read them here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from wod_pipeline.wording import shorten

UNREAD_TEXT = "unread_text"
"""The code of the diagnostic."""
_LONGEST_QUOTE = 120
_BETWEEN = "”, “"


class Told(Protocol):
    """A diagnostic, as far as it is looked at here."""

    @property
    def code(self) -> str:
        """Which kind of diagnostic."""
        ...

    @property
    def message(self) -> str:
        """Its sentence."""
        ...


def quote(words: Iterable[str]) -> str:
    """The words as they stand in the message: `“by feel”, “tomorrow”`, each of at most 120 characters."""
    return f"“{_BETWEEN.join(shorten(each, _LONGEST_QUOTE) for each in words)}”"


def quoted_words(message: str) -> list[str]:
    """What a message quotes, in order; a quote that was cut ends in `…`."""
    quotes = message[message.find("“") + 1 : message.rfind("”")]
    return quotes.split(_BETWEEN) if "”" in message else []


def bare(words: str) -> str:
    """The words without signs around them."""
    return words.strip(" .,;:-()[]")


def count_words(text: str) -> int:
    """The words of a text: what stands between spaces and holds a letter or a figure. `70% x 3` has three."""
    return sum(any(map(str.isalnum, word)) for word in text.split())


def count_unread(line: str, diagnostics: Iterable[Told]) -> int:
    """How many words of a line its diagnostics call unread; all of them where a quote was cut."""
    told = [words for d in diagnostics if d.code == UNREAD_TEXT for words in quoted_words(d.message)]
    if any(words.endswith("…") for words in told):
        return count_words(line)
    return min(sum(map(count_words, told)), count_words(line))
