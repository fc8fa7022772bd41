"""`wod materialize`: run the real Dagster job on the persistent instance, with a progress display.

The only command that imports Dagster, and only when it is called. Which weeks to run is decided here; running
them is `wod_pipeline.running`'s business.
"""

from __future__ import annotations

import datetime as dt
import signal
import sys
from typing import TYPE_CHECKING

import click

from wod_pipeline.cli.dates import DATE, weeks_chosen
from wod_pipeline.errors import SettingsError
from wod_pipeline.program import Outcome
from wod_pipeline.weeks import WEEK, monday_of

if TYPE_CHECKING:
    from wod_pipeline.settings import Settings

INTERRUPTED = 130
"""What a shell expects of a program that was interrupted."""


@click.command()
@click.option("--week", type=DATE, help="One week, by any day of it.")
@click.option("--from", "first", type=DATE, help="First week of a range, by any day of it.")
@click.option("--to", "last", type=DATE, help="Last week of the range; the coming week when left out.")
@click.option("--all", "everything", is_flag=True, help="Every week from the first to the coming one.")
@click.option(
    "--missing",
    is_flag=True,
    help="Of these, only weeks without stored sessions, or that a run did not finish.",
)
@click.option("--derived", is_flag=True, help="Training load and calendar as well.")
@click.option("--allow-empty", is_flag=True, help="Let a week that had sessions become empty.")
@click.option("--verbose", is_flag=True, help="Show Dagster's log instead of the progress bar.")
def materialize(
    week: dt.date | None,
    first: dt.date | None,
    last: dt.date | None,
    everything: bool,
    missing: bool,
    derived: bool,
    allow_empty: bool,
    verbose: bool,
) -> None:
    """Fetch, parse and store weeks of training; without options, the current and the coming week.

    \b
    wod materialize
    wod materialize --week 2020-12-21
    wod materialize --from 2016-01-04 --missing
    """
    from wod_pipeline.adapters import first_week, today
    from wod_pipeline.settings import load_settings

    settings = load_settings()
    oldest, newest = first_week(settings), monday_of(today(settings)) + WEEK
    if sum((bool(week), bool(first or last), everything)) > 1:
        raise click.UsageError("Use one of --week, --from/--to and --all.")
    start, end = _range(week, first, last, everything, oldest, newest)
    weeks = _weeks(start, end, oldest, newest)
    if missing:
        weeks = _missing(settings, weeks)
    if not weeks:
        click.echo("Nothing is missing.")
        return
    sys.exit(_run(settings, weeks, allow_empty=allow_empty, derived=derived, verbose=verbose))


def _run(settings: Settings, weeks: list[dt.date], **options: bool) -> int:
    """Run the weeks; the exit code. A polite kill is heard like Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        from wod_pipeline.running import run_weeks

        return 0 if run_weeks(settings, weeks, **options) else 1
    except KeyboardInterrupt:
        click.echo("wod: stopped. What is stored stays; the same command goes on with the rest.", err=True)
        return INTERRUPTED


def _missing(settings: Settings, weeks: list[dt.date]) -> list[dt.date]:
    """The weeks that have no sessions stored, or not those of the posts as last fetched."""
    from wod_pipeline.adapters import open_lake, open_table
    from wod_pipeline.status import made_from
    from wod_pipeline.storage.stages import read_stage

    stored = {week.week: week for week in open_table(settings).weeks() if week.outcome is Outcome.PUBLISHED}
    fetched = read_stage(open_lake(settings), "raw_posts", [week for week in weeks if week in stored])
    behind = {week for week, raw in fetched.items() if not made_from(stored[week].posts, raw)}
    return [week for week in weeks if week not in stored or week in behind]


def _range(
    week: dt.date | None,
    first: dt.date | None,
    last: dt.date | None,
    everything: bool,
    oldest: dt.date,
    newest: dt.date,
) -> tuple[dt.date, dt.date]:
    if week:
        return monday_of(week), monday_of(week)
    if everything:
        return oldest, newest
    if first or last:
        return monday_of(first) if first else oldest, monday_of(last) if last else newest
    return max(oldest, newest - WEEK), newest


def _weeks(start: dt.date, end: dt.date, oldest: dt.date, newest: dt.date) -> list[dt.date]:
    """Mondays from start to end. Raises `SettingsError` when the range leaves the known weeks."""
    weeks = weeks_chosen(start, end)
    if start < oldest or end > newest:
        raise SettingsError(
            f"Weeks {start} to {end} are not all within {oldest} (WOD_START_WEEK) and {newest} (the coming week).",
            fix="Set WOD_START_WEEK to an earlier Monday, or choose other weeks.",
        )
    return weeks
