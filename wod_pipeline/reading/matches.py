"""Sessions that match a search, best first, and the lines of each that show why. Pure.

The order, at each step the first that tells two sessions apart:

1. every word is found whole (or in the plural) before words found as parts of others
2. a prescribed movement of that name before the words in a note; main work before other work before warm-ups
3. exactly the movement searched for before a variant of it: Back Squat before Pause Back Squat
4. newer before older
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from wod_pipeline.program import SegmentKind
from wod_pipeline.vocabulary import find_movement, movement_name

if TYPE_CHECKING:
    from wod_pipeline.reading.entries import IndexEntry

MAIN, OTHER, WARM_UP = range(3)
"""Where a line stands in its session, in the order in which matches are listed."""
_PLACES: dict[SegmentKind, int] = {"main": MAIN, "warm_up": WARM_UP, "cool_down": WARM_UP}
MOST_LINES = 3
LONGEST_EXCERPT = 200
"""Characters shown of a line that matches."""


class Match(NamedTuple):
    """A session that matches a search; `words` are the words searched for, case-folded."""

    entry: IndexEntry
    words: tuple[str, ...]
    movement: str | None = None
    """The movement that the search names."""

    def lines(self) -> list[str]:
        """The lines that show why, main work before warm-ups: those with every word, otherwise those with the most.

        For a movement that no line names in these words (an alias), the lines that have its usual name.
        """
        return self._lines_with(self.words) or self._lines_with(self._name())

    def _name(self) -> tuple[str, ...]:
        return tuple(movement_name(self.movement).casefold().split()) if self.movement else ()

    def _lines_with(self, words: Sequence[str]) -> list[str]:
        found: list[tuple[int, int, int, str]] = []
        for n, (line, kind) in enumerate(zip(self.entry.lines, self.entry.line_kinds, strict=True)):
            absent = sum(word not in line.casefold() for word in words)
            if absent < len(words):
                found.append((absent, _place(kind), n, line))
        fewest = min(found, default=(0,))[0]
        return [line for absent, _, _, line in sorted(found) if absent == fewest]

    def excerpts(self) -> list[str]:
        """The first of `lines`, cut to fit a list."""
        return [_excerpt(line, self.words) for line in self.lines()[:MOST_LINES]]


def find_matches(entries: Iterable[IndexEntry], text: str) -> list[Match]:
    """Sessions with every word of `text` in their lines, or with the movement it names; best first."""
    words = tuple(dict.fromkeys(text.casefold().split()))
    movement = find_movement(text)
    matches = [
        Match(entry, words, movement)
        for entry in entries
        if (words and all(word in entry.text for word in words)) or movement in entry.movements
    ]
    matches.sort(key=lambda match: (match.entry.day, match.entry.session), reverse=True)
    return sorted(matches, key=_rank)


def _rank(match: Match) -> tuple[bool, int, bool]:
    entry, words = match.entry, match.words
    named = {
        movement for movement in entry.movements if movement == match.movement or _names(movement, words)
    }
    if not named:
        place = min(_places_of(entry, words), default=WARM_UP)
        return not _has_whole_words(entry.text, words), WARM_UP + 1 + place, False
    place = min(_place(kind) for movement in named for kind in entry.movements[movement])
    return False, place, match.movement not in named


def _places_of(entry: IndexEntry, words: Sequence[str]) -> Iterator[int]:
    """Where the lines stand that have one of the words."""
    for line, kind in zip(entry.lines, entry.line_kinds, strict=True):
        if any(word in line.casefold() for word in words):
            yield _place(kind)


def _place(kind: SegmentKind | None) -> int:
    return OTHER if kind is None else _PLACES.get(kind, OTHER)


@lru_cache(maxsize=4096)
def _names(movement: str, words: tuple[str, ...]) -> bool:
    """Whether all words are words of the movement's name."""
    return bool(words) and _has_whole_words(movement_name(movement).casefold(), words)


def _has_whole_words(text: str, words: Sequence[str]) -> bool:
    return all(_whole(word).search(text) for word in words)


@lru_cache(maxsize=256)
def _whole(word: str) -> re.Pattern[str]:
    """The word, or its plural, that is no part of another."""
    return re.compile(rf"(?<!\w){re.escape(word)}(?:e?s)?(?!\w)")


def word_spans(text: str, words: Sequence[str]) -> list[tuple[int, int]]:
    """Where the text has one of the words (case-folded) or its plural; of two that overlap the longer one."""
    longest_first = sorted(words, key=len, reverse=True)
    pattern = "|".join(rf"{re.escape(word)}(?:e?s\b)?" for word in longest_first)
    return [match.span() for match in re.finditer(pattern, text, re.IGNORECASE)] if pattern else []


def _excerpt(line: str, words: Sequence[str]) -> str:
    """The line when it is short, otherwise `LONGEST_EXCERPT` characters around the first of the words in it."""
    if len(line) <= LONGEST_EXCERPT:
        return line
    places = [line.casefold().find(word) for word in words]
    first = min((place for place in places if place >= 0), default=0)
    start = max(0, min(first - LONGEST_EXCERPT // 2, len(line) - LONGEST_EXCERPT))
    return ("…" if start else "") + line[start : start + LONGEST_EXCERPT] + "…"
