"""Which weeks the site's posts ask to run again, and which posts are gone."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from wod_pipeline.program import PostStamp, RawPost
from wod_pipeline.watching.posts import (
    Known,
    State,
    asked,
    is_sweep_due,
    known_posts,
    newly_gone,
    news,
    overdue,
    read_since,
    reason_to_skip,
    run_key,
    swept,
)
from wod_pipeline_tests.builders import raw_post

NOW = dt.datetime(2026, 11, 22, 21, tzinfo=dt.timezone.utc)
WEEK, NEXT = dt.date(2026, 11, 16), dt.date(2026, 11, 23)


def a_post(number: int = 1, words: str = "Snatch", modified: str = "2026-11-22T20:00:00") -> RawPost:
    return raw_post(words, number=number, modified_gmt=modified)


def known(post: RawPost, *weeks: dt.date) -> dict[int, list[Known]]:
    return {post.id: [Known(week, post.content_sha256) for week in weeks]}


def weeks_asked(
    posts: list[RawPost], held: dict[int, list[Known]], state: State | None = None
) -> list[dt.date]:
    return sorted(news(NOW, posts, lambda _: NEXT, held, state or State(), lambda _: True).weeks)


def test_a_post_the_table_does_not_hold_asks_for_its_week() -> None:
    assert weeks_asked([a_post()], {}) == [NEXT]


def test_a_post_the_table_holds_as_it_is_asks_for_nothing() -> None:
    assert weeks_asked([a_post()], known(a_post(), NEXT)) == []


def test_an_edited_post_asks_for_its_week_only() -> None:
    assert weeks_asked([a_post(words="Clean")], known(a_post(), NEXT)) == [NEXT]


def test_a_moved_post_asks_for_both_weeks() -> None:
    assert weeks_asked([a_post()], known(a_post(), WEEK)) == [WEEK, NEXT]


def test_a_post_stored_under_two_weeks_asks_for_both() -> None:
    assert weeks_asked([a_post()], known(a_post(), WEEK, NEXT)) == [WEEK, NEXT]


def test_a_save_without_a_change_asks_for_nothing() -> None:
    assert weeks_asked([a_post(modified="2026-11-22T20:59:00")], known(a_post(), NEXT)) == []


def test_what_was_asked_for_is_not_asked_again_until_it_changes() -> None:
    state = asked(NOW, [a_post()], [a_post()], lambda _: NEXT, State())

    assert weeks_asked([a_post()], {}, state) == []
    assert weeks_asked([a_post(words="Clean")], {}, state) == [NEXT]


def test_what_was_asked_for_is_remembered_while_it_is_read_or_may_be_asked_for_again() -> None:
    state = asked(NOW, [a_post()], [a_post()], lambda _: NEXT, State())
    later = NOW + dt.timedelta(days=1)

    assert asked(NOW + dt.timedelta(hours=1), [], [], lambda _: NEXT, state).asked == state.asked
    assert asked(later, [a_post()], [], lambda _: NEXT, state).asked == state.asked
    assert asked(later, [], [], lambda _: NEXT, state).asked == {}


def test_a_post_still_not_stored_after_an_hour_is_overdue_once() -> None:
    state = asked(NOW, [a_post()], [a_post()], lambda _: NEXT, State())
    later = NOW + dt.timedelta(hours=1)
    assert overdue(later - dt.timedelta(minutes=1), {}, state) == set()
    assert overdue(later, {}, state) == {1}
    assert overdue(later, known(a_post(), NEXT), state) == set()

    state = asked(later, [a_post()], [a_post()], lambda _: NEXT, state)
    assert overdue(later + dt.timedelta(hours=1), {}, state) == set()


def test_a_week_that_is_no_partition_is_named_but_not_asked_for() -> None:
    found = news(NOW, [a_post()], lambda _: NEXT, {}, State(), lambda _: False)

    assert (found.weeks, list(found.unknown)) == ({}, [NEXT])


def test_readings_overlap_and_the_first_looks_back_a_week() -> None:
    assert NOW - read_since(NOW, State()) > dt.timedelta(days=7)
    assert NOW - read_since(NOW, State(read_until=NOW)) == dt.timedelta(hours=2)


@pytest.mark.parametrize(
    ("posts", "same"),
    [
        ([a_post(2), a_post(1)], True),
        ([a_post(1), a_post(2, words="Clean")], False),
        ([a_post(1), a_post(2, modified="2026-11-22T21:00:00")], False),
        ([a_post(1)], False),
    ],
)
def test_a_run_key_names_the_revisions_it_takes_in(posts: list[RawPost], same: bool) -> None:
    assert (
        run_key((WEEK, NEXT), posts, State()) == run_key((WEEK, NEXT), [a_post(1), a_post(2)], State())
    ) is same


def test_a_content_that_comes_back_after_an_edit_has_another_run_key() -> None:
    again = a_post(modified="2026-11-23T08:00:00")

    assert run_key((NEXT, NEXT), [again], State()) != run_key((NEXT, NEXT), [a_post()], State())


def test_a_second_try_has_another_run_key() -> None:
    once = asked(NOW, [a_post()], [a_post()], lambda _: NEXT, State())
    twice = asked(NOW, [a_post()], [a_post()], lambda _: NEXT, once)

    assert run_key((NEXT, NEXT), [a_post()], once) != run_key((NEXT, NEXT), [a_post()], twice)


def test_stored_posts_the_site_lists_no_longer_are_told_of_once() -> None:
    held = {1: [Known(WEEK, "a")], 2: [Known(WEEK, "b"), Known(NEXT, "b")], 3: [Known(NEXT, "c")]}
    gone = newly_gone({3}, held, State())
    assert gone == {1: WEEK, 2: NEXT}

    state = swept(NOW, {3}, gone, State())
    assert newly_gone({3}, held, state) == {}


def test_a_post_that_came_back_and_went_again_is_told_of_again() -> None:
    held = {1: [Known(WEEK, "a")]}
    state = swept(NOW, set(), [1], State())
    state = swept(NOW, {1}, [], state)

    assert newly_gone(set(), held, state) == {1: WEEK}


def test_presence_is_verified_every_six_hours() -> None:
    state = swept(NOW, {1}, [], State())

    assert is_sweep_due(NOW, State())
    assert not is_sweep_due(NOW + dt.timedelta(hours=5), state)
    assert is_sweep_due(NOW + dt.timedelta(hours=6), state)


def test_the_state_survives_its_cursor() -> None:
    state = asked(NOW, [a_post()], [a_post()], lambda _: NEXT, swept(NOW, {1}, [5], State()))

    assert msgspec.json.decode(msgspec.json.encode(state), type=State) == state


def test_what_the_table_holds_is_known_by_post() -> None:
    stamp = PostStamp(7, "strength", "2026-11-22T20:00:00", "aa")

    assert known_posts([(WEEK, [stamp]), (NEXT, [stamp])]) == {7: [Known(WEEK, "aa"), Known(NEXT, "aa")]}


def test_a_scheduled_look_is_skipped_with_its_reason() -> None:
    post = a_post()

    assert reason_to_skip(NEXT, [], {}) == (
        "No post for the week of 2026-11-23 is published yet; looking again at the next tick."
    )
    assert reason_to_skip(NEXT, [post], known(post, NEXT)) == (
        "The week of 2026-11-23 is stored as it is published."
    )
    assert reason_to_skip(NEXT, [post], {}) == ""
    assert reason_to_skip(NEXT, [a_post(words="Clean")], known(post, NEXT)) == ""
    assert reason_to_skip(NEXT, [post], known(post, WEEK)) == ""
