"""Weeks and deadlines by the wall clock, changes of clocks included."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wod_pipeline.weeks import (
    WeeklyTime,
    chunks_of,
    day_to_announce,
    days_between,
    days_of,
    monday_of,
    newest_due,
    parse_weekly_time,
    ranges_of,
    sunday_of,
    week_for,
    weeks_between,
    weeks_in,
)

ZONE = ZoneInfo("America/Los_Angeles")
UTC = dt.timezone.utc
DEADLINE = parse_weekly_time("sun 21:00")


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE)


def monday(n: int = 0) -> dt.date:
    """Monday 23 November 2026, and the nth after it."""
    return dt.date(2026, 11, 23) + dt.timedelta(weeks=n)


@pytest.mark.parametrize("n", range(7))
def test_a_week_runs_from_monday_to_sunday(n: int) -> None:
    day = dt.date(2026, 11, 23 + n)
    assert (monday_of(day), sunday_of(day)) == (dt.date(2026, 11, 23), dt.date(2026, 11, 29))
    assert days_of(monday_of(day))[n] == day
    assert len(days_of(monday_of(day))) == 7


def test_days_and_weeks_between_hold_both_ends() -> None:
    first = dt.date(2026, 11, 30)
    assert days_between(first, dt.date(2026, 12, 2)) == [first, dt.date(2026, 12, 1), dt.date(2026, 12, 2)]
    assert days_between(first, first) == [first]
    assert days_between(first, dt.date(2026, 11, 29)) == []
    assert weeks_between(monday(0), monday(2)) == [monday(0), monday(1), monday(2)]
    assert weeks_between(monday(0), monday(0)) == [monday(0)]
    assert weeks_between(monday(1), monday(0)) == []


def test_weeks_are_cut_into_chunks_of_neighbours_of_at_most_a_size() -> None:
    weeks = [monday(n) for n in (9, 0, 1, 2, 3, 4, 8, 8)]
    assert chunks_of(weeks, 2) == [
        [monday(0), monday(1)],
        [monday(2), monday(3)],
        [monday(4)],
        [monday(8), monday(9)],
    ]
    assert chunks_of(weeks, 5) == [[monday(n) for n in range(5)], [monday(8), monday(9)]]
    assert chunks_of([], 2) == []


@pytest.mark.parametrize(
    ("now", "week"),
    [
        ("2026-11-21 23:59", "2026-11-16"),
        ("2026-11-22 17:59", "2026-11-16"),
        ("2026-11-22 18:00", "2026-11-23"),
        ("2026-11-23 06:00", "2026-11-23"),
        ("2026-03-08 18:00", "2026-03-09"),
        ("2026-11-01 17:59", "2026-10-26"),
        ("2026-11-01 18:00", "2026-11-02"),
    ],
)
def test_from_sunday_at_six_in_the_evening_the_coming_week_matters(now: str, week: str) -> None:
    assert week_for(at(now).astimezone(UTC), ZONE).isoformat() == week


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sun 21:00", WeeklyTime(-1, dt.time(21))),
        (" SAT 00:01 ", WeeklyTime(-2, dt.time(0, 1))),
        ("Fri 8:30", WeeklyTime(-3, dt.time(8, 30))),
        ("mon 05:00", WeeklyTime(0, dt.time(5))),
        ("tue 19:45", WeeklyTime(1, dt.time(19, 45))),
        ("wed 20:00", WeeklyTime(2, dt.time(20))),
        ("thu 23:59", WeeklyTime(3, dt.time(23, 59))),
    ],
)
def test_friday_to_sunday_lie_before_the_week_and_monday_to_thursday_in_it(
    text: str, expected: WeeklyTime
) -> None:
    assert parse_weekly_time(text) == expected


@pytest.mark.parametrize(
    ("text", "cron"),
    [
        ("sun 21:00", "0 21 * * 0"),
        ("mon 5:30", "30 5 * * 1"),
        ("tue 05:00", "0 5 * * 2"),
        ("wed 05:00", "0 5 * * 3"),
        ("thu 05:00", "0 5 * * 4"),
        ("fri 23:59", "59 23 * * 5"),
        ("sat 00:00", "0 0 * * 6"),
    ],
)
def test_a_weekly_time_is_the_same_weekday_in_cron(text: str, cron: str) -> None:
    assert parse_weekly_time(text).as_cron() == cron


@pytest.mark.parametrize("text", ["", "sunday 21:00", "sun 24:00", "sun 21", "xxx 21:00", "sun 21:60"])
def test_any_other_text_is_no_weekly_time(text: str) -> None:
    with pytest.raises(ValueError, match=r"^use a weekday and a time such as sun 21:00$"):
        parse_weekly_time(text)


@pytest.mark.parametrize(
    ("week", "utc"),
    [
        ("2026-03-09", "2026-03-09T04:00:00+00:00"),
        ("2026-03-02", "2026-03-02T05:00:00+00:00"),
        ("2026-11-02", "2026-11-02T05:00:00+00:00"),
        ("2026-10-26", "2026-10-26T04:00:00+00:00"),
    ],
)
def test_a_deadline_keeps_its_time_of_day_when_clocks_change(week: str, utc: str) -> None:
    assert DEADLINE.of_week(dt.date.fromisoformat(week), ZONE).astimezone(UTC).isoformat() == utc


@pytest.mark.parametrize(
    ("now", "week"),
    [
        ("2026-11-22 20:59", "2026-11-16"),
        ("2026-11-22 21:00", "2026-11-23"),
        ("2026-11-29 20:59", "2026-11-23"),
    ],
)
def test_a_week_is_due_from_its_deadline_on(now: str, week: str) -> None:
    assert newest_due(at(now), DEADLINE, ZONE).isoformat() == week


@given(
    st.integers(0, 15 * 365 * 24 * 60).map(lambda n: at("2020-01-01") + dt.timedelta(minutes=n)),
    st.builds(WeeklyTime, st.integers(-3, 3), st.times()),
)
def test_the_newest_due_week_is_due_and_the_next_is_not(now: dt.datetime, deadline: WeeklyTime) -> None:
    week = newest_due(now, deadline, ZONE)

    assert week.weekday() == 0
    assert deadline.of_week(week, ZONE) <= now < deadline.of_week(week + dt.timedelta(weeks=1), ZONE)


@given(st.sets(st.integers(0, 60)))
def test_ranges_hold_exactly_the_weeks_and_never_touch(numbers: set[int]) -> None:
    weeks = {dt.date(2026, 1, 5) + dt.timedelta(weeks=n) for n in numbers}
    ranges = ranges_of(weeks)

    spelled = [
        first + dt.timedelta(weeks=n) for first, last in ranges for n in range((last - first).days // 7 + 1)
    ]
    assert spelled == sorted(weeks)
    assert all(b[0] - a[1] > dt.timedelta(weeks=1) for a, b in pairwise(ranges))


def test_the_next_day_is_announced_from_its_hour_on() -> None:
    assert day_to_announce(at("2026-11-22 18:59"), 19, ZONE) is None
    assert day_to_announce(at("2026-11-22 19:00"), 19, ZONE) == dt.date(2026, 11, 23)


def test_weeks_of_overlapping_runs_count_once() -> None:
    assert (
        len(
            weeks_in(
                [
                    (dt.date(2026, 11, 23), dt.date(2026, 12, 7)),
                    (dt.date(2026, 11, 23), dt.date(2026, 11, 23)),
                ]
            )
        )
        == 3
    )
