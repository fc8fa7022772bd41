"""A calendar's bytes are those that icalendar itself writes."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Event, vText

from wod_pipeline.reading.folding import LONGEST_LINE_BYTES, as_bytes, fold

TEXT = st.text(st.sampled_from('ab \\^,;:"é→💪م\u0301'), max_size=400) | st.text(max_size=200)


def calendar_with(text: str) -> Calendar:
    event = Event()
    event.add("dtstart", dt.date(2026, 3, 2))
    event.add("dtstamp", dt.datetime(2026, 3, 2, tzinfo=dt.timezone.utc))
    event.add("categories", ["Training", text])
    event.add("summary", text, parameters={"ALTREP": "https://example.com/" + "a" * 80})
    event["DESCRIPTION"] = vText(text)
    calendar = Calendar()
    calendar["NAME"] = vText(text)
    calendar.add_component(event)
    return calendar


@given(TEXT)
def test_a_calendar_has_the_bytes_that_icalendar_writes(text: str) -> None:
    calendar = calendar_with(text.replace("\r", ""))
    assert as_bytes(calendar) == calendar.to_ical()


@given(TEXT)
def test_a_folded_line_is_short_in_every_piece_and_whole_again_when_unfolded(text: str) -> None:
    line = text.replace("\n", " ").replace("\r", " ").encode()
    folded = fold(line)
    assert folded.replace(b"\r\n ", b"") == line
    assert all(len(piece) <= LONGEST_LINE_BYTES + 1 for piece in folded.split(b"\r\n"))
    assert [piece.decode() for piece in folded.split(b"\r\n ")]


def test_a_value_of_two_lines_does_not_become_a_property_of_its_own() -> None:
    calendar = Calendar()
    calendar.add("x-name", "Training\r\nX-EVIL:1")
    with pytest.raises(ValueError, match="X-NAME holds a line break"):
        as_bytes(calendar)
