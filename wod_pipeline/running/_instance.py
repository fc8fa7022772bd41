"""The persistent Dagster instance that `wod materialize` records its runs in: opened, and tidied up.

What a run does is not decided here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import dagster as dg
from filelock import FileLock, Timeout
from sqlalchemy.exc import DBAPIError

from wod_pipeline.errors import StorageUnavailable
from wod_pipeline.resources.event_log import sqlite_kept_open
from wod_pipeline.settings import Settings, use_dagster_home

INSTANCE_CONFIG = "telemetry:\n  enabled: false\nnux:\n  enabled: false\n"
"""A new instance sends nothing to Dagster's makers and asks nobody to sign up."""

OWN_TERMINAL = {
    "compute_logs": {
        "module": "dagster._core.storage.noop_compute_log_manager",
        "class": "NoOpComputeLogManager",
    }
}
"""What is printed by a run launched from a terminal stays there. Capturing it would start four processes a run."""


@contextmanager
def open_instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """The instance, made on first use, its files kept open meanwhile; runs of killed processes are ended.

    Making it is done by one process at a time: several at once would leave a broken database behind. Raises
    `StorageUnavailable` when the instance cannot be read or written, now or at any time in the context.
    """
    home = use_dagster_home(settings)
    with _in_words(home), ExitStack() as stack:
        config = home / "dagster.yaml"
        with _alone(home):
            if not config.exists():
                config.write_text(INSTANCE_CONFIG, encoding="utf-8")
            stack.enter_context(sqlite_kept_open())
            instance = stack.enter_context(dg.DagsterInstance.local_temp(str(home), overrides=OWN_TERMINAL))
            instance.get_runs_count()
            _end_runs_of_the_dead(instance, home)
        yield instance


@contextmanager
def alive(settings: Settings, run_id: str) -> Iterator[None]:
    """Hold a lock that lives as long as this process: it tells others that the run is not abandoned."""
    home = use_dagster_home(settings)
    path = _marks(home) / f"{run_id}.lock"
    mark = FileLock(path)
    with _alone(home):
        mark.acquire()
    try:
        yield
        path.unlink(missing_ok=True)
    finally:
        mark.release()


def end_run(instance: dg.DagsterInstance, run_id: str, why: str) -> None:
    """Record a run that is still open as cancelled when that was asked for, else as failed."""
    run = instance.get_run_by_id(run_id)
    if run is None or run.is_finished:
        return
    if run.status is dg.DagsterRunStatus.CANCELING:
        instance.report_run_canceled(run, why)
    else:
        instance.report_run_failed(run, why)


def _end_runs_of_the_dead(instance: dg.DagsterInstance, home: Path) -> None:
    """Nobody holds the lock of a killed process's run, which would else stay *started* for ever."""
    for path in _marks(home).glob("*.lock"):
        with suppress(Timeout), FileLock(path, timeout=0):
            end_run(instance, path.stem, "The process that executed this run was killed.")
            path.unlink(missing_ok=True)


def _alone(home: Path) -> FileLock:
    """One process at a time makes the instance, marks its run as alive, or looks for the dead."""
    return FileLock(home / ".init.lock")


def _marks(home: Path) -> Path:
    folder = home / "running"
    folder.mkdir(exist_ok=True)
    return folder


@contextmanager
def _in_words(home: Path) -> Iterator[None]:
    """Turn what SQLite or the system say about the instance into what a person can act on."""
    try:
        yield
    except (DBAPIError, sqlite3.Error, OSError) as error:
        said = error.orig if isinstance(error, DBAPIError) else error
        raise StorageUnavailable(
            f"Dagster's instance in {home} cannot be used: {said}. What is stored of the weeks is whole.",
            fix="Free some space, end other programs that use it, or name another folder in DAGSTER_HOME.",
        ) from error
