"""§7.3 and §7.4: a movement line cut at its separators, before it is known which pieces are movements.

A piece is what stands between `,`, `+`, `or` and the like, brackets left whole. `_lists` reads the pieces.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from wod_pipeline.parsing._clauses import NOT_BEFORE_PAUSE


class Piece(NamedTuple):
    """A stretch of the matching form, and the sign in front of it."""

    start: int
    end: int
    joiner: str  # "", ",", "+", "or"


_GROUP = re.compile(r"(?:^|(?<=[,;+:-] )|(?<= or )|(?<=[0-9] )|(?<=[.):] )|(?<=,))\(([^()%@]*\+[^()%@]*)\)")
_SEPARATOR = re.compile(
    r"\([^()]*\)|\[[^\[\]]*\]"
    r"|(?P<or>,? or (?!(?:less|more|lower|higher|lighter|heavier|below|under|above|up)\b)(?=\S)| ?/ or )"
    r"|(?P<plus> ?\+ ?(?=[a-z(]|[0-9.:])(?<![0-9%]\+)(?<![0-9%]\+ ))"
    rf"|(?P<comma> ?(?:;|(?<![0-9]),|,(?![0-9]{{3}})){NOT_BEFORE_PAUSE}(?: ?(?:and|then|&))?(?: |(?=\S))"
    rf"| (?=[at&/]){NOT_BEFORE_PAUSE}(?:and|&|then|/) (?=[0-9]))"
)
_COUNTS = re.compile(
    r" ?(?:x ?\(?|\()(?P<counts>[0-9]{1,2}(?: ?\+ ?[0-9]{1,2}){1,5})\)?(?: ?reps?)?(?= *(?:\Z|[@,;(x]))"
)


def open_groups(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The text with blanks for the brackets that only hold a complex together, and where they stood."""
    if "(" not in text:
        return text, []
    return _GROUP.sub(lambda found: f" {found[1]} ", text), [found.span() for found in _GROUP.finditer(text)]


def cut(text: str, start: int, end: int) -> list[Piece]:
    """The pieces of `text[start:end]`."""
    pieces, at, joiner = [], start, ""
    for found in _SEPARATOR.finditer(text, start, end):
        kind = found.lastgroup
        if kind is None:
            continue
        pieces.append(Piece(at, found.start(), joiner))
        at, joiner = found.end(), {"or": "or", "plus": "+", "comma": ","}[kind]
    return [*pieces, Piece(at, end, joiner)]


def take_counts(text: str, start: int, end: int) -> tuple[str, list[int]]:
    """The counts of a complex said together, taken out of the text: `x 2+1`, `(1+2+1)`; empty when there are none."""
    found = _COUNTS.search(text, start, end) if text.count("+", start, end) > 1 else None
    if not found:
        return text, []
    blank = " " * (found.end() - found.start())
    return text[: found.start()] + blank + text[found.end() :], [int(n) for n in found["counts"].split("+")]
