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
from wod_pipeline.training import Athlete, Rack, Weight


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
        ("[plates]\n20 = 1.5", "[plates] 20 = 1.5: write the number of pairs, 0 to 20."),
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


HUGE = "0x" + "f" * 5_000


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            f"[1-RM]\nsnatch = {HUGE}",
            "[1-RM] snatch: 'a number of thousands of digits' is not a weight; write a number, or '205 lb'.",
        ),
        (
            f"[bar]\nstep = {HUGE}",
            "[bar] step: 'a number of thousands of digits' is not a weight; write a number, or '205 lb'.",
        ),
        (
            f"[plates]\n20 = {HUGE}",
            "[plates] 20 = a number of thousands of digits: write the number of pairs, 0 to 20.",
        ),
        (f"unit = {HUGE}", "unit is a number of thousands of digits: use kg or lb."),
        (f"unit = [{HUGE}]", "unit is a number of thousands of digits: use kg or lb."),
        (f"unit.{'a.' * 5_000}a = 1", "unit is a table of hundreds of levels: use kg or lb."),
        (f"[bar]\n{'w' * 9_000} = 1", f"[bar] {'w' * 40} is not known: use weight and step."),
        (
            f"[1-RM]\n{'s' * 9_000} = 1",
            f"[1-RM] '{'s' * 40}' is not a known movement; `wod movements` lists them.",
        ),
        (
            f"[plates]\n{'9' * 9_000} = 1",
            f"[plates] '{'9' * 40}' is not the weight of a plate (0.1 to 100, at most 2 decimals).",
        ),
    ],
    ids=str.split("max step pairs unit list table bar-name movement plate"),
)
def test_a_mistake_beyond_all_bounds_has_a_short_sentence_too(text: str, problem: str) -> None:
    assert problems(text) == [problem]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"[1-RM]\nsnatch = {'9' * 5_000}", "a number has too many digits"),
        ("[1-RM]\nsnatch = 1e-9999999999999999999", "'1e-9999999999999999999' is too large or too small"),
        (f"a = {'[' * 5_000}", "it is nested too deeply"),
    ],
    ids=str.split("digits exponent depth"),
)
def test_a_file_that_toml_s_reader_gives_up_on_says_why(text: str, why: str) -> None:
    with pytest.raises(AthleteFileError) as raised:
        check_text(text.encode(), "athlete.toml")
    assert str(raised.value).startswith(f"athlete.toml is not a TOML file: {why}. `wod athlete init`")


def test_a_movement_given_twice_under_two_names_is_a_mistake() -> None:
    assert problems('[1-RM]\nclean_and_jerk = 120\n"Clean & Jerk" = 125') == [
        "[1-RM] 'clean_and_jerk' and 'Clean & Jerk' are both Clean & Jerk: write it once."
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


# ------------------------------------------------------------------------------------------------- bounds
def checked(text: str) -> Athlete:
    found = check_text(text.encode(), "athlete.toml")
    assert found.problems == []
    return found.athlete


@pytest.mark.parametrize(
    ("written", "weight"),
    [
        ("100", "100 kg"),
        ("92.5", "92.5 kg"),
        ('"92,5"', "92.5 kg"),
        ('" 205 lb "', "205 lb"),
        ('"205LBS"', "205 lb"),
        ('"93kgs"', "93 kg"),
        ("700", "700 kg"),
        ('"1500 lb"', "1500 lb"),
        ("0.001", "0 kg"),
    ],
)
def test_a_weight_is_a_number_in_the_file_s_unit_or_says_its_own(written: str, weight: str) -> None:
    assert str(checked(f"[1-RM]\nsnatch = {written}").maxes["snatch", 1]) == weight


def test_a_number_is_in_pounds_in_a_file_in_pounds() -> None:
    assert checked('unit = "lb"\n[1-RM]\nsnatch = 205').maxes["snatch", 1] == Weight(Fraction(205), "lb")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[1-RM]\nsnatch = 700.5", "[1-RM] snatch: 700.5 kg is not between 0 and 700 kg."),
        ('[1-RM]\nsnatch = "1501 lb"', "[1-RM] snatch: 1501 lb is not between 0 and 1500 lb."),
        (
            '[1-RM]\nsnatch = "12.3456"',
            "[1-RM] snatch: '12.3456' is not a weight; write a number, or '205 lb'.",
        ),
        (
            f'[1-RM]\nsnatch = "{"x" * 50}"',
            f"[1-RM] snatch: '{'x' * 40}' is not a weight; write a number, or '205 lb'.",
        ),
        ("[bar]\nstep = 0.09", "[bar] step: 0.09 kg is no step to load in; write 0.1 to 20 kg."),
        ("[bar]\nstep = 20.5", "[bar] step: 20.5 kg is no step to load in; write 0.1 to 20 kg."),
        (
            '[bar]\nstep = "5 lb"',
            "[bar] step: 5 lb is not in kg, the unit of your plates; write 0.1 to 20 kg.",
        ),
        ("[bar]\nstep = 0.125", "[bar] step: 0.125 kg has more than 2 decimals."),
        ('[1-RM]\nsnatch = "1,000"', "[1-RM] snatch: '1,000' is not a weight; write a number, or '205 lb'."),
        ('[plates]\n10 = 1\n"10.0" = 2', "[plates] '10' and '10.0' are the same plate: write it once."),
        ('[plates]\n"10.0" = 0\n10 = 2', "[plates] '10.0' and '10' are the same plate: write it once."),
        ('unit = "lb"\n[bar]\nstep = 20.1', "[bar] step: 20.1 lb is no step to load in; write 0.1 to 20 lb."),
        ("[bar]\nweight = 100.5", "[bar] weight: 100.5 kg is too much for one."),
        ('[bar]\nstep = "heavy"', "[bar] step: 'heavy' is not a weight; write a number, or '205 lb'."),
        (
            "[21-RM]\nsnatch = 1",
            "[21-RM] is not known: use unit, [bar], [plates], [1-RM], [3-RM] and the like.",
        ),
        ("[plates]\n20 = 21", "[plates] 20 = 21: write the number of pairs, 0 to 20."),
        ("[plates]\n20 = -1", "[plates] 20 = -1: write the number of pairs, 0 to 20."),
        ("[plates]\n20 = true", "[plates] 20 = True: write the number of pairs, 0 to 20."),
        (
            "[plates]\n101 = 1",
            "[plates] '101' is not the weight of a plate (0.1 to 100, at most 2 decimals).",
        ),
        (
            '[plates]\n"0.09" = 1',
            "[plates] '0.09' is not the weight of a plate (0.1 to 100, at most 2 decimals).",
        ),
        (
            '[plates]\n"2.555" = 1',
            "[plates] '2.555' is not the weight of a plate (0.1 to 100, at most 2 decimals).",
        ),
        (
            '[plates]\n"Infinity" = 1',
            "[plates] 'Infinity' is not the weight of a plate (0.1 to 100, at most 2 decimals).",
        ),
        (
            "[plates]\nbig = 1",
            "[plates] 'big' is not the weight of a plate (0.1 to 100, at most 2 decimals).",
        ),
        (
            "[plates]\n" + "\n".join(f'"1.{n:02}" = 20' for n in (1, 3, 7, 9, 13, 27)),
            "[plates] make more than 4,000 different weights: leave out the smallest.",
        ),
        (
            "plates = 20",
            "plates must be a table of at most 16 kinds: [plates], then 20 = 2 for two pairs of 20.",
        ),
        (
            "[plates]\n" + "\n".join(f"{n} = 1" for n in range(1, 18)),
            "plates must be a table of at most 16 kinds: [plates], then 20 = 2 for two pairs of 20.",
        ),
    ],
)
def test_what_lies_just_outside_a_bound_is_a_mistake(text: str, problem: str) -> None:
    assert problems(text) == [problem]


def test_what_lies_just_inside_the_bounds_is_taken() -> None:
    text = '[bar]\nweight = 100\nstep = 0.5\n[20-RM]\nsnatch = 1\n[plates]\n100 = 20\n"0.1" = 1\n"2.55" = 2'
    athlete = checked(text)
    assert athlete.rack == Rack(
        "kg",
        Fraction(100),
        Fraction(1, 2),
        ((Fraction(100), 20), (Fraction("2.55"), 2), (Fraction("0.1"), 1)),
    )
    assert athlete.maxes == {("snatch", 20): Weight(Fraction(1), "kg")}
    assert len(checked("[plates]\n" + "\n".join(f"{n} = 1" for n in range(1, 17))).rack.plates) == 16


def test_a_bar_may_be_in_the_other_unit() -> None:
    athlete = checked('[bar]\nweight = "45 lb"')
    assert athlete.rack == Rack("kg", Fraction("20.41165665"), Fraction("2.5"), bar_unit="lb")


@pytest.mark.parametrize("step", ["0.1", "20", '"10 kg"'])
def test_the_finest_and_the_coarsest_step_are_taken(step: str) -> None:
    assert checked(f"[bar]\nstep = {step}").rack.step > 0


def test_a_step_that_is_refused_is_replaced_by_the_usual_one() -> None:
    assert check_text(b"[bar]\nstep = 50", "x").athlete.rack == Rack()


def test_an_empty_file_is_an_athlete_without_maxes() -> None:
    assert checked("") == Athlete(Rack(), {})
    assert checked('unit = "lb"').rack == Rack("lb", Fraction(45), Fraction(5))


def test_what_is_wrong_does_not_hide_what_is_right() -> None:
    found = check_text(b'unit = "stone"\n[bar]\nweight = -1\n[1-RM]\nsnach = 1\nclean = 100', "x")
    assert found.athlete == Athlete(Rack(), {("clean", 1): Weight(Fraction(100), "kg")})
    assert len(found.problems) == 3


def test_the_message_of_a_file_with_problems(tmp_path: Path) -> None:
    path = tmp_path / "athlete.toml"
    path.write_text("[1-RM]\nqqq = 100\nclean = 0\n")
    with pytest.raises(AthleteFileError) as caught:
        read_athlete(path)
    assert str(caught.value).startswith(
        f"{path} cannot be used:\n"
        "  [1-RM] 'qqq' is not a known movement; `wod movements` lists them.\n"
        "  [1-RM] clean: 0 kg is not between 0 and 700 kg.\n"
    )
    assert caught.value.fix == "Correct it and try `wod athlete check`."
    path.write_text("snatch: 100")
    with pytest.raises(AthleteFileError) as caught:
        read_athlete(path)
    assert str(caught.value).startswith(f"{path} is not a TOML file: ")
    assert caught.value.fix == "`wod athlete init` writes one to start from."


def test_of_hundreds_of_problems_the_first_are_named_and_the_others_counted(tmp_path: Path) -> None:
    path = tmp_path / "athlete.toml"
    path.write_text("[1-RM]\n" + "".join(f"qqq{n} = 1\n" for n in range(60)))
    with pytest.raises(AthleteFileError) as caught:
        read_athlete(path)
    assert str(caught.value).count("is not a known movement") == 50
    assert "\n  … and 10 more\n" in str(caught.value)


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(AthleteFileError) as caught:
        read_athlete(tmp_path)
    assert f"{tmp_path} cannot be read: Is a directory. Check the file's permissions." in str(caught.value)


def test_a_file_of_the_greatest_length_is_read_and_a_longer_one_is_refused() -> None:
    assert check_text(b"#" * LONGEST_FILE, "athlete.toml").problems == []
    with pytest.raises(AthleteFileError) as caught:
        check_text(b"#" * (LONGEST_FILE + 1), "a.toml")
    assert "a.toml is longer than 65,536 bytes. Is it the athlete file?" in str(caught.value)
    with pytest.raises(AthleteFileError, match="`wod athlete init` writes one to start from"):
        check_text(b"x", "a.toml")


@pytest.mark.parametrize("mark", ["\ufeff", "\ufeff\ufeff", "\ufeff\r\n"])
def test_a_byte_order_mark_is_white_space(mark: str, tmp_path: Path) -> None:
    file = tmp_path / "athlete.toml"
    file.write_bytes(f"{mark}# me\r\n[1-RM]\r\nsnatch = 100\r\n".encode())
    athlete = read_athlete(file)
    assert athlete is not None
    assert ("snatch", 1) in athlete.maxes


def test_a_file_in_utf_16_is_named_as_such(tmp_path: Path) -> None:
    (tmp_path / "athlete.toml").write_bytes("unit = 'kg'".encode("utf-16"))
    with pytest.raises(AthleteFileError, match="saved as UTF-16"):
        read_athlete(tmp_path / "athlete.toml")


def test_no_more_of_a_file_is_read_than_an_athlete_file_may_have() -> None:
    with pytest.raises(AthleteFileError, match="longer than 65,536 bytes"):
        read_athlete(Path("/dev/zero"))
