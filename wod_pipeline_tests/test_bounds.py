"""Bounds on a post at their edges: one below, at the bound, one above; what is met is said, what is kept is whole."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from wod_pipeline.bounds import (
    CHARACTERS_READ,
    CHARACTERS_SHOWN,
    EXERCISES_IN_BLOCK,
    INTRODUCTION_LINES,
    LINE_SHOWN,
    LINES_READ,
    LINES_SHOWN,
    LINKS_READ,
    REMARKS_KEPT,
    SESSIONS_READ,
    Bound,
)
from wod_pipeline.parsing import parse_post, read_post
from wod_pipeline.program import ParsedPost, Rendered, SessionRecord
from wod_pipeline.quality import Case, cut_posts, judge
from wod_pipeline.reading.answers import session_answers
from wod_pipeline.records import records_of
from wod_pipeline.rendering import as_markdown, as_text, view_session
from wod_pipeline_tests import limits_page
from wod_pipeline_tests.builders import parsed_weekly, raw_post, record_of, week_records

AROUND = (-1, 0, 1)
DAY = ("Monday", "A.", "5 sets of:", "Back Squat x 3 reps @ 70%")


def codes(post: ParsedPost) -> list[str]:
    return [found.code for found in post.diagnostics]


def post_cut(post: ParsedPost) -> str:
    """What is not read of the post; empty when all of it is."""
    messages = [found.message for found in post.diagnostics if found.code == "post_cut"]
    return "".join(messages).removeprefix("The post is too long to be read whole: ").partition(" not read")[0]


def test_the_page_of_limits_is_made_from_the_bounds() -> None:
    assert limits_page.PAGE.read_text(encoding="utf-8") == limits_page.page()


@pytest.mark.parametrize("more", AROUND)
def test_a_post_is_read_to_its_bound_of_lines(more: int) -> None:
    lines = [*DAY, *["Breathe."] * (LINES_READ.most + more - len(DAY))]
    post = raw_post(*lines)
    parsed = parse_post(post)
    assert len(parsed.lines) == min(len(lines), LINES_READ.most)
    assert post_cut(parsed) == ("1 more line" if more > 0 else "")
    assert post.content.rendered.count("Breathe.") == len(lines) - len(DAY)


@pytest.mark.parametrize("more", AROUND)
def test_a_post_is_read_to_its_bound_of_characters(more: int) -> None:
    above = sum(map(len, DAY))
    text = "x" * (CHARACTERS_READ.most - above + more)
    parsed = parse_post(raw_post(*DAY, text))
    assert sum(len(line.text) for line in parsed.lines) == min(above + len(text), CHARACTERS_READ.most)
    assert post_cut(parsed) == ("1 more character" if more > 0 else "")


@pytest.mark.parametrize("more", AROUND)
def test_a_post_keeps_its_words_and_the_first_links(more: int) -> None:
    number = LINKS_READ.most + more
    linked = "".join(f'<p><a href="https://v.example/{n}">see {n}</a></p>' for n in range(number))
    plain = read_post(raw_post(content=Rendered(linked)))
    assert sum(len(line.links) for line in plain.lines) == min(number, LINKS_READ.most)
    assert plain.lines[-1].text == f"see {number - 1}"
    assert plain.unread == (["1 more link"] if more > 0 else [])


@pytest.mark.parametrize("more", AROUND)
def test_a_post_is_read_to_the_heading_behind_its_last_session(more: int) -> None:
    number = SESSIONS_READ.most + more
    parsed = parse_post(raw_post(*[line for _ in range(number) for line in DAY]))
    assert len(parsed.sessions) == min(number, SESSIONS_READ.most)
    assert len(parsed.lines) == len(parsed.sessions) * len(DAY)
    assert post_cut(parsed) == ("1 more session" if more > 0 else "")


@pytest.mark.parametrize("more", AROUND)
def test_exercises_beyond_those_of_a_block_are_notes(more: int) -> None:
    lines = [f"Back Squat x {n} reps" for n in range(1, EXERCISES_IN_BLOCK.most + more + 1)]
    record = record_of("A.", "5 sets of:", *lines, "B.", "Front Squat x 3 reps")
    (first, second) = (segment.blocks[0] for segment in record.segments)
    assert len(first.exercises) == min(len(lines), EXERCISES_IN_BLOCK.most)
    assert len(first.notes) == max(more, 0)
    assert len(second.exercises) == 1, "the next block is read"
    found = [(d.code, record.lines[d.line or 0].text) for d in record.diagnostics if d.code == "block_cut"]
    assert found == [("block_cut", lines[-1])] * max(more, 0)


@pytest.mark.parametrize("more", AROUND)
def test_the_first_remarks_on_lines_are_kept(more: int) -> None:
    number = REMARKS_KEPT.most + more
    lines = [line for n in range(number) for line in ("5 sets of:", f"Flumble x {n + 1} reps")]
    parsed = parse_post(raw_post("Monday", *lines))
    assert codes(parsed).count("unknown_movement") == min(number, REMARKS_KEPT.most)
    said = [found.message for found in parsed.diagnostics if found.code == "remarks_cut"]
    assert said == (["1 more remark on lines of the post are left out."] if more > 0 else [])


@pytest.mark.parametrize("more", AROUND)
def test_sessions_carry_the_first_lines_of_the_introduction(more: int) -> None:
    number = INTRODUCTION_LINES.most + more
    introduction = [f"Welcome {n}" for n in range(number)]
    post = raw_post(*introduction, *DAY)
    (record,) = week_records(post).records
    assert len(record.preamble) == min(number, INTRODUCTION_LINES.most)
    assert len(parse_post(post).preamble) == number
    assert ("introduction_cut" in codes(parse_post(post))) == (more > 0)


def test_a_post_that_trains_only_beyond_the_bound_says_so() -> None:
    parsed = parse_post(raw_post(*["Breathe."] * LINES_READ.most, *DAY))
    assert codes(parsed) == ["not_a_programme", "post_cut"]
    assert post_cut(parsed) == "4 more lines"


# ---------------------------------------------------------------------------------------------------- shown
def shown_lines(record: SessionRecord) -> int:
    """Lines of the session in its view, its heading included."""
    view = view_session(record)
    return 1 + sum(len(item.as_written) for item in view.items if hasattr(item, "as_written"))


@pytest.mark.parametrize("more", AROUND)
def test_a_session_is_shown_to_its_bound_of_lines(more: int) -> None:
    number = LINES_SHOWN.most + more
    record = record_of(*DAY[1:], *(f"Breathe, {n}." for n in range(number - len(DAY))))
    assert len(record.lines) == number
    assert shown_lines(record) == min(number, LINES_SHOWN.most)
    sentence = "1 more line of this session is not shown here."
    for text in (
        as_text(view_session(record), 200),
        as_markdown(view_session(record)).replace("\\", "").replace("`", ""),
    ):
        assert (sentence in text) == (more > 0)
        assert (f"{sentence} All of it is in the post: https://coach.example/1/" in text) == (more > 0)
    assert view_session(record).is_cut == (more > 0)
    assert not view_session(record, whole=True).is_cut
    (answer,) = session_answers([record], None)
    assert not answer.view.is_cut, "the API has all of it"


@pytest.mark.parametrize("more", AROUND)
def test_a_session_is_shown_to_its_bound_of_characters(more: int) -> None:
    above = sum(map(len, DAY))
    room = CHARACTERS_SHOWN.most - above
    number, rest = divmod(room, LINE_SHOWN.most)
    record = record_of(*DAY[1:], *["x" * LINE_SHOWN.most] * number, "y" * (rest + more), "Breathe.")
    assert shown_lines(record) == len(record.lines) - (2 if more > 0 else 1)


@pytest.mark.parametrize("more", AROUND)
def test_a_long_line_says_how_much_more_there_is(more: int) -> None:
    record = record_of(*DAY[1:], "x" * (LINE_SHOWN.most + more))
    assert ("x… (1 more character)" in as_text(view_session(record), 5_000)) == (more > 0)
    assert view_session(record).is_cut == (more > 0)


@pytest.mark.parametrize(("bound", "lines"), [(LINES_READ, 1), (LINES_READ, 3_000)])
def test_a_check_warns_of_a_post_beyond_the_bounds(bound: Bound, lines: int) -> None:
    value = week_records(raw_post(*DAY, *["Breathe."] * (bound.most - len(DAY) + lines)))
    verdicts = {verdict.claim: verdict for verdict in judge(Case(value))}
    assert not verdicts["every_post_is_read_whole"].passed
    assert verdicts["every_post_is_read_whole"].says == "1 post goes beyond the bounds of what is read."


def test_a_post_without_a_session_that_is_not_read_whole_fails_its_check() -> None:
    parsed = replace(parse_post(raw_post(*DAY, *["Breathe."] * LINES_READ.most)), sessions=[])
    case = Case(records_of(parsed_weekly(parsed)), cut=tuple(cut_posts(parsed_weekly(parsed))))
    (verdict,) = [each for each in judge(case) if each.claim == "every_post_is_read_whole"]
    assert not verdict.passed
    assert "4 more lines not read" in str(verdict.rows)
