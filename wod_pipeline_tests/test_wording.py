"""Counts, days, long texts and addresses as people read them."""

from __future__ import annotations

import datetime as dt

import pytest

from wod_pipeline.wording import count, first_of, is_web_address, long_day, short_day, shorten


@pytest.mark.parametrize(
    ("of", "text"),
    [(0, "0 weeks"), (1, "1 week"), (2, "2 weeks"), (-1, "-1 weeks"), ([], "0 weeks"), ("a", "1 week")],
)
def test_a_count_agrees_with_its_noun(of: int | list[str] | str, text: str) -> None:
    assert count(of, "week") == text


def test_a_day_in_short_and_in_full() -> None:
    assert short_day(dt.date(2026, 11, 3)) == "Tue 3 Nov"
    assert long_day(dt.date(2026, 11, 3)) == "Tuesday 3 November 2026"


@pytest.mark.parametrize(
    ("text", "longest", "short"),
    [
        ("snatch", 6, "snatch"),
        ("snatch", 5, "snat…"),
        ("a snatch", 7, "a…"),
        ("a  snatch", 7, "a…"),
        ("two words more", 11, "two words…"),
        ("two words more", 10, "two…"),
        ("", 1, ""),
    ],
)
def test_a_long_text_is_cut_behind_a_word(text: str, longest: int, short: str) -> None:
    assert shorten(text, longest) == short


def test_of_many_lines_the_first_are_shown_and_the_rest_counted() -> None:
    assert first_of(["a", "b", "c"], 3) == ["a", "b", "c"]
    assert first_of(["a", "b", "c"], 2) == ["a", "b", "… and 1 more"]
    assert first_of(["a", "b", "c"], 0) == ["… and 3 more"]


@pytest.mark.parametrize(
    ("address", "is_one"),
    [
        ("https://a.example", True),
        ("http://a.example", True),
        ("HTTPS://A.EXAMPLE", True),
        ("httpx://a.example", False),
        ("ftp://a.example", False),
        ("javascript:alert(1)//http://", False),
        (" https://a.example", False),
        ("", False),
    ],
)
def test_only_http_and_https_are_web_addresses(address: str, is_one: bool) -> None:
    assert is_web_address(address) is is_one
