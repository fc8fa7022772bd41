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
from wod_pipeline.training import Athlete, Weight, exact
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


def test_an_attempt_that_comes_to_no_more_than_the_max_has_that_max() -> None:
    rows = rows_of(athlete(KG), "In 9 minutes, build to a 1-RM Snatch", "70% x 1, 100% x 1")
    assert [row["working"].get("present_max") for row in rows] == [None, 100]


def test_without_maxes_or_a_weight_there_are_no_numbers() -> None:
    assert "working" not in rows_of(None, "Snatch x 2 reps @ 80%")[0]
    assert working(KG, "Snatch x 2 reps @ RPE 8") is None


# ------------------------------------------------------------------------------------- words from numbers
Numbers = dict[str, Any]
FIGURE = re.compile(r"\d+(?:\.\d+)?")
ROUNDING = 0.0055
"""Words have two decimals and numbers three: together they differ by half of the last digit of each."""


def check_same(words: str, rebuilt: str) -> None:
    """The words are those rebuilt from the numbers, but for the rounding of figures."""
    assert FIGURE.sub("#", words) == FIGURE.sub("#", rebuilt)
    for figure, number in zip(FIGURE.findall(words), FIGURE.findall(rebuilt), strict=True):
        assert float(figure) == pytest.approx(float(number), abs=ROUNDING)


def loaded(numbers: Numbers) -> list[float]:
    """What the bars to load weigh: none, one, or both ends."""
    return list(dict.fromkeys(numbers[end]["amount"] for end in ("low", "high") if end in numbers))


def asked(numbers: Numbers) -> list[float]:
    return list(dict.fromkeys(numbers[end] for end in ("asked_low", "asked_high") if end in numbers))


def weights(numbers: Numbers, *groups: list[float]) -> str:
    """Weights with their unit; with a bar and plates of different units each in its own."""
    unit, bar = numbers["unit"], numbers["bar"]
    empty = float(Weight(exact(bar["amount"]), bar["unit"]).to(unit).amount)
    amounts = [amount for group in groups for amount in group]
    is_below_bar = any(amount < empty - ROUNDING for amount in amounts)
    if bar["unit"] == unit or is_below_bar:
        return f"{'/'.join('–'.join(map(str, group)) for group in groups)} {unit}"
    words = f"{bar['amount']} {bar['unit']} bar"
    if all(amount - empty < 0.001 for amount in amounts):
        return words
    sides = ["–".join(f"{abs(amount - empty):.4f}" for amount in group) for group in groups]
    return f"{words} + {'/'.join(sides)} {unit}"


def weight_words(numbers: Numbers) -> str:
    women = numbers.get("women", {})
    groups = [group for group in (loaded(numbers), loaded(women)) if group]
    if not groups:
        return ""
    bound = "from " if "high" not in numbers else "at most " if "low" not in numbers else ""
    return bound + weights(numbers, *groups)


def plates_words(numbers: Numbers) -> str:
    pair = [numbers, *([numbers["women"]] if "women" in numbers else [])]
    bars = [
        {each[end]["amount"]: each[end] for end in ("low", "high") if end in each}.values() for each in pair
    ]
    if numbers.get("fit") == "empty_bar" or not all("plates" in bar for ends in bars for bar in ends):
        return ""
    return " / ".join(
        " to ".join(" + ".join(map(str, bar["plates"])) or "bar only" for bar in ends) for ends in bars
    )


def asked_words(numbers: Numbers) -> str:
    """What was asked for; of a pair the women's too, where the same is to be said of it."""
    women = numbers.get("women", {})
    is_same = women.get("fit") == numbers["fit"]
    words = weights(numbers, asked(numbers), *([asked(women)[:1]] if is_same else []))
    if "asked_low" not in numbers:
        return f"at most {words}"
    return words if "asked_high" in numbers else f"{words} or more"


NOTES = {
    "within": "",
    "below": "nearest below {}",
    "nearest": "nearest your plates make to {}",
    "short": "your plates end there: asked {}",
    "too_heavy": "cannot be loaded with your plates: asked {}",
    "empty_bar": "the empty bar, is above {}",
}


def check_fit(note: str, numbers: Numbers) -> None:
    best = numbers.get("max", {}).get("amount")
    if numbers["fit"] != "empty_bar" or best is None:
        check_same(note, NOTES[numbers["fit"]].format(asked_words(numbers) if note else ""))
        return
    percent = re.fullmatch(r"the empty bar, is ([\d.]+)%", note)
    assert percent
    assert float(percent[1]) == pytest.approx(numbers["low"]["percent_of_max"], abs=0.501)
    assert float(percent[1]) >= 100 * numbers["asked_high"] / best - 0.01


def check_note(note: str, numbers: Numbers) -> None:
    """Every part of a note is what the numbers say; the heaviest weight that the plates make is not among them."""
    parts = note.split("; ")
    if numbers["even_steps"] and loaded(numbers):
        assert parts.pop() in ("even step", "even steps, work up as it feels")
    if "present_max" in numbers:
        check_same(
            parts.pop().removeprefix("your max so far").removeprefix(" is "), present_max_words(numbers)
        )
    parts = [re.sub(r"heaviest .*, asked", "asked", part) for part in parts if part] or [""]
    women = numbers.get("women")
    if women is None or women["fit"] == numbers["fit"]:
        (fit,) = parts
        check_fit(fit, numbers)
        return
    said = dict(part.split(": ", 1) for part in parts)
    check_fit(said.get("men's", ""), numbers)
    check_fit(said.get("women's", ""), women)


def present_max_words(numbers: Numbers) -> str:
    best = numbers["present_max"]
    return "" if loaded(numbers) == [best] else f"{best} {numbers['unit']}"


def check_words(row: Numbers) -> None:
    numbers = {"even_steps": False, **row["working"]}
    check_same(row.get("weight", ""), weight_words(numbers))
    check_same(row.get("plates", ""), plates_words(numbers))
    assert bool(row.get("missing")) == ("fit" not in numbers)
    if "fit" in numbers:
        check_note(row.get("note", ""), numbers)


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
