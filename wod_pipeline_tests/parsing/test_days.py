"""Which day and which week a post, a heading or a publication means, weekday by weekday."""

from __future__ import annotations

import datetime as dt

import pytest

from wod_pipeline_tests.parsing.reading import read

WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
WORK = "A.\nDips x 5"


@pytest.mark.parametrize(
    ("title", "week"),
    [
        ("June 7-8, 2020", "2020-06-01"),  # Sunday and Monday: the earlier of two weeks with equal shares
        ("June 6-9, 2020", "2020-06-01"),  # Saturday to Tuesday
        ("June 7-9, 2020", "2020-06-08"),  # Sunday to Tuesday
        ("June 5-8, 2020", "2020-06-01"),  # Friday to Monday
        ("June 7, 2020", "2020-06-01"),  # a Sunday
        ("June 8, 2020", "2020-06-08"),  # a Monday
    ],
)
def test_a_post_belongs_to_the_week_with_most_of_its_days_and_of_two_to_the_earlier(
    title: str, week: str
) -> None:
    assert read(f"Monday\n{WORK}", title=title, slug="plan").week == dt.date.fromisoformat(week)


@pytest.mark.parametrize(
    ("published", "week"),
    [
        ("2020-06-01", "2020-06-01"),  # Monday
        ("2020-06-06", "2020-06-01"),  # Saturday
        ("2020-06-07", "2020-06-08"),  # Sunday
        ("2020-06-08", "2020-06-08"),
    ],
)
def test_a_post_without_dates_is_for_the_week_it_is_published_in_and_on_sunday_for_the_next(
    published: str, week: str
) -> None:
    post = read(f"Monday\n{WORK}", title="Gym plan", slug="gym-plan", published=f"{published}T18:00:00")
    assert post.week == dt.date.fromisoformat(week)


@pytest.mark.parametrize(("n", "name"), list(enumerate(WEEKDAYS)), ids=WEEKDAYS)
def test_a_heading_dates_its_session_by_its_weekday(n: int, name: str) -> None:
    for heading in (name, name[:3], f"{name} (Session 1)"):
        (session,) = read(f"{heading}\n{WORK}").sessions
        assert (session.date, session.weekday) == (dt.date(2020, 6, 1 + n), name[:3].lower())


def test_a_weekday_outside_the_post_s_days_is_that_of_its_week() -> None:
    sessions = read(f"Monday\n{WORK}\nSunday\n{WORK}", title="June 2-6, 2020", slug="plan").sessions
    assert [session.date for session in sessions] == [dt.date(2020, 6, 1), dt.date(2020, 6, 7)]
