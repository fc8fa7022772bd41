"""Sessions as an iCalendar: one all-day event per session, updated when a post is edited.

An event is identified by program, date and its number on that date, so an edited post updates its events instead of
adding new ones; `SEQUENCE` and `LAST-MODIFIED` follow the time of the edit. The session table does not remember
sessions that were removed. They are found in the previous calendar, and their events are marked cancelled. Needs
the `icalendar` library.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Container, Iterable, Iterator
from zoneinfo import ZoneInfo

from icalendar import Calendar, Component, Event

from wod_pipeline.program import SessionRecord, WeekRecords, utc_of
from wod_pipeline.rendering import SegmentView, SessionView, as_text, exercises_of, view_session
from wod_pipeline.training import Athlete
from wod_pipeline.weeks import DAY, as_day, days_of
from wod_pipeline.wording import shorten

PRODUCT = "-//wod_pipeline//training sessions//EN"
LONGEST_SUMMARY, LONGEST_DESCRIPTION = 200, 8_000
"""Characters of an event's texts."""
LIFTS_IN_SUMMARY = 3
_EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.timezone.utc)
"""`SEQUENCE` counts the minutes since then."""


def as_calendar(
    records: Iterable[SessionRecord],
    zone: ZoneInfo,
    athlete: Athlete | None = None,
    previous: Iterable[bytes] = (),
    covered: Container[dt.date] = frozenset(),
) -> bytes:
    """The calendar of these sessions by date, without undated ones.

    `previous` are the calendars published before. `covered` are the days for which `records` holds every session: an
    earlier event of such a day that is not among them is cancelled. Events of other days stay as they were, so that
    a session is not cancelled because it was not read. Raises `ValueError` when one of `previous` cannot be parsed.
    """
    events: dict[str, Component] = dict(_current_events(records, athlete))
    for uid, before in _published_events(previous):
        if uid in events:
            _outrank(events[uid], before)
        else:
            events[uid] = _cancelled(before) if _day(before) in covered else before
    calendar = _empty(zone)
    for uid in sorted(events, key=lambda uid: (_day(events[uid]), uid)):
        calendar.add_component(events[uid])
    return bytes(calendar.to_ical())


def week_calendar(monday: dt.date, value: WeekRecords | None, published: bytes, zone: ZoneInfo) -> bytes:
    """The week's calendar, carried on from the published one. A week that is not stored cancels nothing."""
    days = frozenset(days_of(monday)) if value is not None else frozenset[dt.date]()
    return as_calendar(value.records if value else [], zone, previous=[published], covered=days)


def _empty(zone: ZoneInfo) -> Calendar:
    calendar = Calendar()
    for name, value in (
        ("prodid", PRODUCT),
        ("version", "2.0"),
        ("method", "PUBLISH"),
        ("x-wr-calname", "Training"),
        ("x-wr-timezone", zone.key),
        ("x-published-ttl", "PT6H"),
    ):
        calendar.add(name, value)
    return calendar


def _published_events(calendars: Iterable[bytes]) -> Iterator[tuple[str, Component]]:
    """The events of these calendars with their UIDs."""
    for data in filter(None, calendars):
        for event in Calendar.from_ical(data).walk("VEVENT"):
            if "UID" in event and "DTSTART" in event:
                yield str(event["UID"]), event


def _day(event: Component) -> dt.date:
    return as_day(event.decoded("dtstart"))


def _current_events(records: Iterable[SessionRecord], athlete: Athlete | None) -> Iterator[tuple[str, Event]]:
    seen: Counter[tuple[str, dt.date]] = Counter()
    for record in records:
        if record.date is not None:
            seen[record.program, record.date] += 1
            uid = f"{record.date}-{seen[record.program, record.date]}-{record.program}@wod_pipeline"
            yield uid, _event(uid, record.date, record, athlete)


def _event(uid: str, day: dt.date, record: SessionRecord, athlete: Athlete | None) -> Event:
    view = view_session(record, athlete)
    edited = _edited_at(record)
    event = Event()
    event.add("uid", uid)
    event.add("summary", _summary(view))
    event.add("description", shorten(as_text(view, width=1_000), LONGEST_DESCRIPTION))
    event.add("dtstart", day)
    event.add("dtend", day + DAY)
    event.add("dtstamp", edited)
    event.add("last-modified", edited)
    event.add("sequence", int((edited - _EPOCH).total_seconds()) // 60)
    event.add("status", "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    if view.post_url:
        event.add("url", view.post_url)
    return event


def _summary(view: SessionView) -> str:
    """The heading, and the first lifts after the warm-up that have a load."""
    segments = (item for item in view.items if isinstance(item, SegmentView) and item.kind != "warm_up")
    exercises = exercises_of(segments)
    lifts = dict.fromkeys(lift.title for lift in exercises if any(row.load for row in lift.sets))
    names = ", ".join(list(lifts)[:LIFTS_IN_SUMMARY])
    return shorten(f"{view.title}: {names}" if names else view.title, LONGEST_SUMMARY)


def _edited_at(record: SessionRecord) -> dt.datetime:
    """When the post was last edited; the start of its week when the site gave no time."""
    start = dt.datetime.combine(record.week, dt.time(), dt.timezone.utc)
    return max(utc_of(record.modified_gmt) or start, _EPOCH)


def _outrank(event: Component, before: Component) -> None:
    """Give a session that is back a higher sequence than its cancellation had."""
    if _is_cancelled(before):
        event["SEQUENCE"] = max(_sequence(event), _sequence(before) + 1)


def _is_cancelled(event: Component) -> bool:
    return str(event.get("STATUS")) == "CANCELLED"


def _sequence(event: Component) -> int:
    return int(event.decoded("sequence", 0))


def _cancelled(event: Component) -> Component:
    """The event, marked cancelled now unless it was cancelled before."""
    if _is_cancelled(event):
        return event
    now = dt.datetime.now(dt.timezone.utc)
    changes = {"status": "CANCELLED", "sequence": _sequence(event) + 1, "last-modified": now, "dtstamp": now}
    for name, value in changes.items():
        event.pop(name.upper(), None)
        event.add(name, value)
    return event
