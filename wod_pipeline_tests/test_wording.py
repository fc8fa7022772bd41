"""Counts, days, long texts and addresses as people read them."""

from __future__ import annotations

import ast
import datetime as dt
import re
from itertools import pairwise
from pathlib import Path

import pytest

import wod_pipeline
from wod_pipeline.weeks import WEEK
from wod_pipeline.wording import (
    ago,
    count,
    day_span,
    duration,
    elapsed,
    first_of,
    is_web_address,
    long_day,
    normalized,
    short_day,
    shorten,
)


@pytest.mark.parametrize(
    ("of", "text"),
    [(0, "0 weeks"), (1, "1 week"), (2, "2 weeks"), (-1, "-1 weeks"), ([], "0 weeks"), ("a", "1 week")],
)
def test_a_count_agrees_with_its_noun(of: int | list[str] | str, text: str) -> None:
    assert count(of, "week") == text


def test_a_day_in_short_and_in_full() -> None:
    assert short_day(dt.date(2026, 11, 3)) == "Tue 3 Nov"
    assert short_day(dt.date(2026, 11, 3), today=dt.date(2026, 1, 1)) == "Tue 3 Nov"
    assert short_day(dt.date(2026, 11, 3), today=dt.date(2027, 1, 1)) == "Tue 3 Nov 2026"


@pytest.mark.parametrize(
    ("today", "words"),
    [
        (dt.date(2026, 12, 31), "Mon 28 Dec – Sun 3 Jan 2027"),
        (dt.date(2027, 1, 1), "Mon 28 Dec 2026 – Sun 3 Jan"),
        (dt.date(2028, 1, 1), "Mon 28 Dec 2026 – Sun 3 Jan 2027"),
    ],
)
def test_a_week_over_new_year_names_the_year_that_is_not_this_one(today: dt.date, words: str) -> None:
    assert day_span(dt.date(2026, 12, 28), dt.date(2027, 1, 3), today) == words


def test_a_week_names_its_year_once_and_only_when_it_is_not_this_one() -> None:
    monday, sunday = dt.date(2020, 12, 21), dt.date(2020, 12, 27)
    assert day_span(monday, sunday, dt.date(2020, 1, 1)) == "Mon 21 – Sun 27 Dec"
    assert day_span(monday, sunday + WEEK, dt.date(2020, 1, 1)) == "Mon 21 Dec – Sun 3 Jan 2021"
    assert (
        day_span(dt.date(2020, 11, 30), dt.date(2020, 12, 6), dt.date(2021, 1, 1))
        == "Mon 30 Nov – Sun 6 Dec 2020"
    )
    assert day_span(monday, sunday, dt.date(2021, 1, 1)) == "Mon 21 – Sun 27 Dec 2020"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-3_600, "just now"),
        (9, "just now"),
        (10, "10 seconds ago"),
        (59, "59 seconds ago"),
        (60, "1 minute ago"),
        (12 * 60 + 59, "12 minutes ago"),
        (3_599, "59 minutes ago"),
        (3_600, "1 hour ago"),
        (47 * 3_600, "47 hours ago"),
        (48 * 3_600, "2 days ago"),
        (13 * 86_400, "13 days ago"),
        (14 * 86_400, "2 weeks ago"),
        (400 * 86_400, "57 weeks ago"),
    ],
)
def test_how_long_ago_is_said_in_the_largest_unit_that_says_enough(seconds: int, words: str) -> None:
    now = dt.datetime(2026, 11, 27, 12, tzinfo=dt.timezone.utc)
    assert ago(now - dt.timedelta(seconds=seconds), now) == words
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


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "1 second"),
        (59, "59 seconds"),
        (60, "1 minute"),
        (61, "2 minutes"),
        (7200, "2 hours"),
        (1e6, "12 days"),
    ],
)
def test_a_length_of_time_is_in_its_largest_unit_and_rounded_up(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0, "1 second"),
        (59.9, "59 seconds"),
        (60.3, "1 minute"),
        (119.9, "1 minute"),
        (10_799.0, "2 hours"),
        (86_400.0, "1 day"),
    ],
)
def test_a_time_that_has_passed_is_rounded_down(seconds: float, words: str) -> None:
    assert elapsed(seconds) == words


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


ROOT = Path(wod_pipeline.__file__).parent
COUNTED = (
    "week|session|post|run|day|set|lift|line|row|message|movement|failure|minute|file|image|exercise|problem"
)


def numbers_before_nouns(source: str) -> list[str]:
    """The f-strings of a module in which a value that may be one stands before a plural noun."""
    found = []
    for node in ast.walk(ast.parse(source)):
        parts = node.values if isinstance(node, ast.JoinedStr) else []
        for value, text in pairwise(parts):
            if isinstance(value, ast.FormattedValue) and isinstance(text, ast.Constant):
                is_fixed = ast.unparse(value.value).replace("_", "").replace(".days", "").isupper()
                if re.match(rf" (?:{COUNTED})s\b(?!/)", str(text.value)) and not is_fixed:
                    found.append(ast.unparse(node))
    return found


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_number_and_its_noun_agree_by_way_of_count(path: Path) -> None:
    if (
        "parsing" not in path.parts
    ):  # its messages repeat the post's numbers, and its patterns look like sentences
        assert numbers_before_nouns(path.read_text(encoding="utf-8")) == []


def test_the_rule_about_numbers_finds_what_it_forbids() -> None:
    assert numbers_before_nouns('f"{n} weeks were stored"') != []
    assert numbers_before_nouns('f"{count(n, noun)} and {n} weekly, {MOST} weeks, {rate} weeks/s"') == []


@pytest.mark.parametrize(
    "path", sorted((ROOT / "web" / "templates").glob("*.html")), ids=lambda path: path.name
)
def test_a_number_and_its_noun_agree_on_pages(path: Path) -> None:
    assert re.findall(rf"\}}\}} (?:{COUNTED})s\b", path.read_text(encoding="utf-8")) == []


def test_a_text_is_normalized_whole_but_for_where_a_long_one_is_divided() -> None:
    assert normalized("NFC", "e\u0301" * 500) == "\u00e9" * 500
    assert normalized("NFC", f"{'x' * 998}e\u0301e\u0301") == f"{'x' * 998}\u00e9\u00e9"
    assert normalized("NFC", f"{'x' * 999}e\u0301e\u0301") == f"{'x' * 999}e\u0301\u00e9"
    assert normalized("NFKD", "\u00e9" * 2_000) == "e\u0301" * 2_000
