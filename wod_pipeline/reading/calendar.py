"""Sessions as an iCalendar: one all-day event each, kept up to date when a post is edited.

An event is known by its program, its date and its number on that date, so an edited post updates its events
instead of adding new ones: `SEQUENCE` and `LAST-MODIFIED` follow the post's own time of change. A session
that vanished leaves no trace in the session table; what was published before is therefore taken from the
previous calendar, and its events that are gone are marked cancelled. Needs the `icalendar` library.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Container, Iterable, Iterator
from zoneinfo import ZoneInfo

from icalendar import Calendar, Component, Event

from wod_pipeline.program import SessionRecord, WeekRecords
from wod_pipeline.rendering import SegmentView, SessionView, as_text, exercises_of, view_session
from wod_pipeline.training import Athlete
from wod_pipeline.weeks import DAY, days_of


def week_key(monday: dt.date) -> str:
    """Where the calendar of a week is kept in the lake."""
    return f"session_calendar/week={monday}/sessions.ics"


PRODUCT = "-//wod_pipeline//training sessions//EN"
LONGEST_DESCRIPTION = 8_000
LIFTS_IN_SUMMARY = 3
_EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.timezone.utc)


def as_calendar(
    records: Iterable[SessionRecord],
    zone: ZoneInfo,
    athlete: Athlete | None = None,
    previous: Iterable[bytes] = (),
    covered: Container[dt.date] = frozenset(),
) -> bytes:
    """The calendar of these sessions in order; undated ones are left out.

    `previous` are calendars that were published before. Their events that are not among these sessions are
    cancelled when their day is in `covered`, the days of which `records` are known to be all sessions; others
    stay as they were, so that nothing is cancelled because it was not read. Raises `ValueError` when one of
    `previous` is no calendar.
    """
    events: dict[str, Component] = dict(_current(records, athlete))
    for uid, before in _published(previous):
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


def _published(calendars: Iterable[bytes]) -> Iterator[tuple[str, Component]]:
    """The all-day events of these calendars by UID."""
    for data in filter(None, calendars):
        for event in Calendar.from_ical(data).walk("VEVENT"):
            if "UID" in event and "DTSTART" in event:
                yield str(event["UID"]), event


def _day(event: Component) -> dt.date:
    start = event.decoded("dtstart")
    return start.date() if isinstance(start, dt.datetime) else dt.date.fromisoformat(start.isoformat())


def _current(records: Iterable[SessionRecord], athlete: Athlete | None) -> Iterator[tuple[str, Event]]:
    seen: Counter[tuple[str, dt.date]] = Counter()
    for record in records:
        if record.date is not None:
            seen[record.program, record.date] += 1
            uid = f"{record.date}-{seen[record.program, record.date]}-{record.program}@wod_pipeline"
            yield uid, _event(uid, record.date, record, athlete)


def _event(uid: str, day: dt.date, record: SessionRecord, athlete: Athlete | None) -> Event:
    view = view_session(record, athlete)
    changed = _modified(record)
    event = Event()
    event.add("uid", uid)
    event.add("summary", _summary(view))
    event.add("description", as_text(view, width=1_000)[:LONGEST_DESCRIPTION])
    event.add("dtstart", day)
    event.add("dtend", day + DAY)
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    event.add("sequence", int((changed - _EPOCH).total_seconds()) // 60)
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
    told = ", ".join(list(lifts)[:LIFTS_IN_SUMMARY])
    return f"{view.title}: {told}"[:200] if told else view.title[:200]


def _modified(record: SessionRecord) -> dt.datetime:
    """When the post was last changed; the start of its week when the site did not say."""
    try:
        changed = dt.datetime.fromisoformat(record.modified_gmt)
    except ValueError:
        changed = dt.datetime.combine(record.week, dt.time())
    return max(changed.replace(tzinfo=dt.timezone.utc), _EPOCH)


def _outrank(event: Component, before: Component) -> None:
    """A session that is back after it was cancelled needs a higher sequence than its cancellation."""
    if _is_cancelled(before):
        event["SEQUENCE"] = max(_sequence(event), _sequence(before) + 1)


def _is_cancelled(event: Component) -> bool:
    return str(event.get("STATUS")) == "CANCELLED"


def _sequence(event: Component) -> int:
    return int(event.decoded("sequence", 0))


def _cancelled(event: Component) -> Component:
    """The event as cancelled now; one that was cancelled before stays as it is."""
    if _is_cancelled(event):
        return event
    at = dt.datetime.now(dt.timezone.utc)
    changes = {"status": "CANCELLED", "sequence": _sequence(event) + 1, "last-modified": at, "dtstamp": at}
    for name, value in changes.items():
        event.pop(name.upper(), None)
        event.add(name, value)
    return event
