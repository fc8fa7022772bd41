"""Which weeks to run again because their posts are new, edited or moved, and which posts the site lists no longer.

A post needs a run when the session table does not hold its content, title, slug and date under its week. The site's
times only bound what is read: a scheduled post may appear with a `modified` time that lies far back. Requested runs
are remembered, so that a run in progress, or a failed one, is not requested again at every tick, but once more an
hour later if the post is still not stored.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
from msgspec import Struct

from wod_pipeline.looks import Look, LookFailure, SiteLook
from wod_pipeline.parsing import heading_sha256
from wod_pipeline.program import PostStamp, RawPost
from wod_pipeline.watching.gone import RECHECK_INTERVAL, GonePost, is_watched
from wod_pipeline.watching.outage import Outage

READ_OVERLAP = dt.timedelta(hours=2)
"""How far one reading of the site reaches back before the last: clocks differ, and a save is not listed at once."""
FIRST_LOOK_BACK = dt.timedelta(days=15)
"""How far back the first reading goes: enough for the current week's post. A backfill takes in older weeks."""
SWEEP_INTERVAL = dt.timedelta(hours=6)
"""How often the site's list of posts is compared with every stored post."""

RETRY_AFTER = dt.timedelta(hours=1)
"""When a run is requested again whose post is still not stored: long after any run of one week has ended."""
MAX_REQUESTS = 2
"""Runs requested for one revision of a post. When both failed, people have been told and have to look."""

MOST_FOUND = 52
"""Weeks remembered whose post was found but is not stored."""

WeeksOf = Callable[[RawPost], tuple[dt.date, ...]]
"""The weeks of a post that can be stored, the one it names first."""


class RequestedRun(Struct, frozen=True, rename={"revision": "mark", "requests": "tries"}):
    """The last run requested for a post. It is kept in the cursor, under the names that `rename` gives."""

    revision: str
    """The post's content and weeks, as `revision_key` names them."""
    at: dt.datetime
    requests: int = 1
    """How many runs have been requested for this revision."""


class NewPostsState(
    Struct,
    frozen=True,
    omit_defaults=True,
    rename={"requested": "asked", "swept_at": "swept", "reported_gone": "gone"},
):
    """What one tick leaves to the next. It is kept in the cursor, under the names that `rename` gives."""

    read_until: dt.datetime | None = None
    requested: dict[int, RequestedRun] = {}
    """By post id."""
    swept_at: dt.datetime | None = None
    """When the site's list was last compared with the stored posts."""
    reported_gone: list[int] = []
    """Ids of posts that people have been told the site lists no longer."""
    outage: Outage | None = None
    reads_from: dt.datetime | None = None
    """The beginning of the first reading: everything since has been read without a gap."""
    found: dict[dt.date, dt.datetime] = {}
    """Weeks whose post was found but is not stored yet, and when it was found."""
    gone_posts: dict[int, GonePost] = {}
    """Stored posts that the last comparison did not find in the site's list."""


@dataclass(frozen=True)
class StoredRevision:
    """The content of a post that the session table holds under a week."""

    week: dt.date
    content_sha256: str
    heading_sha256: str = ""
    """Digest of title, slug and date; empty where it is not known."""

    def is_named(self, revision: str) -> bool:
        """Whether `revision_key` gives this name to what is stored. Without its heading the content decides."""
        weeks, content, heading = [*revision.split("/"), ""][:3]
        same_heading = not heading or not self.heading_sha256 or heading == self.heading_sha256
        return str(self.week) in weeks.split("+") and content == self.content_sha256 and same_heading


StoredRevisions = Mapping[int, list[StoredRevision]]
"""By post id; several where a post is of several weeks, or was moved to another."""


@dataclass(frozen=True)
class ChangedWeeks:
    """The weeks to run again, each with the posts that changed it."""

    to_run: dict[dt.date, list[RawPost]] = field(default_factory=dict)
    no_partition: dict[dt.date, list[RawPost]] = field(default_factory=dict)
    """Weeks that cannot be run: before the first partition, or too far ahead."""


def stored_revisions(weeks: Iterable[tuple[dt.date, Iterable[PostStamp]]]) -> dict[int, list[StoredRevision]]:
    """What the table holds of each post, from its weeks and the stamps of the posts they were made from."""
    stored: dict[int, list[StoredRevision]] = {}
    for week, stamps in weeks:
        for stamp in stamps:
            stored.setdefault(stamp.post_id, []).append(
                StoredRevision(week, stamp.content_sha256, stamp.heading_sha256)
            )
    return stored


def read_from(now: dt.datetime, state: NewPostsState) -> dt.datetime:
    """Posts published or edited from this time on have to be read."""
    return (state.read_until or now - FIRST_LOOK_BACK) - READ_OVERLAP


def record_found(
    now: dt.datetime, found: Iterable[dt.date], stored: StoredRevisions, state: NewPostsState
) -> NewPostsState:
    """The state after runs were requested for the weeks in `found`. A week that the table holds is dropped.

    The newest `MOST_FOUND` are kept, so that the cursor does not grow for ever.
    """
    held = {revision.week for revisions in stored.values() for revision in revisions}
    weeks = {**dict.fromkeys(found, now), **state.found}
    kept = sorted((week for week in weeks if week not in held), reverse=True)[:MOST_FOUND]
    return msgspec.structs.replace(state, found={week: weeks[week] for week in kept})


def look_of(now: dt.datetime, state: NewPostsState, failure: LookFailure | None = None) -> SiteLook:
    """The look at the site that left this state; with `failure` when it failed, now."""
    look = Look(state.read_until, now if failure else None, failure)
    return SiteLook(look, state.reads_from or read_from(now, state), state.found)


def posts_to_retry(now: dt.datetime, stored: StoredRevisions, state: NewPostsState) -> set[int]:
    """Ids of posts whose run was requested an hour ago or longer, that are not stored, and may be requested again."""
    return {
        post_id
        for post_id, run in state.requested.items()
        if _may_retry(now, run) and not _is_stored(run.revision, stored.get(post_id, []))
    }


def find_changed_weeks(
    now: dt.datetime,
    posts: Iterable[RawPost],
    weeks_of: WeeksOf,
    stored: StoredRevisions,
    state: NewPostsState,
    is_partition: Callable[[dt.date], bool],
) -> ChangedWeeks:
    """The weeks that new and edited posts belong to; of a moved post also the weeks it is stored under."""
    changed = ChangedWeeks()
    for post in posts:
        weeks = weeks_of(post)
        revision, revisions = revision_key(post, weeks), stored.get(post.id, [])
        if _is_stored(revision, revisions) or _is_in_progress(now, revision, state.requested.get(post.id)):
            continue
        for touched in {*weeks, *(old.week for old in revisions)}:
            by_week = changed.to_run if is_partition(touched) else changed.no_partition
            by_week.setdefault(touched, []).append(post)
    return changed


def record_requests(
    now: dt.datetime,
    read: Iterable[RawPost],
    requested: Iterable[RawPost],
    weeks_of: WeeksOf,
    state: NewPostsState,
) -> NewPostsState:
    """The state after the posts in `read` were read, and runs for those in `requested` were requested.

    A post that was not read this time and needs no retry is dropped, so that the cursor does not grow for ever.
    """
    read_ids = {post.id for post in read}
    runs = {
        post_id: run
        for post_id, run in state.requested.items()
        if post_id in read_ids or _may_need_retry(now, run)
    }
    for post in requested:
        revision, last = revision_key(post, weeks_of(post)), runs.get(post.id)
        requests = last.requests + 1 if last and last.revision == revision else 1
        runs[post.id] = RequestedRun(revision, now, requests)
    reads_from = state.reads_from or read_from(now, state)
    return msgspec.structs.replace(state, read_until=now, requested=runs, reads_from=reads_from)


def run_key(weeks: tuple[dt.date, dt.date], posts: Iterable[RawPost], state: NewPostsState) -> str:
    """Dagster's run key for first and last week: the same request has the same key and is launched only once.

    It names the revisions of the posts and how often each was requested, so that a retry is another request.
    """
    requests = {post_id: run.requests for post_id, run in state.requested.items()}
    revisions = sorted(
        f"{post.id} {post.modified_gmt} {post.content_sha256} {requests.get(post.id, 0)}" for post in posts
    )
    if not revisions:
        # A run because posts are gone, or listed again: another look, another request.
        revisions = [f"swept {state.read_until}"]
    digest = hashlib.sha256("\n".join(revisions).encode()).hexdigest()
    return f"posts/{weeks[0]}/{weeks[1]}/{digest[:16]}"


def is_sweep_due(now: dt.datetime, state: NewPostsState) -> bool:
    """Whether it is time to compare the site's list with every stored post."""
    interval = RECHECK_INTERVAL if is_watched(state.gone_posts) else SWEEP_INTERVAL
    return state.swept_at is None or now - state.swept_at >= interval


def newest_weeks(stored: StoredRevisions) -> dict[int, dt.date]:
    """The newest week that each stored post is in."""
    return {post_id: max(revision.week for revision in revisions) for post_id, revisions in stored.items()}


def sweep_soon(
    changed: Mapping[dt.date, Iterable[RawPost]], stored: StoredRevisions, state: NewPostsState
) -> NewPostsState:
    """The state that makes the next tick compare the lists, when a changed week already holds another post.

    The new post may stand in for one that was deleted.
    """
    held = {(revision.week, post_id) for post_id, revisions in stored.items() for revision in revisions}
    changing = {(week, post.id) for week, posts in changed.items() for post in posts}
    weeks = {week for week, _ in changing - held}
    is_beside = any(week in weeks for week, _ in held - changing)
    return msgspec.structs.replace(state, swept_at=None) if is_beside else state


def newly_gone(listed: Collection[int], stored: StoredRevisions, state: NewPostsState) -> dict[int, dt.date]:
    """Ids of stored posts that the site lists no longer and nobody was told of, with their newest week."""
    weeks = newest_weeks(stored)
    return {
        post_id: weeks[post_id] for post_id in sorted(set(stored) - set(listed) - set(state.reported_gone))
    }


def record_sweep(
    now: dt.datetime,
    listed: Collection[int],
    reported: Iterable[int],
    state: NewPostsState,
    gone_posts: Mapping[int, GonePost],
) -> NewPostsState:
    """The state after a sweep that reported these posts gone. A post listed again can be reported again later."""
    gone = sorted({*state.reported_gone, *reported} - set(listed))
    return msgspec.structs.replace(state, swept_at=now, reported_gone=gone, gone_posts=dict(gone_posts))


def reason_to_skip(
    week: dt.date, posts: Iterable[RawPost], weeks_of: WeeksOf, stored: StoredRevisions
) -> str:
    """Why the schedule need not run the week, whose posts are these; empty when it must."""
    listed = list(posts)
    if not listed:
        return f"No post for the week of {week} is published yet; looking again at the next tick."
    if all(_is_stored(revision_key(post, weeks_of(post)), stored.get(post.id, [])) for post in listed):
        return f"The week of {week} is stored as it is published."
    return ""


def revision_key(post: RawPost, weeks: Iterable[dt.date]) -> str:
    """Names the content, title, slug and date of a post under its weeks."""
    return f"{'+'.join(map(str, weeks))}/{post.content_sha256}/{heading_sha256(post)}"


def _is_stored(revision: str, stored: Sequence[StoredRevision]) -> bool:
    """Whether the table holds that revision under each of its weeks, and the post under no other."""
    weeks = revision.partition("/")[0].split("+")
    return len(stored) == len(weeks) and all(each.is_named(revision) for each in stored)


def _is_in_progress(now: dt.datetime, revision: str, run: RequestedRun | None) -> bool:
    """Whether a run for the revision was requested and is not to be requested again now."""
    return run is not None and run.revision == revision and not _may_retry(now, run)


def _may_need_retry(now: dt.datetime, run: RequestedRun) -> bool:
    """Whether the run has a retry left and was requested recently enough for it to matter."""
    return run.requests < MAX_REQUESTS and now - run.at < 2 * RETRY_AFTER


def _may_retry(now: dt.datetime, run: RequestedRun) -> bool:
    return run.requests < MAX_REQUESTS and now - run.at >= RETRY_AFTER
