"""The resources of local mode keep their places when the current folder changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from wod_pipeline.resources.wiring import build_resources
from wod_pipeline.settings import load_settings
from wod_pipeline_tests.builders import week_of_words


def test_a_relative_data_folder_is_where_the_code_location_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dagster runs each step in a process that may start in another folder."""
    monkeypatch.chdir(tmp_path)
    definitions = build_resources(load_settings({"WOD_DATA_DIR": "data"}, dotenv=tmp_path / "none"))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    opened: Any
    with dg.build_resources(definitions) as opened:
        opened.lake.open().write("a/b.json", b"{}")
        opened.session_table.open().replace_week(week_of_words("Snatch"))
    assert (tmp_path / "data" / "lake" / "a" / "b.json").is_file()
    assert (tmp_path / "data" / "sessions.sqlite").is_file()
    assert list(Path.cwd().iterdir()) == []


@pytest.mark.parametrize("in_environment", [True, False])
def test_a_relative_folder_of_posts_is_where_the_code_location_was_started(
    in_environment: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "posts").mkdir()
    monkeypatch.chdir(tmp_path)
    environ = {"WOD_DATA_DIR": "data", "WOD_SOURCE": "posts"}
    if in_environment:
        monkeypatch.setenv("WOD_SOURCE", "posts")
    definitions = build_resources(load_settings(environ, dotenv=tmp_path / "none"))
    monkeypatch.chdir("/")
    opened: Any
    with dg.build_resources({"source": definitions["source"]}) as opened:
        assert opened.source.open().list_ids() == set()
