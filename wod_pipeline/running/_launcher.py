"""Launching runs in this process, one after the other: which weeks each covers, and how a run is stopped.

A chunk of weeks is one run. When an asset cannot store some weeks of a chunk, a further run takes the others
through the later assets. What was stored is recorded in a `Report`; showing it belongs in `_progress`.
"""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import dagster as dg

from wod_pipeline.definitions import build_defs
from wod_pipeline.errors import RERUN_SENTENCES
from wod_pipeline.jobs import DERIVED, SESSIONS, TRAINING_WEEK, command_tags
from wod_pipeline.resources.source import source_resource
from wod_pipeline.running._instance import end_run, lock_run, open_instance
from wod_pipeline.running._progress import Failure, Report, WeekStored, as_event
from wod_pipeline.running._source import share_source
from wod_pipeline.sensors.events import failures_of
from wod_pipeline.settings import Settings
from wod_pipeline.watching.runs import StepFailure
from wod_pipeline.weeks import chunks_of, key_of
from wod_pipeline.wordpress import CHUNK_WEEKS

INTERRUPTED = "Interrupted from the keyboard."
QUIET_CONFIG = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
STOP_TIMEOUT_S = 5.0
"""How long a run may take to stop after an interrupt; it may be waiting for a site."""


@dataclass(frozen=True)
class Options:
    """How to run: whether weeks may lose their sessions, with derived assets or only these, from the posts kept in
    the lake instead of those of the source, with Dagster's log or not.
    """

    allow_empty: bool = False
    derived: bool = False
    only_derived: bool = False
    from_stored: bool = False
    verbose: bool = False

    @property
    def sessions(self) -> tuple[str, ...]:
        """The assets up to the session table that each week goes through."""
        if self.only_derived:
            return ()
        return SESSIONS[1:] if self.from_stored else SESSIONS

    @property
    def counted(self) -> tuple[str, ...]:
        """The assets whose weeks are counted as progress."""
        return self.sessions or DERIVED

    @property
    def later(self) -> tuple[str, ...]:
        """The assets made from the session table."""
        return DERIVED if self.derived or self.only_derived else ()


def chunks(weeks: Iterable[dt.date]) -> list[list[dt.date]]:
    """The weeks cut into chunks of neighbours, none longer than what is fetched at once."""
    return chunks_of(weeks, CHUNK_WEEKS)


@contextmanager
def open_launcher(settings: Settings, options: Options, report: Report) -> Iterator[Launcher]:
    """A launcher on the persistent instance. Raises `StorageUnavailable` when the instance cannot be used."""
    with open_instance(settings) as instance:
        yield Launcher(settings, options, instance, report)


@dataclass
class Launcher:
    """Runs chunks of weeks in a thread: in the main thread Dagster would record an interrupt as a failure."""

    settings: Settings
    options: Options
    instance: dg.DagsterInstance
    report: Report
    job: dg.JobDefinition = field(init=False)
    _run_id: str = ""
    _stopped: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _error: BaseException | None = None

    def __post_init__(self) -> None:
        """Build the job, with one source for all runs and a callback for every stored week."""
        source = share_source(source_resource(self.settings))
        defs = build_defs(
            self.settings, allow_empty=self.options.allow_empty, progress=self._record_stored, source=source
        )
        self.job = defs.resolve_job_def(TRAINING_WEEK)

    def start(self, work: Sequence[list[dt.date]]) -> None:
        """Start running these chunks in the thread."""
        self._thread = threading.Thread(target=self._work, args=(work,), name="wod-runs", daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether the thread is at work. Raises the error that ended it early."""
        alive = self._thread is not None and self._thread.is_alive()
        if self._error:  # read after `is_alive`: it is set before the thread ends
            raise self._error
        return alive

    def wait(self, seconds: float) -> None:
        """Wait for the end of the work, at most `seconds`."""
        if self._thread:
            self._thread.join(seconds)

    def stop(self) -> None:
        """End the current run at the next week it stores, at the latest after `STOP_TIMEOUT_S`, as cancelled."""
        self._stopped.set()
        self._request_cancellation()
        self.wait(STOP_TIMEOUT_S)
        self._request_cancellation()  # a run that started in the meantime forgot the first request
        end_run(self.instance, self._run_id, INTERRUPTED)

    def _request_cancellation(self) -> None:
        """Have the current run end as cancelled, not as failed."""
        run = self.instance.get_run_by_id(self._run_id)
        if run is not None and not run.is_finished and run.status is not dg.DagsterRunStatus.CANCELING:
            self.instance.report_run_canceling(run, INTERRUPTED)

    def _work(self, work: Sequence[list[dt.date]]) -> None:
        try:
            for chunk in work:
                self._run_chunk(chunk)
        except BaseException as error:  # noqa: BLE001 raised again by `running`, in the thread that can show it
            self._error = error

    def _run_chunk(self, weeks: list[dt.date]) -> None:
        """Run the assets over the weeks. Weeks that an asset could store go on when it failed for others."""
        derived = self.options.later
        assets = (*self.options.sessions, *derived)
        while weeks and assets and not self._stopped.is_set():
            succeeded = [self._run(chunk, assets) for chunk in chunks(weeks)]
            if all(succeeded):
                return
            weeks, later_assets = self.report.remaining_work(weeks)
            assets = (*later_assets, *derived)

    def _run(self, weeks: list[dt.date], assets: Sequence[str]) -> bool:
        """Run these assets over consecutive weeks, in one run; True when it succeeded."""
        one = len(weeks) == 1
        self._run_id = str(uuid.uuid4())
        with lock_run(self.settings, self._run_id):
            if self._stopped.is_set():
                return False
            result = self.job.execute_in_process(
                instance=self.instance,
                run_id=self._run_id,
                partition_key=key_of(weeks[0]) if one else None,
                tags=command_tags((weeks[0], weeks[-1])),
                asset_selection=[dg.AssetKey(name) for name in assets],
                run_config={} if self.options.verbose else QUIET_CONFIG,
                raise_on_error=False,
            )
        if not result.success and not self._stopped.is_set():
            for failure in failures_of(self.instance, self._run_id):
                self.report.record(Failure(_in_words(failure)))
        if result.success and self.options.only_derived:
            # They have no IO manager to tell of each week: the chunk counts as a whole.
            for asset, week in product(DERIVED, weeks):
                self.report.record(WeekStored(asset, week, 0, changed=False))
        return result.success

    def _record_stored(self, asset: str, week: dt.date, metadata: dict[str, Any]) -> None:
        """Record a stored week, and stop the run if asked: between two weeks it stops without leaving half a week."""
        self.report.record(as_event(asset, week, metadata))
        if self._stopped.is_set():
            self._request_cancellation()  # it may have been asked for before there was a run
            raise dg.DagsterExecutionInterruptedError


def _in_words(failure: StepFailure) -> str:
    """The step, why it failed, and whether a rerun helps, where that is known."""
    rerun = f" {RERUN_SENTENCES[failure.rerun_helps]}" if failure.rerun_helps is not None else ""
    return f"{failure.step}: {failure.reason}{rerun}"
