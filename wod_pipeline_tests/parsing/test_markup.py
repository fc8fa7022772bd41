"""§1 What a reader sees: hidden and struck-out text, preformatted lines, contents, builders' tags, tables."""

from __future__ import annotations

import pytest

from wod_pipeline.parsing import parse_post, read_lines
from wod_pipeline_tests.parsing.reading import post


def texts(html: str) -> list[str]:
    return [line.text for line in read_lines(html)]


def struck(html: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(line.text, line.struck) for line in read_lines(html)]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        # preformatted
        ("<pre>a\nb\r\n\nc</pre>d\ne", ["a", "b", "c", "d e"]),
        ("<pre class='wp-block-verse'><b>a\n b</b></pre>", ["a", "b"]),
        ("<p style='white-space: pre-line'>a\nb</p><p>c\nd</p>", ["a", "b", "c d"]),
        ("<div style='WHITE-SPACE:pre'><div>a</div>b\nc</div>d\ne", ["a", "b", "c", "d e"]),
        # hidden
        ("<p>a</p><p hidden>b</p><p>c</p>", ["a", "c"]),
        ("a<span style='display: none'>b</span>c", ["ac"]),
        ("a<div style='visibility:hidden'>b<div>c</div>d</div>e", ["ae"]),
        ("<p hidden>a<p>b", ["b"]),  # a paragraph ends where the next begins
        ("<ul hidden><li>a</ul><ul><li>b</ul>", ["b"]),
        ("a<span hidden>b<br>c</span>d", ["ad"]),
        # what a reader can open
        ("<div role='tabpanel' hidden>a</div>", ["a"]),
        ("<details><summary>a</summary><p>b</p></details>", ["a", "b"]),
        ("<div class='et_pb_toggle_content' style='display:none'>a</div>", ["a"]),
        ("<div class='vc_tta-panel-body' hidden>a</div>", ["a"]),
        ("<button aria-controls='w1'>x</button><div id='w1' hidden>a</div>", ["x", "a"]),
        ("<a href='#w1'>x</a><div id='w1' hidden>a</div><div id='w2' hidden>b</div>", ["x", "a"]),
        ("<div class='tablet-only' hidden>a</div>b", ["b"]),
        # navigation and contents
        ("<nav><ul><li><a href='#a'>Monday</a><li><a href='#b'>Friday</a></ul></nav>c", ["c"]),
        ("<div id='toc_container'><p>Contents</p><a href='#a'>Monday</a></div>c", ["c"]),
        (
            "<div class='ez table-of-contents'><a href='#a'>Monday</a><br><a href='#b'>Friday</a></div>c",
            ["c"],
        ),
        ("<div class='lwptoc'><a href='#a'>Monday</a></div>c", ["c"]),
        ("<nav><p>Monday</p><p>Snatch x 1</p></nav>", ["Monday", "Snatch x 1"]),  # no list of links
        (
            "<nav>Monday: <a href='#a'>rest</a><br><a href='#b'>Friday</a> too</nav>",
            ["Monday: rest", "Friday too"],
        ),
        ("<div class='stock'><a href='#a'>Monday</a></div>", ["Monday"]),
        # tags of page builders
        ('[vc_row][vc_column width="1/2"]a[/vc_column][/vc_row]b', ["a", "b"]),
        ("[et_pb_text _builder_version=&#8221;4&#8221;]a[/et_pb_text]", ["a"]),
        ("[caption id='x' align='left']a[/caption]b", ["a", "b"]),
        ("[fusion_text]a[/fusion_text][gallery]b", ["a", "b"]),
        (
            "[On the 9:00] a [5 x 3] [stay tall] [optional]",
            ["[On the 9:00] a [5 x 3] [stay tall] [optional]"],
        ),
        # signs of direction
        ("\u200eMonday\u200f \u202aa\u202c\u2066b\u2069", ["Monday ab"]),
    ],
)
def test_a_line_is_what_a_reader_of_the_page_sees(html: str, expected: list[str]) -> None:
    assert texts(html) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("@ <s>85-90%</s> 65-70%", [("@ 65-70%", ("85-90%",))]),
        ("<del>a</del> b <strike>c <b>d</b></strike>", [("b", ("a", "c d"))]),
        ("a <span style='text-decoration: line-through;'>b</span>", [("a", ("b",))]),
        ("<p>a</p><p style='text-decoration:line-through'>b</p><p>c</p>", [("a", ("b",)), ("c", ())]),
        ("<p>a</p><del><p>b</p><p>c</p></del><p>d</p>", [("a", ("b", "c")), ("d", ())]),
        ("<p><s>a</s></p><p>b</p>", [("b", ("a",))]),  # nothing stands above
        ("a <ins>b</ins>", [("a b", ())]),
        ("<s>a", []),
        ("a <s>b <s>c</s> d</s> e", [("a e", ("b c d",))]),
        ("<pre>a <s>b\nc</s> d</pre>", [("a", ("b",)), ("d", ("c",))]),
        ("<table><tr><td>a <s>b</s></td><td>c</td></tr></table>", [("a | c", ("b",))]),
    ],
)
def test_struck_out_words_stand_beside_the_line_and_not_in_it(
    html: str, expected: list[tuple[str, tuple[str, ...]]]
) -> None:
    assert struck(html) == expected


def test_links_of_a_line_keep_their_place_beside_struck_out_words() -> None:
    (line,) = read_lines("<s><a href='http://x/1'>a</a></s> b <a href='http://x/2'>c</a>")
    assert [(line.text[link.start : link.end], link.href) for link in line.links] == [("c", "http://x/2")]


ROWS = "<tr><td>Monday</td><td>A. Snatch x 1<br>B. Dips x 5</td></tr><tr><td>Friday</td><td>A. Jerk x 1</td></tr>"
COLUMNS = (
    "<tr><th>Monday</th><th>Friday</th></tr><tr><td>A. Snatch x 1</td><td>A. Jerk x 1</td></tr>"
    "<tr><td>B. Dips x 5</td></tr>"
)
OPEN = "<table><tr><td>Monday</td><td>open</td></tr><tr><td>Friday</td><td>closed</td></tr></table>"


@pytest.mark.parametrize(
    "html",
    [
        f"<table>{ROWS}</table>",
        f"<p>Plan</p><table><caption>The week</caption><tbody>{ROWS}</tbody></table><p>Enjoy</p>",
        f"<table>{ROWS.replace('<br>', '</p><p>').replace('A. Snatch', '<p>A. Snatch')}</table>",
        f"<table>{COLUMNS}</table>",
    ],
)
def test_a_table_that_lays_out_a_week_becomes_its_days(html: str) -> None:
    days = ["Monday", "A. Snatch x 1", "B. Dips x 5", "Friday", "A. Jerk x 1"]
    assert [text for text in texts(html) if text not in {"Plan", "The week", "Enjoy"}] == days
    assert [line.n for line in read_lines(html)] == list(range(len(texts(html))))


def test_a_cell_outside_the_days_stands_above_each_day_s_cell_of_its_row() -> None:
    by_columns = (
        "<table><tr><td></td><td>Monday</td><td>Friday</td></tr><tr><td>AM</td><td>Snatch x 1</td><td>Jerk x 1</td>"
        "</tr><tr><td>PM</td><td>Dips x 5</td><td></td></tr></table>"
    )
    by_rows = (
        "<table><tr><td></td><td>AM</td><td>PM</td></tr><tr><td>Monday</td><td>Snatch x 1</td><td>Dips x 5</td></tr>"
        "<tr><td>Friday</td><td>Jerk x 1</td><td></td></tr></table>"
    )
    days = ["Monday", "AM", "Snatch x 1", "PM", "Dips x 5", "Friday", "AM", "Jerk x 1"]
    assert texts(by_columns) == days
    assert texts(by_rows) == days


@pytest.mark.parametrize(
    "html",
    [
        "<table><tr><td>Set</td><td>Reps</td></tr><tr><td>1</td><td>5</td></tr></table>",
        OPEN,  # no work
        "<table><tr><td>Monday</td><td>Snatch x 1</td></tr></table>",  # one day
        f"<p>Monday</p><p>A. Dips x 5</p><table>{ROWS}</table>",  # Monday is headed outside it
    ],
)
def test_any_other_table_stays_a_line_a_row(html: str) -> None:
    assert any(" | " in text for text in texts(html))


def test_links_and_struck_out_words_go_with_their_cell() -> None:
    lines = read_lines(
        "<table><tr><td>Monday</td><td>A. <a href='http://x/v'>Snatch</a> x 1<br>Dips x <s>8</s> 5</td></tr>"
        "<tr><td>Friday</td><td>Jerk x 1</td></tr></table>"
    )
    assert [(link.start, link.href) for link in lines[1].links] == [(3, "http://x/v")]
    assert (lines[2].text, lines[2].struck) == ("Dips x 5", ("8",))


def test_struck_out_work_is_never_prescribed_and_is_said() -> None:
    html = "<p>Monday</p><p>A.</p><p>Snatch x 2 @ <s>85-90%</s> 65-70%</p><p><del>Back Squat x 3</del></p>"
    week = parse_post(post((), content=html))
    (block,) = week.sessions[0].segments[0].blocks
    assert [
        (exercise.load and exercise.load.pct and exercise.load.pct.max) for exercise in block.exercises
    ] == [70]
    assert [(found.code, found.line) for found in week.diagnostics] == [("struck_text", 2)]
    assert "85-90%" in week.diagnostics[0].message
    assert "Back Squat x 3" in week.diagnostics[0].message
