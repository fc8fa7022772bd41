"""Stored posts that the site no longer lists: since when, whether the listing is in doubt, and which weeks to run.

A run of the week notes the absence, and takes the post out once it has lasted and another post replaces it; so each
absent post asks for a run at once, and again when its absence has lasted. One that is listed again asks for a run,
too, which puts it back. Nothing is decided here about the posts themselves.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

import msgspec
from msgspec import Struct

GONE_FOR = dt.timedelta(hours=3)
"""How long a post must have been absent, in every look, before another of its program replaces it."""
RECHECK_INTERVAL = dt.timedelta(hours=1)
"""How often the list of posts is compared while an absence is young: every look must agree."""
MAX_REQUESTS = 3
"""Runs requested for one absence: at once, when it has lasted, and once more in case that run failed."""
MAX_REMEMBERED = 200
"""Absent posts kept in the cursor, the newest."""

MOST_GONE = 5
"""Posts that may disappear together without a doubt about the listing."""
MOST_GONE_SHARE = 0.1
"""The share of the stored posts that may; the larger number counts."""


class GonePost(Struct, frozen=True, omit_defaults=True):
    """A stored post that the site does not list. It is kept in the cursor of the sensor."""

    week: dt.date
    since: dt.datetime
    requests: int = 0
    """Runs of its weeks requested because of that."""
    more_weeks: tuple[dt.date, ...] = ()
    """The earlier weeks of a post of several."""

    @property
    def weeks(self) -> set[dt.date]:
        """Every week the post is stored under, or was when it disappeared."""
        return {self.week, *self.more_weeks}


def _gone(weeks: Collection[dt.date], since: dt.datetime) -> GonePost:
    *earlier, newest = sorted(weeks)
    return GonePost(newest, since, more_weeks=tuple(earlier))


GonePosts = Mapping[int, GonePost]
"""By post id."""


def too_many_gone(gone: int, stored: int) -> bool:
    """Whether so many of the stored posts disappeared together that the listing is in doubt."""
    return gone > max(MOST_GONE, MOST_GONE_SHARE * stored)


def is_watched(gone: GonePosts) -> bool:
    """Whether an absence is young enough for the list to be compared every `RECHECK_INTERVAL`."""
    return any(0 < post.requests < MAX_REQUESTS for post in gone.values())


def update_gone(
    now: dt.datetime, listed: Collection[int], stored: Mapping[int, Collection[dt.date]], known: GonePosts
) -> tuple[dict[int, GonePost], set[dt.date]]:
    """The absent posts after a look, and the weeks to run because of them; `stored` is post id → its weeks.

    While the listing is in doubt nothing is run. A post that has been taken out of its week is remembered, so that
    its return is noticed.
    """
    absent = {number: weeks for number, weeks in stored.items() if number not in listed}
    back = [post for number, post in known.items() if number in listed and post.requests]
    returned = {week for post in back for week in post.weeks}
    gone = {number: post for number, post in known.items() if number not in listed}
    gone |= {number: _gone(weeks, now) for number, weeks in absent.items() if number not in gone}
    if too_many_gone(len(absent), len(stored)):
        return _newest(gone), returned
    due = {number for number in absent if _is_due(now, gone[number])}
    asked = {
        number: msgspec.structs.replace(gone[number], requests=gone[number].requests + 1) for number in due
    }
    return _newest({**gone, **asked}), returned | {week for number in due for week in gone[number].weeks}


def _is_due(now: dt.datetime, post: GonePost) -> bool:
    return post.requests < MAX_REQUESTS and now - post.since >= post.requests * GONE_FOR


def _newest(gone: GonePosts) -> dict[int, GonePost]:
    kept = sorted(gone, key=lambda number: (gone[number].since, number))[-MAX_REMEMBERED:]
    return {number: gone[number] for number in kept}
