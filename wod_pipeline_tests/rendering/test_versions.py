"""What a line of work has beside sets and loads: slots, heights, counts of parts, other versions, unread words."""

from __future__ import annotations

import pytest

from wod_pipeline.program import SessionRecord
from wod_pipeline.rendering import as_lines, as_markdown, as_text, view_exercise, view_session
from wod_pipeline_tests.builders import exercise_of, record_of

SCALED = ("E.", "For time:", "21 Thrusters (95/65 lb)", "Scaled:", "21 Thrusters (65/45 lb)", "15 Sit-Ups")


def shown(record: SessionRecord) -> list[str]:
    """The lines of the first segment as text, without their indent."""
    return [line.strip() for line in as_text(view_session(record), 200).splitlines()[4:]]


def test_a_slot_is_a_minute_only_where_the_interval_is_one() -> None:
    assert shown(record_of("A.", "Every 60 seconds, for 6 minutes:", "Minute 2 - Dips x 5 reps"))[1:] == [
        "Dips, 5 reps, minute 2"
    ]
    assert shown(record_of("A.", "Every 2 minutes, for 8 minutes:", "Interval 2 - Dips x 5 reps"))[1:] == [
        "Dips, 5 reps, interval 2"
    ]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('Box Jumps x 5 reps (24/20")', "Box Jumps, 5 reps, height 24/20 in (61/51 cm)"),
        ("Rope Climb x 1 rep (15 ft)", "Rope Climb, 1 rep, height 15 ft (457 cm)"),
    ],
)
def test_a_height_is_said_as_written_and_in_centimetres(line: str, words: str) -> None:
    assert shown(record_of("A.", "Three sets of:", line))[1:] == [words]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("Snatch Push Press + Overhead Squat 70% x 3+1 x 4", "Sets 1–4: 3+1, 70%"),
        ("Power Clean + Jerk 70% x 2 (1+1) x 4", "Sets 1–4: 2 reps of 1+1, 70%"),
    ],
)
def test_a_set_line_has_the_counts_of_the_parts(line: str, words: str) -> None:
    assert shown(record_of("A.", line))[-1] == words


def test_another_version_stands_under_its_own_heading() -> None:
    view = view_session(record_of(*SCALED))
    assert as_text(view).endswith(
        "E\n"
        "  For time\n"
        "    Thrusters, 21 reps, 95/65 lb\n"
        "  Scaled, as an alternative:\n"
        "    Thrusters, 21 reps, 65/45 lb\n"
        "    Sit-Ups, 15 reps\n"
    )
    assert "- **Scaled, as an alternative**\n  - **Thrusters** 21 reps, 65/45 lb" in as_markdown(view)


def test_the_history_of_a_lift_names_the_version() -> None:
    segment = record_of(*SCALED).segments[0]
    block = segment.blocks[1]
    assert list(as_lines(view_exercise(block, block.exercises[0]))) == [
        "  Scaled, as an alternative:",
        "    Thrusters, 21 reps, 65/45 lb",
    ]


def test_a_free_block_with_a_time_says_it() -> None:
    assert shown(record_of("A.", "For 20 minutes:", "Run 400m"))[0] == "For 20:00"


def test_unread_words_are_shown_beside_what_was_understood() -> None:
    lines = shown(record_of("A.", "Three sets of:", "Back Squat x 3 reps @ 75% like a gazelle"))
    assert lines[1:] == [
        "Back Squat, 3 reps, 75% of 1-RM Back Squat",
        "As written: Back Squat x 3 reps @ 75% like a gazelle – not understood: “like a gazelle”",
    ]


def test_words_that_were_repaired_and_counts_that_disagree_are_warnings() -> None:
    lines = shown(record_of("A.", "Every 90 secodns, for 6 minutes (4 sets):", "Dips x 12 reps (5 each arm)"))
    assert lines[:2] == [
        "! “secodns” was read as “seconds”. “Every 90 secodns, for 6 minutes (4 sets):”",
        "! 12 in all is not 5 a side. “Dips x 12 reps (5 each arm)”",
    ]


def test_a_height_without_its_line_is_said_in_centimetres() -> None:
    block, exercise = exercise_of("Three sets of:", 'Box Jumps x 5 reps (24")')
    assert list(as_lines(view_exercise(block, exercise)))[-1].strip() == "Box Jumps, 5 reps, height 61 cm"


def test_unread_words_of_a_link_are_shown_as_the_link_alone() -> None:
    content = '<p>Monday</p><p>A.</p><p>Three sets of:</p><p>Dips x 6 reps (<a href="https://e.example/v">see</a>)</p>'
    assert shown(record_of(content=content))[1:] == ["Dips, 6 reps", "https://e.example/v"]
