"""The header of a stored week, and the decision how to replace the week. Pure.

The *header* is one small item that lists the sessions of the week, each with the digest of its record. Header and
sessions are written together. So a reader can check whether the sessions it has read are exactly those of the header,
and a writer can compute what would change without reading a session.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec import Struct

from wod_pipeline.errors import StaleRevision, StorageCorrupt, StorageRefused, WouldEmptyWeek
from wod_pipeline.program import Outcome, PostStamp, SessionRecord, StoredWeek, WeekRecords, sha256_of
from wod_pipeline.storage import WeekChange
from wod_pipeline.storage._items import DIGEST, WEEKS, Item, Key, as_item, item_key, record_from_item
from wod_pipeline.wording import count


class ListedSession(Struct, frozen=True):
    """A session in a header: its key, its post and the digest of its record."""

    date: str
    session: str
    post_id: int
    sha256: str

    @property
    def key(self) -> Key:
        """The key of the session's item."""
        return self.date, self.session


class Header(Struct, omit_defaults=True):
    """A week without its records. `version` counts replacements of the week.

    `count` is the number of sessions and `digest` that of their records, so that a list of weeks can be read without
    them; headers of version 0.1.0 have no digest. `staged` names the staging
    area while a large week is written (see `_dynamo_staging`): sessions in `unsettled` are read from there, and keys
    in `leaving` are still to be deleted.
    """

    outcome: Outcome
    posts: list[PostStamp]
    version: int
    count: int
    sessions: list[ListedSession] = []
    digest: str = ""
    moved: list[int] = []
    staged: str = ""
    unsettled: list[Key] = []
    leaving: list[Key] = []


# Builds msgspec's description of the type, which two threads must not do at once (see `program`).
msgspec.json.Decoder(Header)


@dataclass(frozen=True)
class Plan:
    """The writes that replace a week: a header and items to put, keys to delete. `header` None: nothing to write."""

    header: Header | None
    puts: list[Item] = field(default_factory=list)
    deletes: list[Key] = field(default_factory=list)
    change: WeekChange = field(default_factory=lambda: WeekChange(0, 0, 0))


def plan_replacement(stored: Header | None, value: WeekRecords, *, allow_empty: bool) -> Plan:
    """The changes that make the stored week equal to `value`.

    Raises `StaleRevision`, `WouldEmptyWeek`, and `StorageRefused` for a value with a session of another week or the
    same session twice.
    """
    sessions = _listed_sessions(value)
    if stored is not None:
        _refuse_stale(stored, value)
        if not allow_empty:
            _refuse_emptying(stored, value)
    old = {session.key: session.sha256 for session in stored.sessions} if stored else {}
    puts = [
        as_item(record, session.sha256)
        for record, session in zip(value.records, sessions, strict=True)
        if old.get(session.key) != session.sha256
    ]
    keys = {session.key for session in sessions}
    deletes = [key for key in old if key not in keys]
    version = stored.version + 1 if stored else 1
    header = Header(
        value.outcome, value.posts, version, len(sessions), sessions, _digest(sessions), value.moved
    )
    week_changed = stored is None or _summary(stored) != _summary(header)
    change = WeekChange(len(puts), len(deletes), len(sessions) - len(puts), week_changed)
    return Plan(header if change.changed else None, puts, deletes, change)


def header_item(week: dt.date, header: Header) -> Item:
    """The header as an item of the table."""
    return {**msgspec.to_builtins(header), "date": WEEKS, "session": week.isoformat()}


def header_from_item(item: Item) -> Header:
    """The header of an item. Raises `StorageCorrupt` when the item is not a valid header."""
    try:
        return msgspec.convert(item, Header)
    except msgspec.ValidationError as error:
        raise StorageCorrupt(
            f"The header of week {item.get('session')} in the session table cannot be read: {error}.",
            fix="Delete that item and materialize the week again.",
        ) from error


def stored_week(item: Item) -> StoredWeek:
    """The public form of a header item, which may have been read without its sessions."""
    header = header_from_item(item)
    return StoredWeek(
        dt.date.fromisoformat(item["session"]),
        header.outcome,
        tuple(header.posts),
        header.count,
        header.version,
        header.digest or _digest_if_listed(header),
    )


def digest_of(sha256s: Iterable[str]) -> str:
    """The digest of a week whose records have these (`sha256_of`), in any order."""
    return hashlib.sha256("".join(sorted(sha256s)).encode()).hexdigest()


def _digest(sessions: Iterable[ListedSession]) -> str:
    return digest_of(session.sha256 for session in sessions)


def _digest_if_listed(header: Header) -> str:
    """The digest of a header without one; empty when the header was read without its sessions."""
    return _digest(header.sessions) if len(header.sessions) == header.count else ""


def assemble(week: dt.date, header: Header, items: dict[Key, Item]) -> WeekRecords | None:
    """The week with the records of the items; None when the items are not exactly those that the header lists."""
    records = []
    for session in header.sessions:
        item = items.get(session.key)
        if item is None or item.get(DIGEST) != session.sha256:
            return None
        records.append(record_from_item(item))
    return WeekRecords(week, header.outcome, header.posts, sort_records(records), header.moved)


def sort_records(records: list[SessionRecord]) -> list[SessionRecord]:
    """Records by date and session; those without a date last."""
    return sorted(records, key=lambda record: (record.date or dt.date.max, record.session))


def _summary(header: Header) -> tuple[Any, ...]:
    """What a reader sees of a week apart from its sessions."""
    return header.outcome, header.posts, header.moved


def _listed_sessions(value: WeekRecords) -> list[ListedSession]:
    listed: dict[Key, ListedSession] = {}
    for record in value.records:
        key = item_key(record)
        if record.week != value.week or not record.session or key in listed:
            raise StorageRefused(
                f"Week {value.week} cannot be stored: session {record.session!r} of {record.date} is "
                f"{'listed twice' if key in listed else 'not a session of this week'}."
            )
        listed[key] = ListedSession(*key, record.post_id, sha256_of(record))
    return list(listed.values())


def _refuse_stale(stored: Header, value: WeekRecords) -> None:
    """Refuse an older revision of a post. The same revision is accepted: a newer parser may read it better."""
    modified = {post.post_id: post.modified_gmt for post in stored.posts}
    for post in value.posts:
        if post.modified_gmt < modified.get(post.post_id, ""):
            raise StaleRevision(
                f"Week {value.week}: the stored revision of post {post.post_id}, modified "
                f"{modified[post.post_id]} (UTC), is newer than the one to be stored, modified "
                f"{post.modified_gmt or 'at an unknown time'}. The stored week is unchanged.",
                fix="Materialize the week again, beginning with raw_posts, to fetch the current post.",
            )


def _refuse_emptying(stored: Header, value: WeekRecords) -> None:
    """Refuse to delete all sessions of the week, or of a post still in it: most likely the parser failed."""
    with_sessions = {session.post_id for session in stored.sessions} - set(value.moved)
    kept = {record.post_id for record in value.records}
    listed = {post.post_id for post in value.posts}
    emptied = {post for post in with_sessions if post not in kept and (post in listed or not kept)}
    if emptied:
        posts = ", ".join(map(str, sorted(emptied)))
        raise WouldEmptyWeek(
            f"Week {value.week} has {count(stored.count, 'stored session')}; the new value "
            f"({value.outcome.value}) has none from post {posts}. The stored week is unchanged.",
            fix=f"If the sessions really are gone: wod materialize --week {value.week} --allow-empty.",
        )
