"""The types of the JSON that `wod … --json` prints and the web API answers, and how each is made from the model.

Pure: nothing here knows the command line or HTTP. Field names carry units; a value that is absent is left out. The
docstrings of the types are their descriptions in the API's OpenAPI document.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

from wod_pipeline.absence import Absence
from wod_pipeline.program import Number, Outcome, PostStamp, SessionRecord, StoredWeek
from wod_pipeline.reading.index import Occurrence, SessionIndex
from wod_pipeline.reading.matches import Match
from wod_pipeline.rendering import BlockView, SessionView, clean, view_exercise, view_session
from wod_pipeline.training import (
    ZONES,
    Athlete,
    LiftCounter,
    LoadRow,
    Period,
    TrainingLoad,
    Unit,
    as_number,
    top_percent,
)
from wod_pipeline.vocabulary import movement_family, movement_name
from wod_pipeline.weeks import monday_of


class SessionAnswer(Struct):
    """A session as stored, and `view`, the same as sentences.

    For a visitor whose maxes are known `view` has the weights of each set, as words and, in `working`, as numbers.
    """

    session: SessionRecord
    view: SessionView


class SessionsAnswer(Struct, omit_defaults=True):
    """A page of sessions in order of date; `total` counts those of every page.

    A session whose post names no day has no date and is not counted: those of a day's week are `undated`, and of
    longer times `undated_weeks` are the weeks that hold some. Of a day without a session `absence` says why, and of
    longer times without any why their first week has none.
    `corrupt_weeks` are weeks left out because what is stored of them cannot be read. Of longer times `from` and `to`
    are the first and the last day that are answered, with `to` before `from` when there is none.
    """

    sessions: list[SessionAnswer]
    total: int
    undated: list[SessionAnswer] = []
    undated_weeks: list[dt.date] = []
    corrupt_weeks: list[dt.date] = []
    absence: Absence | None = None
    from_: dt.date | None = field(default=None, name="from")
    to: dt.date | None = None


class WeekFacts(Struct):
    """A stored week without its sessions, which are only counted."""

    week: dt.date
    outcome: Outcome
    sessions: int
    posts: list[PostStamp]


class WeeksAnswer(Struct):
    """A page of the stored weeks, newest first; `total` counts those of every page."""

    weeks: list[WeekFacts]
    total: int


class WeekAnswer(Struct, omit_defaults=True):
    """A week with its sessions; of one without any, `absence` says why. `outcome` is null for one not stored."""

    week: dt.date
    outcome: Outcome | None
    posts: list[PostStamp]
    sessions: list[SessionAnswer]
    absence: Absence | None = None


class MovementFacts(Struct):
    """A prescribed movement: the number of sessions with it, and the date of the last one."""

    id: str
    name: str
    family: str
    sessions: int
    last: dt.date


class MovementsAnswer(Struct):
    """A page of movements, most often prescribed first; `total` counts those of every page."""

    movements: list[MovementFacts]
    total: int


class Prescription(Struct, omit_defaults=True):
    """One exercise with the lift. `lifts` are the lifts of this movement that the training load counts."""

    segment: str
    shown: BlockView
    lifts: Number = 0
    top_percent: Number | None = None


class HistoryRow(Struct):
    """A session with the lift."""

    date: dt.date | None
    week: dt.date
    session: str
    program: str
    prescriptions: list[Prescription]


class HistoryAnswer(Struct):
    """A page of a lift's prescriptions by session, newest first; `total` counts the sessions of every page."""

    movement: str
    name: str
    rows: list[HistoryRow]
    total: int


class Figures(Struct, omit_defaults=True):
    """Training load as `wod_pipeline.training` defines it. `zones` counts lifts by percent of the 1-RM."""

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
        """Lifts of unknown percentage."""
        return self.lifts - self.rated_lifts


class LoadFacts(Struct, omit_defaults=True):
    """The load of one day, week or month, and its change since the period before."""

    start: dt.date
    sessions: int
    total: Figures
    families: dict[str, Figures]
    lifts_change_percent: Number | None = None
    intensity_change_points: Number | None = None


class LoadAnswer(Struct, omit_defaults=True):
    """The load of each period, oldest first. `unit` is the unit of the tonnage.

    `from` and `to` are the first and the last day that are answered, with `to` before `from` when there is none;
    without `to` the time has no end.
    """

    by: Period
    rows: list[LoadFacts]
    unit: Unit | None = None
    from_: dt.date | None = field(default=None, name="from")
    to: dt.date | None = None


class SearchRow(Struct):
    """A session that matches a search, with the lines that match best."""

    date: dt.date | None
    week: dt.date
    session: str
    label: str
    lines: list[str]


class SearchAnswer(Struct):
    """A page of the sessions that match, best first; `total` counts those of every page."""

    query: str
    rows: list[SearchRow]
    total: int


class HealthAnswer(Struct, omit_defaults=True):
    """That sessions can be read, the newest stored week, and whether the current week has sessions (`fresh`).

    When it has none, `absence` says why.
    """

    status: Literal["ok"]
    newest_week: dt.date | None
    fresh: bool
    absence: Absence | None = None


def session_answers(records: Iterable[SessionRecord], athlete: Athlete | None) -> list[SessionAnswer]:
    """Sessions with their views for the athlete."""
    return [
        SessionAnswer(_with_plain_names(record), view_session(record, athlete, whole=True))
        for record in records
    ]


def _with_plain_names(record: SessionRecord) -> SessionRecord:
    """The record; without control and bidirectional characters in the names that an earlier version made."""
    program, session = clean(record.program), clean(record.session)
    if (program, session) == (record.program, record.session):
        return record
    return replace(record, program=program, session=session)


def undated_weeks(index: SessionIndex, first: dt.date, last: dt.date) -> list[dt.date]:
    """The weeks from the one of the day `first` to that of `last` that hold sessions without a date."""
    entries = index.between(monday_of(first), last)
    return sorted({entry.week for entry in entries if entry.date is None})


def week_facts(stored: StoredWeek) -> WeekFacts:
    """A stored week without its sessions."""
    return WeekFacts(stored.week, stored.outcome, stored.sessions, list(stored.posts))


def movement_facts(index: SessionIndex, text: str = "") -> list[MovementFacts]:
    """The movements with `text` in their id or name, most often prescribed first. Warm-ups do not count."""
    facts = [
        MovementFacts(
            id=movement,
            name=movement_name(movement),
            family=movement_family(movement) or "",
            sessions=len(occurrences),
            last=occurrences[0].entry.day,
        )
        for movement, occurrences in index.by_movement.items()
    ]
    query = text.casefold()
    matching = [fact for fact in facts if query in f"{fact.id} {fact.name}".casefold()]
    return sorted(matching, key=lambda fact: (-fact.sessions, fact.name))


def history_row(movement: str, occurrence: Occurrence, athlete: Athlete | None) -> HistoryRow:
    """A session of a lift's history; with an athlete, exercises show weights."""
    test_day, counter = occurrence.entry.kind == "test", LiftCounter(movement)
    prescriptions = [
        Prescription(
            placed.segment,
            view_exercise(placed.block, placed.exercise, athlete, written=placed.written, test_day=test_day),
            as_number(counter.lifts(placed.kind, placed.block, placed.exercise)),
            _optional_number(top_percent(placed.exercise)),
        )
        for placed in occurrence.exercises
    ]
    entry = occurrence.entry
    return HistoryRow(entry.date, entry.week, entry.session, entry.program, prescriptions)


def top_percent_of(occurrence: Occurrence) -> Number | None:
    """The highest percentage prescribed for a lift in a session; None without one. Other versions do not count."""
    of_work = [placed.exercise for placed in occurrence.exercises if not placed.block.is_other_version]
    tops = [top for exercise in of_work if (top := top_percent(exercise)) is not None]
    return _optional_number(max(tops, default=None))


def _optional_number(value: Fraction | Decimal | None) -> Number | None:
    return None if value is None else as_number(value)


def history_answer(
    movement: str, occurrences: Iterable[Occurrence], total: int, athlete: Athlete | None
) -> HistoryAnswer:
    """A page of a lift's history."""
    rows = [history_row(movement, occurrence, athlete) for occurrence in occurrences]
    return HistoryAnswer(movement, movement_name(movement), rows, total)


def load_answer(by: Period, rows: Iterable[LoadRow], athlete: Athlete | None) -> LoadAnswer:
    """The load of these periods."""
    return LoadAnswer(by, [_load_facts(row) for row in rows], athlete.rack.unit if athlete else None)


def _load_facts(row: LoadRow) -> LoadFacts:
    return LoadFacts(
        row.start,
        row.summary.sessions,
        _figures(row.summary.total),
        {family: _figures(load) for family, load in sorted(row.summary.families.items())},
        _optional_number(row.lifts_change_pct),
        _optional_number(row.intensity_change),
    )


def _figures(load: TrainingLoad) -> Figures:
    return Figures(
        lifts=as_number(load.lifts),
        zones={zone: as_number(lifts) for zone, lifts in zip(ZONES, load.zones, strict=True)},
        hard_sets=as_number(load.hard_sets),
        average_intensity_percent=_optional_number(load.average_intensity),
        rated_lifts=as_number(load.rated_lifts),
        builds_to_max=load.max_efforts,
        uncounted_exercises=load.uncounted,
        tonnage=as_number(load.tonnage) if load.weighed_lifts else None,
        weighed_lifts=as_number(load.weighed_lifts),
    )


def search_row(match: Match) -> SearchRow:
    """A session that matches, its lines cut to fit a list."""
    entry = match.entry
    return SearchRow(entry.date, entry.week, entry.session, entry.label, match.excerpts())
