"""The index in the lake: one object per year, from which a process starts instead of reading every week.

An object is gzip-compressed JSON Lines: first the digest of the code that made it (`entries.CODE`), then a line for
each week. It is derived and may be deleted at any time. Other code ignores it, and a week in it is used only when its
digest is that of the records in the table now (`StoredWeek.digest`). So an object that is old, or made from another
table, costs time and never gives a wrong answer. When several processes write an object at once, the last one wins;
the weeks it did not have are made again by the next reader.

An object that cannot be read or written costs a warning in the log and the time to make the entries again. What the
digests cannot detect: an item of the table changed by hand, whose week's header still lists the old digest.
"""

from __future__ import annotations

import datetime as dt
import logging
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec
from msgspec import Struct

from wod_pipeline.bounded_json import decode_json
from wod_pipeline.bounds import INDEX_BYTES
from wod_pipeline.errors import StorageError
from wod_pipeline.reading.entries import CODE, IndexedWeek, index_week
from wod_pipeline.storage import Lake
from wod_pipeline.storage.stages import index_key, read_records

log = logging.getLogger(__name__)

_GZIP = 16 + zlib.MAX_WBITS
"""Makes zlib read and write a gzip header, in which it leaves the time out: equal weeks are equal bytes."""


class _Head(Struct, frozen=True):
    """The first line of an object."""

    code: str


for _shape in (
    _Head,
    IndexedWeek,
):  # made once, since two threads must not learn a type at once (see `program`)
    msgspec.json.Decoder(_shape)


def read_stored_weeks(lake: Lake, years: Iterable[int]) -> dict[dt.date, IndexedWeek] | None:
    """The stored entries of those years by week, whose digests are still to be compared; None if not readable."""
    try:
        objects = lake.read_many([index_key(year) for year in sorted(years)])
    except StorageError as error:
        log.warning("The stored index is not used, since it could not be read: %s", error)
        return None
    return {week.week: week for key, data in objects.items() for week in _decode(key, data)}


def index_lake_records(lake: Lake, digests: Mapping[dt.date, str]) -> dict[dt.date, IndexedWeek]:
    """The entries of those weeks, made anew from the records in the lake, as far as these have the digests."""
    found: dict[dt.date, IndexedWeek] = {}
    try:
        for week, records in read_records(lake, digests):
            found[week] = index_week(week, records, digests[week])
    except (StorageError, msgspec.MsgspecError) as error:
        log.warning("Not all records could be read from the lake, so the table is read instead: %s", error)
    return found


def write_stored_weeks(lake: Lake, weeks: Iterable[IndexedWeek]) -> None:
    """Store the entries of whole years."""
    by_year: dict[int, list[IndexedWeek]] = defaultdict(list)
    for week in sorted(weeks, key=lambda week: week.week):
        by_year[week.week.year].append(week)
    try:
        lake.write_many({index_key(year): _encode(values) for year, values in by_year.items()})
    except StorageError as error:
        log.warning("The index could not be stored, so the next start is slow again: %s", error)


def _encode(weeks: Iterable[IndexedWeek]) -> bytes:
    compress = zlib.compressobj(wbits=_GZIP)
    data = compress.compress(msgspec.json.Encoder().encode_lines([_Head(CODE), *weeks]))
    return data + compress.flush()


def _unpack(data: bytes) -> bytes:
    """The bytes, of which a small object may have made very many. Raises `zlib.error`."""
    unpack = zlib.decompressobj(_GZIP)
    unpacked = unpack.decompress(data, INDEX_BYTES.most)
    if not unpack.eof:
        raise zlib.error(f"it is cut short, or has more than {INDEX_BYTES.most:,} bytes")
    return unpacked


def _decode(key: str, data: bytes) -> list[IndexedWeek]:
    try:
        head, _, weeks = _unpack(data).partition(b"\n")
        # Only lines of our own code are decoded: others may have another shape.
        lines = weeks.splitlines() if decode_json(head, _Head).code == CODE else []
        return [decode_json(line, IndexedWeek) for line in lines]
    except (zlib.error, msgspec.MsgspecError) as error:
        log.warning("%s cannot be read (%s); it is made again.", key, error)
        return []
