"""Which parts of a text stand out, and that no character is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wod_pipeline.web.emphasis import code_marks, figures, found_words


@pytest.mark.parametrize(
    ("text", "large"),
    [
        ("72–76%", ["72–76%"]),
        ("at most 55%", ["55%"]),
        ("70% or more", ["70%"]),
        ("60–70%, building up", ["60–70%"]),
        ("80% of 1-RM Snatch", ["80%"]),
        ("4–6% more than last week", ["4–6%"]),
        ("RPE 7–8", ["7–8"]),
        ("95/65 lb", ["95/65 lb"]),
        ("50 lb (22.68 kg)", ["50 lb", "22.68 kg"]),
        ("72.5 kg", ["72.5 kg"]),
        ("from 102.5 kg", ["102.5 kg"]),
        ("20 kg bar + 70 lb", ["20 kg", "70 lb"]),
        ("bodyweight", []),
        ("", []),
    ],
)
def test_the_figures_of_a_load_stand_out(text: str, large: list[str]) -> None:
    assert [part.text for part in figures(text) if part.stands_out] == large


@given(st.text(), st.lists(st.text(min_size=1, max_size=3), max_size=3))
def test_cutting_a_text_loses_no_character(text: str, words: list[str]) -> None:
    for parts in (figures(text), found_words(text, [word.casefold() for word in words])):
        assert "".join(part.text for part in parts) == text


def test_names_of_code_lose_their_backticks() -> None:
    assert code_marks("`to` has ``b``.") == [("to", True), (" has ", False), ("b", True), (".", False)]
