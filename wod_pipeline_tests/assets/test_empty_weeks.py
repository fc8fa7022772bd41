"""`allow_empty` from the launchpad: checks and IO manager follow it, in the job and in the UI's *Materialize*."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import dagster as dg
import msgspec
import pytest
import yaml

from wod_pipeline.adapters import open_table
from wod_pipeline.definitions import build_defs
from wod_pipeline.errors import WouldEmptyWeek
from wod_pipeline.jobs import TRAINING_WEEK, backfill_tags, range_tags
from wod_pipeline.quality import CLAIMS
from wod_pipeline.settings import load_settings
from wod_pipeline.weeks import WEEK
from wod_pipeline_tests.assets.test_checks import emptied
from wod_pipeline_tests.builders import MONDAY, raw_post
from wod_pipeline_tests.fakes import FakeSource, source_around

NEXT = MONDAY + WEEK
LAUNCHPAD = "resources: {empty_weeks: {config: {allow_empty: true}}}"
"""What the texts tell a person to write into the launchpad."""
LOGGED_LITTLE = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


class Launchpad:
    """Definitions whose two weeks were stored and whose posts have been emptied since."""

    def __init__(self, folder: Path) -> None:
        environ = {"WOD_DATA_DIR": str(folder), "WOD_START_WEEK": "2026-01-05"}
        self.settings = load_settings(environ, dotenv=folder / "none")
        posts = [raw_post(), raw_post(monday=NEXT, number=2)]
        source = FakeSource(posts)
        self.defs = build_defs(self.settings, source=source_around(source))
        assert self.launch(TRAINING_WEEK, "", range_tags((MONDAY, NEXT))).success
        source.posts = [emptied(post) for post in posts]

    def launch(self, job: str, config: str, tags: dict[str, str]) -> dg.ExecuteInProcessResult:
        run_config: dict[str, Any] = {**LOGGED_LITTLE, **(yaml.safe_load(config) or {})}
        return self.defs.resolve_job_def(job).execute_in_process(
            tags=tags, run_config=run_config, raise_on_error=False
        )

    def sessions(self, week: dt.date) -> int:
        stored = open_table(self.settings).read_week(week)
        assert stored is not None
        return len(stored.records)


@pytest.fixture
def launchpad(tmp_path: Path) -> Launchpad:
    return Launchpad(tmp_path)


def failure_of(result: dg.ExecuteInProcessResult, step: str) -> str:
    """What the UI shows of a failed step."""
    data = result.failure_data_for_node(step)
    assert data is not None
    assert data.user_failure_data is not None
    return data.user_failure_data.description or ""


@pytest.mark.parametrize("job", [TRAINING_WEEK, "__ASSET_JOB"])
def test_a_week_is_emptied_from_the_launchpad_in_the_job_and_by_materialize(
    launchpad: Launchpad, job: str
) -> None:
    one_week = {"dagster/partition": str(MONDAY)}
    assert not launchpad.launch(job, "", one_week).success
    assert launchpad.sessions(MONDAY) == 3

    assert launchpad.launch(job, LAUNCHPAD, one_week).success
    assert launchpad.sessions(MONDAY) == 0
    assert launchpad.sessions(NEXT) == 3


def test_a_run_over_several_weeks_is_refused_with_it_before_a_week_is_stored(launchpad: Launchpad) -> None:
    result = launchpad.launch(TRAINING_WEEK, LAUNCHPAD, range_tags((MONDAY, NEXT)))
    assert failure_of(result, "parsed_week_checks") == (
        "empty_weeks: allow_empty is for a run over one week, and this run covers 2 weeks. Launch each week "
        "alone, or set several_weeks too, which lets each week of the run become empty. A rerun alone will not help."
    )
    assert (launchpad.sessions(MONDAY), launchpad.sessions(NEXT)) == (3, 3)


def test_the_table_refuses_it_too_when_it_is_materialized_without_the_checks(launchpad: Launchpad) -> None:
    job = launchpad.defs.resolve_job_def(TRAINING_WEEK)
    result = job.execute_in_process(
        tags=range_tags((MONDAY, NEXT)),
        run_config={**LOGGED_LITTLE, **yaml.safe_load(LAUNCHPAD)},
        asset_selection=[dg.AssetKey("session_records")],
        raise_on_error=False,
    )
    assert failure_of(result, "session_records").startswith(
        "empty_weeks: allow_empty is for a run over one week"
    )
    assert launchpad.sessions(MONDAY) == 3


def test_a_single_week_of_a_backfill_is_refused_with_it(launchpad: Launchpad) -> None:
    tags = {"dagster/partition": str(MONDAY), **backfill_tags("abcdefgh")}
    result = launchpad.launch(TRAINING_WEEK, LAUNCHPAD, tags)
    assert "and this run is one of a backfill" in failure_of(result, "parsed_week_checks")
    assert launchpad.sessions(MONDAY) == 3


def test_several_weeks_are_emptied_when_both_are_set(launchpad: Launchpad) -> None:
    both = LAUNCHPAD.replace("true", "true, several_weeks: true")
    assert launchpad.launch(TRAINING_WEEK, both, range_tags((MONDAY, NEXT))).success
    assert (launchpad.sessions(MONDAY), launchpad.sessions(NEXT)) == (0, 0)


def test_what_a_reader_of_the_ui_is_told_to_write_is_what_works(launchpad: Launchpad) -> None:
    table = open_table(launchpad.settings)
    stored = table.read_week(MONDAY)
    assert stored is not None
    with pytest.raises(WouldEmptyWeek) as refused:
        table.replace_week(msgspec.structs.replace(stored, records=[]))
    assert f"`{LAUNCHPAD}`" in CLAIMS["a_week_with_sessions_stays_filled"].act
    assert LAUNCHPAD in str(refused.value)
