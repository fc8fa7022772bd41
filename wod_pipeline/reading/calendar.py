"""Sessions as an iCalendar: one all-day event per session, updated when a post is edited.

An event is identified by program, date and its number on that date, so an edited post updates its events instead of
adding new ones; `SEQUENCE` and `LAST-MODIFIED` follow the time of the edit. They stay when the parser or the
athlete's maxes change: a program that subscribes replaces its events at every refresh, whatever their sequence, but
one into which a file is imported may keep the earlier text. The session table does not remember sessions that were
removed. They are found in the previous calendar, and their events are marked cancelled. Needs the `icalendar`
library.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Container, Iterable, Iterator
from functools import cache
from itertools import chain
from typing import get_args
from zoneinfo import ZoneInfo

from icalendar import Calendar, Component, Event, vCategory, vDDDTypes, vDuration, vInt, vText, vUri
from msgspec.structs import replace

from wod_pipeline.post_times import utc_of
from wod_pipeline.program import SessionKind, SessionRecord, WeekRecords
from wod_pipeline.reading.derived import MADE_FROM_PROPERTY
from wod_pipeline.reading.folding import as_bytes
from wod_pipeline.reading.published import OURS, PublishedEvent, read_own_events, read_published
from wod_pipeline.reading.undated import SessionName, name_of
from wod_pipeline.rendering import SegmentView, SessionView, as_text, clean, exercises_of, view_session
from wod_pipeline.training import Athlete
from wod_pipeline.weeks import DAY, as_day, days_of, monday_of
from wod_pipeline.wording import is_web_address, shorten

PRODUCT = "-//wod_pipeline//training sessions//EN"
LONGEST_SUMMARY, LONGEST_DESCRIPTION, LONGEST_ADDRESS = 200, 8_000, 1_000
"""Characters of an event's texts; a longer address of a post is left out."""
LIFTS_IN_SUMMARY = 3
REFRESH = dt.timedelta(hours=6)
"""How long a program that subscribes may wait before it looks again."""
_CONFIRMED, _CANCELLED, _TRANSPARENT = vText("CONFIRMED"), vText("CANCELLED"), vText("TRANSPARENT")
_NO_LONGER_IN_POST = "This session is no longer in its post.\n"
_REST = "Rest"
_CATEGORIES = frozenset(_REST if kind == "rest" else kind.capitalize() for kind in get_args(SessionKind))
_EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.timezone.utc)
"""`SEQUENCE` counts the minutes since then."""


def as_calendar(  # noqa: PLR0913 all but two have a default
    records: Iterable[SessionRecord],
    zone: ZoneInfo,
    athlete: Athlete | None = None,
    previous: Iterable[bytes] = (),
    covered: Container[dt.date] = frozenset(),
    *,
    stored: Iterable[bytes] = (),
    page_url: str = "",
    rest_days: bool = True,
    between: tuple[dt.date, dt.date] | None = None,
    chosen: Iterable[tuple[dt.date, SessionRecord]] = (),
    made_from: str = "",
) -> bytes:
    """The calendar of these sessions by date, with those undated ones for which the athlete has chosen a day.

    `stored` are the calendars published before, as the lake has them. `covered` are the days for which `records`
    holds every session: an earlier event of such a day that is not among them is cancelled. Events of other days
    stay, so that a session is not cancelled because it was not read. Both are made anew from what `published` reads
    of them. `previous` are such calendars in the reader's own files, whose events of other programs stay.
    An event links to its day on the page at `page_url`, or to
    its post without one. `rest_days` false leaves out sessions of the kind "rest", `between` earlier events that are
    not from its first day to its last. `chosen` are undated sessions, each with its day. `made_from` is
    put into a property (see `derived`). Raises `ValueError` when one of `stored` or `previous` cannot be parsed.
    """
    records = list(records)
    events: dict[str, Component] = dict(_current_events(records, athlete))
    events.update(_chosen_events(chosen, athlete))
    own_files = [data for data in previous if data]
    events.update(_foreign_events(own_files))
    from_lake = (_without_text(event, covered, records) for data in stored for event in read_published(data))
    for before in (*from_lake, *(event for data in own_files for event in read_own_events(data))):
        if between and not between[0] <= before.day <= between[1]:
            continue
        if before.uid in events:
            _outrank(events[before.uid], before)
        else:
            events[before.uid] = _published_event(before, vanished=before.day in covered)
    calendar = _empty(zone, athlete)
    if made_from:
        calendar.add(MADE_FROM_PROPERTY, made_from)
    for uid in sorted(events, key=lambda uid: (_day(events[uid]), uid)):
        event = events[uid]
        if page_url and uid.endswith(OURS):
            event["URL"] = vUri(f"{page_url}/day/{_day(event)}")
        if rest_days or not _is_rest(event):
            calendar.add_component(event)
    return as_bytes(calendar)


def week_calendar(
    monday: dt.date,
    value: WeekRecords | None,
    published: bytes,
    zone: ZoneInfo,
    page_url: str = "",
    made_from: str = "",
) -> bytes:
    """The week's calendar, carried on from the published one. A week that is not stored cancels nothing.

    Raises `ValueError` when the published one cannot be parsed.
    """
    days = frozenset(days_of(monday)) if value is not None else frozenset[dt.date]()
    records = value.records if value else []
    return as_calendar(
        records, zone, stored=[published], covered=days, page_url=page_url, made_from=made_from
    )


def is_calendar(data: bytes) -> bool:
    """Whether the bytes can be read as a stored calendar."""
    try:
        read_published(data)
    except ValueError:
        return False
    return True


def _empty(zone: ZoneInfo, athlete: Athlete | None) -> Calendar:
    """A calendar without events; its name and refresh interval as RFC 7986 has them, and as older programs do."""
    name = "Training" if athlete is None else "Training with my weights"
    calendar = Calendar()
    for key, value in (
        ("prodid", PRODUCT),
        ("version", "2.0"),
        ("method", "PUBLISH"),
        ("name", name),
        ("x-wr-calname", name),
        ("x-wr-timezone", zone.key),
        ("x-published-ttl", vDuration(REFRESH)),
    ):
        calendar.add(key, value)
    calendar.add("refresh-interval", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    return calendar


def _without_text(
    event: PublishedEvent, covered: Container[dt.date], records: Iterable[SessionRecord]
) -> PublishedEvent:
    """A stored event whose session has vanished, with UID, day and title, and its post from the records."""
    if not event.is_cancelled and event.day not in covered:
        return event
    posts = (
        record.post_url
        for record in records
        if record.week == monday_of(event.day) and event.uid.endswith(f"-{record.program}{OURS}")
    )
    address = next((post for post in posts if len(post) <= LONGEST_ADDRESS), "")
    text = f"{_NO_LONGER_IN_POST}\nThe post: {address}\n" if address else _NO_LONGER_IN_POST
    return event._replace(description=text, url=address)


def _foreign_events(own_files: Iterable[bytes]) -> dict[str, Component]:
    """The events of other programs, by UID, as they are in the reader's own files."""
    events = chain.from_iterable(Calendar.from_ical(data).walk("VEVENT") for data in own_files)
    return {
        str(event["UID"]): event
        for event in events
        if "UID" in event and "DTSTART" in event and not str(event["UID"]).endswith(OURS)
    }


def _day(event: Component) -> dt.date:
    """The day of an event; the first there is for one of another program that does not say it readably."""
    try:
        start = getattr(event["DTSTART"], "dt", None)  # none where it is given twice
    except ValueError:  # not a time
        return dt.date.min
    return as_day(start) if isinstance(start, dt.date) else dt.date.min


def _current_events(records: Iterable[SessionRecord], athlete: Athlete | None) -> Iterator[tuple[str, Event]]:
    seen: Counter[tuple[str, dt.date]] = Counter()
    for record in records:
        if record.date is not None:
            seen[record.program, record.date] += 1
            uid = f"{record.date}-{seen[record.program, record.date]}-{clean(record.program)}{OURS}"
            yield uid, _event(uid, record.date, record, view_session(record, athlete))


def _chosen_events(
    chosen: Iterable[tuple[dt.date, SessionRecord]], athlete: Athlete | None
) -> Iterator[tuple[str, Event]]:
    """Events of undated sessions. Their UIDs do not have the day, so that another choice moves the event."""
    seen: Counter[tuple[dt.date, SessionName]] = Counter()
    for day, record in chosen:
        program, session = name = name_of(record)
        seen[record.week, name] += 1
        # Stored sessions may have the name that an earlier version made.
        uid = f"week-{record.week}-{clean(session)}-{seen[record.week, name]}-{clean(program)}{OURS}"
        view = replace(view_session(record, athlete), date=day, is_chosen=True)
        yield uid, _event(uid, day, record, view)


def _event(uid: str, day: dt.date, record: SessionRecord, view: SessionView) -> Event:
    edited = _edited_at(record)
    event = Event()
    # Not by `add`, which works out anew for every value what type it is of.
    event["UID"] = vText(uid)
    event["SUMMARY"] = vText(_summary(view))
    event["DESCRIPTION"] = vText(_description(view))
    event["CATEGORIES"] = _category(record.kind)
    event["DTSTART"] = vDDDTypes(day)
    event["DTEND"] = vDDDTypes(day + DAY)
    event["DTSTAMP"] = event["LAST-MODIFIED"] = vDDDTypes(edited)
    event["SEQUENCE"] = vInt((edited - _EPOCH).total_seconds() // 60)
    event["STATUS"], event["TRANSP"] = _CONFIRMED, _TRANSPARENT
    if address := _post_address(view):
        event["URL"] = vUri(address)
    return event


def _description(view: SessionView) -> str:
    """The whole session, then the address of its post, which is kept when the text is cut."""
    address = _post_address(view)
    end = f"\nOn {view.date:%A} by your choice: the post names no day.\n" if view.is_chosen else ""
    end += f"\nThe post: {address}\n" if address else ""
    return shorten(as_text(view, width=1_000), LONGEST_DESCRIPTION - len(end)) + end


def _post_address(view: SessionView) -> str:
    return view.post_url if len(view.post_url) <= LONGEST_ADDRESS else ""


@cache
def _category(kind: SessionKind) -> vCategory:
    return vCategory([_REST if kind == "rest" else kind.capitalize()])


def _is_rest(event: Component) -> bool:
    return _REST in getattr(event.get("CATEGORIES"), "cats", ())


def _summary(view: SessionView) -> str:
    """The heading, and the first lifts after the warm-up that have a load."""
    segments = (item for item in view.items if isinstance(item, SegmentView) and item.kind != "warm_up")
    exercises = exercises_of(segments, other_versions=False)
    lifts = dict.fromkeys(lift.title for lift in exercises if any(row.load for row in lift.sets))
    names = ", ".join(list(lifts)[:LIFTS_IN_SUMMARY])
    return shorten(f"{view.title}: {names}" if names else view.title, LONGEST_SUMMARY)


def _edited_at(record: SessionRecord) -> dt.datetime:
    """When the post was last edited; the start of its week when the site gave no time."""
    start = dt.datetime.combine(record.week, dt.time(), dt.timezone.utc)
    return max(utc_of(record.modified_gmt) or start, _EPOCH)


def _outrank(event: Component, before: PublishedEvent) -> None:
    """Give a session that is back a higher sequence than its cancellation had."""
    if before.is_cancelled:
        event["SEQUENCE"] = vInt(max(event.decoded("sequence"), before.sequence + 1))


def _published_event(before: PublishedEvent, *, vanished: bool) -> Event:
    """The event again, from what was read of it; one whose session has vanished is cancelled, once."""
    newly = vanished and not before.is_cancelled
    edited = dt.datetime.now(dt.timezone.utc) if newly else before.edited or _EPOCH
    event = Event()
    event["UID"] = vText(before.uid)
    event["SUMMARY"] = vText(shorten(clean(before.summary), LONGEST_SUMMARY))
    event["DESCRIPTION"] = vText(_cleaned(before.description))
    if before.category in _CATEGORIES:
        event["CATEGORIES"] = vCategory([before.category])
    event["DTSTART"] = vDDDTypes(before.day)
    event["DTEND"] = vDDDTypes(before.day + DAY)
    event["DTSTAMP"] = event["LAST-MODIFIED"] = vDDDTypes(edited)
    event["SEQUENCE"] = vInt(before.sequence + newly)
    event["STATUS"] = _CANCELLED if vanished or before.is_cancelled else _CONFIRMED
    event["TRANSP"] = _TRANSPARENT
    if is_web_address(before.url) and len(before.url) <= LONGEST_ADDRESS:
        event["URL"] = vUri(clean(before.url))
    return event


def _cleaned(description: str) -> str:
    return shorten("\n".join(map(clean, description.split("\n"))), LONGEST_DESCRIPTION)
