"""Taking posts out of a stored week, in the session table and in every stage of the lake.

A run takes a post out of a week by itself when it fetches that week. Here are the other two cases: a post that a run
over another week has found to be dated there now, and a post that a person drops. Revisions of the post stay.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from wod_pipeline.errors import NotStored, StaleRevision, StillListed, StorageCorrupt, WouldEmptyWeek
from wod_pipeline.parsing import is_of_week, removed_post
from wod_pipeline.program import Outcome, PostStamp, RawPost, StoredWeek, Weekly, WeekRecords
from wod_pipeline.removals import RemovedPost
from wod_pipeline.storage import Lake, SessionTable, WeekChange
from wod_pipeline.storage.healing import read_healed
from wod_pipeline.storage.stages import STAGES, read_stage, read_stored_records, write_records, write_stage
from wod_pipeline.wording import count, first_of

log = logging.getLogger(__name__)

MAX_STALE = 3
"""Posts and weeks that one error about stale revisions names."""


@dataclass(frozen=True)
class Withdrawal:
    """The posts to take out of a week: those dated for another week now, and those that are gone for good."""

    moved_to: Mapping[int, dt.date]
    removed: tuple[RemovedPost, ...] = ()

    @property
    def post_ids(self) -> set[int]:
        """The ids of all of them."""
        return {*self.moved_to, *(post.post_id for post in self.removed)}


@dataclass(frozen=True)
class Withdrawn:
    """A week after posts were taken out of it: what it held before and holds now, and what that changed."""

    before: WeekRecords
    after: WeekRecords
    change: WeekChange


def find_moved_posts(
    others: Iterable[StoredWeek], posts: Mapping[dt.date, Iterable[PostStamp]]
) -> dict[dt.date, dict[int, dt.date]]:
    """Those `posts` of weeks of which another week holds an older revision: by that week, post id → new week.

    The same revision in both is no contradiction: nothing has been moved since the other week was stored.
    """
    newest = {stamp.post_id: (stamp, week) for week, stamps in posts.items() for stamp in stamps}
    moved: dict[dt.date, dict[int, dt.date]] = {}
    for entry in others:
        for stamp in entry.posts:
            if stamp.post_id in newest and _is_older(stamp, newest[stamp.post_id][0]):
                moved.setdefault(entry.week, {})[stamp.post_id] = newest[stamp.post_id][1]
    return moved


def leave_spanning(
    moved: Mapping[dt.date, Mapping[int, dt.date]], fetched: Mapping[dt.date, Weekly[RawPost]]
) -> dict[dt.date, dict[int, dt.date]]:
    """The `moved` posts without those that, as `fetched` with their new week, are of the old week as well."""
    posts = {post.id: post for value in fetched.values() for post in value.posts}
    left = {
        week: {
            number: to
            for number, to in moved_to.items()
            if number not in posts or not is_of_week(posts[number], week)
        }
        for week, moved_to in moved.items()
    }
    return {week: moved_to for week, moved_to in left.items() if moved_to}


def _is_older(old: PostStamp, new: PostStamp) -> bool:
    if old.modified_gmt != new.modified_gmt:
        return old.modified_gmt < new.modified_gmt
    same_heading = not old.heading_sha256 or old.heading_sha256 == new.heading_sha256
    return not (same_heading and old.content_sha256 == new.content_sha256)


def find_stale_posts(
    lake: Lake, others: Iterable[StoredWeek], posts: Mapping[dt.date, Iterable[PostStamp]]
) -> dict[dt.date, StaleRevision]:
    """The weeks of `posts` that hold an older revision of a post than another week does, and the error that says so.

    Stored as well, the post would be in both weeks. Its site may have gone back to the older revision, as a restored
    backup does, or a cache may have answered for it: only a run over the other week can tell.
    """
    newest = _newest_elsewhere(others)
    stale: dict[dt.date, dict[int, dt.date]] = {}
    for week, stamps in posts.items():
        for stamp in stamps:
            other, other_week = newest.get(stamp.post_id, (stamp, week))
            if stamp.modified_gmt and stamp.modified_gmt < other.modified_gmt:
                stale.setdefault(week, {})[stamp.post_id] = other_week
    if not stale:
        return {}
    weeks = {other for where in stale.values() for other in where.values()}
    left = leave_spanning(stale, read_stage(lake, "raw_posts", weeks, _leave_corrupt))
    return {week: _stale(week, where) for week, where in left.items()}


def _newest_elsewhere(others: Iterable[StoredWeek]) -> dict[int, tuple[PostStamp, dt.date]]:
    """The newest revision of each post in those weeks, and the week that has it; by post id."""
    stamps = [(stamp, entry.week) for entry in others for stamp in entry.posts]
    return {
        stamp.post_id: (stamp, week) for stamp, week in sorted(stamps, key=lambda one: one[0].modified_gmt)
    }


def _stale(week: dt.date, where: Mapping[int, dt.date]) -> StaleRevision:
    posts = first_of([f"post {number} in week {other}" for number, other in sorted(where.items())], MAX_STALE)
    runs = [f"wod materialize --week {other}" for other in sorted({*where.values()})[:MAX_STALE]]
    return StaleRevision(
        f"Week {week}: newer revisions are stored of {', '.join(posts)}. Both weeks are unchanged.",
        fix=f"Run first: {'; '.join(runs)}. What has left that week since is then stored by: wod materialize --week "
        f"{week}.",
    )


def posts_to_withdraw(
    lake: Lake, table: SessionTable, posts: Mapping[dt.date, Iterable[PostStamp]], of_run: Collection[dt.date]
) -> dict[dt.date, dict[int, dt.date]]:
    """The posts of the stored weeks that leave weeks outside the run, as `find_moved_posts` gives them."""
    moved = find_moved_posts((entry for entry in table.weeks() if entry.week not in of_run), posts)
    new_weeks = {week for moved_to in moved.values() for week in moved_to.values()}
    return leave_spanning(moved, read_stage(lake, "raw_posts", new_weeks, _leave_corrupt)) if moved else {}


def withdraw_posts(
    lake: Lake, table: SessionTable, week: dt.date, withdrawal: Withdrawal, *, allow_empty: bool = False
) -> Withdrawn:
    """Take the posts out of the week. Raises `NotStored` when the table does not have the week, `WouldEmptyWeek` when
    removed posts leave it without a session, unless `allow_empty`, and `StorageError`.

    The table comes first: what remains in the lake after a failure, the next run over the week takes out.
    """
    before = _stored(table, week)
    if not allow_empty:
        _refuse_emptying(before, withdrawal)
    after = _without(before, withdrawal.post_ids)
    change = table.replace_week(after, allow_empty=allow_empty)
    for stage in STAGES:
        # A corrupt object is made anew first: left as it is, it would bring the posts back when it is.
        values, _ = read_healed(lake, stage, [week])
        write_stage(lake, stage, {week: _without_posts(value, withdrawal) for week, value in values.items()})
    # The lake's own records: those of the table may have been cut to its limits.
    whole = read_stored_records(lake, [week]).get(week, before.records)
    write_records(lake, {week: _without(msgspec.structs.replace(before, records=whole), withdrawal.post_ids)})
    return Withdrawn(before, after, change)


def _leave_corrupt(week: dt.date, error: StorageCorrupt) -> None:
    """The next run over the week makes the object anew."""
    log.warning("Week %s: %s", week, error)


def _without(value: WeekRecords, posts: Collection[int]) -> WeekRecords:
    stamps = [stamp for stamp in value.posts if stamp.post_id not in posts]
    records = [record for record in value.records if record.post_id not in posts]
    withdrawn = sorted({*value.withdrawn, *posts})
    return WeekRecords(value.week, _outcome(stamps, records), stamps, records, withdrawn)


def _outcome(posts: Collection[object], records: Collection[object]) -> Outcome:
    if records:
        return Outcome.PUBLISHED
    return Outcome.NO_SESSION if posts else Outcome.NOT_PUBLISHED


def _stored(table: SessionTable, week: dt.date) -> WeekRecords:
    value = table.read_week(week)
    if value is None:
        raise NotStored(f"The session table has nothing for week {week}.", fix="Look at `wod status`.")
    return value


def _refuse_emptying(before: WeekRecords, withdrawal: Withdrawal) -> None:
    """Refuse to remove posts that hold all sessions of the week; that they are dated elsewhere now is no removal."""
    left = [record for record in before.records if record.post_id not in withdrawal.post_ids]
    if left or not before.records or not withdrawal.removed:
        return
    posts = ", ".join(map(str, sorted(withdrawal.post_ids)))
    raise WouldEmptyWeek(
        f"The {count(before.records, 'session')} of week {before.week} are all from post {posts}: without it the "
        "week has none. Nothing was changed.",
        fix=f"If they are to go all the same: wod posts drop {posts} --allow-empty, or in the launchpad of the "
        f"job drop_post ops: {{drop_gone_post: {{config: {{post_id: {posts}, allow_empty: true}}}}}}.",
    )


def _without_posts(value: Weekly[Any], withdrawal: Withdrawal) -> Weekly[Any]:
    """The week at one stage without the posts, which are noted as moved or removed."""
    ids = withdrawal.post_ids
    posts = [post for post in value.posts if _id_of(post) not in ids]
    return msgspec.structs.replace(
        value,
        outcome=value.outcome if posts else Outcome.NOT_PUBLISHED,
        posts=posts,
        gone=[number for number in value.gone if number not in ids],
        gone_since=[(number, since) for number, since in value.gone_since if number not in ids],
        moved=sorted({*value.moved, *withdrawal.moved_to}),
        moved_to=sorted({**dict(value.moved_to), **withdrawal.moved_to}.items()),
        removed=[*(post for post in value.removed if post.post_id not in ids), *withdrawal.removed],
    )


def _id_of(post: Any) -> int | None:
    number: int | None = post.id if isinstance(post, RawPost) else post.source.post_id
    return number


# ---------------------------------------------------------------------------------------------- by a person
@dataclass(frozen=True)
class PostInWeek:
    """A post that a stored week was made from; `title` is empty when the lake has lost it."""

    week: dt.date
    post_id: int
    program: str
    title: str = ""
    gone_since: dt.datetime | None = None
    """Since when the site has not listed it, as the last run of the week saw it; None: it was listed."""


def gone_posts(
    lake: Lake, weeks: Iterable[dt.date], on_corrupt: Callable[[dt.date, StorageCorrupt], None]
) -> list[tuple[dt.date, RemovedPost, bool]]:
    """Every post of the weeks that the site no longer lists, and whether its sessions are still stored."""
    found: list[tuple[dt.date, RemovedPost, bool]] = []
    for week, raw in sorted(read_stage(lake, "raw_posts", weeks, on_corrupt).items()):
        since = dict(raw.gone_since)
        absent = [post for post in raw.posts if post.id in raw.gone]
        kept = [removed_post(post, since.get(post.id, UNKNOWN_TIME), replaced_by=None) for post in absent]
        found += [(week, post, True) for post in kept] + [(week, post, False) for post in raw.removed]
    return found


UNKNOWN_TIME = dt.datetime.min.replace(tzinfo=dt.timezone.utc)
"""Since when a post has been gone that an older version noted without a time."""


def find_post(lake: Lake, table: SessionTable, post_id: int) -> list[PostInWeek]:
    """The post in each stored week that was made from it. Raises `NotStored` when none was."""
    programs = {
        entry.week: stamp.program
        for entry in table.weeks()
        for stamp in entry.posts
        if stamp.post_id == post_id
    }
    if not programs:
        raise _not_stored(lake, table, post_id)
    fetched = read_stage(lake, "raw_posts", programs, _leave_corrupt)
    return [_post_in_week(week, post_id, programs[week], fetched.get(week)) for week in sorted(programs)]


def _not_stored(lake: Lake, table: SessionTable, post_id: int) -> NotStored:
    """The error for a post without sessions, which says so when it was taken out of its week before."""
    rows = gone_posts(lake, (entry.week for entry in table.weeks()), _leave_corrupt)
    for week, post, kept in rows:
        if post.post_id == post_id and not kept:
            fate = f"replaced by post {post.replaced_by}" if post.replaced_by else "dropped"
            return NotStored(
                f"Post {post_id} is in week {week} no longer: it was {fate}.", fix="There is nothing to do."
            )
    return NotStored(f"No stored week was made from post {post_id}.", fix="`wod posts gone` lists ids.")


def _post_in_week(week: dt.date, post_id: int, program: str, raw: Weekly[RawPost] | None) -> PostInWeek:
    post = next((post for post in raw.posts if post.id == post_id), None) if raw else None
    if raw is None or post is None:
        return PostInWeek(week, post_id, program)
    since = dict(raw.gone_since).get(post_id, UNKNOWN_TIME) if post_id in raw.gone else None
    return PostInWeek(week, post_id, program, removed_post(post, UNKNOWN_TIME, replaced_by=None).title, since)


def drop_post(
    lake: Lake,
    table: SessionTable,
    post_id: int,
    fetch_ids: Callable[[set[int]], Collection[RawPost]],
    now: dt.datetime,
    *,
    allow_empty: bool = False,
) -> list[Withdrawn]:
    """Take a post that the source no longer lists out of every week; `fetch_ids` asks the source for listed posts.

    Raises `StillListed` for a post that the next run would bring back, and as `find_post` and `withdraw_posts` do.
    """
    places = find_post(lake, table, post_id)
    if fetch_ids({post_id}):
        raise StillListed(
            f"The site still lists post {post_id}: the next run would bring it back.",
            fix="Take it off the site, then drop it here.",
        )
    withdrawals = {place.week: Withdrawal({}, (_as_removed(place, now),)) for place in places}
    if not allow_empty:  # every week is looked at before the first is changed
        for week, withdrawal in withdrawals.items():
            _refuse_emptying(_stored(table, week), withdrawal)
    return [
        withdraw_posts(lake, table, week, withdrawal, allow_empty=allow_empty)
        for week, withdrawal in withdrawals.items()
    ]


def _as_removed(place: PostInWeek, now: dt.datetime) -> RemovedPost:
    return RemovedPost(place.post_id, place.program, place.title, place.gone_since or now)
