"""What is shown of a backfill, and what is left to do when a run failed."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
from rich.console import Console

from wod_pipeline.jobs import SESSIONS as ASSETS
from wod_pipeline.running import _progress
from wod_pipeline.running._progress import Failure, Report, WeekStored, as_event, progress_line, show_progress

WEEKS = [dt.date(2024, 1, 1), dt.date(2024, 1, 8), dt.date(2024, 1, 15)]


def report_of(*stored: int) -> Report:
    """A report in which the n-th asset has stored that many of the weeks."""
    report = Report()
    for asset, count in zip(ASSETS, stored, strict=False):
        for week in WEEKS[:count]:
            report.record(WeekStored(asset, week, posts=2, changed=False))
    return report


def test_the_line_says_weeks_posts_rate_and_time_left() -> None:
    assert (
        progress_line(report_of(3, 3, 3, 3, 2), 10, 2.0) == "2 of 10 weeks, 6 posts, 1.4 weeks/s, 0:05 left"
    )
    assert progress_line(report_of(3), 3000, 2.0).endswith("0.3 weeks/s, 2:46:38 left")


def test_before_the_first_week_no_rate_is_made_up() -> None:
    assert progress_line(Report(), 10, 0.0) == progress_line(Report(), 10, 3.0) == "0 of 10 weeks, 0 posts"


@pytest.mark.parametrize(
    ("asset", "metadata", "changed"),
    [
        ("raw_posts", {"changed": True}, True),
        ("raw_posts", {"changed": False}, False),
        ("plain_text_posts", {"changed": True}, False),
        ("session_records", {"sessions_put": 0, "sessions_deleted": 1}, True),
        ("session_records", {"sessions_put": 1, "sessions_deleted": 0}, True),
        ("session_records", {"sessions_put": 0, "posts_changed": True}, True),
        ("session_records", {"sessions_restamped": 3, "posts_changed": False}, False),
    ],
)
def test_a_week_counts_as_changed_when_its_posts_or_sessions_read_differently(
    asset: str, metadata: dict[str, Any], changed: bool
) -> None:
    report = Report()
    report.record(as_event(asset, WEEKS[0], metadata))
    assert report.changed == ({WEEKS[0]} if changed else set())


def test_failures_are_kept_in_the_order_they_came() -> None:
    report = Report()
    for why in ("first", "second"):
        report.record(Failure(why))
    assert report.failures == ["first", "second"]


@pytest.mark.parametrize(
    ("stored", "remaining"),
    [
        ((3, 3, 3, 3, 3), ([], ())),
        ((0,), ([], ASSETS[1:])),
        ((2,), (WEEKS[:2], ASSETS[1:])),
        ((3, 3, 1), (WEEKS[:1], ASSETS[3:])),
        ((3, 3, 3, 3, 2), (WEEKS[:2], ())),
    ],
    ids=["all done", "nothing fetched", "some fetched", "some outlined", "the table refused one"],
)
def test_what_a_failing_asset_stored_goes_on_through_the_later_ones(
    stored: tuple[int, ...], remaining: tuple[list[dt.date], tuple[str, ...]]
) -> None:
    assert report_of(*stored).remaining_work(WEEKS) == remaining


def test_without_a_terminal_a_line_comes_now_and_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seconds = iter([0.0, 1.0, 11.0, 12.0, 22.0])
    monkeypatch.setattr(_progress.time, "monotonic", lambda: next(seconds))
    console = Console(file=io.StringIO(), width=200)
    with show_progress(console, report_of(3, 3, 3, 3, 2), 3, hidden=False) as refresh:
        for _ in range(4):
            refresh()
    assert capsys.readouterr().err.splitlines() == [
        "2 of 3 weeks, 6 posts, 0.3 weeks/s, 0:01 left",
        "2 of 3 weeks, 6 posts, 0.1 weeks/s, 0:02 left",
    ]


def test_on_a_terminal_there_is_a_bar() -> None:
    said = io.StringIO()
    console = Console(file=said, force_terminal=True, width=120)
    with show_progress(console, report_of(3, 3, 3, 3, 2), 3, hidden=False) as refresh:
        refresh()
    assert "━" in said.getvalue()
    assert "2 of 3 weeks" in said.getvalue()


def test_a_hidden_display_says_nothing() -> None:
    said = io.StringIO()
    with show_progress(Console(file=said, force_terminal=True), report_of(3), 3, hidden=True) as refresh:
        refresh()
    assert said.getvalue() == ""
