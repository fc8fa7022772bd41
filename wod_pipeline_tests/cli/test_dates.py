"""Days, weeks and ranges as people give them."""

from __future__ import annotations

import datetime as dt

import click
import pytest
from click.testing import CliRunner

from wod_pipeline.cli import group
from wod_pipeline.cli.dates import NAMED_DATE, NAMED_WEEK, NamedDate, check_range

WEDNESDAY = dt.date(2026, 11, 25)


def read(text: str, type_: NamedDate = NAMED_DATE) -> str:
    return str(type_.convert(text, None, None)(WEDNESDAY))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2020-12-21", "2020-12-21"),
        ("today", "2026-11-25"),
        ("Tomorrow", "2026-11-26"),
        ("yesterday", "2026-11-24"),
        ("monday", "2026-11-23"),
        ("wed", "2026-11-25"),
        ("SUN", "2026-11-29"),
    ],
)
def test_a_weekday_is_that_of_the_current_week(text: str, day: str) -> None:
    assert read(text) == day


@pytest.mark.parametrize(
    ("text", "week"),
    [("last", "2026-11-16"), ("this", "2026-11-23"), ("next", "2026-11-30"), ("tomorrow", "2026-11-26")],
)
def test_a_week_has_a_name_too(text: str, week: str) -> None:
    assert read(text, NAMED_WEEK) == week


@pytest.mark.parametrize(
    "text", ["next", "funday", "", "m", "2020-02-30", "0001-01-01", "9999-12-31", "3000-01-01"]
)
def test_what_is_no_day_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(click.BadParameter, match=r"2020-12-21|not between 1990-01-01 and 2999-12-31"):
        read(text)


def test_a_range_of_one_day_or_with_an_open_end_is_one() -> None:
    check_range(WEDNESDAY, WEDNESDAY)
    check_range(None, WEDNESDAY)
    check_range(WEDNESDAY, None)


@pytest.mark.parametrize("command", ["export --format csv", "status", "sources", "materialize"])
def test_a_range_that_ends_before_it_starts_is_an_error(command: str, tmp_path: object) -> None:
    args = [*command.split(), "--from", "2026-11-25", "--to", "2026-11-24"]
    refused = CliRunner().invoke(group, args, env={"WOD_DATA_DIR": str(tmp_path)})
    assert refused.exit_code == 2
    assert "The range ends (2026-11-24) before it starts (2026-11-25)." in refused.output
