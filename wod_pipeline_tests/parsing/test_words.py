"""Every row of `words.toml`: its example is understood, and each of its words means the same in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from wod_pipeline.parsing.grammar.known import is_known
from wod_pipeline.parsing.grammar.tables import TABLES, words_of
from wod_pipeline.parsing.grammar.typos import nearest
from wod_pipeline_tests.parsing.facts import facts
from wod_pipeline_tests.parsing.forms import ABOVE_WORK, lines_of
from wod_pipeline_tests.parsing.reading import read

_ONLY_KNOWN = frozenset(("other", "repaired"))
"""Tables whose words say nothing in a line by being there: they are known, or looked for."""
_READ_AS = {
    "bound: at_most": "@ percent ≤60",
    "bound: at_least": r"@ percent 60\+",
    "bound_behind: at_most": "@ percent ≤60",
    "bound_behind: at_least": r"@ percent 60\+",
    "ramp: rising": "@ percent 60-80 .*ramp",
    "about: about": "@ percent 60",
    "difference: more": "@ relative_past last_week 5",
    "difference: less": "@ relative_past last_week -5",
    "itself: the exercise itself": "explicit back_squat",
    "load_word: rising": "@ .*ramp",
    "each: each": "per_side leg",
    "pausing: a pause": "paused s 2, at knee",
    "variant: another version of the work": "variant",
}
"""How a fact says what these rows mean."""
ROWS = {
    f"{table}: {row['means']}": (table, row)
    for table, rows in TABLES.items()
    if table not in _ONLY_KNOWN
    for row in rows
}
_VALUES = {
    "past": "@ relative_past .*{}",
    "degree": "@ described {}",
    "maximum": "max_of {}",
    "few": "set 1-5 x {}",
    "nth": "set {} x 3",
    "side": "per_side {}",
    "place": "paused s 2, at {}",
}
"""How a fact says what the rows of these tables mean."""
_VARIANT = re.compile(r"variant [^,;]+")
_NO_FAULT = frozenset(("unread_text", "set_rows_gap"))
"""Diagnostics an example may have: a clause no field holds, and the third set without those before it."""
WORDS = [(name, word) for name, (_, row) in ROWS.items() for word in row["words"]]


def _facts(text: str) -> list[str]:
    """What is read of lines of work; unread words and the word for a variant as the line has them left out."""
    found = facts(read([*ABOVE_WORK, *lines_of(text)]), len(ABOVE_WORK))
    return [_VARIANT.sub("variant", fact) for fact in found if not fact.startswith("unread ")]


def _read_as(name: str) -> str:
    """The pattern of what a row's example is read as; empty for words that add nothing."""
    table, row = ROWS[name]
    return _READ_AS.get(name) or _VALUES.get(table, "").format(row["means"])


def _places(name: str) -> Iterator[re.Match[str]]:
    """Where words of a row stand in its example, the longest first."""
    _, row = ROWS[name]
    for word in sorted(row["words"], key=len, reverse=True):
        spelt = re.escape(word.replace(" - ", "-"))
        found = re.search(rf"(?<![a-z]){spelt}(?![a-z'])", row["example"], re.IGNORECASE)
        if found:
            yield found


def _with_word(name: str, word: str) -> str:
    """The example of a row with another word in place of its own."""
    place = next(_places(name))
    return f"{place.string[: place.start()]}{word}{place.string[place.end() :]}"


@pytest.mark.parametrize("name", ROWS)
def test_an_example_holds_a_word_of_its_row_and_is_work(name: str) -> None:
    _, row = ROWS[name]
    assert next(_places(name), None), row["example"]
    codes = {fact.split()[1] for fact in _facts(row["example"]) if fact.startswith("code")}
    assert codes <= _NO_FAULT


@pytest.mark.parametrize(("name", "word"), WORDS)
def test_each_word_of_a_row_means_the_same(name: str, word: str) -> None:
    _, row = ROWS[name]
    assert _facts(_with_word(name, word)) == _facts(row["example"])


@pytest.mark.parametrize("name", [name for name in ROWS if _read_as(name)])
def test_an_example_is_read_with_what_its_row_means(name: str) -> None:
    _, row = ROWS[name]
    pattern = rf"{_read_as(name)}(?![a-z_0-9])"
    assert any(re.search(pattern, fact) for fact in _facts(row["example"])), pattern


@pytest.mark.parametrize("word", sorted(words_of("other") | words_of("repaired")))
def test_a_word_of_the_notation_is_known(word: str) -> None:
    assert all(map(is_known, word.split()))


@pytest.mark.parametrize("word", sorted(words_of("repaired")))
def test_a_misspelt_word_is_put_right(word: str) -> None:
    swapped = word[0] + word[2] + word[1] + word[3:]
    assert swapped == word or nearest(swapped) == word
