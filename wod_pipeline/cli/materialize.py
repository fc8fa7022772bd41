"""`wod materialize`: run the real Dagster job on the persistent instance, with a progress display.

The only command that imports Dagster, and only when it is called. This module chooses the weeks;
`wod_pipeline.running` runs them.
"""

from __future__ import annotations

import datetime as dt
import signal
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from wod_pipeline.cli.dates import DATE, check_range, coming_week, weeks_in_range
from wod_pipeline.errors import NotStored, SettingsError
from wod_pipeline.terminal import warn, write
from wod_pipeline.weeks import WEEK
from wod_pipeline.wording import clock_advice, count, first_of, name_weeks

if TYPE_CHECKING:
    from wod_pipeline.settings import Settings

WEEKS_NAMED = 10
"""Weeks that were never fetched which are written out."""
INTERRUPTED = 130
"""The exit code shells expect of an interrupted program: 128 + SIGINT."""


@click.command()
@click.option("--week", type=DATE, help="Run one week, by any day of it.")
@click.option("--from", "first", type=DATE, help="First week of a range, by any day of it.")
@click.option("--to", "last", type=DATE, help="Last week of the range; default: the coming week.")
@click.option("--all", "everything", is_flag=True, help="Run every week from the first to the coming one.")
@click.option(
    "--missing",
    is_flag=True,
    help="Of these weeks, run only those without stored sessions, not stored as last fetched, or stale.",
)
@click.option(
    "--from-stored",
    is_flag=True,
    help="Do not fetch: make every week, or these weeks, again from the posts as last fetched.",
)
@click.option(
    "--derived",
    is_flag=True,
    help="Also make training load and calendar, and those of later weeks that are old.",
)
@click.option("--allow-empty", is_flag=True, help="Let a week that had sessions become empty.")
@click.option("--verbose", is_flag=True, help="Show Dagster's log instead of the progress bar.")
def materialize(
    *,
    week: dt.date | None,
    first: dt.date | None,
    last: dt.date | None,
    everything: bool,
    missing: bool,
    from_stored: bool,
    derived: bool,
    allow_empty: bool,
    verbose: bool,
) -> None:
    """Fetch, parse and store weeks of training. Without options: the current and the coming week.

    \b
    wod materialize
    wod materialize --week 2020-12-21
    wod materialize --from 2016-01-04 --missing
    wod materialize --from-stored --missing
    """
    check_range(first, last)
    if sum((bool(week), bool(first or last), everything)) > 1:
        raise click.UsageError("Use only one of --week, --from/--to and --all.")
    settings, oldest = _settings_from_stored() if from_stored else _settings()
    newest = coming_week(settings)
    _check_clock(oldest, newest)
    asked = bool(week or first or last or everything)
    start, end = _range(week, first, last, everything or (from_stored and not asked), oldest, newest)
    weeks = _weeks(start, end, oldest, newest)
    chosen = name_weeks((weeks[0], weeks[-1]))
    if from_stored:
        weeks = _fetched(settings, weeks, name_others=asked)
    read_by = _weeks_that_read(weeks, newest) if derived else []
    if missing:
        weeks = _needing_a_run(settings, weeks, from_stored=from_stored)
    if not weeks and not (read_by and _old(settings, read_by)):
        write(f"Nothing is missing of {chosen}.")
        return
    options = {"allow_empty": allow_empty, "derived": read_by, "from_stored": from_stored, "verbose": verbose}
    sys.exit(_run(settings, weeks, **options))


def _check_clock(oldest: dt.date, newest: dt.date) -> None:
    """Raise `SettingsError` when the program would end before it begins."""
    if newest < oldest:
        raise SettingsError(
            f"The coming week, {newest}, is before the program's first, {oldest}.",
            fix=f"{clock_advice(dt.datetime.now(dt.timezone.utc))} Or set WOD_START_WEEK to an earlier Monday.",
        )


def _settings() -> tuple[Settings, dt.date]:
    """The settings, and the first week of the program."""
    from wod_pipeline.adapters import first_week
    from wod_pipeline.settings import load_settings

    settings = load_settings()
    return settings, first_week(settings)


def _settings_from_stored() -> tuple[Settings, dt.date]:
    """The settings as far as no source is needed, and the first week: as set, otherwise the oldest fetched one."""
    from wod_pipeline.adapters import open_lake
    from wod_pipeline.settings import load_settings
    from wod_pipeline.storage.stages import fetched_weeks

    settings = load_settings(no_source=True)
    oldest = settings.start_week or min(fetched_weeks(open_lake(settings)), default=coming_week(settings))
    return replace(settings, start_week=oldest), oldest


def _fetched(settings: Settings, weeks: list[dt.date], *, name_others: bool) -> list[dt.date]:
    """Those of the weeks that were ever fetched; the others are named when they were asked for (`name_others`).
    When all were meant, those from before the first week of the program are counted.

    A week of the table whose raw posts are gone is one of them: its run makes these again from the kept revisions.

    Raises `NotStored` when none are kept.
    """
    from wod_pipeline.adapters import open_lake, open_table, where_kept
    from wod_pipeline.storage.stages import fetched_weeks

    of_table = {value.week for value in open_table(settings).weeks() if value.posts}
    kept = of_table.union(fetched_weeks(open_lake(settings)))
    never = [week for week in weeks if week not in kept]
    if len(never) == len(weeks):
        raise NotStored(
            f"No posts of {name_weeks((weeks[0], weeks[-1]))} were ever fetched into {where_kept(settings)}.",
            fix="Fetch them: the same command without --from-stored.",
        )
    if never and name_others:
        named = ", ".join(first_of([str(week) for week in never], WEEKS_NAMED))
        write(f"Never fetched, so not made: {named}. Without --from-stored they are fetched.")
    earlier = [week for week in kept if week < weeks[0]]
    if earlier and not name_others:
        write(
            f"{count(earlier, 'fetched week')} before the first, {weeks[0]}, not made; they belong to the program "
            "when WOD_START_WEEK is an earlier Monday."
        )
    return [week for week in weeks if week in kept]


def _weeks_that_read(weeks: list[dt.date], newest: dt.date) -> list[dt.date]:
    """The weeks, and later ones whose load reads one of them."""
    from wod_pipeline.reading.derived import with_later_weeks

    return sorted(week for week in with_later_weeks(weeks) if week <= newest)


def _old(settings: Settings, weeks: list[dt.date]) -> list[dt.date]:
    """Those of the weeks whose load or calendar is old or missing."""
    from wod_pipeline.adapters import derived_inputs, open_lake
    from wod_pipeline.reading.derived import read_old

    return list(read_old(open_lake(settings), derived_inputs(settings), weeks))


def _run(settings: Settings, weeks: list[dt.date], **options: Any) -> int:
    """Run the weeks and return the exit code. SIGTERM is treated like Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        from wod_pipeline.running import run_weeks

        return 0 if run_weeks(settings, weeks, **options) else 1
    except KeyboardInterrupt:
        warn("wod: stopped. Weeks already stored are kept; run the same command again for the rest.")
        return INTERRUPTED


def _needing_a_run(settings: Settings, weeks: list[dt.date], *, from_stored: bool) -> list[dt.date]:
    """The weeks without stored sessions, not stored as last fetched, made by an older parser, or not readable.

    Those, too, whose post was fetched anew for another of its weeks alone.

    `from_stored`: not those of which only a fetch could bring a session.
    """
    from wod_pipeline.adapters import open_lake, open_table
    from wod_pipeline.status import needs_derivation, needs_run, newer_elsewhere
    from wod_pipeline.storage.stages import read_stage

    corrupt: set[dt.date] = set()
    # The sessions are read too: one that cannot be leaves its week out, which then needs a run.
    read = open_table(settings).read_weeks(weeks[0], weeks[-1], lambda *_: None)
    stored = {value.week: value for value in read}
    of_table = [week for week in weeks if week in stored]
    fetched = read_stage(open_lake(settings), "raw_posts", of_table, lambda week, _: corrupt.add(week))
    needs = needs_derivation if from_stored else needs_run
    again = corrupt if from_stored else {*corrupt, *newer_elsewhere(fetched)}
    return [week for week in weeks if week in again or needs(fetched.get(week), stored.get(week))]


def _range(
    week: dt.date | None,
    first: dt.date | None,
    last: dt.date | None,
    everything: bool,
    oldest: dt.date,
    newest: dt.date,
) -> tuple[dt.date, dt.date]:
    if week:
        return week, week
    if everything:
        return oldest, newest
    if first or last:
        return first or oldest, last or newest
    return max(oldest, newest - WEEK), newest


def _weeks(start: dt.date, end: dt.date, oldest: dt.date, newest: dt.date) -> list[dt.date]:
    """The weeks from that of `start` to that of `end`. Raises `SettingsError` when one lies outside the program."""
    weeks = weeks_in_range(start, end)
    if weeks[0] < oldest or weeks[-1] > newest:
        raise SettingsError(
            f"Not within {oldest} (first week) to {newest} (coming week): {name_weeks((weeks[0], weeks[-1]))}.",
            fix="Choose other weeks, or set WOD_START_WEEK to an earlier Monday.",
        )
    return weeks
