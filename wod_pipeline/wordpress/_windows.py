"""Which posts to fetch for training weeks, and which stored posts have been moved or removed since.

The decisions are functions of plain values; only `gather_weeks` reads from the source. The parser determines the
weeks of a post (`weeks_of`): a post of two weeks is in both.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from wod_pipeline.parsing import UNDATED_WEEK, week_of, weeks_of
from wod_pipeline.program import Outcome, RawPost, Weekly
from wod_pipeline.quality import name_post
from wod_pipeline.removals import RemovedPost
from wod_pipeline.watching.gone import too_many_gone
from wod_pipeline.weeks import DAY
from wod_pipeline.wording import count
from wod_pipeline.wordpress._gone import absent_since, replace_gone, replace_redated
from wod_pipeline.wordpress._source import PostSource

log = logging.getLogger(__name__)

PUBLISHED_EARLY = dt.timedelta(weeks=10)
"""How long before its week a post may be published: usually the Sunday before, weeks earlier before a holiday."""
PUBLISHED_LATE = dt.timedelta(weeks=54)
"""How long after its week a post may be published. Usually it never is; but in January a coach may still type the
old year into a title, which dates the post a year before its publication. A year of weekly posts is one page.

A post outside both margins is fetched by its id: when it is stored already, or the run is told of it."""
CHUNK_WEEKS = 52
"""Weeks fetched together: about a hundred posts on two pages, few enough to repeat after a failure."""

PostWeeks = Callable[[RawPost], tuple[dt.date, ...]]
Window = tuple[dt.date, dt.date]


def gather_weeks(
    source: PostSource,
    weeks: Sequence[dt.date],
    previous: Mapping[dt.date, Weekly[RawPost]],
    warn: Callable[[str], None] = log.warning,
    now: dt.datetime | None = None,
    also: Collection[int] = (),
) -> dict[dt.date, Weekly[RawPost]]:
    """The posts of each of the weeks (Mondays), as the source lists them now.

    `previous` holds the stored posts of these weeks. A stored post that the source now lists under another week
    is recorded in `moved`; one that it no longer lists is kept and recorded in `gone`, or leaves the week for
    `removed` when another post replaces it (`_gone`). `now` is when the source is read, otherwise the current moment.
    `also` are ids of posts that may be of these weeks and were published too early or too late to be found.
    Raises `SourceError` when the source could not be read completely; then no week is returned. `warn` is told of
    posts that have neither an id nor a date. Their week is not known, so they are among those `without_id` of the
    newest of the weeks, which such a post is most likely of.
    """
    now = now or dt.datetime.now(dt.timezone.utc).replace(microsecond=0)
    listed = [post for days in publication_windows(weeks) for post in source.fetch_published(*days)]
    missing = missing_ids(weeks, previous, listed) | (set(also) - {post.id for post in listed})
    if missing:
        listed += source.fetch_ids(missing)
    lost = [post for post in listed if not post.id and week_of(post) == UNDATED_WEEK]
    if lost:
        warn(f"{count(lost, 'post')} without id and date left out: {', '.join(map(name_post, lost))}")
    gathered = assign_posts(weeks, previous, listed, weeks_of, now)
    if lost:
        newest = gathered[max(weeks)]
        unique = {post.received: post for post in (*newest.without_id, *lost)}
        gathered[newest.week] = replace(newest, without_id=[unique[received] for received in sorted(unique)])
    return gathered


def publication_windows(weeks: Iterable[dt.date]) -> list[Window]:
    """Ranges of publication days (first, last) that cover every post of the weeks; adjacent ranges are joined."""
    windows: list[Window] = []
    for week in sorted(weeks):
        first, last = week - PUBLISHED_EARLY, week + PUBLISHED_LATE
        if windows and first <= windows[-1][1] + DAY:
            first = windows.pop()[0]
        windows.append((first, last))
    return windows


def is_published_near(post: RawPost, week: dt.date) -> bool:
    """Whether a run of the week finds the post by its day of publication."""
    ((first, last),) = publication_windows([week])
    return post.was_published_within(first, last)


def missing_ids(
    weeks: Iterable[dt.date], previous: Mapping[dt.date, Weekly[RawPost]], listed: Collection[RawPost]
) -> set[int]:
    """Ids of the posts of the weeks, those removed from them included, that are not among the listed ones."""
    stored = {number for week in weeks if week in previous for number in _known_ids(previous[week])}
    return stored - {post.id for post in listed}


def _known_ids(week: Weekly[RawPost]) -> set[int]:
    return {post.id for post in week.posts} | {post.post_id for post in week.removed}


def assign_posts(
    weeks: Sequence[dt.date],
    previous: Mapping[dt.date, Weekly[RawPost]],
    listed: Iterable[RawPost],
    weeks_of: PostWeeks,
    now: dt.datetime,
) -> dict[dt.date, Weekly[RawPost]]:
    """Each week with its posts. `listed` must hold every post of the source that is stored under one of the weeks
    or may belong to it.
    """
    by_id = {post.id or post.received: post for post in listed}
    stored = [post.id for week in weeks if week in previous for post in previous[week].posts]
    look = _Look(
        {number: weeks_of(post) for number, post in by_id.items()},
        now,
        in_doubt=too_many_gone(len(set(stored) - by_id.keys()), len(stored)),
    )
    by_week: dict[dt.date, list[RawPost]] = look.by_week
    for number, its_weeks in look.listed.items():
        for week in its_weeks:
            by_week.setdefault(week, []).append(by_id[number])
    return {week: _update_week(week, previous.get(week), by_week.get(week, []), look) for week in weeks}


@dataclass(frozen=True)
class _Look:
    """One reading of the source: the weeks of every post it lists, by id; `in_doubt`: too many posts are absent.

    A post without an id is under its JSON.
    """

    listed: Mapping[int | str, tuple[dt.date, ...]]
    at: dt.datetime
    in_doubt: bool
    by_week: dict[dt.date, list[RawPost]] = field(default_factory=dict)

    def elsewhere(self, week: dt.date) -> list[RawPost]:
        """The listed posts of other weeks."""
        posts = {post.id: post for other, posts in self.by_week.items() if other != week for post in posts}
        return [post for number, post in posts.items() if number and week not in self.listed[number]]

    def week_named(self, number: int) -> dt.date | None:
        """The week that a listed post names."""
        return self.listed[number][0] if number in self.listed else None


def _update_week(
    week: dt.date, previous: Weekly[RawPost] | None, found: list[RawPost], look: _Look
) -> Weekly[RawPost]:
    current = [post for post in found if post.id]
    stored = previous.posts if previous else []
    absent = [post for post in stored if post.id not in look.listed]
    since = absent_since(absent, previous, look.at)
    ids = {post.id for post in stored}
    removed = replace_gone(absent, current, since, look.at, week=week, stored=ids, in_doubt=look.in_doubt)
    left = [post for post in absent if post.id not in {one.post_id for one in removed}]
    if not look.in_doubt:
        removed += replace_redated(left, look.elsewhere(week), since, look.at)
    gone = [post for post in absent if post.id not in {one.post_id for one in removed}]
    posts = sorted([*current, *gone], key=lambda post: (post.date, post.id))
    moved = _moved(previous, posts, look)
    return Weekly(
        week=week,
        outcome=Outcome.PUBLISHED if posts else Outcome.NOT_PUBLISHED,
        posts=posts,
        gone=sorted(post.id for post in gone),
        moved=sorted(moved),
        without_id=sorted((post for post in found if not post.id), key=lambda post: post.received),
        gone_since=sorted((post.id, since[post.id]) for post in gone),
        moved_to=[(number, to) for number in sorted(moved) if (to := moved[number])],
        removed=[*_still_removed(previous, look), *removed],
    )


def _moved(previous: Weekly[RawPost] | None, posts: list[RawPost], look: _Look) -> dict[int, dt.date | None]:
    """The posts that left the week, with the week they belong to now; None where the source does not say.

    Earlier moves stay recorded: if the rest of this run fails, the repeated run must still see them.
    """
    if previous is None:
        return {}
    left = {post.id for post in previous.posts if post.id in look.listed} | set(previous.moved)
    here, before = {post.id for post in posts}, dict(previous.moved_to)
    return {number: look.week_named(number) or before.get(number) for number in left - here}


def _still_removed(previous: Weekly[RawPost] | None, look: _Look) -> list[RemovedPost]:
    """Posts removed earlier stay so until the source lists them again."""
    return [post for post in previous.removed if post.post_id not in look.listed] if previous else []
