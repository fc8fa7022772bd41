"""An iCalendar as bytes, its long lines folded as RFC 5545 §3.1 has it. Pure.

The bytes are those of icalendar's own `to_ical`, which folds character by character: over ten years of sessions that
takes longer than making the events.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from icalendar import Calendar, vText

LONGEST_LINE_BYTES = 74
"""The limit is 75 without the line end; a continuation has a space before it."""
_BREAK = b"\r\n "
_ESCAPES = b"\\^"
"""What begins an escape in a text and in a parameter; some programs do not find one that is broken in two."""


def as_bytes(calendar: Calendar) -> bytes:
    """The calendar in UTF-8, with CRLF after every line. Raises `ValueError` for a value that is not one line."""
    return b"".join(fold(_content_line(name, value)) + b"\r\n" for name, value in calendar.property_items())


def _content_line(name: str, value: Any) -> bytes:
    """A property as one line: `name;parameters:value`."""
    parameters: bytes = value.params.to_ical() if getattr(value, "params", None) else b""
    written: bytes = (value if hasattr(value, "to_ical") else vText(value)).to_ical()
    if b"\n" in written + parameters:
        raise ValueError(f"{name} holds a line break, which its type does not escape.")
    return b";".join(filter(None, (name.encode(), parameters))) + b":" + written


def fold(line: bytes) -> bytes:
    """The line in pieces of at most `LONGEST_LINE_BYTES`, none of which ends within a character or an escape."""
    return line if len(line) <= LONGEST_LINE_BYTES else _BREAK.join(_pieces(line))


def _pieces(line: bytes) -> Iterator[bytes]:
    start = 0
    while len(line) - start > LONGEST_LINE_BYTES:
        end = start + LONGEST_LINE_BYTES
        while line[end] & 0xC0 == 0x80:  # a byte within a character of UTF-8
            end -= 1
        if line[end - 1] in _ESCAPES:
            end -= 1
        yield line[start:end]
        start = end
    yield line[start:]
