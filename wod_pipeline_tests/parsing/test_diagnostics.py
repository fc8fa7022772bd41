"""§11: every diagnostic is a sentence for a person, with the line it is about."""

from __future__ import annotations

import pytest

from wod_pipeline.parsing._diagnostics import DIAGNOSTICS
from wod_pipeline_tests.parsing.reading import read
from wod_pipeline_tests.parsing.test_any_input import SCHEMA


def said(lines: str, code: str, **named: str) -> str:
    """The one sentence of that code."""
    (found,) = [
        found
        for found in read(["Monday", "A.", *lines.split("\n")], **named).diagnostics
        if found.code == code
    ]
    assert found.severity == DIAGNOSTICS[code].severity
    return found.message


@pytest.mark.parametrize(
    ("lines", "code", "sentence"),
    [
        (
            "Every 2 minutes, for 14 minutes (8 sets):\nSnatch x 1",
            "every_mismatch",
            "8 sets every 2 minutes is 16 minutes, the post says 14 minutes.",
        ),
        (
            "Every 75 seconds x 3 sets for 5 minutes\nSnatch x 1",
            "every_mismatch",
            "3 sets every 75 seconds is 3:45 minutes, the post says 5 minutes.",
        ),
        (
            "Three sets of:\nSnatch\nSet 1 – 70%\nSet 3 – 75%",
            "set_rows_gap",
            "The set rows name sets 1, 3, the block has 3.",
        ),
        (
            "Bck Squat x 5",
            "unknown_movement",
            "“Bck Squat” is not in the vocabulary; did you mean “Back Squat”?",
        ),
        ("Yoke Wobble x 5", "unknown_movement", "“Yoke Wobble” is not in the vocabulary."),
        ("Dips x 5 @ full tilt", "unreadable_load", "The load “full tilt” could not be read."),
        ("Thruster x 5 @ 43/30", "load_unit_missing", "The weight 43/30 has no unit."),
        (
            "Panda Pull x 3 @ 60%",
            "ambiguous_reference",
            "It is not said what the percent of Panda Pull is of (Snatch or Clean).",
        ),
        (
            "B. Dips x 5\nA. Dips x 5",
            "missing_heading",
            "A session starts here without a heading that says its day.",
        ),
    ],
)
def test_the_sentence_says_what_is_wrong(lines: str, code: str, sentence: str) -> None:
    assert said(lines, code) == sentence


def test_the_week_s_own_diagnostics_say_which_days_disagree() -> None:
    late = {"slug": "june-8-14-2020-barn", "published": "2020-08-09T10:00:00"}
    assert said("Dips x 5", "title_slug_mismatch", **late) == (
        "The title says 2020-06-01 to 2020-06-07, the address says 2020-06-08 to 2020-06-14."
    )
    assert said("Dips x 5", "date_contradiction", **late) == (
        "The post is for 2020-06-01 but was published on 2020-08-09."
    )


def test_the_registry_holds_exactly_the_codes_of_the_contract() -> None:
    assert set(DIAGNOSTICS) == set(SCHEMA["$defs"]["diag"]["properties"]["code"]["enum"])


def test_a_code_is_told_once_a_line() -> None:
    week = read(["Monday", "A.", "Yoke Wobble x 5, Log Waltz x 5"])
    assert [(found.code, found.line) for found in week.diagnostics] == [("unknown_movement", 2)]
