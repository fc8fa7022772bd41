"""Which parts of a text stand out on a page: figures of a load, words of a search, names of code. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from wod_pipeline.reading.matches import word_spans

_FIGURE = re.compile(r"\d[\d.,/–-]*\+?\s?(?:%|kg\b|lb\b)|(?<=RPE )\d[\d.–]*")


class Part(NamedTuple):
    """A stretch of a text, and whether it stands out."""

    text: str
    stands_out: bool


def figures(text: str) -> list[Part]:
    """The text cut at its percentages and weights: `at most ` and **`55%`**, `RPE ` and **`7–8`**."""
    return _cut(text, [match.span() for match in _FIGURE.finditer(text)])


def found_words(text: str, words: Sequence[str]) -> list[Part]:
    """The text cut at the words of a search (case-folded)."""
    return _cut(text, word_spans(text, words))


def code_marks(text: str) -> list[Part]:
    """The text of a docstring cut at its names in backticks, which are left out."""
    parts = re.split(r"`+([^`]+)`+", text)
    return [Part(part, n % 2 == 1) for n, part in enumerate(parts) if part]


def _cut(text: str, spans: Sequence[tuple[int, int]]) -> list[Part]:
    parts, end = [], 0
    for start, stop in spans:
        parts += [Part(text[end:start], False), Part(text[start:stop], True)]
        end = stop
    return [part for part in (*parts, Part(text[end:], False)) if part.text]
