"""`wod posts`: posts that the site no longer lists, and taking one out of its week."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from wod_pipeline.bounds import LARGEST_POST_ID
from wod_pipeline.cli.context import open_stored_table, print_json
from wod_pipeline.cli.output import warn_of_corrupt
from wod_pipeline.terminal import confirm, warn, write
from wod_pipeline.wording import count, shorten

if TYPE_CHECKING:
    import datetime as dt

    from wod_pipeline.removals import RemovedPost
    from wod_pipeline.settings import Settings
    from wod_pipeline.storage.withdrawal import PostInWeek

MAX_TITLE = 50


@click.group()
def posts() -> None:
    """List posts that the site no longer lists, and drop one."""


@posts.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def gone(as_json: bool) -> None:
    """List the posts that the site no longer lists: id, week, program, since when, what became of it, title.

    `kept` means that its sessions are still stored. A post of the same week and program, or one with the same
    content, replaces it by itself once the absence has lasted; `wod posts drop` removes it by hand.
    """
    import msgspec

    from wod_pipeline.adapters import open_lake
    from wod_pipeline.settings import load_settings
    from wod_pipeline.storage.withdrawal import gone_posts

    settings = load_settings(no_source=True)
    weeks = [entry.week for entry in open_stored_table(settings).weeks()]
    rows = gone_posts(open_lake(settings), weeks, warn_of_corrupt)
    if as_json:
        print_json(msgspec.json.encode([_facts(*row) for row in rows]))
        return
    for row in rows:
        write(_line(*row))
    if not rows:
        write("The site lists every stored post, as of the last run of each week.")


@posts.command()
@click.argument("post_id", metavar="ID", type=click.IntRange(1, LARGEST_POST_ID))
@click.option("--allow-empty", is_flag=True, help="Also when a week is left without a session.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def drop(post_id: int, allow_empty: bool, yes: bool) -> None:
    """Remove the sessions of a post that the site no longer lists; its revisions stay in the lake.

    It stays removed when its week is run again, until the site lists it again.

    \b
    wod posts gone
    wod posts drop 94860
    """
    from wod_pipeline.adapters import now, open_lake, open_source, reserve_site
    from wod_pipeline.settings import load_settings
    from wod_pipeline.storage.withdrawal import drop_post, find_post

    settings = load_settings()
    lake, table = open_lake(settings), open_stored_table(settings)
    places = find_post(lake, table, post_id)
    if not yes:
        confirm(f"Remove {_described(places)}?")
    source = open_source(settings)
    dropped_at = now()
    with reserve_site(settings, "wod posts drop", warn):
        results = drop_post(lake, table, post_id, source.fetch_ids, dropped_at, allow_empty=allow_empty)
    for result in results:
        sessions = count(result.change.deleted, "session")
        left = count(result.after.records, "session")
        write(f"Week {result.after.week}: {sessions} removed, {left} left.")
        if result.before.records and not result.after.records:
            _tell(settings, result.after.week, post_id, dropped_at)
    write("Load and calendar follow by the sensor derived_assets, or at once with:")
    for result in results:
        write(f"  wod materialize --week {result.after.week} --derived")


def _tell(settings: Settings, week: dt.date, post_id: int, dropped_at: dt.datetime) -> None:
    """Send the message about a week without sessions, as after a run: people may train from what was announced."""
    from wod_pipeline.adapters import open_lake, open_notifier
    from wod_pipeline.errors import AlertError
    from wod_pipeline.messages import Links, reasons_of_leaving, week_withdrawn
    from wod_pipeline.storage.stages import read_stage

    raw = read_stage(open_lake(settings), "raw_posts", [week]).get(week)
    cause = f"drop/{post_id}/{dropped_at:%Y%m%dT%H%M%S}"
    message = week_withdrawn(
        week, reasons_of_leaving([post_id], raw), today=dropped_at.date(), run_id=cause, links=Links()
    )
    try:
        open_notifier(settings).send(message)
    except AlertError as error:
        warn(f"The message about it could not be sent: {error}")


def _described(places: list[PostInWeek]) -> str:
    weeks = ", ".join(str(place.week) for place in places)
    title = f" “{shorten(places[0].title, MAX_TITLE)}”" if places[0].title else ""
    return f"the sessions of post {places[0].post_id}{title} from week {weeks}"


def _line(week: dt.date, post: RemovedPost, kept: bool) -> str:
    since = _since(post) or "unknown"
    return (
        f"{post.post_id:>8}  {week}  {post.program or '-':<16}  {since:<16}  {_fate(post, kept):<20}  "
        f"{shorten(post.title, MAX_TITLE)}"
    ).rstrip()


def _fate(post: RemovedPost, kept: bool) -> str:
    if kept:
        return "kept"
    return f"replaced by {post.replaced_by}" if post.replaced_by else "dropped"


def _since(post: RemovedPost) -> str:
    """The moment in UTC; empty when it is not known."""
    return f"{post.gone_since:%Y-%m-%d %H:%M}" if post.gone_since.year > 1 else ""


def _facts(week: dt.date, post: RemovedPost, kept: bool) -> dict[str, object]:
    return {
        "post_id": post.post_id,
        "week": week,
        "program": post.program,
        "title": post.title,
        "gone_since": post.gone_since if post.gone_since.year > 1 else None,
        "replaced_by": post.replaced_by,
        "kept": kept,
    }
