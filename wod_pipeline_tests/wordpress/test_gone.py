"""Which posts that are no longer listed give way to another one of their week, and which stay."""

from __future__ import annotations

import datetime as dt

import pytest

from wod_pipeline.parsing import parse_post, weeks_of
from wod_pipeline.program import RawPost, Weekly
from wod_pipeline.records import records_of
from wod_pipeline.watching.gone import GONE_FOR, MOST_GONE, too_many_gone
from wod_pipeline.weeks import WEEK
from wod_pipeline.wordpress._windows import assign_posts
from wod_pipeline_tests.builders import MONDAY, raw_post, slug_of, weekly

NOW = dt.datetime(2026, 3, 1, 18, tzinfo=dt.timezone.utc)
LATER = NOW + GONE_FOR

Week = Weekly[RawPost]


def a_post(
    number: int, words: str, program: str = "Gym Plan", days: str = "Monday Wednesday Friday"
) -> RawPost:
    lines = [line for day in days.split() for line in (day, f"{words} x 3")]
    return raw_post(*lines, number=number, program=program)


OLD, NEW = a_post(1, "Snatch"), a_post(2, "Power Snatch")


def looks(week: Week | None, *looks: tuple[dt.datetime, list[RawPost]]) -> Week:
    """The week after the source listed these posts at these times, one look after the other."""
    for at, listed in looks:
        week = assign_posts([MONDAY], {MONDAY: week} if week else {}, listed, weeks_of, at)[MONDAY]
    assert week is not None
    return week


def ids(week: Week) -> list[int]:
    return [post.id for post in week.posts]


def replacements(week: Week) -> dict[int, int | None]:
    return {post.post_id: post.replaced_by for post in week.removed}


def test_a_post_published_again_under_a_new_id_with_the_same_content_is_replaced_at_once() -> None:
    week = looks(weekly(OLD), (NOW, [a_post(2, "Snatch")]))
    assert (ids(week), week.gone, replacements(week)) == ([2], [], {1: 2})


def test_empty_content_as_of_protected_posts_is_not_the_same_content() -> None:
    old, new = raw_post(content="", number=1), raw_post(content="", number=2)
    assert looks(weekly(old), (NOW, [new])).gone == [1]


def test_an_original_deleted_after_its_correction_gives_way_once_it_stays_absent() -> None:
    first = looks(weekly(OLD, NEW), (NOW, [NEW]))
    assert (ids(first), first.gone, first.gone_since) == ([1, 2], [1], [(1, NOW)])
    assert ids(looks(first, (LATER - dt.timedelta(minutes=1), [NEW]))) == [1, 2]
    last = looks(first, (LATER, [NEW]))
    assert (ids(last), last.gone, last.gone_since, replacements(last)) == ([2], [], [], {1: 2})


def test_what_is_kept_of_a_replaced_post_names_it() -> None:
    (post,) = looks(weekly(OLD, NEW), (NOW, [NEW]), (LATER, [NEW])).removed
    assert (post.post_id, post.program, post.title, post.gone_since) == (
        1,
        "gym-plan",
        "March 2, 2026 - March 8, 2026 Gym Plan",
        NOW,
    )


def test_a_post_that_is_a_draft_again_for_a_while_starts_anew_when_it_disappears_again() -> None:
    week = looks(weekly(OLD, NEW), (NOW, [NEW]), (LATER, [OLD, NEW]), (LATER + GONE_FOR, [NEW]))
    assert (ids(week), week.gone_since) == ([1, 2], [(1, LATER + GONE_FOR)])


def test_a_post_that_nothing_replaces_stays_and_is_flagged() -> None:
    week = looks(weekly(OLD), (NOW, []), (LATER, []))
    assert (ids(week), week.gone, replacements(week)) == ([1], [1], {})


def test_a_post_gives_way_only_to_one_of_its_own_program() -> None:
    other = a_post(3, "Clean", program="Masters")
    week = looks(weekly(OLD, other), (NOW, [other]), (LATER, [other]))
    assert (ids(week), week.gone) == ([1, 3], [1])
    both = looks(weekly(OLD, other), (NOW, [other, NEW]), (LATER, [other, NEW]))
    assert (sorted(ids(both)), replacements(both)) == ([2, 3], {1: 2})


def test_the_same_text_in_another_program_stands_beside_a_post_and_does_not_replace_it() -> None:
    copy = a_post(3, "Snatch", program="Masters")
    assert ids(looks(weekly(OLD, copy), (NOW, [copy]), (LATER, [copy]))) == [1, 3]
    assert replacements(looks(weekly(OLD), (NOW, [copy]))) == {1: 3}


def test_a_post_of_unknown_program_is_replaced_only_by_the_same_content() -> None:
    nameless = {"slug": slug_of(MONDAY, "").strip("-"), "title": "March 2, 2026 - March 8, 2026"}
    old = raw_post("Monday", "Snatch x 3", number=1, **nameless)
    new = raw_post("Monday", "Clean x 3", number=2, **nameless)
    assert ids(looks(weekly(old), (NOW, [new]), (LATER, [new]))) == [1, 2]


@pytest.mark.parametrize(
    "other",
    [
        raw_post("The gym is closed this week.", number=2),
        raw_post(content="", number=2),
        a_post(2, "Power Snatch", days="Saturday"),
    ],
    ids=["an announcement", "an empty post", "one other day"],
)
def test_a_post_without_most_of_the_sessions_does_not_replace_one_that_has_them(other: RawPost) -> None:
    week = looks(weekly(OLD, other), (NOW, [other]), (LATER, [other]))
    assert (sorted(ids(week)), week.gone) == ([1, 2], [1])


def test_when_many_posts_disappear_together_none_is_replaced_by_another_text() -> None:
    many = [a_post(number, f"{number} Snatch") for number in range(10, 10 + MOST_GONE + 1)]
    week = looks(weekly(*many, NEW), (NOW, [NEW]), (LATER, [NEW]))
    assert len(week.gone) == MOST_GONE + 1
    few = looks(weekly(*many[1:], NEW), (NOW, [NEW]), (LATER, [NEW]))
    assert ids(few) == [2]


def test_a_tenth_of_a_long_archive_may_disappear_without_doubt() -> None:
    assert [too_many_gone(gone, 520) for gone in (52, 53)] == [False, True]
    assert [too_many_gone(gone, 3) for gone in (5, 6)] == [False, True]


def test_a_site_that_lists_nothing_removes_nothing() -> None:
    week = looks(weekly(OLD, NEW), (NOW, []), (LATER, []), (LATER + GONE_FOR, []))
    assert (ids(week), week.removed) == ([1, 2], [])


def test_a_replaced_post_stays_out_until_the_site_lists_it_again() -> None:
    replaced = looks(weekly(OLD, NEW), (NOW, [NEW]), (LATER, [NEW]))
    assert looks(replaced, (LATER + GONE_FOR, [NEW])) == replaced
    back = looks(replaced, (LATER + GONE_FOR, [OLD, NEW]))
    assert (ids(back), back.removed, back.gone) == ([1, 2], [], [])


def test_the_sessions_of_a_replaced_post_leave_the_records_with_leave_to_go() -> None:
    week = looks(weekly(OLD), (NOW, [a_post(2, "Snatch")]))
    records = records_of(week.with_posts([parse_post(post) for post in week.posts]))
    assert ({record.post_id for record in records.records}, records.withdrawn) == ({2}, [1])


def redated(**fields: str) -> RawPost:
    """The content of `OLD`, published under a new id for the week after it, an hour before `NOW`."""
    given = {"content": OLD.content.rendered, "date_gmt": "2026-03-01T17:00:00", **fields}
    return raw_post(monday=MONDAY + WEEK, number=2, **given)


def test_a_post_published_again_for_another_week_leaves_its_old_week_once_it_stays_absent() -> None:
    first = looks(weekly(OLD), (NOW, [redated()]))
    assert (ids(first), first.gone) == ([1], [1])
    last = looks(first, (LATER, [redated()]))
    assert (ids(last), last.gone, replacements(last)) == ([], [], {1: 2})
    assert records_of(last.with_posts([])).withdrawn == [1]


@pytest.mark.parametrize(
    "copy",
    [
        redated(date_gmt="2026-02-27T17:00:00"),
        redated(date_gmt="2026-03-03T17:00:00"),
        redated(date_gmt="0000-00-00T00:00:00"),
        redated(slug=slug_of(MONDAY + WEEK, "masters")),
        redated(content="<p>Monday</p><p>Jerk x 3</p>"),
    ],
    ids=["a copy made before", "one made after", "one without a time", "another program", "other content"],
)
def test_a_post_of_another_week_does_not_replace_a_gone_one_when_it_is(copy: RawPost) -> None:
    assert ids(looks(weekly(OLD), (NOW, [copy]), (LATER, [copy]))) == [1]


def test_a_week_done_again_does_not_replace_the_post_of_the_week_before() -> None:
    now = NOW + WEEK
    again = redated(date_gmt="2026-03-08T17:00:00")
    assert ids(looks(weekly(OLD), (now, [again]), (now + GONE_FOR, [again]))) == [1]


def test_a_protected_post_of_another_week_replaces_nothing() -> None:
    old, new = raw_post(content="", number=1), redated(content="")
    assert ids(looks(weekly(old), (NOW, [new]), (LATER, [new]))) == [1]


def test_of_a_gone_post_of_two_weeks_only_the_days_of_the_week_itself_are_compared() -> None:
    slug = slug_of(MONDAY, "Gym Plan")
    lines = ["Monday", "Snatch x 3", "Sunday", "Snatch x 3", "Monday", "Snatch x 3", "Tuesday", "Snatch x 3"]
    lines += ["Wednesday", "Snatch x 3"]
    old = raw_post(*lines, number=1, title="March 2-15, 2026 Gym Plan", slug=slug)
    new = a_post(2, "Clean", days="Monday Sunday")
    assert replacements(looks(weekly(old), (NOW, [new]), (LATER, [new]))) == {1: 2}
