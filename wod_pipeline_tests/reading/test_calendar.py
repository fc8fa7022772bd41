"""The calendar, read by another library: one event per session, updated when edited, cancelled when gone."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from wod_pipeline.program import SessionRecord
from wod_pipeline.reading.calendar import as_calendar
from wod_pipeline_tests.builders import MONDAY, raw_post, week_records
from wod_pipeline_tests.hostile import FORBIDDEN_CHARACTERS, hostile_record

ZONE = ZoneInfo("America/Los_Angeles")
LATER = "2026-03-03T09:30:00"
DAYS = frozenset(MONDAY + dt.timedelta(days=n) for n in range(7))
TWO_DAYS = (
    "Monday",
    "A.",
    "3 sets of 2 reps:",
    "Snatch @ 70%",
    "Friday",
    "A.",
    "3 sets of 5 reps:",
    "Back Squat @ 75%",
)


def records(*lines: str, modified: str = "") -> list[SessionRecord]:
    return week_records(raw_post(*lines, modified=modified, modified_gmt=modified)).records


def events(data: bytes) -> dict[str, dict[str, object]]:
    """UID → what the event says."""
    return {
        str(event["UID"]): {
            "day": event.decoded("dtstart"),
            "summary": str(event["SUMMARY"]),
            "status": str(event["STATUS"]),
            "sequence": int(event.decoded("sequence")),
            "changed": event.decoded("last-modified"),
            "description": str(event["DESCRIPTION"]),
        }
        for event in Calendar.from_ical(data).walk("VEVENT")
    }


def test_one_all_day_event_a_session() -> None:
    found = events(as_calendar(records(*TWO_DAYS), ZONE))
    assert list(found) == ["2026-03-02-1-gym-plan@wod_pipeline", "2026-03-06-1-gym-plan@wod_pipeline"]
    monday = found["2026-03-02-1-gym-plan@wod_pipeline"]
    assert (monday["day"], monday["summary"], monday["status"]) == (MONDAY, "Monday: Snatch", "CONFIRMED")
    assert "70% of 1-RM Snatch" in str(monday["description"])


def test_an_edit_keeps_the_uid_and_raises_sequence_and_time() -> None:
    (uid, before), *_ = events(as_calendar(records(*TWO_DAYS), ZONE)).items()
    after = events(
        as_calendar(records("Monday", "A.", "3 sets of 2 reps:", "Snatch @ 72%", modified=LATER), ZONE)
    )[uid]
    assert int(str(after["sequence"])) > int(str(before["sequence"]))
    assert after["changed"] == dt.datetime(2026, 3, 3, 9, 30, tzinfo=dt.timezone.utc)
    assert "72%" in str(after["description"])


def test_the_same_sessions_are_the_same_bytes() -> None:
    assert as_calendar(records(*TWO_DAYS), ZONE) == as_calendar(records(*TWO_DAYS), ZONE)


def test_two_sessions_of_a_day_are_two_events() -> None:
    lines = ("Monday", "AM Session", "A.", "Dips x 6 reps", "PM Session", "A.", "Rows x 6 reps")
    assert [uid[:12] for uid in events(as_calendar(records(*lines), ZONE))] == [
        "2026-03-02-1",
        "2026-03-02-2",
    ]


def test_a_session_that_vanished_is_cancelled_once_and_may_come_back() -> None:
    published = as_calendar(records(*TWO_DAYS), ZONE)
    friday = "2026-03-06-1-gym-plan@wod_pipeline"
    without = as_calendar(records(*TWO_DAYS[:4]), ZONE, previous=[published], covered=DAYS)
    cancelled = events(without)[friday]
    assert cancelled["status"] == "CANCELLED"
    assert cancelled["sequence"] == events(published)[friday]["sequence"] + 1  # type: ignore[operator]
    again = as_calendar(records(*TWO_DAYS[:4]), ZONE, previous=[without], covered=DAYS)
    assert events(again)[friday] == cancelled, "told once"
    back = events(as_calendar(records(*TWO_DAYS), ZONE, previous=[again], covered=DAYS))[friday]
    assert (back["status"], back["sequence"]) == ("CONFIRMED", cancelled["sequence"] + 1)  # type: ignore[operator]


def test_nothing_is_cancelled_because_it_was_not_read() -> None:
    published = as_calendar(records(*TWO_DAYS), ZONE)
    assert events(as_calendar([], ZONE, previous=[published])) == events(published)


def test_what_is_no_calendar_is_refused() -> None:
    with pytest.raises(ValueError, match="hello"):
        as_calendar([], ZONE, previous=[b"hello"])


def test_a_hostile_post_is_text_in_one_event() -> None:
    data = as_calendar([hostile_record()], ZONE)
    (event,) = events(data).values()
    assert "<script>document.title = 'owned'</script>" in str(event["description"])
    assert not FORBIDDEN_CHARACTERS & set(data.decode())
    assert data.count(b"BEGIN:VEVENT") == 1
    assert max(map(len, data.split(b"\r\n"))) <= 75
    assert len(data) < 40_000
