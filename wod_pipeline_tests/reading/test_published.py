"""Events read back from a calendar that another program may have damaged or written."""

from __future__ import annotations

import datetime as dt
import random
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from wod_pipeline.bounds import CALENDAR_BYTES
from wod_pipeline.reading.calendar import as_calendar, week_calendar
from wod_pipeline.reading.published import read_published
from wod_pipeline_tests.builders import MONDAY, raw_post, week_records

ZONE = ZoneInfo("America/Los_Angeles")
DAYS = frozenset(MONDAY + dt.timedelta(days=n) for n in range(7))
SEED = 14
OUR_PROPERTIES = {
    *("UID", "SUMMARY", "DESCRIPTION", "CATEGORIES", "DTSTART", "DTEND", "DTSTAMP"),
    *("LAST-MODIFIED", "SEQUENCE", "STATUS", "TRANSP", "URL"),
}
FOREIGN = """BEGIN:VCALENDAR\r
VERSION:2.0\r
METHOD:REQUEST\r
BEGIN:VTIMEZONE\r
TZID:evil\r
END:VTIMEZONE\r
BEGIN:VEVENT\r
UID:{uid}\r
DTSTART;VALUE=DATE:20260306\r
DTEND;VALUE=DATE:20360306\r
SUMMARY:Snatch\\nATTACH:http://evil.example/summary\\, heavy\r
DESCRIPTION:Win a prize at http://evil.example/description\r
URL:file:///etc/passwd\r
ATTACH;FMTTYPE=application/x-sh:http://evil.example/a.sh\r
ATTENDEE:mailto:all@evil.example\r
CLASS:PUBLIC\r
CONFERENCE:http://evil.example/call\r
LOCATION:http://evil.example/place\r
ORGANIZER:mailto:boss@evil.example\r
RDATE;VALUE=DATE:20260307,20260308\r
RRULE:FREQ=SECONDLY;COUNT=999999999\r
X-ALT-DESC;FMTTYPE=text/html:<script>alert(1)</script>\r
BEGIN:VALARM\r
ACTION:PROCEDURE\r
ATTACH:file:///bin/sh\r
DESCRIPTION:from the alarm\r
TRIGGER:-PT1M\r
END:VALARM\r
END:VEVENT\r
END:VCALENDAR\r
"""
OURS = FOREIGN.format(uid="2026-03-06-1-gym-plan@wod_pipeline").encode()


def published() -> bytes:
    """A week's calendar as the lake has it."""
    lines = ("Monday", "A.", "3 sets of 2 reps:", "Snatch @ 70%", "Friday", "A.", "Dips x 6 reps")
    return week_calendar(MONDAY, week_records(raw_post(*lines)), b"", ZONE)


def test_of_a_vanished_event_uid_day_and_title_are_told_and_nothing_else() -> None:
    data = as_calendar([], ZONE, stored=[OURS], covered=DAYS, page_url="https://gym.example")
    assert b"evil.example/summary" in data, "a title is text"
    (event,) = Calendar.from_ical(data).walk("VEVENT")
    assert set(event) <= OUR_PROPERTIES
    assert not event.subcomponents
    assert event["SUMMARY"] == "Snatch ATTACH:http://evil.example/summary, heavy"
    assert event["STATUS"] == "CANCELLED"
    assert event["URL"] == "https://gym.example/day/2026-03-06"
    assert event.decoded("DTEND") == dt.date(2026, 3, 7)
    assert data.count(b"evil") == 1


def test_an_event_that_stays_has_the_parts_of_a_session_alone() -> None:
    data = as_calendar([], ZONE, stored=[OURS])
    (event,) = Calendar.from_ical(data).walk("VEVENT")
    assert set(event) <= OUR_PROPERTIES
    assert not event.subcomponents
    assert "URL" not in event, "not one that a click should open"
    assert event["DESCRIPTION"] == "Win a prize at http://evil.example/description"


@pytest.mark.parametrize("uid", ["dentist@example.com", "x", "a b@wod_pipeline", "\\n@wod_pipeline", ""])
def test_an_event_of_another_program_in_the_lake_is_left_out(uid: str) -> None:
    assert b"VEVENT" not in as_calendar([], ZONE, stored=[FOREIGN.format(uid=uid).encode()], covered=DAYS)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (b"20260302", b"00000302", "has no day"),
        (b"20260302", b"99999999", "has no day"),
        (b"20260302", b"99991231", "is of 9999-12-31"),
        (b"SEQUENCE:", b"SEQUENCE:9999999999999", "no readable SEQUENCE"),
        (b"SEQUENCE:", b"SEQUENCE:-", "no readable SEQUENCE"),
        (b"SUMMARY:", b"SUMMARY:\xff", "not UTF-8"),
        (b"END:VEVENT\r\n", b"", "ends within an event"),
        (b"BEGIN:VCALENDAR", b"", "no whole calendar"),
        (b"END:VCALENDAR", b"", "no whole calendar"),
    ],
)
def test_a_damaged_calendar_says_what_is_wrong(old: bytes, new: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_published(published().replace(old, new))


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_a_stored_calendar_is_read_to_its_bound_of_bytes(more: int) -> None:
    whole = published()
    data = whole.replace(b"METHOD", b"X" * (CALENDAR_BYTES.most + more - len(whole)) + b"METHOD", 1)
    if more > 0:
        with pytest.raises(ValueError, match="1,048,577 bytes, and at most 1,048,576 are read"):
            read_published(data)
    else:
        assert len(read_published(data)) == 2


def test_any_damage_is_read_or_is_one_kind_of_error_and_adds_no_property() -> None:
    chance = random.Random(SEED)
    whole = published()
    pieces = (
        b"",
        b"\xff",
        b"\x00",
        b"\r\n",
        b"BEGIN:VEVENT\r\n",
        b"END:VEVENT\r\n",
        b"\\",
        b";:",
        b"9" * 400,
        OURS,
    )
    for _ in range(400):
        start = chance.randrange(len(whole))
        damaged = whole[:start] + chance.choice(pieces) + whole[start + chance.randrange(30) :]
        try:
            data = as_calendar([], ZONE, stored=[damaged], covered=DAYS)
        except ValueError:
            continue
        for event in Calendar.from_ical(data).walk("VEVENT"):
            assert set(event) <= OUR_PROPERTIES
