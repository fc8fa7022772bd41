"""Where values are kept: the lake (objects), the session table (records) and the ledger (done-once marks).

Three small protocols, two adapters each; the settings decide which one is used, never this package. No
Dagster.
An adapter raises only `StorageError`s, and after any error holds what it held before.

- `Lake`: `folder.FolderLake`, `s3.S3Lake`
- `SessionTable`: `sqlite.SqliteSessionTable`, `dynamodb.DynamoSessionTable`
- `Ledger`: `sqlite.SqliteLedger`, `dynamodb.DynamoLedger`

This module imports no adapter, so that boto3 is loaded only where it is needed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from wod_pipeline.program import Outcome, PostStamp, SessionRecord, WeekRecords

__all__ = ["Lake", "Ledger", "SessionTable", "StoredWeek", "WeekChange", "Written"]


@dataclass(frozen=True)
class Written:
    """What a write did: `changed` is False when the stored bytes were already these."""

    uri: str
    changed: bool


class Lake(Protocol):
    """Objects of bytes under slash-separated keys such as ``raw_posts/week=2020-12-21/posts.json``."""

    def read(self, key: str) -> bytes:
        """The object's bytes. Raises `NotStored` when there is none."""
        ...

    def write(self, key: str, data: bytes) -> Written:
        """Put the object, whole or not at all; equal bytes are not written again."""
        ...

    def write_once(self, key: str, data: bytes) -> Written:
        """Put an object that is never overwritten. Equal bytes are a no-op; others raise `StorageRefused`."""
        ...

    def read_many(self, keys: Sequence[str]) -> dict[str, bytes]:
        """Many objects, read concurrently within a bound; missing keys are absent from the answer."""
        ...

    def write_many(self, objects: Mapping[str, bytes], *, once: bool = False) -> dict[str, Written]:
        """Many objects, each as by `write` (or `write_once`), concurrently within a bound.

        The first error is raised when all have ended.
        """
        ...

    def keys(self, prefix: str) -> Iterator[str]:
        """Keys that start with `prefix`, in order."""
        ...

    def uri(self, key: str) -> str:
        """Where a person finds the object: ``file://…`` or ``s3://…``."""
        ...

    def check(self) -> str:
        """Try reading and writing without changing anything, and say in a sentence what answered."""
        ...


@dataclass(frozen=True)
class WeekChange:
    """What replacing a week did to the table, counted in sessions.

    `facts`: what is known of the week itself (its outcome, the revisions of its posts) is different now.
    """

    put: int
    deleted: int
    unchanged: int
    facts: bool = False

    @property
    def changed(self) -> bool:
        """Whether anything visible to a reader is different now."""
        return bool(self.put or self.deleted or self.facts)


@dataclass(frozen=True)
class StoredWeek:
    """What the table knows of a week without its sessions. `version` counts its replacements."""

    week: dt.date
    outcome: Outcome
    posts: tuple[PostStamp, ...]
    sessions: int
    version: int = field(default=0, compare=False)


class SessionTable(Protocol):
    """Session records by date and session, and what is known of each week. A week is replaced atomically."""

    def replace_week(self, value: WeekRecords, *, allow_empty: bool = False) -> WeekChange:
        """Make the week exactly `value`: readers see the old week or the new one, never a mixture.

        New and changed sessions are put, vanished ones deleted, equal ones left alone. Raises `StaleRevision`
        when `value` holds an older revision of a post than the table does (by `modified_gmt`), and
        `WouldEmptyWeek` when the week, or a post that `value` still lists, would lose every session it has,
        unless `allow_empty` or the posts of those sessions are in `value.moved`. Either way the stored week
        stays as it was. Writers may race: the newest revision is what remains, whole.
        """
        ...

    def replace_weeks(
        self, values: Iterable[WeekRecords], *, allow_empty: bool = False
    ) -> dict[dt.date, WeekChange | Exception]:
        """`replace_week` for many weeks, batched; each week alone is atomic, and fails alone."""
        ...

    def read_week(self, week: dt.date) -> WeekRecords | None:
        """The week as one consistent whole, records in order of date and session; None when never stored."""
        ...

    def read_weeks(self, first: dt.date, last: dt.date) -> Iterator[WeekRecords]:
        """The stored weeks whose Monday lies in `[first, last]`, in order."""
        ...

    def read_dates(self, first: dt.date, last: dt.date) -> list[SessionRecord]:
        """Sessions dated within `[first, last]`, in order of date and session."""
        ...

    def weeks(self) -> list[StoredWeek]:
        """Every stored week, newest first."""
        ...

    def newest_week(self) -> StoredWeek | None:
        """The newest week that has at least one session; None when there is none."""
        ...

    def check(self) -> str:
        """Try reading and writing without changing anything, and say in a sentence what answered."""
        ...


class Ledger(Protocol):
    """Marks for side effects that must happen once (a message sent), kept for a limited time."""

    def claim(self, operation: str, identifier: str, *, ttl_s: int = 86_400) -> bool:
        """True for exactly one caller per (operation, identifier) until it expires or is released."""
        ...

    def release(self, operation: str, identifier: str) -> None:
        """Forget a claim whose side effect did not happen after all."""
        ...

    def check(self) -> str:
        """Try reading and writing without changing anything, and say in a sentence what answered."""
        ...


Warn = Callable[[str], None]
