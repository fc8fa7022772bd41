"""The vocabulary is sound, and names resolve to it as §7.2 says."""

from __future__ import annotations

from collections import Counter
from itertools import chain

import pytest

from wod_pipeline.vocabulary import (
    DROPPABLE,
    FAMILIES,
    MOVEMENTS,
    names_of,
    nearest_movements,
    normalise_name,
    resolve,
)


def ids(name: str) -> list[str | None]:
    return [found.movement_id for found in resolve(name.lower())]


def test_no_two_movements_share_a_name() -> None:
    names = Counter(chain.from_iterable(names_of(movement) for movement in MOVEMENTS.values()))
    assert [name for name, count in names.items() if count > 1] == []


def test_every_reference_and_family_is_known() -> None:
    for movement in MOVEMENTS.values():
        assert set(movement.ref_chain) <= set(MOVEMENTS), movement.id
        assert movement.family in FAMILIES, movement.id


def test_only_an_open_choice_of_several_lifts_is_ambiguous() -> None:
    open_ones = [movement for movement in MOVEMENTS.values() if movement.ref_ambiguous]
    assert [movement.id for movement in open_ones if len(movement.ref_chain) < 2] == []


def test_a_movement_is_found_by_its_id_its_name_and_its_aliases() -> None:
    for movement in MOVEMENTS.values():
        for name in names_of(movement) - {"single", "kb"}:
            assert ids(name) == [movement.id], name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Box Step-Ups", ["step_up"]),
        ("Alternating Pistols", ["pistol"]),
        ("strict ring dips", ["dip"]),
        ("Hang Clean (from the knee)", ["hang_clean"]),
        ("Snatch with a 2 second pause in the catch", ["snatch"]),
        ("Hang Clean & Push Jerk", ["hang_clean", "power_jerk"]),
        ("clean and jerk", ["clean_and_jerk"]),
        ("Singles", ["jump_rope"]),
        ("Heavy Single", []),
        ("Yoke Wobble", []),
        ("", []),
        ("bar", []),
        ("Heavy KB", []),
        ("Deficit Inchworms", ["inchworm"]),
    ],
)
def test_a_name_resolves_as_a_whole_then_by_what_may_be_left_out(name: str, expected: list[str]) -> None:
    assert ids(name) == expected


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Toes-to-Bar", "toe to bar"),
        ("Snatches", "snatch"),
        ("Push Presses", "push press"),
        ("Farmer's Carries", "farmer carry"),
        ("Clean & Jerks", "clean and jerk"),
        ("T2B!", "t2b"),
    ],
)
def test_names_are_compared_in_their_plain_form(written: str, plain: str) -> None:
    assert normalise_name(written.lower()) == plain


def test_the_nearest_known_name_is_offered_for_a_slip_and_nothing_for_a_stranger() -> None:
    assert nearest_movements("Bck Squat", 1, 0.75) == ("back_squat",)
    assert nearest_movements("Quantum Entanglement", 1, 0.75) == ()


def test_few_movements_are_named_only_by_words_that_may_be_dropped() -> None:
    names = set(chain.from_iterable(names_of(movement) for movement in MOVEMENTS.values()))
    assert {name for name in names if set(name.split()) <= DROPPABLE} == {"single", "kb", "inchworm"}
