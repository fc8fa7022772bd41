"""What a table knows of a week beside its sessions, and the decision how to replace it. Pure.

The *header* of a week is one small item that lists the sessions the week consists of, each with the digest of
its record. It is written together with them, so a reader who holds a header can tell whether what it read is
exactly that week; and a writer can tell what would change without reading a session.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec import Struct

from wod_pipeline.errors import StaleRevision, StorageCorrupt, StorageRefused, WouldEmptyWeek
from wod_pipeline.program import Outcome, PostStamp, SessionRecord, WeekRecords, sha256_of
from wod_pipeline.storage import StoredWeek, WeekChange
from wod_pipeline.storage._items import WEEKS, Item, Key, as_item, key_of, record_from_item


class Entry(Struct, frozen=True):
    """One session of a week: its key, its post and the digest of its record."""

    date: str
    session: str
    post_id: int
    sha256: str

    @property
    def key(self) -> Key:
        """The item's key."""
        return self.date, self.session


class Header(Struct, omit_defaults=True):
    """A week without its sessions. `version` counts its replacements.

    `count` repeats the number of entries, so that lists of weeks need not read them. While `staged`, the
    sessions listed in `unsettled` are read from the staging area (see `_dynamo_staging`), and the keys in
    `leaving` are still to be deleted.
    """

    outcome: Outcome
    posts: list[PostStamp]
    version: int
    count: int
    sessions: list[Entry] = []
    moved: list[int] = []
    staged: str = ""
    unsettled: list[Key] = []
    leaving: list[Key] = []


msgspec.json.Decoder(Header)  # learnt now, since two threads must not learn a type at once (see `program`)


@dataclass(frozen=True)
class Plan:
    """What has to be done so that a week becomes a value: items to put, keys to delete. `header` None: nothing."""

    header: Header | None
    puts: list[Item] = field(default_factory=list)
    deletes: list[Key] = field(default_factory=list)
    change: WeekChange = field(default_factory=lambda: WeekChange(0, 0, 0))


def plan_replacement(stored: Header | None, value: WeekRecords, *, allow_empty: bool) -> Plan:
    """Decide how to replace the stored week by `value`.

    Raises `StaleRevision`, `WouldEmptyWeek`, and `StorageRefused` for a value that is no week.
    """
    entries = _entries(value)
    if stored is not None:
        _refuse_stale(stored, value)
        if not allow_empty:
            _refuse_emptying(stored, value)
    old = {entry.key: entry.sha256 for entry in stored.sessions} if stored else {}
    new = {entry.key: entry.sha256 for entry in entries}
    puts = [
        as_item(record, entry.sha256)
        for record, entry in zip(value.records, entries, strict=True)
        if old.get(entry.key) != entry.sha256
    ]
    deletes = [key for key in old if key not in new]
    header = Header(value.outcome, value.posts, _version(stored) + 1, len(entries), entries, value.moved)
    facts = stored is None or _facts(stored) != _facts(header)
    change = WeekChange(len(puts), len(deletes), len(new) - len(puts), facts)
    return Plan(header if change.changed else None, puts, deletes, change)


def header_item(week: dt.date, header: Header) -> Item:
    """The header as an item of the table."""
    return {**msgspec.to_builtins(header), "date": WEEKS, "session": week.isoformat()}


def header_from_item(item: Item) -> Header:
    """The header an item holds. Raises `StorageCorrupt` when it is none."""
    try:
        return msgspec.convert(item, Header)
    except msgspec.ValidationError as error:
        raise StorageCorrupt(
            f"What the table knows of week {item.get('session')} cannot be read: {error}.",
            fix="Delete that item and materialize the week again.",
        ) from error


def stored_week(item: Item) -> StoredWeek:
    """The public face of a header item; its entries need not have been read."""
    header = header_from_item(item)
    return StoredWeek(
        dt.date.fromisoformat(item["session"]),
        header.outcome,
        tuple(header.posts),
        header.count,
        header.version,
    )


def assemble(week: dt.date, header: Header, items: dict[Key, Item]) -> WeekRecords | None:
    """The week a header and its items make, or None when they are not of one moment."""
    from_items = []
    for entry in header.sessions:
        item = items.get(entry.key)
        if item is None or item.get("record_sha256") != entry.sha256:
            return None
        from_items.append(record_from_item(item))
    return WeekRecords(week, header.outcome, header.posts, in_order(from_items), header.moved)


def in_order(records: list[SessionRecord]) -> list[SessionRecord]:
    """Records by date, then session; those without a date last."""
    return sorted(records, key=lambda record: (record.date or dt.date.max, record.session))


def _version(stored: Header | None) -> int:
    return stored.version if stored else 0


def _facts(header: Header) -> tuple[Any, ...]:
    """What a reader sees of a week beside its sessions."""
    return header.outcome, header.posts, header.moved


def _entries(value: WeekRecords) -> list[Entry]:
    entries: dict[Key, Entry] = {}
    for record in value.records:
        key = key_of(record)
        if record.week != value.week or not record.session or key in entries:
            raise StorageRefused(
                f"Week {value.week} cannot be stored: session {record.session!r} of {record.date} is "
                f"{'listed twice' if key in entries else 'no session of this week'}."
            )
        entries[key] = Entry(*key, record.post_id, sha256_of(record))
    return list(entries.values())


def _refuse_stale(stored: Header, value: WeekRecords) -> None:
    """A post may come again as it was (a newer parser reads it better), but never older."""
    known = {post.post_id: post.modified_gmt for post in stored.posts}
    for post in value.posts:
        if post.modified_gmt < known.get(post.post_id, ""):
            raise StaleRevision(
                f"Week {value.week}: the table holds post {post.post_id} as modified on "
                f"{known[post.post_id]} (UTC), later than {post.modified_gmt or 'an unknown one'}; it stays.",
                fix="Materialize the week from raw_posts on to fetch the current post.",
            )


def _refuse_emptying(stored: Header, value: WeekRecords) -> None:
    """Neither the week nor a post still in it may lose all its sessions by an accident of parsing."""
    held = {entry.post_id for entry in stored.sessions} - set(value.moved)
    kept = {record.post_id for record in value.records}
    present = {post.post_id for post in value.posts}
    emptied = {post for post in held if post not in kept and (post in present or not kept)}
    if emptied:
        posts = ", ".join(map(str, sorted(emptied)))
        raise WouldEmptyWeek(
            f"Week {value.week} has {stored.count} stored sessions; the new value ({value.outcome.value}) "
            f"has none from post {posts}. The stored ones stay.",
            fix="If they really are gone, replace the week with allow_empty.",
        )
