"""What holds for any input whatever: nothing raises, nothing is lost, the contract is kept, time is linear."""

from __future__ import annotations

import itertools
import json
import random
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import wod_pipeline.parsing as parsing
from wod_pipeline.bounds import CHARACTERS_READ, LINES_READ
from wod_pipeline.parsing import outline_post, parse_post, read_lines, read_post, structure_post, week_of
from wod_pipeline.parsing._text import MAX_MATCHED, words
from wod_pipeline.program import ParsedPost
from wod_pipeline_tests.builders import raw_post
from wod_pipeline_tests.parsing.reading import post

SCHEMA = json.loads((Path(parsing.__file__).with_name("week.schema.json")).read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])

WORDS = """
    Monday Tuesday Sun Day Session AM PM Rest Off A. B) C: B1. Part Event Warm-Up Conditioning: Optional Every EMOM
    E2MOM On the minute, minutes seconds for sets of rounds AMRAP For time: Tabata In build to a find 3-RM heavy
    single With empty bar: Time Cap: Followed by… Then: until clock reaches mark Snatch Clean & Jerk + Squat Dips
    Rows Pull-Ups x X × @ % of 1-RM your @70% 75-80% 101%+ (light) (each leg) /side 95/65 lbs kg BW RPE RIR same load
    as last week more than less Set Sets Attempt 1 2-3 4 5-3-1 21-15-9 9:00 1:30 1/2 ½ = – - * • | or OR and with
    pause at knee 2011 20X1 stay below start work up Max Reps Calories 400m ft miles yards , ( ) [ ] : ; . ! 🔥 one
    twenty zwölf 9999999999 ٣ the
"""
LINES = st.lists(st.sampled_from(words(WORDS)), min_size=1, max_size=12).map(" ".join)
TEXTS = st.lists(LINES | st.text(max_size=60), max_size=25)
TAGS = """
    <p> </p> <br> <br/> <div> </div> <table> <tr> <td> </td> </tr> </table> <li> <script> </script> <!-- -->
    <template> </template> <head> <title> </title> &nbsp; &amp; &#8217; &# < > " ' <![CDATA[
    ]]> <? <b> </i> <a/> </ </a> <pre> </pre> <s> </s> <del> </del> <nav> </nav> <details> </details> [vc_row]
    [/vc_row] [caption [ ] <th> <ul> </ul>
"""
STYLED = (
    """
    <a href='http://x'>|<a href='#w'>|<p hidden>|<div id='w' style='display:none'>|<div class='toc'>|\u200f|Monday
    <span style='text-decoration:line-through'>|<p style='white-space:pre'>|<div role=tabpanel hidden>|<td>Friday</td>
    <tr><td>Monday<td>Snatch x 1<tr><td>Friday<td>Dips x 5|<tr><td rowspan=3>Monday<td>Snatch x 1<tr><td colspan=2>
    <table><tr><td>Monday<td><s>Friday</s><tr><td>Dips x 5<br><s>Rows x 8</s><td>|<td rowspan=2 colspan=9>|</span>
    <table><tr><th colspan=2>Week 1<tr><th>Monday<th>Friday<tr><td>Snatch x 1<td>Dips x 5|<tr style='display:none'>
    <button role=tab aria-controls='w'>Monday</button>|<a href='https://x/#w'>Friday</a>|<div id=w>|<pre hidden>
    <span style='white-space:pre-wrap;text-decoration:underline line-through !important'>|<tr style='text-decoration:
    [vc_tta_section title="Monday" tab_id="1"]|[/vc_tta_section]|[row]|[/row]|[60 kg]|<li class='et_pb_tab_0'>|<ins>
    <div class='et_pb_tab_0'>|<details><summary>|<div class='elementor-tab-content' style='display:none;color:red'>
    line-through'>|<s><p>|<div class=tabcontent style='display:none'>Monday<p>A. Snatch 5 x 2</div>|</del>|<pre><s>
""".strip()
    .replace("\n", "|\n")
    .split("|")
)
MARKUP = st.lists(
    st.sampled_from([*words(TAGS), *STYLED, "\n"]) | LINES | st.text(max_size=20), max_size=40
).map("".join)


def week_of_html(html: str, **fields: Any) -> ParsedPost:
    return parse_post(post((), content=html, **fields))


def check_kept(week: ParsedPost) -> None:
    """The ParsedPost is valid by the contract, and every line is owned once by a node whose span holds it."""
    written = json.loads(msgspec.json.encode(week))
    errors = [f"{list(error.absolute_path)}: {error.message}" for error in VALIDATOR.iter_errors(written)]
    assert errors == []
    assert [line["n"] for line in written["lines"]] == list(range(len(written["lines"])))
    for line in written["lines"]:
        first, last = resolve(written, line["owner"])["lines"]
        assert first <= line["n"] <= last, line
    for session in written["sessions"]:
        check_apart(session)


def resolve(node: Any, pointer: str) -> Any:
    for step in pointer.split("/")[1:]:
        node = node[int(step)] if isinstance(node, list) else node[step]
    return node


def check_apart(node: dict[str, Any]) -> None:
    """Siblings are in reading order and do not overlap, except exercises and rows that share one line."""
    for name in ("segments", "blocks", "exercises", "set_rows"):
        children = node.get(name, [])
        for before, behind in itertools.pairwise(children):
            shared = name in {"exercises", "set_rows"} and before["lines"][1] == behind["lines"][0]
            assert before["lines"][1] < behind["lines"][0] or shared, (name, before["lines"], behind["lines"])
        for child in children:
            assert node["lines"][0] <= child["lines"][0] <= child["lines"][1] <= node["lines"][1]
            check_apart(child)


@QUICK
@given(TEXTS)
def test_any_lines_are_kept_and_owned_once(lines: list[str]) -> None:
    check_kept(parse_post(post(lines)))


@QUICK
@given(TEXTS)
def test_any_lines_below_a_heading_are_kept_and_owned_once(lines: list[str]) -> None:
    check_kept(parse_post(post(["Monday", "A.", "Snatch x 1", *lines])))


@QUICK
@given(MARKUP)
def test_any_markup_is_read_without_an_exception(html: str) -> None:
    check_kept(week_of_html(html))


@QUICK
@given(st.text(max_size=80), st.text(max_size=60), st.text(max_size=25), st.text(max_size=30))
def test_any_title_slug_and_date_give_a_week(title: str, slug: str, date: str, modified: str) -> None:
    raw = raw_post(date=date, modified=modified, slug=slug, title=title, content="")
    assert week_of(raw).weekday() == 0
    parse_post(raw)


@QUICK
@given(TEXTS)
def test_reading_twice_gives_equal_bytes(lines: list[str]) -> None:
    raw = post(lines)
    assert msgspec.json.encode(parse_post(raw)) == msgspec.json.encode(parse_post(raw))


@QUICK
@given(TEXTS)
def test_the_stages_in_a_row_survive_storage_in_between(lines: list[str]) -> None:
    raw = post(lines)
    plain = read_post(raw)
    again = msgspec.json.decode(msgspec.json.encode(plain), type=type(plain))
    outlined = outline_post(again)
    outlined = msgspec.json.decode(msgspec.json.encode(outlined), type=type(outlined))
    assert structure_post(outlined) == parse_post(raw)


def shuffled_lines(seed: int) -> list[str]:
    """A plausible post whose lines come in any order."""
    known = """
Monday\nFriday (Session Two)\nAM\nA.\nB1. Dips 3 x 8\nWarm-Up\nEvery 2 minutes, for 8 minutes:\nFollowed by…
Rest 2 minutes, then:\nThree sets of:\nSnatch + Jerk x 1 rep @ 70%\nSquat\n*Set 1 = 3 reps @ 70%\n70% x 3, 75% x 2
Set | Reps | %\n1 | 5 | 70%\n(stay tall)\nRest 60 seconds\nRest as needed between sets\n9 Dips or 9 Rows\nOR
AMRAP 7: 5 Dips, 5 Rows\n15-12-9\nFor time:\nTime Cap: 9 Minutes\nBuild over the sets.\nTabata Sit-Ups\n3 x 8
20 seconds on\nWith empty bar:\n5 Press\nIn 9 minutes, find a 2-RM Jerk\nStay under 60%\nMinute 2 – Dips x 6 reps
4 sets of 3 reps @ 70%\nBuild to a 3-RM
""".strip().split("\n")
    return random.Random(seed).choices(known, k=40)


@pytest.mark.parametrize("seed", range(150))
def test_plausible_lines_in_any_order_are_kept_and_owned_once(seed: int) -> None:
    check_kept(parse_post(post(["Monday", *shuffled_lines(seed)])))


BETWEEN = ("Followed by…", "Rest 2 minutes, then:", "Rest 60 seconds", "(stay tall)", "B. Squat")


@pytest.mark.parametrize("first", BETWEEN)
def test_connectors_rests_and_notes_in_any_order_below_an_exercise_are_kept_and_owned_once(
    first: str,
) -> None:
    for following in itertools.product(BETWEEN, repeat=3):
        check_kept(parse_post(post(["Monday", "A.", "Dips x 6 reps", first, *following])))


def test_a_rest_between_connectors_above_a_label_stays_in_the_segment_above() -> None:
    lines = ("Dips x 6 reps", "Followed by…", "Rest 60 seconds", "Followed by…", "B.", "Squat x 5 reps")
    parsed = parse_post(post(["Monday", "A.", *lines]))
    assert [line.owner for line in parsed.lines[3:7]] == [
        "/sessions/0/segments/0/blocks/1",
        "/sessions/0/segments/0/blocks/1",
        "/sessions/0/segments/1",
        "/sessions/0/segments/1",
    ]


HUGE = {
    "one long line": "Squat x 5 " * 10_000,
    "one long word": "a" * 100_000,
    "digits": "9" * 100_000,
    "brackets": "(" * 100_000,
    "dashes and numbers": "5-" * 50_000,
    "plus signs": "Clean + " * 12_500,
    "commas": "Dips, " * 16_000,
    "spaces": "Squat" + " " * 100_000 + "x 5",
    "nested elements": "<div>" * 500 + "Squat" + "</div>" * 500,
    "a megabyte of lines": "<p>Back Squat x 5 reps @ 70-75% of your 1-RM Back Squat</p>\n" * 15_000,
    "thousands of different lines": "".join(
        f"<p>Dips x {n} reps, {n}% of 1-RM Snatch</p>" for n in range(4_000)
    ),
    "a megabyte of open tags": "<a " * 333_000,
    "a megabyte of less-than": "<" * 1_000_000,
    "a megabyte of cells": "<tr><td>" * 100_000,
    "a megabyte of comments": "<!--" * 250_000,
    "a megabyte of links": "<a href='http://x'>y</a> " * 40_000,
}


@pytest.mark.parametrize("name", HUGE)
def test_every_line_of_huge_input_is_kept_and_owned(name: str) -> None:
    parsed = week_of_html(HUGE[name])
    visible = read_lines(HUGE[name])
    texts, kept = ([line.text for line in lines] for lines in (visible, parsed.lines))
    is_cut = [found.code for found in parsed.diagnostics].count("post_cut")
    if texts != kept:
        assert is_cut
        assert "\n".join(texts).startswith("\n".join(kept))
        assert len(kept) == LINES_READ.most or sum(map(len, kept)) == CHARACTERS_READ.most
    assert is_cut == (texts != kept or name == "a megabyte of links")
    written = json.loads(msgspec.json.encode(parsed))
    for line in written["lines"]:
        first, last = resolve(written, line["owner"])["lines"]
        assert first <= line["n"] <= last, line


@pytest.mark.parametrize("length", [MAX_MATCHED, MAX_MATCHED + 1])
def test_a_line_at_the_limit_of_matching_is_kept_whole(length: int) -> None:
    for piece in (
        "Clean + ",
        "5-",
        "1 x ",
        "(a",
        "70% x 4, ",
        "with pause at ",
        "Sets 1-2, ",
        "rest 1 ",
        "of the ",
        "@ ",
    ):
        line = (piece * length)[:length].strip()
        parsed = week_of_html(f"<p>Monday</p><p>{line}</p>")
        check_kept(parsed)
        assert parsed.lines[-1].text == line


@given(MARKUP)
@settings(max_examples=100, deadline=None)
def test_line_numbers_run_from_zero_and_text_is_trimmed(html: str) -> None:
    lines = read_lines(html)
    assert [line.n for line in lines] == list(range(len(lines)))
    for line in lines:
        assert line.text == line.text.strip(" ")
        assert line.text
        for link in line.links:
            inner = line.text[link.start : link.end]
            assert inner
            assert inner == inner.strip(" ")
