"""Posts taken out of a stored week: from the table and every stage of the lake, and from nothing else."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import msgspec
import pytest

from wod_pipeline.assets.posts import plain_week
from wod_pipeline.assets.sessions import outlined_week, parsed_week
from wod_pipeline.errors import NotStored, StaleRevision, WouldEmptyWeek
from wod_pipeline.program import Outcome, PostStamp, RawPost, StoredWeek, WeekRecords
from wod_pipeline.records import records_of
from wod_pipeline.removals import RemovedPost
from wod_pipeline.status import needs_run
from wod_pipeline.storage.healing import read_healed
from wod_pipeline.storage.sqlite import SqliteSessionTable
from wod_pipeline.storage.stages import (
    STAGES,
    read_stage,
    read_stored_records,
    stage_key,
    write_records,
    write_stage,
)
from wod_pipeline.storage.withdrawal import (
    Withdrawal,
    drop_post,
    find_moved_posts,
    find_post,
    find_stale_posts,
    leave_spanning,
    withdraw_posts,
)
from wod_pipeline.weeks import WEEK
from wod_pipeline_tests.builders import MONDAY, raw_post, slug_of, week_records, weekly
from wod_pipeline_tests.fakes import MemoryLake

NEXT = MONDAY + WEEK
SINCE = dt.datetime(2026, 3, 3, tzinfo=dt.timezone.utc)
DROPPED = RemovedPost(1, "gym-plan", "A title", SINCE)


class Store:
    """A lake and a table that hold one week, as a run leaves it."""

    def __init__(self, folder: Path, *posts: RawPost) -> None:
        self.lake, self.table = MemoryLake(), SqliteSessionTable(folder / "wod.sqlite")
        raw = weekly(*posts, week=MONDAY, gone=[1])
        plain = plain_week(raw)
        outlined = outlined_week(plain)
        parsed = parsed_week(outlined)
        for stage, value in zip(STAGES, (raw, plain, outlined, parsed), strict=True):
            write_stage(self.lake, stage, {MONDAY: value})
        self.table.replace_week(records_of(parsed))
        write_records(self.lake, {MONDAY: records_of(parsed)})

    def week(self) -> WeekRecords:
        value = self.table.read_week(MONDAY)
        assert value is not None
        return value


def other_post() -> RawPost:
    return raw_post(number=2, slug=slug_of(MONDAY, "masters"))


def test_a_moved_post_leaves_the_table_and_every_stage_and_the_week_says_where_it_went(
    tmp_path: Path,
) -> None:
    store = Store(tmp_path, raw_post(), other_post())
    result = withdraw_posts(store.lake, store.table, MONDAY, Withdrawal({1: NEXT}))
    assert result.change.deleted == 3
    assert {record.post_id for record in store.week().records} == {2}
    assert store.week() == result.after
    assert read_stored_records(store.lake, [MONDAY])[MONDAY] == result.after.records
    for stage in STAGES:
        value = read_stage(store.lake, stage, [MONDAY])[MONDAY]
        assert (len(value.posts), value.moved, value.moved_to) == (1, [1], [(1, NEXT)])
    assert not needs_run(read_stage(store.lake, "raw_posts", [MONDAY])[MONDAY], result.after)


def test_a_week_whose_only_post_moved_is_not_published(tmp_path: Path) -> None:
    store = Store(tmp_path, raw_post())
    withdraw_posts(store.lake, store.table, MONDAY, Withdrawal({1: NEXT}))
    assert (store.week().outcome, store.week().records) == (Outcome.NOT_PUBLISHED, [])
    assert read_stage(store.lake, "raw_posts", [MONDAY])[MONDAY].outcome is Outcome.NOT_PUBLISHED


def test_a_dropped_post_is_noted_and_is_gone_no_more(tmp_path: Path) -> None:
    store = Store(tmp_path, raw_post(), other_post())
    withdraw_posts(store.lake, store.table, MONDAY, Withdrawal({}, (DROPPED,)))
    raw = read_stage(store.lake, "raw_posts", [MONDAY])[MONDAY]
    assert ([post.id for post in raw.posts], raw.gone, raw.removed) == ([2], [], [DROPPED])


@pytest.mark.parametrize("stage", STAGES)
def test_a_post_dropped_while_an_object_of_its_week_is_corrupt_stays_dropped(
    stage: str, tmp_path: Path
) -> None:
    store = Store(tmp_path, raw_post(), other_post())
    store.lake.objects[stage_key(stage, MONDAY)] = b"x"
    withdraw_posts(store.lake, store.table, MONDAY, Withdrawal({}, (DROPPED,)))
    value = read_healed(store.lake, stage, [MONDAY])[0][MONDAY]
    assert (len(value.posts), value.removed) == (1, [DROPPED])


def test_the_only_post_with_sessions_is_dropped_only_when_the_week_may_become_empty(tmp_path: Path) -> None:
    store = Store(tmp_path, raw_post(), raw_post("The gym is closed.", number=2))
    with pytest.raises(WouldEmptyWeek, match=r"The 3 sessions of week 2026-03-02 are all from post 1"):
        withdraw_posts(store.lake, store.table, MONDAY, Withdrawal({}, (DROPPED,)))
    assert len(store.week().records) == 3
    withdraw_posts(store.lake, store.table, MONDAY, Withdrawal({}, (DROPPED,)), allow_empty=True)
    assert (store.week().outcome, store.week().records) == (Outcome.NO_SESSION, [])


def test_a_post_of_two_weeks_is_dropped_from_both_or_from_none(tmp_path: Path) -> None:
    store = Store(tmp_path, raw_post(), other_post())
    alone = msgspec.structs.replace(week_records(raw_post()), week=NEXT)
    alone.records[:] = [msgspec.structs.replace(record, week=NEXT) for record in alone.records]
    store.table.replace_week(alone)
    now = SINCE + WEEK
    with pytest.raises(WouldEmptyWeek, match=r"The 3 sessions of week 2026-03-09 .* Nothing was changed"):
        drop_post(store.lake, store.table, 1, lambda ids: [], now)
    assert {record.post_id for record in store.week().records} == {1, 2}
    dropped = drop_post(store.lake, store.table, 1, lambda ids: [], now, allow_empty=True)
    assert [len(result.after.records) for result in dropped] == [3, 0]


@pytest.mark.parametrize(
    ("removed", "fate"),
    [(DROPPED, "dropped"), (msgspec.structs.replace(DROPPED, replaced_by=2), "replaced by post 2")],
)
def test_a_post_that_was_removed_before_is_named_as_that(
    removed: RemovedPost, fate: str, tmp_path: Path
) -> None:
    store = Store(tmp_path, raw_post(), other_post())
    withdraw_posts(store.lake, store.table, MONDAY, Withdrawal({}, (removed,)))
    with pytest.raises(NotStored, match=rf"Post 1 is in week 2026-03-02 no longer: it was {fate}\."):
        find_post(store.lake, store.table, 1)


def test_every_revision_stays(tmp_path: Path) -> None:
    store = Store(tmp_path, raw_post())
    kept = set(store.lake.keys("raw_post_revisions/"))
    withdraw_posts(store.lake, store.table, MONDAY, Withdrawal({1: NEXT}))
    assert kept
    assert set(store.lake.keys("raw_post_revisions/")) == kept


def test_a_week_that_is_not_stored_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotStored, match="2026-03-09"):
        withdraw_posts(MemoryLake(), SqliteSessionTable(tmp_path / "t"), NEXT, Withdrawal({1: MONDAY}))


STAMP = PostStamp(1, "gym-plan", "2026-03-01T00:00:00", "aa", "title")


def moved(old: PostStamp, new: PostStamp) -> dict[dt.date, dict[int, dt.date]]:
    others = [StoredWeek(MONDAY, Outcome.PUBLISHED, (old,), 3)]
    return find_moved_posts(others, {NEXT: [new]})


@pytest.mark.parametrize(
    "newer",
    [{"modified_gmt": "2026-03-02T00:00:00"}, {"content_sha256": "bb"}, {"heading_sha256": "other"}],
    ids=str,
)
def test_a_post_has_moved_when_the_other_week_holds_an_older_revision(newer: dict[str, str]) -> None:
    assert moved(STAMP, msgspec.structs.replace(STAMP, **newer)) == {MONDAY: {1: NEXT}}


@pytest.mark.parametrize(
    "other",
    [{}, {"modified_gmt": "2026-02-01T00:00:00"}, {"post_id": 2}],
    ids=["the same revision", "an older one", "another post"],
)
def test_a_post_has_not_moved_when_the_other_week_holds(other: dict[str, str]) -> None:
    assert moved(STAMP, msgspec.structs.replace(STAMP, **other)) == {}


def test_a_post_that_is_of_both_weeks_has_not_moved() -> None:
    spanning, elsewhere = raw_post(), raw_post(number=2, monday=NEXT)
    candidates = {MONDAY: {1: NEXT, 2: NEXT}}
    fetched = {NEXT: weekly(spanning, elsewhere, week=NEXT)}
    assert leave_spanning(candidates, fetched) == {MONDAY: {2: NEXT}}
    assert leave_spanning(candidates, {}) == candidates, "what the lake lost is judged by its stamps"


def stale(old: PostStamp, new: PostStamp, lake: MemoryLake | None = None) -> dict[dt.date, StaleRevision]:
    others = [StoredWeek(MONDAY, Outcome.PUBLISHED, (new,), 3)]
    return find_stale_posts(lake or MemoryLake(), others, {NEXT: [old]})


def test_a_week_with_an_older_revision_than_another_week_is_refused_and_the_other_week_named() -> None:
    newer = msgspec.structs.replace(STAMP, modified_gmt="2026-03-02T00:00:00", content_sha256="bb")
    assert str(stale(STAMP, newer)[NEXT]) == (
        "Week 2026-03-09: newer revisions are stored of post 1 in week 2026-03-02. Both weeks are unchanged. "
        "Run first: wod materialize --week 2026-03-02. What has left that week since is then stored by: "
        "wod materialize --week 2026-03-09. A rerun alone will not help."
    )


@pytest.mark.parametrize(
    "other",
    [
        {"modified_gmt": "2026-02-01T00:00:00"},
        {"content_sha256": "bb"},
        {"post_id": 2, "modified_gmt": "2027"},
    ],
    ids=["an older revision", "one of the same time", "another post"],
)
def test_a_week_is_not_stale_when_the_other_week_holds(other: dict[str, str]) -> None:
    assert stale(STAMP, msgspec.structs.replace(STAMP, **other)) == {}


def test_a_post_of_unknown_time_is_not_stale() -> None:
    assert stale(msgspec.structs.replace(STAMP, modified_gmt=""), STAMP) == {}


def test_a_newer_revision_that_is_of_the_run_week_as_well_makes_nothing_stale(tmp_path: Path) -> None:
    lake = MemoryLake()
    write_stage(lake, "raw_posts", {MONDAY: weekly(raw_post(monday=NEXT), week=MONDAY)})
    assert stale(STAMP, msgspec.structs.replace(STAMP, modified_gmt="2027"), lake) == {}
