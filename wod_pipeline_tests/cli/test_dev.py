"""`wod dev`: what is prepared before `dagster dev` takes over. The start itself is replaced."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from wod_pipeline.cli.dev import dev
from wod_pipeline.errors import SettingsError
from wod_pipeline.settings import INSTANCE_CONFIG


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """The command lines started."""
    commands: list[list[str]] = []
    monkeypatch.setattr("os.execv", lambda _program, command: commands.append(command))
    monkeypatch.setenv("WOD_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DAGSTER_HOME", "")
    monkeypatch.chdir(tmp_path)
    return commands


def test_it_starts_dagster_on_the_instance_of_the_data_folder(
    started: list[list[str]], tmp_path: Path
) -> None:
    result = CliRunner().invoke(dev, ["-h", "127.0.0.1", "--port", "3001"], catch_exceptions=False)
    assert result.exit_code == 0
    assert started == [[sys.executable, "-m", "dagster", "dev", "-h", "127.0.0.1", "--port", "3001"]]
    assert os.environ["DAGSTER_HOME"] == str(tmp_path / "dagster")
    assert (tmp_path / "dagster" / "dagster.yaml").read_text() == INSTANCE_CONFIG


def test_a_configuration_that_is_there_stays(started: list[list[str]], tmp_path: Path) -> None:
    config = tmp_path / "dagster" / "dagster.yaml"
    config.parent.mkdir()
    config.write_text("telemetry: {enabled: true}\n")
    CliRunner().invoke(dev, catch_exceptions=False)
    assert len(started) == 1
    assert config.read_text() == "telemetry: {enabled: true}\n"
    assert [path.name for path in config.parent.iterdir()] == ["dagster.yaml"]


def test_a_configuration_as_the_first_version_wrote_it_is_renewed(
    started: list[list[str]], tmp_path: Path
) -> None:
    config = tmp_path / "dagster" / "dagster.yaml"
    config.parent.mkdir()
    config.write_text("telemetry:\n  enabled: false\nnux:\n  enabled: false\n")
    CliRunner().invoke(dev, catch_exceptions=False)
    assert config.read_text() == INSTANCE_CONFIG


@pytest.mark.parametrize(
    ("installed", "project", "module"),
    [
        (True, "[tool.dg]\n", "dagster_dg_cli.cli"),
        (True, "[tool.other]\n", "dagster"),
        (True, None, "dagster"),
        (False, "[tool.dg]\n", "dagster"),
    ],
)
def test_in_the_projects_folder_dg_starts_it_when_it_is_installed(
    installed: bool,
    project: str | None,
    module: str,
    started: list[list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("wod_pipeline.cli.dev.find_spec", lambda _: object() if installed else None)
    if project:
        (tmp_path / "pyproject.toml").write_text(project)
    CliRunner().invoke(dev, catch_exceptions=False)
    assert started == [[sys.executable, "-m", module, "dev"]]


def test_a_configuration_that_cannot_be_written_is_said_in_a_sentence(
    started: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "write_text", refuse)
    with pytest.raises(SettingsError, match=r"dagster\.yaml, cannot be written: Read-only file system"):
        CliRunner().invoke(dev, catch_exceptions=False)
    assert started == []
