"""Running the job from the command line: on the persistent instance, in this process, watched week by week.

This is a shell over Dagster: it launches runs and reports what they did. A range is one run; when some of its
weeks cannot be fetched, a second run takes the others through the later assets, so that one bad chunk costs only
itself.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import click
import dagster as dg
from filelock import FileLock
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from wod_pipeline.adapters import open_table, where_kept
from wod_pipeline.definitions import build_defs
from wod_pipeline.jobs import TRAINING_WEEK
from wod_pipeline.program import Outcome
from wod_pipeline.resources.weeks import watched_by
from wod_pipeline.settings import Settings, use_dagster_home

RANGE_START = "dagster/asset_partition_range_start"
RANGE_END = "dagster/asset_partition_range_end"
WEEK = dt.timedelta(days=7)
LATER_ASSETS = ("plain_text_posts", "daily_sessions", "segmented_exercises", "session_records")
INSTANCE_CONFIG = "telemetry:\n  enabled: false\nnux:\n  enabled: false\n"
"""A new instance sends nothing to Dagster's makers and asks nobody to sign up."""
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass
class Report:
    """What the runs did: the weeks each asset stored, which of them changed, and why a run failed."""

    stored: dict[str, set[str]] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    failures: list[str] = field(default_factory=list)
    show: Callable[[str, int], None] | None = None

    def add(self, asset: str, week: str, metadata: dict[str, Any]) -> None:
        """Note that an asset has stored a week."""
        self.stored.setdefault(asset, set()).add(week)
        if metadata.get("changed") or metadata.get("sessions_put") or metadata.get("sessions_deleted"):
            self.changed.add(week)
        if self.show:
            self.show(asset, len(self.stored[asset]))


def run_weeks(settings: Settings, weeks: Sequence[dt.date], *, allow_empty: bool, verbose: bool) -> bool:
    """Materialize the weeks (Mondays, in order), printing progress and a summary. True when all went well."""
    instance = open_instance(settings)
    job = build_defs(settings, allow_empty=allow_empty).resolve_job_def(TRAINING_WEEK)
    report, console = Report(), Console(stderr=True)
    with instance, _display(console, len(weeks), report, hidden=verbose), _quiet_python_logs(verbose):
        for keys in contiguous(weeks):
            _run_range(job, instance, keys, report, verbose)
    for failure in report.failures:
        console.print(f"Failed: {failure}", style="red", markup=False, highlight=False)
    for line in summary(settings, weeks, report):
        click.echo(line)
    return not report.failures


def open_instance(settings: Settings) -> dg.DagsterInstance:
    """Open the persistent Dagster instance, made on first use.

    Making it is done by one process at a time: several at once would leave a broken database behind.
    """
    home = use_dagster_home(settings)
    config = home / "dagster.yaml"
    with FileLock(home / ".init.lock"):
        if not config.exists():
            config.write_text(INSTANCE_CONFIG, encoding="utf-8")
        instance = dg.DagsterInstance.get()
        instance.get_runs_count()
    return instance


def contiguous(weeks: Iterable[dt.date]) -> Iterator[list[str]]:
    """Cut weeks, in order, into runs of consecutive ones, as partition keys."""
    run: list[dt.date] = []
    for week in weeks:
        if run and week - run[-1] != WEEK:
            yield [day.isoformat() for day in run]
            run = []
        run.append(week)
    if run:
        yield [day.isoformat() for day in run]


def _run_range(
    job: dg.JobDefinition, instance: dg.DagsterInstance, keys: list[str], report: Report, verbose: bool
) -> None:
    """Run all five assets over the keys; if fetching failed for some, the later four over the others."""
    if _execute(job, instance, keys, report, verbose):
        return
    fetched = sorted(report.stored.get("raw_posts", set()) & set(keys))
    if not fetched or report.stored.get(LATER_ASSETS[0], set()) & set(keys):
        return
    for some in contiguous(map(dt.date.fromisoformat, fetched)):
        _execute(job, instance, some, report, verbose, LATER_ASSETS)


def _execute(
    job: dg.JobDefinition,
    instance: dg.DagsterInstance,
    keys: list[str],
    report: Report,
    verbose: bool,
    assets: Sequence[str] = (),
) -> bool:
    """Run the job in this process over consecutive keys; True when it succeeded."""
    one = len(keys) == 1
    with watched_by(report.add):
        result = job.execute_in_process(
            instance=instance,
            partition_key=keys[0] if one else None,
            tags={} if one else {RANGE_START: keys[0], RANGE_END: keys[-1]},
            asset_selection=[dg.AssetKey(name) for name in assets] or None,
            run_config={} if verbose else QUIET,
            raise_on_error=False,
        )
    report.failures += _reasons(result)
    return result.success


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
def _display(console: Console, weeks: int, report: Report, *, hidden: bool) -> Iterator[None]:
    """Show how many weeks have reached the table; one bar an asset while it runs."""
    columns = (TextColumn("{task.description:<20}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=hidden) as progress:
        tasks: dict[str, TaskID] = {}

        def show(asset: str, done: int) -> None:
            if asset not in tasks:
                tasks[asset] = progress.add_task(asset, total=weeks)
            progress.update(tasks[asset], completed=done)

        report.show = show
        yield


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
