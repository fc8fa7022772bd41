"""Training load against sums worked by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import msgspec
import pytest

from wod_pipeline.demo import sample_posts
from wod_pipeline.program import SessionRecord
from wod_pipeline.training import (
    Athlete,
    LiftCounter,
    Rack,
    TrainingLoad,
    Weight,
    exact,
    load_by,
    period_holding,
    session_doses,
    top_percent,
)
from wod_pipeline.training._lifts import doses_of
from wod_pipeline.training._load import LoadSummary
from wod_pipeline.weeks import WEEK
from wod_pipeline_tests.builders import MONDAY, exercise_of, raw_post, record_of, week_records, weeks_of

LIFTER = Athlete(
    Rack(), {("snatch", 1): Weight(exact(100), "kg"), ("back_squat", 1): Weight(exact(160), "kg")}
)


def summary(*lines: str, athlete: Athlete | None = None) -> LoadSummary:
    (row,) = load_by("day", [session_doses(record_of(*lines))], athlete)
    return row.summary


def total(*lines: str, athlete: Athlete | None = None) -> TrainingLoad:
    return summary(*lines, athlete=athlete).total


def sample_session(day: dt.date) -> SessionRecord:
    for week in weeks_of(sample_posts(dt.date(2026, 11, 20))):
        for record in week.records:
            if record.date == day:
                return record
    raise AssertionError(f"the sample has nothing on {day}")


def test_a_day_of_the_sample_program_worked_by_hand() -> None:
    """Monday of the sample's first week.

    A   tall snatches from the empty bar: not at working weight            -
        6 sets × 2 hang snatches at 65-70 %, so 67.5         12 lifts   12 × 67.5 =  810
    B   6 sets × 2 × (snatch pull + snatch), two lifts each
        sets 1-2 at 65 %                                      8 lifts    8 × 65   =  520
        sets 3-4 at 68 %                                      8 lifts    8 × 68   =  544
        sets 5-6 at 72 %                                      8 lifts    8 × 72   =  576
    C   5 sets × 6 back squats at 65-70 %, so 67.5           30 lifts   30 × 67.5 = 2025
    D   split squats and hollow holds, no load stated          -
                                                             66 lifts              4475
    """
    load = load_by("day", [session_doses(sample_session(dt.date(2026, 10, 5)))])[0].summary
    assert load.total.lifts == 12 + 8 + 8 + 8 + 30 == 66
    assert load.total.percent_lifts == 810 + 520 + 544 + 576 + 2025 == 4475
    assert load.total.average_intensity == Decimal("67.8"), "4475 / 66 = 67.80"
    assert load.total.zones == [12 + 8 + 8 + 30, 8, 0, 0]
    assert load.total.hard_sets == 0
    assert {name: family.lifts for name, family in load.families.items()} == {
        "snatch": 12 + 12,
        "pull": 12,
        "squat": 30,
    }


def test_a_complex_counts_each_of_its_parts() -> None:
    load = summary(
        "A.", "Every 2 minutes, for 8 minutes (4 sets):", "(Clean + 2 Front Squats + Jerk) x 1 rep @ 80%"
    )
    assert load.total.lifts == 4 * (1 + 2 + 1)
    assert {name: family.lifts for name, family in load.families.items()} == {
        "clean": 4,
        "squat": 8,
        "jerk": 4,
    }
    assert load.total.hard_sets == 4, "once for the total, however many parts"


@pytest.mark.parametrize(
    ("percent", "zones"),
    [
        ("69.9%", [3, 0, 0, 0]),
        ("70%", [0, 3, 0, 0]),
        ("79.9%", [0, 3, 0, 0]),
        ("80%", [0, 0, 3, 0]),
        ("90%", [0, 0, 0, 3]),
        ("105%", [0, 0, 0, 3]),
        ("85-95%", [0, 0, 0, 3]),
    ],
)
def test_zones_begin_at_70_80_and_90_percent_and_a_range_counts_by_its_middle(
    percent: str, zones: list[int]
) -> None:
    assert total("A.", "Three sets of:", f"Back Squat x 1 rep @ {percent}").zones == zones


def test_an_open_end_counts_by_the_end_that_is_stated() -> None:
    assert total("A.", "Two sets of:", "Snatch x 1 rep @ 80%+").average_intensity == 80


def test_set_rows_count_with_their_own_repetitions_and_percentages() -> None:
    load = total(
        "A.",
        "Every 3 minutes, for 12 minutes (4 sets):",
        "Back Squat",
        "*Sets 1-2 = 8 reps @ 70%",
        "*Sets 3-4 = 3 reps @ 85%",
    )
    assert load.lifts == 2 * 8 + 2 * 3
    assert load.average_intensity == round(Decimal(16 * 70 + 6 * 85) / 22, 1)


@pytest.mark.parametrize(
    "lines",
    [
        ("Warm-Up", "Three sets of:", "Snatch x 3 reps @ 50%", "A.", "Rest as needed"),
        ("A.", "Three sets of:", "Snatch x 3 reps with empty bar"),
        ("A.", "Three sets of:", "Push-Ups x 20 reps"),
        ("A.", "AMRAP 7:", "Thruster x 10 reps @ 50%"),
        ("A.", "Three sets of:", "Dumbbell Curl x 10 reps @ 15 kg"),
    ],
)
def test_what_is_not_at_working_weight_is_no_lift(lines: tuple[str, ...]) -> None:
    assert total(*lines).lifts == 0


def test_repetitions_per_side_count_twice_and_of_alternatives_the_first() -> None:
    sides = record_of("A.", "Three sets of:", "Barbell Lunge x 6 reps each leg @ 60 kg")
    assert sum(dose.reps * (dose.sets or 0) for dose in doses_of(sides)) == 3 * 6 * 2
    either = total("A.", "Three sets of:", "Back Squat x 5 reps @ 70% OR Front Squat x 8 reps @ 70%")
    assert either.lifts == 15


def test_exercises_named_for_a_minute_take_turns() -> None:
    load = total(
        "A.",
        "Every minute, on the minute, for 10 minutes (10 sets):",
        "Minute 1 – Snatch x 2 reps @ 70%",
        "Minute 2 – Back Squat x 3 reps @ 70%",
    )
    assert load.lifts == 5 * 2 + 5 * 3


def test_a_build_to_a_max_is_one_hard_set_whose_warm_up_is_not_guessed() -> None:
    load = total("A.", "In 20 minutes, build to a 2-RM Snatch")
    assert (load.lifts, load.max_efforts, load.hard_sets, load.average_intensity) == (0, 1, 1, None)


def test_a_percentage_of_an_n_rm_counts_lifts_but_no_intensity() -> None:
    load = total("A.", "Three sets of:", "Bench Press x 6 reps @ 80% of 6-RM Bench Press")
    assert (load.lifts, load.rated_lifts, load.average_intensity) == (18, 0, None)


def test_rpe_seven_is_hard_and_six_is_not() -> None:
    assert total("A.", "Three sets of:", "Strict Press x 8 reps @ RPE 7").hard_sets == 3
    assert total("A.", "Three sets of:", "Strict Press x 8 reps @ RPE 6").hard_sets == 0


def test_tonnage_is_weight_times_lifts_where_the_max_is_known() -> None:
    lines = ("A.", "Two sets of:", "Snatch x 3 reps @ 70%", "Clean x 2 reps @ 70%")
    load = total(*lines, athlete=LIFTER)
    assert (load.tonnage, load.weighed_lifts, load.lifts) == (2 * 3 * 70, 6, 10)
    assert total(*lines).weighed_lifts == 0


def test_changes_compare_with_the_week_just_before_and_with_none_after_a_gap() -> None:
    def week(monday: dt.date, sets: int) -> list[SessionRecord]:
        lines = (
            "Monday",
            "A.",
            f"Every 2 minutes, for {2 * sets} minutes ({sets} sets):",
            "Snatch x 2 reps @ 70%",
        )
        return week_records(raw_post(*lines, monday=monday)).records

    seven = dt.timedelta(days=7)
    records = [*week(MONDAY, 5), *week(MONDAY + seven, 6), *week(MONDAY + 3 * seven, 4)]
    rows = load_by("week", map(session_doses, records))
    assert [row.summary.total.lifts for row in rows] == [10, 12, 8]
    assert [row.lifts_change_pct for row in rows] == [None, 20, None]
    assert [row.start for row in load_by("month", map(session_doses, records))] == [dt.date(2026, 3, 1)]


def test_a_lift_s_own_repetitions_and_highest_percentage() -> None:
    block, exercise = exercise_of(
        "A.", "Every 2 minutes, for 8 minutes (4 sets):", "(Clean + 2 Front Squats) x 2 reps @ 70-75%"
    )
    assert LiftCounter("front_squat").lifts("main", block, exercise) == 4 * 2 * 2
    assert LiftCounter("snatch").lifts("main", block, exercise) == 0
    assert top_percent(exercise) == 75


def test_the_load_of_a_week_is_the_sum_of_its_sessions() -> None:
    """Monday: 2 × 3 snatches at 75 %, Wednesday: 2 × 2 (snatch + 2 squats) at RPE 8, and a 1-RM."""
    lines = (
        *(
            "Monday",
            "A.",
            "Two sets of:",
            "Snatch x 3 reps @ 75%",
            "B.",
            "In 9 minutes, build to a 1-RM Jerk",
        ),
        *("Wednesday", "A.", "Two sets of:", "(Snatch + 2 Back Squats) x 2 reps @ RPE 8"),
        *("B.", "Two sets of:", "Back Squat x max reps @ 85%"),
    )
    (row,) = load_by("week", map(session_doses, week_records(raw_post(*lines)).records), LIFTER)
    assert row.summary.sessions == 2
    assert row.summary.total == TrainingLoad(
        lifts=Decimal(6 + 12),
        rated_lifts=Decimal(6),
        percent_lifts=Decimal(6 * 75),
        zones=[Decimal(n) for n in (0, 6, 0, 0)],
        hard_sets=Decimal(1 + 2),
        max_efforts=1,
        uncounted=1,
        tonnage=Decimal(6 * 75),
        weighed_lifts=Decimal(6),
    )
    assert row.summary.families == {
        "snatch": TrainingLoad(
            lifts=Decimal(6 + 4),
            rated_lifts=Decimal(6),
            percent_lifts=Decimal(6 * 75),
            zones=[Decimal(n) for n in (0, 6, 0, 0)],
            hard_sets=Decimal(2),
            tonnage=Decimal(6 * 75),
            weighed_lifts=Decimal(6),
        ),
        "jerk": TrainingLoad(hard_sets=Decimal(1), max_efforts=1),
        "squat": TrainingLoad(lifts=Decimal(8), hard_sets=Decimal(2), uncounted=1),
    }


@pytest.mark.parametrize(
    ("load", "tonnage"),
    [
        ("60 kg", 3 * 60),
        ("50-60 kg", 3 * 55),
        ("100 lb", Decimal(3) * Decimal("45.359237")),
        ("60", 0),
        ("RPE 8", 0),
        ("70-80%", 3 * 75),
        ("70%+", 3 * 70),
        ("no more than 70%", 3 * 70),
        ("70% of 1-RM Clean", 0),
    ],
)
def test_tonnage_by_the_kind_of_load(load: str, tonnage: int) -> None:
    found = total("A.", "Three sets of:", f"Snatch x 1 rep @ {load}", athlete=LIFTER)
    assert (found.tonnage, found.weighed_lifts) == (tonnage, 3 if tonnage else 0)


def test_a_complex_weighs_every_lift_of_it_and_each_family_its_own() -> None:
    load = summary("A.", "Three sets of:", "(Snatch + 2 Back Squats) x 2 reps @ 50 kg", athlete=LIFTER)
    assert (load.total.tonnage, load.total.weighed_lifts) == (3 * 2 * 3 * 50, 18)
    assert load.families["squat"].tonnage == 3 * 2 * 2 * 50


def test_changes_are_in_percent_of_lifts_and_in_points_of_intensity() -> None:
    def day(number: int, sets: int, percent: str) -> SessionRecord:
        monday = MONDAY + dt.timedelta(weeks=number)
        lines = ("Monday", "A.", f"{sets} sets of:", f"Snatch x 1 rep @ {percent}")
        return week_records(raw_post(*lines, monday=monday)).records[0]

    records = [day(0, 3, "70%"), day(1, 4, "72.5%"), day(2, 2, "RPE 8"), day(5, 3, "80%")]
    sessions = [session_doses(record) for record in reversed(records)]
    rows = load_by("week", sessions)
    assert [row.start for row in rows] == [MONDAY + dt.timedelta(weeks=n) for n in (0, 1, 2, 5)]
    assert [row.lifts_change_pct for row in rows] == [None, Decimal("33.3"), -50, None]
    assert [row.intensity_change for row in rows] == [None, Decimal("2.5"), None, None]
    months = load_by("month", sessions)
    assert [(row.start, row.summary.total.lifts) for row in months] == [
        (dt.date(2026, 3, 1), 9),
        (dt.date(2026, 4, 1), 3),
    ]
    assert [row.lifts_change_pct for row in months] == [None, Decimal("-66.7")]
    assert months[1].intensity_change == 80 - Decimal("71.4"), "(3 × 70 + 4 × 72.5) / 7 = 71.43"


def test_days_compare_with_the_day_before_and_leave_undated_sessions_out() -> None:
    lines = ("A.", "3 sets of:", "Snatch x 1 rep @ 70%")
    records = week_records(raw_post("Monday", *lines, "Tuesday", *lines, "Friday", *lines)).records
    undated = replace(session_doses(records[2]), date=None)
    sessions = [*map(session_doses, records[:2]), undated]
    rows = load_by("day", sessions)
    assert [(row.start, row.lifts_change_pct) for row in rows] == [
        (MONDAY, None),
        (MONDAY + dt.timedelta(days=1), 0),
    ]
    assert [row.summary.sessions for row in load_by("week", sessions)] == [3]
    assert [row.start for row in load_by("month", [undated])] == [dt.date(2026, 3, 1)]


def test_amounts_of_one_session_add_up() -> None:
    """Two builds to a max, two squats without a count, and sets that are hard, hard and not."""
    load = total(
        *("A.", "In 9 minutes, build to a 1-RM Jerk", "B.", "In 9 minutes, build to a 1-RM Snatch"),
        *("C.", "Two sets of:", "Back Squat x max reps @ 70%", "Front Squat x max reps @ 70%"),
        *("D.", "Three sets of:", "Back Squat x 2 reps @ 80%", "Snatch x 1 rep @ 90%", "Clean x 1 rep @ 60%"),
    )
    assert (load.max_efforts, load.uncounted, load.hard_sets) == (2, 2, 2 + 3 + 3)
    assert (load.lifts, load.zones) == (3 * 4, [3, 0, 6, 3])


def test_the_period_that_holds_a_day() -> None:
    day = dt.date(2026, 11, 25)
    assert period_holding("day", day) == day
    assert period_holding("week", day) == dt.date(2026, 11, 23)
    assert period_holding("month", day) == dt.date(2026, 11, 1)


@pytest.mark.parametrize(
    "line", ["Snatch x 99999999999999999999 reps @ 70%", "Sets 1-999999999 = 5 reps @ 99999999999%"]
)
def test_absurd_numbers_stay_numbers(line: str) -> None:
    load = total("A.", "Three sets of:", "Snatch x 1 rep", line, athlete=LIFTER)
    assert load.lifts >= 0


def test_a_session_dated_outside_its_week_counts_in_its_week() -> None:
    record = record_of("A.", "5 sets of:", "Back Squat x 3 reps @ 70%")
    late = session_doses(msgspec.structs.replace(record, date=record.week + WEEK))
    assert [row.start for row in load_by("week", [late])] == [record.week]
    assert [row.start for row in load_by("day", [late])] == [record.week + WEEK]
