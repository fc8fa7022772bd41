"""What counts as a lift: lines as a coach writes them, through the reader, against counts worked by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wod_pipeline.quality import volume_of
from wod_pipeline.training import LiftCounter, lifts_in, load_by, session_doses, top_percent
from wod_pipeline.training._lifts import Dose, doses_of
from wod_pipeline.training._load import LoadSummary
from wod_pipeline_tests.builders import exercise_of, raw_post, record_of, week_records

EVERY_2 = "Every 2 minutes, for 8 minutes (4 sets):"
EVERY_3 = "Every 3 minutes, for 12 minutes (4 sets):"
EMOM_10 = "Every minute, on the minute, for 10 minutes (10 sets):"
FORMS = [
    # ---------------------------------------------------------------------------------------- alternatives
    ("Four sets of: ⏎ Back Squat or Front Squat x 5 @ 70% ⏎ Snatch or Power Snatch x 3 @ 70%", 4 * (5 + 3)),
    ("Four sets of: ⏎ Back Squat x 5 reps @ 70% OR Front Squat x 8 reps @ 60%", 4 * 5),
    ("Four sets of: ⏎ 5 Back Squats @ 70% or 8 Front Squats @ 70%", 4 * 5),
    (f"{EMOM_10} ⏎ Minute 1 – Snatch x 2 reps @ 70% OR Clean x 3 reps @ 70% ⏎ Minute 2 – Jerk x 3 @ 70%", 25),
    # -------------------------------------------------------------------------------------- sets and rounds
    ("Three sets of: ⏎ Back Squat x 5 reps @ 70%", 3 * 5),
    ("Back Squat 5 x 5 @ 70%", 5 * 5),
    ("Four sets of 3 reps: ⏎ Snatch @ 70% ⏎ Clean @ 70%", 4 * (3 + 3)),
    ("Three Rounds: ⏎ Deadlift x 5 reps @ 100 kg ⏎ Back Squat x 3 reps @ 70%", 3 * (5 + 3)),
    ("3 Rounds: 5 Deadlifts @ 60 kg, 9 Lunges", 3 * 5),
    ("10 minutes of: ⏎ Deadlift x 5 reps @ 60 kg", 5),
    # ---------------------------------------------------------------------------------- rep schemes and rows
    ("Strict Press 5-3-1 @ 80%", 5 + 3 + 1),
    ("Strict Press 5-5-5 @ 80%", 5 + 5 + 5),
    (f"{EVERY_3} ⏎ Back Squat ⏎ *Sets 1-2 = 8 reps @ 70% ⏎ *Sets 3-4 = 3 reps @ 85%", 2 * 8 + 2 * 3),
    (f"{EVERY_3} ⏎ Back Squat x 5 reps ⏎ *Sets 1-3 = 70% ⏎ *Set 4 = 2 reps @ 85%", 3 * 5 + 2),
    ("Squat 2x4x70%, 1x3x75%", 2 * 4 + 3),
    ("Snatch Pull + Snatch 70% x 2 x 4", 4 * 2 * 2),
    # --------------------------------------------------------------------------------------- every n minutes
    ("EMOM x 6: ⏎ Snatch x 2 reps @ 70%", 6 * 2),
    (f"{EMOM_10} ⏎ Minute 1 – Snatch x 2 reps @ 70% ⏎ Minute 2 – Jerk x 3 reps @ 70%", 5 * 2 + 5 * 3),
    (
        f"{EMOM_10} ⏎ Minute 1 – Snatch x 2 reps @ 70% ⏎ Minute 2 – Jerk x 3 reps @ 70% ⏎ Minute 3 – Clean x 1 @ 70%",
        4 * 2 + 3 * 3 + 3 * 1,
    ),
    (
        "EMOM x 2: ⏎ Minute 1 – Snatch x 2 reps @ 70% ⏎ Minute 2 – Jerk x 3 reps @ 70% ⏎ Minute 3 – Clean x 1 @ 70%",
        2 + 3,
    ),
    (f"{EMOM_10} ⏎ Minute 1 – Snatch x 2 reps @ 70% ⏎ Jerk x 3 reps @ 70%", 10 * 2 + 10 * 3),
    # ---------------------------------------------------------------------------------------------- complexes
    (f"{EVERY_2} ⏎ (Clean + 2 Front Squats + Jerk) x 2 reps @ 80%", 4 * 2 * 4),
    (f"{EVERY_2} ⏎ 1 Clean + 2 Jerks @ 80%", 4 * 3),
    ("Three sets of: ⏎ (Power Snatch + Hang Snatch) x 2 reps @ 70%", 3 * 2 * 2),
    (f"{EVERY_3} ⏎ Back Squat x 5 reps ⏎ *Set 1 = empty bar ⏎ *Sets 2-4 = 70%", 3 * 5),
    (f"{EVERY_2} ⏎ 4 Clean + Jerks @ 80%", 4 * 4 * 2),
    (f"{EVERY_2} ⏎ Clean + Jerk @ 80%", 4 * 2),
    ("Snatch Push Press + Overhead Squat 70% x 3+1 x 4", 4 * (3 + 1)),
    ("Power Clean + Jerk 70% x 2 (1+1) x 4", 4 * 2 * 2),
    # --------------------------------------------------------------------------- versions, slots of a rotation
    ("Three sets of: ⏎ Snatch x 2 reps @ 70% ⏎ Scaled: ⏎ Power Snatch x 3 reps @ 60%", 3 * 2),
    ("Rx: ⏎ Snatch 5 x 2 @ 70% ⏎ Masters: ⏎ Snatch 3 x 2 @ 70%", 5 * 2),
    (
        "Every 2 minutes, for 12 minutes: ⏎ Interval 1 - Snatch x 2 @ 70% ⏎ Interval 2 - Jerk x 3 @ 70%",
        3 * (2 + 3),
    ),
    ("Three rounds of: ⏎ Station 1: Snatch x 2 reps @ 70% ⏎ Station 2: Jerk x 3 reps @ 70%", 3 * (2 + 3)),
    # ----------------------------------------------------------------------------------- sides, ranges, ends
    ("Three sets of: ⏎ Split Squat x 6 reps each leg @ 60 kg", 3 * 6 * 2),
    ("Three sets of: ⏎ Barbell Lunge x 12 reps (6 each leg) @ 60 kg", 3 * 6 * 2),
    ("Three sets of: ⏎ 9/9 Barbell Lunges @ 60 kg", 3 * 9 * 2),
    ("Three sets of: ⏎ Back Squat x 4-6 reps @ 70%", 3 * 5),
    ("2-3 sets of: ⏎ Back Squat x 4 reps @ 70%", 2.5 * 4),
    ("Three sets of: ⏎ Back Squat x 3+ reps @ 70%", 3 * 3),
    # --------------------------------------------------------------------------------------- at working weight
    ("Three sets of: ⏎ Front Squat x 5 reps, same load as last Monday", 3 * 5),
    ("Three sets of: ⏎ Front Squat x 5 reps @ RPE 8", 3 * 5),
    ("Three sets of: ⏎ Pull-Ups x 5 reps @ 60%", 3 * 5),
    ("Three sets of: ⏎ Push-Ups x 5 reps @ 20 kg", 0),
    ("Three sets of: ⏎ Front Squat x 5 reps", 0),
    ("Three sets of: ⏎ Front Squat x 5 reps, heavy", 0),
    ("With empty bar: ⏎ Snatch x 5 reps", 0),
    ("AMRAP 7: ⏎ Thruster x 10 reps @ 40 kg", 0),
    ("15-12-9 reps, for time of: ⏎ Deadlift @ 60 kg", 0),
    ("Tabata Deadlift @ 40 kg", 0),
    ("Three sets of: ⏎ Dips x 5 ⏎ Cool-Down ⏎ Three sets of: ⏎ Snatch x 3 reps @ 50%", 0),
    ("Three sets of: ⏎ Dips x 5 ⏎ Conditioning ⏎ Three sets of: ⏎ Snatch x 3 reps @ 50%", 0),
    ("Three sets of: ⏎ Dips x 5 ⏎ Optional work ⏎ Three sets of: ⏎ Snatch x 3 reps @ 50%", 3 * 3),
    ("Three sets of: ⏎ Dips x 5 ⏎ Accessory ⏎ Three sets of: ⏎ Snatch x 3 reps @ 50%", 3 * 3),
]


@pytest.mark.parametrize(("lines", "lifts"), FORMS)
def test_lifts_of_lines(lines: str, lifts: float) -> None:
    assert lifts_in(record_of("A.", *lines.split(" ⏎ "))) == lifts


@pytest.mark.parametrize(
    ("lines", "uncounted", "max_efforts"),
    [
        ("In 20 minutes, build to a 2-RM Snatch", 0, 1),
        ("In 6 sets, build to a heavy single Snatch or Power Snatch", 0, 1),
        (f"{EVERY_2} ⏎ Clean x max reps @ 80%", 1, 0),
        (f"{EVERY_2} ⏎ Clean + Jerk x max reps @ 80%", 1, 0),
        (f"{EVERY_2} ⏎ Clean & Jerk @ 80%", 1, 0),
        ("Three sets of: ⏎ Back Squat x 30 seconds @ 60 kg", 0, 0),
        ("Three sets of: ⏎ Clean + Jerk x 30 seconds @ 60 kg", 0, 0),
        ("Three sets of: ⏎ Barbell Lunge x 20 meters @ 60 kg", 0, 0),
    ],
)
def test_an_amount_that_is_not_in_repetitions_is_no_lift(
    lines: str, uncounted: int, max_efforts: int
) -> None:
    load = summary_of(*lines.split(" ⏎ ")).total
    assert (load.lifts, load.uncounted, load.max_efforts) == (0, uncounted, max_efforts)


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("Snatch", True),
        ("Clean", True),
        ("Clean & Jerk", True),
        ("Jerk", True),
        ("Clean Pull", True),
        ("Back Squat", True),
        ("Push Press", True),
        ("Deadlift", True),
        ("Barbell Row", False),
        ("Pull-Ups", False),
        ("Thruster", True),
        ("Sled Tango", False),
        ("Clean + Pull-Up", True),
    ],
)
def test_a_weight_in_kilograms_counts_for_barbell_movements(name: str, counts: bool) -> None:
    record = record_of("A.", "Three sets of:", f"{name} x 5 reps @ 60 kg")
    assert bool(lifts_in(record)) is counts


@pytest.mark.parametrize(
    ("load", "percent", "hard"),
    [
        ("79.9%", "79.9", False),
        ("80%", "80", True),
        ("75-85%", "80", True),
        ("85% of 3-RM Back Squat", None, False),
        ("RPE 6-7", None, False),
        ("RPE 7", None, True),
        ("100 kg", None, False),
    ],
)
def test_a_set_is_hard_from_80_percent_of_a_1_rm_or_rpe_7_on(
    load: str, percent: str | None, hard: bool
) -> None:
    (dose,) = doses_of(record_of("A.", "Three sets of:", f"Back Squat x 5 reps @ {load}"))
    assert (dose.percent, dose.hard) == (percent and Decimal(percent), hard)
    assert (dose.sets, dose.reps, dose.families) == (3, 5, (("squat", 1),))
    assert not dose.builds_to_max


def test_a_build_to_a_max_is_hard_and_has_no_load() -> None:
    (dose,) = doses_of(record_of("A.", "In 20 minutes, build to a 2-RM Snatch"))
    assert dose == Dose((("snatch", 1),), None, Decimal(0), None, hard=True, load=None, builds_to_max=True)
    assert (dose.repetitions, dose.lifts_per_rep) == (0, 1)


def test_an_unknown_movement_is_of_the_family_other() -> None:
    (dose,) = doses_of(record_of("A.", "Three sets of:", "(2 Cleans + Zercher Wobble) x 2 @ 60 kg"))
    assert dose.families == (("clean", 2), ("other", 1))


def test_a_movement_s_own_lifts_are_those_of_its_parts() -> None:
    block, exercise = exercise_of("A.", EVERY_2, "(Clean + 2 Front Squats + Clean) x 2 reps @ 70-75%")
    assert LiftCounter("front_squat").lifts("main", block, exercise) == 4 * 2 * 2
    assert LiftCounter("clean").lifts("main", block, exercise) == 4 * 2 * 2
    assert LiftCounter("snatch").lifts("main", block, exercise) == 0
    assert (
        LiftCounter("snatch").lifts("main", *exercise_of("A.", "Three sets of:", "Snatch x 2 reps @ 70%"))
        == 3 * 2
    )
    assert (
        LiftCounter("snatch").lifts("main", *exercise_of("A.", "In 9 minutes, build to a 1-RM Snatch")) == 0
    )


@pytest.mark.parametrize(
    ("lines", "top"),
    [
        ("Three sets of: ⏎ Back Squat x 5 reps @ 70-75%", 75),
        ("Three sets of: ⏎ Back Squat x 5 reps @ 101%+", 101),
        ("Three sets of: ⏎ Back Squat x 5 reps @ no more than 60%", 60),
        ("Three sets of: ⏎ Back Squat x 5 reps @ 60 kg", None),
        ("Three sets of: ⏎ Back Squat x 5 reps", None),
        (f"{EVERY_3} ⏎ Back Squat ⏎ *Sets 1-2 = 8 reps @ 70% ⏎ *Sets 3-4 = 3 reps @ 62.5%", 70),
    ],
)
def test_the_highest_percentage_of_an_exercise(lines: str, top: int | None) -> None:
    _, exercise = exercise_of("A.", *lines.split(" ⏎ "))
    assert top_percent(exercise) == top


def summary_of(*lines: str) -> LoadSummary:
    (row,) = load_by("day", [session_doses(record_of("A.", *lines))])
    return row.summary


def test_a_count_beyond_all_training_is_capped() -> None:
    (dose,) = doses_of(record_of("A.", "Three sets of:", "Snatch x 99999 reps @ 70%"))
    assert (dose.sets, dose.reps) == (3, 10_000)


# ----------------------------------------------------------------------------------------------- one count
AMOUNTS = st.builds(
    "{}{}{}".format,
    st.sampled_from(["Back Squat", "Snatch", "Clean + Jerk", "Split Squat", "Back Squat or Front Squat"]),
    st.sampled_from(["", " x 3", " x 4-6 reps", " x 6 reps each leg", " x max reps", " x 30 seconds"]),
    st.sampled_from(["", " @ 70%", " @ 60-70%", " @ 60 kg", " @ RPE 8", ", heavy"]),
)
ROWS = st.sampled_from(["*Sets 1-2 = 5 reps @ 70%", "*Set 3 = 2 reps @ 80%", "Rest 2 minutes"])
SCHEMES = st.sampled_from(
    [
        "Three sets of:",
        "2-3 sets of:",
        EVERY_2,
        "AMRAP 7:",
        "3 Rounds:",
        "EMOM x 6:",
        "In 9 minutes, build to a 3-RM",
    ]
)
SEGMENTS = st.builds(
    lambda label, scheme, lines: [label, scheme, *lines],
    st.sampled_from(["Warm-Up", "A.", "B.", "C.", "Conditioning"]),
    SCHEMES,
    st.lists(AMOUNTS | ROWS, min_size=1, max_size=4),
)


@given(st.lists(SEGMENTS, min_size=1, max_size=5))
@settings(max_examples=50)
def test_the_checks_and_the_training_load_count_the_same_lifts(segments: list[list[str]]) -> None:
    lines = [line for segment in segments for line in segment]
    week = week_records(raw_post("Monday", "A.", "Back Squat 5 x 5 @ 70%", "Wednesday", *lines))

    rows = load_by("week", map(session_doses, week.records))
    assert volume_of(week).lifts == round(sum(row.summary.total.lifts for row in rows))
    assert sum(map(lifts_in, week.records)) == sum(row.summary.total.lifts for row in rows)
