"""Sessions that are too large for one item of the table are stored without their longest text. Pure.

The limit is DynamoDB's; SQLite has none, but keeps the same items under the same keys, so that a week reads the same
from both. What is left out stays in the lake, in the week's JSON Lines. Left out in this order, each only while the
session is still too large:

1. the segments' texts, which repeat the lines
2. of every text its end, beyond 2,000 characters
3. what the post says before its first session
4. lines that only are notes, from the first on that has no room
5. the structured segments, and all lines and diagnostics that have no room

The result depends on the record alone, so storing it again changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from wod_pipeline.program import Diagnostic, Line, SessionRecord, WeekRecords, encode
from wod_pipeline.storage._attributes import ITEM_BYTES, as_attributes, size_of
from wod_pipeline.storage._items import as_item
from wod_pipeline.storage._keys import records_key
from wod_pipeline.wording import count, shorten

CUT = "session_cut"
"""The diagnostic of a session that was stored without some of its text."""
_LONGEST_TEXT = 2_000
_RESERVED = 4_096
"""Bytes for what is added to a record: its digest, its keys, the diagnostic."""
_ROOM = ITEM_BYTES - _RESERVED

StructT = TypeVar("StructT", bound=msgspec.Struct)


def fit_week(value: WeekRecords) -> WeekRecords:
    """The week with every session small enough for an item; `value` itself when all are."""
    records = [fit_record(record) for record in value.records]
    if all(fitted is record for fitted, record in zip(records, value.records, strict=True)):
        return value
    return replace(value, records=records)


def fit_record(record: SessionRecord) -> SessionRecord:
    """The session, cut until it fits; `record` itself when it does."""
    if _fits(record):
        return record
    for cut, left_out in _ever_smaller(record):
        fitted = replace(cut, diagnostics=[_diagnostic(record, left_out), *cut.diagnostics])
        if _fits(fitted):
            break
    return fitted


def _fits(record: SessionRecord) -> bool:
    # JSON spells out more than an item counts, so it is a quick upper bound.
    if len(encode(record)) <= _ROOM:
        return True
    try:
        return size_of(as_attributes(as_item(record, ""))) <= _ROOM
    except ValueError:  # a number that DynamoDB cannot hold; the table says so
        return True


def _ever_smaller(record: SessionRecord) -> Iterator[tuple[SessionRecord, str]]:
    """The steps of the module's docstring, each with what is left out in words."""
    left_out = "the segments' texts, which repeat the lines"
    cut = replace(record, texts={})
    yield cut, left_out
    left_out += ", the ends of long texts"
    cut = replace(
        cut,
        lines=[_shorten_line(line) for line in cut.lines],
        preamble=[_shorten_line(line) for line in cut.preamble],
        diagnostics=[replace(d, message=shorten(d.message, _LONGEST_TEXT)) for d in cut.diagnostics],
        label=cut.label and shorten(cut.label, _LONGEST_TEXT),
        post_title=shorten(cut.post_title, _LONGEST_TEXT),
        post_url=cut.post_url if len(cut.post_url) <= _LONGEST_TEXT else "",
    )
    yield cut, left_out
    left_out += ", the post's introduction"
    cut = replace(cut, preamble=[])
    yield cut, left_out
    notes = [line for line in cut.lines if line.role == "note"]
    kept = list(_first_that_fit(notes, _ROOM - len(encode(cut)) + len(encode(notes))))
    yield _without(cut, notes[len(kept) :]), f"{left_out}, {count(len(notes) - len(kept), 'line')} of notes"
    bare = replace(cut, segments=[], notes=[], lines=[], diagnostics=[])
    half = (_ROOM - len(encode(bare))) // 2
    yield (
        replace(
            bare,
            lines=list(_first_that_fit(cut.lines, half)),
            diagnostics=list(_first_that_fit(cut.diagnostics, half)),
        ),
        f"{left_out}, its structure, and lines from the first on that had no room",
    )


def _without(record: SessionRecord, lines: Iterable[Line]) -> SessionRecord:
    gone = {line.n for line in lines}
    return replace(record, lines=[line for line in record.lines if line.n not in gone])


def _shorten_line(line: Line) -> Line:
    if len(line.text) <= _LONGEST_TEXT:
        return line
    text = shorten(line.text, _LONGEST_TEXT)
    return replace(line, text=text, links=tuple(link for link in line.links if link.end < len(text)))


def _first_that_fit(values: Iterable[StructT], size: int) -> Iterator[StructT]:
    """The values from the first on whose JSON takes `size` bytes together."""
    for value in values:
        size -= len(encode(value))
        if size < 0:
            return
        yield value


def _diagnostic(record: SessionRecord, left_out: str) -> Diagnostic:
    return Diagnostic(
        CUT,
        "warn",
        None,
        f"The session {record.session} is too large for the table and stored without {left_out}. "
        f"The whole of it is in the lake: {records_key(record.week)}.",
    )
