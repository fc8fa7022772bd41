"""§1: HTML becomes the lines a browser would show, the same as reading BeautifulSoup's tree."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup, Comment, NavigableString, Tag
from hypothesis import given, settings
from hypothesis import strategies as st

from wod_pipeline.parsing import read_lines
from wod_pipeline.parsing._html import BLOCKS, read_text


def texts(html: str) -> list[str]:
    return [line.text for line in read_lines(html)]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>One<br/>two</p><li>three", ["One", "two", "three"]),
        ("<div>a</div>b<section>c</section>", ["a", "b", "c"]),
        ("<b>a</b><i>b</i><custom>c</custom>", ["abc"]),
        ("a&nbsp;&#8195;b\n c", ["a b c"]),
        ("a&#8203;b&shy;c", ["abc"]),
        ("<p>&nbsp;</p><p> </p>", []),
        ("a<script>var b = '<p>'</script>c<style>d</style>", ["ac"]),
        ("a<noscript><p>b</p></noscript>c<iframe>d</iframe>e", ["ace"]),
        ("a<template>b<template>c</template>d</template>e", ["ae"]),
        ("<head><title>a</title></head>b", ["b"]),
        ("a<!-- <br> -->b<![CDATA[c]]>d", ["abd"]),
        ("a<!-- open <p>b", ["a"]),
        ("a < b <3 c", ["a < b <3 c"]),
        ("a <a href='x", ["a"]),
        ("&amp;lt; &copy; &nosuch; AT&T", ["&lt; © &nosuch; AT&T"]),
        ("<script>'<!--'</script>seen", ["seen"]),
        ("a</br>b</p>c", ["a", "b", "c"]),
        ("<p title='a>b'>c", ["c"]),
        ("a\0b", ["ab"]),
        ("\ud800a", ["\ufffda"]),
        ("<img alt='a'>b<wbr>c", ["bc"]),
        ("<table><tr><td>1</td><td></td><td>5</td></tr></table>", ["1 | | 5"]),
        ("<table><tr><th>a<br>b</th><td><p>c</p></td></tr><tr><td></td></tr></table>d", ["a b | c", "d"]),
        ("<table><tr><td>a<table><tr><td>b</td></tr></table></td><td>c</td></tr></table>", ["a b | c"]),
    ],
)
def test_markup_is_read_as_a_browser_shows_it(html: str, expected: list[str]) -> None:
    assert texts(html) == expected


@pytest.mark.parametrize(
    ("html", "links"),
    [
        ("<a href='https://x.y/v'>Press </a>x 4", [(0, 5, "https://x.y/v")]),
        ("Do <a href='HTTP://x'> it</a>", [(3, 5, "HTTP://x")]),
        ("<a href='javascript:x'>a</a><a href='/b'>b</a><a>c</a>", []),
        ("<a href='http://x'><img></a>a", []),
        ("<a href='http://x'>a<b>b</b>c</a>", [(0, 3, "http://x")]),
        ("<a href='http://x'>a<a href='http://y'>b</a>c", [(0, 1, "http://x"), (1, 2, "http://y")]),
        ("<a href='http://x' href='http://y'>a</a>", [(0, 1, "http://x")]),
        ("<a href=' http://x\n/y '>a</a>", [(0, 1, "http://x/y")]),
        ("<table><tr><td>1</td><td><a href='http://x'>b</a></td></tr></table>", [(4, 5, "http://x")]),
    ],
)
def test_links_keep_their_place(html: str, links: list[tuple[int, int, str]]) -> None:
    (line,) = read_lines(html)
    assert [(link.start, link.end, link.href) for link in line.links] == links


def test_a_link_over_two_lines_is_a_link_on_each() -> None:
    lines = read_lines("<a href='http://x'>one<br>two</a> three")
    assert [[(link.start, link.end) for link in line.links] for line in lines] == [[(0, 3)], [(0, 3)]]


def test_a_title_is_one_line_of_text() -> None:
    assert read_text("June 1&#8211;7 <em>plan</em>") == "June 1–7 plan"
    assert read_text(" plain\n title ") == "plain title"


@pytest.mark.parametrize(
    ("number", "character"),
    [
        (f"{'0' * 5_000}66", "B"),
        ("9" * 5_000, "\ufffd"),
        (f"66{'0' * 5_000}", "\ufffd"),
        ("0" * 5_000, "\ufffd"),
        ("1114112", "\ufffd"),
        ("128512", "\U0001f600"),
    ],
)
def test_a_character_written_with_thousands_of_digits_is_read_in_text_links_and_titles(
    number: str, character: str
) -> None:
    written = f"a&#{number};c"
    assert read_text(written) == read_text(f"<b>{written}") == f"a{character}c"
    (line,) = read_lines(f'{written} <a href="http://x/{written}">{written}</a>')
    assert line.text == f"a{character}c a{character}c"
    assert line.links[0].href == f"http://x/a{character}c"


# ---------------------------------------------------------------------------- the same by way of a tree
def by_tree(html: str) -> list[str]:
    """The lines of well-formed markup without tables, read from BeautifulSoup's tree."""
    out: list[str] = [""]
    _walk(BeautifulSoup(html, "html.parser"), out)
    squeezed = (re.sub(r"[ \t\n\r\f\xa0]+", " ", line).strip(" ") for line in out)
    return [line for line in squeezed if line]


def _walk(node: Tag, out: list[str]) -> None:
    for child in node.children:
        if isinstance(child, Tag):
            out += [""] if child.name in BLOCKS else []
            _walk(child, out)
            out += [""] if child.name in BLOCKS else []
        elif isinstance(child, NavigableString) and not isinstance(child, Comment):
            out[-1] += str(child)


WORDS = st.sampled_from(["Squat", " x 5", "&amp;", "&#8211; ", "\n", "&nbsp;", "<br>", "<br/>", "<!-- c -->"])
TREES = st.recursive(
    st.lists(WORDS, max_size=4).map("".join),
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag.split()[0]}>",
        st.sampled_from(
            ["p", "div", "strong", "li class='a'", "ul", "span", "a href='http://x'", "h2", "em"]
        ),
        st.lists(inner, max_size=3),
    ),
    max_leaves=12,
)


@given(TREES)
@settings(max_examples=200, deadline=None)
def test_events_give_the_same_lines_as_the_tree(html: str) -> None:
    assert texts(html) == by_tree(html)
