"""§7.3 Pieces: where the separators cut a movement line, and which brackets hold terms together.

Whether a piece is a term of its own is decided in `_lists`.
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from wod_pipeline.parsing._text import Form, ReadValue

_GROUP = re.compile(r"(?:^|(?<=[,;+:-] )|(?<= or )|(?<=[0-9] )|(?<=[.):] )|(?<=,))\(([^()%@]*\+[^()%@]*)\)")
_SEPARATOR = re.compile(
    r"\([^()]*\)|\[[^\[\]]*\]"
    r"|(?P<or>,? or (?=\S)| ?/ or )"
    r"|(?P<plus> ?\+ ?(?=[a-z(]|[0-9.])(?<![0-9%]\+)(?<![0-9%]\+ ))"
    r"|(?P<comma> ?(?:;|(?<![0-9]),|,(?![0-9]{3}))(?: ?(?:and|then|&))?(?: |(?=\S))| (?:and|&|then|/) (?=[0-9]))"
)
_CAN_SEPARATE = re.compile("[,;+/&]| (?:or|and|then) ")


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
    """The pieces of `text[start:end]`; a separator within brackets cuts nothing."""
    pieces, at, joiner = [], start, ""
    if not _CAN_SEPARATE.search(text, start, end):
        return [Piece(start, end, joiner)]
    for found in _SEPARATOR.finditer(text, start, end):
        kind = found.lastgroup
        if kind is None:
            continue
        pieces.append(Piece(at, found.start(), joiner))
        at, joiner = found.end(), {"or": "or", "plus": "+", "comma": ","}[kind]
    return [*pieces, Piece(at, end, joiner)]
