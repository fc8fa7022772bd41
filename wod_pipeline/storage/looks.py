"""The looks at the site as kept in the lake: when it was last read with success, and why it could not be read.

Two small objects, so that the sensor and the runs do not overwrite one another::

    looks/new_posts.json   the newest look of the new-post sensor
    looks/weeks.json       the weeks whose own last look found no post, or failed

They only explain to people why something is absent. So a look that cannot be written or read back is logged and
taken as not known, and of two runs that write at the same moment the looks of one are kept.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping
from typing import TypeVar

import msgspec

from wod_pipeline.bounded_json import decode_json
from wod_pipeline.errors import NotStored, StorageError
from wod_pipeline.looks import Look, Looks, SiteLook
from wod_pipeline.program import encode
from wod_pipeline.storage import Lake

log = logging.getLogger(__name__)

SITE_KEY = "looks/new_posts.json"
WEEKS_KEY = "looks/weeks.json"
MOST_WEEKS = 260
"""Weeks whose look is kept, the newest ones: five years, in a few kilobytes."""

SAME_LOOK = dt.timedelta(minutes=5)
"""A look at a week this soon after the one that is kept is not written, so that a rerun writes nothing."""

ValueT = TypeVar("ValueT")


def read_looks(lake: Lake) -> Looks:
    """What is known of the looks; what cannot be read is not known."""
    try:
        objects = lake.read_many([SITE_KEY, WEEKS_KEY])
    except StorageError as error:
        log.warning("The looks at the site are not known, since they could not be read: %s", error)
        return Looks()
    return Looks(
        _decode(objects.get(SITE_KEY), SITE_KEY, SiteLook, SiteLook()),
        _decode(objects.get(WEEKS_KEY), WEEKS_KEY, dict[dt.date, Look], {}),
    )


def write_site_look(lake: Lake, look: SiteLook) -> None:
    """Keep the newest look for new posts."""
    _write(lake, SITE_KEY, look)


def write_week_looks(lake: Lake, looks: Mapping[dt.date, Look | None]) -> None:
    """Keep the newest look at each of these weeks; None for a week whose post was found.

    A failed look leaves the last one with success known. Nothing is written where nothing is to be kept.
    """
    before = _read_weeks(lake)
    after = {week: look for week, look in before.items() if week not in looks}
    after |= {week: _after(before.get(week), look) for week, look in looks.items() if look}
    newest = sorted(after, reverse=True)[:MOST_WEEKS]
    if after != before:
        _write(lake, WEEKS_KEY, {week: after[week] for week in newest})


def _after(before: Look | None, look: Look) -> Look:
    if before is None:
        return look
    if look.read_at is None:
        return msgspec.structs.replace(look, read_at=before.read_at)
    is_same = before.read_at and not before.is_failing and look.read_at - before.read_at < SAME_LOOK
    return before if is_same else look


def _read_weeks(lake: Lake) -> dict[dt.date, Look]:
    try:
        data = lake.read(WEEKS_KEY)
    except NotStored:
        return {}
    except StorageError as error:
        log.warning("%s could not be read and is written anew: %s", WEEKS_KEY, error)
        return {}
    return _decode(data, WEEKS_KEY, dict[dt.date, Look], {})


def _decode(data: bytes | None, key: str, kind: type[ValueT], unknown: ValueT) -> ValueT:
    if data is None:
        return unknown
    try:
        return decode_json(data, kind)
    except msgspec.MsgspecError as error:
        log.warning("%s cannot be read and is taken as not known: %s", key, error)
        return unknown


def _write(lake: Lake, key: str, value: object) -> None:
    try:
        lake.write(key, encode(msgspec.to_builtins(value, str_keys=True)))
    except StorageError as error:
        log.warning("%s could not be written; people are told of an older look: %s", key, error)
