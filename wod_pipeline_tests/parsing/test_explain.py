"""One line explained: its steps, its role, its nodes, and what was left unread."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wod_pipeline.parsing import explain_line
from wod_pipeline_tests.parsing.test_any_input import LINES

ROOT = Path(__file__).parents[2]
PAGES = "".join(
    (ROOT / page).read_text(encoding="utf-8") for page in ("README.md", "docs/notation.md", "CONTRIBUTING.md")
)
TRANSCRIPTS = re.findall(
    r'```console\n\$ (?:\.venv/bin/)?wod explain "([^"\n]*)"\n(.*?)```', PAGES, re.DOTALL
)


@pytest.mark.parametrize(("line", "shown"), TRANSCRIPTS, ids=[line for line, _ in TRANSCRIPTS])
def test_a_transcript_in_the_docs_is_what_the_command_prints(line: str, shown: str) -> None:
    assert explain_line(line).render() == shown.rstrip("\n")


def test_readme_and_notation_show_the_command() -> None:
    assert len(TRANSCRIPTS) >= 3


@pytest.mark.parametrize(
    ("line", "role"),
    [
        ("Friday (Session Two)", "heading"),
        ("B2. Dips 3 x 8", "label"),
        ("Followed by…", "connector"),
        ("Rest 90 seconds", "rest"),
        ("*Sets 2-3 = 4 reps @ 70%", "set_row"),
        ("Every 2 minutes, for 10 minutes (5 sets):", "scheme"),
        ("Dips x 8", "movement"),
        ("Trust the process", "note"),
    ],
)
def test_the_role_is_what_the_line_is_in_its_place(line: str, role: str) -> None:
    assert explain_line(line).role == role


def test_every_step_is_named_with_its_result() -> None:
    steps = {step.name: step.result for step in explain_line("• THREE Sets Of:").steps}
    assert steps["lower case"] == "• three sets of:"
    assert steps["numbers as digits, no emoji, bullets, stray spaces"] == "3 sets of:"
    assert steps["scheme?"] == 'scheme sets, sets {"min": 3, "max": 3}'
    assert steps["movements?"] == "no"


def test_lines_above_give_a_set_row_its_exercise() -> None:
    found = explain_line("Set 2 – 70%", above=["Three sets of:", "Snatch"])
    row = found.nodes[-1]["exercise"]["set_rows"][0]
    assert (row["from"], row["load"]["ref"]["movement_id"]) == (2, "snatch")
    assert [item.code for item in found.diagnostics] == ["set_rows_gap"]


def test_what_was_left_unread_is_underlined() -> None:
    found = explain_line("Clean x 1 @ 80% feeling snappy")
    assert [found.line[start:end] for start, end in found.unread] == ["feeling snappy"]
    assert found.render().split("\n")[:2] == [
        "Clean x 1 @ 80% feeling snappy",
        "                ~~~~~~~ ~~~~~~",
    ]


def test_nothing_of_a_note_is_read_and_all_of_a_plain_movement() -> None:
    assert explain_line("Be brave").unread == ((0, 8),)
    assert explain_line("Dips x 8 reps each side").unread == ()


@given(LINES | st.text(max_size=300))
@settings(max_examples=100, deadline=None)
def test_any_line_is_explained_within_eighty_columns(line: str) -> None:
    assert all(len(row) <= 80 for row in explain_line(line).render().split("\n"))


def test_a_word_nobody_knows_is_no_part_of_the_name_before_it() -> None:
    _, node = explain_line("8 Push-Ups blorfen").nodes
    assert [part["raw"] for part in node["exercise"]["parts"]] == ["Push-Ups"]
