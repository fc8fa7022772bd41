"""What a line of the coach puts on the bar, as every medium words it: bounds, few plates, units, the empty bar."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given

from wod_pipeline.athlete import check_text
from wod_pipeline.program import SessionRecord
from wod_pipeline.rendering import as_text, exercises_of, view_session
from wod_pipeline.rendering._sets import SetView
from wod_pipeline.rendering._text import set_line
from wod_pipeline.training import Athlete, working_weight
from wod_pipeline_tests.builders import exercise_of, record_of
from wod_pipeline_tests.strategies import athletes, percent_words

KG = "[1-RM]\nsnatch = 100\nback_squat = 200\nclean = 120\n"
SNATCH_90 = "[1-RM]\nsnatch = 90\n"
LIGHT = "[1-RM]\nsnatch = 30\n"
LB = 'unit = "lb"\n[1-RM]\nsnatch = 205\n'
MIXED = 'unit = "lb"\n[bar]\nweight = "20 kg"\n[1-RM]\nsnatch = "100 kg"\n'
LB_BAR = '[bar]\nweight = "45 lb"\n[1-RM]\nsnatch = 100\n'
FEW = KG + "[plates]\n20 = 1\n10 = 1\n"
GAPS = KG + "[plates]\n25 = 1\n5 = 1\n"
FINE = "[bar]\nstep = 0.5\n[1-RM]\nsnatch = 77\n"
ODD_MAX = "[1-RM]\nsnatch = 103\n"
ODD_PLATES = KG + '[plates]\n20 = 1\n"11.3" = 2\n'
MIXED_FEW = MIXED + "[plates]\n45 = 1\n10 = 1\n"


def athlete(text: str) -> Athlete:
    checked = check_text(text.encode(), "athlete.toml")
    assert checked.problems == []
    return checked.athlete


def sets_of(record: SessionRecord, who: Athlete | None) -> list[SetView]:
    return [row for exercise in exercises_of(view_session(record, who).items) for row in exercise.sets]


def shown(file: str, *lines: str) -> list[str]:
    """What stands behind the arrow for each set; the whole line when nothing does."""
    rows = map(set_line, sets_of(record_of("A.", *lines), athlete(file)))
    return [row.partition(" → ")[2] or row for row in rows]


@pytest.mark.parametrize(
    ("file", "line", "weight"),
    [
        # a cap rounds down, a floor up, a single percent to the nearest, ties down
        (SNATCH_90, "Snatch x 2 reps, under 55%", "at most 47.5 kg (10 + 2.5 + 1.25 a side)"),
        (SNATCH_90, "Snatch x 2 reps, no more than 55%", "at most 47.5 kg (10 + 2.5 + 1.25 a side)"),
        (KG, "Snatch x 2 reps, up to 59.9%", "at most 57.5 kg (15 + 2.5 + 1.25 a side)"),
        (KG, "Snatch x 2 reps, up to 60%", "at most 60 kg (20 a side)"),
        (KG, "Snatch x 1 rep @ 101%+", "from 102.5 kg (25 + 15 + 1.25 a side)"),
        (KG, "Snatch x 1 rep @ 100%+", "from 100 kg (25 + 15 a side)"),
        (KG, "Snatch x 1 rep, at least 80.1%", "from 82.5 kg (25 + 5 + 1.25 a side)"),
        (KG, "Snatch x 1 rep @ 101%", "100 kg (25 + 15 a side)"),
        (KG, "Snatch x 1 rep @ 61.25%", "60 kg (20 a side)"),
        (KG, "Snatch x 1 rep @ 61.26%", "62.5 kg (20 + 1.25 a side)"),
        # a range stays inside itself, otherwise the nearest below
        (SNATCH_90, "Snatch x 2 reps @ 60-65%", "55–57.5 kg (15 + 2.5 to 15 + 2.5 + 1.25 a side)"),
        (SNATCH_90, "Snatch x 2 reps @ 62-64%", "57.5 kg (15 + 2.5 + 1.25 a side)"),
        (SNATCH_90, "Snatch x 2 reps @ 62-63%", "55 kg (15 + 2.5 a side), nearest below 55.8–56.7 kg"),
        (FINE, "Snatch x 2 reps @ 71.5-72.5%", "55.5 kg (15 + 2.5 + 0.25 a side)"),
        (FINE, "Snatch x 1 rep @ 75%", "57.5 kg (15 + 2.5 + 1.25 a side)"),
        # few plates
        (FEW, "Back Squat x 5 reps @ 65%", "cannot be loaded with your plates: heaviest 80 kg, asked 130 kg"),
        (
            FEW,
            "Back Squat x 5 reps @ 65-90%",
            "cannot be loaded with your plates: heaviest 80 kg, asked 130–180 kg",
        ),
        (
            FEW,
            "Back Squat x 5 reps @ 70%+",
            "cannot be loaded with your plates: heaviest 80 kg, asked 140 kg or more",
        ),
        (FEW, "Back Squat x 5 reps @ 40%", "80 kg (20 + 10 a side)"),
        (FEW, "Back Squat x 5 reps @ 40.5%", "80 kg (20 + 10 a side)"),
        (FEW, "Back Squat x 5 reps @ 41%", "cannot be loaded with your plates: heaviest 80 kg, asked 82 kg"),
        (
            FEW,
            "Back Squat x 5 reps @ 20-80%",
            "40–80 kg (10 to 20 + 10 a side), your plates end there: asked 40–160 kg",
        ),
        (
            FEW,
            "Back Squat x 5 reps, up to 75%",
            "at most 80 kg (20 + 10 a side), your plates end there: asked at most 150 kg",
        ),
        (FEW, "Back Squat x 5 reps @ 33-38%", "60 kg (20 a side), nearest below 66–76 kg"),
        (FEW, "Back Squat x 5 reps @ 40.4-40.6%", "80 kg (20 + 10 a side), nearest below 80.8–81.2 kg"),
        (GAPS, "Snatch x 1 rep @ 50%", "30 kg (5 a side), nearest your plates make to 50 kg"),
        (GAPS, "Snatch x 1 rep @ 73%", "70 kg (25 a side), nearest your plates make to 73 kg"),
        (GAPS, "Snatch x 1 rep @ 71%", "70 kg (25 a side)"),
        (GAPS, "Snatch x 1 rep, at least 50%", "from 70 kg (25 a side), nearest your plates make to 50 kg or more"),
        # pounds, and bar and plates of different units
        (LB, "Snatch x 2 reps @ 75%", "155 lb (45 + 10 a side)"),
        (LB, "Snatch x 2 reps, below 75%", "at most 150 lb (45 + 5 + 2.5 a side)"),
        (LB, "Snatch x 2 reps @ 74-75%", "150 lb (45 + 5 + 2.5 a side), nearest below 151.7–153.75 lb"),
        (MIXED, "Snatch x 2 reps @ 52%", "20 kg bar + 70 lb (35 a side)"),
        (MIXED, "Snatch x 2 reps @ 50-55%", "20 kg bar + 70–75 lb (35 to 35 + 2.5 a side)"),
        (MIXED, "Snatch x 2 reps, under 52%", "at most 20 kg bar + 70 lb (35 a side)"),
        (MIXED, "Snatch x 2 reps, at least 52%", "from 20 kg bar + 75 lb (35 + 2.5 a side)"),
        (MIXED, "Snatch x 2 reps @ 20%", "20 kg bar (bar only)"),
        (MIXED, "Snatch x 2 reps @ 10%", "20 kg bar, the empty bar, is 20%"),
        (
            MIXED_FEW,
            "Snatch x 2 reps @ 100%",
            "cannot be loaded with your plates: heaviest 20 kg bar + 110 lb, asked 20 kg bar + 176.37 lb",
        ),
        (
            MIXED_FEW,
            "Snatch x 2 reps @ 55%",
            "20 kg bar + 90 lb (45 a side), nearest your plates make to 20 kg bar + 77.16 lb",
        ),
        (MIXED, "Snatch x 2 reps @ 95/65 lb", "20 kg bar + 50/20 lb (25 / 10 a side)"),
        (LB_BAR, "Snatch x 2 reps @ 60%", "45 lb bar + 40 kg (20 a side)"),
        # below the empty bar
        (LIGHT, "Snatch x 3 reps @ 50%", "20 kg, the empty bar, is 67%"),
        (LIGHT, "Snatch x 3 reps @ 40-60%", "20 kg, the empty bar, is 67%"),
        (LIGHT, "Snatch x 3 reps, under 60%", "20 kg, the empty bar, is 67%"),
        (LIGHT, "Snatch x 3 reps @ 66.6%", "20 kg, the empty bar, is 67%"),
        (SNATCH_90, "Snatch x 3 reps @ 22%", "20 kg, the empty bar, is 22.2%"),
        (LIGHT, "Snatch x 3 reps @ 50-80%", "20–22.5 kg (bar only to 1.25 a side)"),
        (LIGHT, "Snatch x 3 reps @ 50%+", "from 20 kg (bar only)"),
        (KG, "Snatch x 3 reps @ 20%", "20 kg (bar only)"),
        # absolute loads in the athlete's unit
        (KG, "Power Snatch x 5 reps @ 95/65 lb", "42.5/30 kg (10 + 1.25 / 5 a side)"),
        (
            KG,
            "Power Snatch x 5 reps @ 45/35 lb",
            "20/20 kg (bar only / bar only), women's: the empty bar, is above 15.88 kg",
        ),
        (
            FEW,
            "Power Snatch x 5 reps @ 40/95 kg",
            "40 kg (10 a side), women's: cannot be loaded with your plates: heaviest 80 kg, asked 95 kg",
        ),
        (KG, "Power Snatch x 5 reps @ 95 lb", "42.5 kg (10 + 1.25 a side)"),
        (KG, "Snatch x 1 rep @ 60-65 kg", "60–65 kg (20 to 20 + 2.5 a side)"),
        (LB, "Snatch x 1 rep @ 60 kg", "130 lb (35 + 5 + 2.5 a side)"),
        (KG, "Snatch x 1 rep @ 15 kg", "20 kg, the empty bar, is above 15 kg"),
        (
            FEW,
            "Deadlift x 5 reps @ 225/135 lb",
            "women's 60 kg (20 a side), men's: cannot be loaded with your plates: heaviest 80 kg, asked 102.06 kg",
        ),
        (
            FEW,
            "Deadlift x 5 reps @ 315/225 lb",
            "cannot be loaded with your plates: heaviest 80 kg, asked 142.88/102.06 kg",
        ),
        (FEW, "Deadlift x 5 reps @ 70/50 kg", "60/40 kg (20 / 10 a side), nearest your plates make to 70/50 kg"),
        (KG, "Clean x 5 reps @ 15/10 kg", "20 kg, the empty bar, is above 15/10 kg"),
        (
            ODD_PLATES,
            "Snatch x 1 rep @ 75%",
            "cannot be loaded with your plates: heaviest 60 kg in steps of 2.5 kg, asked 75 kg",
        ),
        (FEW, "Snatch x 1 rep @ 95 kg", "cannot be loaded with your plates: heaviest 80 kg, asked 95 kg"),
    ],
)  # fmt: skip
def test_what_stands_on_the_bar(file: str, line: str, weight: str) -> None:
    assert shown(file, "Three sets of:", line) == [weight]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("Snatch x 5 reps @ 60", "60 (no unit given)"),
        ("Goblet Squat x 8 reps @ 24 kg", "24 kg"),
        ("Goblet Squat x 8 reps @ 50 lb", "50 lb (22.7 kg)"),
        ("Dumbbell Snatch x 5 reps @ 50/35 lb", "50/35 lb (22.7/15.9 kg)"),
        ("KB Swings x 8 reps @ 1.5 pood", "1.5 pood (24 kg)"),
        ("Back Squat x 5 reps @ 4-6% more than last week", "4–6% more than last week"),
        ("Back Squat x 5 reps @ 90% of today's heavy double", "90% of earlier today"),
        ("Romanian Deadlift x 8 reps @ 60%", "60%"),
        ("Front Squat x 8 reps @ 60%", "60%"),
        ("Back Squat x 8 reps @ RPE 7", "RPE 7"),
    ],
)
def test_where_the_bar_is_not_known_no_weight_is_shown(line: str, told: str) -> None:
    assert shown(KG, "Three sets of:", line) == [told]
    assert not any(row.weight or row.plates for row in sets_of(record_of("A.", line), athlete(KG)))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("Dumbbell Bench Press x 8 reps @ 40% of 1-RM Snatch", "40 kg, without a barbell"),
        ("Single Arm DB Snatch x 5 reps @ 30-35%", "30–35 kg, without a barbell"),
        ("KB Front Squat x 5 reps @ 30% of 1-RM Clean", "36 kg, without a barbell"),
        ("Goblet Squat x 8 reps @ 20% of 1-RM Back Squat", "40 kg, without a barbell"),
        ("Barbell or DB Snatch x 5 reps @ 30%", "30 kg (5 a side)"),
    ],
)
def test_a_percentage_is_put_on_a_bar_only_where_there_is_one(line: str, told: str) -> None:
    assert shown(KG, "Three sets of:", line) == [told]


# ------------------------------------------------------------------------------------------- max attempts
@pytest.mark.parametrize(
    ("line", "weight"),
    [
        ("*Set 1 = 1 rep @ 101%+", "from 102.5 kg (25 + 15 + 1.25 a side)"),
        ("*Set 1 = 1 rep @ 100%+", "from 102.5 kg (25 + 15 + 1.25 a side)"),
        ("*Set 1 = 1 rep @ 101%", "102.5 kg (25 + 15 + 1.25 a side)"),
        ("*Set 1 = 1 rep @ 104%", "105 kg (25 + 15 + 2.5 a side)"),
        ("*Set 1 = 1 rep @ 100-105%", "102.5–105 kg (25 + 15 + 1.25 to 25 + 15 + 2.5 a side)"),
        ("*Set 1 = 1 rep @ 100-102%", "100 kg (25 + 15 a side), your max so far"),
        ("*Set 1 = 1 rep @ 100%", "100 kg (25 + 15 a side), your max so far"),
        ("*Set 1 = 1 rep @ 92%", "92.5 kg (25 + 10 + 1.25 a side)"),
    ],
)
def test_the_old_max_is_not_the_goal_of_an_attempt(line: str, weight: str) -> None:
    assert shown(KG, "In 20 minutes, build to a 1-RM Snatch", line) == [weight]
    record = record_of("A.", "Every 2 minutes, for 2 minutes (1 set):", "Snatch", line)
    record.kind = "test"
    (row,) = sets_of(record, athlete(KG))
    assert set_line(row).partition(" → ")[2] == weight


def test_an_attempt_beyond_the_plates_cannot_be_loaded() -> None:
    file = "[1-RM]\nsnatch = 80\n[plates]\n20 = 1\n10 = 1\n"
    assert shown(file, "In 20 minutes, build to a 1-RM Snatch", "*Set 1 = 1 rep @ 100%+") == [
        "cannot be loaded with your plates: heaviest 80 kg, asked 80 kg or more; your max so far is 80 kg"
    ]


@pytest.mark.parametrize(
    ("line", "weight"),
    [
        ("Snatch x 1 rep @ 100%", "102.5 kg (25 + 15 + 1.25 a side), your max so far is 103 kg"),
        ("Snatch x 1 rep, up to 100%", "at most 102.5 kg (25 + 15 + 1.25 a side), your max so far is 103 kg"),
        (
            "Snatch x 1 rep @ 95-100%",
            "100–102.5 kg (25 + 15 to 25 + 15 + 1.25 a side), your max so far is 103 kg",
        ),
    ],
)
def test_an_attempt_at_a_max_that_cannot_be_loaded_names_it(line: str, weight: str) -> None:
    record = record_of("A.", "Three sets of:", line)
    record.kind = "test"
    assert [set_line(row).partition(" → ")[2] for row in sets_of(record, athlete(ODD_MAX))] == [weight]


def test_on_a_test_day_a_pull_is_no_attempt_at_the_max_its_percentage_is_of() -> None:
    record = record_of("A.", "Three sets of:", "Snatch Pull x 2 reps @ 101% of 1-RM Snatch")
    record.kind = "test"
    assert [row.weight for row in sets_of(record, athlete(KG))] == ["100 kg"]


def test_a_ramp_to_the_max_names_it_in_an_attempt() -> None:
    record = record_of("A.", "Three sets of:", "Snatch x 1 rep @ 90-100%", "Work up over the sets.")
    record.kind = "test"
    assert [row.note for row in sets_of(record, athlete(KG))] == [
        "even steps, work up as it feels",
        "even step",
        "your max so far; even step",
    ]


def test_work_up_to_a_percentage_is_not_said_to_be_a_max() -> None:
    view = view_session(record_of("A.", "In 12 minutes, work up to 90% of 1-RM Clean"), athlete(KG))
    assert "Build up in 12:00" in as_text(view)


# -------------------------------------------------------------------------------------------------- ramps
def test_a_ramp_told_in_words_is_marked_as_even_steps() -> None:
    lines = ("Three sets of:", "Snatch x 2 reps @ 60-70%", "Work up over the sets.")
    assert shown(KG, *lines) == [
        "60 kg (20 a side), even steps, work up as it feels",
        "Set 2: 65 kg (20 + 2.5 a side), even step",
        "Set 3: 70 kg (25 a side), even step",
    ]


def test_a_ramp_stays_inside_its_range_and_ends_where_the_plates_do() -> None:
    lines = ("Three sets of:", "Back Squat x 2 reps @ 30-60%", "Work up over the sets.")
    assert shown(FEW, *lines) == [
        "60 kg (20 a side), even steps, work up as it feels",
        "Set 2: cannot be loaded with your plates: heaviest 80 kg, asked 90 kg",
        "Set 3: cannot be loaded with your plates: heaviest 80 kg, asked 120 kg",
    ]


def test_a_ramp_with_one_end_shows_its_end_once() -> None:
    assert shown(KG, "Four sets of:", "Snatch x 2 reps @ working up to 85%") == [
        "85 kg (25 + 5 + 2.5 a side)"
    ]


def test_set_rows_are_as_prescribed_and_not_marked() -> None:
    rows = ("*Set 1 @ 60%", "*Set 2 @ 65%")
    assert shown(KG, "Two sets of:", "Snatch", *rows) == ["60 kg (20 a side)", "65 kg (20 + 2.5 a side)"]


# ---------------------------------------------------------------------------------------------- distances
@pytest.mark.parametrize(
    ("line", "amount"),
    [
        ("Farmer Carry 100 ft", "100 ft (30.5 m)"),
        ("Farmer Carry 100 feet", "100 ft (30.5 m)"),
        ("Farmer Carry 50 yards", "50 yd (45.7 m)"),
        ("Run 1 mile", "1 mile (1.61 km)"),
        ("Bike 10 miles", "10 miles (16.09 km)"),
        ("Row 500 m", "500 m"),
        ("Row 500/400m", "500/400 m"),
    ],
)
def test_a_distance_keeps_the_coach_s_unit_beside_metres(line: str, amount: str) -> None:
    view = view_session(record_of("A.", "Two sets of:", line))
    (exercise,) = exercises_of(view.items)
    assert exercise.quantity == amount


# ------------------------------------------------------------------------------------------------- always
@given(athletes(), percent_words())
def test_what_is_shown_without_a_note_is_loadable_and_within_the_bounds(who: Athlete, words: str) -> None:
    _, exercise = exercise_of("A.", "Three sets of:", f"Snatch x 2 reps {words}")
    assert exercise.load is not None
    working = working_weight(exercise.load, who)
    (row,) = sets_of(record_of("A.", "Three sets of:", f"Snatch x 2 reps {words}"), who)
    assert working is not None
    assert bool(row.weight) == (working.low is not None or working.high is not None)
    assert bool(row.weight or row.note) == (("snatch", 1) in who.maxes)
    for end in (working.low, working.high):
        if end is not None and who.rack.plates:
            side = who.rack.side(end.amount)
            assert side is not None
            assert who.rack.bar + 2 * sum(side, Fraction(0)) == end.amount
