"""Which posts to ask a source for to fill training weeks, and what became of the posts a week had before.

Decisions over plain values; the only input and output is `gather_weeks`, which asks the source and decides.
What a post's week is, the parser says (`week_of`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from wod_pipeline.parsing import week_of
from wod_pipeline.program import Outcome, RawPost, Weekly
from wod_pipeline.wordpress._source import PostSource

PUBLISHED_EARLY = dt.timedelta(weeks=10)
"""How long before its week a post may appear. Mostly the Sunday before; weeks ahead before a holiday."""
PUBLISHED_LATE = dt.timedelta(weeks=54)
"""How long after its week a post may appear. Mostly never; but in January the old year is typed into titles,
and such a post is dated a year before it was published. A year of weekly posts is still one page.
A post beyond both margins is not found, unless it is stored already: then it is asked for by its id."""
CHUNK_WEEKS = 52
"""Weeks fetched together: about a hundred posts and two pages; small enough to be lost and read again."""

PostWeek = Callable[[RawPost], dt.date]
Window = tuple[dt.date, dt.date]


def gather_weeks(
    source: PostSource, weeks: Sequence[dt.date], previous: Mapping[dt.date, Weekly[RawPost]]
) -> dict[dt.date, Weekly[RawPost]]:
    """The posts of each of the weeks (Mondays), as the source lists them now.

    `previous` is what is stored of these weeks. A stored post that the source lists under another week is
    noted in `moved`; one that it no longer lists is kept, and noted in `gone`. Raises `SourceError` when the
    source could not be read completely; then nothing is known of any of the weeks.
    """
    found = [post for first, last in windows_of(weeks) for post in source.fetch_published(first, last)]
    missing = ids_not_found(weeks, previous, found)
    if missing:
        found += source.fetch_ids(missing)
    return settle(weeks, previous, found, week_of)


def windows_of(weeks: Iterable[dt.date]) -> list[Window]:
    """First and last publication days that hold every post of the weeks; windows that meet are one."""
    windows: list[Window] = []
    for week in sorted(weeks):
        first, last = week - PUBLISHED_EARLY, week + PUBLISHED_LATE
        if windows and first <= windows[-1][1] + dt.timedelta(days=1):
            first = windows.pop()[0]
        windows.append((first, last))
    return windows


def ids_not_found(
    weeks: Iterable[dt.date], previous: Mapping[dt.date, Weekly[RawPost]], found: Collection[RawPost]
) -> set[int]:
    """Ids of the posts stored under the weeks that are not among those found."""
    stored = {post.id for week in weeks if week in previous for post in previous[week].posts}
    return stored - {post.id for post in found}


def settle(
    weeks: Iterable[dt.date],
    previous: Mapping[dt.date, Weekly[RawPost]],
    found: Iterable[RawPost],
    week_of: PostWeek,
) -> dict[dt.date, Weekly[RawPost]]:
    """Each week's posts, given every post the source lists that is stored under it or may belong to it."""
    listed = {post.id: post for post in found}
    by_week: dict[dt.date, list[RawPost]] = {}
    for post in listed.values():
        by_week.setdefault(week_of(post), []).append(post)
    return {
        week: _settle_week(week, previous.get(week), by_week.get(week, []), listed.keys()) for week in weeks
    }


def _settle_week(
    week: dt.date, before: Weekly[RawPost] | None, now: list[RawPost], listed: Collection[int]
) -> Weekly[RawPost]:
    here = {post.id for post in now}
    stored = before.posts if before else []
    gone = [post for post in stored if post.id not in listed]
    # A move stays noted: a run that fails after this one must still find it when it is repeated.
    left = {post.id for post in stored if post.id in listed} | set(before.moved if before else [])
    posts = sorted([*now, *gone], key=lambda post: (post.date, post.id))
    return Weekly(
        week=week,
        outcome=Outcome.PUBLISHED if posts else Outcome.NOT_PUBLISHED,
        posts=posts,
        gone=sorted(post.id for post in gone),
        moved=sorted(left - here - {post.id for post in gone}),
    )
