"""`wod status` and `wod sources`: where each week stands, and what the source has for it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import click
import msgspec

from wod_pipeline.cli.dates import DATE, weeks_chosen
from wod_pipeline.program import RawPost, Weekly
from wod_pipeline.storage.stages import read_stage
from wod_pipeline.weeks import WEEK, monday_of

if TYPE_CHECKING:
    from wod_pipeline.settings import Settings
    from wod_pipeline.status import WeekStatus

COLOURS = {"stored": "green", "flagged": "yellow", "failed": "red", "missing": "red"}


@click.command()
@click.option("--from", "first", type=DATE, help="First week to list; by default all.")
@click.option("--to", "last", type=DATE, help="Last week to list; the coming week when left out.")
@click.option("--json", "as_json", is_flag=True, help="One JSON list instead of a table.")
def status(first: dt.date | None, last: dt.date | None, as_json: bool) -> None:
    """List the weeks, newest first: stored, flagged, no session, not published, failed, missing.

    \b
    wod status
    wod status --from 2026-01-01 --json
    """
    from wod_pipeline.adapters import open_table
    from wod_pipeline.settings import load_settings
    from wod_pipeline.status import status_of

    settings = load_settings()
    weeks = _weeks(settings, first, last)
    stored = {value.week: value for value in open_table(settings).read_weeks(weeks[0], weeks[-1])}
    found = status_of(weeks, _fetched(settings, weeks), stored)
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
        return
    for week in found:
        click.echo(_line(week))
    click.echo(_tally(found))


@click.command()
@click.option("--from", "first", type=DATE, help="First week; the current one when left out.")
@click.option("--to", "last", type=DATE, help="Last week; the coming week when left out.")
def sources(first: dt.date | None, last: dt.date | None) -> None:
    """Show what would be fetched for some weeks and how it differs from what is stored; stores nothing.

    \b
    wod sources
    wod sources --from 2020-12-21 --to 2021-01-04
    """
    from wod_pipeline.adapters import open_source, today
    from wod_pipeline.settings import load_settings
    from wod_pipeline.wordpress import gather_weeks

    settings = load_settings()
    weeks = _weeks(settings, first or today(settings), last)
    source, kept = open_source(settings), _fetched(settings, weeks)
    click.echo(f"Source: {source.name}")
    for week, value in gather_weeks(source, weeks, kept).items():
        click.echo(f"{week}  {value.outcome.value.replace('_', ' ')}")
        for post in value.posts:
            click.echo(f"    {post.id}  {post.date}  {_change(post, kept.get(week))}  {post.slug}")


def _weeks(settings: Settings, first: dt.date | None, last: dt.date | None) -> list[dt.date]:
    """Mondays from the week of `first` to that of `last`, oldest first."""
    from wod_pipeline.adapters import first_week, today

    start = monday_of(first) if first else first_week(settings)
    end = monday_of(last) if last else monday_of(today(settings)) + WEEK
    return weeks_chosen(start, end)


def _fetched(settings: Settings, weeks: list[dt.date]) -> dict[dt.date, Weekly[RawPost]]:
    from wod_pipeline.adapters import open_lake

    return read_stage(open_lake(settings), "raw_posts", weeks)


def _change(post: RawPost, kept: Weekly[RawPost] | None) -> str:
    before = {old.id: old.content_sha256 for old in kept.posts} if kept else {}
    if post.id not in before:
        return "new"
    return "unchanged" if before[post.id] == post.content_sha256 else "edited"


def _line(week: WeekStatus) -> str:
    state = click.style(f"{week.state.value:<14}", fg=COLOURS.get(week.state.value))
    return f"{week.week}  {state} {week.sessions:>2} sessions  {'; '.join(week.remarks)}".rstrip()


def _tally(weeks: list[WeekStatus]) -> str:
    states = [week.state.value for week in weeks]
    return f"{len(weeks)} weeks: " + ", ".join(f"{states.count(s)} {s}" for s in dict.fromkeys(states))
