"""§1 Lines: post HTML becomes the visible, non-empty lines of text with their links.

The only module that knows BeautifulSoup. What the words of a line mean belongs elsewhere; what a browser would
show as a line belongs here. BeautifulSoup's html.parser front end tokenises the markup, but no tree is built: the
events write lines directly, which is several times faster and has no nesting limit.
"""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from bs4 import BeautifulSoup
from bs4.builder._htmlparser import HTMLParserTreeBuilder

from wod_pipeline.parsing._text import words
from wod_pipeline.program import Link, SourceLine
from wod_pipeline.wording import is_web_address

BLOCKS = frozenset(
    words(
        "p div h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table caption thead tbody tfoot tr blockquote pre hr"
        " section article header footer main nav aside figure figcaption address form fieldset legend details"
        " summary center body html br"
    )
)
"""Elements whose start and end break a line. Every other element is inline, known or not."""

_HEAD_ONLY = frozenset(words("head title meta link base style script noscript template"))
_CELLS = frozenset(("td", "th"))
_ROW_ENDS = frozenset(("tr", "table", "tbody", "thead", "tfoot"))

_ODD_SPACE = "\t\n\x0b\f\r\xa0\u2000-\u200a\u202f\u205f\u3000"
_UNEVEN = re.compile(f" [ {_ODD_SPACE}]+|[{_ODD_SPACE}][ {_ODD_SPACE}]*")
"""Every run of white space that is not one plain space already; most are."""
_IN_ADDRESS = re.compile(r"[\t\n\r]")  # a browser drops these from an address
_VANISHING = re.compile("[\u200b\ufeff\u00ad\u2060\0]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_CELL = "\x1f"
"""Stands between two cells of a table row until the row is written; a control character no cell can contain."""

_MARK = "\x1e"
"""Stands for a break that needs no tag event: most of a post's tags are plain breaks, and events cost most."""
_PLAIN_BREAK = re.compile(r"<(?:br ?/?|/?(?:p|div|li|ul|ol|h[1-6]))>\n?", re.IGNORECASE)
_PLAIN_INLINE = re.compile(r"</?(?:strong|b|em|i|u|span)>", re.IGNORECASE)

_INERT = re.compile(
    r"<!--(?:-?>|.*?(?:--!?>|\Z))"
    r"|<[!?][^>]*(?:>|\Z)"
    r"|<(script|style|noscript|iframe|title)(?=[\s/>]).*?(?:(?=</\1[\s/>])|\Z)",
    re.DOTALL | re.IGNORECASE,
)
"""Comments, doctypes, processing instructions and raw-text elements, left to right as a browser meets them."""

_PLAIN_LESS = re.compile(r"<(?![a-zA-Z/!?])")
_UNCLOSED_TAG = re.compile(r"<[a-zA-Z/][^>]*\Z")
_LESS_IN_TAG = re.compile(r"<[a-zA-Z/][^<>]*<")
"""A tag with another `<` in it, as `<p<br>`, which is one tag and holds no break; hardly any post has one."""
_SLASHED_TAG = re.compile(r"(<(?:a|template|head)\b[^<>]*[\s\"'])/>", re.IGNORECASE)


def read_lines(html: str) -> list[SourceLine]:
    """The lines a reader of `html` sees, numbered from 0, with their http(s) links.

    Never raises: broken markup is read as a browser would read it.
    """
    return _Lines(_prepared(html)).finished()


def read_text(html: str) -> str:
    """`html` as one line of text, as for a post's title."""
    if "<" in html:
        return " ".join(line.text for line in read_lines(html))
    text = unescape(_without_reserved(html)) if "&" in html else html
    return _squeezed(_SURROGATES.sub("\ufffd", text)).strip(" ")


def _squeezed(text: str) -> str:
    """§1.3: zero-width characters vanish, every run of white space is one space."""
    return _UNEVEN.sub(" ", _VANISHING.sub("", text))


def _without_reserved(html: str) -> str:
    for reserved in (_CELL, _MARK, "\0"):
        html = html.replace(reserved, "")
    return html


def _prepared(html: str) -> str:
    """Markup without what is never text, and without what the tokeniser would read unlike a browser."""
    html = _without_reserved(html if html.isascii() else _SURROGATES.sub("\ufffd", html))
    html = _PLAIN_LESS.sub("&lt;", _INERT.sub("", html))
    end = html.rfind(">") + 1
    tail = _UNCLOSED_TAG.search(html, end)
    html = html[: tail.start()] if tail else html
    if "/>" in html:
        html = _SLASHED_TAG.sub(r"\1>", html)
    if _LESS_IN_TAG.search(html):
        return html + "\n"
    return _PLAIN_INLINE.sub("", _PLAIN_BREAK.sub(_MARK, html)) + "\n"


class _Lines(BeautifulSoup):
    """Receives the builder's events and writes lines instead of a tree."""

    def __init__(self, html: str) -> None:
        self._out: list[SourceLine] = []
        self._pieces: list[tuple[str, _Anchor | None]] = []
        self._anchor: _Anchor | None = None
        self._hidden: list[str] = []  # open head and template elements
        self._rows = 0  # open table rows and what nests in them; inside one, a break is a space
        builder = HTMLParserTreeBuilder(on_duplicate_attribute="ignore", store_line_numbers=False)
        builder.parser_args[1]["convert_charrefs"] = True
        super().__init__(html, builder=builder)

    def finished(self) -> list[SourceLine]:
        """Every line written."""
        self._break()
        return self._out

    # ------------------------------------------------------------------ the builder's events
    def reset(self) -> None:
        """Take the place of the tree's reset: there is no tree."""
        self.currentTag = None

    def endData(self, _container_class: Any = None) -> None:  # noqa: N802 - BeautifulSoup's name
        """Nothing is buffered."""

    def handle_starttag(self, name: str, _namespace: Any, _prefix: Any, attrs: Any, **_: Any) -> None:  # type: ignore[override]
        """Break the line, open a cell or a link, or start to hide."""
        if self._hidden and not self._shows_again(name):
            return
        if name in BLOCKS:
            self._block_starts(name)
        elif name == "a":
            href = _http(attrs.get("href", ""))
            self._anchor = _Anchor(href) if href else None
        elif name in _CELLS:
            self._pieces.append((_CELL if self._rows == 1 else " ", None))
        elif name in {"template", "head"}:
            self._hidden.append(name)

    def handle_endtag(self, name: str, _prefix: Any = None) -> None:
        """Break the line, close a link, or stop to hide."""
        if self._hidden:
            if name == self._hidden[-1]:
                self._hidden.pop()
        elif name in BLOCKS:
            self._block_ends(name)
        elif name == "a":
            self._anchor = None

    def handle_data(self, data: str) -> None:
        """Keep visible text, and which link it is under."""
        if self._hidden == ["head"] and _MARK in data:
            self._hidden.clear()
            data = data[data.index(_MARK) :]
        if self._hidden:
            return
        *whole, last = _squeezed(data).split(_MARK)
        for text in whole:
            if self._pieces or self._rows or self._anchor:
                self._add(text)
                self._block_ends("br")
            else:  # most lines
                self._write(text.strip(" "), ())
        self._add(last)

    # ------------------------------------------------------------------ lines
    def _add(self, text: str) -> None:
        if text:
            self._pieces.append((text, self._anchor))

    def _shows_again(self, name: str) -> bool:
        """Count nested templates; an element that cannot be in a head ends an unclosed one."""
        if name == "template":
            self._hidden.append(name)
        if self._hidden == ["head"] and name not in _HEAD_ONLY:
            self._hidden.clear()
        return not self._hidden

    def _block_starts(self, name: str) -> None:
        if self._rows and not (self._rows == 1 and name == "tr"):
            self._rows += name == "table"
            self._pieces.append((" ", None))
            return
        self._break()
        self._rows = int(name == "tr")

    def _block_ends(self, name: str) -> None:
        if self._rows > 1:
            self._rows -= name == "table"
            self._pieces.append((" ", None))
        elif self._rows and name not in _ROW_ENDS:
            self._pieces.append((" ", None))
        else:
            self._rows = 0
            self._break()

    def _break(self) -> None:
        """End the line; write it when something on it is visible."""
        if not self._pieces:
            return
        pieces, self._pieces = self._pieces, []
        self._write(*_written(pieces))

    def _write(self, text: str, links: tuple[Link, ...]) -> None:
        if text:
            self._out.append(SourceLine(len(self._out), text, links))


class _Anchor:
    """One `a` element: its address, and where its text starts and ends on the line being written."""

    def __init__(self, href: str) -> None:
        self.href = href


def _written(pieces: list[tuple[str, _Anchor | None]]) -> tuple[str, tuple[Link, ...]]:
    """The finished text of a line and its links; empty when nothing is visible.

    The pieces are squeezed already (§1.3); here runs of white space over their ends become one space, and the ends
    are trimmed. §1.5: a link's offsets leave out the spaces at its ends.
    """
    written: list[str] = []
    spans: dict[_Anchor, tuple[int, int]] = {}
    length, after_space, cells = 0, True, 0
    for data, anchor in pieces:
        piece = data
        if data == _CELL:
            cells += 1
            piece = " | " if cells > 1 else ""
        piece = piece[1:] if after_space and piece[:1] == " " else piece
        if not piece:
            continue
        if anchor and piece != " ":
            start = spans[anchor][0] if anchor in spans else length + (piece[0] == " ")
            spans[anchor] = (start, length + len(piece) - (piece[-1] == " "))
        written.append(piece)
        length += len(piece)
        after_space = piece[-1] == " "
    text = "".join(written).rstrip(" ")
    if cells and not text.strip("| "):
        return "", ()
    return text, tuple([Link(start, end, anchor.href) for anchor, (start, end) in spans.items()])


def _http(href: str) -> str:
    """The address when a click would open it over http(s), else empty."""
    href = _IN_ADDRESS.sub("", href).strip()
    return href if is_web_address(href) else ""
