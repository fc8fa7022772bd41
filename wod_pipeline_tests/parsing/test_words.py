"""The words of the notation (`words.toml`): each of a row means in the row's example what the example's own word means."""

from __future__ import annotations

import pytest

from wod_pipeline.parsing.grammar.tables import TABLES
from wod_pipeline_tests.parsing.facts import facts
from wod_pipeline_tests.parsing.reading import read

ROWS = [(table, row) for table, rows in TABLES.items() if table != "other" for row in rows]
WORDS = [
    (f"{table}: {word}", row, word) for table, row in ROWS if table != "variant" for word in row["words"]
]  # the word of a variant is what it means


def read_facts(line: str) -> list[str]:
    """What a line becomes, as facts."""
    return list(facts(read(["Monday", "A.", "Dips x 5", line, "Ring Rows x 5"]), 3))


def with_word(row: dict[str, object], word: str) -> str:
    """The example of a row with another of its words."""
    example, words = str(row["example"]), row["words"]
    assert isinstance(words, list)
    own = max((known for known in words if known in example.lower()), key=len)
    at = example.lower().index(own)
    return example[:at] + word + example[at + len(own) :]


@pytest.mark.parametrize(("row", "word"), [each[1:] for each in WORDS], ids=[each[0] for each in WORDS])
def test_a_word_means_what_the_word_in_the_example_means(row: dict[str, object], word: str) -> None:
    assert read_facts(with_word(row, word)) == read_facts(str(row["example"]))


@pytest.mark.parametrize("row", [row for _, row in ROWS], ids=[f"{table}: {row['means']}" for table, row in ROWS])
def test_an_example_is_read_whole(row: dict[str, object]) -> None:
    assert not [fact for fact in read_facts(str(row["example"])) if "unread" in fact or "note" in fact]
