"""Which posts to fetch for weeks, and which stored posts have been moved or removed since."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from wod_pipeline.errors import SourceUnavailable
from wod_pipeline.program import Outcome, RawPost, Weekly
from wod_pipeline.weeks import chunks_of, monday_of
from wod_pipeline.wordpress import CHUNK_WEEKS, FolderSource, gather_weeks
from wod_pipeline.wordpress._windows import PUBLISHED_EARLY, PUBLISHED_LATE, assign_posts, publication_windows
from wod_pipeline_tests.builders import raw_post, weekly

NOW = dt.datetime(2021, 5, 9, 18, tzinfo=dt.timezone.utc)
MAY_3, MAY_10, MAY_17 = dt.date(2021, 5, 3), dt.date(2021, 5, 10), dt.date(2021, 5, 17)
TITLES = {MAY_3: "May 3-9, 2021", MAY_10: "May 10-16, 2021", MAY_17: "May 17-23, 2021"}

mondays = st.dates(dt.date(2000, 1, 1), dt.date(2060, 1, 1)).map(monday_of)


def post(post_id: int, week: dt.date, date: str = "2021-05-01T17:00:00") -> RawPost:
    """A post that is meant for `week`, with content of its own: the tests' `weeks_of` reads it from the slug."""
    return raw_post("Monday", f"Snatch x {post_id}", number=post_id, date=date, slug=week.isoformat())


def weeks_of(post: RawPost) -> tuple[dt.date, ...]:
    return (dt.date.fromisoformat(post.slug),)


def stored(week: dt.date, *posts: RawPost, moved: Sequence[int] = ()) -> dict[dt.date, Weekly[RawPost]]:
    return {week: weekly(*posts, week=week, moved=moved)}


def assigned(
    found: Collection[RawPost], previous: Mapping[dt.date, Weekly[RawPost]], week: dt.date = MAY_10
) -> Weekly[RawPost]:
    return assign_posts([week], previous, found, weeks_of, NOW)[week]


# ------------------------------------------------------------------------------------------------- decisions
def test_each_post_goes_to_its_own_week_in_order_of_publication() -> None:
    posts = [post(9, MAY_10), post(3, MAY_3), post(2, MAY_10, "2021-05-09T17:00:00"), post(1, MAY_10)]
    weeks = assign_posts([MAY_3, MAY_10], {}, posts, weeks_of, NOW)
    assert {week: [p.id for p in value.posts] for week, value in weeks.items()} == {
        MAY_3: [3],
        MAY_10: [1, 9, 2],
    }
    assert all(value.outcome is Outcome.PUBLISHED for value in weeks.values())


def test_a_post_found_twice_is_there_once() -> None:
    assert [p.id for p in assigned([post(1, MAY_10), post(1, MAY_10)], {}).posts] == [1]


def test_a_post_without_an_id_is_kept_apart_in_its_week() -> None:
    nameless = replace(post(0, MAY_10), problems=["id is missing"], received="{}")
    value = assigned([post(1, MAY_10), nameless], {})
    assert [p.id for p in value.posts] == [1]
    assert value.without_id == [nameless]
    assert assigned([nameless], {}).outcome is Outcome.NOT_PUBLISHED


def test_a_post_with_neither_id_nor_date_is_named_and_kept_apart_in_the_newest_week(tmp_path: Path) -> None:
    said: list[str] = []
    post_as_json = msgspec.to_builtins(raw_post(number=1, monday=MAY_10))
    (tmp_path / "posts.json").write_text(json.dumps([post_as_json, 7]), encoding="utf-8")
    weeks = gather_weeks(FolderSource(tmp_path), [MAY_3, MAY_10], {}, said.append)
    assert [p.id for p in weeks[MAY_10].posts] == [1]
    assert [[p.received for p in weeks[week].without_id] for week in (MAY_3, MAY_10)] == [[], ["7"]]
    assert said == ["1 post without id and date left out: 7"]


def test_a_week_without_a_post_is_not_published_and_says_so() -> None:
    assert assigned([post(1, MAY_3)], {}) == weekly(week=MAY_10)


def test_an_edited_post_replaces_the_stored_one() -> None:
    new = raw_post(slug=MAY_10.isoformat(), modified="later")
    assert assigned([new], stored(MAY_10, post(1, MAY_10))).posts == [new]


def test_a_post_that_is_listed_no_more_is_kept_and_named() -> None:
    old = post(1, MAY_10)
    value = assigned([post(2, MAY_10)], stored(MAY_10, old))
    assert ([p.id for p in value.posts], value.gone, value.moved) == ([1, 2], [1], [])


def test_a_week_whose_only_post_is_gone_still_counts_as_published() -> None:
    assert assigned([], stored(MAY_10, post(1, MAY_10))).outcome is Outcome.PUBLISHED


def test_a_post_that_returns_is_gone_no_more() -> None:
    before = {MAY_10: weekly(post(1, MAY_10), week=MAY_10, gone=[1])}
    assert assigned([post(1, MAY_10)], before).gone == []


def test_a_post_that_is_dated_for_another_week_now_has_moved() -> None:
    value = assigned([post(1, MAY_17)], stored(MAY_10, post(1, MAY_10)))
    expected = weekly(week=MAY_10, moved=[1])
    assert value == msgspec.structs.replace(expected, moved_to=[(1, MAY_17)])


def test_a_post_that_moves_between_two_weeks_asked_for_is_in_the_new_one_only() -> None:
    weeks = assign_posts([MAY_10, MAY_17], stored(MAY_10, post(1, MAY_10)), [post(1, MAY_17)], weeks_of, NOW)
    assert (weeks[MAY_10].posts, weeks[MAY_10].moved) == ([], [1])
    assert ([p.id for p in weeks[MAY_17].posts], weeks[MAY_17].moved) == ([1], [])


def test_a_move_stays_noted_until_the_post_comes_back() -> None:
    before = stored(MAY_10, moved=[1])
    assert assigned([], before).moved == [1]
    assert assigned([post(1, MAY_10)], before).moved == []


def test_looking_again_at_what_has_not_changed_gives_the_same_value() -> None:
    before = stored(MAY_10, post(1, MAY_10), post(2, MAY_10), post(3, MAY_10), moved=[4])
    found = [post(1, MAY_10), post(2, MAY_17)]
    once = assign_posts([MAY_10], before, found, weeks_of, NOW)
    assert assign_posts([MAY_10], once, found, weeks_of, NOW) == once


WEEKS = [MAY_3, MAY_10, MAY_17]
places = st.dictionaries(st.integers(1, 12), st.sampled_from(WEEKS))


@given(places, places)
def test_no_post_is_ever_lost_or_in_two_weeks_whatever_became_of_it(
    was: dict[int, dt.date], now: dict[int, dt.date]
) -> None:
    before = assign_posts(WEEKS, {}, [post(n, week) for n, week in was.items()], weeks_of, NOW)
    after = assign_posts(WEEKS, before, [post(n, week) for n, week in now.items()], weeks_of, NOW)
    placed = [(p.id, week) for week, value in after.items() for p in value.posts]
    assert sorted(placed) == sorted((was | now).items())
    assert {n for value in after.values() for n in value.gone} == was.keys() - now.keys()
    for week, value in after.items():
        left = {n for n, old in was.items() if old == week and now.get(n, week) != week}
        assert set(value.moved) == left


# --------------------------------------------------------------------------------------------------- windows
def test_a_single_week_is_one_window_wide_enough_for_early_late_and_misdated_posts() -> None:
    [(first, last)] = publication_windows([MAY_10])
    assert first <= MAY_10 - dt.timedelta(weeks=8)
    assert last >= MAY_10 + dt.timedelta(days=7 + 366)


def test_weeks_far_apart_are_separate_windows() -> None:
    assert len(publication_windows([dt.date(2010, 1, 4), dt.date(2020, 1, 6), dt.date(2020, 1, 13)])) == 2


@given(st.sets(mondays, max_size=20))
def test_windows_hold_every_week_with_its_margins_and_never_touch(weeks: set[dt.date]) -> None:
    windows = publication_windows(weeks)
    for week in weeks:
        assert any(
            first <= week - PUBLISHED_EARLY and week + PUBLISHED_LATE <= last for first, last in windows
        )
    for (_, last), (first, _) in itertools.pairwise(windows):
        assert (first - last).days > 1


@given(st.lists(mondays, max_size=200), st.integers(1, 60))
def test_chunks_hold_every_week_once_in_order_and_none_is_too_long(weeks: list[dt.date], size: int) -> None:
    chunks = chunks_of(weeks, size)
    assert [week for chunk in chunks for week in chunk] == sorted(set(weeks))
    assert all(1 <= len(chunk) <= size for chunk in chunks)
    assert all(b - a == dt.timedelta(weeks=1) for chunk in chunks for a, b in itertools.pairwise(chunk))


def test_ten_years_are_ten_chunks() -> None:
    weeks = [MAY_3 + dt.timedelta(weeks=n) for n in range(10 * CHUNK_WEEKS)]
    assert len(chunks_of(weeks, CHUNK_WEEKS)) == 10


# ------------------------------------------------------------------------------------------------- gathering
class Listed:
    """A source that lists some posts, and remembers what it was asked."""

    name = "a list"

    def __init__(self, *posts: RawPost, fails: bool = False) -> None:
        self.posts, self.fails = posts, fails
        self.asked: list[object] = []

    def fetch_published(self, first: dt.date, last: dt.date) -> list[RawPost]:
        self.asked.append((first, last))
        if self.fails:
            raise SourceUnavailable("down")
        return [p for p in self.posts if first.isoformat() <= p.date[:10] <= last.isoformat()]

    def fetch_modified(self, since: dt.datetime) -> list[RawPost]:
        raise NotImplementedError

    def fetch_ids(self, ids: Collection[int]) -> list[RawPost]:
        self.asked.append(set(ids))
        return [p for p in self.posts if p.id in ids]

    def list_ids(self) -> set[int]:
        raise NotImplementedError

    def check(self) -> str:
        raise NotImplementedError


def titled(post_id: int, week: dt.date, date: str = "2021-05-09T17:00:00") -> RawPost:
    title = f"{TITLES[week]} &#8211; Gym Plan"
    return raw_post("Monday", f"Snatch x {post_id}", number=post_id, date=date, title=title)


def test_gathering_reads_the_week_from_the_posts_own_title() -> None:
    source = Listed(titled(1, MAY_10), titled(2, MAY_17), titled(3, MAY_10, "2021-03-20T17:00:00"))
    weeks = gather_weeks(source, [MAY_10], {})
    assert [p.id for p in weeks[MAY_10].posts] == [3, 1]
    assert len(source.asked) == 1


def test_a_post_with_last_years_date_in_its_title_is_found_for_the_week_it_names() -> None:
    source = Listed(titled(1, MAY_10, "2022-05-08T17:00:00"))
    assert [p.id for p in gather_weeks(source, [MAY_10], {})[MAY_10].posts] == [1]


def test_a_stored_post_outside_the_window_is_asked_for_by_its_id() -> None:
    far = titled(1, MAY_10, "2031-01-01T00:00:00")
    source = Listed(far, titled(2, MAY_17))
    before = stored(MAY_10, far, titled(2, MAY_10), titled(3, MAY_10))
    value = gather_weeks(source, [MAY_10], before)[MAY_10]
    assert source.asked[1:] == [{1, 3}]
    assert ([p.id for p in value.posts], value.gone, value.moved) == ([3, 1], [3], [2])


def test_a_post_outside_the_window_is_asked_for_when_the_run_is_told_of_it() -> None:
    far = titled(1, MAY_10, "2031-01-01T00:00:00")
    source = Listed(far, titled(2, MAY_10))
    value = gather_weeks(source, [MAY_10], {}, also=[1, 2])[MAY_10]
    assert source.asked[1:] == [{1}], "the other one is listed"
    assert [p.id for p in value.posts] == [2, 1]


def test_weeks_that_are_stored_but_not_asked_for_are_left_alone() -> None:
    source = Listed()
    assert gather_weeks(source, [MAY_10], stored(MAY_3, post(1, MAY_3))).keys() == {MAY_10}
    assert len(source.asked) == 1


def test_a_source_that_cannot_be_read_is_an_error_and_never_an_unpublished_week() -> None:
    with pytest.raises(SourceUnavailable):
        gather_weeks(Listed(fails=True), [MAY_10], {})
