"""How a changed week is told: each line a person would want to compare, and nothing for what is the same."""

from __future__ import annotations

import msgspec
import pytest

from wod_pipeline.messages._changes import MAX_TEXT, week_changes
from wod_pipeline.program import SessionRecord
from wod_pipeline_tests.builders import raw_post as post
from wod_pipeline_tests.builders import week_records

WEEK = (
    "Monday",
    "A.",
    "Snatch 5 x 2 @ 70%",
    "B.",
    "Back Squat 5 x 3 @ 80%",
    "Wednesday",
    "A.",
    "Clean 3 x 3 @ 75%",
)


def records(*lines: str, **fields: object) -> list[SessionRecord]:
    return week_records(post(*lines, **fields)).records


def changed(*replacements: tuple[str, str], number: int = 1) -> list[str]:
    lines = list(WEEK)
    for old, new in replacements:
        lines = [new if line == old else line for line in lines]
    assert len(replacements) == 0 or lines != list(WEEK)
    return week_changes(records(*WEEK), records(*lines, number=number))


def test_the_same_week_has_no_changes_also_under_another_post_and_time() -> None:
    assert changed() == []
    assert changed(number=7) == []
    assert week_changes(records(*WEEK), records(*WEEK, modified_gmt="2026-03-04T00:00:00")) == []


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("Snatch 5 x 2 @ 70%", "Snatch 5 x 2 @ 75%", "Mon 2 Mar: A Snatch 5x2 70% → A Snatch 5x2 75%"),
        ("Snatch 5 x 2 @ 70%", "Snatch 6 x 2 @ 70%", "Mon 2 Mar: A Snatch 5x2 70% → A Snatch 6x2 70%"),
        ("Snatch 5 x 2 @ 70%", "Snatch 5 x 2 @ 60 kg", "Mon 2 Mar: A Snatch 5x2 70% → A Snatch 5x2 60 kg"),
        ("Clean 3 x 3 @ 75%", "Jerk 3 x 3 @ 75%", "Wed 4 Mar: A Clean 3x3 75% → A Jerk 3x3 75%"),
    ],
    ids=["percent", "sets", "load", "lift"],
)
def test_a_changed_prescription_is_old_and_new_in_one_line(old: str, new: str, line: str) -> None:
    assert changed((old, new)) == [line]


def test_lifts_that_change_places_are_two_lines() -> None:
    assert changed(
        ("Snatch 5 x 2 @ 70%", "Front Squat 5 x 2 @ 70%"), ("Clean 3 x 3 @ 75%", "Clean 3 x 2 @ 80%")
    ) == [
        "Mon 2 Mar: A Snatch 5x2 70% → A Front Squat 5x2 70%",
        "Wed 4 Mar: A Clean 3x3 75% → A Clean 3x2 80%",
    ]


def test_a_lift_put_in_or_taken_out_is_named() -> None:
    more = [*WEEK, "B.", "Jerk 3 x 1 @ 90%"]
    assert week_changes(records(*WEEK), records(*more)) == ["Wed 4 Mar: new B Jerk 3x1 90%"]
    assert week_changes(records(*more), records(*WEEK)) == ["Wed 4 Mar: no longer B Jerk 3x1 90%"]


def test_a_session_put_in_or_taken_out_is_named_with_its_lifts() -> None:
    more = [*WEEK, "Friday", "A.", "Jerk 3 x 1 @ 90%"]
    assert week_changes(records(*WEEK), records(*more)) == ["new: Fri 6 Mar, Jerk"]
    assert week_changes(records(*more), records(*WEEK)) == ["no longer: Fri 6 Mar, Jerk"]
    assert week_changes(records(*WEEK), []) == [
        "no longer: Mon 2 Mar, Snatch, Back Squat",
        "no longer: Wed 4 Mar, Clean",
    ]


def test_a_session_on_another_day_with_the_same_text_has_moved() -> None:
    assert changed(("Wednesday", "Thursday")) == ["moved: Wed 4 Mar → Thu 5 Mar"]


def test_a_training_day_that_becomes_a_rest_day_says_so() -> None:
    friday = ("Friday", "A.", "Jerk 3 x 1 @ 90%")
    before = records("Monday", "A.", "Snatch 5 x 2 @ 70%", *friday)
    after = records("Monday (Rest Day)", *friday)
    assert week_changes(before, after) == [
        "Mon 2 Mar: training → rest",
        "Mon 2 Mar: no longer A Snatch 5x2 70%",
    ]


def test_words_around_the_lifts_are_compared_when_the_lifts_are_the_same() -> None:
    before = records("Monday", "Sleep well.", "A.", "Snatch 5 x 2 @ 70%")
    after = records("Monday", "Sleep badly.", "A.", "Snatch 5 x 2 @ 70%", "Move fast.")
    assert week_changes(before, after) == [
        "Mon 2 Mar: “Sleep well.” → “Sleep badly.”",
        "Mon 2 Mar: new “Move fast.”",
    ]


def test_a_new_title_is_named_once() -> None:
    before = records(*WEEK)
    after = [msgspec.structs.replace(record, post_title="Deload") for record in before]
    assert week_changes(before, after) == ["title: March 2, 2026 - March 8, 2026 Gym Plan → Deload"]


def test_a_long_line_is_cut_and_control_characters_are_left_out() -> None:
    before = records("Monday", "A.", "Snatch 5 x 2 @ 70%", "word " * 100)
    after = records("Monday", "A.", "Snatch 5 x 2 @ 70%", "\u202eother " * 100)
    (line,) = week_changes(before, after)
    assert len(line) < 2 * MAX_TEXT + 30
    assert "\u202e" not in line


def test_two_sessions_a_day_are_compared_in_their_order() -> None:
    day = ["Monday", "A.", "Snatch 5 x 2 @ 70%", "Monday (Session Two)", "A.", "Clean 3 x 3 @ 75%"]
    after = [*day[:-1], "Clean 3 x 3 @ 80%"]
    assert week_changes(records(*day), records(*after)) == ["Mon 2 Mar: A Clean 3x3 75% → A Clean 3x3 80%"]


def test_a_rest_and_a_distance_changed_beside_a_lift_are_told_too() -> None:
    before = records("Monday", "A.", "Three sets of:", "Snatch x 3 @ 70%", "Run 400 m", "Rest 2 minutes")
    after = records("Monday", "A.", "Four sets of:", "Snatch x 3 @ 75%", "Run 800 m", "Rest 3 minutes")
    assert week_changes(before, after) == [
        "Mon 2 Mar: A Snatch 3x3 70% → A Snatch 4x3 75%",
        "Mon 2 Mar: “Run 400 m / Rest 2 minutes” → “Run 800 m / Rest 3 minutes”",
    ]


def test_a_program_under_another_name_is_one_line_and_its_sessions_are_compared() -> None:
    lines = [line.replace("75%", "80%") for line in WEEK]
    assert week_changes(records(*WEEK), records(*lines, slug="strength")) == [
        "program: gym-plan → strength",
        "Wed 4 Mar: A Clean 3x3 75% → A Clean 3x3 80%",
    ]


def test_the_introduction_of_a_post_is_compared_once() -> None:
    before, after = records("Sleep well.", *WEEK), records("The gym is closed on Friday.", *WEEK)
    assert week_changes(before, after) == ["introduction: “Sleep well.” → “The gym is closed on Friday.”"]
