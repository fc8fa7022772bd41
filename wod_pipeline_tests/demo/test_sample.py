"""The sample as a source: deterministic, complete, and true to the day one looks."""

from __future__ import annotations

import datetime as dt
import re
from importlib import resources

import pytest

from wod_pipeline.adapters import sample_source
from wod_pipeline.demo import SampleSource, _calendar, sample_posts
from wod_pipeline.program import RawPost, encode

TODAY = dt.date(2026, 11, 21)
WEEKS = range(1, _calendar.PROGRAM_WEEKS + 1)


def text_of(week: int) -> str:
    path = resources.files("wod_pipeline.demo").joinpath("program", f"week-{week:02}.txt")
    return path.read_text(encoding="utf-8")


def test_the_same_day_gives_the_same_bytes() -> None:
    assert encode(sample_posts(TODAY)) == encode(sample_posts(TODAY))


@pytest.mark.parametrize("days", [1, 7, 100, 300])
def test_a_post_is_the_same_whichever_day_one_looks(days: int) -> None:
    now = {post.id: post for post in sample_posts(TODAY)}
    later = {post.id: post for post in sample_posts(TODAY + dt.timedelta(days=days))}
    assert now.items() <= later.items()


def test_nothing_is_listed_before_it_was_published_or_edited() -> None:
    for n in range(400):
        today = TODAY + dt.timedelta(days=n)
        for post in sample_posts(today):
            assert max(post.date, post.modified)[:10] < today.isoformat()


def test_the_announcement_stands_beside_the_training_of_its_week() -> None:
    posts = sample_posts(TODAY)
    first, second = (post for post in posts if "opening-hours" in post.slug)
    assert (first.date, second.date) == ("2026-08-05T12:00:00", "2026-11-11T12:00:00")
    assert any(post.slug.startswith("november-9-15-2026") for post in posts)
    assert "%%" not in first.content.rendered
    assert "<!--" in first.content.rendered


def test_an_announcement_is_not_listed_before_the_day_after_it() -> None:
    noon = dt.date(2026, 11, 11)
    listed = [{post.date[:10] for post in sample_posts(noon + dt.timedelta(days=n))} for n in (0, 1)]
    assert ["2026-11-11" in days for days in listed] == [False, True]


def test_the_edited_post_says_so() -> None:
    edited = [post for post in sample_posts(TODAY) if post.modified > post.date]
    assert edited
    assert all(post.content.rendered.startswith("<p>Updated ") for post in edited)


@pytest.mark.parametrize("week", WEEKS)
def test_every_week_is_as_long_as_a_coach_writes_it(week: int) -> None:
    assert 110 <= len([line for line in text_of(week).splitlines() if line.strip()]) <= 175


def test_all_weeks_are_different_training() -> None:
    lines = [set(re.findall(r"^.*(?:%|reps).*$", text_of(week), re.MULTILINE)) for week in WEEKS]
    for a in range(len(lines)):
        for b in range(a):
            shared = len(lines[a] & lines[b]) / min(len(lines[a]), len(lines[b]))
            assert shared < 0.25, (a + 1, b + 1)


class TestSource:
    source = SampleSource(TODAY)

    def test_published_posts_are_found_by_their_local_day_both_ends_included(self) -> None:
        found = self.source.fetch_published(dt.date(2026, 11, 6), dt.date(2026, 11, 15))
        assert [post.date[:10] for post in found] == ["2026-11-11", "2026-11-06", "2026-11-15"]

    def test_edits_are_found_from_the_instant_on_in_any_zone(self) -> None:
        start = dt.datetime(2026, 10, 1, tzinfo=dt.timezone.utc)
        edit = next(post for post in self.source.fetch_modified(start) if post.modified > post.date)
        at = dt.datetime.fromisoformat(edit.modified_gmt)
        east = at.replace(tzinfo=dt.timezone.utc).astimezone(dt.timezone(dt.timedelta(hours=5)))
        for instant in (at, east):
            assert edit in self.source.fetch_modified(instant)
            assert edit not in self.source.fetch_modified(instant + dt.timedelta(seconds=1))

    def test_ids_that_are_not_listed_are_left_out(self) -> None:
        known = min(self.source.list_ids())
        assert [post.id for post in self.source.fetch_ids({known, 1})] == [known]

    def test_every_listed_post_can_be_fetched(self) -> None:
        ids = self.source.list_ids()
        assert {post.id for post in self.source.fetch_published(dt.date.min, dt.date.max)} == ids
        assert {post.id for post in self.source.fetch_ids(ids)} == ids

    def test_it_says_what_it_holds(self) -> None:
        assert self.source.name == "sample"
        assert f"holds {len(self.source.list_ids())} posts" in self.source.check()

    def test_its_posts_are_the_same_for_readers_of_every_time_zone(self) -> None:
        def posts(zone: str) -> list[RawPost]:
            return list(sample_source(TODAY, zone).fetch_ids(self.source.list_ids()))

        assert posts("Australia/Sydney") == posts("Pacific/Honolulu") == posts("America/Los_Angeles") != []

    def test_stamps_follow_the_time_zone_asked_for(self) -> None:
        def first(zone: str) -> RawPost:
            return min(sample_posts(TODAY, zone), key=lambda post: post.id)

        assert first("Europe/Berlin").date == first("UTC").date == first("UTC").date_gmt
        assert first("Europe/Berlin").date_gmt == "2026-06-21T15:00:00"
