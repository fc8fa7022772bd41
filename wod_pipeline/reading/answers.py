"""Answers as JSON: the shapes that `wod … --json` prints and the web API returns, made from the model.

Pure. Field names carry units; an absent value is left out. The shapes say nothing about where they are
served.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from itertools import islice
from typing import Literal

from msgspec import Struct

from wod_pipeline.program import Number, Outcome, PostStamp, SessionRecord
from wod_pipeline.reading.journal import Hit, Occurrence, Snapshot
from wod_pipeline.rendering import BlockView, SessionView, view_exercise, view_session
from wod_pipeline.storage import StoredWeek
from wod_pipeline.training import (
    ZONES,
    Athlete,
    LoadRow,
    Period,
    TrainingLoad,
    Unit,
    as_number,
    lifts_of,
    top_percent,
)
from wod_pipeline.vocabulary import movement_family, movement_name


class SessionAnswer(Struct):
    """A session as stored, and as shown: `view` holds the sentences and, with maxes, the weights."""

    session: SessionRecord
    view: SessionView


class SessionsAnswer(Struct):
    """Sessions in order of date, a page of them."""

    sessions: list[SessionAnswer]
    total: int


class WeekFacts(Struct):
    """What is known of a stored week without its sessions."""

    week: dt.date
    outcome: Outcome
    sessions: int
    posts: list[PostStamp]


class WeeksAnswer(Struct):
    """Stored weeks, newest first, a page of them."""

    weeks: list[WeekFacts]
    total: int


class WeekAnswer(Struct):
    """A week with its sessions."""

    week: dt.date
    outcome: Outcome
    posts: list[PostStamp]
    sessions: list[SessionAnswer]


class MovementFacts(Struct):
    """A movement that has been prescribed: in how many sessions, and when last."""

    id: str
    name: str
    family: str
    sessions: int
    last: dt.date


class MovementsAnswer(Struct):
    """Movements, most often prescribed first."""

    movements: list[MovementFacts]
    total: int


class Prescription(Struct, omit_defaults=True):
    """One exercise that holds the lift. `lifts` counts the lift itself at working weight."""

    segment: str
    shown: BlockView
    lifts: Number = 0
    top_percent: Number | None = None


class HistoryRow(Struct):
    """A session that holds the lift."""

    date: dt.date | None
    week: dt.date
    session: str
    program: str
    prescriptions: list[Prescription]


class HistoryAnswer(Struct):
    """Every prescription of a lift, newest first, a page of them."""

    movement: str
    name: str
    rows: list[HistoryRow]
    total: int


class Figures(Struct, omit_defaults=True):
    """Training load; the definitions are those of `wod_pipeline.training`. `zones` counts lifts by percent."""

    lifts: Number
    zones: dict[str, Number]
    hard_sets: Number
    average_intensity_percent: Number | None = None
    rated_lifts: Number = 0
    builds_to_max: int = 0
    uncounted_exercises: int = 0
    tonnage: Number | None = None
    weighed_lifts: Number = 0

    @property
    def unrated(self) -> Number:
        """Lifts whose percentage is not known."""
        return self.lifts - self.rated_lifts


class LoadFacts(Struct, omit_defaults=True):
    """The load of one day, week or month and its change against the one before."""

    start: dt.date
    sessions: int
    total: Figures
    families: dict[str, Figures]
    lifts_change_percent: Number | None = None
    intensity_change_points: Number | None = None


class LoadAnswer(Struct, omit_defaults=True):
    """The load period by period, oldest first. `unit` is that of the tonnage."""

    by: Period
    rows: list[LoadFacts]
    unit: Unit | None = None


class SearchRow(Struct):
    """A session that matches, with the first matching lines of its post."""

    date: dt.date | None
    week: dt.date
    session: str
    label: str
    lines: list[str]


class SearchAnswer(Struct):
    """Sessions that match, newest first, a page of them."""

    query: str
    rows: list[SearchRow]
    total: int


class HealthAnswer(Struct):
    """Whether sessions can be read, and whether the week that runs today is among them (`fresh`)."""

    status: Literal["ok"]
    newest_week: dt.date | None
    fresh: bool


LINES_A_HIT = 3
LONGEST_HIT = 200


def session_answer(record: SessionRecord, athlete: Athlete | None) -> SessionAnswer:
    """A session with its view."""
    return SessionAnswer(record, view_session(record, athlete))


def session_answers(records: Iterable[SessionRecord], athlete: Athlete | None) -> list[SessionAnswer]:
    """Sessions with their views."""
    return [session_answer(record, athlete) for record in records]


def week_facts(stored: StoredWeek) -> WeekFacts:
    """A stored week."""
    return WeekFacts(stored.week, stored.outcome, stored.sessions, list(stored.posts))


def movement_facts(snapshot: Snapshot, text: str = "") -> list[MovementFacts]:
    """Every movement prescribed outside a warm-up whose id or name holds `text`, most often first."""
    facts = [
        MovementFacts(
            movement, movement_name(movement), movement_family(movement) or "", len(found), found[0].entry.day
        )
        for movement, found in snapshot.by_movement.items()
    ]
    wanted = text.casefold()
    matching = [fact for fact in facts if wanted in f"{fact.id} {fact.name}".casefold()]
    return sorted(matching, key=lambda fact: (-fact.sessions, fact.name))


def history_row(movement: str, occurrence: Occurrence, athlete: Athlete | None) -> HistoryRow:
    """A session of a lift's history, with weights where the athlete's maxes give them."""
    prescriptions = [
        Prescription(
            item.segment,
            view_exercise(item.block, item.exercise, athlete),
            as_number(lifts_of(movement, item.block, item.exercise)),
            as_number(top) if (top := top_percent(item.exercise)) is not None else None,
        )
        for item in occurrence.prescribed
    ]
    entry = occurrence.entry
    return HistoryRow(entry.date, entry.week, entry.session, entry.program, prescriptions)


def top_percent_of(occurrence: Occurrence) -> Number | None:
    """The highest percentage prescribed for a lift in a session; None when none is."""
    tops = [top for item in occurrence.prescribed if (top := top_percent(item.exercise)) is not None]
    return as_number(max(tops)) if tops else None


def history_answer(
    movement: str, occurrences: Iterable[Occurrence], total: int, athlete: Athlete | None
) -> HistoryAnswer:
    """A page of a lift's history."""
    rows = [history_row(movement, occurrence, athlete) for occurrence in occurrences]
    return HistoryAnswer(movement, movement_name(movement), rows, total)


def load_answer(by: Period, rows: Iterable[LoadRow], athlete: Athlete | None) -> LoadAnswer:
    """Rows of load as JSON."""
    return LoadAnswer(by, [_load_facts(row) for row in rows], athlete.rack.unit if athlete else None)


def _load_facts(row: LoadRow) -> LoadFacts:
    return LoadFacts(
        row.start,
        row.summary.sessions,
        _figures(row.summary.total),
        {family: _figures(load) for family, load in sorted(row.summary.families.items())},
        None if row.lifts_change_pct is None else as_number(row.lifts_change_pct),
        None if row.intensity_change is None else as_number(row.intensity_change),
    )


def _figures(load: TrainingLoad) -> Figures:
    intensity = load.average_intensity
    return Figures(
        lifts=as_number(load.lifts),
        zones={zone: as_number(lifts) for zone, lifts in zip(ZONES, load.zones, strict=True)},
        hard_sets=as_number(load.hard_sets),
        average_intensity_percent=None if intensity is None else as_number(intensity),
        rated_lifts=as_number(load.rated_lifts),
        builds_to_max=load.max_efforts,
        uncounted_exercises=load.uncounted,
        tonnage=as_number(load.tonnage) if load.weighed_lifts else None,
        weighed_lifts=as_number(load.weighed_lifts),
    )


def search_row(hit: Hit) -> SearchRow:
    """A match, its lines cut to what fits a list."""
    entry = hit.entry
    lines = [_around(line, hit.words) for line in islice(hit.lines(), LINES_A_HIT)]
    return SearchRow(entry.date, entry.week, entry.session, entry.label, lines)


def _around(line: str, words: tuple[str, ...]) -> str:
    """The line, or what stands around the first of the words in it."""
    if len(line) <= LONGEST_HIT:
        return line
    found = min((at for word in words if (at := line.casefold().find(word)) >= 0), default=0)
    start = max(0, min(found - LONGEST_HIT // 2, len(line) - LONGEST_HIT))
    return ("…" if start else "") + line[start : start + LONGEST_HIT] + "…"
