"""§8: which lift a percent is of, rule by rule, and how a user overrides the policy."""

from __future__ import annotations

import pytest

from wod_pipeline.parsing import parse_post
from wod_pipeline.parsing._references import infer_reference
from wod_pipeline_tests.parsing.reading import check_line, codes, exercises, post, short


@pytest.mark.parametrize(
    ("movements", "lift"),
    [
        (["block_clean"], "clean"),
        (["hang_power_snatch"], "power_snatch"),
        (["snatch_high_pull", "power_snatch", "overhead_squat"], "power_snatch"),
        (["snatch", "power_snatch"], "snatch"),
        (["power_clean", "hang_clean"], "clean"),
        (["split_jerk", "power_jerk"], "jerk"),
        (["clean", "front_squat", "power_jerk"], "clean_and_jerk"),
        (["power_clean", "power_jerk"], "power_clean_and_power_jerk"),
        (["clean_and_jerk", "jerk"], "clean_and_jerk"),
        (["power_clean_and_power_jerk", "power_jerk"], "power_clean_and_power_jerk"),
        (["clean_pull", "clean_high_pull"], "clean"),
    ],
)
def test_one_lift_is_inferred(movements: list[str], lift: str) -> None:
    reference = infer_reference(movements)
    assert (reference.movement_id, reference.source) == (lift, "inferred")


@pytest.mark.parametrize(
    ("movements", "candidates"),
    [
        (["panda_pull"], ("snatch", "clean")),
        (["dip"], ()),
        ([None], ()),
        (["snatch", "clean"], ("snatch", "clean")),
        (["front_squat", "push_press"], ("front_squat", "push_press")),
    ],
)
def test_an_open_question_stays_open_with_its_candidates(
    movements: list[str | None], candidates: tuple[str, ...]
) -> None:
    reference = infer_reference(movements)
    assert (reference.movement_id, reference.source, reference.candidates) == (None, "ambiguous", candidates)


def test_what_the_line_names_goes_first_and_is_inherited_by_the_rows_around_it() -> None:
    above = "Two sets of:\nHang Snatch x 2 reps"
    (exercise,) = exercises(f"{above}\nSet 1 = 60% of 3-RM Power Snatch\nSet 2 = 65%")
    rows = short(exercise)["set_rows"]
    assert [row["load"]["ref"] for row in rows] == [
        "explicit 3-RM power_snatch",
        "inherited 3-RM power_snatch",
    ]


def test_the_nearest_named_lift_above_is_inherited_before_one_below() -> None:
    rows = "Set 1 = 60%\nSet 2 = 65% of 1-RM Clean\nSet 3 = 70%\nSet 4 = 75% of 1-RM Jerk"
    (exercise,) = exercises(f"Four sets of:\nJerk\n{rows}")
    assert [row["load"]["ref"].split()[1] for row in short(exercise)["set_rows"]] == [
        "clean",
        "clean",
        "clean",
        "jerk",
    ]


def test_a_lift_the_vocabulary_lacks_is_never_replaced_by_the_exercise_s_own() -> None:
    percent = {"kind": "percent", "pct": 70, "ref": "ambiguous ?"}
    check_line("Clean x 1 @ 70% of 1-RM Yoke Wobble", {"parts": ["clean"], "reps": 1, "load": percent})


def test_a_mapping_from_movement_to_lifts_overrides_the_policy() -> None:
    lines = [
        "Monday",
        "A.",
        "Romanian Deadlift x 8 @ 60%",
        "Tall Clean x 2 @ 40%",
        "Clean x 1 @ 70% of 1-RM Jerk",
    ]
    policy = {"romanian_deadlift": ["deadlift"], "tall_clean": ["clean", "power_clean"], "clean": ["snatch"]}
    week = parse_post(post(lines), references=policy)
    found = [short(exercise.load)["ref"] for exercise in week.sessions[0].segments[0].blocks[0].exercises]
    assert found == ["inferred deadlift", "ambiguous clean or power_clean", "explicit jerk"]
    assert codes(week) == [("ambiguous_reference", 3)]
