"""What the stored load and calendar of a week were made from, and which of them are old.

Each stored object keeps a digest, `made_from`, in itself: in the metadata of a Parquet file, in a property of a
calendar. It is computed from the digests of the weeks that the asset read and from whatever else decides its content.
An object is old when the table gives another digest now, or when the object cannot be read. How the objects are made
is in `load` and `calendar`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from wod_pipeline.pacing import batched
from wod_pipeline.program import StoredWeek, sha256_of
from wod_pipeline.storage import Lake
from wod_pipeline.storage.stages import BATCH, calendar_key, load_key, read_sound
from wod_pipeline.weeks import WEEK, weeks_between

LOAD, CALENDAR = "training_load", "session_calendar"

CODE_VERSIONS = {LOAD: "3", CALENDAR: "5"}
"""Part of `made_from`: a raised version makes every stored week old, and Dagster's UI shows it as stale."""

WEEKS_READ = {LOAD: 12, CALENDAR: 1}
"""How many weeks an asset reads for one: this week and those before it. The load's are those of its chart."""

LONGEST_REACH = max(WEEKS_READ.values()) - 1
"""How many later weeks read a week."""

MADE_FROM = "wod_made_from"
"""The key of the digest in the metadata of a Parquet file."""
MADE_FROM_PROPERTY = "X-WOD-MADE-FROM"
"""The calendar's property with the digest. Programs ignore properties that they do not know (RFC 5545 §3.8.8.2)."""

UNREADABLE = "unreadable"
"""Stands for the digest of a week that is stored but could not be read: what was made without it is old at once."""

_DIGEST_LENGTH, _SHORT_LENGTH = 32, 12
_IN_CALENDAR = re.compile(
    rb"^%s:([0-9a-f]{%d})\r$" % (MADE_FROM_PROPERTY.encode(), _DIGEST_LENGTH), re.MULTILINE
)
_CALENDAR_START, _CALENDAR_END = b"BEGIN:VCALENDAR\r\n", b"END:VCALENDAR\r\n"


@dataclass(frozen=True)
class Inputs:
    """All that decides the content of load and calendar: the stored weeks, the time zone, the page's address."""

    digests: Mapping[dt.date, str]
    """Of the records of each stored week."""
    zone: str
    page_url: str = ""

    def made_from(self, asset: str, week: dt.date) -> str:
        """The digest of what the asset reads for that week."""
        first = week - (WEEKS_READ[asset] - 1) * WEEK
        read = [(str(day), self.digests[day]) for day in weeks_between(first, week) if day in self.digests]
        settings = (self.zone, self.page_url) if asset == CALENDAR else ()
        return sha256_of([asset, CODE_VERSIONS[asset], settings, week, read])[:_DIGEST_LENGTH]

    def of_week(self, week: dt.date) -> str:
        """One text for what load and calendar of the week are made from."""
        return sha256_of([self.made_from(asset, week) for asset in CODE_VERSIONS])[:_SHORT_LENGTH]

    def changed_since(self, before: Inputs) -> set[dt.date]:
        """The stored weeks whose records are others than before."""
        return {week for week, digest in self.digests.items() if before.digests.get(week) != digest}

    def without(self, unreadable: Collection[dt.date]) -> Inputs:
        """The inputs of one who could not read these weeks."""
        return Inputs({**self.digests, **dict.fromkeys(unreadable, UNREADABLE)}, self.zone, self.page_url)


def inputs_of(stored: Iterable[StoredWeek], zone: str, page_url: str = "") -> Inputs:
    """The inputs as the table lists its weeks. A header of version 0.1.0 has no digest: its `version` stands in."""
    return Inputs({week.week: week.digest or f"version {week.version}" for week in stored}, zone, page_url)


def with_later_weeks(weeks: Iterable[dt.date]) -> set[dt.date]:
    """The weeks, and all later ones for which an asset reads one of them."""
    return {week + n * WEEK for week in weeks for n in range(LONGEST_REACH + 1)}


OldWeeks = dict[dt.date, tuple[str, ...]]
"""The weeks of which something is old or missing, in order, each with the assets to make again."""


def find_old(
    inputs: Inputs, weeks: Iterable[dt.date], found: Mapping[str, Mapping[dt.date, str]]
) -> OldWeeks:
    """Which of the stored weeks among `weeks` have an old object or none; `found` is `read_made_from`'s answer."""
    old = {
        week: tuple(
            asset for asset in CODE_VERSIONS if found[asset].get(week) != inputs.made_from(asset, week)
        )
        for week in sorted(weeks)
        if week in inputs.digests
    }
    return {week: assets for week, assets in old.items() if assets}


def read_made_from(lake: Lake, weeks: Collection[dt.date]) -> dict[str, dict[dt.date, str]]:
    """What the stored objects of these weeks were made from, by asset; one missing or not readable is left out."""
    return {
        LOAD: _read_each(lake, weeks, load_key, made_from_of_load),
        CALENDAR: _read_each(lake, weeks, calendar_key, made_from_of_calendar),
    }


def read_old(lake: Lake, inputs: Inputs, weeks: Iterable[dt.date]) -> OldWeeks:
    """Which of the stored weeks among `weeks` have an old object or none, as the lake has them now."""
    stored = sorted(week for week in weeks if week in inputs.digests)
    return find_old(inputs, stored, read_made_from(lake, stored))


def _read_each(
    lake: Lake,
    weeks: Collection[dt.date],
    key_of_week: Callable[[dt.date], str],
    digest_in: Callable[[bytes], str],
) -> dict[dt.date, str]:
    keys = {key_of_week(week): week for week in weeks}
    found: dict[dt.date, str] = {}
    for some in batched(keys, BATCH):
        found |= {keys[key]: digest_in(data) for key, data in read_sound(lake, some).items()}
    return found


def made_from_of_load(data: bytes) -> str:
    """The digest in a Parquet file; empty when there is none, or the file cannot be read."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        metadata = parquet.read_schema(pa.BufferReader(data)).metadata or {}
    except (pa.ArrowException, OSError):
        return ""
    digest: bytes = metadata.get(MADE_FROM.encode(), b"")
    return digest.decode("ascii", "replace")


def made_from_of_calendar(data: bytes) -> str:
    """The digest in a calendar; empty when there is none, or the calendar is cut short."""
    head = data.partition(b"BEGIN:VEVENT")[0]
    whole = data.startswith(_CALENDAR_START) and data.endswith(_CALENDAR_END)
    match = _IN_CALENDAR.search(head) if whole else None
    return match[1].decode() if match else ""
