"""Files that people write: of a pipe no more than is there, and of a device no more than the bound."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from wod_pipeline import small_files
from wod_pipeline.athlete import read_athlete
from wod_pipeline.errors import AthleteFileError, SettingsError
from wod_pipeline.settings import load_settings
from wod_pipeline.small_files import read_start


@pytest.fixture
def pipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(small_files, "WAIT_S", 0.05)
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


def test_what_another_program_writes_into_a_pipe_is_read(pipe: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(small_files, "WAIT_S", 30)
    writer = threading.Thread(target=lambda: pipe.write_bytes(b"WOD_SOURCE=sample\n" * 10_000))
    writer.start()
    assert len(read_start(pipe, 10**6)) == 180_000
    writer.join()


def test_a_pipe_into_which_nothing_is_written_is_an_error_and_no_wait_without_end(pipe: Path) -> None:
    with pytest.raises(SettingsError, match="a pipe into which nothing is written"):
        load_settings({}, dotenv=pipe)
    with pytest.raises(AthleteFileError, match="a pipe into which nothing is written"):
        read_athlete(pipe)


def test_of_a_device_without_end_the_start_is_read() -> None:
    assert read_start(Path("/dev/zero"), 100) == b"\0" * 100
