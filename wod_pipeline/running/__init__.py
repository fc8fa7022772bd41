"""Running the job from the command line: on the persistent instance, in this process, watched week by week.

This is a shell over Dagster: it launches runs and reports what they did.

- `_instance`: the Dagster instance, opened and tidied up
- `_kept_open`: what makes its event log quick enough for ten years of weeks
- `_progress`: what was done so far, and showing it
- `_source`: the source, asked for every day only once

A range is run in chunks, one run each, so that every chunk is finished before the next begins: a chunk that
cannot be fetched costs only itself, an interrupt only the chunk it falls into, and memory does not grow. When an
asset cannot store some weeks of a chunk, a further run takes the others through the later assets.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import click
import dagster as dg
from rich.console import Console

from wod_pipeline.adapters import open_table, where_kept
from wod_pipeline.definitions import build_defs
from wod_pipeline.jobs import DERIVED, SESSIONS, TRAINING_WEEK
from wod_pipeline.program import Outcome
from wod_pipeline.resources.source import source_resource
from wod_pipeline.resources.weeks import watched_by
from wod_pipeline.running._instance import alive, end_run, open_instance
from wod_pipeline.running._progress import Report, display
from wod_pipeline.running._source import opened_once
from wod_pipeline.settings import Settings
from wod_pipeline.watching.runs import RANGE_END, RANGE_START
from wod_pipeline.wordpress import CHUNK_WEEKS

WEEK = dt.timedelta(days=7)
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
PATIENCE_S = 5.0
"""How long a run may take to stop after an interrupt; it may be waiting for a site."""


def run_weeks(
    settings: Settings,
    weeks: Sequence[dt.date],
    *,
    allow_empty: bool = False,
    derived: bool = False,
    verbose: bool = False,
) -> bool:
    """Materialize the weeks (Mondays, in order), printing progress and a summary. True when all went well.

    `derived` makes training load and calendar as well, which over years takes almost as long again.

    Raises `StorageUnavailable` when the Dagster instance cannot be used, and `KeyboardInterrupt` after an
    interrupt, the run in progress recorded as cancelled.
    """
    report, console = Report(), Console(stderr=True)
    with open_instance(settings) as instance, _quiet_python_logs(verbose):
        defs = build_defs(settings, allow_empty=allow_empty, source=opened_once(source_resource(settings)))
        job = defs.resolve_job_def(TRAINING_WEEK)
        then = DERIVED if derived else ()
        launcher = _Launcher(settings, job, instance, report, then, verbose=verbose)
        with display(console, report, len(weeks), hidden=verbose) as refresh:
            _in_background(launcher, chunks(weeks), refresh)
    for failure in dict.fromkeys(report.failures):
        console.print(f"Failed: {failure}", style="red", markup=False, highlight=False)
    for line in summary(settings, weeks, report):
        click.echo(line)
    return not report.failures


def chunks(weeks: Iterable[dt.date]) -> Iterator[list[str]]:
    """Cut weeks, in order, into partition keys of consecutive weeks, no more than are fetched at once."""
    run: list[dt.date] = []
    for week in weeks:
        if run and (week - run[-1] != WEEK or len(run) == CHUNK_WEEKS):
            yield [day.isoformat() for day in run]
            run = []
        run.append(week)
    if run:
        yield [day.isoformat() for day in run]


@dataclass
class _Launcher:
    """Launches runs of the job in this process, one after the other, until it is told to stop."""

    settings: Settings
    job: dg.JobDefinition
    instance: dg.DagsterInstance
    report: Report
    then: tuple[str, ...]
    verbose: bool
    run_id: str = ""
    stopped: threading.Event = field(default_factory=threading.Event)

    def run_chunk(self, keys: list[str]) -> None:
        """Run the assets over the keys; what one asset could store goes on when it failed for others."""
        assets = (*SESSIONS, *self.then)
        while keys and assets and not self.stopped.is_set():
            whole = [self._run(some, assets) for some in chunks(map(dt.date.fromisoformat, keys))]
            if all(whole):
                return
            keys, later = self.report.rest(keys)
            assets = (*later, *self.then)

    def stop(self) -> None:
        """Ask the current run to end at the next week it stores, as cancelled. For another thread to call."""
        run = self.instance.get_run_by_id(self.run_id)
        if run is not None and not run.is_finished:
            self.instance.report_run_canceling(run, "Interrupted from the keyboard.")
        self.stopped.set()

    def _run(self, keys: list[str], assets: Sequence[str]) -> bool:
        """One run over consecutive keys, of these assets; True when it succeeded."""
        one = len(keys) == 1
        self.run_id = str(uuid.uuid4())
        with alive(self.settings, self.run_id), watched_by(self._stored):
            result = self.job.execute_in_process(
                instance=self.instance,
                run_id=self.run_id,
                partition_key=keys[0] if one else None,
                tags={} if one else {RANGE_START: keys[0], RANGE_END: keys[-1]},
                asset_selection=[dg.AssetKey(name) for name in assets],
                run_config={} if self.verbose else QUIET,
                raise_on_error=False,
            )
        self.report.failures += [] if self.stopped.is_set() else _reasons(result)
        return result.success

    def _stored(self, asset: str, week: str, metadata: dict[str, Any]) -> None:
        """Count a stored week; here a run can be stopped, between two weeks."""
        self.report.add(asset, week, metadata)
        if self.stopped.is_set():
            raise dg.DagsterExecutionInterruptedError


def _in_background(launcher: _Launcher, work: Iterable[list[str]], refresh: Callable[[], None]) -> None:
    """Run the chunks in a thread while this one shows the progress and hears of interrupts.

    In the main thread Dagster would take an interrupt for a failure of the run.
    """
    errors: list[BaseException] = []

    def run_chunks() -> None:
        try:
            for keys in work:
                launcher.run_chunk(keys)
        except BaseException as error:  # noqa: BLE001 raised again below, in the thread that can show it
            errors.append(error)

    thread = threading.Thread(target=run_chunks, name="wod-runs", daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            thread.join(0.2)
            refresh()
    except KeyboardInterrupt:
        launcher.stop()
        thread.join(PATIENCE_S)
        end_run(launcher.instance, launcher.run_id, "Interrupted from the keyboard.")
        raise
    if errors:
        raise errors[0]


def _reasons(result: dg.ExecuteInProcessResult) -> Iterator[str]:
    """Why each failed step failed: the sentence of the error that started it."""
    for event in result.all_events:
        if not event.is_step_failure:
            continue
        failure = event.step_failure_data
        if failure.user_failure_data and failure.user_failure_data.description:
            yield f"{event.step_key}: {failure.user_failure_data.description}"
        elif failure.error:
            cause = failure.error
            while cause.cause:
                cause = cause.cause
            yield f"{event.step_key}: {cause.message.strip()}"


def summary(settings: Settings, weeks: Sequence[dt.date], report: Report) -> Iterator[str]:
    """Say what is stored of the weeks now, and where."""
    wanted = set(weeks)
    known = {week.week: week for week in open_table(settings).weeks() if week.week in wanted}
    by_outcome = {outcome: [w for w in sorted(known) if known[w].outcome is outcome] for outcome in Outcome}
    sessions = sum(week.sessions for week in known.values())
    yield f"{len(weeks)} weeks: {len(by_outcome[Outcome.PUBLISHED])} with {sessions} sessions"
    for outcome, words in (
        (Outcome.NO_SESSION, "published without a session"),
        (Outcome.NOT_PUBLISHED, "not published"),
    ):
        if by_outcome[outcome]:
            yield f"  {words}: {', '.join(map(str, by_outcome[outcome]))}"
    missing = sorted(wanted - set(known))
    if missing:
        yield f"  not stored: {', '.join(map(str, missing))}"
    yield f"  changed: {len(report.changed)}, unchanged: {len(known) - len(report.changed & {str(w) for w in known})}"
    yield f"  kept in {where_kept(settings)}"


@contextmanager
def _quiet_python_logs(verbose: bool) -> Iterator[None]:
    """Keep Dagster's log off the progress bar unless asked for; it is all in the instance."""
    before = logging.getLogger("dagster").level
    if not verbose:
        logging.getLogger("dagster").setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logging.getLogger("dagster").setLevel(before)
