"""The events of a calendar published before, read from stored bytes that another program may have written. Pure.

Of an event the parts that an event of a session has are taken, each as a value of its own type, and no other part:
what is published again is made from these values. So an attachment, an alarm, a rule of repetition or an organizer
that somebody put into a stored calendar reaches no reader of it. One pass over the lines, since a library for
calendars takes seconds for a megabyte of senseless properties.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import NamedTuple

from wod_pipeline.bounds import CALENDAR_BYTES
from wod_pipeline.weeks import FIRST_DAY, LAST_DAY

OURS = "@wod_pipeline"
"""How the UIDs of our events end."""

_UID = re.compile(r"[\w.:+-]{1,300}" + re.escape(OURS))
_START, _END = "BEGIN:VCALENDAR", "END:VCALENDAR"
_FOLD = re.compile(r"\r?\n[ \t]")
_LINE_END = re.compile(r"\r?\n")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_LARGEST_SEQUENCE = 2**31 - 2


class PublishedEvent(NamedTuple):
    """What is known of an event that was published; `edited` is None where no readable time is given."""

    uid: str
    day: dt.date
    summary: str
    description: str
    category: str
    url: str
    sequence: int
    edited: dt.datetime | None
    is_cancelled: bool


def read_published(data: bytes) -> list[PublishedEvent]:
    """Our events in a calendar from the lake, in its order.

    Raises `ValueError`, which says why, for a calendar that is larger than `CALENDAR_BYTES`, not whole or not UTF-8,
    and for one of our events without a day or with numbers that cannot be.
    """
    if len(data) > CALENDAR_BYTES.most:
        raise ValueError(f"it has {len(data):,} bytes, and at most {CALENDAR_BYTES.most:,} are read")
    return read_own_events(data)


def read_own_events(data: bytes) -> list[PublishedEvent]:
    """As `read_published`, of a calendar of any size: for a file that its owner names."""
    if not data:
        return []
    try:
        text = data.decode().strip()
    except UnicodeDecodeError as error:
        raise ValueError("it is not UTF-8") from error
    if not (text.startswith(_START) and text.endswith(_END)):
        raise ValueError("it is no whole calendar")
    events = map(_event_from, _events(_LINE_END.split(_FOLD.sub("", text))))
    return [event for event in events if event]


def _events(lines: list[str]) -> Iterator[dict[str, str]]:
    """The first property of each name of each event, without those of its parts, as alarms are."""
    event: dict[str, str] = {}
    depth = 0
    for line in lines:
        head, _, value = line.partition(":")
        name = head.partition(";")[0].upper()
        if name == "BEGIN":
            depth = depth + 1 if depth else int(value.upper() == "VEVENT")
            if depth == 1:
                event = {}
        elif name == "END" and depth:
            depth -= 1
            if depth == 0:
                yield event
        elif depth == 1:
            event.setdefault(name, value)
    if depth:
        raise ValueError("it ends within an event")


def _event_from(values: dict[str, str]) -> PublishedEvent | None:
    """The event; None for one of another program."""
    uid = _text(values.get("UID", ""))
    if not _UID.fullmatch(uid):
        return None
    return PublishedEvent(
        uid,
        _day(uid, values.get("DTSTART", "")),
        _text(values.get("SUMMARY", "")),
        _text(values.get("DESCRIPTION", "")),
        _text(values.get("CATEGORIES", "")),
        values.get("URL", ""),
        _sequence(uid, values.get("SEQUENCE", "0")),
        _time(values.get("LAST-MODIFIED", "")),
        values.get("STATUS", "") == "CANCELLED",
    )


def _text(value: str) -> str:
    return _ESCAPE.sub(lambda match: "\n" if match[1] in "nN" else match[1], value)


def _day(uid: str, value: str) -> dt.date:
    try:
        day = dt.datetime.strptime(value[:8], "%Y%m%d").date()  # noqa: DTZ007 a day has no zone
    except ValueError as error:
        raise ValueError(f"its event {uid} has no day") from error
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"its event {uid} is of {day}")
    return day


def _sequence(uid: str, value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,10}", value, re.ASCII) or int(value) > _LARGEST_SEQUENCE:
        raise ValueError(f"its event {uid} has no readable SEQUENCE")
    return int(value)


def _time(value: str) -> dt.datetime | None:
    try:
        return dt.datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.timezone.utc)
    except ValueError:
        return None
