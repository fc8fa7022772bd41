"""The header of a stored week, and the decision how to replace the week. Pure.

The *header* is one small item that lists the sessions of the week, each with the digest of its record. Header and
sessions are written together. So a reader can check whether the sessions it has read are exactly those of the header,
and a writer can compute what would change without reading a session.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from wod_pipeline.bounds import PostId
from wod_pipeline.errors import StaleRevision, StorageCorrupt, StorageRefused, WouldEmptyWeek
from wod_pipeline.parser_version import is_read_anew
from wod_pipeline.program import Outcome, PostStamp, SessionRecord, StoredWeek, WeekRecords, sha256_of
from wod_pipeline.storage import OnCorrupt, WeekChange
from wod_pipeline.storage._items import (
    DIGEST,
    WEEKS,
    Item,
    Key,
    as_item,
    corrupt_item,
    item_key,
    record_from_item,
)
from wod_pipeline.storage.fitting import fit_week
from wod_pipeline.wording import count, emptying_command

T = TypeVar("T")


class ListedSession(Struct, frozen=True):
    """A session in a header: its key, its post and the digest of its record."""

    date: str
    session: str
    post_id: PostId
    sha256: str

    @property
    def key(self) -> Key:
        """The key of the session's item."""
        return self.date, self.session


class Header(Struct, omit_defaults=True, rename={"withdrawn": "moved"}):
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
    withdrawn: list[PostId] = []
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
    kept: dict[Key, Item] = field(default_factory=dict)
    """The items that should be stored already."""

    def corrupt(self, items: Mapping[Key, Item]) -> set[Key]:
        """Keys of `kept` under which something else is stored, or nothing."""
        return {key for key, item in self.kept.items() if items.get(key) != item}


def plan_replacement(
    stored: Header | None, value: WeekRecords, *, allow_empty: bool, corrupt: Collection[Key] = ()
) -> Plan:
    """The changes that make the stored week equal to `value`, its too large sessions cut (see `fitting`).

    Sessions under the keys `corrupt` are put in any case.

    Raises `StaleRevision`, `WouldEmptyWeek`, and `StorageRefused` for a value with a session of another week or the
    same session twice.
    """
    value = fit_week(value)
    sessions = _listed_sessions(value)
    if stored is not None:
        _refuse_stale(stored, value)
        if not allow_empty:
            _refuse_emptying(stored, value)
    old = {session.key: session.sha256 for session in stored.sessions} if stored else {}
    items = {s.key: as_item(record, s.sha256) for record, s in zip(value.records, sessions, strict=True)}
    changed = {s.key for s in sessions if old.get(s.key) != s.sha256 or s.key in corrupt}
    puts = [item for key, item in items.items() if key in changed]
    kept = {key: item for key, item in items.items() if key not in changed}
    keys = {session.key for session in sessions}
    deletes = [key for key in old if key not in keys]
    version = stored.version + 1 if stored else 1
    header = Header(
        value.outcome, value.posts, version, len(sessions), sessions, _digest(sessions), value.withdrawn
    )
    restamped = len(_restamped(stored, value.records) & changed - set(corrupt))
    week_changed = stored is None or _read_summary(stored) != _read_summary(header)
    change = WeekChange(
        len(puts) - restamped, len(deletes), len(kept), week_changed, stored is not None, restamped
    )
    is_stored = stored is not None and not puts and not deletes and _summary(stored) == _summary(header)
    return Plan(None if is_stored else header, puts, deletes, change, kept)


def _restamped(stored: Header | None, records: Iterable[SessionRecord]) -> set[Key]:
    """Keys of the records that equal the stored ones in all but the version of the parser.

    A header has only the digest of a stored record, so that of the new one is made with the old version.
    """
    if stored is None:
        return set()
    old = {session.key: session.sha256 for session in stored.sessions}
    parsers = {post.post_id: post.parser for post in stored.posts}
    return {
        key
        for record in records
        if (key := item_key(record)) in old
        and (parser := parsers.get(record.post_id, record.parser)) != record.parser
        and sha256_of(replace(record, parser=parser)) == old[key]
    }


def header_item(week: dt.date, header: Header) -> Item:
    """The header as an item of the table."""
    return {**msgspec.to_builtins(header), "date": WEEKS, "session": week.isoformat()}


def header_from_item(item: Item) -> Header:
    """The header of an item. Raises `StorageCorrupt` when the item is not a valid header."""
    try:
        return msgspec.convert(item, Header)
    except msgspec.ValidationError as error:
        raise corrupt_item((WEEKS, str(item.get("session"))), error) from error


def week_of_header(item: Item) -> dt.date:
    """The week of a header item. Raises `StorageCorrupt` when its key names no day."""
    try:
        return dt.date.fromisoformat(item["session"])
    except ValueError as error:
        raise corrupt_item((WEEKS, str(item["session"])), "its key is not a date") from error


def sound(
    items: Iterable[tuple[str, Item | StorageCorrupt]], read: Callable[[Item], T], on_corrupt: OnCorrupt
) -> Iterator[T]:
    """What `read` makes of each item; one that is corrupt is given to `on_corrupt` with its key instead."""
    for key, item in items:
        value = _try_read(key, item, read, on_corrupt)
        if value is not None:
            yield value


def _try_read(
    key: str, item: Item | StorageCorrupt, read: Callable[[Item], T], on_corrupt: OnCorrupt
) -> T | None:
    try:
        if isinstance(item, StorageCorrupt):
            raise item
        return read(item)
    except StorageCorrupt as error:
        on_corrupt(key, error)
        return None


def inconsistent(week: dt.date) -> StorageCorrupt:
    """The error for a week whose sessions are not those of its header."""
    return StorageCorrupt(
        f"Week {week} in the session table is inconsistent: another program has changed its items.",
        fix=f"Run it again, which writes it anew: wod materialize --week {week}.",
    )


def stored_week(item: Item) -> StoredWeek:
    """The public form of a header item, which may have been read without its sessions."""
    header = header_from_item(item)
    return StoredWeek(
        week_of_header(item),
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
    return WeekRecords(week, header.outcome, header.posts, sort_records(records), header.withdrawn)


def sort_records(records: list[SessionRecord]) -> list[SessionRecord]:
    """Records by date and session; those without a date last."""
    return sorted(records, key=lambda record: (record.date or dt.date.max, record.session))


def _summary(header: Header) -> tuple[Any, ...]:
    """A week apart from its sessions."""
    return header.outcome, header.posts, header.withdrawn


def _read_summary(header: Header) -> tuple[Any, ...]:
    """What a reader sees of a week apart from its sessions: not which version of the parser made it."""
    return header.outcome, [replace(post, parser=0) for post in header.posts], header.withdrawn


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
    """Refuse an older revision of a post. The same revision is accepted: a newer parser may read it better.

    So is one of unknown time, as of a post sent with a damaged time: it cannot be said to be older.
    """
    modified = {post.post_id: post.modified_gmt for post in stored.posts}
    for post in value.posts:
        if post.modified_gmt and post.modified_gmt < modified.get(post.post_id, ""):
            raise StaleRevision(
                f"Week {value.week}: the stored revision of post {post.post_id}, modified "
                f"{modified[post.post_id]} (UTC), is newer than the one to be stored, modified "
                f"{post.modified_gmt}. The stored week is unchanged.",
                fix="Materialize the week again, beginning with raw_posts, to fetch the current post. If the site "
                "itself has gone back to the older revision, it is stored once the post is edited there.",
            )


def _refuse_emptying(stored: Header, value: WeekRecords) -> None:
    """Refuse to delete all sessions of the week, or of a post still in it: most likely the parser failed."""
    with_sessions = {session.post_id for session in stored.sessions} - set(value.withdrawn)
    kept = {record.post_id for record in value.records}
    listed = {post.post_id for post in value.posts}
    emptied = {post for post in with_sessions if post not in kept and (post in listed or not kept)}
    if emptied:
        posts = ", ".join(map(str, sorted(emptied)))
        command = emptying_command(value.week, from_stored=is_read_anew(stored.posts, value.posts))
        raise WouldEmptyWeek(
            f"Week {value.week} has {count(stored.count, 'stored session')}; the new value "
            f"({value.outcome.value}) has none from post {posts}. The stored week is unchanged.",
            fix=f"If the sessions really are gone: {command}, or in the launchpad resources: "
            "{empty_weeks: {config: {allow_empty: true}}}.",
        )
