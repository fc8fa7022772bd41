"""An index over the session table in memory, for what needs every session at once: history, search, load.

Its entries (`entries`) hold only what those need; a session that is shown in full is read from the table. To bring an
index up to date, the table is asked for its list of weeks. Weeks that changed are taken from the stored index
(`stored_index`) if it has them as they are now. Otherwise their records are read, from the lake or else the table,
and the new entries are stored.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
from msgspec import Struct

from wod_pipeline.errors import StorageCorrupt
from wod_pipeline.program import StoredWeek, WeekRecords
from wod_pipeline.reading.entries import IndexedWeek, IndexEntry, PlacedExercise, index_week
from wod_pipeline.reading.matches import Match, find_matches
from wod_pipeline.reading.stored_index import index_lake_records, read_stored_weeks, write_stored_weeks
from wod_pipeline.storage import Lake, SessionTable, log_corrupt
from wod_pipeline.training import Period, SessionDoses, period_start

CHECK_AFTER_S = 10.0
"""Seconds for which an index is used before the table is asked for changes."""

MANY_WEEKS = 20


# --------------------------------------------------------------------------------------------------- index
class Occurrence(Struct, frozen=True):
    """A movement in a session, outside of warm-ups."""

    entry: IndexEntry
    movement: str

    @property
    def exercises(self) -> tuple[PlacedExercise, ...]:
        """Every exercise with the movement, without warm-ups."""
        return tuple(
            placed
            for placed in self.entry.exercises
            if any(part.movement_id == self.movement for part in placed.exercise.parts)
        )


@dataclass(frozen=True)
class SessionIndex:
    """Every stored session at one moment, oldest first."""

    weeks: Mapping[dt.date, StoredWeek] = field(default_factory=dict)
    indexed: Mapping[dt.date, IndexedWeek] = field(default_factory=dict)
    entries: tuple[IndexEntry, ...] = ()
    by_movement: Mapping[str, tuple[Occurrence, ...]] = field(default_factory=dict)

    def of_week(self, monday: dt.date) -> tuple[IndexEntry, ...]:
        """The sessions of a week; none when it is not stored."""
        return self.indexed[monday].sessions if monday in self.indexed else ()

    def between(self, first: dt.date | None, last: dt.date | None) -> Iterator[IndexEntry]:
        """Sessions of the days from `first` to `last`, both included; None leaves that end open."""
        return (
            entry
            for entry in self.entries
            if (first is None or entry.day >= first) and (last is None or entry.day <= last)
        )

    def newest(self, period: Period, number: int) -> Iterator[IndexEntry]:
        """The sessions of the newest `number` periods that have one."""
        starts = {id(entry): period_start(period, entry) for entry in self.entries}
        chosen = set(sorted({start for start in starts.values() if start})[-number:])
        return (entry for entry in self.entries if starts[id(entry)] in chosen)

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


def build_index(weeks: Mapping[dt.date, StoredWeek], indexed: Iterable[IndexedWeek]) -> SessionIndex:
    """An index of the entries of all weeks."""
    by_monday = {week.week: week for week in indexed}
    entries = [entry for week in by_monday.values() for entry in week.sessions]
    entries.sort(key=lambda entry: (entry.day, entry.session))
    by_movement: dict[str, list[Occurrence]] = defaultdict(list)
    for entry in reversed(entries):
        for movement in entry.prescribed:
            by_movement[movement].append(Occurrence(entry, movement))
    return SessionIndex(
        weeks,
        by_monday,
        tuple(entries),
        {movement: tuple(found) for movement, found in by_movement.items()},
    )


# --------------------------------------------------------------------------------------------------- cache
class IndexCache:
    """Keeps an index of a table. Safe to use from many threads; one at a time refreshes it.

    With a `lake` it starts from the index stored there, and stores the weeks it had to read.
    """

    def __init__(
        self, table: SessionTable, lake: Lake | None = None, check_after_s: float = CHECK_AFTER_S
    ) -> None:
        self._table = table
        self._lake = lake
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
                self._index = refresh_index(self._index or SessionIndex(), self._table, self._lake)
                self._checked_at = time.monotonic()
            return self._index


def refresh_index(known: SessionIndex, table: SessionTable, lake: Lake | None = None) -> SessionIndex:
    """An index that is up to date with the table; `known` itself when nothing changed.

    Raises `StorageError` when the table cannot be read; a lake that cannot be used is logged.
    """
    listed = _list_weeks(table)
    if _is_same(listed, known.weeks):
        return known
    weeks = _up_to_date(_current(known.indexed, listed), listed, table, lake)
    return build_index(listed, weeks.values())


def store_index(table: SessionTable, lake: Lake) -> None:
    """Bring the index in the lake up to date, a year at a time, so that memory does not grow with the years.

    Raises `StorageError` when the table cannot be read; a lake that cannot be used is logged.
    """
    listed = _list_weeks(table)
    for year in sorted(_years(listed)):
        _up_to_date({}, {monday: week for monday, week in listed.items() if monday.year == year}, table, lake)


def _up_to_date(
    weeks: dict[dt.date, IndexedWeek], listed: Weeks, table: SessionTable, lake: Lake | None
) -> dict[dt.date, IndexedWeek]:
    """The entries of the listed weeks: those `weeks` as they are, the others from the lake or made and stored."""
    stored = read_stored_weeks(lake, _years(listed.keys() - weeks.keys())) if lake else None
    if stored is None:
        lake = None  # one that cannot be read is not written either
    weeks |= _current(stored or {}, listed)
    changed = sorted(listed.keys() - weeks.keys())
    if lake is not None:
        weeks |= index_lake_records(lake, {week: listed[week].digest for week in changed})
    weeks |= _read_changed(table, [week for week in changed if week not in weeks], listed)
    if lake is not None:
        years = _years(changed)
        write_stored_weeks(lake, [week for week in weeks.values() if week.week.year in years])
    return weeks


Weeks = Mapping[dt.date, StoredWeek]


def _list_weeks(table: SessionTable) -> dict[dt.date, StoredWeek]:
    return {week.week: week for week in table.weeks()}


def _is_same(listed: Weeks, known: Weeks) -> bool:
    return listed.keys() == known.keys() and all(
        _is_unchanged(week, known[monday]) for monday, week in listed.items()
    )


def _is_unchanged(one: StoredWeek, other: StoredWeek | None) -> bool:
    """Whether nobody has replaced the week in between."""
    return one == other and (one.version, one.digest) == (other.version, other.digest)


def _current(indexed: Mapping[dt.date, IndexedWeek], listed: Weeks) -> dict[dt.date, IndexedWeek]:
    """The weeks whose entries were made from the records that the table has now."""
    return {
        monday: week
        for monday, week in indexed.items()
        if week.digest and monday in listed and week.digest == listed[monday].digest
    }


def _years(weeks: Iterable[dt.date]) -> set[int]:
    return {week.year for week in weeks}


def _read_changed(table: SessionTable, weeks: Sequence[dt.date], listed: Weeks) -> dict[dt.date, IndexedWeek]:
    """The entries of these weeks, read from the table.

    A week that is replaced after it was listed may have been read before or after that. Its entries get no digest,
    and are made again next time.
    """
    if not weeks:
        return {}
    read = {value.week: index_week(value.week, value.records) for value in _read_weeks(table, weeks)}
    for monday, stored in _list_weeks(table).items():
        if monday in read and _is_unchanged(stored, listed.get(monday)):
            read[monday] = msgspec.structs.replace(read[monday], digest=stored.digest)
    return read


def _read_weeks(table: SessionTable, weeks: Sequence[dt.date]) -> Iterator[WeekRecords]:
    """These weeks; one range query when there are many, which is faster than a query per week."""
    if len(weeks) > MANY_WEEKS:
        yield from table.read_weeks(min(weeks), max(weeks))
        return
    for week in weeks:
        try:
            value = table.read_week(week)
        except StorageCorrupt as error:
            log_corrupt(week.isoformat(), error)
            continue
        if value is not None:
            yield value
