"""§1 How far a post is read: its first lines, characters and links, within the bounds."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from msgspec.structs import replace

from wod_pipeline.bounds import CHARACTERS_READ, LINES_READ, LINKS_READ
from wod_pipeline.program import SourceLine
from wod_pipeline.wording import plural


def within_bounds(lines: list[SourceLine]) -> tuple[list[SourceLine], list[str]]:
    """The lines that are read, and what is not read, in words; the lines themselves when all are.

    The line that goes beyond the characters is cut where they end.
    """
    kept = _first_characters(lines[: LINES_READ.most])
    characters = sum(len(line.text) for line in lines) - sum(len(line.text) for line in kept)
    kept, links = _first_links(kept)
    kept, struck = _first_struck(kept)
    unread = [
        (len(lines) - len(kept), "line"),
        (characters if len(lines) == len(kept) else 0, "character"),
        (links, "link"),
        (struck, "struck-out character"),
    ]
    words = [in_words(number, noun) for number, noun in unread if number]
    return (kept, words) if words else (lines, [])


def in_words(number: int, noun: str) -> str:
    """``15,000 more lines``, ``1 more session``."""
    return f"{number:,} more {plural(number, noun)}"


def _first_characters(lines: list[SourceLine]) -> list[SourceLine]:
    ends = list(accumulate(len(line.text) for line in lines))
    whole = bisect_right(ends, CHARACTERS_READ.most)
    room = CHARACTERS_READ.most - (ends[whole - 1] if whole else 0)
    return [*lines[:whole], *(_cut(line, room) for line in lines[whole : whole + 1] if room)]


def _cut(line: SourceLine, room: int) -> SourceLine:
    return replace(line, text=line.text[:room], links=tuple(link for link in line.links if link.end <= room))


def _first_links(lines: Sequence[SourceLine]) -> tuple[list[SourceLine], int]:
    """The lines with the first links, and how many links are left out."""
    kept, links = [], 0
    for line in lines:
        room = max(LINKS_READ.most - links, 0)
        links += len(line.links)
        kept.append(replace(line, links=line.links[:room]) if len(line.links) > room else line)
    return kept, max(links - LINKS_READ.most, 0)


def _first_struck(lines: Sequence[SourceLine]) -> tuple[list[SourceLine], int]:
    """The lines with the first struck-out parts, as many characters as are read, and how many are left out."""
    kept, struck = [], 0
    for line in lines:
        parts = []
        for part in line.struck:
            room = max(CHARACTERS_READ.most - struck, 0)
            struck += len(part)
            parts += [part[:room]] if room else []
        kept.append(line if tuple(parts) == line.struck else replace(line, struck=tuple(parts)))
    return kept, max(struck - CHARACTERS_READ.most, 0)
