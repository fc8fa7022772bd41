"""The sets of an exercise and its lifts, from the reader on: what counts them and what shows them agree."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wod_pipeline.messages._daily import prescription
from wod_pipeline.program import Number, Range, WeekRecords, walk_exercises
from wod_pipeline.quality import volume_of
from wod_pipeline.reading.answers import history_row
from wod_pipeline.reading.entries import index_week
from wod_pipeline.reading.index import build_index
from wod_pipeline.training import lifts_in, sets_of
from wod_pipeline_tests.builders import exercise_of, raw_post, record_of, week_records
from wod_pipeline_tests.reading.rows import cells_by_column, export_rows

MINUTES = "Every minute, for 6 minutes: ⏎ Minute 1 – Snatch x 3 @ 60% ⏎ Minute 2 – Back Squat x 3 @ 70%"
EITHER = "4 sets of: ⏎ Back Squat or Front Squat"


def week_of(lines: str) -> WeekRecords:
    return week_records(raw_post("Monday", "A.", *lines.split(" ⏎ ")))


def history_of(week: WeekRecords) -> dict[str, Number]:
    """The lifts that the history of each movement of a week shows, warm-ups left out."""
    index = build_index({}, [index_week(week.week, week.records)])
    rows = {
        movement: [history_row(movement, occurrence, None) for occurrence in occurrences]
        for movement, occurrences in index.by_movement.items()
    }
    return {
        movement: sum(exercise.lifts for row in shown for exercise in row.prescriptions)
        for movement, shown in rows.items()
    }


@pytest.mark.parametrize(
    ("lines", "history"),
    [
        ("AMRAP 10: ⏎ 3 Snatches @ 60%", {"snatch": 0}),
        ("3 rounds for time: ⏎ 5 Snatches @ 60%", {"snatch": 0}),
        ("3 rounds of: ⏎ 5 Snatches @ 60%", {"snatch": 15}),
        ("Tabata Snatch @ 60%", {"snatch": 0}),
        ("Dips x 5 ⏎ Cool-Down ⏎ 3 sets of: ⏎ Snatch x 5 @ 60%", {"dip": 0, "snatch": 0}),
        ("Dips x 5 ⏎ Conditioning ⏎ 3 sets of: ⏎ Snatch x 5 @ 60%", {"dip": 0, "snatch": 0}),
        ("Dips x 5 ⏎ Accessory ⏎ 3 sets of: ⏎ Snatch x 5 @ 60%", {"dip": 0, "snatch": 15}),
        ("Dips x 5 ⏎ Accessory ⏎ AMRAP 10: ⏎ 3 Snatches @ 60%", {"dip": 0, "snatch": 0}),
        ("4 sets of: ⏎ Snatch or Snatch x 5 @ 80%", {"snatch": 20}),
        (f"{EITHER} x 5 @ 80%", {"back_squat": 20, "front_squat": 0}),
        ("4 sets of: ⏎ Back Squat x 5 @ 80% ⏎ Front Squat x 3 @ 80%", {"back_squat": 20, "front_squat": 12}),
        (f"{EITHER} ⏎ Set 1: 5 @ 70% ⏎ Set 2: 3 @ 80%", {"back_squat": 0, "front_squat": 8}),
        (
            f"{EITHER} ⏎ Set 1: 5 @ 70% ⏎ Set 2: 3 @ 80% ⏎ Snatch or Power Snatch x 2 @ 70%",
            {"back_squat": 0, "front_squat": 8, "snatch": 8, "power_snatch": 0},
        ),
        ("4 sets of: ⏎ Dips x 5 OR Back Squat x 3 @ 80%", {"dip": 0, "back_squat": 12}),
        ("2 sets of: ⏎ Snatch x 3 @ 60% ⏎ Snatch x 3 @ 60%", {"snatch": 12}),
        (MINUTES, {"snatch": 9, "back_squat": 9}),
        ("Back Squat 5-5-3-3 @ 80%", {"back_squat": 16}),
        ("Back Squat 5-5-3 ⏎ *Sets 1-2 = 70% ⏎ *Set 3 = 80%", {"back_squat": 13}),
    ],
)
def test_a_lift_s_history_has_the_lifts_that_the_load_and_the_checks_count(
    lines: str, history: dict[str, int]
) -> None:
    week = week_of(lines)

    assert history_of(week) == history
    assert sum(map(lifts_in, week.records)) == volume_of(week).lifts == sum(history.values())


@pytest.mark.parametrize(
    ("lines", "rows", "words"),
    [
        ("AMRAP 10: ⏎ 3 Snatches @ 60%", [(None, None, 3, "3 reps")], ["Snatches 3 60%"]),
        ("3 rounds for time: ⏎ 5 Snatches @ 60%", [(1, 3, 5, "5 reps")], ["Snatches 3x5 60%"]),
        (MINUTES, [(1, 3, 3, "3 reps"), (1, 3, 3, "3 reps")], ["Snatch 3x3 60%", "Back Squat 3x3 70%"]),
        (
            MINUTES.replace("6", "5", 1),
            [(1, 3, 3, "3 reps"), (1, 2, 3, "3 reps")],
            ["Snatch 3x3 60%", "Back Squat 2x3 70%"],
        ),
        (
            "Back Squat 5-5-3-3 @ 80%",
            [(1, 2, 5, "5 reps"), (3, 4, 3, "3 reps")],
            ["Back Squat 5-5-3-3 80%"],
        ),
        (
            "Back Squat 5-3-5 @ 80%",
            [(1, 1, 5, "5 reps"), (2, 2, 3, "3 reps"), (3, 3, 5, "5 reps")],
            ["Back Squat 5-3-5 80%"],
        ),
        (
            f"{EITHER} ⏎ Set 1: 5 @ 70% ⏎ Sets 2-4: 3 @ 80%",
            [(1, 4, None, ""), (1, 1, 5, "5 reps"), (2, 4, 3, "3 reps")],
            ["Back Squat", "Front Squat 1x5 70%, 3x3 80%"],
        ),
        (
            "4 sets of: ⏎ Back Squat x 5 reps ⏎ *Sets 1-3 = 70% ⏎ *Set 4 = 2 reps @ 85%",
            [(1, 3, 5, "5 reps"), (4, 4, 2, "2 reps")],
            ["Back Squat 3x5 70%, 1x2 85%"],
        ),
        (
            "Back Squat 5-5-3-3 ⏎ *Set 1 = 70% ⏎ *Sets 2-4 = 80%",
            [(1, 1, 5, "5 reps"), (2, 2, 5, "5 reps"), (3, 4, 3, "3 reps")],
            ["Back Squat 1x5 70%, 1x5 80%, 2x3 80%"],
        ),
        (
            "Back Squat 5-5-3 ⏎ *Sets 1-2 = 4 reps @ 70% ⏎ *Sets 3-4 = 80%",
            [(1, 2, 4, "4 reps"), (3, 4, None, "5-5-3 reps")],
            ["Back Squat 2x4 70%, 80%"],
        ),
        ("2-3 sets of: ⏎ Back Squat x 4 @ 70%", [(1, 3, 4, "4 reps")], ["Back Squat 2–3x4 70%"]),
        ("Back Squat x 4 @ 70%", [(None, None, 4, "4 reps")], ["Back Squat 4 70%"]),
        ("In 6 sets, build to a 2-RM Snatch", [(1, 6, None, "")], ["Snatch"]),
    ],
)
def test_the_csv_and_the_daily_message_have_the_sets_that_are_counted(
    lines: str, rows: list[tuple[int | None, int | None, int | None, str]], words: list[str]
) -> None:
    record = record_of("A.", *lines.split(" ⏎ "))

    cells = [cells_by_column(row) for row in export_rows(record)]
    assert [(c["set_from"], c["set_to"], c["reps_min"], c["quantity"] or "") for c in cells] == rows
    assert [prescription(exercise, block) for _, block, exercise in walk_exercises(record.segments)] == words


def test_a_range_of_minutes_gives_a_range_of_turns() -> None:
    block, exercise = exercise_of(
        "A.", "EMOM x 6:", "Minute 1 – Snatch x 3 @ 60%", "Minute 2 – Jerk x 3 @ 60%"
    )
    block.sets = Range(6, 9)
    (run,) = sets_of(block, exercise)

    assert (run.first, run.sets, run.last) == (1, Range(3, 5), 5)
    block.sets = Range(6, None)
    (run,) = sets_of(block, exercise)
    assert (run.sets, run.last) == (Range(3, None), None)


def test_a_minute_that_never_comes_has_no_set() -> None:
    lines = ("EMOM x 1:", "Minute 2 – Snatch x 3 @ 60%")
    (run,) = sets_of(*exercise_of("A.", *lines))

    assert (run.sets, run.last) == (Range(0, 0), None)
    (cells,) = map(cells_by_column, export_rows(record_of("A.", *lines)))
    assert (cells["set_from"], cells["set_to"]) == (None, None)


SCHEMES = st.sampled_from(
    ["3 sets of:", "AMRAP 7:", "3 rounds for time:", "EMOM x 6:", "2-3 sets of:", "Cool-Down", "B."]
)
LINES = st.sampled_from(
    [
        "Back Squat or Front Squat",
        "Back Squat or Front Squat x 5 @ 80%",
        "Minute 1 – Snatch x 3 @ 60%",
        "Minute 2 – Jerk x 2 @ 60%",
        "Clean 5-5-3-3 @ 80%",
        "*Sets 1-2 = 5 reps @ 70%",
        "*Set 3 = 2 reps @ 80%",
        "Dips x 5",
    ]
)


@given(st.lists(SCHEMES | LINES, min_size=1, max_size=8))
@settings(max_examples=50)
def test_the_histories_of_all_movements_add_up_to_the_lifts_of_the_week(lines: list[str]) -> None:
    week = week_of(" ⏎ ".join(["Deadlift x 5 @ 60%", *lines]))

    assert Decimal(str(sum(history_of(week).values()))) == sum(map(lifts_in, week.records))
