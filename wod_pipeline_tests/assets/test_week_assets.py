"""Each asset called directly with fake resources, for one week and for a range."""

import datetime as dt
from typing import Any
from unittest import mock

import dagster as dg
import pytest

from wod_pipeline.assets import build_assets
from wod_pipeline.assets.metadata import Places
from wod_pipeline.assets.partitions import training_weeks
from wod_pipeline.errors import SourceError, SourceRefused, SourceUnavailable
from wod_pipeline.looks import LookFailure
from wod_pipeline.program import Outcome, Rendered, WeekRecords, encode
from wod_pipeline.records import records_of
from wod_pipeline.resources.records import RecordsResource
from wod_pipeline.storage.looks import WEEKS_KEY, read_looks
from wod_pipeline.storage.stages import raw_revision_key
from wod_pipeline.weeks import WEEK
from wod_pipeline_tests.builders import MONDAY, edited, raw_post, slug_of
from wod_pipeline_tests.fakes import (
    FakeSource,
    MemoryLake,
    busy_source_around,
    lake_around,
    source_around,
)

WEEKS = training_weeks(dt.date(2024, 1, 1), "America/Los_Angeles")
PLACES = Places("file", "file:///data/lake/", "sqlite", "sessions")
ASSETS = {asset.key.path[-1]: asset for asset in build_assets(WEEKS, source_kind="json", places=PLACES)}
KEY = str(MONDAY)
NEEDS_RECORDS = {"segmented_exercises", "session_records"}


INSTANCE = dg.DagsterInstance.ephemeral()


def context(*keys: str, tags: dict[str, str] | None = None) -> dg.AssetExecutionContext:
    if len(keys) == 1:
        return dg.build_asset_context(partition_key=keys[0], instance=INSTANCE, run_tags=tags)
    return dg.build_asset_context(
        partition_key_range=dg.PartitionKeyRange(keys[0], keys[-1]), instance=INSTANCE
    )


def call(name: str, *keys: str, **arguments: Any) -> dict[dt.date, Any]:
    """What the asset returns for these weeks, as a plain dictionary."""
    if name in NEEDS_RECORDS:
        arguments["week_records"] = RecordsResource()
    return dict(ASSETS[name](context(*keys), **arguments).value)


def fetch(source: FakeSource, *keys: str, lake: MemoryLake | None = None) -> dict[dt.date, Any]:
    return call("raw_posts", *keys, source=source_around(source), lake=lake_around(lake or MemoryLake()))


def through(post_source: FakeSource, *keys: str) -> WeekRecords:
    """The records of the first key, made by all five assets in turn."""
    value = fetch(post_source, *keys)
    upstream = "raw_posts"
    for name in ("plain_text_posts", "daily_sessions", "segmented_exercises", "session_records"):
        value = call(name, *keys, **{upstream: value})
        upstream = name
    return value[dt.date.fromisoformat(keys[0])]


def test_raw_posts_are_the_posts_of_the_week_as_received() -> None:
    post = raw_post()
    week = fetch(FakeSource([post, raw_post(monday=MONDAY + WEEK, number=2)]), KEY)[MONDAY]
    assert (week.outcome, week.posts) == (Outcome.PUBLISHED, [post])


@pytest.mark.parametrize("ids", ["1", "2,1,x,,-1", "9" * 5_000 + ",1"], ids=["it", "odd ids", "a huge id"])
def test_a_post_dated_years_before_its_publication_is_fetched_by_the_id_in_the_runs_tags(ids: str) -> None:
    post = raw_post(date="2031-01-01T00:00:00")
    resources = {"source": source_around(FakeSource([post])), "lake": lake_around(MemoryLake())}
    told = ASSETS["raw_posts"](context(KEY, tags={"wod/post_ids": ids}), **resources).value[MONDAY]
    assert told.posts == [post]
    assert fetch(FakeSource([post]), KEY)[MONDAY].posts == []


def test_a_range_gives_every_week_its_own_posts() -> None:
    posts = [raw_post(monday=MONDAY + n * WEEK, number=n + 1) for n in range(3)]
    weeks = fetch(FakeSource(posts), KEY, str(MONDAY + 2 * WEEK))
    assert {str(monday): [post.id for post in week.posts] for monday, week in weeks.items()} == {
        "2026-03-02": [1],
        "2026-03-09": [2],
        "2026-03-16": [3],
    }


def test_a_week_without_a_post_is_not_published_and_flows_through_as_such() -> None:
    records = through(FakeSource(), KEY)
    assert (records.outcome, records.records) == (Outcome.NOT_PUBLISHED, [])


def test_weeks_that_are_not_published_are_named_in_the_log() -> None:
    ctx = context(KEY, str(MONDAY + 2 * WEEK))
    source = FakeSource([raw_post(monday=MONDAY + WEEK)])
    with mock.patch.object(ctx.log, "warning") as warning:
        ASSETS["raw_posts"](ctx, source=source_around(source), lake=lake_around(MemoryLake()))
    warning.assert_called_once_with("Not published: %s", "2026-03-02, 2026-03-16")


def test_a_source_that_cannot_be_read_is_an_error_and_never_an_empty_week() -> None:
    down = FakeSource(failing={MONDAY: SourceUnavailable("The site answers 503.")})
    with pytest.raises(dg.Failure) as caught:
        fetch(down, KEY)
    assert "2026-03-02: The site answers 503. A rerun can clear this." in caught.value.description
    assert caught.value.allow_retries


def test_a_refused_login_is_not_retried() -> None:
    with pytest.raises(dg.Failure) as caught:
        fetch(FakeSource(failing={MONDAY: SourceRefused("The login does not hold.")}), KEY)
    assert not caught.value.allow_retries


@pytest.mark.parametrize(
    ("errors", "retried", "rerun_helps"),
    [
        ((SourceUnavailable("503."), SourceUnavailable("Timed out.")), True, True),
        ((SourceUnavailable("503."), SourceRefused("401.")), True, False),
        ((SourceRefused("401."), SourceRefused("403.")), False, False),
    ],
)
def test_one_transient_chunk_is_worth_a_retry_but_a_rerun_helps_only_if_all_are(
    errors: tuple[SourceError, SourceError], retried: bool, rerun_helps: bool
) -> None:
    first = dt.date(2024, 1, 1)
    source = FakeSource(failing={first: errors[0], dt.date(2025, 6, 1): errors[1]})
    with pytest.raises(dg.Failure) as caught:
        fetch(source, str(first), str(first + 103 * WEEK))
    assert caught.value.allow_retries is retried
    assert caught.value.metadata == {
        "weeks_failed": dg.JsonMetadataValue([str(first + n * WEEK) for n in range(104)]),
        "rerun_helps": dg.BoolMetadataValue(rerun_helps),
    }


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> list[dt.date]:
    """The weeks that a failing `raw_posts` records; called directly, it has no run to record them in."""
    weeks: list[dt.date] = []
    monkeypatch.setattr("wod_pipeline.assets.posts.record_stored", lambda _, stored: weeks.extend(stored))
    return weeks


def test_one_chunk_that_cannot_be_fetched_leaves_the_other_chunks_stored_and_recorded(
    recorded: list[dt.date],
) -> None:
    first = dt.date(2024, 1, 1)
    posts = [raw_post(monday=first + n * WEEK, number=n + 1) for n in range(104)]
    source = FakeSource(posts, failing={dt.date(2026, 2, 1): SourceUnavailable("Timed out.")})
    lake = MemoryLake()
    ctx = context(str(first), str(first + 103 * WEEK))
    with pytest.raises(dg.Failure) as caught:
        ASSETS["raw_posts"](ctx, source=source_around(source), lake=lake_around(lake))
    assert "2024-12-30 to 2025-12-22: Timed out." in caught.value.description
    assert len([key for key in lake.objects if key.startswith("raw_posts/")]) == 52
    assert recorded == [first + n * WEEK for n in range(52)]


@pytest.mark.usefixtures("recorded")
def test_a_run_notes_when_it_looked_for_weeks_without_a_post_and_why_it_could_not() -> None:
    first = dt.date(2024, 1, 1)
    source = FakeSource([raw_post(monday=first)], failing={dt.date(2026, 2, 1): SourceRefused("A secret.")})
    lake, ctx = MemoryLake(), context(str(first), str(first + 103 * WEEK))
    with pytest.raises(dg.Failure):
        ASSETS["raw_posts"](ctx, source=source_around(source), lake=lake_around(lake))
    looks = read_looks(lake).weeks
    assert len(looks) == 103, "the week with a post needs none"
    assert lake.writes.count(WEEKS_KEY) == 1
    found_nothing, failed = looks[first + WEEK], looks[first + 103 * WEEK]
    assert (found_nothing.is_failing, failed.is_failing) == (False, True)
    assert failed.failure is LookFailure.REFUSED
    assert b"secret" not in lake.objects[WEEKS_KEY]


def test_a_source_that_cannot_be_opened_is_a_failed_look() -> None:
    lake = MemoryLake()
    with pytest.raises(dg.Failure):
        ASSETS["raw_posts"](context(KEY), source=source_around(SourceRefused("No.")), lake=lake_around(lake))
    assert read_looks(lake).weeks[MONDAY].failure is LookFailure.REFUSED


def test_a_site_that_was_not_asked_since_another_asks_it_is_no_failed_look() -> None:
    lake = MemoryLake()
    fetch(FakeSource(), KEY, lake=lake)
    before = read_looks(lake).weeks
    with pytest.raises(dg.Failure, match="is asked by run 1a2b3c4d"):
        ASSETS["raw_posts"](context(KEY), source=busy_source_around(FakeSource()), lake=lake_around(lake))
    assert read_looks(lake).weeks == before


def test_a_look_changes_nothing_of_what_a_run_stores() -> None:
    lake = MemoryLake()
    assert fetch(FakeSource(), KEY, lake=lake) == fetch(FakeSource(), KEY, lake=lake)
    assert {key.partition("/")[0] for key in lake.objects} == {"looks"}


def test_plain_text_keeps_every_line_and_link() -> None:
    plain = call("plain_text_posts", KEY, raw_posts=fetch(FakeSource([raw_post()]), KEY))[MONDAY].posts[0]
    assert len(plain.lines) == 10
    link = plain.lines[3].links[0]
    assert plain.lines[3].text[link.start : link.end] == "Snatch"


def test_sessions_are_dated_by_their_weekday() -> None:
    records = through(FakeSource([raw_post()]), KEY).records
    assert [(str(r.date), r.kind) for r in records] == [
        ("2026-03-02", "training"),
        ("2026-03-04", "rest"),
        ("2026-03-06", "training"),
    ]


def test_a_record_holds_its_segments_as_text_and_as_structure() -> None:
    record = through(FakeSource([raw_post()]), KEY).records[2]
    assert record.texts["segment_a"].splitlines() == [
        "A.",
        "Three sets of:",
        "Back Squat x 5 reps @ 75%",
        "Rest 2 minutes",
    ]
    exercise = record.segments[0].blocks[0].exercises[0]
    assert exercise.parts[0].movement_id == "back_squat"


def test_two_posts_for_one_week_are_both_kept_under_keys_of_their_own() -> None:
    first, second = (
        raw_post(program="Small Program"),
        raw_post(number=2, slug=slug_of(MONDAY, "other-program")),
    )
    records = through(FakeSource([first, second]), KEY).records
    assert [r.session for r in records if str(r.date) == "2026-03-02"] == [
        "small-program/1/1",
        "other-program/2/1",
    ]


@pytest.mark.parametrize(
    "post",
    [
        raw_post(content=""),
        raw_post(content=Rendered("", protected=True)),
        raw_post(content="<p>The gym is closed on Friday evening.</p>"),
        raw_post(title="", slug="", content="<p>Nothing here.</p>"),
    ],
    ids=["empty", "protected", "announcement", "untitled"],
)
def test_a_post_without_training_is_published_without_a_session(post: Any) -> None:
    records = through(FakeSource([post]), KEY)
    assert (records.outcome, records.records) == (Outcome.NO_SESSION, [])
    assert [stamp.post_id for stamp in records.posts] == [1]


@pytest.mark.parametrize(
    "html",
    [
        "<p>" + "A very long line " * 60_000 + "</p>",
        "<div>" * 500 + "A.<br/>Snatch x 2 reps" + "</div>" * 500,
        "<script>alert(1)</script><p>Monday<br/>A.<br/>Snatch x 2 reps<!-- <p>Tuesday</p> --></p>",
    ],
    ids=["a megabyte", "500 nested divs", "scripts and comments"],
)
def test_odd_html_flows_through_without_an_error(html: str) -> None:
    records = through(FakeSource([raw_post(content=html)]), KEY)
    assert records.outcome in {Outcome.PUBLISHED, Outcome.NO_SESSION}
    assert "alert(1)" not in str(records)


def test_a_moved_post_is_noted_in_the_week_it_left() -> None:
    lake, post = MemoryLake(), raw_post()
    before = fetch(FakeSource([post]), KEY, lake=lake)
    from wod_pipeline.storage.stages import write_stage

    write_stage(lake, "raw_posts", before)
    moved = raw_post(monday=MONDAY + WEEK, number=post.id)
    week = fetch(FakeSource([moved]), KEY, lake=lake)[MONDAY]
    assert (week.outcome, week.moved) == (Outcome.NOT_PUBLISHED, [post.id])


def test_a_deleted_post_is_kept_and_noted_as_gone() -> None:
    from wod_pipeline.storage.stages import write_stage

    lake, post = MemoryLake(), raw_post()
    write_stage(lake, "raw_posts", fetch(FakeSource([post]), KEY, lake=lake))
    week = fetch(FakeSource([]), KEY, lake=lake)[MONDAY]
    assert (week.posts, week.gone) == ([post], [post.id])


def test_every_revision_of_a_post_is_kept_for_good() -> None:
    from wod_pipeline.storage.stages import write_stage

    lake, post = MemoryLake(), raw_post()
    newer = edited(post, "75%", "80%")
    for one in (post, newer):
        write_stage(lake, "raw_posts", fetch(FakeSource([one]), KEY, lake=lake))
    assert {raw_revision_key(one, encode(one)) for one in (post, newer)} <= set(lake.objects)


def test_records_point_at_lines_they_hold_themselves() -> None:
    weekly = call(
        "segmented_exercises",
        KEY,
        daily_sessions=call(
            "daily_sessions",
            KEY,
            plain_text_posts=call("plain_text_posts", KEY, raw_posts=fetch(FakeSource([raw_post()]), KEY)),
        ),
    )[MONDAY]
    for record in records_of(weekly).records:
        assert all(not line.owner.startswith("/sessions") for line in record.lines)
        first, last = min(line.n for line in record.lines), max(line.n for line in record.lines)
        assert [line.n for line in record.lines] == list(range(first, last + 1))
