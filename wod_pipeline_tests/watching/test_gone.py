"""Which absent posts ask for a run of their week, and when."""

from __future__ import annotations

import datetime as dt

from wod_pipeline.watching.gone import (
    GONE_FOR,
    MAX_REMEMBERED,
    MOST_GONE,
    GonePost,
    is_watched,
    update_gone,
)

NOW = dt.datetime(2026, 11, 22, 21, tzinfo=dt.timezone.utc)
WEEK, NEXT = dt.date(2026, 11, 16), dt.date(2026, 11, 23)
STORED = {1: [WEEK], 2: [NEXT]}


def test_an_absent_post_asks_at_once_and_again_when_its_absence_has_lasted() -> None:
    gone: dict[int, GonePost] = {}
    asked = []
    for hour in range(24):
        gone, weeks = update_gone(NOW + dt.timedelta(hours=hour), {2}, STORED, gone)
        asked += [(hour, week) for week in weeks]
    assert asked == [(0, WEEK), (3, WEEK), (6, WEEK)]
    assert dt.timedelta(hours=3) == GONE_FOR


def test_the_list_is_compared_more_often_while_an_absence_is_young() -> None:
    assert [is_watched({1: GonePost(WEEK, NOW, requests)}) for requests in range(4)] == [
        False,
        True,
        True,
        False,
    ]


def test_a_post_listed_again_asks_for_its_week_and_is_forgotten() -> None:
    gone, _ = update_gone(NOW, {2}, STORED, {})
    assert update_gone(NOW, {1, 2}, STORED, gone) == ({}, {WEEK})


def test_an_absent_post_of_two_weeks_asks_for_both_and_so_does_its_return() -> None:
    stored = {1: {WEEK, NEXT}, 2: {NEXT}}
    gone, weeks = update_gone(NOW, {2}, stored, {})
    assert weeks == {WEEK, NEXT}
    assert update_gone(NOW, {1, 2}, stored, gone) == ({}, {WEEK, NEXT})


def test_a_post_taken_out_of_its_week_is_remembered_until_it_is_listed_again() -> None:
    gone, _ = update_gone(NOW, {2}, STORED, {})
    gone, weeks = update_gone(NOW + GONE_FOR, {2}, {2: [NEXT]}, gone)
    assert (list(gone), weeks) == ([1], set())
    assert update_gone(NOW + 2 * GONE_FOR, {1, 2}, {2: [NEXT]}, gone) == ({}, {WEEK})


def test_nothing_is_run_while_many_posts_are_absent_together() -> None:
    stored = dict.fromkeys(range(MOST_GONE + 1), (WEEK,))
    gone, weeks = update_gone(NOW, set(), stored, {})
    assert (len(gone), weeks) == (MOST_GONE + 1, set())
    gone, weeks = update_gone(NOW + GONE_FOR, {0}, stored, gone)
    assert weeks == {WEEK}


def test_only_the_newest_absent_posts_are_remembered() -> None:
    known = {n: GonePost(WEEK, NOW + dt.timedelta(minutes=n), 3) for n in range(MAX_REMEMBERED + 5)}
    gone, _ = update_gone(NOW, set(), {}, known)
    assert min(gone) == 5
