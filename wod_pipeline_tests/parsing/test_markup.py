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


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        # a style says what its last declaration says
        ("<p style='display:none;display:block'>a</p>b", ["a", "b"]),
        ("<p style='/*display:none*/color:red'>a</p><p style='--display:none'>b</p>", ["a", "b"]),
        ("<p style='content-visibility:hidden'>a</p><p style='display:nonexistent'>b</p>", ["a", "b"]),
        ("<p style='DISPLAY : none!important;display:block'>a</p>b", ["b"]),
        # an element may do more than one thing
        ("<pre style='display:none'>a</pre>b<pre hidden>c</pre>", ["b"]),
        # ids may be named by a whole address, encoded, or with others
        ("<a href='https://coach.example/w/#w1'>x</a><div id=w1 hidden>a</div>", ["x", "a"]),
        ("<a href='#m%C3%B6n'>x</a><div id='m\u00f6n' hidden>a</div>", ["x", "a"]),
        ("<i aria-controls='w1 w2'>x</i><div id=w2 hidden>a</div>", ["x", "a"]),
        ("<i data-bs-target='#w1'>x</i><div id=w1 hidden>a</div>", ["x", "a"]),
        # the mark of a footnote is no figure of the work; a raised ordinal is a word's end
        ("Dips x 2<sup data-fn='n' class='fn'><a href='#n' id='n-link'>1</a></sup>", ["Dips x 2"]),
        ("Dips x 2<a href='#n'><sup>[1]</sup></a> slowly", ["Dips x 2 slowly"]),
        ("June 1<sup>st</sup> <sup><a href='#n'>see below</a></sup>", ["June 1st see below"]),
        # words in square brackets are text, those of a builder are not
        ("Row [video] x 2 [row] [optional] [/side]", ["Row [video] x 2 [row] [optional] [/side]"]),
        ("[row]a[column]b[/column][/row]c", ["a", "b", "c"]),
        ("[vc_row\n el_class='x']a", ["a"]),
    ],
)
def test_a_line_is_what_a_browser_would_show(html: str, expected: list[str]) -> None:
    assert texts(html) == expected


@pytest.mark.parametrize(
    "html",
    [
        "a <span style='white-space:pre-wrap;text-decoration:line-through'>b</span>",
        "a <span style='text-decoration:underline line-through;white-space:pre'>b</span>",
        "a <span style='text-decoration-line:line-through !important'>b</span>",
        "a<pre style='text-decoration:line-through'>b</pre>",
        "a<div class='tab' style='display:none;text-decoration:line-through'>b</div>",
        "a<p>\u2022 <s>b</s></p>",
        "a<p>(<s>b</s>).</p>",
    ],
)
def test_struck_out_words_are_not_text_whatever_else_is_said_of_them(html: str) -> None:
    assert struck(html) == [("a", ("b",))]


def test_what_is_struck_out_of_contents_goes_with_them() -> None:
    assert struck("a<nav><a href='#x'>Friday <s>b</s></a></nav><p>c</p>") == [("a", ()), ("c", ())]


WORK = "<p>A.</p><p>Snatch 5 x 2</p>"
TABS = {
    "buttons": (
        "<button role=tab aria-controls=t1>Monday</button><button role=tab aria-controls=t2>Friday</button>"
        f"<div id=t1 role=tabpanel>{WORK}</div><div id=t2 role=tabpanel style='display:none'>{WORK}</div>"
    ),
    "links": (
        "<ul><li><a href='#t1'>Monday</a></li><li><a href='#t2'>Friday</a></li></ul>"
        f"<div id=t1>{WORK}</div><div id=t2>{WORK}</div>"
    ),
    "classes": (
        "<ul><li class='et_pb_tab_0'>Monday</li><li class='et_pb_tab_1'>Friday</li></ul>"
        f"<div class='et_pb_tab et_pb_tab_0'>{WORK}</div><div class='et_pb_tab et_pb_tab_1'>{WORK}</div>"
    ),
    "tags": (
        f"<p>[vc_tta_tabs][vc_tta_section title=&#8221;Monday&#8221; tab_id=&#8221;1&#8221;]{WORK}[/vc_tta_section]"
        f"[vc_tta_section title='Friday' tab_id='2']{WORK}[/vc_tta_section][/vc_tta_tabs]"
    ),
}


@pytest.mark.parametrize("html", TABS.values(), ids=TABS)
def test_the_title_of_a_tab_heads_what_the_tab_opens(html: str) -> None:
    assert texts(html) == ["Monday", "A.", "Snatch 5 x 2", "Friday", "A.", "Snatch 5 x 2"]


LINKS = "<a href='#t1'>Monday</a><br><a href='#t2'>Friday</a>"


@pytest.mark.parametrize(
    "html",
    [
        f"{LINKS}<h2 id=t1>Monday</h2>{WORK}<h2 id=t2>Friday</h2>{WORK}",  # contents
        f"{LINKS}<div id=t1><p>June 1</p><p>Monday</p>{WORK}</div><div id=t2><p>Friday</p>{WORK}</div>",
        f"{LINKS}<p>Enjoy</p><div id=t1>{WORK}</div><div id=t2>{WORK}</div>",  # no tabs of these panels
        f"<p>Monday<a href='#t1'>*</a></p><p>Friday</p>{WORK}<p id=t1>x</p>",  # not all of the line
    ],
)
def test_a_link_that_is_no_title_of_a_tab_stays_where_it_is(html: str) -> None:
    assert [text.strip("*") for text in texts(html)[:2]] == ["Monday", "Friday"]


@pytest.mark.parametrize(
    "html",
    [
        f"<p>Monday</p><div class='collapseomatic_content' style='display:none'>{WORK}</div>",
        f"<div class='tabcontent' style='display:none'><h3>Monday</h3>{WORK}</div>",
    ],
)
def test_hidden_text_that_holds_all_the_work_is_read(html: str) -> None:
    assert texts(html) == ["Monday", "A.", "Snatch 5 x 2"]


def test_hidden_days_with_most_of_the_work_are_read() -> None:
    panels = "".join(f"<div hidden><p>{day}</p>{WORK}</div>" for day in ("Wednesday", "Friday"))
    assert texts(f"<p>Monday</p>{WORK}{panels}").count("Snatch 5 x 2") == 3


def test_less_hidden_work_or_such_without_a_day_is_no_text() -> None:
    week = f"<p>Monday</p>{WORK}"
    assert "Friday" not in texts(f"{week}<div hidden><p>Friday</p>{WORK}</div>")
    assert texts(f"{week}<div hidden>{WORK}{WORK}</div>") == texts(week)


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
