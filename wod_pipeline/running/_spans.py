"""Posts of several weeks of which a command has stored some: which other weeks have to be run for the rest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator

from wod_pipeline.adapters import open_lake, open_table
from wod_pipeline.errors import StorageError
from wod_pipeline.program import OutlinedPost
from wod_pipeline.settings import Settings
from wod_pipeline.storage.stages import read_stage
from wod_pipeline.weeks import WEEK, monday_of

REACH = 5
"""Weeks to each side in which a post of a week may have sessions."""


def span_lines(settings: Settings, of_run: Collection[dt.date]) -> Iterator[str]:
    """A line for each week outside the run in which a post of a week of the run has sessions not stored yet.

    None where the stores cannot be read, which the run itself reports.
    """
    edge = [week for week in sorted(of_run) if not _beside(week) <= set(of_run)]
    try:
        stages = read_stage(open_lake(settings), "daily_sessions", edge, lambda *_: None)
    except StorageError:
        return
    rest = {
        (other, week)
        for week, value in stages.items()
        for post in value.posts
        for other in _weeks_of(post) - set(of_run)
        if not _is_stored(settings, other, post)
    }
    for other, week in sorted(rest):
        yield f"  the post of {week} has sessions in the week of {other} too: wod materialize --week {other}"


def _beside(week: dt.date) -> set[dt.date]:
    return {week + n * WEEK for n in range(-REACH, REACH + 1)}


def _weeks_of(post: OutlinedPost) -> set[dt.date]:
    return {monday_of(session.date) for session in post.sessions if session.date}


def _is_stored(settings: Settings, week: dt.date, post: OutlinedPost) -> bool:
    """Whether the week's sessions were made from this revision."""
    try:
        stored = open_table(settings).read_week(week)
    except StorageError:
        return True
    revision = (post.source.post_id, post.source.content_sha256)
    return stored is not None and revision in {
        (stamp.post_id, stamp.content_sha256) for stamp in stored.posts
    }
