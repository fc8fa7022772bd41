"""What the index keeps of a session, and how that is made from a record.

An entry is small until it is looked into: its exercises and doses stay JSON, which is decoded when they are asked
for, so that a search of ten years decodes none of them. A new entry holds the same JSON as one that was stored, and
both answer alike. `CODE` tells entries made by this code from those of any other.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import Raw, Struct

from wod_pipeline import __version__
from wod_pipeline.program import (
    Block,
    Exercise,
    Segment,
    SegmentKind,
    SessionKind,
    SessionRecord,
    walk_exercises,
)
from wod_pipeline.rendering import clean
from wod_pipeline.training import Dose, SessionDoses, doses_of

SOURCES = (
    "errors.py",
    "bounds.py",
    "bounded_json.py",
    "date_habits.py",
    "pacing.py",
    "removals.py",
    "post_times.py",
    "program.py",
    "reading/entries.py",
    "rendering",
    "training",
    "unread_text.py",
    "vocabulary",
    "weeks.py",
    "wording.py",
)
"""Modules and folders of the package that decide what is in an entry: this one and all that it imports."""


class PlacedExercise(NamedTuple):
    """An exercise with its text in the post, its segment (label and kind), and its block (sets and rest)."""

    segment: str
    kind: SegmentKind
    block: Block
    exercise: Exercise
    written: str


class _Segment(Struct, gc=False, array_like=True):
    """A segment as far as its exercises need it. `written` has the text of each exercise, in order."""

    label: str
    kind: SegmentKind
    blocks: list[Block]
    written: list[str]


class IndexEntry(Struct, frozen=True, dict=True):
    """What the index keeps of a session.

    `lines_text` is the coach's lines, cleaned, one per line; `movements` has the kinds of the segments that each
    movement is in. The last three fields are JSON; read their values from the properties.
    """

    date: dt.date | None
    week: dt.date
    session: str
    program: str
    label: str
    kind: SessionKind
    lines_text: str
    movements: dict[str, tuple[SegmentKind, ...]]
    line_kinds_json: Raw
    segments_json: Raw
    doses_json: Raw

    @property
    def day(self) -> dt.date:
        """The date; for an undated session the Monday of its week."""
        return self.date or self.week

    @property
    def lines(self) -> tuple[str, ...]:
        """The coach's lines, cleaned."""
        return tuple(self.lines_text.split("\n")) if self.lines_text or self.line_kinds else ()

    @cached_property
    def text(self) -> str:
        """All lines, case-folded for searching."""
        return self.lines_text.casefold()

    @property
    def prescribed(self) -> Iterator[str]:
        """The movements that are not only in warm-ups."""
        return (movement for movement, kinds in self.movements.items() if kinds != ("warm_up",))

    @cached_property
    def line_kinds(self) -> tuple[SegmentKind | None, ...]:
        """For each of `lines` the kind of the segment it stands in; None outside of every segment."""
        return _LINE_KINDS.decode(self.line_kinds_json)

    @cached_property
    def exercises(self) -> tuple[PlacedExercise, ...]:
        """Every exercise that is not in a warm-up, in reading order."""
        return tuple(
            PlacedExercise(segment.label, segment.kind, block, exercise, written)
            for segment in _SEGMENTS.decode(self.segments_json)
            for (block, exercise), written in zip(_exercises_of(segment.blocks), segment.written, strict=True)
        )

    @cached_property
    def doses(self) -> SessionDoses:
        """The doses from which training load is computed."""
        return SessionDoses(self.date, self.week, _DOSES.decode(self.doses_json))


class IndexedWeek(Struct, frozen=True):
    """The entries of a week. `digest` is that of the records they were made from, empty when it is not known."""

    week: dt.date
    digest: str
    sessions: tuple[IndexEntry, ...]


# Made once, since two threads must not build msgspec's description of a type at once (see `program`).
_LINE_KINDS = msgspec.json.Decoder(tuple[SegmentKind | None, ...])
_SEGMENTS = msgspec.json.Decoder(tuple[_Segment, ...])
_DOSES = msgspec.json.Decoder(tuple[Dose, ...])


def index_week(week: dt.date, records: Iterable[SessionRecord], digest: str = "") -> IndexedWeek:
    """The entries of a week's records."""
    return IndexedWeek(week, digest, tuple(map(entry_from, records)))


def entry_from(record: SessionRecord) -> IndexEntry:
    """The entry for a record."""
    texts = {line.n: line.text for line in record.lines}
    segments = [_segment(segment, texts) for segment in record.segments if segment.kind != "warm_up"]
    return IndexEntry(
        date=record.date,
        week=record.week,
        session=clean(record.session),
        program=clean(record.program),
        label=clean(record.label or ""),
        kind=record.kind,
        lines_text="\n".join(clean(line.text) for line in record.lines),
        movements=_movements(record),
        line_kinds_json=_as_json(_line_kinds(record)),
        segments_json=_as_json(segments),
        doses_json=_as_json(doses_of(record)),
    )


def _segment(segment: Segment, texts: Mapping[int, str]) -> _Segment:
    written = [
        " ".join(texts[n] for n in range(exercise.lines[0], exercise.lines[1] + 1) if n in texts)
        for _, exercise in _exercises_of(segment.blocks)
    ]
    return _Segment(clean(segment.label or segment.title or ""), segment.kind, segment.blocks, written)


def _exercises_of(blocks: Iterable[Block]) -> Iterator[tuple[Block, Exercise]]:
    return ((block, exercise) for block in blocks for exercise in block.exercises)


def _as_json(value: object) -> Raw:
    return Raw(msgspec.json.encode(value))


def _movements(record: SessionRecord) -> dict[str, tuple[SegmentKind, ...]]:
    kinds: dict[str, set[SegmentKind]] = {}
    for segment, _, exercise in walk_exercises(record.segments):
        for part in exercise.parts:
            if part.movement_id:
                kinds.setdefault(part.movement_id, set()).add(segment.kind)
    return {movement: tuple(sorted(kinds[movement])) for movement in sorted(kinds)}


def _line_kinds(record: SessionRecord) -> list[SegmentKind | None]:
    kinds: dict[int, SegmentKind] = {}
    present = sorted(line.n for line in record.lines)
    for segment in record.segments:
        first, last = segment.lines
        for n in present[bisect_left(present, first) : bisect_right(present, last)]:
            kinds.setdefault(n, segment.kind)
    return [kinds.get(line.n) for line in record.lines]


def _code_digest() -> str:
    """The SHA-256 of the sources that decide what is in an entry, and of the version.

    A number to be raised by hand would be forgotten, and old entries taken for new ones. Where the sources are not
    readable files, the version decides alone.
    """
    digest = hashlib.sha256(__version__.encode())
    for path in _source_files(Path(__file__).parents[1]):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _source_files(package: Path) -> list[Path]:
    found = [path for name in SOURCES for path in (package / name, *(package / name).glob("*.*"))]
    return sorted(path for path in found if path.is_file())


CODE = _code_digest()
"""Names the code that makes entries; taken at import, before an upgrade could replace the files."""
