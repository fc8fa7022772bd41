"""Where each week stands, judged from what is stored: pure, shared by `wod status` and whoever else asks.

A week is judged by its outcome and by whether the table holds what was fetched, never by whether a run once
succeeded.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from enum import Enum

from msgspec import Struct

from wod_pipeline.program import Outcome, PostStamp, RawPost, Weekly, WeekRecords


class State(str, Enum):
    """What a week is, in the words of `wod status`."""

    STORED = "stored"
    FLAGGED = "flagged"
    """Stored, but something about it should be looked at."""
    NO_SESSION = "no session"
    NOT_PUBLISHED = "not published"
    FAILED = "failed"
    """Fetched, but the table does not hold what was fetched: a run did not get to the end."""
    MISSING = "missing"
    """Never fetched."""


class WeekStatus(Struct):
    """One week: its state, how many sessions are stored, and what there is to know about it."""

    week: dt.date
    state: State
    sessions: int
    posts: list[int]
    remarks: list[str]


def status_of(
    weeks: Iterable[dt.date],
    fetched: Mapping[dt.date, Weekly[RawPost]],
    stored: Mapping[dt.date, WeekRecords],
) -> list[WeekStatus]:
    """Judge each week, newest first, from what was fetched and what the table holds of it."""
    return [_judge(week, fetched.get(week), stored.get(week)) for week in sorted(weeks, reverse=True)]


def _judge(week: dt.date, raw: Weekly[RawPost] | None, records: WeekRecords | None) -> WeekStatus:
    remarks = [*_remarks_on_posts(raw), *_remarks_on_records(records)]
    return WeekStatus(
        week=week,
        state=_state(raw, records, remarks),
        sessions=len(records.records) if records else 0,
        posts=[post.id for post in raw.posts] if raw else [],
        remarks=remarks,
    )


def _state(raw: Weekly[RawPost] | None, records: WeekRecords | None, remarks: list[str]) -> State:
    if raw is None and records is None:
        return State.MISSING
    if records is None or (raw is not None and not made_from(records.posts, raw)):
        return State.FAILED
    if records.outcome is Outcome.NOT_PUBLISHED:
        return State.NOT_PUBLISHED
    if records.outcome is Outcome.NO_SESSION:
        return State.NO_SESSION
    return State.FLAGGED if remarks else State.STORED


def made_from(stamps: Iterable[PostStamp], raw: Weekly[RawPost]) -> bool:
    """Whether what carries these stamps was made from exactly the posts as last fetched."""
    return {(stamp.post_id, stamp.content_sha256) for stamp in stamps} == {
        (p.id, p.content_sha256) for p in raw.posts
    }


def _remarks_on_posts(raw: Weekly[RawPost] | None) -> list[str]:
    if raw is None:
        return []
    protected = [post.id for post in raw.posts if post.content.protected]
    found = ((raw.gone, "no longer on the site"), (protected, "password-protected"))
    return [f"post {', '.join(map(str, ids))} {words}" for ids, words in found if ids]


def _remarks_on_records(records: WeekRecords | None) -> list[str]:
    """Each warning of the parser once, in reading order."""
    if records is None:
        return []
    warnings = (d.message or d.code for r in records.records for d in r.diagnostics if d.severity != "info")
    return list(dict.fromkeys(warnings))
