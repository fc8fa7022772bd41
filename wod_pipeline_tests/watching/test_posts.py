"""Which weeks the site's posts ask to run again, and which posts are gone."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from wod_pipeline.parsing import heading_sha256
from wod_pipeline.program import PostStamp, RawPost, Rendered
from wod_pipeline.watching.gone import GonePost
from wod_pipeline.watching.outage import Outage
from wod_pipeline.watching.posts import (
    NewPostsState,
    RequestedRun,
    StoredRevision,
    find_changed_weeks,
    is_sweep_due,
    newly_gone,
    posts_to_retry,
    read_from,
    reason_to_skip,
    record_requests,
    record_sweep,
    revision_key,
    run_key,
    stored_revisions,
)
from wod_pipeline_tests.builders import raw_post

NOW = dt.datetime(2026, 11, 22, 21, tzinfo=dt.timezone.utc)
WEEK, NEXT = dt.date(2026, 11, 16), dt.date(2026, 11, 23)


def a_post(number: int = 1, words: str = "Snatch", modified: str = "2026-11-22T20:00:00") -> RawPost:
    return raw_post(words, number=number, modified_gmt=modified)


def known(post: RawPost, *weeks: dt.date) -> dict[int, list[StoredRevision]]:
    return {post.id: [StoredRevision(week, post.content_sha256) for week in weeks]}


def weeks_to_run(
    posts: list[RawPost], stored: dict[int, list[StoredRevision]], state: NewPostsState | None = None
) -> list[dt.date]:
    return sorted(
        find_changed_weeks(
            NOW, posts, lambda _: (NEXT,), stored, state or NewPostsState(), lambda _: True
        ).to_run
    )


def test_a_post_the_table_does_not_hold_asks_for_its_week() -> None:
    assert weeks_to_run([a_post()], {}) == [NEXT]


def test_a_post_the_table_holds_as_it_is_asks_for_nothing() -> None:
    assert weeks_to_run([a_post()], known(a_post(), NEXT)) == []


def test_an_edited_post_asks_for_its_week_only() -> None:
    assert weeks_to_run([a_post(words="Clean")], known(a_post(), NEXT)) == [NEXT]


@pytest.mark.parametrize(
    "change", [{"title": "Another title"}, {"slug": "another-slug"}, {"date": "2026-11-20T12:00:00"}], ids=str
)
def test_a_changed_title_slug_or_date_is_an_edit_like_any_other(change: dict[str, str]) -> None:
    before, after = a_post(), raw_post("Snatch", **change)
    stored = {1: [StoredRevision(NEXT, before.content_sha256, heading_sha256(before))]}
    assert before.content_sha256 == after.content_sha256
    assert weeks_to_run([before], stored) == []
    assert weeks_to_run([after], stored) == [NEXT]
    assert reason_to_skip(NEXT, [after], lambda _: (NEXT,), stored) == ""


def test_a_week_stored_before_its_heading_was_kept_is_judged_by_its_content() -> None:
    assert weeks_to_run([raw_post("Snatch", title="Another title")], known(a_post(), NEXT)) == []


def test_a_moved_post_asks_for_both_weeks() -> None:
    assert weeks_to_run([a_post()], known(a_post(), WEEK)) == [WEEK, NEXT]


def test_a_post_stored_under_two_weeks_asks_for_both() -> None:
    assert weeks_to_run([a_post()], known(a_post(), WEEK, NEXT)) == [WEEK, NEXT]


def test_a_save_without_a_change_asks_for_nothing() -> None:
    assert weeks_to_run([a_post(modified="2026-11-22T20:59:00")], known(a_post(), NEXT)) == []


def test_what_was_asked_for_is_not_asked_again_until_it_changes() -> None:
    state = record_requests(NOW, [a_post()], [a_post()], lambda _: (NEXT,), NewPostsState())

    assert weeks_to_run([a_post()], {}, state) == []
    assert weeks_to_run([a_post(words="Clean")], {}, state) == [NEXT]


def test_what_was_asked_for_is_remembered_while_it_is_read_or_may_be_asked_for_again() -> None:
    state = record_requests(NOW, [a_post()], [a_post()], lambda _: (NEXT,), NewPostsState())
    later = NOW + dt.timedelta(days=1)

    assert (
        record_requests(NOW + dt.timedelta(hours=1), [], [], lambda _: (NEXT,), state).requested
        == state.requested
    )
    assert record_requests(later, [a_post()], [], lambda _: (NEXT,), state).requested == state.requested
    assert record_requests(later, [], [], lambda _: (NEXT,), state).requested == {}


def test_a_post_still_not_stored_after_an_hour_is_overdue_once() -> None:
    state = record_requests(NOW, [a_post()], [a_post()], lambda _: (NEXT,), NewPostsState())
    later = NOW + dt.timedelta(hours=1)
    assert posts_to_retry(later - dt.timedelta(minutes=1), {}, state) == set()
    assert posts_to_retry(later, {}, state) == {1}
    assert posts_to_retry(later, known(a_post(), NEXT), state) == set()

    state = record_requests(later, [a_post()], [a_post()], lambda _: (NEXT,), state)
    assert posts_to_retry(later + dt.timedelta(hours=1), {}, state) == set()


def test_a_week_that_is_no_partition_is_named_but_not_asked_for() -> None:
    found = find_changed_weeks(NOW, [a_post()], lambda _: (NEXT,), {}, NewPostsState(), lambda _: False)

    assert (found.to_run, list(found.no_partition)) == ({}, [NEXT])


def test_readings_overlap_and_the_first_looks_back_a_week() -> None:
    assert NOW - read_from(NOW, NewPostsState()) > dt.timedelta(days=7)
    assert NOW - read_from(NOW, NewPostsState(read_until=NOW)) == dt.timedelta(hours=2)


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
        run_key((WEEK, NEXT), posts, NewPostsState())
        == run_key((WEEK, NEXT), [a_post(1), a_post(2)], NewPostsState())
    ) is same


def test_a_content_that_comes_back_after_an_edit_has_another_run_key() -> None:
    again = a_post(modified="2026-11-23T08:00:00")

    assert run_key((NEXT, NEXT), [again], NewPostsState()) != run_key(
        (NEXT, NEXT), [a_post()], NewPostsState()
    )


def test_a_second_try_has_another_run_key() -> None:
    once = record_requests(NOW, [a_post()], [a_post()], lambda _: (NEXT,), NewPostsState())
    twice = record_requests(NOW, [a_post()], [a_post()], lambda _: (NEXT,), once)

    assert run_key((NEXT, NEXT), [a_post()], once) != run_key((NEXT, NEXT), [a_post()], twice)


def test_stored_posts_the_site_lists_no_longer_are_told_of_once() -> None:
    stored = {
        1: [StoredRevision(WEEK, "a")],
        2: [StoredRevision(WEEK, "b"), StoredRevision(NEXT, "b")],
        3: [StoredRevision(NEXT, "c")],
    }
    gone = newly_gone({3}, stored, NewPostsState())
    assert gone == {1: WEEK, 2: NEXT}

    state = record_sweep(NOW, {3}, gone, NewPostsState(), {})
    assert newly_gone({3}, stored, state) == {}


def test_a_post_that_came_back_and_went_again_is_told_of_again() -> None:
    stored = {1: [StoredRevision(WEEK, "a")]}
    state = record_sweep(NOW, set(), [1], NewPostsState(), {})
    state = record_sweep(NOW, {1}, [], state, {})

    assert newly_gone(set(), stored, state) == {1: WEEK}


def test_presence_is_verified_every_six_hours() -> None:
    state = record_sweep(NOW, {1}, [], NewPostsState(), {})

    assert is_sweep_due(NOW, NewPostsState())
    assert not is_sweep_due(NOW + dt.timedelta(hours=5), state)
    assert is_sweep_due(NOW + dt.timedelta(hours=6), state)


def test_the_state_survives_its_cursor() -> None:
    state = record_requests(
        NOW,
        [a_post()],
        [a_post()],
        lambda _: (NEXT,),
        record_sweep(NOW, {1}, [5], NewPostsState(), {5: GonePost(WEEK, NOW, 1)}),
    )

    assert msgspec.json.decode(msgspec.json.encode(state), type=NewPostsState) == state


def test_what_the_table_holds_is_known_by_post() -> None:
    stamp = PostStamp(7, "strength", "2026-11-22T20:00:00", "aa")

    assert stored_revisions([(WEEK, [stamp]), (NEXT, [stamp])]) == {
        7: [StoredRevision(WEEK, "aa"), StoredRevision(NEXT, "aa")]
    }


def test_a_scheduled_look_is_skipped_with_its_reason() -> None:
    post = a_post()

    assert reason_to_skip(NEXT, [], lambda _: (NEXT,), {}) == (
        "No post for the week of 2026-11-23 is published yet; looking again at the next tick."
    )
    assert reason_to_skip(NEXT, [post], lambda _: (NEXT,), known(post, NEXT)) == (
        "The week of 2026-11-23 is stored as it is published."
    )
    assert reason_to_skip(NEXT, [post], lambda _: (NEXT,), {}) == ""
    assert reason_to_skip(NEXT, [a_post(words="Clean")], lambda _: (NEXT,), known(post, NEXT)) == ""
    assert reason_to_skip(NEXT, [post], lambda _: (NEXT,), known(post, WEEK)) == ""


def test_a_cursor_written_before_its_fields_were_renamed_is_read_whole() -> None:
    """Cursors live on in Dagster's storage over an upgrade: the names in them are never changed."""
    cursor = (
        '{"read_until":"2026-11-22T21:00:00Z","asked":{"3":{"mark":"2026-11-23/aa","at":"2026-11-22T21:00:00Z",'
        '"tries":2}},"swept":"2026-11-22T21:00:00Z","gone":[5],"outage":{"since":"2026-11-22T21:00:00Z",'
        '"failures":2,"next_try":"2026-11-22T21:10:00Z","says":"no answer","passing":false,"told":true}}'
    )
    state = NewPostsState(
        read_until=NOW,
        requested={3: RequestedRun("2026-11-23/aa", NOW, 2)},
        swept_at=NOW,
        reported_gone=[5],
        outage=Outage(NOW, 2, NOW + dt.timedelta(minutes=10), "no answer", transient=False, notified=True),
    )

    assert msgspec.json.decode(cursor, type=NewPostsState) == state
    assert msgspec.json.encode(state).decode() == cursor


def test_a_run_key_names_weeks_revisions_and_the_number_of_the_request() -> None:
    first, second = (msgspec.structs.replace(a_post(n), content=Rendered("Snatch")) for n in (1, 2))
    state = record_requests(NOW, [first], [first], lambda _: (NEXT,), NewPostsState())

    assert run_key((WEEK, NEXT), [first, second], state) == "posts/2026-11-16/2026-11-23/604eb6e32fb52f69"
    assert state.requested == {1: RequestedRun(revision_key(first, [NEXT]), NOW, 1)}
    assert state.read_until == NOW


def test_a_second_request_for_the_same_revision_is_counted_and_one_for_another_starts_anew() -> None:
    state = record_requests(NOW, [a_post()], [a_post()], lambda _: (NEXT,), NewPostsState())
    again = record_requests(NOW, [a_post()], [a_post()], lambda _: (NEXT,), state)
    edited = record_requests(NOW, [], [a_post(words="Clean")], lambda _: (NEXT,), again)
    moved = record_requests(NOW, [], [a_post()], lambda _: (WEEK,), again)

    assert [s.requested[1].requests for s in (state, again, edited, moved)] == [1, 2, 1, 1]


def test_a_failed_run_is_requested_again_after_an_hour_and_forgotten_after_two() -> None:
    state = record_requests(NOW, [a_post()], [a_post()], lambda _: (NEXT,), NewPostsState())
    hour = dt.timedelta(hours=1)

    def weeks(now: dt.datetime, state: NewPostsState) -> list[dt.date]:
        return list(find_changed_weeks(now, [a_post()], lambda _: (NEXT,), {}, state, lambda _: True).to_run)

    assert weeks(NOW + hour - dt.timedelta(seconds=1), state) == []
    assert weeks(NOW + hour, state) == [NEXT]
    again = record_requests(NOW + hour, [a_post()], [a_post()], lambda _: (NEXT,), state)
    assert weeks(NOW + 100 * hour, again) == []

    almost, later = NOW + 2 * hour - dt.timedelta(seconds=1), NOW + 2 * hour
    assert record_requests(almost, [], [], lambda _: (NEXT,), state).requested == state.requested
    assert record_requests(later, [], [], lambda _: (NEXT,), state).requested == {}
    assert record_requests(NOW + hour, [], [], lambda _: (NEXT,), again).requested == {}


def test_a_post_that_needs_no_run_does_not_hide_the_others() -> None:
    posts = [a_post(1), a_post(2, words="Clean"), a_post(3, words="Jerk")]
    changed = find_changed_weeks(
        NOW,
        posts,
        lambda post: (NEXT if post.id < 3 else WEEK,),
        known(a_post(), NEXT),
        NewPostsState(),
        {NEXT}.__contains__,
    )

    assert changed.to_run == {NEXT: [posts[1]]}
    assert changed.no_partition == {WEEK: [posts[2]]}


def test_the_first_reading_looks_back_fifteen_days_and_two_hours() -> None:
    assert NOW - read_from(NOW, NewPostsState()) == dt.timedelta(days=15, hours=2)


def test_a_request_is_recorded_under_the_week_of_its_own_post() -> None:
    posts = [a_post(1), a_post(2)]
    weeks = {1: WEEK, 2: NEXT}
    state = record_requests(NOW, posts, posts, lambda post: (weeks[post.id],), NewPostsState())

    assert [run.revision[:10] for run in state.requested.values()] == ["2026-11-16", "2026-11-23"]


def test_a_sweep_keeps_in_order_the_posts_that_are_still_gone() -> None:
    state = record_sweep(NOW, {1, 2}, [9, 3], NewPostsState(reported_gone=[1, 7]), {})

    assert state == NewPostsState(swept_at=NOW, reported_gone=[3, 7, 9])


def test_a_scheduled_look_needs_a_run_when_one_of_several_posts_is_not_stored() -> None:
    stored = {**known(a_post(1), NEXT), **known(a_post(2), NEXT)}

    assert reason_to_skip(NEXT, [a_post(1), a_post(2, words="Clean")], lambda _: (NEXT,), stored) == ""
    assert reason_to_skip(NEXT, [a_post(1), a_post(2)], lambda _: (NEXT,), stored) != ""
