"""Which weeks the site's posts ask to run again, and which posts are gone from it.

The session table is the truth about what was taken in: a post is new when the table does not hold its content
under its week. Times only bound what is read, since a scheduled post may carry an older `modified` than the
moment it appears. What was asked for already is remembered: a run that is still going, or that failed, is not
asked for again every few minutes, but once more after an hour when its post is still not stored.
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
FIRST_LOOK_BACK = dt.timedelta(days=15)
"""How far back the first reading goes: the current week's post, mostly. Older weeks are the backfill's."""
SWEEP_EVERY = dt.timedelta(hours=6)
"""How often every post's presence is verified."""

RETRY_AFTER = dt.timedelta(hours=1)
MOST_TRIES = 2
"""How often a revision of a post is asked for; after that only a person helps, who has heard of the failures."""

WeekOf = Callable[[RawPost], dt.date]


class Asked(Struct, frozen=True):
    """The revision of a post that a run was last requested for: its content and week, when, how often."""

    mark: str
    at: dt.datetime
    tries: int = 1


class State(Struct, frozen=True, omit_defaults=True):
    """What a tick leaves to the next; `asked` is by post id."""

    read_until: dt.datetime | None = None
    asked: dict[int, Asked] = {}
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


def overdue(now: dt.datetime, known: Mapping[int, list[Known]], state: State) -> set[int]:
    """Posts that were asked for, are not stored after all this time, and may be asked for once more."""
    return {
        post_id
        for post_id, asked in state.asked.items()
        if _may_retry(now, asked) and not _is_stored(asked.mark, known.get(post_id, []))
    }


def news(
    now: dt.datetime,
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
        before, asked = known.get(post.id, []), state.asked.get(post.id)
        if _is_stored(mark_of(post, week), before) or (
            asked and asked.mark == mark_of(post, week) and not _may_retry(now, asked)
        ):
            continue
        for touched in {week, *(k.week for k in before)}:
            where = found.weeks if is_partition(touched) else found.unknown
            where.setdefault(touched, []).append(post)
    return found


def asked(
    now: dt.datetime, read: Iterable[RawPost], requested: Iterable[RawPost], week_of: WeekOf, state: State
) -> State:
    """The state once runs for the requested posts are out, of all that were read.

    A post that is neither read any more nor to be asked for again is forgotten.
    """
    here = {post.id for post in read}
    kept = {
        post_id: entry for post_id, entry in state.asked.items() if post_id in here or _is_pending(now, entry)
    }
    for post in requested:
        mark, before = mark_of(post, week_of(post)), kept.get(post.id)
        tries = before.tries + 1 if before and before.mark == mark else 1
        kept[post.id] = Asked(mark, now, tries)
    return msgspec.structs.replace(state, read_until=now, asked=kept)


def run_key(weeks: tuple[dt.date, dt.date], posts: Iterable[RawPost], state: State) -> str:
    """Names the request by what it takes in and how often that was asked for: each is requested only once."""
    tries = {post_id: entry.tries for post_id, entry in state.asked.items()}
    revisions = sorted(
        f"{post.id} {post.modified_gmt} {post.content_sha256} {tries.get(post.id, 0)}" for post in posts
    )
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
    if all(_is_stored(mark_of(post, week), known.get(post.id, [])) for post in here):
        return f"The week of {week} is stored as it is published."
    return ""


def mark_of(post: RawPost, week: dt.date) -> str:
    """Names the content of a post under a week."""
    return f"{week}/{post.content_sha256}"


def _is_stored(mark: str, known: Iterable[Known]) -> bool:
    """Whether the table holds that content under that week, and the post under no other."""
    return [f"{k.week}/{k.content_sha256}" for k in known] == [mark]


def _is_pending(now: dt.datetime, asked: Asked) -> bool:
    return asked.tries < MOST_TRIES and now - asked.at < 2 * RETRY_AFTER


def _may_retry(now: dt.datetime, asked: Asked) -> bool:
    return asked.tries < MOST_TRIES and now - asked.at >= RETRY_AFTER
