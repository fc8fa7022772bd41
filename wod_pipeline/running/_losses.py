"""Weeks that have fewer sessions after a command than before it, and why: posts moved, replaced or dropped.

A run of one week may take a post out of another, or find that its own post is dated elsewhere now: the person who
started it hears of both, and which week to run next.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping

from wod_pipeline.adapters import open_lake, open_table
from wod_pipeline.errors import StorageError
from wod_pipeline.messages import reasons_of_leaving
from wod_pipeline.program import StoredWeek
from wod_pipeline.settings import Settings
from wod_pipeline.storage import Lake
from wod_pipeline.storage.healing import newest_revision
from wod_pipeline.storage.stages import read_stage
from wod_pipeline.wording import count, first_of
from wod_pipeline.wordpress import is_published_near

MAX_REASONS = 3
"""Reasons written out for one week."""


def stored_by_week(settings: Settings) -> dict[dt.date, StoredWeek]:
    """The stored weeks by Monday; none when the table cannot be read, which the run itself reports."""
    try:
        return {week.week: week for week in open_table(settings).weeks()}
    except StorageError:
        return {}


def loss_lines(
    settings: Settings, of_run: Collection[dt.date], before: Mapping[dt.date, StoredWeek]
) -> Iterator[str]:
    """A line for each week that lost all its sessions, and for each week outside the run that lost some."""
    now = stored_by_week(settings)
    counts = {week: (before[week].sessions, now[week].sessions if week in now else 0) for week in before}
    lost = [week for week in sorted(before) if _has_lost(*counts[week], week in of_run)]
    lake = open_lake(settings)
    fetched = read_stage(lake, "raw_posts", lost, lambda *_: None)
    for week in lost:
        raw = fetched.get(week)
        moved_to = dict(raw.moved_to) if raw else {}
        gone = {*moved_to, *(post.post_id for post in raw.removed)} if raw else set()
        # Only those that left now: a post may have left long before, and be of this week again.
        left = [stamp.post_id for stamp in before[week].posts if stamp.post_id in gone]
        reasons = first_of(reasons_of_leaving(left, raw), MAX_REASONS)
        fewer = count(counts[week][0] - counts[week][1], "session")
        yield f"  {week} lost {fewer}" + (f": {'; '.join(reasons)}" if reasons else "")
        for other in sorted({moved_to[number] for number in left if number in moved_to} - set(of_run)):
            yield f"    run that week too: wod materialize --week {other}"
            yield from _far_lines(lake, [number for number in left if moved_to.get(number) == other], other)


def _far_lines(lake: Lake, post_ids: Iterable[int], week: dt.date) -> Iterator[str]:
    """What to do about posts that a run of their new week does not find."""
    for number in post_ids:
        post = newest_revision(lake, number)
        if post and not is_published_near(post, week):
            yield (
                f"    it finds post {number} only when the sensor new_posts requests it, since the post was "
                f"published on {post.date[:10]}, far from that week: if the date in the title is wrong, correct it"
            )


def _has_lost(before: int, now: int, is_of_run: bool) -> bool:
    return now < before and (not is_of_run or now == 0)
