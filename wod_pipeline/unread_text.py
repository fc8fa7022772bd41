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
_CUT = "…”"


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
    return ", ".join(f"“{shorten(each, _LONGEST_QUOTE)}”" for each in words)


def quotes_of(message: str) -> str:
    """The quotes of a message: what stands from its first quotation mark to its last."""
    return message[message.find("“") : message.rfind("”") + 1]


def count_words(text: str) -> int:
    """The words of a text: what stands between spaces and holds a letter or a figure. `70% x 3` has three."""
    return sum(any(map(str.isalnum, word)) for word in text.split())


def count_unread(line: str, diagnostics: Iterable[Told]) -> int:
    """How many words of a line its diagnostics call unread; all of them where a quote was cut."""
    told = [quotes_of(each.message) for each in diagnostics if each.code == UNREAD_TEXT]
    if any(_CUT in quotes for quotes in told):
        return count_words(line)
    return min(sum(map(count_words, told)), count_words(line))
