"""§3.7 The program of a slug: readable, short, and of letters that every store, address and terminal takes."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wod_pipeline.parsing._dates import program_of

SUNDAY = dt.date(2020, 12, 20)
WEIGHTS, LIFTING = (
    "%d0%b3%d0%b8%d1%80%d0%b8",
    "%d1%82%d1%8f%d0%b3%d0%b0",
)  # гири, тяга: as WordPress sends them


def program(slug: str) -> str:
    return program_of(slug, SUNDAY)


@pytest.mark.parametrize(
    ("slug", "expected"),
    [
        ("week-of-december-21-2020-gym-plan-2", "gym-plan"),
        ("december-21-27-2020-5-day-plan", "5-day-plan"),
        ("Gym-Plan-2020-12-21", "gym-plan"),
        ("2020-12-21", ""),
        ("x" * 80, "x" * 80),
    ],
)
def test_an_ordinary_slug_is_its_program_without_the_date(slug: str, expected: str) -> None:
    assert program(slug) == expected


@pytest.mark.parametrize(
    ("slug", "start"),
    [
        (WEIGHTS, "program-"),
        (f"gym-{WEIGHTS}-plan", "gym-plan-"),
        ("plan-%f0%9f%92%aa", "plan-"),
        ("d\u00e9velopp\u00e9", "developpe-"),
        ("gym_plan", "gym-plan-"),
        ("gym\x1b[31m\x07\u202eplan", "gym-31m-plan-"),
    ],
)
def test_what_is_left_of_other_letters_stays_readable_and_ends_in_a_digest(slug: str, start: str) -> None:
    assert re.fullmatch(re.escape(start) + "[0-9a-f]{8}", program(slug))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (WEIGHTS, LIFTING),
        ("%f0%9f%92%aa", "%f0%9f%94%a5"),
        ("plan-%f0%9f%92%aa", "plan"),
        ("gym_plan", "gym-plan"),
        ("%ff", "%fe"),
        ("x" * 10_000, "x" * 9_999 + "y"),
        ("x" * 81, "x" * 80),
    ],
)
def test_two_slugs_that_differ_in_what_is_left_out_are_two_programs(one: str, other: str) -> None:
    assert program(one) != program(other)


def test_a_program_in_another_script_is_the_same_in_every_week_and_however_it_is_encoded() -> None:
    slugs = (
        f"{WEIGHTS}-december-21-2020",
        f"{WEIGHTS.upper()}-december-28-2020",
        f"{WEIGHTS}-december-21-2020-2",
        "\u0433\u0438\u0440\u0438",
    )
    assert len(set(map(program, slugs))) == 1
    assert program("plan-%c3%a9") == program("plan-e%cc%81")


@given(st.text() | st.text("ab-%0d1_\u202e"))
def test_a_program_is_short_and_of_plain_letters_whatever_the_slug(slug: str) -> None:
    assert re.fullmatch("(?!-)[a-z0-9-]{0,80}(?<!-)", program(slug))
