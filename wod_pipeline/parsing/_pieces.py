"""§7.3 Pieces: where the separators cut a movement line, and which brackets hold terms together.

Whether a piece is a term of its own is decided in `_lists`.
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from wod_pipeline.parsing._clauses import NOT_BEFORE_PAUSE
from wod_pipeline.parsing._quantities import AMOUNT, UNIT
from wod_pipeline.parsing._text import Form, ReadValue
from wod_pipeline.vocabulary import resolve

_GROUP = re.compile(r"(?:^|(?<=[,;+:-] )|(?<= or )|(?<=[0-9] )|(?<=[.):] )|(?<=,))\(([^()%@]*\+[^()%@]*)\)")
_SEPARATOR = re.compile(
    r"\([^()]*\)|\[[^\[\]]*\]"
    r"|(?P<or>,? or (?!(?:less|more|lower|higher|lighter|heavier|below|under|above|up)\b)(?=\S)| ?/ or )"
    r"|(?P<plus> ?\+ ?(?=[a-z(]|[0-9.:])(?<![0-9%]\+)(?<![0-9%]\+ ))"
    rf"|(?P<comma> ?(?:;|(?<![0-9]),|,(?![0-9]{{3}})){NOT_BEFORE_PAUSE}(?: ?(?:and|then|&))?(?: |(?=\S))"
    rf"| (?=[at&/]){NOT_BEFORE_PAUSE}(?:and|&|then|/) (?=[0-9]))"
)
_CAN_SEPARATE = re.compile("[,;+/&]| (?:or|and|then) ")
_WHOLE = re.compile(
    r"(?P<n>[0-9]{1,2})(?: ?x| (?:reps )?of) ?[(\[](?P<group>[^()\[\]%@]*\+[^()\[\]%@]*)[)\]](?! ?x ?[0-9])"
)
_TAKE = re.compile(rf"take (?:another )?{AMOUNT}[ -]?{UNIT} to (?P<name>[^0-9]+)")
_COUNTS = re.compile(
    r" ?(?:x ?\(?|\()(?P<counts>[0-9]{1,2}(?: ?\+ ?[0-9]{1,2}){1,5})\)?(?: ?reps?)?(?= *(?:\Z|[@,;(x]))"
)


class Piece(ReadValue, frozen=True):
    """A stretch of the matching form between separators."""

    start: int
    end: int
    joiner: str  # "", ",", "+", "or": what stands in front


def open_groups(form: Form) -> tuple[Form, list[tuple[int, int]]]:
    """The form with round brackets only, none of them around a group joined by `+`; and where such groups are."""
    text = form.text.replace("[", "(").replace("]", ")")
    groups = [found.span() for found in _GROUP.finditer(text)] if "(" in text and "+" in text else []
    if groups:
        text = _GROUP.sub(lambda found: f" {found[1]} ", text)
    return (form if text == form.text else replace(form, text=text)), groups


def pieces_of(text: str, start: int, end: int) -> list[Piece]:
    """The pieces of `text[start:end]`; a separator within brackets, or behind `Take Q to`, cuts nothing."""
    pieces, at, joiner = [], start, ""
    if not _CAN_SEPARATE.search(text, start, end) or _is_taken(text, start, end):
        return [Piece(start, end, joiner)]
    for found in _SEPARATOR.finditer(text, start, end):
        kind = found.lastgroup
        if kind is None:
            continue
        pieces.append(Piece(at, found.start(), joiner))
        at, joiner = found.end(), {"or": "or", "plus": "+", "comma": ","}[kind]
    return [*pieces, Piece(at, end, joiner)]


def _is_taken(text: str, start: int, end: int) -> bool:
    """``"Take" Q "to"`` and no other figure: all is done in that time, unless `or` joins known names."""
    found = _TAKE.fullmatch(text, start, end)
    names = found["name"].split(" or ") if found else []
    return bool(names) and (len(names) == 1 or not all(resolve(name) for name in names))


_IN_X = re.compile(r" x *[0-9]|\bx[0-9]")


def ends_in_x(text: str, pieces: list[Piece]) -> bool:
    """Whether the last of several pieces says how often: `A + B x 3`."""
    return len(pieces) > 1 and _IN_X.search(text, pieces[-1].start) is not None


def take_counts(text: str, start: int, end: int) -> tuple[str, list[int]]:
    """The counts of a complex said together, taken out of the text: `x 2+1`, `(1+2+1)`; empty when there are none."""
    found = _COUNTS.search(text, start, end) if text.count("+", start, end) > 1 else None
    if not found:
        return text, []
    blank = " " * (found.end() - found.start())
    return text[: found.start()] + blank + text[found.end() :], [int(n) for n in found["counts"].split("+")]


def take_whole(text: str, start: int, end: int) -> tuple[str, int | None]:
    """How often a whole complex is done, said in front of it and taken out with its brackets: `2 x (A + B)`."""
    found = _WHOLE.match(text, start, end)
    if not found:
        return text, None
    first, last = found.span("group")
    return f"{text[:start]}{' ' * (first - start)}{found['group']} {text[last + 1 :]}", int(found["n"])
