"""The athlete file: what it says, and everything that is wrong with it at once."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wod_pipeline.athlete import EXAMPLE, LONGEST_FILE, athlete_from, check_text, read_athlete
from wod_pipeline.errors import AthleteFileError
from wod_pipeline.training import Rack, Weight


def problems(text: str) -> list[str]:
    return check_text(text.encode(), "athlete.toml").problems


def test_a_whole_file() -> None:
    checked = check_text(
        b"""
        unit = "lb"
        [bar]
        weight = 45
        step = 5
        [1-RM]
        snatch = 205
        "Clean & Jerk" = "120.5 kg"
        [3RM]
        back_squat = 315.5
        [plates]
        45 = 2
        "2.5" = 1
        10 = 0
        """,
        "athlete.toml",
    )
    assert checked.problems == []
    assert checked.athlete.rack == Rack(
        "lb", Fraction(45), Fraction(5), ((Fraction(45), 2), (Fraction("2.5"), 1))
    )
    assert checked.athlete.maxes == {
        ("snatch", 1): Weight(Fraction(205), "lb"),
        ("clean_and_jerk", 1): Weight(Fraction("120.5"), "kg"),
        ("back_squat", 3): Weight(Fraction("315.5"), "lb"),
    }


def test_the_example_is_valid_as_it_is_and_with_every_line_taken_in() -> None:
    assert problems(EXAMPLE) == []
    filled = re.sub(r"(?m)^# (?=[\w.\"]+ = \d)", "", EXAMPLE)
    checked = check_text(filled.encode(), "athlete.toml")
    assert checked.problems == []
    assert checked.athlete.maxes["back_squat", 1] == Weight(Fraction(160), "kg")
    assert checked.athlete.maxes["back_squat", 6] == Weight(Fraction(135), "kg")
    assert checked.athlete.rack.plates[0] == (25, 2)


def test_a_misspelt_movement_is_answered_with_the_nearest() -> None:
    (problem,) = problems("[1-RM]\nbakc_squat = 160")
    assert problem.startswith(
        "[1-RM] 'bakc_squat' is not a known movement; nearest: Back Squat (back_squat), "
    )


def test_a_movement_that_resembles_none_is_answered_with_where_to_look() -> None:
    assert problems("[1-RM]\nqqq = 1") == [
        "[1-RM] 'qqq' is not a known movement; `wod movements` lists them."
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('unit = "stone"', "unit is 'stone': use kg or lb."),
        ("[bar]\nlength = 2", "[bar] length is not known: use weight and step."),
        ("bar = 20", "bar must be a table: [bar] with weight and step."),
        ("[bar]\nweight = 500", "[bar] weight: 500 kg is too much for one."),
        ("[bar]\nstep = 0", "[bar] step: 0 kg is not between 0 and 700 kg."),
        ("[1-RM]\nsnatch = true", "[1-RM] snatch: 'True' is not a weight; write a number, or '205 lb'."),
        ("[1-RM]\nsnatch = nan", "[1-RM] snatch: 'NaN' is not a weight; write a number, or '205 lb'."),
        ("[1-RM]\nsnatch = -5", "[1-RM] snatch: '-5' is not a weight; write a number, or '205 lb'."),
        ("[1-RM]\nsnatch = 7000", "[1-RM] snatch: 7000 kg is not between 0 and 700 kg."),
        ("[plates]\n2.5 = 1", '[plates] 2…: put a plate with decimals in quotes, "2.5" = 1.'),
        ("[plates]\n20 = 1.5", "[plates] 20 = Decimal('1.5'): write the number of pairs, 0 to 20."),
        (
            '[plates]\n"-5" = 1',
            "[plates] '-5' is not the weight of a plate (0.1 to 100, at most 2 decimals).",
        ),
        (
            "[0-RM]\nsnatch = 1",
            "[0-RM] is not known: use unit, [bar], [plates], [1-RM], [3-RM] and the like.",
        ),
        ("[max]\nsnatch = 1", "[max] is not known: use unit, [bar], [plates], [1-RM], [3-RM] and the like."),
        ("1-RM = 100", "1-RM must be a table of movements: [1-RM] on a line of its own."),
    ],
)
def test_each_mistake_has_its_sentence(text: str, problem: str) -> None:
    assert problems(text) == [problem]


def test_a_movement_given_twice_under_two_names_is_a_mistake() -> None:
    assert problems('[1-RM]\nclean_and_jerk = 120\n"Clean & Jerk" = 125') == [
        "[1-RM] 'Clean & Jerk' is Clean & Jerk, which is given already."
    ]


def test_every_problem_is_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "athlete.toml"
    path.write_text('unit = "stone"\n[1-RM]\nsnach = 100\nclean = 0\n')
    with pytest.raises(AthleteFileError) as caught:
        read_athlete(path)
    assert str(caught.value).count("\n  ") == 3
    assert "wod athlete check" in str(caught.value)


def test_no_file_is_no_athlete(tmp_path: Path) -> None:
    assert read_athlete(tmp_path / "none.toml") is None


def test_what_is_no_toml_says_where(tmp_path: Path) -> None:
    with pytest.raises(AthleteFileError, match=r"is not a TOML file: .*line 1"):
        check_text(b"snatch: 100", "athlete.toml")
    with pytest.raises(AthleteFileError, match="is not a TOML file"):
        check_text(b"\xff\xfe", "athlete.toml")
    with pytest.raises(AthleteFileError, match="longer than"):
        check_text(b"#" * (LONGEST_FILE + 1), "athlete.toml")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text(max_size=8),
    lambda inner: st.dictionaries(st.text(max_size=8), inner, max_size=3) | st.lists(inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(["unit", "bar", "plates", "1-RM", "3rm", "99-RM"]) | st.text(max_size=8)


@given(st.dictionaries(NAMES, VALUES, max_size=5))
def test_any_table_is_an_athlete_or_has_problems(table: dict[str, object]) -> None:
    checked = athlete_from(table)
    assert all(weight.amount > 0 for weight in checked.athlete.maxes.values())
    assert checked.athlete.rack.step > 0
    assert checked.athlete.rack.nearest(Fraction(100)) >= checked.athlete.rack.bar
