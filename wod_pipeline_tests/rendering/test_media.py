"""The view as text and as Markdown: the same facts, and a hostile post harmless in both."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest

from wod_pipeline.rendering import (
    as_markdown,
    as_text,
    clean,
    escape_markdown,
    preamble_as_text,
    view_session,
)
from wod_pipeline.training import Athlete, Rack, Weight
from wod_pipeline_tests.builders import raw_post, record_of, week_records
from wod_pipeline_tests.hostile import FORBIDDEN_CHARACTERS, hostile_record

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


def test_a_session_as_text() -> None:
    assert as_text(view_session(record_of(*SESSION), LIFTER)) == (
        "Monday 2 March 2026 — Monday\n"
        "March 2, 2026 - March 8, 2026 Gym Plan\n"
        "\n"
        "*Sleep well.\n"
        "\n"
        "A · Speed\n"
        "  Every 2:00 for 8:00 (4 sets)\n"
        "    Snatch, 2 reps\n"
        "      70% of 1-RM Snatch → 70 kg (25 a side)\n"
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
        "  - **Snatch** 2 reps\n"
        "    - 70% of 1-RM Snatch → 70 kg (25 a side)\n"
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
        ("see https://a.example", "see https\\://a.example"),
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
