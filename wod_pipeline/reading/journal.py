"""What was prescribed when: an index over the session table for history, search, calendar and load.

Sessions themselves are read from the table when they are shown. What needs all of them at once is answered
from a snapshot kept in memory, which holds of each session what those questions need. A snapshot is brought
up to date by asking the table for its weeks and reading again only the weeks that changed.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from wod_pipeline.program import Block, Exercise, SessionKind, SessionRecord, WeekRecords
from wod_pipeline.rendering import clean
from wod_pipeline.storage import SessionTable, StoredWeek
from wod_pipeline.training import SessionDoses, session_doses
from wod_pipeline.vocabulary import find_movement

CHECK_AFTER_S = 10.0
"""Seconds a snapshot is used before the table is asked whether it is still good."""


class Prescribed(NamedTuple):
    """One exercise of a session, with the block that says how it is done."""

    segment: str
    block: Block
    exercise: Exercise


@dataclass(frozen=True)
class Entry:
    """A session as far as the index needs it. `lines` are the coach's, cleaned; `text` is all of them to search."""

    date: dt.date | None
    week: dt.date
    session: str
    program: str
    post_url: str
    modified_gmt: str
    content_sha256: str
    label: str
    kind: SessionKind
    lines: tuple[str, ...]
    text: str
    movements: frozenset[str]
    prescribed: tuple[Prescribed, ...]
    doses: SessionDoses

    @property
    def day(self) -> dt.date:
        """Its date; an undated session counts on its week's Monday."""
        return self.date or self.week


def entry_of(record: SessionRecord) -> Entry:
    """What the index keeps of a record. Warm-ups are found by searching, but are no history of a lift."""
    prescribed = tuple(
        Prescribed(clean(segment.label or segment.title or ""), block, exercise)
        for segment in record.segments
        if segment.kind != "warm_up"
        for block in segment.blocks
        for exercise in block.exercises
    )
    lines = tuple(clean(line.text) for line in record.lines)
    return Entry(
        date=record.date,
        week=record.week,
        session=record.session,
        program=clean(record.program),
        post_url=record.post_url,
        modified_gmt=record.modified_gmt,
        content_sha256=record.content_sha256,
        label=clean(record.label or ""),
        kind=record.kind,
        lines=lines,
        text="\n".join(lines).casefold(),
        movements=frozenset(_movements(record)),
        prescribed=prescribed,
        doses=session_doses(record),
    )


def _movements(record: SessionRecord) -> Iterator[str]:
    for segment in record.segments:
        for block in segment.blocks:
            for exercise in block.exercises:
                yield from (part.movement_id for part in exercise.parts if part.movement_id)


# ------------------------------------------------------------------------------------------------ snapshot
class Occurrence(NamedTuple):
    """A lift in one session: every exercise that holds it, warm-ups left out."""

    entry: Entry
    prescribed: tuple[Prescribed, ...]


class Hit(NamedTuple):
    """A session that matches a search for some words."""

    entry: Entry
    words: tuple[str, ...]

    def lines(self) -> Iterator[str]:
        """The lines that hold one of the words."""
        return (line for line in self.entry.lines if any(word in line.casefold() for word in self.words))


@dataclass(frozen=True)
class Snapshot:
    """Every stored session at one moment, oldest first."""

    weeks: Mapping[dt.date, StoredWeek] = field(default_factory=dict)
    by_week: Mapping[dt.date, tuple[Entry, ...]] = field(default_factory=dict)
    entries: tuple[Entry, ...] = ()
    by_movement: Mapping[str, tuple[Occurrence, ...]] = field(default_factory=dict)

    def between(self, first: dt.date | None, last: dt.date | None) -> Iterator[Entry]:
        """Sessions of the days from `first` to `last`, either open when None."""
        return (
            entry
            for entry in self.entries
            if (first is None or entry.day >= first) and (last is None or entry.day <= last)
        )

    def history(self, movement: str) -> tuple[Occurrence, ...]:
        """Every prescription of a movement, newest first."""
        return self.by_movement.get(movement, ())

    def search(self, text: str) -> Iterator[Hit]:
        """Sessions whose lines hold every word of `text`, or whose movements it names; newest first."""
        words = tuple(text.casefold().split())
        movement = find_movement(text)
        for entry in reversed(self.entries):
            if (words and all(word in entry.text for word in words)) or movement in entry.movements:
                yield Hit(entry, words)

    def doses(self, entries: Iterable[Entry] | None = None) -> Iterator[SessionDoses]:
        """What the training load of these sessions (default: all) is summed up from."""
        chosen = self.entries if entries is None else entries
        return (entry.doses for entry in chosen)


def snapshot_of(
    weeks: Mapping[dt.date, StoredWeek], by_week: Mapping[dt.date, tuple[Entry, ...]]
) -> Snapshot:
    """Order and index the entries of all weeks."""
    entries = sorted((entry for week in by_week.values() for entry in week), key=lambda e: (e.day, e.session))
    by_movement: dict[str, list[Occurrence]] = defaultdict(list)
    for entry in reversed(entries):
        for movement, prescribed in _by_movement(entry.prescribed).items():
            by_movement[movement].append(Occurrence(entry, tuple(prescribed)))
    return Snapshot(weeks, by_week, tuple(entries), {key: tuple(value) for key, value in by_movement.items()})


def _by_movement(prescribed: Sequence[Prescribed]) -> dict[str, list[Prescribed]]:
    found: dict[str, list[Prescribed]] = defaultdict(list)
    for item in prescribed:
        for movement in {part.movement_id for part in item.exercise.parts if part.movement_id}:
            found[movement].append(item)
    return found


# ------------------------------------------------------------------------------------------------- journal
class Journal:
    """Keeps a snapshot of a table. May be used from many threads; one of them at a time brings it up to date."""

    def __init__(self, table: SessionTable, check_after_s: float = CHECK_AFTER_S) -> None:
        self._table = table
        self._check_after_s = check_after_s
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._checked = 0.0

    def snapshot(self) -> Snapshot:
        """The stored sessions, at most `check_after_s` old. Raises `StorageError` when the table cannot be read."""
        known = self._snapshot
        if known is not None and time.monotonic() - self._checked < self._check_after_s:
            return known
        if known is not None and self._lock.locked():
            return known
        with self._lock:
            if self._snapshot is None or time.monotonic() - self._checked >= self._check_after_s:
                self._snapshot = refreshed(self._snapshot or Snapshot(), self._table)
                self._checked = time.monotonic()
            return self._snapshot


def refreshed(known: Snapshot, table: SessionTable) -> Snapshot:
    """`known` brought up to date; the very same when nothing changed."""
    weeks = {week.week: week for week in table.weeks()}
    changed = [week for week, stored in weeks.items() if _differs(stored, known.weeks.get(week))]
    if not changed and len(weeks) == len(known.weeks):
        return known
    by_week = {week: entries for week, entries in known.by_week.items() if week in weeks}
    by_week.update((value.week, _entries(value)) for value in _read(table, changed))
    return snapshot_of(weeks, by_week)


def _differs(stored: StoredWeek, known: StoredWeek | None) -> bool:
    """Whether the week was replaced: by other posts, or by another reading of the same."""
    return known is None or stored != known or stored.version != known.version


def _entries(value: WeekRecords) -> tuple[Entry, ...]:
    return tuple(map(entry_of, value.records))


def _read(table: SessionTable, weeks: Sequence[dt.date]) -> Iterator[WeekRecords]:
    """The weeks, in one sweep when many have changed."""
    if len(weeks) > 20:
        yield from table.read_weeks(min(weeks), max(weeks))
        return
    for week in weeks:
        if (value := table.read_week(week)) is not None:
            yield value
