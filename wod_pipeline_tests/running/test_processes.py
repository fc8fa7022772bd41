"""How chunks are shared out among processes. What the processes do is tested end to end."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from wod_pipeline.jobs import SESSIONS
from wod_pipeline.running import _processes
from wod_pipeline.running._launcher import Options
from wod_pipeline.running._processes import MAX_PROCESSES, divide, start_workers
from wod_pipeline.running._progress import Event, Failure, WeekStored
from wod_pipeline.settings import load_settings
from wod_pipeline.weeks import WEEK

FIRST = dt.date(2026, 2, 23)
CHUNKS = [[FIRST + n * WEEK] for n in range(10)]


@pytest.mark.parametrize(
    ("chunks", "cores", "lengths"),
    [(10, 2, [5, 5]), (3, 2, [2, 1]), (1, 8, [1]), (0, 8, [0]), (10, 1, [10]), (10, 64, [2, 3, 3, 2])],
)
def test_every_process_gets_a_stretch_of_about_the_same_length(
    chunks: int, cores: int, lengths: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_processes, "_cores", lambda: cores)
    found = divide(CHUNKS[:chunks])
    assert sorted(map(len, found)) == sorted(lengths)
    assert [chunk for share in found for chunk in share] == CHUNKS[:chunks]
    assert len(found) <= MAX_PROCESSES


def test_a_process_has_at_least_the_core_it_runs_on() -> None:
    assert _processes._cores() >= 1


def test_a_process_that_is_not_forked_tells_what_it_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_processes, "FORKS", False)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))
    settings = load_settings(
        {"WOD_DATA_DIR": str(tmp_path), "WOD_SAMPLE_DATE": "2026-03-04"}, dotenv=tmp_path / "none"
    )
    told: list[Event] = []
    with start_workers(settings, Options(), [[[FIRST], [FIRST + WEEK]]], told.append) as workers:
        while workers.running:
            workers.receive(60)
    assert not [event.reason for event in told if isinstance(event, Failure)]
    stored = [(event.asset, event.week) for event in told if isinstance(event, WeekStored)]
    assert stored == [(asset, week) for week in (FIRST, FIRST + WEEK) for asset in SESSIONS]
