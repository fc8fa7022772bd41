"""The plan to replace a week, made without a table."""

from __future__ import annotations

import contextlib

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from wod_pipeline.errors import StaleRevision, WouldEmptyWeek
from wod_pipeline.program import SessionRecord, WeekRecords
from wod_pipeline.storage import WeekChange
from wod_pipeline.storage._items import Key, item_key, record_from_item
from wod_pipeline.storage._week import Header, Plan, header_from_item, header_item, plan_replacement
from wod_pipeline_tests.builders import STORED_MONDAY as MONDAY
from wod_pipeline_tests.builders import merged, week_of_words

words = st.lists(st.sampled_from(["Snatch", "Clean", "Jerk"]), max_size=4)
moments = st.sampled_from(["", "2021-02-28T18:00:00", "2021-03-01T07:00:00"])


@st.composite
def weeks(draw: st.DrawFn) -> WeekRecords:
    """A week of up to two posts at some revision, each with some sessions."""
    posts = draw(st.lists(st.sampled_from([1, 2]), min_size=1, max_size=2, unique=True))
    parts = [week_of_words(*draw(words), post=post, modified=draw(moments)) for post in posts]
    value = merged(*parts)
    value.withdrawn = draw(st.lists(st.sampled_from([1, 2]), max_size=1))
    return value


def carried_out(plan: Plan, held: dict[Key, SessionRecord]) -> dict[Key, SessionRecord]:
    kept = {key: record for key, record in held.items() if key not in plan.deletes}
    return kept | {(item["date"], item["session"]): record_from_item(item) for item in plan.puts}


@given(st.lists(weeks(), max_size=4), st.booleans())
def test_a_plan_carried_out_makes_the_week_exactly_the_value(
    values: list[WeekRecords], allow_empty: bool
) -> None:
    header: Header | None = None
    held: dict[Key, SessionRecord] = {}
    for value in values:
        with contextlib.suppress(StaleRevision, WouldEmptyWeek):
            plan = plan_replacement(header, value, allow_empty=allow_empty)
            held = carried_out(plan, held)
            assert held == {item_key(record): record for record in value.records}
            assert (plan.header is not None) == plan.change.changed
            assert plan.change.put + plan.change.unchanged == len(value.records)
            header = plan.header or header


@given(weeks())
def test_the_same_value_again_needs_nothing(value: WeekRecords) -> None:
    first = plan_replacement(None, value, allow_empty=False)
    assert first.header is not None
    again = plan_replacement(first.header, value, allow_empty=False)
    assert (again.header, again.puts, again.deletes) == (None, [], [])


def test_posts_moved_elsewhere_are_a_change_of_the_week_by_themselves() -> None:
    value = week_of_words("Snatch")
    stored = plan_replacement(None, value, allow_empty=False).header
    value.withdrawn = [2]
    plan = plan_replacement(stored, value, allow_empty=False)
    assert plan.change == WeekChange(0, 0, 1, week_changed=True)
    assert plan.header is not None
    assert plan.header.withdrawn == [2]


def with_parser(value: WeekRecords, version: int) -> WeekRecords:
    """The week as that version of the parser would have made it, had it read the posts alike."""
    return replace(
        value,
        posts=[replace(stamp, parser=version) for stamp in value.posts],
        records=[replace(record, parser=version) for record in value.records],
    )


@given(weeks(), st.sampled_from([0, 1, 3]))
def test_a_week_that_another_parser_reads_alike_is_written_but_reads_unchanged(
    value: WeekRecords, version: int
) -> None:
    stored = plan_replacement(None, with_parser(value, version), allow_empty=False).header
    plan = plan_replacement(stored, with_parser(value, 2), allow_empty=False)
    assert plan.change == WeekChange(0, 0, 0, restamped=len(value.records))
    assert not plan.change.changed
    assert (plan.header is not None) == bool(value.posts), (
        "the stamps are written, also of a post without sessions"
    )
    assert len(plan.puts) == len(value.records)


def test_of_a_week_that_another_parser_reads_otherwise_the_differing_sessions_count() -> None:
    stored = plan_replacement(
        None, with_parser(week_of_words("Snatch", "Clean"), 1), allow_empty=False
    ).header
    plan = plan_replacement(stored, with_parser(week_of_words("Snatch", "Jerk", "Row"), 2), allow_empty=True)
    assert plan.change == WeekChange(put=2, deleted=0, unchanged=0, restamped=1, week_changed=True)


def test_a_damaged_session_counts_as_put_whoever_made_it() -> None:
    value = week_of_words("Snatch")
    stored = plan_replacement(None, with_parser(value, 1), allow_empty=False).header
    plan = plan_replacement(
        stored, with_parser(value, 2), allow_empty=False, corrupt=[item_key(value.records[0])]
    )
    assert plan.change == WeekChange(put=1, deleted=0, unchanged=0)


@given(weeks(), weeks())
def test_what_a_plan_may_not_do_is_older_or_emptying(stored: WeekRecords, value: WeekRecords) -> None:
    header = plan_replacement(None, stored, allow_empty=False).header
    times = {post.post_id: post.modified_gmt for post in stored.posts}
    older = any("" < post.modified_gmt < times.get(post.post_id, "") for post in value.posts)
    try:
        plan_replacement(header, value, allow_empty=True)
        refused = False
    except StaleRevision:
        refused = True
    assert refused == older


@given(weeks())
def test_a_header_comes_back_from_its_item(value: WeekRecords) -> None:
    header = plan_replacement(None, value, allow_empty=False).header
    assert header is not None
    assert header_from_item(header_item(MONDAY, header)) == header
