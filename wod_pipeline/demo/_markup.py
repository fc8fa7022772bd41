"""The markup of the sample program's text files, and how a blog would render it. No dates and no posts here.

A file is plain text. A blank line ends a paragraph, a single newline breaks a line; `[words](https://…)` is a
link, `**words**` is bold, lines that start with `|` are rows of a table, and a line that starts with `%%` is
a remark the author hid from readers. The HTML is what WordPress makes of such text: typographic quotes,
dashes and multiplication signs as numeric entities, `<br />` before every newline within a paragraph.
"""

from __future__ import annotations

import re
from itertools import groupby, zip_longest

_TYPOGRAPHY: tuple[tuple[str, str], ...] = (
    (r"&", "&amp;"),
    (r"<", "&lt;"),
    (r">", "&gt;"),
    (r"\.{3}|…", "&#8230;"),
    (r"(?<=\d)x(?=\d)|×", "&#215;"),
    (r" - ", " &#8211; "),
    (r"–", "&#8211;"),
    (r"(?<=\w)'|’", "&#8217;"),
    (r'(?<!\S)"', "&#8220;"),
    (r'"', "&#8221;"),
)
"""In order: markup characters first, so that the entities made below stay as they are."""

_LINK = re.compile(r"\[([^\]]+)\]\((https://[^)\s*'\"<>]+)\)")
_BOLD = re.compile(r"\*\*(.+?)\*\*")


def as_html(text: str) -> str:
    """`text` as the HTML of a post."""
    blocks = re.split(r"\n\s*\n", text.strip())
    return "".join(_block(block.splitlines()) for block in blocks if block.strip())


def as_title(text: str) -> str:
    """`text` as the rendered title of a post: typography, no markup."""
    return _typeset(text)


def _block(lines: list[str]) -> str:
    """Paragraphs, tables and remarks, whichever the lines that stand together are."""
    makers = {"|": _table, "%": _remark}
    return "".join(
        makers.get(kind, _paragraph)(list(group))
        for kind, group in groupby(lines, key=lambda line: line[0] if line.startswith(("|", "%%")) else "")
    )


def _paragraph(lines: list[str]) -> str:
    return "<p>" + "<br />\n".join(_inline(line.strip()) for line in lines) + "</p>\n"


def _table(lines: list[str]) -> str:
    body = "\n".join(f"<tr>{_cells(line)}</tr>" for line in lines)
    return f'<figure class="wp-block-table"><table><tbody>\n{body}\n</tbody></table></figure>\n'


def _cells(line: str) -> str:
    return "".join(f"<td>{_inline(cell.strip())}</td>" for cell in line.strip("| ").split("|"))


def _remark(lines: list[str]) -> str:
    return "".join(f"<!-- {_typeset(line[2:].strip())} -->\n" for line in lines)


def _inline(line: str) -> str:
    """A line with its links and bold words. Addresses are kept out of the typography."""
    pieces = _LINK.split(line)  # text, words, address, text, words, address, …, text
    links = [_link(words, href) for words, href in zip(pieces[1::3], pieces[2::3], strict=True)]
    texts = [_typeset(piece) for piece in pieces[0::3]]
    joined = "".join(text + link for text, link in zip_longest(texts, links, fillvalue=""))
    return _BOLD.sub(r"<strong>\1</strong>", joined)


def _link(words: str, href: str) -> str:
    address = href.replace("&", "&#038;")
    return f'<a href="{address}" target="_blank" rel="noopener">{_typeset(words)}</a>'


def _typeset(text: str) -> str:
    for pattern, entity in _TYPOGRAPHY:
        text = re.sub(pattern, entity, text)
    return text
