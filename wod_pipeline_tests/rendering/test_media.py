"""The view as text and as Markdown: the same facts, and a hostile post harmless in both."""

from __future__ import annotations

import html
import re
import textwrap
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from wod_pipeline.rendering import (
    BlockView,
    SegmentView,
    SessionView,
    as_lines,
    as_markdown,
    as_text,
    clean,
    escape_markdown,
    preamble_as_text,
    view_session,
)
from wod_pipeline.rendering._view import NoteView, TextRun
from wod_pipeline.training import Athlete, Rack, Weight
from wod_pipeline_tests.builders import raw_post, record_of, week_records
from wod_pipeline_tests.hostile import FORBIDDEN_CHARACTERS, hostile_record

BOLD, DIM, GREEN, YELLOW, RESET = "\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[33m", "\x1b[0m"
LIFTER = Athlete(Rack(), {("snatch", 1): Weight(Fraction(100), "kg")})
SESSION = (
    "*Sleep well.",
    "A. Speed",
    "Every 2 minutes, for 8 minutes (4 sets):",
    "Snatch x 2 reps @ 70% of 1-RM Snatch",
    "(no step forward)",
    "B.",
    "Two sets of:",
    "Dips x 6 reps",
    "Clean x 1 rep @ 80%",
)


def blocks_of(view: SessionView) -> list[BlockView]:
    segments = [item for item in view.items if isinstance(item, SegmentView)]
    return [item for segment in segments for item in segment.items if isinstance(item, BlockView)]


def view_of_note(*runs: TextRun) -> SessionView:
    """A session of nothing but this note."""
    return replace(view_session(record_of("A.", "Dips")), items=(NoteView(runs),))


def test_a_session_as_text() -> None:
    assert as_text(view_session(record_of(*SESSION), LIFTER)) == (
        "Monday 2 March 2026 — Monday\n"
        "March 2, 2026 - March 8, 2026 Gym Plan\n"
        "\n"
        "*Sleep well.\n"
        "\n"
        "A · Speed\n"
        "  Every 2:00 for 8:00 (4 sets)\n"
        "    Snatch, 2 reps, % of 1-RM Snatch\n"
        "      70% → 70 kg (25 a side)\n"
        "      (no step forward)\n"
        "\n"
        "B\n"
        "  2 sets\n"
        "    Dips, 6 reps\n"
        "    Clean, 1 rep, 80% of 1-RM Clean\n"
        "\n"
        "Some weights are missing: your 1-RM Clean is not given.\n"
    )


def test_a_session_as_markdown() -> None:
    assert as_markdown(view_session(record_of(*SESSION), LIFTER)) == (
        "### Monday 2 March 2026 — Monday\n"
        "\n"
        "*\\*Sleep well.*\n"
        "\n"
        "**A · Speed**\n"
        "\n"
        "- Every 2:00 for 8:00 (4 sets)\n"
        "  - **Snatch** 2 reps, % of 1-RM Snatch\n"
        "    - 70% → 70 kg (25 a side)\n"
        "    - *(no step forward)*\n"
        "\n"
        "**B**\n"
        "\n"
        "- 2 sets\n"
        "  - **Dips** 6 reps\n"
        "  - **Clean** 1 rep, 80% of 1-RM Clean\n"
        "\n"
        "> Some weights are missing: your 1-RM Clean is not given.\n"
    )


EVERYTHING = (
    "<p>Monday</p><p>A.</p><p>Move well.</p><p>Every 75 seconds, for 5 minutes (5 sets):</p>"
    '<p><a href="https://example.com/v">Snatch</a> x 2 reps @ 70% (<a href="https://example.com/x">see</a>)</p>'
    "<p>Clean x 1 rep @ 80% OR Power Clean x 2 reps @ 75%</p>"
    '<p>Read <a href="https://example.com/r">this</a> first.</p>'
    '<p>B.</p><p>5 Dips, 9 Lunges (<a href="https://example.com/w">how</a>)</p>'
)
"""A warning, notes on every level, an alternative, two exercises on a line, three links, missing weights."""


def test_everything_a_session_can_hold_as_text() -> None:
    assert as_text(view_session(record_of(content=EVERYTHING), LIFTER)) == (
        "Monday 2 March 2026 — Monday\n"
        "March 2, 2026 - March 8, 2026 Gym Plan\n"
        "\n"
        "A\n"
        "  ! The interval, the time and the number of sets do not agree. “Every 75\n"
        "    seconds, for 5 minutes (5 sets):”\n"
        "  Move well.\n"
        "  Every 1:15 for 5:00 (5 sets)\n"
        "    Snatch, 2 reps, % of 1-RM Snatch\n"
        "      70% → 70 kg (25 a side)\n"
        "      https://example.com/v\n"
        "      https://example.com/x\n"
        "    Clean, 1 rep, 80% of 1-RM Clean · or Power Clean, 2 reps, 75% of 1-RM Power\n"
        "      Clean\n"
        "    Read this (https://example.com/r) first.\n"
        "\n"
        "B\n"
        "  Dips, 5 reps · Lunges (how), 9 reps\n"
        "    https://example.com/w\n"
        "\n"
        "Some weights are missing: your 1-RM Clean is not given; your 1-RM Power Clean is\n"
        "  not given.\n"
    )


def test_everything_a_session_can_hold_as_markdown() -> None:
    assert as_markdown(view_session(record_of(content=EVERYTHING), LIFTER)) == (
        "### Monday 2 March 2026 — Monday\n"
        "\n"
        "**A**\n"
        "\n"
        "- **Note** The interval, the time and the number of sets do not agree. "
        "“Every 75 seconds, for 5 minutes (5 sets):”\n"
        "- *Move well.*\n"
        "- Every 1:15 for 5:00 (5 sets)\n"
        "  - **[Snatch](https://example.com/v)** 2 reps, % of 1-RM Snatch\n"
        "    - 70% → 70 kg (25 a side)\n"
        "    - [see](https://example.com/x)\n"
        "  - **Clean** 1 rep, 80% of 1-RM Clean · or **Power Clean** 2 reps, 75% of 1-RM Power Clean\n"
        "  - *Read [this](https://example.com/r) first.*\n"
        "\n"
        "**B**\n"
        "\n"
        "- **Dips** 5 reps · **[Lunges (how)](https://example.com/w)** 9 reps\n"
        "\n"
        "> Some weights are missing: your 1-RM Clean is not given; your 1-RM Power Clean is not given.\n"
    )


def test_each_kind_of_line_has_its_colour() -> None:
    lines = as_text(view_session(record_of(content=EVERYTHING), LIFTER), colour=True).splitlines()
    assert lines == [
        f"{BOLD}Monday 2 March 2026 — Monday{RESET}",
        f"{DIM}March 2, 2026 - March 8, 2026 Gym Plan{RESET}",
        "",
        f"{BOLD}A{RESET}",
        f"{YELLOW}  ! The interval, the time and the number of sets do not agree. “Every 75{RESET}",
        f"{YELLOW}    seconds, for 5 minutes (5 sets):”{RESET}",
        f"{DIM}  Move well.{RESET}",
        "  Every 1:15 for 5:00 (5 sets)",
        "    Snatch, 2 reps, % of 1-RM Snatch",
        f"{GREEN}      70% → 70 kg (25 a side){RESET}",
        f"{DIM}      https://example.com/v{RESET}",
        f"{DIM}      https://example.com/x{RESET}",
        "    Clean, 1 rep, 80% of 1-RM Clean · or Power Clean, 2 reps, 75% of 1-RM Power",
        "      Clean",
        f"{DIM}    Read this (https://example.com/r) first.{RESET}",
        "",
        f"{BOLD}B{RESET}",
        "  Dips, 5 reps · Lunges (how), 9 reps",
        f"{DIM}    https://example.com/w{RESET}",
        "",
        f"{YELLOW}Some weights are missing: your 1-RM Clean is not given; your 1-RM Power Clean is{RESET}",
        f"{YELLOW}  not given.{RESET}",
    ]


def test_a_line_is_80_characters_wide_and_never_less_than_20() -> None:
    view = view_session(record_of("A.", "Dips x 6 reps", "a " * 90))
    (block,) = blocks_of(view)
    for render in (as_text, lambda _, *width: [*as_lines(block, *width)]):
        assert render(view) == render(view, 80) != render(view, 81)
        assert render(view, 1) == render(view, 20) != render(view, 21)


def test_the_introduction_wraps_and_is_dim_like_every_note() -> None:
    (record,) = week_records(raw_post("Welcome.", "a " * 90, "Monday", "A.", "Dips x 6 reps")).records
    view = view_session(record)
    assert preamble_as_text(view, 200) == f"Welcome.\n{'a ' * 89}a\n"
    assert preamble_as_text(view) == preamble_as_text(view, 80) != preamble_as_text(view, 81)
    assert preamble_as_text(view, 1) == preamble_as_text(view, 20) != preamble_as_text(view, 21)
    assert preamble_as_text(view, 200, colour=True).startswith(f"{DIM}Welcome.{RESET}\n{DIM}a ")


def test_a_block_may_be_coloured_alone() -> None:
    (block,) = blocks_of(view_session(record_of("A.", "Dips x 6 reps", "Breathe.")))
    assert list(as_lines(block, colour=True)) == ["  Dips, 6 reps", f"{DIM}  Breathe.{RESET}"]


def test_only_sets_with_a_weight_are_green() -> None:
    rows = ("*Set 1 = 2 reps @ 70% of 1-RM Snatch", "*Set 2 = 2 reps @ RPE 7")
    (block,) = blocks_of(view_session(record_of("A.", "Two sets of:", "Snatch", *rows), LIFTER))
    assert list(as_lines(block, colour=True))[2:] == [
        f"{GREEN}      Set 1: 2 reps, 70% → 70 kg (25 a side){RESET}",
        "      Set 2: 2 reps, RPE 7",
    ]


def test_a_name_alone_ends_its_line_in_markdown() -> None:
    assert as_markdown(view_session(record_of("A.", "Dips"))).endswith("\n- **Dips**\n")


def test_a_link_without_words_shows_its_address_in_markdown() -> None:
    view = view_of_note(TextRun("See "), TextRun(" ", "https://example.com/a b"), TextRun("."))
    assert "*See [https\\://example.com/a b](https://example.com/a%20b).*" in as_markdown(view)


def test_a_note_that_shows_nothing_is_no_pair_of_stars_in_markdown() -> None:
    assert as_markdown(view_of_note()).splitlines()[1:] == ["", ""]


@pytest.mark.parametrize("width", [20, 40, 80])
def test_no_line_is_wider_than_asked(width: int) -> None:
    text = as_text(view_session(record_of(*SESSION, "Words that go on and on. " * 9), LIFTER), width)
    assert max(map(len, text.splitlines())) <= width


def test_colours_are_there_only_when_asked_for() -> None:
    view = view_session(record_of(*SESSION), LIFTER)
    assert "\x1b[" not in as_text(view)
    assert re.sub(r"\x1b\[\d*m", "", as_text(view, colour=True)) == as_text(view)


def test_the_introduction_is_printed_apart() -> None:
    (record,) = week_records(raw_post("Welcome.", "Monday", "A.", "Dips x 6 reps")).records
    assert preamble_as_text(view_session(record)) == "Welcome.\n"
    assert "Welcome" not in as_text(view_session(record))


# ------------------------------------------------------------------------------------------------ hostile
def test_a_hostile_post_is_harmless_in_a_terminal() -> None:
    text = as_text(view_session(hostile_record(), LIFTER))
    assert not FORBIDDEN_CHARACTERS & set(text)
    assert "<script>document.title = 'owned'</script>" in text, "shown, as the text it is"
    assert "javascript:" not in text.replace("](javascript:alert(1))", ""), "no link to it"
    assert len(text) < 10_000
    assert "(98,000 more characters)" in text


def test_a_hostile_post_is_harmless_in_markdown() -> None:
    markdown = as_markdown(view_session(hostile_record(), LIFTER))
    assert not FORBIDDEN_CHARACTERS & set(markdown)
    assert not re.search(r"<(?!/?br)[a-zA-Z/!]", markdown), "no tag"
    assert "&lt;script&gt;document.title = 'owned'&lt;/script&gt;" in markdown
    targets = re.findall(r"(?<!\\)\]\(([^)]*)\)", markdown)
    assert targets
    assert all(target.startswith("https://example.com/") for target in targets)
    assert not any(set(target) & set(' <>"') for target in targets)
    assert "\\*\\*bold\\*\\*" in markdown
    assert len(markdown) < 10_000


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("<b>", "&lt;b&gt;"),
        ("&lt;", "&amp;lt;"),
        ("[x](javascript:y)", "\\[x\\](javascript:y)"),
        ("1. first", "1\\. first"),
        ("30.5 m", "30.5 m"),
        ("- a list", "\\- a list"),
        ("# a heading", "\\# a heading"),
        ("a|b `c` *d* _e_ ~f~", "a\\|b \\`c\\` \\*d\\* \\_e\\_ \\~f\\~"),
        ("see https://a.example", "see `https`://a.example"),
        ("coach@gym.example", "coach`@`gym.example"),
        ("WWW.a.example HTTP://b", "`WWW`.a.example `HTTP`://b"),
        ("3 reps @ 70%", "3 reps @ 70%"),
        ("3@70.5%, 5@70", "3@70.5%, 5@70"),
        ("72.5 kg", "72.5 kg"),
        ("\\", "\\\\"),
    ],
)
def test_markdown_shows_exactly_the_characters(text: str, escaped: str) -> None:
    assert escape_markdown(text) == escaped


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mb", "a[31mb"),
        ("\u202eabc", "abc"),
        ("one\u2028two\nthree", "one two three"),
        ("e\u0301 é 🏋️ 漢", "e\u0301 é 🏋️ 漢"),
        ("\ud800x", "x"),
    ],
)
def test_clean_takes_out_only_what_steers(text: str, shown: str) -> None:
    assert clean(text) == shown


@pytest.mark.parametrize("text", ["https://a.example/x", "http://a.example/x/", "a.example/x"])
def test_an_address_that_is_its_own_text_is_not_repeated_in_a_note(text: str) -> None:
    record = record_of(
        content=f'<p>Monday</p><p>A.</p><p>Dips x 5</p><p>See <a href="https://a.example/x">{text}</a></p>'
    )
    assert f"  See {text}\n" in as_text(view_session(record))


@given(st.text(st.sampled_from("ab  \t\n\x85\u00a0\u2028-é💪"), max_size=60), st.integers(20, 70))
def test_a_line_that_fits_is_laid_out_as_textwrap_does(text: str, width: int) -> None:
    block = BlockView("", (NoteView((TextRun(text),)),))
    expected = textwrap.wrap(text, width, initial_indent="  ", subsequent_indent="    ")
    assert list(as_lines(block, width)) == expected


DAGSTER_LINKS = re.compile(r"(?i)(https?://|www(?=\.))[-.\w]+|[-.\w+]+@[-\w]+(?:\.[-\w]+)*\.[-\w]*[A-Za-z]")
"""What Dagster's UI makes a link of, in each piece of text that is neither code nor a link already."""


@pytest.mark.parametrize(
    "text",
    [
        "http://a.example",
        "see HTTPS://a.example",
        "www.a.example",
        "(me@a.example)",
        "x@1.a.example",
        "a_b@c.de",
    ],
)
def test_an_address_in_the_text_of_a_post_is_no_link_in_the_ui_but_a_link_of_the_post_is(text: str) -> None:
    assert DAGSTER_LINKS.search(text)
    content = f'<p>Monday</p><p>A.</p><p>Dips x 5</p><p>{text} <a href="https://b.example/x">video</a></p>'
    markdown = as_markdown(view_session(record_of(content=content)))
    assert "[video](https://b.example/x)" in markdown
    pieces = re.split(r"`[^`]*`|\[[^]]*\]\([^)]*\)", markdown)
    read = [html.unescape(re.sub(r"\\(\W|_)", r"\1", piece)) for piece in pieces]
    assert not any(map(DAGSTER_LINKS.search, read))
