"""What the steps of one run share: values just stored, the records of a week, and the progress they report."""

from __future__ import annotations

import datetime as dt
import logging
import shutil
import sqlite3
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from msgspec.structs import replace

from wod_pipeline.adapters import open_lake, open_table
from wod_pipeline.assets import stale_weeks
from wod_pipeline.definitions import build_defs
from wod_pipeline.jobs import SESSIONS, TRAINING_WEEK, range_tags
from wod_pipeline.parser_version import PARSER_VERSION
from wod_pipeline.quality import MALFORMED
from wod_pipeline.records import records_of
from wod_pipeline.resources.records import RecordsResource
from wod_pipeline.settings import Settings, load_settings
from wod_pipeline.storage.stages import read_stage
from wod_pipeline.weeks import WEEK
from wod_pipeline.wordpress import CHUNK_WEEKS
from wod_pipeline_tests.builders import MONDAY, parsed_post, raw_post, weekly
from wod_pipeline_tests.fakes import FakeSource, source_around, use_parser_version

WEEKS = [MONDAY, MONDAY + WEEK, MONDAY + 2 * WEEK]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    environ = {"WOD_DATA_DIR": str(tmp_path), "WOD_START_WEEK": "2026-01-05"}
    return load_settings(environ, dotenv=tmp_path / "none")


def run(
    settings: Settings,
    *assets: str,
    raise_on_error: bool = True,
    instance: dg.DagsterInstance | None = None,
    weeks: Sequence[dt.date] = WEEKS,
    **options: Any,
) -> dg.ExecuteInProcessResult:
    posts = [raw_post(monday=week, number=n) for n, week in enumerate(WEEKS, start=1)]
    defs = build_defs(settings, source=source_around(FakeSource(posts)), **options)
    return defs.resolve_job_def(TRAINING_WEEK).execute_in_process(
        tags=range_tags((weeks[0], weeks[-1])),
        asset_selection=[dg.AssetKey(asset) for asset in assets or SESSIONS],
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        raise_on_error=raise_on_error,
        instance=instance,
    )


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often records are made and stages of weeks are read from the lake."""
    from wod_pipeline.resources import lake, records

    calls: Counter[str] = Counter()
    read = lake.read_healed

    def read_healed(store: Any, stage: str, weeks: Any) -> Any:
        calls[stage] += 1
        return read(store, stage, weeks)

    def counted_records(parsed: Any) -> Any:
        calls["records"] += 1
        return records_of(parsed)

    monkeypatch.setattr(lake, "read_healed", read_healed)
    monkeypatch.setattr(records, "records_of", counted_records)
    return calls


def test_a_run_makes_the_records_of_a_week_once_and_reads_back_nothing_it_has_stored(
    settings: Settings, calls: Counter[str]
) -> None:
    assert run(settings).success
    assert calls == {"records": len(WEEKS)}


def test_the_last_asset_alone_reads_the_parsed_weeks_and_finds_nothing_to_change(
    settings: Settings, calls: Counter[str]
) -> None:
    run(settings)
    stored = list(open_table(settings).read_weeks(WEEKS[0], WEEKS[-1]))
    calls.clear()
    again = run(settings, "session_records")
    assert calls == {"records": 2 * len(WEEKS), "segmented_exercises": 2}, "for the asset and for its check"
    changes = [event.metadata["sessions_unchanged"].value for event in _materializations(again)]
    assert changes == [len(week.records) for week in stored]
    assert list(open_table(settings).read_weeks(WEEKS[0], WEEKS[-1])) == stored


def test_after_an_upgrade_the_last_asset_alone_leaves_the_weeks_stale(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(settings)
    use_parser_version(monkeypatch, PARSER_VERSION + 1)
    assert run(settings, *SESSIONS[-1:]).success
    assert parsers_of(settings) == {PARSER_VERSION}
    assert run(settings, *SESSIONS[2:]).success
    assert parsers_of(settings) == {PARSER_VERSION}, "the lines were read by the older parser"
    again = run(settings, *SESSIONS[1:])
    assert parsers_of(settings) == {PARSER_VERSION + 1}
    (first, *_) = _materializations(again)
    names = ("sessions_put", "sessions_deleted", "sessions_unchanged", "sessions_restamped", "posts_changed")
    assert [first.metadata[name].value for name in names] == [0, 0, 0, 3, False]


def parsers_of(settings: Settings) -> set[int]:
    """The versions of the parser that the stored records and stamps name."""
    weeks = list(open_table(settings).read_weeks(WEEKS[0], WEEKS[-1]))
    assert len(weeks) == len(WEEKS)
    return {one.parser for week in weeks for one in (*week.posts, *week.records)}


def _materializations(result: dg.ExecuteInProcessResult) -> list[dg.AssetMaterialization]:
    return result.asset_materializations_for_node("session_records")


def test_progress_hears_of_each_asset_and_week_with_what_was_stored(settings: Settings) -> None:
    heard: list[tuple[str, dt.date]] = []
    posts: Counter[str] = Counter()

    def progress(asset: str, week: dt.date, metadata: dict[str, Any]) -> None:
        heard.append((asset, week))
        posts[asset] += metadata.get("posts", 0)

    assert run(settings, progress=progress).success
    assert heard == [(asset, week) for asset in SESSIONS for week in WEEKS]
    assert posts["raw_posts"] == posts["plain_text_posts"] == len(WEEKS)


def test_what_progress_raises_ends_the_run(settings: Settings) -> None:
    def stop(asset: str, week: dt.date, metadata: dict[str, Any]) -> None:
        raise dg.DagsterExecutionInterruptedError

    with pytest.raises(dg.DagsterExecutionInterruptedError):
        run(settings, progress=stop)


def test_records_are_made_again_for_another_value_of_the_week_and_kept_for_a_backfill_s_run_only() -> None:
    resource = RecordsResource()
    first = weekly(parsed_post("Monday", "A.", "Dips x 6 reps"), week=MONDAY)
    edited = weekly(parsed_post("Monday", "A.", "Dips x 8 reps"), week=MONDAY)
    assert resource.of(first) is resource.of(first)
    assert resource.of(edited) == records_of(edited)
    later = resource.of(edited)
    for n in range(1, CHUNK_WEEKS + 1):
        resource.of(weekly(week=MONDAY + n * WEEK))
    assert resource.of(edited) is not later


def test_an_odd_post_among_good_ones_is_stored_flagged_and_kept_as_received(settings: Settings) -> None:
    posts = [raw_post(monday=week, number=n) for n, week in enumerate(WEEKS, start=1)]
    posts[1] = replace(posts[1], link="", problems=["link is false instead of text"], received='{"id": 2}')
    defs = build_defs(settings, source=source_around(FakeSource(posts)))
    result = defs.resolve_job_def(TRAINING_WEEK).execute_in_process(
        tags=range_tags((WEEKS[0], WEEKS[-1])),
        asset_selection=[dg.AssetKey(asset) for asset in SESSIONS],
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
    )
    assert result.success
    stored = list(open_table(settings).read_weeks(WEEKS[0], WEEKS[-1]))
    assert [bool(week.records) for week in stored] == [True, True, True]
    flagged = {
        week.week for week in stored for r in week.records for d in r.diagnostics if d.code == MALFORMED
    }
    assert flagged == {WEEKS[1]}
    (claim,) = [
        c for c in result.get_asset_check_evaluations() if c.check_name == "every_post_is_well_formed"
    ]
    assert (claim.passed, claim.metadata["weeks_breaching"].value) == (False, [str(WEEKS[1])])
    raw = read_stage(open_lake(settings), "raw_posts", [WEEKS[1]])[WEEKS[1]]
    assert [post.received for post in raw.posts] == ['{"id": 2}']


def test_a_range_run_heals_whatever_is_corrupt(settings: Settings) -> None:
    assert run(settings).success
    lake = settings.lake_path
    sound = {path: path.read_bytes() for path in sorted(lake.rglob("*.json*"))}
    for asset, week in zip(SESSIONS[:4], [WEEKS[0], WEEKS[1], WEEKS[1], WEEKS[2]], strict=True):
        (lake / asset / f"week={week}" / "posts.json").write_bytes(b'{"week":')
    with sqlite3.connect(settings.database_path) as connection:
        connection.execute("UPDATE sessions SET item = 'x' WHERE week = ?", (str(WEEKS[1]),))
        connection.execute("UPDATE sessions SET item = 'x' WHERE session = ?", (str(WEEKS[2]),))
    assert run(settings).success
    assert {path: path.read_bytes() for path in sound} == sound
    said: list[str] = []
    read = open_table(settings).read_weeks(WEEKS[0], WEEKS[-1], lambda week, _: said.append(week))
    assert ([value.week for value in read], said) == (WEEKS, [])


def test_what_the_stores_warn_of_is_in_the_runs_log_once_and_printed(
    settings: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        assert run(settings, instance=instance).success
        with sqlite3.connect(settings.database_path) as connection:
            connection.execute("UPDATE sessions SET item = 'x' WHERE session = ?", (str(WEEKS[2]),))
        capfd.readouterr()
        result = run(settings, instance=instance)
        logged = [entry.user_message for entry in instance.all_logs(result.run_id)]
    header = f"The header of week {WEEKS[2]} in the session table cannot be read"
    assert any(line.startswith(header) for line in logged)
    assert not logging.getLogger("wod_pipeline").handlers


def test_a_folder_in_place_of_an_object_costs_its_week_only(settings: Settings) -> None:
    assert run(settings).success
    path = settings.lake_path / "raw_posts" / f"week={WEEKS[1]}" / "posts.json"
    path.unlink()
    path.mkdir()
    result = run(settings, raise_on_error=False)
    (failure,) = failures_of_steps(result)
    assert failure.startswith("1 week could not be stored")
    assert "A folder is in the way of a file: move it elsewhere" in failure


def test_a_corrupt_week_that_nothing_can_make_again_costs_only_itself(settings: Settings) -> None:
    assert run(settings).success
    shutil.rmtree(settings.lake_path / "raw_post_revisions")
    for asset in ("raw_posts", "plain_text_posts"):
        (settings.lake_path / asset / f"week={WEEKS[1]}" / "posts.json").write_bytes(b"")
    shutil.rmtree(settings.lake_path / "daily_sessions")
    result = run(settings, "daily_sessions", raise_on_error=False)
    assert not result.success
    stored = {path.parent.name for path in (settings.lake_path / "daily_sessions").rglob("posts.json")}
    assert stored == {f"week={WEEKS[0]}", f"week={WEEKS[2]}"}
    (failure,) = failures_of_steps(result)
    assert f"plain_text_posts/week={WEEKS[1]}/posts.json" in failure


@pytest.mark.parametrize("weeks", [WEEKS[:1], WEEKS], ids=["one week", "a range"])
def test_the_last_asset_alone_needs_no_stage_but_the_raw_posts(
    settings: Settings, weeks: list[dt.date]
) -> None:
    assert run(settings).success
    stored = list(open_table(settings).read_weeks(WEEKS[0], WEEKS[-1]))
    for stage in SESSIONS[1:4]:
        shutil.rmtree(settings.lake_path / stage)
    settings.database_path.unlink()
    assert run(settings, "session_records", weeks=weeks).success
    assert list(open_table(settings).read_weeks(WEEKS[0], WEEKS[-1])) == stored[: len(weeks)]
    assert not (settings.lake_path / "segmented_exercises").exists(), (
        "how long it is kept is a rule of the store"
    )


def test_the_checks_run_alone_need_no_stage_but_the_raw_posts(settings: Settings) -> None:
    assert run(settings).success
    shutil.rmtree(settings.lake_path / "segmented_exercises")
    job = dg.define_asset_job("checks", selection=dg.AssetSelection.all_asset_checks())
    defs = dg.Definitions.merge(build_defs(settings), dg.Definitions(jobs=[job]))
    result = defs.resolve_job_def("checks").execute_in_process()
    judged = {c.check_name: c.metadata.get("weeks") for c in result.get_asset_check_evaluations()}
    assert judged.pop(stale_weeks.NAME) is None, "it speaks of every stored week"
    assert (result.success, {weeks and weeks.value for weeks in judged.values()}) == (True, {len(WEEKS)})


@pytest.mark.parametrize("asset", SESSIONS[1:])
def test_a_week_that_was_never_fetched_fails_alone_with_what_to_do(settings: Settings, asset: str) -> None:
    assert run(settings, weeks=WEEKS[:2]).success
    with dg.DagsterInstance.ephemeral() as instance:
        result = run(settings, asset, raise_on_error=False, instance=instance)
        assert list(recorded(instance, result, asset)) == [str(week) for week in WEEKS[:2]]
    (failure,) = failures_of_steps(result)
    assert f"The posts of week {WEEKS[2]} were never fetched" in failure
    assert f"wod materialize --week {WEEKS[2]}" in failure


def test_a_week_recorded_by_a_failing_step_has_its_metadata(settings: Settings) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        good = run(settings, weeks=WEEKS[:2], instance=instance)
        failed = run(settings, "session_records", raise_on_error=False, instance=instance)
        as_ever = recorded(instance, good, "session_records")
        assert recorded(instance, failed, "session_records") == as_ever
    expected = {"sessions", "sessions_put", "stored_at", "dagster/code_version", "dagster/data_version"}
    assert expected <= as_ever[str(WEEKS[0])]


def recorded(
    instance: dg.DagsterInstance, result: dg.ExecuteInProcessResult, asset: str
) -> dict[str, set[str]]:
    """The weeks that the run has materialized of the asset, with the names of their metadata and tags."""
    of_type = dg.DagsterEventType.ASSET_MATERIALIZATION
    records = instance.get_records_for_run(result.run_id, of_type=of_type).records
    events = [event for record in records if (event := record.event_log_entry.asset_materialization)]
    return {
        str(e.partition): {*e.metadata, *(e.tags or {})} for e in events if e.asset_key == dg.AssetKey(asset)
    }


def failures_of_steps(result: dg.ExecuteInProcessResult) -> list[str]:
    datas = [event.step_failure_data.user_failure_data for event in result.get_step_failure_events()]
    return [data.description or "" for data in datas if data]
