"""Weeks that have fewer sessions after a command than before it, and why: posts moved, replaced or dropped.

A run of one week may take a post out of another, or find that its own post is dated elsewhere now: the person who
started it hears of both, and which week to run next.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping

from wod_pipeline.adapters import open_lake, open_table
from wod_pipeline.errors import StorageError
from wod_pipeline.messages import reasons_of_leaving
from wod_pipeline.settings import Settings
from wod_pipeline.storage.stages import read_stage
from wod_pipeline.wording import count, first_of

MAX_REASONS = 3
"""Reasons written out for one week."""


def sessions_by_week(settings: Settings) -> dict[dt.date, int]:
    """How many sessions each week has; none when the table cannot be read, which the run itself reports."""
    try:
        return {week.week: week.sessions for week in open_table(settings).weeks()}
    except StorageError:
        return {}


def loss_lines(
    settings: Settings, of_run: Collection[dt.date], before: Mapping[dt.date, int]
) -> Iterator[str]:
    """A line for each week that lost all its sessions, and for each week outside the run that lost some."""
    now = sessions_by_week(settings)
    lost = [week for week in sorted(before) if _has_lost(before[week], now.get(week, 0), week in of_run)]
    fetched = read_stage(open_lake(settings), "raw_posts", lost, lambda *_: None)
    for week in lost:
        raw = fetched.get(week)
        moved_to = dict(raw.moved_to) if raw else {}
        left = [*moved_to, *(post.post_id for post in raw.removed)] if raw else []
        reasons = first_of(reasons_of_leaving(left, raw), MAX_REASONS)
        fewer = count(before[week] - now.get(week, 0), "session")
        yield f"  {week} lost {fewer}" + (f": {'; '.join(reasons)}" if reasons else "")
        for other in sorted(set(moved_to.values()) - set(of_run)):
            yield f"    run that week too: wod materialize --week {other}"


def _has_lost(before: int, now: int, is_of_run: bool) -> bool:
    return now < before and (not is_of_run or now == 0)
