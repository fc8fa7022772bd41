"""Sums over lifts: intensity, zones, hard sets and tonnage, by day, week and month.

`_lifts` defines a lift and a hard set. Definitions of the sums, and where they come from:

average relative intensity
    Σ (percent of 1-RM × lifts) / Σ lifts, over the lifts whose percentage is known (`rated_lifts`); ranges
    and ramps by their midpoint (Medvedyev; V. M. Zatsiorsky and W. J. Kraemer, *Science and Practice of
    Strength Training*, 2nd ed. 2006, chapter 4). A percentage is taken of the lift it names, so a pull may
    exceed 100. Percentages of an N-RM (N > 1) are not percentages of a 1-RM and stay unrated.
intensity zones
    Rated lifts below 70 %, from 70 to below 80, from 80 to below 90, and from 90 % up: the distribution over
    zones of Zatsiorsky and Kraemer, with the light zones taken together.
hard sets
    In a family's figures a set of a complex counts once for every family in it, in the total once.
tonnage
    Σ weight × lifts, in the unit of the athlete's rack, with the weight the athlete's maxes and rack give
    (a range by its midpoint), over the lifts whose weight is known (`weighed_lifts`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal, Protocol

from wod_pipeline.program import Load, SessionRecord
from wod_pipeline.training._lifts import Dose, doses_of
from wod_pipeline.training._rack import Weight, as_decimal
from wod_pipeline.training._weights import Athlete, midpoint, working_weight
from wod_pipeline.weeks import DAY, WEEK, monday_of

Period = Literal["day", "week", "month"]
ZONES = ("<70", "70–79", "80–89", "≥90")


@dataclass
class TrainingLoad:
    """Sums over doses, percentages and tonnage weighted by lifts.

    `percent_lifts` is Σ percent × lifts. `uncounted` are exercises at working weight whose repetitions are not
    stated, `max_efforts` builds to a max.
    """

    lifts: Decimal = Decimal(0)
    rated_lifts: Decimal = Decimal(0)
    percent_lifts: Decimal = Decimal(0)
    zones: list[Decimal] = field(default_factory=lambda: [Decimal(0)] * len(ZONES))
    hard_sets: Decimal = Decimal(0)
    max_efforts: int = 0
    uncounted: int = 0
    tonnage: Decimal = Decimal(0)
    weighed_lifts: Decimal = Decimal(0)

    @property
    def average_intensity(self) -> Decimal | None:
        """Mean percent of 1-RM over the rated lifts, to one decimal; None without any."""
        return round(self.percent_lifts / self.rated_lifts, 1) if self.rated_lifts else None

    def add(self, dose: Dose, lifts_per_rep: int) -> None:
        """Count a dose, of which `lifts_per_rep` lifts of each repetition belong here."""
        self.max_efforts += dose.builds_to_max
        if dose.sets is None:
            self.uncounted += not dose.builds_to_max
            self.hard_sets += dose.builds_to_max
            return
        lifts = dose.repetitions * lifts_per_rep
        self.lifts += lifts
        self.hard_sets += dose.sets if dose.hard else 0
        if dose.percent is not None:
            self.rated_lifts += lifts
            self.percent_lifts += dose.percent * lifts
            self.zones[_zone(dose.percent)] += lifts

    def weigh(self, dose: Dose, lifts_per_rep: int, weight: Decimal) -> None:
        """Count the tonnage of a dose at `weight`."""
        lifts = dose.repetitions * lifts_per_rep
        self.tonnage += weight * lifts
        self.weighed_lifts += lifts


def _zone(percent: Decimal) -> int:
    return min(max(int(percent) // 10 - 6, 0), len(ZONES) - 1)


@dataclass
class LoadSummary:
    """The load of some sessions, as a whole and by family of lifts."""

    total: TrainingLoad = field(default_factory=TrainingLoad)
    families: dict[str, TrainingLoad] = field(default_factory=dict)
    sessions: int = 0

    def family(self, name: str) -> TrainingLoad:
        """The load of one family, empty at first."""
        if name not in self.families:
            self.families[name] = TrainingLoad()
        return self.families[name]

    def add(self, doses: Iterable[Dose], weights: Weights | None) -> None:
        """Count a session; with `weights` its tonnage too."""
        self.sessions += 1
        for dose in doses:
            self._count(dose)
            if weights is not None:
                self._weigh(dose, weights.of(dose.load))

    def _count(self, dose: Dose) -> None:
        self.total.add(dose, dose.lifts_per_rep)
        for name, count in dose.families:
            self.family(name).add(dose, count)

    def _weigh(self, dose: Dose, weight: Decimal | None) -> None:
        if weight is not None:
            self.total.weigh(dose, dose.lifts_per_rep, weight)
            for name, count in dose.families:
                self.family(name).weigh(dose, count, weight)


class Weights:
    """The weights that loads come to for one athlete, a range by its midpoint, each worked out once."""

    def __init__(self, athlete: Athlete) -> None:
        self._athlete = athlete
        self._known: dict[Load, Decimal | None] = {}

    def of(self, load: Load | None) -> Decimal | None:
        """The weight in the unit of the athlete's rack; None when it is not known."""
        if load is None:
            return None
        if load not in self._known:
            weight = _weight_of(load, self._athlete)
            self._known[load] = None if weight is None else as_decimal(weight)
        return self._known[load]


def _weight_of(load: Load, athlete: Athlete) -> Fraction | None:
    if load.kind == "absolute":
        return _absolute_weight(load, athlete)
    working = working_weight(load, athlete)
    ends = [end.amount for end in (working.low, working.high) if end] if working else []
    return sum(ends, Fraction(0)) / len(ends) if ends else None


def _absolute_weight(load: Load, athlete: Athlete) -> Fraction | None:
    stated = load.abs
    if stated is None or stated.unit not in ("kg", "lb"):
        return None
    middle = midpoint(stated)
    return None if middle is None else Weight(middle, stated.unit).to(athlete.rack.unit).amount


class Dated(Protocol):
    """A session as far as periods need it: its date, and the Monday of its week."""

    @property
    def date(self) -> dt.date | None: ...

    @property
    def week(self) -> dt.date: ...


@dataclass(frozen=True)
class SessionDoses:
    """The doses of one session with its date: enough to sum up any period."""

    date: dt.date | None
    week: dt.date
    doses: tuple[Dose, ...]


def session_doses(record: SessionRecord) -> SessionDoses:
    """The doses of a session."""
    return SessionDoses(record.date, record.week, doses_of(record))


@dataclass(frozen=True)
class LoadRow:
    """One day, week or month: its first day, its load, and the change against the period just before.

    The changes are None when that period has no such figure: `lifts_change_pct` in percent,
    `intensity_change` in percentage points.
    """

    start: dt.date
    summary: LoadSummary
    lifts_change_pct: Decimal | None
    intensity_change: Decimal | None


def load_by(
    period: Period, sessions: Iterable[SessionDoses], athlete: Athlete | None = None
) -> list[LoadRow]:
    """The load of every period that has a session, in order; by day, undated sessions are left out."""
    summaries: dict[dt.date, LoadSummary] = {}
    weights = Weights(athlete) if athlete is not None else None
    for session in sessions:
        if (start := period_start(period, session)) is not None:
            summaries.setdefault(start, LoadSummary()).add(session.doses, weights)
    return [
        _row(start, summaries[start], summaries.get(_before(period, start))) for start in sorted(summaries)
    ]


def period_start(period: Period, session: Dated) -> dt.date | None:
    """First day of the period a session belongs to; an undated one belongs to its training week's Monday."""
    if period == "day":
        return session.date
    return session.week if period == "week" else period_holding(period, session.date or session.week)


def period_holding(period: Period, day: dt.date) -> dt.date:
    """First day of the day, week or month that holds `day`."""
    return {"day": day, "week": monday_of(day), "month": day.replace(day=1)}[period]


def _before(period: Period, start: dt.date) -> dt.date:
    if period == "month":
        return (start - DAY).replace(day=1)
    return start - (WEEK if period == "week" else DAY)


def _row(start: dt.date, now: LoadSummary, before: LoadSummary | None) -> LoadRow:
    previous = before.total if before else TrainingLoad()
    change = now.total.lifts - previous.lifts
    return LoadRow(
        start,
        now,
        round(100 * change / previous.lifts, 1) if previous.lifts else None,
        _difference(now.total.average_intensity, previous.average_intensity),
    )


def _difference(now: Decimal | None, before: Decimal | None) -> Decimal | None:
    return None if now is None or before is None else now - before
