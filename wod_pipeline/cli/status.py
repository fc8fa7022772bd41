"""`wod status` and `wod sources`: the state of each week, and what the source has for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

import click
import msgspec

from wod_pipeline.cli.context import open_stored_table
from wod_pipeline.cli.dates import DATE, check_range, coming_week, weeks_in_range
from wod_pipeline.cli.output import no_colour_option, warn_of_corrupt
from wod_pipeline.errors import SourceError
from wod_pipeline.program import RawPost, Weekly
from wod_pipeline.storage.stages import read_stage
from wod_pipeline.terminal import Colour, styled, warn, write, write_json
from wod_pipeline.wording import count

if TYPE_CHECKING:
    from wod_pipeline.errors import StorageCorrupt
    from wod_pipeline.settings import Settings
    from wod_pipeline.status import WeekStatus
    from wod_pipeline.storage import Lake, SessionTable

NEWEST_WEEKS = 20
"""Weeks listed unless more are asked for."""
COLOURS: dict[str, Colour] = {
    "stored": "green",
    "flagged": "yellow",
    "failed": "red",
    "stale": "yellow",
    "corrupt": "red",
    "missing": "red",
}


@click.command()
@click.option("--from", "first", type=DATE, help="First week to list; default: the first of all.")
@click.option("--to", "last", type=DATE, help="Last week to list; default: the coming week.")
@click.option(
    "--limit",
    type=click.IntRange(1),
    help=f"List at most this many of the newest; default: {NEWEST_WEEKS}, with --from or --json all.",
)
@click.option("--all", "everything", is_flag=True, help="List every week.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list instead of a table.")
@no_colour_option
def status(
    first: dt.date | None, last: dt.date | None, limit: int | None, everything: bool, as_json: bool
) -> None:
    """List the state of the newest weeks, newest first, with remarks, and count those of all.

    All are the weeks of the program, and those stored that are not among them. Without its source they are those
    stored.

    \b
    stored         as last fetched
    flagged        stored, with remarks a person should look at
    no session     the post holds no session
    not published  the source has no post for the week
    failed         fetched, but not stored as fetched: a run stopped before its end, or another week of the same
                   post has a newer edit of it
    stale          made by an older version of the parser; `wod materialize --from-stored --missing` makes it anew
    corrupt        what is stored cannot be read back; running the week again makes it anew
    missing        never fetched

    `wod materialize --missing` runs every week that is neither stored nor flagged.

    \b
    wod status
    wod status --all
    wod status --from 2026-01-01 --json
    """
    from wod_pipeline.adapters import open_lake
    from wod_pipeline.settings import load_settings
    from wod_pipeline.status import status_of

    check_range(first, last)
    if limit and everything:
        raise click.UsageError("Use only one of --limit and --all.")
    settings = load_settings(no_source=True)
    table, lake = _stored_table(settings), open_lake(settings)
    weeks = _weeks_to_list(settings, table, lake, first, last)
    corrupt: dict[str, list[str]] = {}

    def note(week: dt.date | str, error: StorageCorrupt) -> None:
        corrupt.setdefault(str(week), []).append(f"{error.what} {error.fix}")

    stored = {value.week: value for value in table.read_weeks(weeks[0], weeks[-1], note)}
    fetched = read_stage(lake, "raw_posts", weeks, note)
    states = status_of(weeks, fetched, stored, {week: corrupt.get(str(week), ()) for week in weeks})
    shown = states if everything else states[: limit or (None if first or as_json else NEWEST_WEEKS)]
    if as_json:
        write_json(msgspec.json.encode(shown))
        return
    for week in shown:
        write(*_line(week))
    if left_out := len(states) - len(shown):
        write(f"… and {count(left_out, 'older week')}; --all lists every week.")
    write(_totals(states))
    for line in _derived_lines(settings, [week.week for week in shown]):
        write(line)


@click.command()
@click.option("--from", "first", type=DATE, help="First week; default: the current one.")
@click.option("--to", "last", type=DATE, help="Last week; default: the coming one.")
def sources(first: dt.date | None, last: dt.date | None) -> None:
    """Show what the source has for some weeks, and what of it is new or edited. Stores nothing.

    \b
    wod sources
    wod sources --from 2020-12-21 --to 2021-01-04
    """
    from wod_pipeline.adapters import open_source, program_today, reserve_site
    from wod_pipeline.settings import load_settings
    from wod_pipeline.wordpress import gather_weeks

    check_range(first, last)
    settings = load_settings()
    weeks = _weeks(settings, first or program_today(settings), last)
    source, fetched = open_source(settings), _fetched(settings, weeks)
    write(f"Source: {source.name}")
    with reserve_site(settings, "wod sources", warn):
        gathered = gather_weeks(source, weeks, fetched)
    for week, value in gathered.items():
        write(f"{week}  {value.outcome.value.replace('_', ' ')}")
        for post in value.posts:
            write(f"    {post.id}  {post.date}  {_change(post, fetched.get(week))}  {post.slug}")


def _derived_lines(settings: Settings, weeks: list[dt.date]) -> Iterator[str]:
    """How many of the listed weeks have an old load or calendar, where any is made at all.

    Only of the listed ones, because two objects are read of each.
    """
    from wod_pipeline.adapters import derived_inputs, open_lake
    from wod_pipeline.reading.derived import LOAD, read_old

    lake = open_lake(settings)
    if next(lake.keys(f"{LOAD}/"), None) and (old := read_old(lake, derived_inputs(settings), weeks)):
        yield (
            f"Load or calendar of {count(old, 'listed week')} old or missing: "
            "wod materialize --from-stored --missing --derived"
        )


def _weeks_to_list(
    settings: Settings, table: SessionTable, lake: Lake, first: dt.date | None, last: dt.date | None
) -> list[dt.date]:
    """The weeks (Mondays) of the program and every stored one, in the range, oldest first."""
    from wod_pipeline.storage.stages import fetched_weeks

    if first and last:
        return weeks_in_range(first, last)
    stored = {*fetched_weeks(lake), *(value.week for value in table.weeks(lambda *_: None))}
    start, end = first or _first_week(settings, stored), last or coming_week(settings)
    inside = {week for week in stored if not (first and week < first) and not (last and week > last)}
    return sorted(inside.union(weeks_in_range(start, end) if start <= end or not inside else ()))


def _first_week(settings: Settings, stored: Collection[dt.date]) -> dt.date:
    """The first week of the program; the oldest stored one when the source that tells it cannot be read."""
    from wod_pipeline.adapters import first_week

    try:
        return first_week(settings)
    except SourceError as error:
        warn(f"wod: {error.what} The weeks listed are those from the first stored one on.")
        return min(stored, default=coming_week(settings))


def _weeks(settings: Settings, first: dt.date | None, last: dt.date | None) -> list[dt.date]:
    """The weeks (Mondays) of the range, oldest first; by default from the program's first to the coming one."""
    from wod_pipeline.adapters import first_week

    return weeks_in_range(first or first_week(settings), last or coming_week(settings))


def _stored_table(settings: Settings) -> SessionTable:
    """The session table, which a first run that stopped early has not made yet: then there is only a lake."""
    from wod_pipeline.adapters import open_table

    return open_table(settings) if settings.lake_path.exists() else open_stored_table(settings)


def _fetched(settings: Settings, weeks: list[dt.date]) -> dict[dt.date, Weekly[RawPost]]:
    """The posts of the weeks as last fetched."""
    from wod_pipeline.adapters import open_lake

    return read_stage(open_lake(settings), "raw_posts", weeks, warn_of_corrupt)


def _change(post: RawPost, fetched: Weekly[RawPost] | None) -> str:
    known = {old.id: old for old in fetched.posts} if fetched else {}
    if post.id not in known:
        return "new"
    return "unchanged" if _is_same(known[post.id], post) else "edited"


def _is_same(old: RawPost, new: RawPost) -> bool:
    """Whether all that a reader sees of the post, and what dates it, is as it was."""
    return (old.content, old.title, old.slug, old.date) == (new.content, new.title, new.slug, new.date)


def _line(week: WeekStatus) -> tuple[str, ...]:
    state = styled(f"{week.state.value:<14}", COLOURS.get(week.state.value))
    return (
        f"{week.week}  ",
        state,
        f" {count(week.sessions, 'session'):<11} {'; '.join(week.remarks)}".rstrip(),
    )


def _totals(weeks: list[WeekStatus]) -> str:
    states = [week.state.value for week in weeks]
    totals = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))
    return f"{count(weeks, 'week')}: {totals}"
