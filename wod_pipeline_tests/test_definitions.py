"""What Dagster loads, pinned: names, policies, partitions, so that a change of any is seen."""

import difflib
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.backfill_policy import BackfillPolicyType

from wod_pipeline.definitions import build_defs
from wod_pipeline.jobs import DERIVED, SESSIONS
from wod_pipeline.settings import Settings, load_settings
from wod_pipeline_tests.definitions_snapshot import ENVIRONMENTS, as_text, definitions_for, snapshot_path


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"WOD_DATA_DIR": str(tmp_path)}, dotenv=tmp_path / "none")


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_definitions_are_those_of_the_snapshot(environment: str) -> None:
    path = snapshot_path(environment)
    expected, found = path.read_text(encoding="utf-8"), as_text(definitions_for(environment))
    changes = difflib.unified_diff(
        expected.splitlines(), found.splitlines(), path.name, "build_defs", n=12, lineterm=""
    )
    assert found == expected, (
        f"The definitions differ from {path.name}. If the change is meant, run "
        "`python -m wod_pipeline_tests.definitions_snapshot` and commit the difference.\n"
        + "\n".join(changes)
    )


def test_the_five_assets_form_one_chain(settings: Settings) -> None:
    graph = build_defs(settings).resolve_asset_graph()
    chain = ["raw_posts", "plain_text_posts", "daily_sessions", "segmented_exercises", "session_records"]
    for upstream, asset in pairwise(chain):
        assert {key.path[-1] for key in graph.get(dg.AssetKey(asset)).parent_keys} == {upstream}


def test_every_asset_says_what_it_is(settings: Settings) -> None:
    for spec in build_defs(settings).resolve_all_asset_specs():
        assert spec.description, spec.key
        assert spec.owners, spec.key
        assert spec.kinds, spec.key
        assert spec.group_name in {"posts", "sessions"}, spec.key
        assert spec.code_version, spec.key
        assert isinstance(spec.partitions_def, dg.WeeklyPartitionsDefinition), spec.key


def test_a_failed_week_cannot_cost_others_below_a_fetch_or_the_table(settings: Settings) -> None:
    policies = {spec.key.path[-1]: policy for spec, policy in _with_policies(settings)}
    for upstream, asset in [
        ("raw_posts", "plain_text_posts"),
        *(("session_records", name) for name in DERIVED),
    ]:
        assert policies[upstream] != policies[asset], "a backfill runs assets of one policy together"


def test_commands_for_a_range_of_weeks_take_all_assets_made_from_raw_posts(settings: Settings) -> None:
    for spec, policy in _with_policies(settings):
        if spec.key.path[-1] in SESSIONS[1:]:
            assert policy is not None
            assert policy.policy_type is BackfillPolicyType.SINGLE_RUN, spec.key


def _with_policies(settings: Settings) -> list[tuple[dg.AssetSpec, dg.BackfillPolicy | None]]:
    assets = build_defs(settings).assets or []
    return [(s, a.backfill_policy) for a in assets if isinstance(a, dg.AssetsDefinition) for s in a.specs]


def test_every_job_sensor_schedule_check_and_resource_says_what_it_does(settings: Settings) -> None:
    repository = build_defs(settings).get_repository_def()
    named = [job for job in repository.get_all_jobs() if not job.name.startswith("__")]
    checks = repository.asset_checks_defs_by_key.values()
    described = {
        **{each.name: each for each in (*named, *repository.schedule_defs, *repository.sensor_defs)},
        **{spec.name: spec for check in checks for spec in check.check_specs},
        **repository.get_top_level_resources(),
    }
    assert [name for name, each in described.items() if not each.description] == []


def test_loading_prints_no_warning(tmp_path: Path) -> None:
    environ = {**os.environ, "WOD_DATA_DIR": str(tmp_path)}
    code = "from wod_pipeline.definitions import defs; import dagster; dagster.Definitions.validate_loadable(defs)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert "Warning" not in loaded.stderr


def test_a_resource_can_be_overridden(settings: Settings) -> None:
    from wod_pipeline_tests.fakes import FakeSource, source_around

    fake = source_around(FakeSource())
    assert build_defs(settings, source=fake).resources is not None
    assert build_defs(settings, source=fake).resources["source"] is fake
