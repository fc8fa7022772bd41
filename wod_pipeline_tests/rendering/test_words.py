"""Single values in words: times, schemes, quantities and loads, as the parser gives them."""

from __future__ import annotations

from fractions import Fraction

import pytest

from wod_pipeline.program import Block, Exercise, Load, Part, Pause, Range, Rest, Scheme
from wod_pipeline.rendering import cut_long_line, quantity, scheme_sentence, span, title_of
from wod_pipeline.rendering._words import clock, load_words, reference_words, rest_words
from wod_pipeline.training import Athlete, Rack, Weight
from wod_pipeline_tests.builders import exercise_of

LIFTER = Athlete(Rack(), {("snatch", 1): Weight(Fraction(100), "kg")})


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (45, "45 s"),
        (12.5, "12.5 s"),
        (60, "1:00"),
        (61, "1:01"),
        (3599, "59:59"),
        (3600, "1:00:00"),
        (7265, "2:01:05"),
    ],
)
def test_a_time_reads_like_a_clock_from_a_minute_on(seconds: float, text: str) -> None:
    assert clock(seconds) == text


@pytest.mark.parametrize(
    ("scheme", "sentence"),
    [
        ("Every 2 minutes:", "Every 2:00"),
        ("AMRAP 75:", "As many rounds as possible in 1:15:00"),
        ("1 set of:", "1 set"),
        ("One round of:", "1 round"),
        ("Tabata:", "Tabata: 8 rounds, 20 s work, 10 s rest"),
        ("Build to a heavy single:", "Build to a heavy single"),
        ("At 10:00:", "At 10:00 on the clock"),
    ],
)
def test_a_scheme_says_what_the_post_says_and_no_more(scheme: str, sentence: str) -> None:
    block, _ = exercise_of("A.", scheme, "Row")
    assert scheme_sentence(block) == sentence


def test_a_build_without_a_number_is_to_a_max() -> None:
    block, _ = exercise_of("A.", "Build to a heavy Back Squat")
    assert scheme_sentence(block) == "Build to a max"


@pytest.mark.parametrize(
    ("rest", "sentence"),
    [
        ("Rest as needed", "2 sets, rest as needed"),
        ("Rest 2-3 minutes", "2 sets, rest 2:00–3:00"),
        ("Rest at least 2 minutes", "2 sets, rest 2:00 or more"),
        ("Rest up to 2 minutes", "2 sets, rest at most 2:00"),
        ("Rest equal to work", "2 sets, rest as long as the work took"),
    ],
)
def test_a_rest_is_said_as_the_post_gives_it(rest: str, sentence: str) -> None:
    block, _ = exercise_of("A.", "Two sets of:", "Dips x 6 reps", rest)
    assert scheme_sentence(block) == sentence


@pytest.mark.parametrize(
    ("scheme", "sentence"),
    [
        ("every", "On the interval"),
        ("sets", "Sets"),
        ("rounds", "Rounds"),
        ("tabata", "Tabata"),
        ("build_to_max", "Build to a max"),
        ("for_time", "For time"),
        ("amrap", "As many rounds as possible"),
        ("free", ""),
    ],
)
def test_a_scheme_without_numbers_is_still_a_sentence(scheme: Scheme, sentence: str) -> None:
    assert scheme_sentence(Block(scheme, (0, 0), [])) == sentence


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("Dips x 3+ reps", "3+ reps"),
        ("Row 500m", "500 m"),
        ("Row 500/400m", "500/400 m"),
        ("Farmer Carry 100 feet", "30.5 m"),
        ("Run 1000m", "1 km"),
        ("Run 800-1000m", "0.8–1 km"),
        ("Row 1500/1200m", "1.5/1.2 km"),
        ("Bike 10 miles", "16.09 km"),
        ("Bike x 90 minutes", "1:30:00"),
        ("Row x 15/12 calories", "15/12 calories"),
        ("Plank x max time", "max time"),
        ("Back Squat 5-3-1", "5-3-1 reps"),
    ],
)
def test_a_quantity_names_its_unit(line: str, words: str) -> None:
    _, exercise = exercise_of("A.", "Two sets of:", line)
    assert quantity(exercise) == words


def test_an_exercise_without_a_quantity_has_no_words_for_it() -> None:
    assert not quantity(Exercise([Part("Dips", None)], (0, 0)))


def test_amounts_of_one_exercise_stand_side_by_side() -> None:
    exercise = Exercise([Part("Plank", None)], (0, 0), reps=Range(3, 3), duration_s=Range(30, 30))
    assert quantity(exercise) == "3 reps, 30 s"


def test_a_range_or_rest_without_numbers_has_no_words() -> None:
    nothing = Range(None, None)
    assert span(nothing, " m") == ""
    assert quantity(Exercise([Part("Run", None)], (0, 0), distance_m=nothing)) == ""
    assert (rest_words(Rest(nothing)), rest_words(Rest())) == ("", "")


def full_words(load: Load | None) -> str:
    return load_words(load, reference_words(load))


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["Pull-Ups x 5 reps @ bodyweight"], "bodyweight"),
        (["Back Squat x 5 reps @ 50% of bodyweight"], "50% of bodyweight"),
        (["Clean x 2 reps @ 70% of 1-RM Snatch"], "70% of 1-RM Snatch"),
        (["Back Squat x 5 reps @ same load as last week"], "same load as last week"),
        (["Back Squat x 5 reps @ 90% of last week"], "90% of last week"),
        (["Back Squat x 5 reps, 0.5% more than last week"], "0.5% more than last week"),
        (["Back Squat x 5 reps, building"], "building up"),
        (["Snatch x 2 reps, building to 70%"], "70% (of 1-RM Snatch, assumed), building up"),
        (["Dips x 6 reps"], ""),
    ],
)
def test_a_load_reads_as_prescribed(lines: list[str], words: str) -> None:
    _, exercise = exercise_of("A.", "Three sets of:", *lines)
    assert full_words(exercise.load) == words


def test_a_max_named_once_holds_for_the_set_rows_after_it() -> None:
    rows = "*Sets 1-2 = 2 reps @ 70% of 1-RM Clean", "*Sets 3-4 = 1 rep @ 80%"
    _, exercise = exercise_of("A.", "Every 2 minutes, for 8 minutes (4 sets):", "Snatch", *rows)
    assert full_words(exercise.set_rows[1].load) == "80% of 1-RM Clean"


@pytest.mark.parametrize(
    ("load", "words"),
    [
        (Load("percent"), "a percentage (the post does not say of which max)"),
        (Load("bodyweight"), "bodyweight"),
        (Load("bodyweight", pct=Range(100, 100)), "bodyweight"),
        (Load("absolute"), ""),
        (Load("relative_past"), "same load as an earlier one"),
        (Load("relative_past", past="last_month"), "same load as last month"),
        (Load("rpe"), "RPE"),
        (Load("described"), ""),
        (Load("described", word="heavy", ramp=True), "heavy, building up"),
    ],
)
def test_a_load_without_a_number_is_said_without_one(load: Load, words: str) -> None:
    assert full_words(load) == words


@pytest.mark.parametrize(
    ("part", "name"),
    [
        (Part("", "hang_snatch"), "Hang Snatch"),
        (Part(" ", None), "unnamed movement"),
        (
            Part("Back Squat", None, pause=Pause(Range(3, 3), "bottom")),
            "Back Squat (3 s pause at the bottom)",
        ),
        (Part("Snatch", None, pause=Pause(at="below_knee")), "Snatch (with a pause below the knee)"),
        (Part("Snatch", None, pause=Pause(at="mid_thigh")), "Snatch (with a pause at mid-thigh)"),
        (Part("Snatch", None, pause=Pause(at="overhead")), "Snatch (with a pause overhead)"),
        (Part("Snatch", None, pause=Pause(at="other")), "Snatch (with a pause where noted)"),
        (Part("Snatch", None, pause=Pause(Range(2, 2))), "Snatch (2 s pause)"),
        (Part("Pause Snatch", None, pause=Pause(Range(2, 2), "knee")), "Pause Snatch"),
    ],
)
def test_a_movement_is_named_in_the_coach_s_words_with_its_pause(part: Part, name: str) -> None:
    assert title_of(Exercise([part], (0, 0))) == name


def test_a_complex_names_its_parts_with_the_reps_of_each() -> None:
    _, exercise = exercise_of("A.", "Three sets of:", "(2 Snatch + 1 Overhead Squat) x 2 reps")
    assert title_of(exercise) == "2 Snatch + Overhead Squat"


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("a" * 10, "a" * 10),
        ("a" * 11, "aaaaaaaaaa… (1 more character)"),
        ("a" * 1244, "aaaaaaaaaa… (1,234 more characters)"),
    ],
)
def test_a_long_line_says_how_much_is_cut(text: str, cut: str) -> None:
    assert cut_long_line(text, 10) == cut
