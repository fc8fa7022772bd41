"""Which weeks the site's posts ask to run again, and which posts are gone from it.

The session table is the truth about what was taken in: a post is new when the table does not hold its content
under its week. Times only bound what is read, since a scheduled post may carry an older `modified` than the
moment it appears. What was asked for already is remembered until it leaves the reading, so that a run that is
still going, or that failed, is not asked for again every few minutes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

import msgspec
from msgspec import Struct

from wod_pipeline.program import PostStamp, RawPost
from wod_pipeline.watching.outage import Outage

OVERLAP = dt.timedelta(hours=2)
"""How far readings overlap: clocks differ, and a save can take a while to be listed."""
FIRST_LOOK_BACK = dt.timedelta(days=8)
"""How far back the first reading goes. Older weeks are the backfill's business."""
SWEEP_EVERY = dt.timedelta(hours=6)
"""How often every post's presence is verified."""

WeekOf = Callable[[RawPost], dt.date]


class State(Struct, frozen=True, omit_defaults=True):
    """What a tick leaves to the next. `asked` is post id → content and week last asked for."""

    read_until: dt.datetime | None = None
    asked: dict[int, str] = {}
    swept: dt.datetime | None = None
    gone: list[int] = []
    outage: Outage | None = None


@dataclass(frozen=True)
class Known:
    """Which revision of a post the table holds under which week."""

    week: dt.date
    content_sha256: str


@dataclass(frozen=True)
class News:
    """The weeks to run again, with the posts that ask for it; and weeks that cannot be run."""

    weeks: dict[dt.date, list[RawPost]] = field(default_factory=dict)
    unknown: dict[dt.date, list[RawPost]] = field(default_factory=dict)
    """Weeks that are no partition: too old, or too far ahead."""


def known_posts(stored: Iterable[tuple[dt.date, Iterable[PostStamp]]]) -> dict[int, list[Known]]:
    """What the table holds of each post, from its weeks and their stamps."""
    known: dict[int, list[Known]] = {}
    for week, stamps in stored:
        for stamp in stamps:
            known.setdefault(stamp.post_id, []).append(Known(week, stamp.content_sha256))
    return known


def read_since(now: dt.datetime, state: State) -> dt.datetime:
    """From when on to read."""
    return (state.read_until or now - FIRST_LOOK_BACK) - OVERLAP


def news(
    posts: Iterable[RawPost],
    week_of: WeekOf,
    known: Mapping[int, list[Known]],
    state: State,
    is_partition: Callable[[dt.date], bool],
) -> News:
    """The weeks that changed posts belong to now, and those they belonged to before."""
    found = News()
    for post in posts:
        week = week_of(post)
        before = known.get(post.id, [])
        if before == [Known(week, post.content_sha256)] or state.asked.get(post.id) == _mark(post, week):
            continue
        for touched in {week, *(k.week for k in before)}:
            where = found.weeks if is_partition(touched) else found.unknown
            where.setdefault(touched, []).append(post)
    return found


def asked(now: dt.datetime, posts: Iterable[RawPost], week_of: WeekOf, state: State) -> State:
    """The state once the runs for everything read are requested."""
    marks = {post.id: _mark(post, week_of(post)) for post in posts}
    return msgspec.structs.replace(state, read_until=now, asked=marks)


def run_key(weeks: tuple[dt.date, dt.date], posts: Iterable[RawPost]) -> str:
    """Names the request by what it takes in: the same revisions, the same key; a later revision, another."""
    revisions = sorted(f"{post.id} {post.modified_gmt} {post.content_sha256}" for post in posts)
    digest = hashlib.sha256("\n".join(revisions).encode()).hexdigest()
    return f"posts/{weeks[0]}/{weeks[1]}/{digest[:16]}"


def is_sweep_due(now: dt.datetime, state: State) -> bool:
    """Whether to verify again that every stored post is still listed."""
    return state.swept is None or now - state.swept >= SWEEP_EVERY


def newly_gone(listed: Collection[int], known: Mapping[int, list[Known]], state: State) -> dict[int, dt.date]:
    """Stored posts that the site lists no longer and that nobody was told of, with their newest week."""
    gone = set(known) - set(listed) - set(state.gone)
    return {post_id: max(k.week for k in known[post_id]) for post_id in sorted(gone)}


def swept(now: dt.datetime, listed: Collection[int], told: Iterable[int], state: State) -> State:
    """The state after a sweep; a post that is listed again may be told of again."""
    gone = sorted({*state.gone, *told} - set(listed))
    return msgspec.structs.replace(state, swept=now, gone=gone)


def reason_to_skip(week: dt.date, posts: Iterable[RawPost], known: Mapping[int, list[Known]]) -> str:
    """Why a scheduled look at a week, whose `posts` are these, needs no run; empty when it does."""
    here = list(posts)
    if not here:
        return f"No post for the week of {week} is published yet; looking again at the next tick."
    if all(known.get(post.id) == [Known(week, post.content_sha256)] for post in here):
        return f"The week of {week} is stored as it is published."
    return ""


def _mark(post: RawPost, week: dt.date) -> str:
    return f"{week}/{post.content_sha256}"
