"""An index over the session table in memory, for what needs every session at once: history, search, load.

An entry holds only what those need; a session that is shown in full is read from the table. To bring an index up
to date, the table is asked for its list of weeks, and only the weeks that changed are read again.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from wod_pipeline.program import (
    Block,
    Exercise,
    SegmentKind,
    SessionKind,
    SessionRecord,
    StoredWeek,
    WeekRecords,
    walk_exercises,
)
from wod_pipeline.reading.matches import Match, find_matches
from wod_pipeline.rendering import clean
from wod_pipeline.storage import SessionTable
from wod_pipeline.training import SessionDoses, session_doses

CHECK_AFTER_S = 10.0
"""Seconds for which an index is used before the table is asked for changes."""

MANY_WEEKS = 20


class PlacedExercise(NamedTuple):
    """An exercise with its place in the session: the segment's label and kind, and the block with sets and rest."""

    segment: str
    kind: SegmentKind
    block: Block
    exercise: Exercise


@dataclass(frozen=True)
class IndexEntry:
    """What the index keeps of a session.

    `lines` are the coach's, cleaned; `line_kinds` has for each the kind of the segment it stands in; `text` is all of
    them, case-folded for searching. `movements` has the kinds of the segments that each movement is in; `exercises`
    leaves out warm-ups.
    """

    date: dt.date | None
    week: dt.date
    session: str
    program: str
    label: str
    lines: tuple[str, ...]
    line_kinds: tuple[SegmentKind | None, ...]
    text: str
    movements: Mapping[str, tuple[SegmentKind, ...]]
    exercises: tuple[PlacedExercise, ...]
    doses: SessionDoses
    kind: SessionKind = "training"

    @property
    def day(self) -> dt.date:
        """The date; for an undated session the Monday of its week."""
        return self.date or self.week


def entry_from(record: SessionRecord) -> IndexEntry:
    """The entry for a record."""
    exercises = tuple(
        PlacedExercise(clean(segment.label or segment.title or ""), segment.kind, block, exercise)
        for segment, block, exercise in walk_exercises(record.segments)
        if segment.kind != "warm_up"
    )
    lines = tuple(clean(line.text) for line in record.lines)
    return IndexEntry(
        date=record.date,
        week=record.week,
        session=record.session,
        program=clean(record.program),
        label=clean(record.label or ""),
        lines=lines,
        line_kinds=tuple(_line_kinds(record)),
        text="\n".join(lines).casefold(),
        movements=_movements(record),
        exercises=exercises,
        doses=session_doses(record),
        kind=record.kind,
    )


def _movements(record: SessionRecord) -> dict[str, tuple[SegmentKind, ...]]:
    kinds: dict[str, set[SegmentKind]] = {}
    for segment, _, exercise in walk_exercises(record.segments):
        for part in exercise.parts:
            if part.movement_id:
                kinds.setdefault(part.movement_id, set()).add(segment.kind)
    return {movement: tuple(sorted(kinds[movement])) for movement in sorted(kinds)}


def _line_kinds(record: SessionRecord) -> Iterator[SegmentKind | None]:
    spans = [(segment.lines, segment.kind) for segment in record.segments]
    for line in record.lines:
        yield next((kind for (first, last), kind in spans if first <= line.n <= last), None)


# --------------------------------------------------------------------------------------------------- index
class Occurrence(NamedTuple):
    """A movement in one session: every exercise with it, without warm-ups."""

    entry: IndexEntry
    exercises: tuple[PlacedExercise, ...]


@dataclass(frozen=True)
class SessionIndex:
    """Every stored session at one moment, oldest first."""

    weeks: Mapping[dt.date, StoredWeek] = field(default_factory=dict)
    by_week: Mapping[dt.date, tuple[IndexEntry, ...]] = field(default_factory=dict)
    entries: tuple[IndexEntry, ...] = ()
    by_movement: Mapping[str, tuple[Occurrence, ...]] = field(default_factory=dict)

    def between(self, first: dt.date | None, last: dt.date | None) -> Iterator[IndexEntry]:
        """Sessions of the days from `first` to `last`, both included; None leaves that end open."""
        return (
            entry
            for entry in self.entries
            if (first is None or entry.day >= first) and (last is None or entry.day <= last)
        )

    def history(self, movement: str) -> tuple[Occurrence, ...]:
        """Every prescription of a movement, newest first."""
        return self.by_movement.get(movement, ())

    def search(self, text: str) -> list[Match]:
        """Sessions with every word of `text` in their lines, or with the movement it names; best first."""
        return find_matches(self.entries, text)

    def doses(self, entries: Iterable[IndexEntry] | None = None) -> Iterator[SessionDoses]:
        """The doses from which the training load of these sessions (default: all) is computed."""
        chosen = self.entries if entries is None else entries
        return (entry.doses for entry in chosen)


def build_index(
    weeks: Mapping[dt.date, StoredWeek], by_week: Mapping[dt.date, tuple[IndexEntry, ...]]
) -> SessionIndex:
    """An index of the entries of all weeks."""
    entries = sorted((entry for week in by_week.values() for entry in week), key=lambda e: (e.day, e.session))
    by_movement: dict[str, list[Occurrence]] = defaultdict(list)
    for entry in reversed(entries):
        for movement, exercises in _by_movement(entry.exercises).items():
            by_movement[movement].append(Occurrence(entry, tuple(exercises)))
    return SessionIndex(
        weeks, by_week, tuple(entries), {key: tuple(value) for key, value in by_movement.items()}
    )


def _by_movement(exercises: Iterable[PlacedExercise]) -> dict[str, list[PlacedExercise]]:
    by_movement: dict[str, list[PlacedExercise]] = defaultdict(list)
    for placed in exercises:
        for movement in {part.movement_id for part in placed.exercise.parts if part.movement_id}:
            by_movement[movement].append(placed)
    return by_movement


# --------------------------------------------------------------------------------------------------- cache
class IndexCache:
    """Keeps an index of a table. Safe to use from many threads; one at a time refreshes it."""

    def __init__(self, table: SessionTable, check_after_s: float = CHECK_AFTER_S) -> None:
        self._table = table
        self._check_after_s = check_after_s
        self._lock = threading.Lock()
        self._index: SessionIndex | None = None
        self._checked_at = 0.0

    def current(self) -> SessionIndex:
        """The index, checked against the table at most `check_after_s` ago.

        While one thread refreshes it, the others get the one before. Raises `StorageError` when the table cannot be
        read.
        """
        known = self._index
        if known is not None and time.monotonic() - self._checked_at < self._check_after_s:
            return known
        if known is not None and self._lock.locked():
            return known
        with self._lock:
            if self._index is None or time.monotonic() - self._checked_at >= self._check_after_s:
                self._index = refresh_index(self._index or SessionIndex(), self._table)
                self._checked_at = time.monotonic()
            return self._index


def refresh_index(known: SessionIndex, table: SessionTable) -> SessionIndex:
    """An index that is up to date with the table; `known` itself when nothing changed."""
    weeks = {week.week: week for week in table.weeks()}
    changed = [week for week, stored in weeks.items() if _was_replaced(stored, known.weeks.get(week))]
    if not changed and len(weeks) == len(known.weeks):
        return known
    by_week = {week: entries for week, entries in known.by_week.items() if week in weeks}
    by_week.update((value.week, _entries(value)) for value in _read_weeks(table, changed))
    return build_index(weeks, by_week)


def _was_replaced(stored: StoredWeek, known: StoredWeek | None) -> bool:
    """Whether the week is new or was written again, from other posts or from the same posts parsed again."""
    return known is None or stored != known or stored.version != known.version


def _entries(value: WeekRecords) -> tuple[IndexEntry, ...]:
    return tuple(map(entry_from, value.records))


def _read_weeks(table: SessionTable, weeks: Sequence[dt.date]) -> Iterator[WeekRecords]:
    """These weeks; one range query when there are many, which is faster than a query per week."""
    if len(weeks) > MANY_WEEKS:
        yield from table.read_weeks(min(weeks), max(weeks))
        return
    for week in weeks:
        if (value := table.read_week(week)) is not None:
            yield value
