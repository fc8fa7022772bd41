"""Storage: the lake (objects), the session table (records) and the ledger (reservations of one-time side effects).

Three protocols with two adapters each; the settings choose the adapter, never this package, and Dagster is not
known here. Adapters raise `StorageError` and nothing else; when the write of an object or a week fails, what was
stored before is unchanged.

- `Lake`: `folder.FolderLake`, `s3.S3Lake`
- `SessionTable`: `sqlite.SqliteSessionTable`, `dynamodb.DynamoSessionTable`
- `Ledger`: `sqlite.SqliteLedger`, `dynamodb.DynamoLedger`

This module imports no adapter, so that boto3 is loaded only where it is needed.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from wod_pipeline.errors import StorageCorrupt
from wod_pipeline.program import SessionRecord, StoredWeek, WeekRecords

__all__ = [
    "Lake",
    "Ledger",
    "OnCorrupt",
    "SessionTable",
    "WeekChange",
    "Written",
    "log_corrupt",
]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Written:
    """The result of a write: `changed` is False when the same bytes were already stored."""

    uri: str
    changed: bool


class Lake(Protocol):
    """Objects of bytes under slash-separated keys such as ``raw_posts/week=2020-12-21/posts.json``."""

    def read(self, key: str) -> bytes:
        """The object's bytes. Raises `NotStored` when the object does not exist."""
        ...

    def write(self, key: str, data: bytes) -> Written:
        """Put the object, atomically; equal bytes are not written again."""
        ...

    def write_once(self, key: str, data: bytes) -> Written:
        """Put an object that is never overwritten. Raises `StorageRefused` when it exists with other bytes."""
        ...

    def read_many(self, keys: Sequence[str]) -> dict[str, bytes]:
        """Many objects, read concurrently; missing keys are absent from the result."""
        ...

    def write_many(self, objects: Mapping[str, bytes], *, once: bool = False) -> dict[str, Written]:
        """Put many objects concurrently, each by `write` (or `write_once`).

        When some fail, the others are still written, and then the first error is raised.
        """
        ...

    def keys(self, prefix: str) -> Iterator[str]:
        """Keys that start with `prefix`, sorted."""
        ...

    def uri(self, key: str) -> str:
        """The object's address for people: ``file://…`` or ``s3://…``."""
        ...

    def check(self) -> str:
        """Verify read and write access without changing stored data, and describe the store in a sentence."""
        ...


@dataclass(frozen=True)
class WeekChange:
    """The effect of replacing a week: numbers of sessions put, deleted and left as they were.

    `restamped` sessions were put too, but differ only in the version of the parser that made them. `week_changed`:
    the week's outcome, its posts or its withdrawn posts differ from before. `replaced`: the week was stored before.
    """

    put: int
    deleted: int
    unchanged: int
    week_changed: bool = False
    replaced: bool = field(default=False, compare=False)
    restamped: int = 0

    @property
    def changed(self) -> bool:
        """Whether a reader would see any difference."""
        return bool(self.put or self.deleted or self.week_changed)


OnCorrupt = Callable[[str, StorageCorrupt], None]
"""Called with the key of a week (its Monday) that cannot be read back, and the error that says why."""


def log_corrupt(week: str, error: StorageCorrupt) -> None:  # noqa: ARG001
    """Name a corrupt week in the log."""
    log.warning("%s", error)


class SessionTable(Protocol):
    """Session records by date and session id, and each week's outcome and posts. A week is replaced atomically.

    A stored header or session that cannot be read back costs only its week: reads of many weeks leave that one out
    and give it to `on_corrupt`, reads of that week or its days raise `StorageCorrupt`, replacing it makes it anew.
    """

    def replace_week(self, value: WeekRecords, *, allow_empty: bool = False) -> WeekChange:
        """Make the stored week equal to `value`: readers see the old week or the new one, never a mixture.

        A session too large for an item of DynamoDB is stored cut (see `fitting`), in SQLite too.
        New, changed and corrupt sessions are put, sessions not in `value` are deleted, equal ones are not written.

        Raises `StaleRevision` when `value` holds an older revision of a post than the table (by `modified_gmt`),
        and `WouldEmptyWeek` when the week, or a post that `value` still lists, would lose all its sessions, unless
        `allow_empty` is set or the posts of those sessions are in `value.withdrawn`. After an error the stored week
        is unchanged. When several writers replace a week at once, the newest revision remains.
        """
        ...

    def replace_weeks(
        self, values: Iterable[WeekRecords], *, allow_empty: bool = False
    ) -> dict[dt.date, WeekChange | Exception]:
        """`replace_week` for many weeks in batches. Each week is atomic by itself; its error is its result."""
        ...

    def read_week(self, week: dt.date) -> WeekRecords | None:
        """The week as of one moment, records sorted by date and session; None when it was never stored."""
        ...

    def read_weeks(
        self, first: dt.date, last: dt.date, on_corrupt: OnCorrupt = log_corrupt
    ) -> Iterator[WeekRecords]:
        """The stored weeks whose Monday lies in `[first, last]`, oldest first."""
        ...

    def read_dates(self, first: dt.date, last: dt.date) -> list[SessionRecord]:
        """Sessions dated within `[first, last]`, by date and session. A corrupt one raises `StorageCorrupt`."""
        ...

    def weeks(self, on_corrupt: OnCorrupt = log_corrupt) -> list[StoredWeek]:
        """Every stored week, newest first."""
        ...

    def newest_week(self) -> StoredWeek | None:
        """The newest week with at least one session; None when every week is empty."""
        ...

    def check(self) -> str:
        """Verify read and write access without changing stored data, and describe the store in a sentence."""
        ...


class Ledger(Protocol):
    """Reservations of side effects that must happen once (sending a message), kept for a limited time."""

    def reserve(self, operation: str, identifier: str, *, ttl_s: int = 86_400) -> bool:
        """Reserve a side effect: True for one caller per (operation, identifier) until the reservation expires.

        A reservation expires after `ttl_s` seconds or when it is released.
        """
        ...

    def release(self, operation: str, identifier: str) -> None:
        """Delete the reservation of a side effect that did not happen."""
        ...

    def check(self) -> str:
        """Verify read and write access without changing stored data, and describe the store in a sentence."""
        ...
