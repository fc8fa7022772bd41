"""The weight of a set as numbers: exact examples, and that the words beside them are made from those numbers."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest
from hypothesis import given

from wod_pipeline.athlete import EXAMPLE
from wod_pipeline.rendering import exercises_of, view_session
from wod_pipeline.rendering._sets import SetView
from wod_pipeline.training import Athlete, Weight, decimal_text, exact
from wod_pipeline_tests.builders import record_of
from wod_pipeline_tests.rendering.test_weights import (
    FEW,
    GAPS,
    KG,
    LB,
    LB_BAR,
    LIGHT,
    MIXED,
    MIXED_FEW,
    athlete,
)
from wod_pipeline_tests.strategies import athletes, percent_words


def rows_of(who: Athlete | None, *lines: str) -> list[dict[str, Any]]:
    """The sets of a segment as a program reads them."""
    view = view_session(record_of("A.", *lines), who)
    rows = [row for exercise in exercises_of(view.items) for row in exercise.sets]
    decoded: list[dict[str, Any]] = msgspec.json.decode(msgspec.json.encode(rows))
    assert msgspec.convert(decoded, list[SetView]) == rows
    return decoded


def working(file: str, line: str) -> Any:
    (row,) = rows_of(athlete(file), "Three sets of:", line)
    return row.get("working")


SNATCH_MAX = {"movement": "snatch", "reps": 1, "source": "inferred", "amount": 100}
BAR = {"amount": 20, "unit": "kg"}


def test_a_range_has_both_ends_with_plates_and_the_percent_they_are() -> None:
    assert working(KG, "Snatch x 2 reps @ 71-77%") == {
        "unit": "kg",
        "low": {"amount": 72.5, "plates": [25, 1.25], "percent_of_max": 72.5},
        "high": {"amount": 75, "plates": [25, 2.5], "percent_of_max": 75},
        "fit": "within",
        "asked_low": 71,
        "asked_high": 77,
        "bar": BAR,
        "max": SNATCH_MAX,
    }


def test_a_single_percent_has_two_equal_ends() -> None:
    numbers = working(KG, "Snatch x 2 reps @ 71%")
    assert numbers["low"] == numbers["high"] == {"amount": 70, "plates": [25], "percent_of_max": 70}
    assert numbers["asked_low"] == numbers["asked_high"] == 71


@pytest.mark.parametrize(
    ("line", "end", "amount", "absent"),
    [("Snatch x 2 reps, under 55%", "high", 55, "low"), ("Snatch x 1 rep @ 101%+", "low", 102.5, "high")],
)
def test_a_bound_has_one_end(line: str, end: str, amount: float, absent: str) -> None:
    numbers = working(KG, line)
    assert numbers[end]["amount"] == amount
    assert absent not in numbers
    assert f"asked_{absent}" not in numbers


def test_a_max_that_is_not_given_is_named_without_an_amount() -> None:
    assert working(KG, "Jerk x 2 reps @ 80%") == {
        "unit": "kg",
        "max": {"movement": "jerk", "reps": 1, "source": "inferred"},
    }
    assert "max" not in working(KG, "Curl x 2 reps @ 80%")


def test_a_max_that_the_post_names_is_no_guess() -> None:
    assert working(KG, "Power Snatch x 2 reps @ 80% of 1-RM Snatch")["max"] == {
        **SNATCH_MAX,
        "source": "explicit",
    }


def test_what_cannot_be_loaded_has_no_end_but_what_was_asked() -> None:
    numbers = working(FEW, "Back Squat x 2 reps @ 80%")
    assert (numbers["fit"], numbers["asked_low"], numbers["max"]["amount"]) == ("too_heavy", 160, 200)
    assert "low" not in numbers
    assert "high" not in numbers


def test_the_empty_bar_has_no_plates_and_the_percent_it_is() -> None:
    numbers = working(LIGHT, "Snatch x 2 reps @ 50%")
    assert numbers["fit"] == "empty_bar"
    assert numbers["low"] == {"amount": 20, "plates": [], "percent_of_max": 66.667}


def test_a_bar_of_another_unit_stays_in_its_own() -> None:
    numbers = working(MIXED, "Snatch x 2 reps @ 55%")
    assert (numbers["unit"], numbers["bar"]) == ("lb", BAR)
    assert numbers["low"]["amount"] == pytest.approx(44.092 + 2 * sum(numbers["low"]["plates"]), abs=0.001)


def test_the_second_weight_of_a_pair_is_beside_the_first() -> None:
    numbers = working(KG, "Thruster x 5 reps @ 95/65 lb")
    assert (numbers["low"]["amount"], numbers["women"]["low"]["amount"]) == (42.5, 30)
    assert "percent_of_max" not in numbers["low"]


def test_each_set_of_a_ramp_has_its_numbers() -> None:
    rows = rows_of(
        athlete(KG), "Every 2 minutes, for 10 minutes (5 sets):", "Snatch x 1 rep, building from 70-90%"
    )
    assert [row["working"]["low"]["amount"] for row in rows] == [70, 75, 80, 85, 90]
    assert all(row["working"]["even_steps"] and row["working"]["max"] == SNATCH_MAX for row in rows)


def test_without_maxes_or_a_weight_there_are_no_numbers() -> None:
    assert "working" not in rows_of(None, "Snatch x 2 reps @ 80%")[0]
    assert working(KG, "Snatch x 2 reps @ RPE 8") is None


# ------------------------------------------------------------------------------------- words from numbers
def number(value: float) -> str:
    return decimal_text(exact(value))


def bars_of(numbers: dict[str, Any]) -> list[dict[str, Any]]:
    """The bars to load: none, one, or both ends."""
    ends = [numbers[end] for end in ("low", "high") if end in numbers]
    return ends[:1] if len(ends) == 2 and ends[0] == ends[1] else ends


def weight_words(numbers: dict[str, Any]) -> str:
    bars, women = bars_of(numbers), bars_of(numbers.get("women", {}))
    if not bars:
        return ""
    unit, bar = numbers["unit"], numbers["bar"]
    between = "/" if women else "–"
    if bar["unit"] == unit:
        words = f"{between.join(number(each['amount']) for each in (*bars, *women))} {unit}"
    else:
        empty = Weight(exact(bar["amount"]), bar["unit"]).to(unit).amount
        sides = [round(float(exact(each["amount"]) - empty), 2) for each in (*bars, *women)]
        words = f"{number(bar['amount'])} {bar['unit']} bar"
        words += f" + {between.join(map(number, sides))} {unit}" if any(sides) else ""
    bound = "from " if "high" not in numbers else "at most " if "low" not in numbers else ""
    return words if women else bound + words


def plates_words(numbers: dict[str, Any]) -> str:
    women = bars_of(numbers["women"]) if "women" in numbers else None
    bars = (*bars_of(numbers), *(women or ()))
    if numbers.get("fit") == "empty_bar" or not all("plates" in each for each in bars):
        return ""
    sides = [" + ".join(map(number, each["plates"])) or "bar only" for each in bars]
    return (" to " if women is None else " / ").join(sides)


NOTES = {
    "within": "",
    "below": "nearest below ",
    "nearest": "nearest your plates make to ",
    "short": "your plates end there: asked ",
    "empty_bar": "the empty bar, is ",
    "too_heavy": "cannot be loaded with your plates: heaviest ",
}


def check_words(row: dict[str, Any]) -> None:
    numbers = row["working"]
    assert row.get("weight", "") == weight_words(numbers)
    assert row.get("plates", "") == plates_words(numbers)
    assert bool(row.get("missing")) == ("fit" not in numbers)
    if "fit" in numbers:
        note = row.get("note", "").removeprefix("men's: ")
        assert note.startswith(NOTES[numbers["fit"]])
        if numbers["fit"] in {"below", "nearest", "short", "too_heavy"}:
            said = [float(amount) for amount in re.findall(r"\d+(?:\.\d+)?", note)]
            assert any(abs(one - asked) < 0.011 for one in said for asked in asked_amounts(numbers))


def asked_amounts(numbers: dict[str, Any]) -> tuple[float, float]:
    """The weight asked for: all of it, and what of it goes on a bar that is made in the other unit.

    Numbers have three decimals and words two, so they may differ by one hundredth.
    """
    asked = numbers.get("asked_low", numbers.get("asked_high"))
    empty = Weight(exact(numbers["bar"]["amount"]), numbers["bar"]["unit"]).to(numbers["unit"]).amount
    return asked, float(exact(asked) - empty)


LINES = (
    "Snatch x 2 reps @ 71-77%",
    "Snatch x 2 reps @ 81%",
    "Snatch x 2 reps, under 55%",
    "Snatch x 1 rep @ 101%+",
    "Snatch x 1 rep, building from 60-90%",
    "Back Squat x 5 reps @ 15%",
    "Jerk x 1 rep @ 90%",
    "Thruster x 5 reps @ 95/65 lb",
    "Deadlift x 5 reps @ 100 kg",
    "Clean x 1 rep @ 61-62%",
)


@pytest.mark.parametrize("file", [KG, LB, MIXED, LB_BAR, FEW, GAPS, MIXED_FEW, LIGHT, EXAMPLE])
@pytest.mark.parametrize("line", LINES)
def test_the_words_of_a_set_are_made_from_its_numbers(file: str, line: str) -> None:
    for row in rows_of(athlete(file), "Three sets of:", line):
        check_words(row)


@given(athletes(), percent_words())
def test_the_words_are_made_from_the_numbers_for_any_athlete(who: Athlete, words: str) -> None:
    (row,) = rows_of(who, "Three sets of:", f"Snatch x 2 reps {words}")
    check_words(row)
