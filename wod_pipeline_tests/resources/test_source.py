"""The WordPress source in Dagster: its login is that of the settings, and shows in no configuration."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from wod_pipeline.adapters import reserve_site
from wod_pipeline.definitions import build_defs
from wod_pipeline.jobs import TRAINING_WEEK
from wod_pipeline.resources.source import SourceResource, name_run, source_resource
from wod_pipeline.running._source import share_source
from wod_pipeline.settings import Settings, load_settings

SITE = {"WOD_SOURCE": "wordpress", "WOD_WORDPRESS_URL": "https://example.com"}


def settings_of(folder: Path, **login: str) -> Settings:
    return load_settings({**SITE, **login, "WOD_DATA_DIR": str(folder)}, dotenv=folder / "none")


@pytest.fixture
def other_login_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**SITE, "WOD_WORDPRESS_USER": "intruder", "WOD_WORDPRESS_PASSWORD": "wrong"}.items():
        monkeypatch.setenv(name, value)


def opened_in_a_run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the source is opened with, within a run."""
    opened: dict[str, Any] = {}
    monkeypatch.setattr(
        "wod_pipeline.wordpress.WordPressSource", lambda url, **options: opened.update(options)
    )

    @dg.op
    def open_it(source: SourceResource) -> None:
        source.open()

    @dg.job(resource_defs={"source": build_defs(settings).resources["source"]})
    def job() -> None:
        open_it()

    assert job.execute_in_process().success
    return opened


@pytest.mark.parametrize("way", ["resource", "shared by a command's runs", "settings"])
def test_a_site_is_reserved_by_a_lock_in_the_data_folder_that_names_the_reader(
    tmp_path: Path, way: str
) -> None:
    settings = settings_of(tmp_path)
    resource = source_resource(settings)
    reserve = {
        "resource": resource.reserve,
        "shared by a command's runs": share_source(resource).reserve,
        "settings": partial(reserve_site, settings),
    }[way]
    holder = tmp_path / "site_locks" / "example.com.holder"
    with reserve(name_run("1a2b3c4d-0000"), print):
        assert holder.read_text() == f"run 1a2b3c4d (process {os.getpid()})"
    assert holder.read_text() == ""


def test_a_wait_of_minutes_and_a_missing_lock_are_shown_once_by_each_way(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A run's own log is not on the terminal, so a run warns there too; a command writes there only."""
    settings = settings_of(tmp_path)
    (tmp_path / "site_locks").write_text("a file where the folder should be")
    by_run, by_command = list[str](), list[str]()
    with reserve_site(settings, "wod sources", by_command.append):
        assert caplog.messages == []
    with source_resource(settings).reserve("run 1", by_run.append):
        assert caplog.messages == by_run == by_command
    assert len(by_run) == 1


def test_other_sources_are_read_side_by_side(tmp_path: Path) -> None:
    sample = load_settings({"WOD_DATA_DIR": str(tmp_path)}, dotenv=tmp_path / "none")
    with source_resource(sample).reserve("run 1", print), reserve_site(sample, "wod sources", print):
        assert list(tmp_path.iterdir()) == []


def test_the_login_is_that_of_the_settings_and_not_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other_login_in_the_environment: None
) -> None:
    login = {"WOD_WORDPRESS_USER": "editor", "WOD_WORDPRESS_PASSWORD": "open sesame"}
    opened = opened_in_a_run(settings_of(tmp_path, **login), monkeypatch)
    assert opened["credentials"] == ("editor", "open sesame")


def test_without_a_login_in_the_settings_nobody_logs_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other_login_in_the_environment: None
) -> None:
    assert opened_in_a_run(settings_of(tmp_path), monkeypatch)["credentials"] is None


def test_a_secret_named_in_the_settings_is_the_one_that_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other_login_in_the_environment: None
) -> None:
    asked: list[str] = []

    def read(client: object, name: str) -> tuple[str, str]:
        asked.append(name)
        return "coach", "from the secret"

    monkeypatch.setenv("WOD_SECRET_NAME", "wod/other")
    monkeypatch.setattr("wod_pipeline.wordpress.credentials._read_secret", read)
    monkeypatch.setattr("wod_pipeline.adapters.aws_client", lambda settings, service: None)
    opened = opened_in_a_run(settings_of(tmp_path, WOD_SECRET_NAME="wod/site"), monkeypatch)
    assert (asked, opened["credentials"]) == (["wod/site"], ("coach", "from the secret"))


def test_neither_login_nor_secret_shows_in_what_dagster_displays(tmp_path: Path) -> None:
    login = {"WOD_WORDPRESS_USER": "editor-name", "WOD_WORDPRESS_PASSWORD": "open sesame"}
    defs = build_defs(settings_of(tmp_path, **login))
    job = dg.serialize_value(defs.resolve_job_def(TRAINING_WEEK).get_job_snapshot())
    assert "https://example.com" in job, "what is no secret is shown"
    for shown in (job, repr(defs.resources)):
        assert "open sesame" not in shown
