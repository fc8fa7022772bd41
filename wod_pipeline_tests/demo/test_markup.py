"""What the sample's markup becomes, and that nothing written in it is lost or left unescaped."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wod_pipeline.demo._markup import as_html, as_title


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Rows", "<p>Rows</p>\n"),
        ("A.\nRows", "<p>A.<br />\nRows</p>\n"),
        ("A.\n\n \nRows", "<p>A.</p>\n<p>Rows</p>\n"),
        ("**Monday**", "<p><strong>Monday</strong></p>\n"),
        ("Clean & Jerk", "<p>Clean &amp; Jerk</p>\n"),
        ("don't", "<p>don&#8217;t</p>\n"),
        ('say "go" twice', "<p>say &#8220;go&#8221; twice</p>\n"),
        ("Monday - Rest", "<p>Monday &#8211; Rest</p>\n"),
        ("70-75%", "<p>70-75%</p>\n"),
        ("3x5x75%, then...", "<p>3&#215;5&#215;75%, then&#8230;</p>\n"),
        ("20X1 x 3", "<p>20X1 x 3</p>\n"),
        ("<b>2 < 3</b>", "<p>&lt;b&gt;2 &lt; 3&lt;/b&gt;</p>\n"),
        ("%% not -- for readers", "<!-- not -- for readers -->\n"),
    ],
)
def test_text_becomes_what_a_blog_makes_of_it(text: str, expected: str) -> None:
    assert as_html(text) == expected


def test_a_link_keeps_its_address_and_its_words_are_typeset() -> None:
    assert as_html("([Clean & Jerk](https://example.com/v?a=3x5&b=1)) x 2") == (
        '<p>(<a href="https://example.com/v?a=3x5&#038;b=1" target="_blank" rel="noopener">'
        "Clean &amp; Jerk</a>) x 2</p>\n"
    )


def test_only_web_addresses_become_links() -> None:
    assert as_html("[x](javascript:go)") == "<p>[x](javascript:go)</p>\n"


def test_rows_that_stand_together_are_one_table() -> None:
    assert as_html("Squat\n| 1 | 5 |\n| 2 | 3 |").replace("\n", "") == (
        '<p>Squat</p><figure class="wp-block-table"><table><tbody>'
        "<tr><td>1</td><td>5</td></tr><tr><td>2</td><td>3</td></tr></tbody></table></figure>"
    )


def test_a_title_has_typography_but_no_markup() -> None:
    assert as_title("May 4-10 – **5** Day") == "May 4-10 &#8211; **5** Day"


@given(
    st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs"), exclude_characters="*[]|%"))
)
def test_words_survive_whatever_is_written(text: str) -> None:
    shown = html.unescape(re.sub(r"<[^<>]*>", "", as_html(text)))
    words = [re.sub(r"[^\w]", "", word) for word in (shown, text)]
    # typography puts × for an x between digits
    assert words[0] == re.sub(r"(?<=\d)x(?=\d)", "", words[1]) or "x" in text


@given(st.text())
def test_nothing_but_our_own_tags_is_left_unescaped(text: str) -> None:
    ours = (
        r"</?(?:p|br /|strong|a|figure|tr|td|table|tbody)>|<(?:a|figure)(?: \w+=\"[^\"<>]*\")+>|<!-- .*? -->"
    )
    rest = re.sub(ours, "", as_html(text))
    assert not re.search(r"[<>]|&(?!#?\w+;)", rest)
