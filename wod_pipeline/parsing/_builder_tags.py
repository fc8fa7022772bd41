"""§1.1 The tags in square brackets that a page builder or a plugin leaves in a post when it is turned off."""

from __future__ import annotations

import re

from wod_pipeline.parsing._text import words

_BUILDER_TAG = re.compile(
    r"\[/(?P<closed>[a-z][a-z0-9_-]*)\]"  # [/vc_row]
    r"|\[[a-z][a-z0-9]*_[a-z0-9_-]*(?P<attributes>[\s/][^\[\]<>]*)?\]"  # [vc_row], [et_pb_text a="4"]
    r"|\[[a-z][a-z0-9-]*(?P<assigned>\s+[a-z0-9_-]+=[^\[\]<>]*)\]"  # [caption id="a"]
    r"|\[(?P<bare>[a-z][a-z0-9-]*)\]",  # [gallery], [row] if [/row] follows
    re.IGNORECASE,
)
_OPENED_TAG = re.compile(r"\[([a-z][a-z0-9_-]*)[\s\]]", re.IGNORECASE)
_DAY_TITLE = re.compile(
    r"""\btitle=(?:["'\u201c\u201d\u2033]|&quot;|&#82(?:20|21|43);)"""
    r"""((?:mon|tue|wed|thu|fri|sat|sun|(?:day|week|session) ?[0-9])[^"'\u201c\u201d\u2033&]*)""",
    re.IGNORECASE,
)
"""The day that a builder's tag for a tab or a panel is titled with."""
_KNOWN_TAGS = frozenset(
    words("caption gallery playlist embed video audio row column tab tabs accordion toggle")
)
_MEDIA_TAGS = frozenset(words("caption gallery playlist"))
"""Tags that stand alone, and are no words of a coach."""


def without_builder_tags(html: str, line_end: str) -> str:
    """The markup with `line_end` in place of each builder's tag; the day that one is titled with is a line.

    A word in brackets alone (`[row]`) is a tag only where its closing tag stands, too.
    """
    closed = {found["closed"].lower() for found in _BUILDER_TAG.finditer(html) if found["closed"]}
    opened = {found.lower() for found in _OPENED_TAG.findall(html)} if closed else set()

    def mark(found: re.Match[str]) -> str:
        if name := found["closed"]:
            return line_end if "_" in name or name.lower() in _KNOWN_TAGS | opened else found[0]
        if name := found["bare"]:
            return line_end if name.lower() in _MEDIA_TAGS | closed else found[0]
        title = _DAY_TITLE.search(found["attributes"] or found["assigned"] or "")
        return f"{line_end}{title[1]}{line_end}" if title else line_end

    return _BUILDER_TAG.sub(mark, html)
