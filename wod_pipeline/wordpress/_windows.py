"""Which posts to fetch for training weeks, and which stored posts have been moved or removed since.

The decisions are functions of plain values; only `gather_weeks` reads from the source. The parser determines the
week of a post (`week_of`).
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from wod_pipeline.parsing import UNDATED_WEEK, week_of
from wod_pipeline.program import Outcome, RawPost, Weekly
from wod_pipeline.quality import name_post
from wod_pipeline.weeks import DAY
from wod_pipeline.wording import count
from wod_pipeline.wordpress._source import PostSource

log = logging.getLogger(__name__)

PUBLISHED_EARLY = dt.timedelta(weeks=10)
"""How long before its week a post may be published: usually the Sunday before, weeks earlier before a holiday."""
PUBLISHED_LATE = dt.timedelta(weeks=54)
"""How long after its week a post may be published. Usually it never is; but in January a coach may still type the
old year into a title, which dates the post a year before its publication. A year of weekly posts is one page.

A post outside both margins is found only if it is stored already: then it is fetched by its id."""
CHUNK_WEEKS = 52
"""Weeks fetched together: about a hundred posts on two pages, few enough to repeat after a failure."""

PostWeek = Callable[[RawPost], dt.date]
Window = tuple[dt.date, dt.date]


def gather_weeks(
    source: PostSource,
    weeks: Sequence[dt.date],
    previous: Mapping[dt.date, Weekly[RawPost]],
    warn: Callable[[str], None] = log.warning,
) -> dict[dt.date, Weekly[RawPost]]:
    """The posts of each of the weeks (Mondays), as the source lists them now.

    `previous` holds the stored posts of these weeks. A stored post that the source now lists under another week
    is recorded in `moved`; one that it no longer lists is kept and recorded in `gone`. Raises `SourceError` when
    the source could not be read completely; then no week is returned. `warn` is told of posts that have neither an
    id nor a date: they cannot be stored anywhere.
    """
    listed = [post for days in publication_windows(weeks) for post in source.fetch_published(*days)]
    missing = missing_ids(weeks, previous, listed)
    if missing:
        listed += source.fetch_ids(missing)
    lost = [post for post in listed if not post.id and week_of(post) == UNDATED_WEEK]
    if lost:
        warn(f"{count(lost, 'post')} without id and date left out: {', '.join(map(name_post, lost))}")
    return assign_posts(weeks, previous, listed, week_of)


def publication_windows(weeks: Iterable[dt.date]) -> list[Window]:
    """Ranges of publication days (first, last) that cover every post of the weeks; adjacent ranges are joined."""
    windows: list[Window] = []
    for week in sorted(weeks):
        first, last = week - PUBLISHED_EARLY, week + PUBLISHED_LATE
        if windows and first <= windows[-1][1] + DAY:
            first = windows.pop()[0]
        windows.append((first, last))
    return windows


def missing_ids(
    weeks: Iterable[dt.date], previous: Mapping[dt.date, Weekly[RawPost]], listed: Collection[RawPost]
) -> set[int]:
    """Ids of the stored posts of the weeks that are not among the listed ones."""
    stored = {post.id for week in weeks if week in previous for post in previous[week].posts}
    return stored - {post.id for post in listed}


def assign_posts(
    weeks: Iterable[dt.date],
    previous: Mapping[dt.date, Weekly[RawPost]],
    listed: Iterable[RawPost],
    week_of: PostWeek,
) -> dict[dt.date, Weekly[RawPost]]:
    """Each week with its posts. `listed` must hold every post of the source that is stored under one of the weeks
    or may belong to it.
    """
    by_id = {post.id or post.received: post for post in listed}
    by_week: dict[dt.date, list[RawPost]] = {}
    for post in by_id.values():
        by_week.setdefault(week_of(post), []).append(post)
    return {
        week: _update_week(week, previous.get(week), by_week.get(week, []), by_id.keys()) for week in weeks
    }


def _update_week(
    week: dt.date, previous: Weekly[RawPost] | None, found: list[RawPost], listed: Collection[int | str]
) -> Weekly[RawPost]:
    current = [post for post in found if post.id]
    stored = previous.posts if previous else []
    gone = [post for post in stored if post.id not in listed]
    # Earlier moves stay recorded: if the rest of this run fails, the repeated run must still see them.
    left = {post.id for post in stored if post.id in listed} | set(previous.moved if previous else [])
    posts = sorted([*current, *gone], key=lambda post: (post.date, post.id))
    return Weekly(
        week=week,
        outcome=Outcome.PUBLISHED if posts else Outcome.NOT_PUBLISHED,
        posts=posts,
        gone=sorted(post.id for post in gone),
        moved=sorted(left - {post.id for post in posts}),
        without_id=sorted((post for post in found if not post.id), key=lambda post: post.received),
    )
