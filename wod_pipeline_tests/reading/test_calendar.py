"""The calendar, read by another library: one event per session, updated when edited, cancelled when gone."""

from __future__ import annotations

import datetime as dt
import re
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar
from msgspec.structs import replace

from wod_pipeline.program import SessionRecord
from wod_pipeline.reading.calendar import LONGEST_DESCRIPTION, as_calendar
from wod_pipeline.training import Athlete, Weight
from wod_pipeline_tests.builders import MONDAY, raw_post, record_of, week_records
from wod_pipeline_tests.hostile import FORBIDDEN_CHARACTERS, hostile_record

ZONE = ZoneInfo("America/Los_Angeles")
LATER = "2026-03-03T09:30:00"
FOREIGN = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20260101T000000Z\r\n"
    "DTSTART;VALUE=DATE:20260302\r\nSUMMARY:Old\r\nDESCRIPTION:Old\r\nSTATUS:CONFIRMED\r\nSEQUENCE:0\r\n"
    "LAST-MODIFIED:20260101T000000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
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
            "url": str(event.get("URL", "")),
        }
        for event in Calendar.from_ical(data).walk("VEVENT")
    }


def test_one_all_day_event_a_session() -> None:
    found = events(as_calendar(records(*TWO_DAYS), ZONE))
    assert list(found) == ["2026-03-02-1-gym-plan@wod_pipeline", "2026-03-06-1-gym-plan@wod_pipeline"]
    monday = found["2026-03-02-1-gym-plan@wod_pipeline"]
    assert (monday["day"], monday["summary"], monday["status"]) == (MONDAY, "Monday: Snatch", "CONFIRMED")
    assert "70% of 1-RM Snatch" in str(monday["description"])


def test_an_event_links_to_its_day_on_the_page_and_names_the_post() -> None:
    (monday, *_) = events(as_calendar(records(*TWO_DAYS), ZONE, page_url="https://gym.example")).values()
    assert monday["url"] == "https://gym.example/day/2026-03-02"
    assert str(monday["description"]).endswith(f"\nThe post: {records(*TWO_DAYS)[0].post_url}\n")


def test_without_an_address_of_the_page_an_event_links_to_its_post() -> None:
    (monday, *_) = events(as_calendar(records(*TWO_DAYS), ZONE)).values()
    assert monday["url"] == records(*TWO_DAYS)[0].post_url


def test_the_post_is_named_even_when_the_text_is_cut() -> None:
    (session,) = records(
        "Monday", "A.", "Dips x 6 reps", *(f"Note {n} of a coach who writes a lot" for n in range(900))
    )
    ((_, event),) = events(as_calendar([session], ZONE)).items()
    assert len(str(event["description"])) <= LONGEST_DESCRIPTION
    assert str(event["description"]).endswith(f"…\nThe post: {session.post_url}\n")


def test_an_address_too_long_for_an_event_is_left_out() -> None:
    session = replace(records(*TWO_DAYS)[0], post_url=f"https://example.com/{'x' * 5_000}")
    ((_, event),) = events(as_calendar([session], ZONE)).items()
    assert event["url"] == ""
    assert "The post" not in str(event["description"])


def test_rest_days_are_left_out_on_request_without_being_cancelled() -> None:
    lines = ("Monday", "A.", "Dips x 6 reps", "Wednesday (Rest Day)", "Walk")
    whole = as_calendar(records(*lines), ZONE)
    assert [uid[:10] for uid in events(whole)] == ["2026-03-02", "2026-03-04"]
    without = as_calendar(records(*lines), ZONE, previous=[whole], covered=DAYS, rest_days=False)
    assert {uid[:10]: event["status"] for uid, event in events(without).items()} == {
        "2026-03-02": "CONFIRMED"
    }
    gone = as_calendar(records(*lines[:3]), ZONE, previous=[whole], covered=DAYS, rest_days=False)
    assert [uid[:10] for uid in events(gone)] == ["2026-03-02"]


def test_leaving_out_rest_days_keeps_the_uid_of_the_other_sessions_of_the_day() -> None:
    rest, training = records("Monday", "AM Session", "Walk", "PM Session", "A.", "Rows x 6 reps")
    with_rest = [replace(rest, kind="rest"), training]
    both, one = (events(as_calendar(with_rest, ZONE, rest_days=shown)) for shown in (True, False))
    assert list(both)[1:] == list(one)


def test_programs_are_told_the_name_and_when_to_look_again() -> None:
    plain, own = (as_calendar([], ZONE, who).decode().split("\r\n") for who in (None, Athlete()))
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT6H" in plain
    assert "X-PUBLISHED-TTL:PT6H" in plain
    assert {"NAME:Training", "X-WR-CALNAME:Training"} < set(plain)
    assert {"NAME:Training with my weights", "X-WR-CALNAME:Training with my weights"} < set(own)


def test_an_event_of_somebody_else_is_not_cancelled() -> None:
    foreign = FOREIGN.format(uid="dentist@example.com").encode()
    (event,) = events(
        as_calendar([], ZONE, previous=[foreign], covered=DAYS, page_url="https://gym.example")
    ).values()
    assert (event["status"], event["url"]) == ("CONFIRMED", "")
    ours = FOREIGN.format(uid="gone@wod_pipeline").encode()
    (event,) = events(
        as_calendar([], ZONE, previous=[ours], covered=DAYS, page_url="https://gym.example")
    ).values()
    assert (event["status"], event["url"]) == ("CANCELLED", "https://gym.example/day/2026-03-02")


@pytest.mark.parametrize(
    "start", ["DTSTART:99999999", "DTSTART:x", "DTSTART:", "DTSTART:20260302\r\nDTSTART:20260303"]
)
def test_an_event_of_somebody_else_without_a_readable_day_stays_as_it_is(start: str) -> None:
    foreign = FOREIGN.format(uid="dentist@example.com").replace("DTSTART;VALUE=DATE:20260302", start)
    data = as_calendar([], ZONE, previous=[foreign.encode()], covered=DAYS)
    assert start.encode() in data
    assert b"SUMMARY:Old" in data


def test_maxes_change_neither_uid_nor_sequence() -> None:
    who = Athlete(maxes={("snatch", 1): Weight(Fraction(100), "kg")})
    plain, own = (
        events(as_calendar(records(*TWO_DAYS), ZONE)),
        events(as_calendar(records(*TWO_DAYS), ZONE, who)),
    )
    assert {uid: event["sequence"] for uid, event in plain.items()} == {
        uid: event["sequence"] for uid, event in own.items()
    }
    assert "→ 70 kg" in str(next(iter(own.values()))["description"])


def test_a_newer_parser_that_reads_the_same_changes_no_byte() -> None:
    newer = [replace(record, parser=record.parser + 1) for record in records(*TWO_DAYS)]
    assert as_calendar(newer, ZONE) == as_calendar(records(*TWO_DAYS), ZONE)


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


ODD = (
    "Monday",
    "AM Session",
    "A.",
    "3 sets of 2 reps:",
    "Snatch @ 70%, keep it \N{FIRE}\N{WEIGHT LIFTER}\N{ZERO WIDTH JOINER}\N{FEMALE SIGN}; a back\\\\slash, a \\\\n",
    "\u05de\u05ea\u05d7\u05d9\u05dc\u05d9\u05dd \u0644\u0627 \u05db\u05dc",
    "PM Session",
    "\u91cd\u91cf\u6319\u3052" * 120,
    "x" * 500,
    "Wednesday (Rest Day)",
    "Friday",
    "A.",
    "5 sets of 1 rep:",
    "Clean and Jerk @ 85-90%",
)


def test_every_byte_is_as_rfc_5545_has_it() -> None:
    """CRLF ends a line of at most 75 octets and no fold cuts a character (§3.1); TEXT is escaped (§3.3.11)."""
    before = as_calendar(records(*ODD, "Saturday", "A.", "Dips x 6 reps"), ZONE)
    data = as_calendar(records(*ODD), ZONE, previous=[before], covered=DAYS, page_url="https://gym.example")
    assert data.endswith(b"END:VCALENDAR\r\n")
    assert not {b"\r", b"\n"} & set(re.findall(rb"[\r\n]", data.replace(b"\r\n", b"")))
    assert max(map(len, data.split(b"\r\n"))) <= 75
    assert all(line.decode() for line in data.split(b"\r\n")[:-1]), "a fold between two characters"
    lines = data.decode().replace("\r\n ", "").split("\r\n")
    texts = [
        line.partition(":")[2] for line in lines if re.match("SUMMARY|DESCRIPTION|CATEGORIES|NAME", line)
    ]
    assert len(texts) == 1 + 3 * 5
    assert not [text for text in texts if re.search(r"(?<!\\)(?:\\\\)*(?:[;,]|\\[^\\;,nN])", text)]
    assert len(as_calendar([], ZONE, previous=[data])) == len(data), "read and written again"


def test_every_required_property_is_there_once() -> None:
    """VERSION and PRODID of a calendar (§3.6), UID, DTSTAMP and DTSTART of an event (§3.6.1)."""
    lines = as_calendar(records(*ODD), ZONE).decode().replace("\r\n ", "").split("\r\n")
    names = [re.split("[:;]", line, maxsplit=1)[0] for line in lines if line]
    assert (names.count("VERSION"), names.count("PRODID"), names.count("METHOD")) == (1, 1, 1)
    once = (
        "UID",
        "DTSTAMP",
        "DTSTART",
        "DTEND",
        "SUMMARY",
        "STATUS",
        "SEQUENCE",
        "URL",
        "TRANSP",
        "CATEGORIES",
    )
    for event in "\n".join(names).split("BEGIN")[2:]:
        assert all(event.split().count(name) == 1 for name in once), event
    starts = [line for line in lines if line.startswith(("DTSTART", "DTEND"))]
    assert all(re.fullmatch(r"DT(START|END);VALUE=DATE:\d{8}", line) for line in starts)


def test_a_hostile_post_is_text_in_one_event() -> None:
    data = as_calendar([hostile_record()], ZONE)
    (event,) = events(data).values()
    assert "<script>document.title = 'owned'</script>" in str(event["description"])
    assert not FORBIDDEN_CHARACTERS & set(data.decode())
    assert data.count(b"BEGIN:VEVENT") == 1
    assert max(map(len, data.split(b"\r\n"))) <= 75
    assert len(data) < 40_000


def test_the_uid_of_a_session_stored_under_a_hostile_program_has_nothing_that_steers() -> None:
    record = replace(record_of("A.", "Dips x 5"), program="a\x1b[31m\x07\u202eb")
    data = as_calendar(
        [record], ZoneInfo("UTC"), chosen=[(record.week, replace(record, date=None, label="x\u202ey"))]
    )
    uids = [str(event["UID"]) for event in Calendar.from_ical(data).walk("VEVENT")]
    assert len(uids) == 2
    assert all(uid.isprintable() and "a[31mb" in uid for uid in uids)


def test_the_title_of_an_event_names_no_lift_of_another_version() -> None:
    lines = ("Monday", "A.", "Three sets of:", "Snatch x 2 @ 70%", "Scaled:", "Power Snatch x 2 @ 60%")
    (event,) = events(as_calendar(records(*lines), ZONE)).values()
    assert event["summary"] == "Monday: Snatch"
