"""§1 Lines: post HTML becomes the visible, non-empty lines of text with their links.

The only module that knows BeautifulSoup. What the words of a line mean belongs elsewhere; what a browser would
show as a line belongs here. BeautifulSoup's html.parser front end tokenises the markup, but no tree is built: the
events write lines directly, which is several times faster and has no nesting limit.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property
from html import unescape
from typing import Any, NamedTuple

from bs4 import BeautifulSoup
from bs4.builder._htmlparser import HTMLParserTreeBuilder
from msgspec.structs import replace

from wod_pipeline.parsing._builder_tags import without_builder_tags
from wod_pipeline.parsing._effects import (
    BLOCKS,
    BY_NAME,
    MAY_MARK,
    TAB_CLASS,
    Effect,
    can_be_opened,
    controlled_ids,
    effects_of,
    ids_in,
)
from wod_pipeline.parsing._text import words
from wod_pipeline.program import Link, SourceLine
from wod_pipeline.wording import is_web_address

_HEAD_ONLY = frozenset(words("head title meta link base style script noscript template"))
_CELLS = frozenset(("td", "th"))
_ROW_ENDS = frozenset(("tr", "table", "tbody", "thead", "tfoot"))

_ODD_SPACE = "\t\n\x0b\f\r\xa0\u2000-\u200a\u202f\u205f\u3000"
_UNEVEN = re.compile(f" [ {_ODD_SPACE}]+|[{_ODD_SPACE}][ {_ODD_SPACE}]*")
"""Every run of white space that is not one plain space already; most are."""
_IN_ADDRESS = re.compile(r"[\t\n\r]")  # a browser drops these from an address
_VANISHING = re.compile("[\u200b\ufeff\u00ad\u2060\0\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_NUMBERED = re.compile("&#0*([0-9]*)")
_DIGITS_OF_A_CHARACTER = 7  # the last character is 1,114,111
_FOOTNOTE = re.compile(r"[ \[(]*[0-9*\u2020\u2021\u00a7]{1,3}[ \])]*")
"""The mark of a footnote, raised and linked to it; joined to a figure, it would be another figure."""
_LEFT_OVER = re.compile("[][ |.,;:()*+&/\u2022\u00b7\u25aa\u25cf\u25e6\u2023\u2043\u2010-\u2015-]*")
"""Bullets and signs, which are no text of a line whose words are struck out."""
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

_MOST_COLSPAN, _MOST_ROWSPAN = 1000, 65_534
"""What a browser takes a larger number for."""

_PLAIN_LESS = re.compile(r"<(?![a-zA-Z/!?])")
_UNCLOSED_TAG = re.compile(r"<[a-zA-Z/][^>]*\Z")
_LESS_IN_TAG = re.compile(r"<[a-zA-Z/][^<>]*<")
"""A tag with another `<` in it, as `<p<br>`, which is one tag and holds no break; hardly any post has one."""
_SLASHED_TAG = re.compile(r"(<(?:a|template|head)\b[^<>]*[\s\"'])/>", re.IGNORECASE)


_VOID = frozenset(words("area base br col embed hr img input link meta source track wbr"))
"""Elements without content, which nothing ends."""


class Cell(NamedTuple):
    """A cell of a table: its lines, not numbered, and the columns and rows it covers."""

    lines: list[SourceLine]
    columns: int = 1
    rows: int = 1


class Row(NamedTuple):
    """A row of a table: the number of its line, None if it has no text, and its cells."""

    line: int | None
    cells: list[Cell]


class Markup(NamedTuple):
    """What a reader of a document sees: its lines, a row of a table being one, and the tables among them."""

    lines: list[SourceLine]
    tables: list[list[Row]]
    titles: list[tuple[int, int]] = []  # noqa: RUF012 - read only
    """The line of each tab or link that names a place of the document, and the first line of that place."""
    hides: bool = False
    """Whether the document has text that is hidden."""


def read_markup(html: str, *, with_hidden: bool = False) -> Markup:
    """The lines a reader of `html` sees, numbered from 0, with their http(s) links and what is struck out of them.

    With what is hidden on request. Never raises: broken markup is read as a browser would read it.
    """
    return _Lines(_prepared(html), html, with_hidden=with_hidden).finished()


def read_text(html: str) -> str:
    """`html` as one line of text, as for a post's title."""
    if "<" in html:
        return " ".join(line.text for line in read_markup(html).lines)
    text = unescape(_with_short_numbers(_without_reserved(html))) if "&" in html else html
    return _squeezed(_SURROGATES.sub("\ufffd", text)).strip(" ")


def _squeezed(text: str) -> str:
    """§1.3: zero-width characters vanish, every run of white space is one space."""
    return _UNEVEN.sub(" ", _VANISHING.sub("", text))


def _without_reserved(html: str) -> str:
    for reserved in (_CELL, _MARK, "\0"):
        html = html.replace(reserved, "")
    return html


def _with_short_numbers(html: str) -> str:
    """Characters written as numbers, without digits that change nothing: Python refuses to read some thousands."""
    return _NUMBERED.sub(_short_number, html) if "&#" in html else html


def _short_number(found: re.Match[str]) -> str:
    digits = found[1]
    return f"&#{digits[: _DIGITS_OF_A_CHARACTER + 1] or '0'}" if found[0] != "&#" else "&#"


def _prepared(html: str) -> str:
    """Markup without what is never text, and without what the tokeniser would read unlike a browser."""
    html = _without_reserved(html if html.isascii() else _SURROGATES.sub("\ufffd", html))
    html = _PLAIN_LESS.sub("&lt;", _INERT.sub("", _with_short_numbers(html)))
    if "[" in html:
        html = without_builder_tags(html, _MARK)
    end = html.rfind(">") + 1
    tail = _UNCLOSED_TAG.search(html, end)
    html = html[: tail.start()] if tail else html
    if "/>" in html:
        html = _SLASHED_TAG.sub(r"\1>", html)
    if _LESS_IN_TAG.search(html) or MAY_MARK.search(html):
        return html + "\n"
    return _PLAIN_INLINE.sub("", _PLAIN_BREAK.sub(_MARK, html)) + "\n"


class _Anchor:
    """What a piece of text stands in: an `a` element and its address, empty where that is no web address."""

    def __init__(self, href: str, *, is_inner: bool = False) -> None:
        self.href = href
        self.is_inner = is_inner  # leads to a place of the document


class _Span(_Anchor):
    """How many columns and rows of its table a cell covers."""

    def __init__(self, attrs: Any) -> None:
        super().__init__("")
        self.columns = _covered(attrs.get("colspan"), _MOST_COLSPAN)
        self.rows = _covered(attrs.get("rowspan"), _MOST_ROWSPAN)


_STRIKE = _Anchor("")
"""Stands with a piece that is struck out."""
_Piece = tuple[str, _Anchor | None]
_BREAK_IN_CELL: _Piece = (" ", None)
"""A break inside a row, where a line does not end: known by its identity, when the cell is read by itself."""
_INNER_CELL: _Piece = (" ", _Anchor(""))
"""The start of a cell of a table inside a cell, known alike."""


class _Element(NamedTuple):
    """An open element with effects, and how many lines were written before it."""

    effects: tuple[Effect, ...]
    first: int


class _Lines(BeautifulSoup):
    """Receives the builder's events and writes lines instead of a tree."""

    def __init__(self, html: str, received: str, *, with_hidden: bool) -> None:
        self._received = received
        self._with_hidden = with_hidden
        self._hides = False
        self._controls: dict[str, int] = {}  # by the id that it names: the line of a tab or a link
        self._places: dict[str, int] = {}  # by its id: the first line of what one names
        self._out: list[SourceLine] = []
        self._pieces: list[_Piece] = []
        self._has_text = False  # something visible stands on the open line
        self._anchor: _Anchor | None = None
        self._in_head = False
        self._rows = 0  # open table rows and what nests in them; inside one, a break is a space
        self._effects: Counter[Effect] = Counter()
        self._opened: dict[str, list[_Element | None]] = {}  # by name; None for one without an effect
        self._struck: dict[int, list[str]] = {}  # by the number of the line they stand on or below
        self._unlinked: set[int] = set()  # lines within contents that are more than a link
        self._table: list[Row] | None = None
        self._tables: list[list[Row]] = []
        builder = HTMLParserTreeBuilder(on_duplicate_attribute="ignore", store_line_numbers=False)
        builder.parser_args[1]["convert_charrefs"] = True
        super().__init__(html, builder=builder)

    def finished(self) -> Markup:
        """Every line written, and every table."""
        self._break()
        self._end_table()
        for n, struck in self._struck.items():
            if n < len(self._out):
                self._out[n] = replace(self._out[n], struck=tuple(struck))
        titles = [(n, self._places[name]) for name, n in self._controls.items() if name in self._places]
        return Markup(self._out, self._tables, titles, self._hides)

    # ------------------------------------------------------------------ the builder's events
    def reset(self) -> None:
        """Take the place of the tree's reset: there is no tree."""
        self.currentTag = None

    def endData(self, _container_class: Any = None) -> None:  # noqa: N802 - BeautifulSoup's name
        """Nothing is buffered."""

    def handle_starttag(self, name: str, _namespace: Any, _prefix: Any, attrs: Any, **_: Any) -> None:  # type: ignore[override]
        """Break the line, open a cell or a link, or begin to hide, to strike out, or to keep line ends."""
        if self._in_head and name not in _HEAD_ONLY and not self._effects["hidden"]:
            self._in_head = False  # it was not closed
        if name in BLOCKS and "p" in self._opened:
            self._close("p")  # which no block stands in
        effects = effects_of(name, attrs) if attrs else BY_NAME.get(name, ())
        if (
            "hidden" in effects
            and name != "template"
            and (self._with_hidden or self._can_be_opened(name, attrs))
        ):
            effects = tuple(effect for effect in effects if effect != "hidden")
        if "hidden" not in effects and not self._effects["hidden"]:
            self._shown_starts("div" if "tab" in effects else name, attrs)
            self._note_place(attrs)
        self._open(name, effects)

    def _shown_starts(self, name: str, attrs: Any) -> None:
        if name in BLOCKS:
            self._block_starts(name)
        elif name == "a":
            href = attrs.get("href", "")
            self._anchor = _Anchor(_http(href), is_inner="#" in href)
        elif name in _CELLS:
            self._pieces.append((_CELL, _Span(attrs)) if self._rows == 1 else _INNER_CELL)
        elif name == "head":
            self._in_head = True

    def handle_endtag(self, name: str, _prefix: Any = None) -> None:
        """Break the line, close a link, or end what the element did to its text."""
        was_hidden = self._effects["hidden"] > 0
        self._close(name)
        if name == "head":
            self._in_head = False
        elif was_hidden:
            return
        elif name in BLOCKS:
            self._block_ends(name)
        elif name == "a":
            self._anchor = None

    def handle_data(self, data: str) -> None:
        """Keep visible text, and which link it is under."""
        if self._in_head and _MARK in data:
            self._in_head = False
            data = data[data.index(_MARK) :]
        if self._in_head or self._effects["hidden"]:
            self._hides = self._hides or bool(self._effects["hidden"] and not data.isspace())
            return
        if self._effects["pre"]:
            data = data.replace("\r\n", "\n").replace("\n", _MARK)
        *whole, last = _squeezed(data).split(_MARK)
        for text in whole:
            if self._pieces or self._rows or self._anchor or self._opened:
                self._add(text)
                self._block_ends("br")
            else:  # most lines
                self._write(text.strip(" "), ())
        self._add(last)

    # ------------------------------------------------------------------ elements with an effect
    def _open(self, name: str, effects: tuple[Effect, ...]) -> None:
        """Remember an element with effects, and those of its name within it, so that its own end is known."""
        if name in _VOID or not (effects or name in self._opened):
            return
        self._opened.setdefault(name, []).append(_Element(effects, len(self._out)) if effects else None)
        self._effects.update(effects)

    def _close(self, name: str) -> None:
        opened = self._opened.get(name)
        if not opened:
            return
        element = opened.pop()
        if not opened:
            del self._opened[name]
        if element is None:
            return
        if "contents" in element.effects and self._effects["contents"] == 1:
            self._break()
            self._drop_contents(element.first)
        self._effects.subtract(element.effects)
        if "tab" in element.effects and not self._effects["hidden"]:
            self._block_ends("div")

    def _drop_contents(self, first: int) -> None:
        """§1.1 A list of links, with or without a title, is no text of the post."""
        unlinked = [n for n in range(first, len(self._out)) if n in self._unlinked]
        if unlinked in ([], [first]) and len(self._out) > first + len(unlinked):
            del self._out[first:]
            self._unlinked.difference_update(unlinked)
            for by_line in (self._controls, self._places):
                while by_line and next(reversed(by_line.values())) >= first:
                    by_line.popitem()
            while self._struck and next(reversed(self._struck)) >= first:
                self._struck.popitem()

    def _can_be_opened(self, name: str, attrs: Any) -> bool:
        return can_be_opened(name, attrs) or (bool(attrs.get("id")) and attrs["id"] in self._controlled)

    @cached_property
    def _controlled(self) -> frozenset[str]:
        """The ids that a control or a link of the document names."""
        return controlled_ids(self._received)

    def _note_place(self, attrs: Any) -> None:
        """Remember on which line a tab or a link begins, and where what it names begins."""
        if not attrs:
            return
        written = "" if self._has_text else attrs.get("aria-controls") or attrs.get("href") or ""
        for name in ids_in(written.rpartition("#")[2]) if written else ():
            self._controls.setdefault(name, len(self._out))
        place = attrs.get("id")
        if place and place in self._controlled:
            self._places.setdefault(place, len(self._out))
        for name in TAB_CLASS.findall(attrs.get("class") or ""):
            (self._places if name in self._controls else self._controls).setdefault(name, len(self._out))

    # ------------------------------------------------------------------ lines
    def _add(self, text: str) -> None:
        if self._effects["raised"] and self._anchor and self._anchor.is_inner and _FOOTNOTE.fullmatch(text):
            return
        if text:
            self._has_text = self._has_text or text != " "
            self._pieces.append((text, _STRIKE if self._effects["struck"] else self._anchor))

    def _block_starts(self, name: str) -> None:
        if name == "table" and self._rows == 1 and self._is_layout():
            self._rows = 0
        if self._rows and not (self._rows == 1 and name == "tr"):
            self._rows += name == "table"
            self._pieces.append(_BREAK_IN_CELL)
            return
        self._break()
        self._rows = int(name == "tr")
        if name == "table":
            self._end_table()
            self._table = []

    def _is_layout(self) -> bool:
        """Whether nothing stands in the open table before the table in it, so that it only places that one."""
        return not self._table and not self._has_text

    def _block_ends(self, name: str) -> None:
        if self._rows > 1:
            self._rows -= name == "table"
            self._pieces.append(_BREAK_IN_CELL)
        elif self._rows and name not in _ROW_ENDS:
            self._pieces.append(_BREAK_IN_CELL)
        else:
            self._break()
            self._rows = 0
            if name == "table":
                self._end_table()

    def _break(self) -> None:
        """End the line; write it when something on it is visible."""
        if not self._pieces:
            return
        pieces, self._pieces, self._has_text = self._pieces, [], False
        n = len(self._out)
        text, links, struck = _written(pieces)
        self._write(text, links)
        if struck:
            self._struck.setdefault(n if text else max(n - 1, 0), []).extend(struck)
        if self._effects["contents"] and not all(anchor for piece, anchor in pieces if piece.strip()):
            self._unlinked.add(n)
        if self._table is not None and self._rows:
            self._table.append(Row(n if text else None, _cells_of(pieces)))

    def _end_table(self) -> None:
        if self._table:
            self._tables.append(self._table)
        self._table = None

    def _write(self, text: str, links: tuple[Link, ...]) -> None:
        if text:
            self._out.append(SourceLine(len(self._out), text, links))


def _cells_of(pieces: list[_Piece]) -> list[Cell]:
    """The cells of a row, each with its own lines: a break inside a cell ends a line of it."""
    cells: list[tuple[_Span, list[list[_Piece]]]] = []
    for piece in pieces:
        if isinstance(piece[1], _Span):
            cells.append((piece[1], [[]]))
        elif cells and piece is _BREAK_IN_CELL:
            cells[-1][1].append([])
        elif cells and piece is _INNER_CELL:
            cells[-1][1][-1].append((" | ", None) if cells[-1][1][-1] else piece)
        elif cells:
            cells[-1][1][-1].append(piece)
    return [Cell(_lines_of_cell(lines), span.columns, span.rows) for span, lines in cells]


def _lines_of_cell(lines: list[list[_Piece]]) -> list[SourceLine]:
    written = [_written(line) for line in lines]
    return [SourceLine(0, text, links, struck) for text, links, struck in written if text or struck]


def _covered(written: str | None, most: int) -> int:
    """The columns or rows that a cell says it covers."""
    figures = re.match(r"[ \t\n\f\r]*([0-9]{1,6})", written or "")
    return min(max(int(figures[1]), 1), most) if figures else 1


def _written(pieces: list[_Piece]) -> tuple[str, tuple[Link, ...], tuple[str, ...]]:
    """The finished text of a line, its links, and what is struck out of it; no text when nothing is visible.

    The pieces are squeezed already (§1.3); here runs of white space over their ends become one space, and the ends
    are trimmed. §1.5: a link's offsets leave out the spaces at its ends.
    """
    written: list[str] = []
    struck: list[list[str]] = []
    spans: dict[_Anchor, tuple[int, int]] = {}
    length, after_space, cells, striking = 0, True, 0, False
    for data, anchor in pieces:
        if anchor is _STRIKE:
            struck += [] if striking else [[]]
            struck[-1].append(data)
            striking = True
            continue
        piece, striking = data, False
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
    words_struck = tuple(words for part in struck if (words := " ".join("".join(part).split())))
    if (cells and not text.strip("| ")) or (words_struck and _LEFT_OVER.fullmatch(text)):
        return "", (), words_struck
    links = [Link(start, end, anchor.href) for anchor, (start, end) in spans.items() if anchor.href]
    return text, tuple(links), words_struck


def _http(href: str) -> str:
    """The address when a click would open it over http(s), else empty."""
    href = _IN_ADDRESS.sub("", href).strip()
    return href if is_web_address(href) else ""
