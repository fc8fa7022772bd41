"""Running the job from the command line: on the persistent instance, with progress for every week stored.

This is a shell over Dagster: it launches runs and reports what they did.

- `_launcher`: launches the runs of one process, one after the other
- `_processes`: worker processes for long ranges, each with a launcher of its own
- `_instance`: opens the Dagster instance and ends abandoned runs
- `_losses`: says which weeks lost sessions, and why
- `_spans`: says which other weeks the posts of a run have sessions in
- `_progress`: counts what was stored and shows it
- `_source`: a source that requests every day of posts only once

A range is run in chunks, one run each, so that every chunk is finished before the next begins: a chunk that
cannot be fetched fails alone, an interrupt cancels only the chunks in progress, and memory does not grow.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace

from rich.console import Console

from wod_pipeline.adapters import derived_inputs, first_week, open_lake, open_table, where_kept
from wod_pipeline.assets.partitions import training_weeks
from wod_pipeline.errors import StorageError
from wod_pipeline.jobs import SESSIONS
from wod_pipeline.program import Outcome
from wod_pipeline.reading.derived import Inputs, read_old, with_later_weeks
from wod_pipeline.reading.index import store_index
from wod_pipeline.running._launcher import Options, chunks, open_launcher
from wod_pipeline.running._losses import loss_lines, stored_by_week
from wod_pipeline.running._processes import POLL_INTERVAL_S, divide, start_workers
from wod_pipeline.running._progress import Report, show_progress
from wod_pipeline.running._spans import span_lines
from wod_pipeline.settings import Settings
from wod_pipeline.terminal import styled, write
from wod_pipeline.weeks import key_of, ranges_of
from wod_pipeline.wording import count, first_of, name_weeks

__all__ = ["run_weeks"]

RANGES_NAMED = 5
"""Ranges of weeks written out in the summary."""
MALFORMED_NAMED = 5
"""Malformed posts written out in the summary."""

log = logging.getLogger(__name__)


def run_weeks(
    settings: Settings,
    weeks: Sequence[dt.date],
    *,
    allow_empty: bool = False,
    derived: Sequence[dt.date] = (),
    from_stored: bool = False,
    verbose: bool = False,
) -> bool:
    """Materialize the weeks (Mondays, in order), printing progress and a summary. True when nothing failed.

    `derived` are the weeks whose training load and calendar have to be up to date afterwards: those of the weeks that
    run are made, which over years takes almost as long again, and then any others that are old. So are those of weeks
    that a moved post has left, and of the later weeks that read these.
    `from_stored` makes everything from the posts kept in the lake: the source is not opened.

    Raises `StorageUnavailable` when the Dagster instance cannot be used, and `KeyboardInterrupt` after an
    interrupt, the runs in progress recorded as cancelled.
    """
    options = Options(
        allow_empty=allow_empty, derived=bool(derived), from_stored=from_stored, verbose=verbose
    )
    report, console, before = Report(options.sessions), Console(stderr=True), stored_by_week(settings)
    inputs = derived_inputs(settings) if derived else None
    remade, still_old = set[dt.date](), set[dt.date]()
    with _quiet_python_logs(verbose):
        if weeks:
            _run(settings, weeks, options, report, console)
        # Otherwise no sessions have changed, or no store can be used.
        may_differ = bool(report.stored[SESSIONS[-1]] or not report.failures)
        if inputs:
            # What is wrong with a store, the failed runs have said.
            with nullcontext() if may_differ else suppress(StorageError):
                remade, still_old = _refresh_derived(settings, derived, inputs, options, report, console)
    if may_differ:
        _store_index(settings)
    for failure in dict.fromkeys(report.failures):
        write(styled(f"Failed: {failure}", "red"), error=True)
    lines = _summary_lines(settings, weeks, report) if weeks else ()
    for line in (
        *lines,
        *_refresh_lines(remade - set(weeks), still_old),
        *loss_lines(settings, weeks, before),
        *span_lines(settings, weeks),
    ):
        write(line)
    return not report.failures


def _run(
    settings: Settings, weeks: Sequence[dt.date], options: Options, report: Report, console: Console
) -> None:
    """Run the first part of the chunks in a thread of this process, the others in workers, and show progress."""
    first, *others = divide(chunks(weeks))
    with (
        start_workers(settings, options, others, report.record) as workers,
        open_launcher(settings, options, report) as launcher,
        show_progress(console, report, len(weeks), hidden=options.verbose) as refresh,
    ):
        launcher.start(first)
        try:
            while launcher.running or workers.running:
                (workers.receive if workers.running else launcher.wait)(POLL_INTERVAL_S)
                refresh()
        except KeyboardInterrupt:
            workers.interrupt()
            launcher.stop()
            raise


def _runnable(settings: Settings, weeks: Iterable[dt.date]) -> Iterator[dt.date]:
    """The weeks that have a partition; the table may hold some from before the first."""
    partitions = training_weeks(first_week(settings), settings.timezone)
    return (week for week in weeks if partitions.has_partition_key(key_of(week)))


def _refresh_derived(
    settings: Settings,
    weeks: Iterable[dt.date],
    before: Inputs,
    options: Options,
    report: Report,
    console: Console,
) -> tuple[set[dt.date], set[dt.date]]:
    """Make what is old of these weeks, and of those that have changed since `before`.

    Returns the weeks that were made, and those that could not be.
    """
    inputs, lake = derived_inputs(settings), open_lake(settings)
    changed = with_later_weeks(inputs.changed_since(before))
    old = read_old(lake, inputs, {*weeks, *_runnable(settings, changed)})
    if not old:
        return set(), set()
    only_derived = replace(options, only_derived=True)
    progress = Report(only_derived.counted)
    _run(settings, list(old), only_derived, progress, console)
    report.failures += progress.failures
    still_old = set(read_old(lake, inputs, old))
    return old.keys() - still_old, still_old


def _store_index(settings: Settings) -> None:
    """Store the index of all sessions, so that the first search after a long range need not read every week."""
    try:
        store_index(open_table(settings), open_lake(settings))
    except StorageError as error:
        log.warning("The index of all sessions could not be made: %s", error)


def _summary_lines(settings: Settings, weeks: Sequence[dt.date], report: Report) -> Iterator[str]:
    """The lines that say what is stored of the weeks now, and where."""
    of_run = set(weeks)
    known = {week.week: week for week in open_table(settings).weeks() if week.week in of_run}
    by_outcome = {outcome: [w for w in sorted(known) if known[w].outcome is outcome] for outcome in Outcome}
    sessions = sum(week.sessions for week in known.values())
    yield f"{count(weeks, 'week')}: {len(by_outcome[Outcome.PUBLISHED])} with {count(sessions, 'session')}"
    for outcome, words in (
        (Outcome.NO_SESSION, "published without a session"),
        (Outcome.NOT_PUBLISHED, "not published"),
    ):
        if by_outcome[outcome]:
            yield f"  {words}: {', '.join(map(str, by_outcome[outcome]))}"
    missing = sorted(of_run - set(known))
    if missing:
        yield f"  not stored: {', '.join(map(str, missing))}"
    done = report.stored[SESSIONS[-1]]
    yield f"  changed: {len(done & report.changed)}, unchanged: {len(done - report.changed)}"
    if unfinished := sorted(of_run - done):
        yield f"  failed: {', '.join(map(str, unfinished))}; what was stored of {_them(unfinished)} before stays"
    malformed = sorted((week, *post) for post, week in report.malformed.items())
    lines = [f"  {week}: {name} was sent damaged: {problems}" for week, name, problems in reversed(malformed)]
    yield from first_of(lines, MALFORMED_NAMED)
    yield f"  kept in {where_kept(settings)}"


def _refresh_lines(remade: Iterable[dt.date], failed: Collection[dt.date]) -> Iterator[str]:
    """What is said of weeks that did not run and had an old load or calendar, and of those whose is old still."""
    if remade := sorted(remade):
        of_weeks = count(remade, "week")
        yield f"  load or calendar of {of_weeks} was old and has been made again: {_name_ranges(remade)}"
    if failed := sorted(failed):
        stays = f"what was made of {_them(failed)} before stays"
        yield f"  failed: load or calendar of {count(failed, 'week')}: {_name_ranges(failed)}; {stays}"


def _name_ranges(weeks: Iterable[dt.date]) -> str:
    return ", ".join(first_of([name_weeks(ends) for ends in ranges_of(weeks)], RANGES_NAMED))


def _them(weeks: Sequence[dt.date]) -> str:
    return "it" if len(weeks) == 1 else "them"


@contextmanager
def _quiet_python_logs(verbose: bool) -> Iterator[None]:
    """Keep Dagster's log away from the progress bar unless `verbose`; the instance records all of it."""
    before = logging.getLogger("dagster").level
    if not verbose:
        logging.getLogger("dagster").setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logging.getLogger("dagster").setLevel(before)
