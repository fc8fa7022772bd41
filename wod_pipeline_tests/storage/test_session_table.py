"""The contract of a session table, the same for every adapter."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from wod_pipeline.errors import StaleRevision, StorageRefused, WouldEmptyWeek
from wod_pipeline.program import Outcome, PostStamp, StoredWeek, WeekRecords
from wod_pipeline.storage import SessionTable, WeekChange
from wod_pipeline_tests.builders import STORED_MONDAY as MONDAY
from wod_pipeline_tests.builders import STORED_POST as POST
from wod_pipeline_tests.builders import merged, not_published, session_of_word, week_of_words

NEWER = "2021-03-02T09:00:00"
NEXT = MONDAY + dt.timedelta(days=7)


def test_a_week_is_read_back_exactly_as_it_was_written(table: SessionTable) -> None:
    value = week_of_words("Snatch", "Clean", "Jerk", moved=[12])
    assert table.replace_week(value) == WeekChange(put=3, deleted=0, unchanged=0, week_changed=True)
    assert table.read_week(MONDAY) == value


def test_a_week_never_stored_is_none(table: SessionTable) -> None:
    assert table.read_week(MONDAY) is None
    assert table.newest_week() is None
    assert table.weeks() == []
    assert list(table.read_weeks(MONDAY, NEXT)) == []
    assert table.read_dates(MONDAY, NEXT) == []


def test_an_equal_week_changes_nothing(table: SessionTable) -> None:
    value = week_of_words("Snatch", "Clean")
    table.replace_week(value)
    change = table.replace_week(week_of_words("Snatch", "Clean"))
    assert change == WeekChange(put=0, deleted=0, unchanged=2)
    assert not change.changed


def test_an_edit_puts_what_changed_and_deletes_what_vanished(table: SessionTable) -> None:
    table.replace_week(week_of_words("Snatch", "Clean", "Jerk"))
    edited = week_of_words("Snatch", "Squat", modified="2021-02-28T18:00:00")
    change = table.replace_week(edited)
    assert (change.put, change.deleted, change.unchanged) == (1, 1, 1)
    assert table.read_week(MONDAY) == edited


def test_a_newer_revision_replaces_an_older_one(table: SessionTable) -> None:
    table.replace_week(week_of_words("Snatch"))
    table.replace_week(week_of_words("Clean", modified=NEWER))
    assert table.read_week(MONDAY) == week_of_words("Clean", modified=NEWER)


def test_an_older_revision_never_overwrites_a_newer_one(table: SessionTable) -> None:
    newer = week_of_words("Clean", modified=NEWER)
    table.replace_week(newer)
    with pytest.raises(StaleRevision, match=f"post {POST}"):
        table.replace_week(week_of_words("Snatch"), allow_empty=True)
    assert table.read_week(MONDAY) == newer


def test_a_revision_of_unknown_time_is_not_taken_for_an_older_one(table: SessionTable) -> None:
    table.replace_week(week_of_words("Clean", modified=NEWER))
    unknown = week_of_words("Jerk", modified="")
    table.replace_week(unknown)
    assert table.read_week(MONDAY) == unknown


def test_one_stale_post_of_two_keeps_the_whole_week_as_it_was(table: SessionTable) -> None:
    both = merged(week_of_words("Clean", modified=NEWER), week_of_words("Row", post=9))
    table.replace_week(both)
    with pytest.raises(StaleRevision):
        table.replace_week(merged(week_of_words("Snatch"), week_of_words("Run", post=9, modified=NEWER)))
    assert table.read_week(MONDAY) == both


def test_the_same_revision_read_better_by_a_newer_parser_is_taken(table: SessionTable) -> None:
    table.replace_week(week_of_words("Snatch"))
    assert table.replace_week(week_of_words("Power Snatch")).put == 1


@pytest.mark.parametrize("empty", [week_of_words(), not_published()], ids=["no session", "not published"])
def test_a_week_with_sessions_is_not_emptied_by_accident(table: SessionTable, empty: WeekRecords) -> None:
    table.replace_week(week_of_words("Snatch", "Clean"))
    with pytest.raises(WouldEmptyWeek, match="2 stored sessions"):
        table.replace_week(empty)
    assert table.read_week(MONDAY) == week_of_words("Snatch", "Clean")


@pytest.mark.parametrize(
    ("empty", "command"),
    [
        (
            msgspec.structs.replace(week_of_words("Snatch", "Clean"), records=[], outcome=Outcome.NO_SESSION),
            "--from-stored --week",
        ),
        (week_of_words(modified=NEWER), "--week"),
        (not_published(), "--week"),
    ],
    ids=["another parser", "an edited post", "not published"],
)
def test_the_refusal_names_the_command_that_empties_the_week(
    table: SessionTable, empty: WeekRecords, command: str
) -> None:
    table.replace_week(week_of_words("Snatch", "Clean"))
    with pytest.raises(WouldEmptyWeek, match=f"gone: wod materialize {command} {MONDAY} --allow-empty, or"):
        table.replace_week(empty)


def test_a_week_is_emptied_when_told_to(table: SessionTable) -> None:
    table.replace_week(week_of_words("Snatch", "Clean"))
    assert table.replace_week(week_of_words(), allow_empty=True).deleted == 2
    assert table.read_week(MONDAY) == week_of_words()
    assert table.read_dates(MONDAY, NEXT) == []


def test_a_week_whose_only_post_moved_elsewhere_is_emptied(table: SessionTable) -> None:
    table.replace_week(week_of_words("Snatch", "Clean"))
    assert table.replace_week(not_published(moved=[POST])).deleted == 2
    assert table.read_week(MONDAY) == not_published(moved=[POST])


def test_a_post_still_there_does_not_lose_its_sessions_because_another_has_some(table: SessionTable) -> None:
    both = merged(week_of_words("Snatch"), week_of_words("Row", post=9))
    table.replace_week(both)
    with pytest.raises(WouldEmptyWeek, match="from post 9"):
        table.replace_week(merged(week_of_words("Clean"), week_of_words(post=9)))
    assert table.read_week(MONDAY) == both


def test_a_post_that_left_takes_its_sessions_along(table: SessionTable) -> None:
    table.replace_week(merged(week_of_words("Snatch"), week_of_words("Row", post=9)))
    table.replace_week(week_of_words("Snatch"))
    assert table.read_week(MONDAY) == week_of_words("Snatch")


def test_what_was_looked_for_and_not_found_is_remembered(table: SessionTable) -> None:
    assert table.replace_week(not_published()).changed
    assert not table.replace_week(not_published()).changed
    assert table.read_week(MONDAY) == not_published()
    assert table.replace_week(week_of_words()).week_changed
    stamps = tuple(week_of_words().posts)
    assert table.weeks() == [StoredWeek(MONDAY, Outcome.NO_SESSION, stamps, 0)]


def test_weeks_are_listed_newest_first_and_the_newest_has_a_session(table: SessionTable) -> None:
    for value in (
        week_of_words("Clean"),
        not_published(NEXT),
        week_of_words("Snatch", week=MONDAY - dt.timedelta(7)),
    ):
        table.replace_week(value)
    assert [one.week for one in table.weeks()] == [NEXT, MONDAY, MONDAY - dt.timedelta(7)]
    newest = table.newest_week()
    assert newest == StoredWeek(MONDAY, Outcome.PUBLISHED, (week_of_words("Clean").posts[0],), 1)
    assert isinstance(newest.posts[0], PostStamp)


def test_the_digest_of_a_week_is_that_of_its_records_alone(table: SessionTable) -> None:
    def digest_of(value: WeekRecords) -> str:
        table.replace_week(value, allow_empty=True)
        (stored,) = table.weeks()
        newest = table.newest_week()
        assert newest is None or newest.digest == stored.digest
        return stored.digest

    words = digest_of(week_of_words("Snatch", "Clean"))
    assert len(words) == 64
    assert digest_of(week_of_words("Clean", "Snatch")) != words, "the first word is the first session"
    assert digest_of(week_of_words("Snatch")) != words
    assert digest_of(week_of_words("Snatch", "Clean")) == words
    none = digest_of(week_of_words())
    assert none
    assert digest_of(not_published()) == none


def test_many_weeks_are_replaced_and_read_in_order(table: SessionTable) -> None:
    values = [week_of_words("Snatch", "Clean", week=MONDAY + dt.timedelta(weeks=n)) for n in range(20)]
    changes = table.replace_weeks(iter(values))
    assert [change.put for change in changes.values()] == [2] * 20
    assert list(table.read_weeks(MONDAY, values[-1].week)) == values
    assert [one.week for one in table.read_weeks(NEXT, NEXT + dt.timedelta(7))] == [
        values[1].week,
        values[2].week,
    ]


def test_of_many_weeks_a_bad_one_fails_alone(table: SessionTable) -> None:
    weeks = [MONDAY + dt.timedelta(weeks=n) for n in range(3)]
    table.replace_week(week_of_words("Clean", week=weeks[1], modified=NEWER))
    results = table.replace_weeks([week_of_words("Snatch", week=week) for week in weeks])
    assert isinstance(results.pop(weeks[1]), StaleRevision)
    assert all(isinstance(change, WeekChange) and change.put == 1 for change in results.values())
    assert [value.records[0].modified_gmt for value in table.read_weeks(weeks[0], weeks[2])][1] == NEWER


def test_sessions_are_read_by_date_across_weeks(table: SessionTable) -> None:
    table.replace_weeks([week_of_words(*["Row"] * 7), week_of_words(*["Run"] * 7, week=NEXT)])
    found = table.read_dates(MONDAY + dt.timedelta(5), NEXT + dt.timedelta(1))
    assert [record.date for record in found] == [MONDAY + dt.timedelta(n) for n in (5, 6, 7, 8)]
    assert [record.week for record in found] == [MONDAY, MONDAY, NEXT, NEXT]


def test_two_sessions_of_a_day_come_in_order(table: SessionTable) -> None:
    first, second = (
        session_of_word("Snatch", 0),
        msgspec.structs.replace(session_of_word("Run", 7), date=MONDAY),
    )
    value = week_of_words("Snatch")
    value.records = [first, second]
    table.replace_week(value)
    assert table.read_dates(MONDAY, MONDAY) == [first, second]


def test_a_session_without_a_date_belongs_to_its_week_and_to_no_day(table: SessionTable) -> None:
    value = week_of_words("Snatch", "Clean")
    value.records[1].date = value.records[1].weekday = None
    table.replace_week(value)
    assert table.read_week(MONDAY) == value
    assert [record.date for record in table.read_dates(MONDAY, NEXT)] == [MONDAY]


def test_a_session_dated_outside_its_week_does_not_meet_that_of_another_week(table: SessionTable) -> None:
    late = week_of_words("Snatch")
    late.records[0].date = NEXT
    early = week_of_words("Clean", week=NEXT)
    table.replace_week(late)
    table.replace_week(early)
    assert table.read_week(MONDAY) == late
    assert table.read_week(NEXT) == early
    assert {record.week for record in table.read_dates(NEXT, NEXT)} == {MONDAY, NEXT}


def test_a_session_listed_twice_is_refused_before_anything_is_written(table: SessionTable) -> None:
    table.replace_week(week_of_words("Snatch"))
    value = week_of_words("Clean")
    value.records.append(value.records[0])
    with pytest.raises(StorageRefused, match="listed twice"):
        table.replace_week(value)
    assert table.read_week(MONDAY) == week_of_words("Snatch")
