"""The vocabulary is sound, and names resolve to it as §7.2 says."""

from __future__ import annotations

from collections import Counter
from itertools import chain

import pytest

from wod_pipeline.vocabulary import (
    MOVEMENTS,
    NUMBER_WORDS,
    Name,
    find_movement,
    has_reference,
    is_exact,
    movement_family,
    movement_name,
    nearest_movements,
    resolve,
)
from wod_pipeline.vocabulary._names import DROPPABLE, names_of, normalise_name

FAMILIES = frozenset(
    "snatch clean clean+jerk jerk pull press squat hinge accessory gymnastics conditioning".split()
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
        ("Tempo Paused Back Squat", ["back_squat"]),
        ("Back Paused Squat", ["back_squat"]),
        ("Heavy Back Squat with a Slow Band", ["back_squat"]),
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
        ("Singles.", ["jump_rope"]),
        ("Front Squat w/ a pause", ["front_squat"]),
        ("Front Squat [no belt] (light)", ["front_squat"]),
        ("Hang Clean and Yoke Wobble", []),
        ("Paused Yoke", []),
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
        ("step_up/down", "step up down"),
        ("Twenty", "20"),
        ("flies", "fly"),
        ("ties", "tie"),
        ("boxes", "box"),
        ("stashes", "stash"),
        ("axes", "ax"),
        ("press", "press"),
        ("rows", "row"),
        ("gas", "ga"),
        ("as", "as"),
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


def test_a_name_says_where_it_stands_and_whether_it_is_paused() -> None:
    assert resolve("hang clean & push jerk") == (
        Name("hang_clean", 0, 10),
        Name("power_jerk", 13, 22),
    )
    assert resolve("paused front squat") == (Name("front_squat", 0, 18, paused=True),)
    assert resolve("strict paused front squat and pause back squat") == (
        Name("front_squat", 0, 25, paused=True),
        Name("back_squat", 30, 46, paused=True),
    )
    assert resolve("pause strict press") == (Name("strict_press", 0, 18, paused=True),)
    assert resolve("seated strict press") == (Name("strict_press", 0, 19, paused=False),)


def test_a_text_too_long_for_a_name_is_none() -> None:
    assert ids("snatch".rjust(120)) == ["snatch"]
    assert ids("snatch".rjust(121)) == []


def test_only_the_whole_text_is_an_exact_name() -> None:
    assert is_exact("Snatches")
    assert not is_exact("heavy snatch")


def test_a_person_may_name_a_movement_by_id_name_or_alias() -> None:
    for text in ("clean_and_jerk", "Clean & Jerk", "c&j", "Clean and Jerks"):
        assert find_movement(text) == "clean_and_jerk"
    assert find_movement("heavy snatch") is None


def test_the_nearest_names_come_likest_first_and_at_most_as_many_as_asked_for() -> None:
    assert nearest_movements("squat") == ("back_squat", "box_squat", "air_squat")
    assert nearest_movements("snach", 2) == ("snatch", "power_snatch")
    assert nearest_movements("snach", 1) == ("snatch",)
    assert nearest_movements("snach", 3, 0.95) == ()
    assert nearest_movements("snatch" * 1000) == ()


def test_a_movement_has_a_name_a_family_and_may_have_a_reference() -> None:
    assert movement_name("clean_and_jerk") == "Clean & Jerk"
    assert movement_name("yoke_wobble") == "Yoke Wobble"
    assert movement_family("clean_and_jerk") == "clean+jerk"
    assert movement_family("yoke_wobble") is None
    assert movement_family(None) is None
    assert [has_reference(movement) for movement in ("snatch", "dip", None)] == [True, False, False]


def test_number_words_run_from_one_to_twenty() -> None:
    assert (len(NUMBER_WORDS), NUMBER_WORDS["one"], NUMBER_WORDS["twenty"]) == (20, "1", "20")


def test_families_are_those_the_entries_use() -> None:
    assert {movement.family for movement in MOVEMENTS.values()} == FAMILIES
    assert all(not movement.ref_ambiguous for movement in MOVEMENTS.values() if not movement.ref_chain)
