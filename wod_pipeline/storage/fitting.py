"""Sessions that are too large for one item of the table are stored without their longest text. Pure.

The limit is DynamoDB's; SQLite has none, but keeps the same items under the same keys, so that a week reads the same
from both. What is left out stays in the lake, in the week's JSON Lines. Left out in this order, each only while the
session is still too large:

1. the segments' texts, which repeat the lines
2. of every text its end, beyond 2,000 characters, and links to longer addresses
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

from wod_pipeline.program import Diagnostic, Line, Part, Segment, SessionRecord, WeekRecords, encode
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
    """The record after each step of the module's docstring, with what is left out in words."""
    left_out: list[str] = []
    for step in (_without_texts, _with_short_lines, _without_preamble):
        record, what = step(record)
        left_out.append(what)
        yield record, ", ".join(left_out)
    for last_step in (_with_fewer_notes, _with_lines_only):
        smaller, what = last_step(record)
        yield smaller, ", ".join([*left_out, what])


_Step = tuple[SessionRecord, str]
"""A smaller record, and what it leaves out in words."""


def _without_texts(record: SessionRecord) -> _Step:
    return replace(record, texts={}), "the segments' texts, which repeat the lines"


def _with_short_lines(record: SessionRecord) -> _Step:
    short = replace(
        record,
        lines=[_shorten_line(line) for line in record.lines],
        preamble=[_shorten_line(line) for line in record.preamble],
        diagnostics=[replace(d, message=shorten(d.message, _LONGEST_TEXT)) for d in record.diagnostics],
        label=record.label and shorten(record.label, _LONGEST_TEXT),
        post_title=shorten(record.post_title, _LONGEST_TEXT),
        post_url=record.post_url if len(record.post_url) <= _LONGEST_TEXT else "",
        segments=[_without_long_videos(segment) for segment in record.segments],
    )
    return short, "the ends of long texts"


def _without_preamble(record: SessionRecord) -> _Step:
    return replace(record, preamble=[]), "the post's introduction"


def _with_fewer_notes(record: SessionRecord) -> _Step:
    notes = [line for line in record.lines if line.role == "note"]
    kept = list(_first_that_fit(notes, _ROOM - len(encode(record)) + len(encode(notes))))
    return _without(record, notes[len(kept) :]), f"{count(len(notes) - len(kept), 'line')} of notes"


def _with_lines_only(record: SessionRecord) -> _Step:
    bare = replace(record, segments=[], notes=[], lines=[], diagnostics=[])
    half = (_ROOM - len(encode(bare))) // 2
    lines = list(_first_that_fit(record.lines, half))
    diagnostics = list(_first_that_fit(record.diagnostics, half))
    what = "its structure, and lines from the first on that had no room"
    return replace(bare, lines=lines, diagnostics=diagnostics), what


def _without(record: SessionRecord, lines: Iterable[Line]) -> SessionRecord:
    gone = {line.n for line in lines}
    return replace(record, lines=[line for line in record.lines if line.n not in gone])


def _shorten_line(line: Line) -> Line:
    """The line with a shorter text, and without links behind its end or to a long address."""
    text = shorten(line.text, _LONGEST_TEXT)
    links = tuple(
        link
        for link in line.links
        if (link.end < len(text) or text == line.text) and len(link.href) <= _LONGEST_TEXT
    )
    return line if (text, links) == (line.text, line.links) else replace(line, text=text, links=links)


def _without_long_videos(segment: Segment) -> Segment:
    if not any(map(_is_long_video, _parts(segment))):
        return segment
    short = msgspec.json.decode(encode(segment), type=Segment)  # a copy: exercises can be changed in place
    for block in short.blocks:
        for exercise in block.exercises:
            exercise.parts = [
                replace(part, video_url=None) if _is_long_video(part) else part for part in exercise.parts
            ]
    return short


def _parts(segment: Segment) -> Iterator[Part]:
    return (part for block in segment.blocks for exercise in block.exercises for part in exercise.parts)


def _is_long_video(part: Part) -> bool:
    return len(part.video_url or "") > _LONGEST_TEXT


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
