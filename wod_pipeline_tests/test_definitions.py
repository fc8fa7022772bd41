"""What Dagster loads, pinned: names, policies, partitions, so that a change of any is seen."""

import warnings
from pathlib import Path

import dagster as dg
import pytest

from wod_pipeline.definitions import build_defs
from wod_pipeline.settings import Settings, load_settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"WOD_DATA_DIR": str(tmp_path)}, dotenv=tmp_path / "none")


def test_the_five_assets_form_one_chain(settings: Settings) -> None:
    graph = build_defs(settings).resolve_asset_graph()
    chain = ["raw_posts", "plain_text_posts", "daily_sessions", "segmented_exercises", "session_records"]
    for upstream, asset in zip(chain, chain[1:], strict=False):
        assert {key.path[-1] for key in graph.get(dg.AssetKey(asset)).parent_keys} == {upstream}


def test_every_asset_says_what_it_is(settings: Settings) -> None:
    for spec in build_defs(settings).resolve_all_asset_specs():
        assert spec.description, spec.key
        assert spec.owners, spec.key
        assert spec.kinds, spec.key
        assert spec.group_name in {"posts", "sessions"}, spec.key
        assert spec.code_version, spec.key
        assert isinstance(spec.partitions_def, dg.WeeklyPartitionsDefinition), spec.key


def test_loading_warns_of_nothing(settings: Settings) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", message="The `__fields__` attribute is deprecated")
        defs = build_defs(settings)
        dg.Definitions.validate_loadable(defs)


def test_a_resource_can_be_overridden(settings: Settings) -> None:
    from wod_pipeline_tests.fakes import FakeSource, source_around

    fake = source_around(FakeSource())
    assert build_defs(settings, source=fake).resources is not None
    assert build_defs(settings, source=fake).resources["source"] is fake
