"""Which stored posts that the source no longer lists give way to another post of their week. Pure.

A post that was deleted and published again has a new id, and a correction may outlive its original: kept for good,
the old post would double the week. But a post may also be a draft again for an hour, or be hidden by a filter.
So a post with the same content replaces a gone one at once, since nothing is lost; one of the same program only when
the source has not listed the old post for `GONE_FOR`, and the new one has sessions on most of its days. A post with
the same content in another week replaces it after `GONE_FOR` too, if it was published when the old one disappeared
and not long after it: then it was deleted and published again with another date. Any other copy is a week that is
done twice. When many posts disappear together, the listing is more likely wrong than the posts deleted, and none
is replaced.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence

from wod_pipeline.parsing import outline_post, read_post, removed_post
from wod_pipeline.post_times import utc_of
from wod_pipeline.program import OutlinedPost, RawPost, Weekly
from wod_pipeline.removals import RemovedPost
from wod_pipeline.watching.gone import GONE_FOR
from wod_pipeline.weeks import monday_of

REPUBLISHED_WITHIN = dt.timedelta(days=1)
"""Between the first look without the old post and the publication of the same content for another week."""
CORRECTED_WITHIN = dt.timedelta(days=5)
"""Between the publication of the two: a coach's next post comes a week later, or some hours less."""


def absent_since(
    gone: Iterable[RawPost], previous: Weekly[RawPost] | None, now: dt.datetime
) -> dict[int, dt.datetime]:
    """Since when each post has been absent: as noted before, otherwise now."""
    known = dict(previous.gone_since) if previous else {}
    return {post.id: known.get(post.id, now) for post in gone}


def replace_gone(
    gone: Iterable[RawPost],
    listed: Sequence[RawPost],
    since: Mapping[int, dt.datetime],
    now: dt.datetime,
    *,
    week: dt.date,
    stored: Collection[int],
    in_doubt: bool,
) -> list[RemovedPost]:
    """The gone posts of `week` that one of the week's `listed` posts replaces; `stored`: those known before."""
    removed = []
    for post in gone:
        lasting = not in_doubt and now - since[post.id] >= GONE_FOR
        successor = _same_content(post, listed, stored) or (
            _same_program(post, listed, week) if lasting else None
        )
        if successor is not None:
            removed.append(removed_post(post, since[post.id], replaced_by=successor))
    return removed


def replace_redated(
    gone: Iterable[RawPost], elsewhere: Iterable[RawPost], since: Mapping[int, dt.datetime], now: dt.datetime
) -> list[RemovedPost]:
    """The gone posts of a week that were published again for another week, where `elsewhere` has them."""
    lasting = [post for post in gone if now - since[post.id] >= GONE_FOR and post.content.rendered.strip()]
    if not lasting:
        return []
    by_content: dict[str, list[RawPost]] = {}
    for other in elsewhere:
        by_content.setdefault(other.content_sha256, []).append(other)
    removed = []
    for post in lasting:
        copies = [
            other
            for other in by_content.get(post.content_sha256, [])
            if other.id > post.id and _is_republished(post, other, since[post.id])
        ]
        if copies:
            successor = max(other.id for other in copies)
            removed.append(removed_post(post, since[post.id], replaced_by=successor))
    return removed


def _is_republished(post: RawPost, other: RawPost, missing_since: dt.datetime) -> bool:
    before, published = utc_of(post.date_gmt), utc_of(other.date_gmt)
    if before is None or published is None:
        return False
    near = (
        abs(published - missing_since) <= REPUBLISHED_WITHIN and abs(published - before) <= CORRECTED_WITHIN
    )
    return near and _share_program(post, other)


def _same_content(post: RawPost, listed: Iterable[RawPost], stored: Collection[int]) -> int | None:
    """The id of the listed post with the same content. Empty content, as of a protected post, says nothing.

    A post that stood beside the gone one before, in another program, is no second publication of it.
    """
    if not post.content.rendered.strip():
        return None
    equal = [other for other in listed if other.content_sha256 == post.content_sha256]
    return max((one.id for one in equal if one.id not in stored or _share_program(one, post)), default=None)


def _share_program(post: RawPost, other: RawPost) -> bool:
    return outline_post(read_post(post)).program == outline_post(read_post(other)).program


def _same_program(post: RawPost, listed: Iterable[RawPost], week: dt.date) -> int | None:
    """The id of the newest listed post of the same program that covers the week's sessions of the gone one."""
    old = outline_post(read_post(post))
    if not old.program:
        return None
    outlines = ((other.id, outline_post(read_post(other))) for other in listed)
    return max(
        (number for number, new in outlines if new.program == old.program and _covers(new, old, week)),
        default=None,
    )


def _covers(new: OutlinedPost, old: OutlinedPost, week: dt.date) -> bool:
    """Whether the new post has sessions, and on at least half of the old one's days: a part is no replacement.

    Of a post of several weeks only the days of this week count: each week is replaced by itself.
    """
    days = _days_of(old, week)
    return bool(new.sessions) and 2 * len(days & _days_of(new, week)) >= len(days)


def _days_of(outline: OutlinedPost, week: dt.date) -> set[object]:
    """What tells the sessions of a post's week apart: date, otherwise number, otherwise heading."""
    return {
        session.date or session.ordinal or session.label
        for session in outline.sessions
        if session.date is None or monday_of(session.date) == week
    }
