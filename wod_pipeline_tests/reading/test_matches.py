"""The order of what a search finds, and the lines that show why."""

from __future__ import annotations

import datetime as dt
from itertools import permutations

import pytest

from wod_pipeline.reading.entries import IndexEntry, entry_from
from wod_pipeline.reading.matches import MOST_LINES, find_matches, word_spans
from wod_pipeline_tests.builders import record_of

DAY = dt.date(2026, 3, 2)


def entry(name: str, *lines: str, age: int = 0) -> IndexEntry:
    """The entry of a session of these lines, `age` days older than the newest."""
    record = record_of(*lines)
    record.session, record.date = name, DAY - dt.timedelta(days=age)
    return entry_from(record)


MAIN = entry("main", "A.", "Three sets of:", "Front Squat x 3 reps @ 80%", age=9)
VARIANT = entry("variant", "A.", "Three sets of:", "Dead Stop Front Squat x 3 reps @ 80%", age=8)
WARM_UP = entry("warm-up", "Warm-Up", "Two rounds of:", "Front Squat x 5 reps", "A.", "Dips x 5 reps", age=2)
MENTIONED = entry("mentioned", "A.", "Dips x 5 reps", "Rest well after the front squat.", age=1)
PART = entry("part", "A.", "Dips x 5 reps", "Upfront, squatting.", age=0)
ALL = (MAIN, VARIANT, WARM_UP, MENTIONED, PART)


def found(entries: tuple[IndexEntry, ...], text: str) -> list[str]:
    return [match.entry.session for match in find_matches(entries, text)]


def test_the_best_matches_come_first_whatever_their_age_and_order() -> None:
    for entries in permutations(ALL):
        assert found(entries, "front squat") == ["main", "variant", "warm-up", "mentioned", "part"]


def test_of_equals_the_newer_comes_first_and_one_day_is_in_a_fixed_order() -> None:
    twins = tuple(entry(name, "A.", "Back Squat x 3 reps", age=3) for name in "ab")
    newer = entry("newer", "A.", "Back Squat x 3 reps", age=1)
    for entries in permutations((*twins, newer)):
        assert found(entries, "back squat") == ["newer", "b", "a"]


def test_a_plural_is_the_whole_word() -> None:
    plural = entry("plural", "A.", "Dips x 5 reps", "Slow squats.", age=5)
    assert found((PART, plural), "squat") == ["plural", "part"]


def test_a_note_of_the_main_work_comes_before_one_of_the_warm_up() -> None:
    warm = entry("warm", "Warm-Up", "5 Dips", "Breathe.", "A.", "Dips x 5 reps")
    main = entry("main", "Warm-Up", "5 Dips", "A.", "Dips x 5 reps", "Breathe.", age=5)
    assert found((warm, main), "breathe") == ["main", "warm"]


def test_excerpts_show_the_lines_with_all_words_and_main_work_before_the_warm_up() -> None:
    lines = (
        *("Warm-Up", "Two rounds of:", "Back Squat x 5 reps", "A.", "Back Squat x 3 reps @ 80%"),
        *("Keep the back flat.", "B.", "Split Squat x 8 reps"),
    )
    (match,) = find_matches([entry("s", *lines)], "back squat")
    assert match.lines() == [
        "Back Squat x 3 reps @ 80%",
        "Back Squat x 5 reps",
    ]
    (match,) = find_matches(
        [entry("s", "Warm-Up", "5 Dips", "A.", *["Dips x 5 reps", "Breathe."] * 4)], "dips"
    )
    assert match.excerpts() == match.lines()[:MOST_LINES] == ["Dips x 5 reps"] * 3


def test_words_on_different_lines_show_the_lines_with_the_most_of_them() -> None:
    lines = ("Warm-Up", "5 Split Squats", "A.", "Dips x 5 reps", "Flat back.", "Split the work.")
    (match,) = find_matches([entry("s", *lines)], "split squats back")
    assert match.lines() == ["5 Split Squats"]


def test_a_movement_found_by_an_alias_shows_the_lines_that_name_it() -> None:
    (match,) = find_matches([entry("s", "A.", "Clean and Jerk x 1 rep @ 80%", "Dips x 5")], "c&j")
    assert match.excerpts() == ["Clean and Jerk x 1 rep @ 80%"]


@pytest.mark.parametrize(
    ("text", "words", "spans"),
    [
        ("Back Squats, low back", ["back", "squat"], [(0, 4), (5, 11), (17, 21)]),
        ("a+b (a+b)", ["a+b"], [(0, 3), (5, 8)]),
        ("squatting", ["squat", "squatting"], [(0, 9)]),
        ("nothing", [], []),
    ],
)
def test_the_words_of_a_search_are_found_in_a_line(
    text: str, words: list[str], spans: list[tuple[int, int]]
) -> None:
    assert word_spans(text, words) == spans
