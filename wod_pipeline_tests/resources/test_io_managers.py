"""The IO managers: one week or many, both ways, and what they refuse."""

import datetime as dt
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from wod_pipeline.assets.partitions import training_weeks
from wod_pipeline.errors import NotStored, StorageCorrupt, StorageError, StorageRefused, StorageUnavailable
from wod_pipeline.program import Outcome, Weekly, WeekRecords
from wod_pipeline.resources.empty_weeks import EmptyWeeksResource
from wod_pipeline.resources.lake import LakeIOManager
from wod_pipeline.resources.session_table import SessionTableIOManager
from wod_pipeline.resources.weekly import WriteReport
from wod_pipeline.storage import Written
from wod_pipeline.storage.sqlite import SqliteSessionTable
from wod_pipeline.storage.stages import BATCH, REVISIONS, stage_key, write_stage
from wod_pipeline.weeks import WEEK
from wod_pipeline.wordpress import CHUNK_WEEKS
from wod_pipeline_tests.builders import MONDAY, raw_post, week_records, weekly
from wod_pipeline_tests.fakes import MemoryLake, lake_around, table_around

WEEKDAYS = ("Monday", "Tuesday", "Wednesday")
WEEKS = training_weeks(dt.date(2026, 1, 5), "America/Los_Angeles")
MONDAYS = [MONDAY + n * WEEK for n in range(3)]


OPENED = ExitStack()


@pytest.fixture(autouse=True)
def _contexts_are_closed() -> Iterator[None]:
    yield
    OPENED.close()


def output_context(asset: str, weeks: list[dt.date]) -> dg.OutputContext:
    keys = [str(week) for week in weeks]
    context = dg.build_output_context(
        asset_key=asset,
        asset_partitions_def=WEEKS,
        **({"partition_key": keys[0]} if len(keys) == 1 else {}),
        asset_partition_key_range=dg.PartitionKeyRange(keys[0], keys[-1]) if len(keys) > 1 else None,
    )
    return OPENED.enter_context(context)


def input_context(asset: str, weeks: list[dt.date], **metadata: Any) -> dg.InputContext:
    keys = [str(week) for week in weeks]
    context = dg.build_input_context(
        asset_key=asset,
        asset_partitions_def=WEEKS,
        asset_partition_key_range=dg.PartitionKeyRange(keys[0], keys[-1]),
        definition_metadata=metadata,
    )
    return OPENED.enter_context(context)


def raw_week(week: dt.date) -> Weekly[Any]:
    return weekly(raw_post(monday=week), week=week)


def records(week: dt.date, sessions: int = 1, modified: str = "2026-03-02T01:00:00") -> WeekRecords:
    """The week of a post with this many training days."""
    lines = [line for day in WEEKDAYS[:sessions] for line in (day, "A.", "Dips x 6 reps")]
    return week_records(raw_post(*lines or ["Closed."], monday=week, modified_gmt=modified))


@pytest.mark.parametrize("weeks", [MONDAYS[:1], MONDAYS], ids=["one week", "a range"])
def test_what_is_written_is_read_back(weeks: list[dt.date]) -> None:
    manager = LakeIOManager(lake=lake_around(MemoryLake()))
    values = {week: raw_week(week) for week in weeks}
    manager.handle_output(output_context("raw_posts", weeks), values)
    assert dict(manager.load_input(input_context("raw_posts", weeks))) == values


def test_a_week_of_the_run_without_a_value_is_refused_and_named() -> None:
    manager = LakeIOManager(lake=lake_around(MemoryLake()))
    with pytest.raises(dg.DagsterInvariantViolationError, match="2026-03-16"):
        manager.handle_output(
            output_context("raw_posts", MONDAYS), {week: raw_week(week) for week in MONDAYS[:2]}
        )


def test_reading_a_week_that_was_never_stored_is_an_error_that_names_it() -> None:
    manager = LakeIOManager(lake=lake_around(MemoryLake()))
    manager.handle_output(output_context("raw_posts", MONDAYS[:1]), {MONDAYS[0]: raw_week(MONDAYS[0])})
    weeks = manager.load_input(input_context("raw_posts", MONDAYS))
    assert weeks[MONDAYS[0]] == raw_week(MONDAYS[0])
    for week in MONDAYS[1:]:
        with pytest.raises(
            NotStored, match=f"posts of week {week} were never fetched .*raw_posts/week={week}"
        ):
            weeks[week]


def test_of_many_weeks_that_were_never_fetched_the_revisions_are_read_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lake, weeks = MemoryLake(), [MONDAY + n * WEEK for n in range(3 * BATCH)]
    fetched = {week: raw_week(week) for week in (weeks[0], weeks[-1])}
    write_stage(lake, "raw_posts", fetched)
    lake.objects.pop(stage_key("raw_posts", weeks[-1]))
    looks = []
    monkeypatch.setattr(
        lake,
        "keys",
        lambda prefix: looks.append(prefix) or iter(sorted(k for k in lake.objects if k.startswith(prefix))),
    )
    found = LakeIOManager(lake=lake_around(lake)).stored_weeks("raw_posts", weeks)
    readable = {}
    for week in weeks:
        with suppress(NotStored):
            readable[week] = found[week]
    assert readable.keys() == fetched.keys()
    assert looks.count(REVISIONS) == 1


def test_an_input_may_allow_missing_weeks() -> None:
    manager = LakeIOManager(lake=lake_around(MemoryLake()))
    manager.handle_output(output_context("raw_posts", MONDAYS[:1]), {MONDAYS[0]: raw_week(MONDAYS[0])})
    found = manager.load_input(input_context("raw_posts", MONDAYS, allow_missing_partitions=True))
    assert list(found) == MONDAYS[:1]


def test_an_unchanged_week_is_not_written_again() -> None:
    lake = MemoryLake()
    manager = LakeIOManager(lake=lake_around(lake))
    for _ in range(2):
        context = output_context("raw_posts", MONDAYS)
        manager.handle_output(context, {week: raw_week(week) for week in MONDAYS})
    assert len(lake.writes) == 2 * len(MONDAYS)  # each week's posts and each post's revision, once
    assert context.get_logged_metadata() == {}, "Dagster would show it on every week of the range"


def test_an_object_that_cannot_be_read_back_is_named() -> None:
    lake = MemoryLake()
    lake.objects["raw_posts/week=2026-03-02/posts.json"] = b'{"week": "2026-03-02", "outcome": "publi'
    with pytest.raises(StorageCorrupt, match="raw_posts of week 2026-03-02"):
        LakeIOManager(lake=lake_around(lake)).load_input(input_context("raw_posts", MONDAYS[:1]))[MONDAY]


class FailingLake(MemoryLake):
    """A lake that fails for some keys."""

    def __init__(self, failing: dict[str, StorageError]) -> None:
        super().__init__()
        self._failing = failing

    def write(self, key: str, data: bytes) -> Written:
        for week, error in self._failing.items():
            if week in key:
                raise error
        return super().write(key, data)


@pytest.mark.parametrize(
    ("errors", "rerun_helps"),
    [
        ((StorageUnavailable("The disk is full."), StorageUnavailable("The disk is full.")), True),
        ((StorageUnavailable("The disk is full."), StorageRefused("Permission denied.")), False),
        ((StorageRefused("Permission denied."), StorageRefused("Permission denied.")), False),
    ],
)
def test_storing_is_retried_only_when_that_helps_every_week_that_failed(
    errors: tuple[StorageError, StorageError], rerun_helps: bool
) -> None:
    manager = LakeIOManager(lake=lake_around(FailingLake(dict(zip(map(str, MONDAYS), errors, strict=False)))))
    with pytest.raises(dg.Failure) as caught:
        manager.handle_output(
            output_context("raw_posts", MONDAYS),
            {week: weekly(raw_post(monday=week), week=week) for week in MONDAYS},
        )
    assert caught.value.allow_retries is rerun_helps
    assert caught.value.metadata == {
        "weeks_failed": dg.JsonMetadataValue([str(week) for week in MONDAYS[:2]]),
        "rerun_helps": dg.BoolMetadataValue(rerun_helps),
    }


def test_a_failure_of_which_nobody_knows_whether_a_rerun_helps_is_not_retried() -> None:
    report = WriteReport(output_context("raw_posts", MONDAYS), {}, None)
    report.failed[MONDAY] = ValueError("What now?")
    with pytest.raises(dg.Failure) as caught:
        report.finish()
    assert caught.value.allow_retries is False


def table_manager(
    tmp_path: Path, *, allow_empty: bool = False
) -> tuple[SessionTableIOManager, SqliteSessionTable]:
    table = SqliteSessionTable(tmp_path / "sessions.sqlite")
    manager = SessionTableIOManager(
        session_table=table_around(table),
        lake=lake_around(MemoryLake()),
        empty_weeks=EmptyWeeksResource(allow_empty=allow_empty),
    )
    return manager, table


def test_records_are_stored_and_read_back(tmp_path: Path) -> None:
    manager, _ = table_manager(tmp_path)
    values = {week: records(week, sessions=2) for week in MONDAYS}
    manager.handle_output(output_context("session_records", MONDAYS), values)
    assert dict(manager.load_input(input_context("session_records", MONDAYS))) == values


def test_of_a_session_too_large_for_the_table_the_lake_has_the_whole(tmp_path: Path) -> None:
    table, lake = SqliteSessionTable(tmp_path / "sessions.sqlite"), MemoryLake()
    manager = SessionTableIOManager(
        session_table=table_around(table), lake=lake_around(lake), empty_weeks=EmptyWeeksResource()
    )
    large = records(MONDAY, sessions=2)
    large.records[0].texts["segment_a"] = "x" * 500_000
    manager.handle_output(output_context("session_records", [MONDAY]), {MONDAY: large})
    stored = table.read_week(MONDAY)
    assert stored is not None
    assert stored.records[1] == large.records[1]
    (cut,) = [d for d in stored.records[0].diagnostics if d.code == "session_cut"]
    (key,) = lake.objects
    assert key in cut.message
    assert b"x" * 500_000 in lake.objects[key]


def test_a_week_that_would_become_empty_fails_alone_and_keeps_its_sessions(tmp_path: Path) -> None:
    manager, table = table_manager(tmp_path)
    manager.handle_output(
        output_context("session_records", MONDAYS), {week: records(week) for week in MONDAYS}
    )
    changed = {
        MONDAYS[0]: records(MONDAYS[0], 0),
        MONDAYS[1]: records(MONDAYS[1], 3),
        MONDAYS[2]: records(MONDAYS[2]),
    }
    context = output_context("session_records", MONDAYS)
    with pytest.raises(dg.Failure) as caught:
        manager.handle_output(context, changed)
    assert caught.value.description.splitlines()[1].startswith("2026-03-02: ")
    stored = [table.read_week(week) for week in MONDAYS]
    assert [len(week.records) for week in stored if week] == [1, 3, 1]


def test_a_week_may_become_empty_when_that_is_asked_for(tmp_path: Path) -> None:
    manager, table = table_manager(tmp_path, allow_empty=True)
    for sessions in (1, 0):
        values = {MONDAYS[0]: records(MONDAYS[0], sessions)}
        manager.handle_output(output_context("session_records", MONDAYS[:1]), values)
    stored = table.read_week(MONDAY)
    assert stored is not None
    assert stored.records == []


def test_an_older_revision_never_replaces_a_newer_one(tmp_path: Path) -> None:
    manager, table = table_manager(tmp_path)
    newer, older = (
        records(MONDAYS[0], 2, "2026-03-03T00:00:00"),
        records(MONDAYS[0], 1, "2026-03-02T00:00:00"),
    )
    manager.handle_output(output_context("session_records", MONDAYS[:1]), {MONDAYS[0]: newer})
    with pytest.raises(dg.Failure):
        manager.handle_output(output_context("session_records", MONDAYS[:1]), {MONDAYS[0]: older})
    stored = table.read_week(MONDAY)
    assert stored is not None
    assert len(stored.records) == 2


def test_what_a_run_has_stored_goes_to_its_next_step_as_it_is_and_other_weeks_are_read() -> None:
    lake = MemoryLake()
    manager = LakeIOManager(lake=lake_around(lake))
    manager.handle_output(
        output_context("raw_posts", MONDAYS[1:]), {week: raw_week(week) for week in MONDAYS[1:]}
    )
    new = {MONDAYS[0]: raw_week(MONDAYS[0])}
    manager.handle_output(output_context("raw_posts", MONDAYS[:1]), new)
    weeks = manager.load_input(input_context("raw_posts", MONDAYS))
    assert weeks[MONDAYS[0]] is new[MONDAYS[0]]
    assert weeks[MONDAYS[1]] == raw_week(MONDAYS[1])
    assert set(weeks) == set(MONDAYS)


def test_only_the_latest_asset_s_weeks_are_kept_and_no_more_than_a_backfill_s_run_has() -> None:
    manager = LakeIOManager(lake=lake_around(MemoryLake()))
    value = {MONDAY: raw_week(MONDAY)}
    manager.handle_output(output_context("raw_posts", [MONDAY]), value)
    manager.handle_output(
        output_context("plain_text_posts", [MONDAY]), {MONDAY: Weekly(MONDAY, Outcome.NOT_PUBLISHED, [])}
    )
    assert manager.load_input(input_context("raw_posts", [MONDAY]))[MONDAY] is not value[MONDAY]
    many = {MONDAYS[0] - n * WEEK: raw_week(MONDAYS[0]) for n in range(CHUNK_WEEKS + 1)}
    weeks = training_weeks(MONDAY - CHUNK_WEEKS * WEEK, "America/Los_Angeles")
    keys = dg.PartitionKeyRange(str(min(many)), str(max(many)))
    with dg.build_output_context(
        asset_key="raw_posts", asset_partitions_def=weeks, asset_partition_key_range=keys
    ) as context:
        manager.handle_output(context, many)
    assert manager.stored_weeks("raw_posts", [MONDAY])[MONDAY] is not many[MONDAY]
