"""The markup of the sample program's text files, and its conversion to the HTML that WordPress would render.

A file is plain text. A blank line ends a paragraph, a single newline breaks a line; `[words](https://…)` is a
link, `**words**` is bold, lines that start with `|` are rows of a table, and a line that starts with `%%` becomes
an HTML comment. As in WordPress, quotes, dashes and multiplication signs become typographic (as numeric entities),
and `<br />` precedes every newline within a paragraph. Dates and posts belong in `_calendar`.
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
"""Applied in order: `&` first, so that the entities made by the later rules are not escaped again."""

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
    """The HTML of the lines between two blank ones: runs of table rows, comments and paragraph lines."""
    renderers = {"|": _table, "%": _comments}
    return "".join(
        renderers.get(kind, _paragraph)(list(group))
        for kind, group in groupby(lines, key=lambda line: line[0] if line.startswith(("|", "%%")) else "")
    )


def _paragraph(lines: list[str]) -> str:
    return "<p>" + "<br />\n".join(_inline(line.strip()) for line in lines) + "</p>\n"


def _table(lines: list[str]) -> str:
    body = "\n".join(f"<tr>{_cells(line)}</tr>" for line in lines)
    return f'<figure class="wp-block-table"><table><tbody>\n{body}\n</tbody></table></figure>\n'


def _cells(line: str) -> str:
    return "".join(f"<td>{_inline(cell.strip())}</td>" for cell in line.strip("| ").split("|"))


def _comments(lines: list[str]) -> str:
    return "".join(f"<!-- {_typeset(line[2:].strip())} -->\n" for line in lines)


def _inline(line: str) -> str:
    """A line with its links and bold words. Typography is not applied to the addresses of links."""
    pieces = _LINK.split(line)  # text, words, address, text, words, address, …, text
    links = [_link(words, href) for words, href in zip(pieces[1::3], pieces[2::3], strict=True)]
    texts = [_typeset(text) for text in pieces[0::3]]
    joined = "".join(text + link for text, link in zip_longest(texts, links, fillvalue=""))
    return _BOLD.sub(r"<strong>\1</strong>", joined)


def _link(words: str, href: str) -> str:
    address = href.replace("&", "&#038;")
    return f'<a href="{address}" target="_blank" rel="noopener">{_typeset(words)}</a>'


def _typeset(text: str) -> str:
    for pattern, entity in _TYPOGRAPHY:
        text = re.sub(pattern, entity, text)
    return text
