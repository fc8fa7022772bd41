"""The state of each week, judged from what is stored. Pure.

A week is judged by its outcome and by whether the session table holds what was fetched, not by whether a run
succeeded. Why a week or a day has no session is explained in `absence`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from types import MappingProxyType

from msgspec import Struct

from wod_pipeline.bounds import LINKS_READ
from wod_pipeline.parser_version import PARSER_VERSION, is_stale, oldest_parser
from wod_pipeline.program import Outcome, PostStamp, RawPost, StoredWeek, Weekly, WeekRecords
from wod_pipeline.quality import MALFORMED, malformed_posts, unsound
from wod_pipeline.weeks import DAY, WEEK
from wod_pipeline.wording import emptying_command, first_of, plural


class WeekState(str, Enum):
    """The state of a week, in the words of `wod status`."""

    STORED = "stored"
    FLAGGED = "flagged"
    """Stored, with remarks a person should look at."""
    NO_SESSION = "no session"
    NOT_PUBLISHED = "not published"
    FAILED = "failed"
    """The table does not hold what was fetched, as a run stopped before its end, or not its post's last edit."""
    STALE = "stale"
    """Made by an older version of the parser, which this program's may read otherwise."""
    CORRUPT = "corrupt"
    """What is stored of the week cannot be read back; running it again makes it anew."""
    MISSING = "missing"
    """Never fetched."""


_STATES = {
    Outcome.PUBLISHED: WeekState.STORED,
    Outcome.NO_SESSION: WeekState.NO_SESSION,
    Outcome.NOT_PUBLISHED: WeekState.NOT_PUBLISHED,
}


class WeekStatus(Struct):
    """One week: its state, how many sessions are stored, the ids of its posts, and remarks for a person."""

    week: dt.date
    state: WeekState
    sessions: int
    posts: list[int]
    remarks: list[str]


def status_of(
    weeks: Iterable[dt.date],
    fetched: Mapping[dt.date, Weekly[RawPost]],
    stored: Mapping[dt.date, WeekRecords],
    corrupt: Mapping[dt.date, Sequence[str]] = MappingProxyType({}),
) -> list[WeekStatus]:
    """Judge each week, newest first, from what was fetched and what the table holds of it.

    `corrupt` says of a week what could not be read back.
    """
    elsewhere = [
        (post, week) for week, raw in fetched.items() for post in raw.posts if is_dated_elsewhere(post, week)
    ]
    newer = newer_elsewhere(fetched)
    return [
        _judge(
            week,
            fetched.get(week),
            stored.get(week),
            corrupt.get(week, ()),
            _published_for(week, elsewhere),
            newer.get(week, {}),
        )
        for week in sorted(weeks, reverse=True)
    ]


def newer_elsewhere(fetched: Mapping[dt.date, Weekly[RawPost]]) -> dict[dt.date, dict[int, dt.date]]:
    """The weeks that hold a post as it was before an edit that another week has: post id → that week.

    A post of several weeks, or one that was given another date, was then fetched for the other week alone. One that
    the site no longer lists cannot be fetched anew.
    """
    newest: dict[int, tuple[str, dt.date]] = {}
    for week, raw in fetched.items():
        for post in raw.posts:
            newest[post.id] = max(newest.get(post.id, ("", week)), (post.modified_gmt, week))
    older = {
        week: {
            post.id: newest[post.id][1]
            for post in raw.posts
            if post.id and post.id not in raw.gone and post.modified_gmt < newest[post.id][0]
        }
        for week, raw in fetched.items()
    }
    return {week: posts for week, posts in older.items() if posts}


def _judge(
    week: dt.date,
    raw: Weekly[RawPost] | None,
    records: WeekRecords | None,
    corrupt: Sequence[str],
    elsewhere: Sequence[str],
    newer: Mapping[int, dt.date],
) -> WeekStatus:
    state = WeekState.CORRUPT if corrupt else _state(raw, records)
    failure = [_why_failed(raw, records)] if raw and state is WeekState.FAILED else []
    if newer and state is WeekState.STORED:
        state, failure = WeekState.FAILED, [_why_old(week, post, other) for post, other in newer.items()]
    stale = [_why_stale(raw, records)] if records and state is WeekState.STALE else []
    misdated = elsewhere if state in {WeekState.NOT_PUBLISHED, WeekState.MISSING} else ()
    remarks = [*corrupt, *failure, *stale, *misdated, *_remarks_on_posts(raw), *_cut_posts(raw, records)]
    remarks += _remarks_on_records(records)
    return WeekStatus(
        week=week,
        state=WeekState.FLAGGED if remarks and state is WeekState.STORED else state,
        sessions=len(records.records) if records else 0,
        posts=[post.id for post in raw.posts] if raw else [],
        remarks=remarks,
    )


FAR_OFF = dt.timedelta(days=14)
"""A post that names a week farther than this from its publication may name the wrong date."""


def publication_days(week: dt.date) -> tuple[dt.date, dt.date]:
    """The days on which a week's post is published as a rule: from a week before it to its end."""
    return week - WEEK, week + WEEK - DAY


def is_dated_elsewhere(post: RawPost, week: dt.date) -> bool:
    """Whether the post, which names `week`, was published far from it; False without a publication day."""
    published = _publication_day(post)
    return published is not None and not week - FAR_OFF <= published <= week + WEEK - DAY + FAR_OFF


def name_elsewhere(posts: Iterable[tuple[RawPost, dt.date]]) -> list[str]:
    """Of posts and the weeks they name: ``post 7, published on 2026-11-22, names the week of 2025-11-24``; a few."""
    lines = [
        f"post {post.id}, published on {_publication_day(post)}, names the week of {week}"
        for post, week in posts
    ]
    return first_of(lines, 3)


def _published_for(week: dt.date, elsewhere: Iterable[tuple[RawPost, dt.date]]) -> list[str]:
    """The posts published when this week's would be, of those that name a week far off."""
    first, last = publication_days(week)
    return name_elsewhere(
        (post, named) for post, named in elsewhere if first <= (_publication_day(post) or dt.date.min) <= last
    )


def _publication_day(post: RawPost) -> dt.date | None:
    try:
        return dt.date.fromisoformat(post.date[:10])
    except ValueError:
        return None


def needs_run(raw: Weekly[RawPost] | None, stored: WeekRecords | StoredWeek | None) -> bool:
    """Whether the week may gain from a run: it has no stored sessions, or not those that this program's parser makes
    of its posts as last fetched.
    """
    return _state(raw, stored) is not WeekState.STORED


def needs_derivation(raw: Weekly[RawPost] | None, stored: WeekRecords | StoredWeek | None) -> bool:
    """Whether the week may gain from being made again from its raw posts; one without a session gains nothing."""
    without_session = {WeekState.NO_SESSION, WeekState.NOT_PUBLISHED}
    return needs_run(raw, stored) and _state(raw, stored) not in without_session


def _state(raw: Weekly[RawPost] | None, stored: WeekRecords | StoredWeek | None) -> WeekState:
    """The state of a week, remarks left aside."""
    if raw is None and stored is None:
        return WeekState.MISSING
    if stored is None or (raw is not None and not made_from(stored.posts, raw)):
        return WeekState.FAILED
    return WeekState.STALE if is_stale(stored.posts) else _STATES[stored.outcome]


def made_from(stamps: Iterable[PostStamp], raw: Weekly[RawPost]) -> bool:
    """Whether records with these stamps were made from exactly the posts last fetched.

    A changed title or date leaves the content as it was, but not the time of modification.
    """
    return {(stamp.post_id, stamp.content_sha256, stamp.modified_gmt) for stamp in stamps} == {
        (post.id, post.content_sha256, post.modified_gmt) for post in raw.posts
    }


def _why_old(week: dt.date, post: int, other: dt.date) -> str:
    return (
        f"post {post} is stored as it was before an edit that the week of {other} has:"
        f" wod materialize --week {week}"
    )


def _why_failed(raw: Weekly[RawPost], stored: WeekRecords | None) -> str:
    """Why the table does not hold the posts as fetched: the table's own rules, tried again on what they parse to."""
    # Imported here, since most readers of this module need no parser.
    from wod_pipeline.parsing import parse_post
    from wod_pipeline.records import records_of

    fetched = records_of(raw.with_posts([parse_post(post) for post in raw.posts], PARSER_VERSION))
    if reason := unsound(fetched):
        return f"not stored: {reason}"
    newest = {stamp.post_id: stamp.modified_gmt for stamp in stored.posts} if stored else {}
    older = [post.id for post in raw.posts if "" < post.modified_gmt < newest.get(post.id, "")]
    if older:
        return f"not stored: a newer revision of {_posts(older)} is"
    if stored and stored.records and not fetched.records:
        return (
            "not stored: the posts as fetched hold no session, so the stored ones are kept; if they should go: "
            + emptying_command(raw.week, from_stored=False)
        )
    return f"a run stopped before its end: wod materialize --week {raw.week}"


def _why_stale(raw: Weekly[RawPost] | None, records: WeekRecords) -> str:
    oldest = oldest_parser(records.posts)
    made = f"version {oldest}" if oldest else "of unknown version"
    remedy = "wod materialize --from-stored --missing"
    if raw is None:
        # Without listing the lake it is not known whether revisions are kept.
        remedy = (
            f"its raw posts are gone; {remedy} makes them again where their revisions are kept, "
            f"otherwise fetch them: wod materialize --week {records.week}"
        )
    elif emptied := _emptied_posts(raw, records):
        remedy = (
            f"this program's reads no session in {_posts(emptied)}, so the stored ones are kept; if they should go: "
            + emptying_command(raw.week, from_stored=True)
        )
    return f"made by an older parser ({made}; this program's is {PARSER_VERSION}): {remedy}"


def _emptied_posts(raw: Weekly[RawPost], records: WeekRecords) -> list[int]:
    """Posts with stored sessions in which this program's parser finds none: the table refuses such a week.

    Their outlines are enough; all of the parse takes ten times as long.
    """
    # Imported here, since most readers of this module need no parser.
    from wod_pipeline.parsing import outline_post, read_post

    filled = {record.post_id for record in records.records}
    return [post.id for post in raw.posts if post.id in filled and not outline_post(read_post(post)).sessions]


def _remarks_on_posts(raw: Weekly[RawPost] | None) -> list[str]:
    if raw is None:
        return []
    protected = [post.id for post in raw.posts if post.content.protected]
    remarks = ((raw.gone, "no longer on the site"), (protected, "password-protected"))
    malformed = [f"{name} was sent damaged: {problems}" for name, problems in malformed_posts(raw)]
    return [*(f"{_posts(ids)} {words}" for ids, words in remarks if ids), *malformed]


def _cut_posts(raw: Weekly[RawPost] | None, records: WeekRecords | None) -> list[str]:
    """What is not read of the posts without a session; the sessions of others say so."""
    # Imported here, since most readers of this module need no parser.
    from wod_pipeline.parsing import read_post

    filled = {record.post_id for record in records.records} if records else set()
    empty = [post for post in raw.posts if post.id not in filled] if raw else []
    # A shorter post meets no bound, and need not be read.
    unread = {
        post.id: read_post(post).unread for post in empty if len(post.content.rendered) > LINKS_READ.most
    }
    return [
        f"post {post_id} is too long to be read whole: {', '.join(words)} not read"
        for post_id, words in unread.items()
        if words
    ]


def _posts(ids: Sequence[int]) -> str:
    """``post 7``, ``posts 7, 8``."""
    return f"{plural(len(ids), 'post')} {', '.join(map(str, ids))}"


def _remarks_on_records(records: WeekRecords | None) -> list[str]:
    """Every different warning of the parser, in reading order."""
    if records is None:
        return []
    found = (d for record in records.records for d in record.diagnostics)
    # Malformed posts are named by `_remarks_on_posts`, with those that have no session.
    warnings = (d.message or d.code for d in found if d.severity != "info" and d.code != MALFORMED)
    return list(dict.fromkeys(warnings))
