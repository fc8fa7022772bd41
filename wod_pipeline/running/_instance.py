"""The persistent Dagster instance that `wod materialize` records its runs in: opening it, and ending abandoned runs.

A run holds a file lock while its process lives. A lock file that nobody holds belongs to a killed process, whose
run would otherwise stay *started* for ever. Which runs there are is decided in `_launcher`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import dagster as dg
import yaml
from dagster_shared.check import CheckError
from filelock import FileLock, Timeout
from sqlalchemy.exc import DBAPIError

from wod_pipeline.errors import SettingsError, StorageError, StorageRefused, StorageUnavailable
from wod_pipeline.settings import Settings, use_dagster_home, write_instance_config

NO_OUTPUT_CAPTURE = {
    "compute_logs": {
        "module": "dagster._core.storage.noop_compute_log_manager",
        "class": "NoOpComputeLogManager",
    }
}
"""What a run prints goes to the terminal it was launched from. Capturing it would start four processes per run."""


@contextmanager
def open_instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """The instance, created on first use; runs of killed processes are recorded as failed.

    One process at a time creates it: several at once would leave a broken database behind. Raises `SettingsError`
    for a configuration that cannot be read, and `StorageError` when the instance cannot be read or written, now or
    at any time in the context.
    """
    home = use_dagster_home(settings)
    with _explain_storage_errors(home), ExitStack() as stack:
        with _instance_lock(home):
            write_instance_config(home)
            instance = stack.enter_context(_load_instance(home))
            instance.get_runs_count()
            _end_abandoned_runs(instance, home)
        yield instance


@contextmanager
def lock_run(settings: Settings, run_id: str) -> Iterator[None]:
    """Hold the run's lock, by which other processes know that this one is alive and the run not abandoned."""
    home = use_dagster_home(settings)
    path = _run_locks(home) / f"{run_id}.lock"
    lock = FileLock(path)
    with _instance_lock(home):
        lock.acquire()
    try:
        yield
        path.unlink(missing_ok=True)
    finally:
        lock.release()


def _load_instance(home: Path) -> dg.DagsterInstance:
    """Raises `SettingsError` for a `dagster.yaml` that cannot be read."""
    try:
        return dg.DagsterInstance.local_temp(str(home), overrides=NO_OUTPUT_CAPTURE)
    except (yaml.YAMLError, UnicodeDecodeError, CheckError, dg.DagsterInvalidConfigError) as error:
        # Dagster's own text lists every key it knows, behind the word *Expected*.
        # A CheckError of a missing class is raised with the class itself among its texts.
        texts = error.args if isinstance(error, CheckError) else (str(error),)
        cause = " ".join(" ".join(filter(_is_text, texts)).partition(" Expected: ")[0].split())
        raise SettingsError(
            f"{home / 'dagster.yaml'} cannot be used: {cause}",
            fix="Correct it, or move it away: then a new one is written.",
        ) from error


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def end_run(instance: dg.DagsterInstance, run_id: str, reason: str) -> None:
    """Record an unfinished run as cancelled when that was requested, otherwise as failed."""
    run = instance.get_run_by_id(run_id)
    if run is None or run.is_finished:
        return
    if run.status is dg.DagsterRunStatus.CANCELING:
        instance.report_run_canceled(run, reason)
    else:
        instance.report_run_failed(run, reason)


def _end_abandoned_runs(instance: dg.DagsterInstance, home: Path) -> None:
    """End every run whose lock file is left while no process holds the lock."""
    for path in _run_locks(home).glob("*.lock"):
        with suppress(Timeout), FileLock(path, timeout=0):
            end_run(instance, path.stem, "The process that executed this run was killed.")
            path.unlink(missing_ok=True)


def _instance_lock(home: Path) -> FileLock:
    """The lock under which a process creates the instance, locks a run, or ends abandoned runs."""
    return FileLock(home / ".init.lock")


def _run_locks(home: Path) -> Path:
    """The folder of lock files, one per run in progress."""
    folder = home / "running"
    folder.mkdir(exist_ok=True)
    return folder


@contextmanager
def _explain_storage_errors(home: Path) -> Iterator[None]:
    """Raise errors of SQLite and the file system as `StorageUnavailable`, which says what to do."""
    try:
        yield
    except (DBAPIError, sqlite3.Error, OSError) as error:
        raise _explain(home, error.orig if isinstance(error, DBAPIError) else error) from error


_DAMAGED = ("not a database", "malformed", "no such table")
_NOT_WRITABLE = ("readonly", "Read-only", "unable to open", "Permission denied")
_FULL = ("is full", "No space left", "quota")


def _explain(home: Path, cause: BaseException | None) -> StorageError:
    """The error with what to do about it: a database is damaged, cannot be written, has no space, or is in use."""
    text = str(cause)
    what = f"Dagster's instance in {home} cannot be used: {text}. The stored weeks are intact."
    if any(words in text for words in _DAMAGED):
        return StorageRefused(
            what, fix="A database in it is damaged: move the folder away. Only the history of runs is lost."
        )
    if any(words in text for words in _NOT_WRITABLE):
        return StorageRefused(what, fix="Set WOD_DATA_DIR, or DAGSTER_HOME, to a folder that can be written.")
    if any(words in text for words in _FULL):
        return StorageUnavailable(what, fix="Free some space.")
    return StorageUnavailable(
        what, fix="End other programs that use it, or set DAGSTER_HOME to another folder."
    )
