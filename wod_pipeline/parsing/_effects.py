"""§1.1, §1.7 What an element does to its text, by its name and attributes: hide it, strike it out, keep its lines."""

from __future__ import annotations

import re
from collections import defaultdict
from html import unescape
from typing import Any, Literal
from urllib.parse import unquote

from wod_pipeline.parsing._text import words

BLOCKS = frozenset(
    words(
        "p div h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table caption thead tbody tfoot tr blockquote pre hr"
        " section article header footer main nav aside figure figcaption address form fieldset legend details"
        " summary center body html br"
    )
)
"""Elements whose start and end break a line. Every other element is inline, known or not."""

_STYLED = re.compile(
    r"line-through|display\s*:\s*none|visibility\s*:\s*hidden|white-space\s*:\s*(?:pre|break-spaces)",
    re.IGNORECASE,
)
MAY_MARK = re.compile(
    _STYLED.pattern
    + r"|\bhidden\b|toc|table.of.contents|role *= *[\"']?tab|et_pb_tab_|aria-controls|(?<!&)#",
    re.IGNORECASE,
)
"""What a document contains if an element without a name for it may have an effect."""
_CSS_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_NO_LETTERS = re.compile("[^a-z]+")
_CAN_BE_OPENED = frozenset(words("tab tabs accordion collapse toggle panel spoiler"))
_CONTENTS = frozenset(("toc", "lwptoc"))
_TABLE_OF_CONTENTS = "table of contents"
_CONTROLLED = re.compile(
    r"""aria-controls\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)'|([^"'\s<>]+))"""
    r"""|(?:href|data-(?:bs-)?target)\s*=\s*["']?([^"'\s<>]+)""",
    re.IGNORECASE,
)

TAB_CLASS = re.compile(r"\bet_pb_tab_[0-9]+\b")
"""The class that a tab and its panel share where a builder gives them no ids."""

Effect = Literal["hidden", "struck", "pre", "contents", "tab", "raised"]
"""What an element does to the text in it; the title of a tab has a line of its own."""
BY_NAME: dict[str, tuple[Effect, ...]] = {
    **dict.fromkeys(("del", "s", "strike"), ("struck",)),
    "template": ("hidden",),
    "pre": ("pre",),
    "sup": ("raised",),
    "nav": ("contents",),
}


def effects_of(name: str, attrs: Any) -> tuple[Effect, ...]:
    """What an element with attributes does to its text."""
    named = BY_NAME.get(name, ())
    style = _declared(attrs.get("style") or "")
    is_hidden = "hidden" in attrs or style["display"] == "none" or style["visibility"] == "hidden"
    effects: list[Effect] = ["hidden"] if is_hidden else []
    effects += ["struck"] if "line-through" in style["text-decoration"].split() else []
    effects += ["pre"] if style["white-space"].startswith(("pre", "break-spaces")) else []
    effects += ["contents"] if name in BLOCKS and _is_contents(attrs) else []
    effects += ["tab"] if attrs.get("role") == "tab" and name not in BLOCKS else []
    return (*named, *effects) if effects else named


def can_be_opened(name: str, attrs: Any) -> bool:
    """Whether a hidden element is by itself the panel of a tab or an accordion, which a reader can show."""
    if name == "details" or attrs.get("role") == "tabpanel" or attrs.get("hidden") == "until-found":
        return True
    return not _CAN_BE_OPENED.isdisjoint(_names({"class": attrs.get("class")}))


def controlled_ids(html: str) -> frozenset[str]:
    """The ids that a control or a link of a document names."""
    names: set[str] = set()
    for *controls, address in _CONTROLLED.findall(html):
        names.update(ids_in("".join(controls) or address.partition("#")[2]))
    return frozenset(names)


def ids_in(written: str) -> list[str]:
    """The ids that an address's fragment or a list of ids means."""
    return unquote(unescape(written)).split()


def _declared(style: str) -> defaultdict[str, str]:
    """What a style says of the properties that matter, in lower case: as in a browser, the last says it."""
    declared: defaultdict[str, str] = defaultdict(str)
    if not _STYLED.search(style):
        return declared
    weighty: set[str] = set()
    for declaration in _CSS_COMMENT.sub("", style).lower().split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        name = "text-decoration" if name == "text-decoration-line" else name
        value, important, _ = value.partition("!")
        if important or name not in weighty:
            declared[name] = value.strip()
            weighty.update({name} if important else ())
    return declared


def _is_contents(attrs: Any) -> bool:
    named = _names(attrs)
    return not _CONTENTS.isdisjoint(named) or _TABLE_OF_CONTENTS in " ".join(named)


def _names(attrs: Any) -> list[str]:
    """The words in an element's id and class."""
    return [word for key in ("id", "class") for word in _NO_LETTERS.split((attrs.get(key) or "").lower())]
