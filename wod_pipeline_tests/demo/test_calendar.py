"""Which sample posts exist on which day, and what their dates, titles and addresses say."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest

from wod_pipeline.demo import _calendar, sample_first_week, sample_posts
from wod_pipeline.weeks import monday_of

FIVE_YEARS = [dt.date(2025, 1, 1) + dt.timedelta(days=n) for n in range(5 * 366)]
WEEK = dt.timedelta(weeks=1)


def test_the_current_and_the_coming_week_are_there_on_every_day_of_five_years() -> None:
    for today in FIVE_YEARS:
        assert {monday_of(today), monday_of(today) + WEEK} <= set(_calendar.listed_weeks(today)), today


def test_no_week_after_the_coming_one_and_at_least_twelve_before_it() -> None:
    for today in FIVE_YEARS:
        weeks = _calendar.listed_weeks(today)
        assert weeks[-1] == monday_of(today) + WEEK, today
        assert len(weeks) >= 13, today
        assert len({_calendar.program_week(week) for week in weeks}) >= 12, today


def test_exactly_one_week_in_between_was_never_published() -> None:
    for today in FIVE_YEARS:
        first, weeks = _calendar.first_week(today), _calendar.listed_weeks(today)
        expected = {first + n * WEEK for n in range((weeks[-1] - first).days // 7 + 1)}
        missing = expected - set(weeks)
        assert len(missing) == 1, today
        assert first < missing.pop() < monday_of(today), today


def test_from_one_day_to_the_next_weeks_are_only_added_until_an_era_ends() -> None:
    ends = 0
    for before, after in pairwise(FIVE_YEARS):
        if _calendar.first_week(before) == _calendar.first_week(after):
            assert set(_calendar.listed_weeks(before)) <= set(_calendar.listed_weeks(after)), after
        else:
            ends += 1
    assert ends == 5


def test_the_specials_are_in_the_archive_on_every_day() -> None:
    specials = {
        _calendar.EDITED, _calendar.EARLY, _calendar.SCHEDULED, _calendar.MISSPELT_MONTH, _calendar.ANNOUNCED
    }  # fmt: skip
    for today in FIVE_YEARS:
        assert specials <= {_calendar.program_week(week) for week in _calendar.listed_weeks(today)}, today


def test_the_first_week_is_the_first_that_is_listed() -> None:
    today = dt.date(2026, 11, 21)
    assert sample_first_week(today) == _calendar.listed_weeks(today)[0] == dt.date(2026, 6, 29)


@pytest.mark.parametrize(
    ("week", "title", "slug"),
    [
        (
            dt.date(2026, 5, 4),
            "May 4-10, 2026 – 5 Day Barbell Program",
            "may-4-10-2026-5-day-barbell-program",
        ),
        (
            dt.date(2026, 4, 27),
            "April 27 – May 3, 2026 – 5 Day Barbell Program",
            "april-27-may-3-2026-5-day-barbell-program",
        ),
        (
            dt.date(2026, 12, 28),
            "December 28, 2026 – January 3, 2027 – 5 Day Barbell Program",
            "december-28-2026-january-3-2027-5-day-barbell-program",
        ),
    ],
)
def test_titles_and_slugs_say_the_week_across_months_and_years(week: dt.date, title: str, slug: str) -> None:
    posting = _calendar.program_posting(week)
    assert (posting.title, posting.slug) == (title, slug)


def test_a_post_is_out_before_the_week_that_makes_its_week_the_coming_one() -> None:
    for week in {monday_of(day) for day in FIVE_YEARS}:
        published = _calendar.program_posting(week).published
        assert week - 2 * WEEK <= published.date() < week - WEEK


def test_an_edited_post_is_modified_after_it_was_published_and_a_scheduled_one_before() -> None:
    first = _calendar.first_week(dt.date(2026, 11, 21))
    postings = {
        _calendar.program_week(week): _calendar.program_posting(week)
        for week in (first + n * WEEK for n in range(_calendar.PROGRAM_WEEKS))
    }
    later = {n for n, posting in postings.items() if posting.modified > posting.published}
    earlier = {n for n, posting in postings.items() if posting.modified < posting.published}
    assert (later, earlier) == ({_calendar.EDITED}, {_calendar.SCHEDULED})


def test_ids_are_unique_and_so_are_slugs() -> None:
    for today in FIVE_YEARS[::97]:
        posts = sample_posts(today)
        assert len({post.id for post in posts}) == len({post.slug for post in posts}) == len(posts)


@pytest.mark.parametrize(
    ("week", "hours"),
    [
        (dt.date(2026, 3, 16), 7),  # published on the day clocks go forward
        (dt.date(2026, 3, 9), 8),
        (dt.date(2026, 11, 9), 8),  # published on the day clocks go back
        (dt.date(2026, 11, 2), 7),
    ],
)
def test_times_follow_the_clocks_of_the_site_through_both_changes(week: dt.date, hours: int) -> None:
    today = week - WEEK
    post = next(post for post in sample_posts(today, "America/Los_Angeles") if post.id == week.toordinal())
    local, utc = dt.datetime.fromisoformat(post.date), dt.datetime.fromisoformat(post.date_gmt)
    assert utc - local == dt.timedelta(hours=hours)
    assert local.time() == dt.time(17)
    assert local.weekday() == 6
