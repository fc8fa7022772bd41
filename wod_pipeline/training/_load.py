"""How much a program asks for: lifts, intensity, zones, hard sets and tonnage, by day, week and month.

Definitions, and where they come from:

lift
    One repetition with a barbell at working weight; a complex counts every part (clean + 2 front squats +
    jerk is four). This is the number of lifts of Soviet weightlifting (A. S. Medvedyev, *A System of
    Multi-Year Training in Weightlifting*, 1986). At working weight are percentages of a max, absolute
    weights, RPE and loads relative to an earlier one. Warm-up, cool-down and conditioning, the empty bar,
    and exercises without a stated load do not count. Amounts per side count twice; of alternatives the
    first counts; a range counts by its midpoint, an open end by the end that is stated.
average relative intensity
    Σ (percent of 1-RM × lifts) / Σ lifts, over the lifts whose percentage is known (`rated_lifts`); ranges
    and ramps by their midpoint (Medvedyev; V. M. Zatsiorsky and W. J. Kraemer, *Science and Practice of
    Strength Training*, 2nd ed. 2006, chapter 4). A percentage is taken of the lift it names, so a pull may
    exceed 100. Percentages of an N-RM (N > 1) are no percentages of a 1-RM and stay unrated.
intensity zones
    Rated lifts below 70 %, from 70 to below 80, from 80 to below 90, and from 90 % up: the distribution over
    zones of Zatsiorsky and Kraemer, with the light zones taken together.
hard set
    A set at 80 % of 1-RM or more, or at RPE 7 or more (three repetitions left: E. R. Helms et al.,
    *Strength and Conditioning Journal* 38(4), 2016), or a build to a max, which is one. In a family's
    figures a set of a complex counts once for every family in it, in the total once.
tonnage
    Σ weight × lifts, with the weight an athlete's maxes and rack give (a range by its midpoint), over the
    lifts whose weight is known (`weighed_lifts`).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from wod_pipeline.program import Block, Exercise, Load, Range, Segment, SessionRecord
from wod_pipeline.training._weights import Athlete, Weight, exact, midpoint, working_weight
from wod_pipeline.vocabulary import movement_family
from wod_pipeline.weeks import DAY, WEEK, monday_of

Period = Literal["day", "week", "month"]
ZONES = ("<70", "70–79", "80–89", "≥90")
BARBELL_FAMILIES = ("snatch", "clean", "clean+jerk", "jerk", "pull", "squat", "press", "hinge")
OTHER = "other"

_AT_WORKING_WEIGHT = frozenset({"percent", "absolute", "rpe", "relative_past"})
_LEFT_OUT_SEGMENTS = frozenset({"warm_up", "cool_down", "conditioning"})
_LEFT_OUT_SCHEMES = frozenset({"amrap", "for_time", "tabata"})
_HARD_PERCENT = Decimal(80)
_HARD_RPE = Decimal(7)
_MOST_REPS = 10_000
"""A count beyond this is no training; it is taken as this many, so that hostile numbers stay numbers."""


@dataclass(frozen=True)
class Dose:
    """Sets of one exercise under one prescription. `families` counts the lifts of one repetition by family.

    `sets` None: the exercise is at working weight, but the post does not say how many repetitions.
    """

    families: tuple[tuple[str, int], ...]
    sets: Decimal | None
    reps: Decimal
    percent: Decimal | None
    hard: bool
    load: Load | None
    builds_to_max: bool = False


@dataclass
class TrainingLoad:
    """Sums over doses. `uncounted`: exercises at working weight whose repetitions are not stated."""

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

    def add(self, dose: Dose, lifts_a_rep: int) -> None:
        """Count a dose, of which `lifts_a_rep` lifts of each repetition belong here."""
        self.max_efforts += dose.builds_to_max
        if dose.sets is None:
            self.uncounted += not dose.builds_to_max
            self.hard_sets += dose.builds_to_max
            return
        lifts = dose.sets * dose.reps * lifts_a_rep
        self.lifts += lifts
        self.hard_sets += dose.sets if dose.hard else 0
        if dose.percent is not None:
            self.rated_lifts += lifts
            self.percent_lifts += dose.percent * lifts
            self.zones[_zone(dose.percent)] += lifts

    def weigh(self, dose: Dose, lifts_a_rep: int, weight: Decimal) -> None:
        """Count the tonnage of a dose at `weight`."""
        lifts = (dose.sets or 0) * dose.reps * lifts_a_rep
        self.tonnage += weight * lifts
        self.weighed_lifts += lifts

    def merge(self, other: TrainingLoad) -> None:
        """Add the sums of `other`."""
        self.lifts += other.lifts
        self.rated_lifts += other.rated_lifts
        self.percent_lifts += other.percent_lifts
        self.zones = [mine + its for mine, its in zip(self.zones, other.zones, strict=True)]
        self.hard_sets += other.hard_sets
        self.max_efforts += other.max_efforts
        self.uncounted += other.uncounted
        self.tonnage += other.tonnage
        self.weighed_lifts += other.weighed_lifts


def _zone(percent: Decimal) -> int:
    return min(max(int(percent) // 10 - 6, 0), len(ZONES) - 1)


# --------------------------------------------------------------------------------------------------- doses
def doses_of(record: SessionRecord) -> tuple[Dose, ...]:
    """Everything of a session that counts, in reading order."""
    return tuple(
        dose
        for segment in record.segments
        for block in _counted_blocks(segment)
        for exercise in _without_alternatives(block)
        for dose in _doses(block, exercise)
    )


def _counted_blocks(segment: Segment) -> Iterator[Block]:
    if segment.kind not in _LEFT_OUT_SEGMENTS:
        yield from (block for block in segment.blocks if block.scheme not in _LEFT_OUT_SCHEMES)


def _without_alternatives(block: Block) -> Iterator[Exercise]:
    chosen: set[int] = set()
    for exercise in block.exercises:
        if exercise.choice is None or exercise.choice not in chosen:
            yield exercise
        if exercise.choice is not None:
            chosen.add(exercise.choice)


def _doses(block: Block, exercise: Exercise) -> Iterator[Dose]:
    families = _families(exercise)
    if block.scheme == "build_to_max":
        yield Dose(families, None, Decimal(0), None, hard=True, load=None, builds_to_max=True)
        return
    for sets, reps, load in _sets(block, exercise):
        if load is None or not _counts(load, families):
            continue
        percent = _percent_of_1rm(load)
        counted = _repetitions(reps, exercise)
        hard = _is_hard(load, percent)
        if counted is not None:
            yield Dose(families, sets, counted, percent, hard, load)
        elif not (exercise.duration_s or exercise.distance_m):
            yield Dose(families, None, Decimal(0), percent, hard, load)


def lifts_of(movement: str, block: Block, exercise: Exercise) -> Decimal:
    """How often an exercise lifts this very movement at working weight; 0 when that is not stated."""
    a_rep = sum(part.reps or 1 for part in exercise.parts if part.movement_id == movement)
    return sum((dose.sets * dose.reps for dose in _doses(block, exercise) if dose.sets), Decimal(0)) * a_rep


def top_percent(exercise: Exercise) -> Decimal | None:
    """The highest percentage an exercise names, ranges by their upper end; None when it names none."""
    loads = [exercise.load, *(row.load for row in exercise.set_rows)]
    spans = [load.pct for load in loads if load is not None and load.kind == "percent" and load.pct]
    ends = [
        exact(end) for span in spans if (end := span.max if span.max is not None else span.min) is not None
    ]
    return as_decimal(max(ends)) if ends else None


def as_number(value: Decimal | Fraction) -> int | float:
    """A whole number as int, any other as the float nearest to it, to three decimals."""
    return int(value) if value == int(value) else round(float(value), 3)


def as_decimal(value: Fraction) -> Decimal:
    """A fraction as the decimal nearest to it (28 digits)."""
    return Decimal(value.numerator) / value.denominator


def _families(exercise: Exercise) -> tuple[tuple[str, int], ...]:
    counts: Counter[str] = Counter()
    for part in exercise.parts:
        counts[movement_family(part.movement_id) or OTHER] += min(part.reps or 1, _MOST_REPS)
    return tuple(counts.items())


def _counts(load: Load, families: tuple[tuple[str, int], ...]) -> bool:
    if load.kind == "percent":
        return True
    return load.kind in _AT_WORKING_WEIGHT and any(family in BARBELL_FAMILIES for family, _ in families)


def _sets(block: Block, exercise: Exercise) -> Iterator[tuple[Decimal, Range | None, Load | None]]:
    """(sets, repetitions of each, load), as the set rows, the rep scheme or the block say it."""
    if exercise.set_rows:
        for row in exercise.set_rows:
            count = Decimal(min(max(row.last - row.first + 1, 0), _MOST_REPS))
            yield count, row.reps or exercise.reps, row.load or exercise.load
    elif exercise.rep_scheme:
        for reps in exercise.rep_scheme:
            yield Decimal(1), Range(reps, reps), exercise.load
    else:
        yield _turns(block, exercise), exercise.reps, exercise.load


def _turns(block: Block, exercise: Exercise) -> Decimal:
    """How often an exercise comes up in its block. With minutes named the exercises take turns."""
    sets = _middle(block.sets)
    if sets is None:
        return Decimal(1)
    cycle = max((other.minute or 0 for other in block.exercises), default=0)
    if exercise.minute is None or cycle == 0:
        return sets
    return Decimal(max(int(sets) - exercise.minute, -1) // cycle + 1)


def _repetitions(reps: Range | None, exercise: Exercise) -> Decimal | None:
    counted = _middle(reps)
    if counted is None and (len(exercise.parts) > 1 or any(part.reps for part in exercise.parts)):
        counted = Decimal(1)
    return counted * 2 if counted is not None and exercise.per_side else counted


def _percent_of_1rm(load: Load) -> Decimal | None:
    if load.kind != "percent" or (load.ref is not None and load.ref.rm != 1):
        return None
    return _middle(load.pct)


def _is_hard(load: Load, percent: Decimal | None) -> bool:
    rpe = _middle(load.rpe)
    return (percent is not None and percent >= _HARD_PERCENT) or (rpe is not None and rpe >= _HARD_RPE)


@lru_cache(maxsize=4096)
def _middle(value: Range | None) -> Decimal | None:
    middle = midpoint(value) if value is not None else None
    if middle is None:
        return None
    return min(as_decimal(middle), Decimal(_MOST_REPS))


# ----------------------------------------------------------------------------------------------- summing up
@dataclass
class LoadSummary:
    """The load of some sessions, as a whole and by family of lifts."""

    total: TrainingLoad = field(default_factory=TrainingLoad)
    families: dict[str, TrainingLoad] = field(default_factory=dict)
    sessions: int = 0

    def family(self, name: str) -> TrainingLoad:
        """The load of one family, empty at first."""
        return self.families.setdefault(name, TrainingLoad())

    def merge(self, other: LoadSummary) -> None:
        """Add the sessions of `other`."""
        self.sessions += other.sessions
        self.total.merge(other.total)
        for name, load in other.families.items():
            self.family(name).merge(load)

    def weigh(self, doses: Iterable[Dose], weights: Weights) -> None:
        """Add the tonnage of sessions that are counted already."""
        for dose in doses:
            weight = weights.of(dose.load)
            if weight is not None:
                self.total.weigh(dose, _lifts_a_rep(dose), weight)
                for name, count in dose.families:
                    self.family(name).weigh(dose, count, weight)


def summary_of(doses: Iterable[Dose]) -> LoadSummary:
    """The load of one session, without tonnage."""
    summary = LoadSummary(sessions=1)
    for dose in doses:
        summary.total.add(dose, _lifts_a_rep(dose))
        for name, count in dose.families:
            summary.family(name).add(dose, count)
    return summary


def _lifts_a_rep(dose: Dose) -> int:
    return sum(count for _, count in dose.families)


class Weights:
    """The weights that loads come to for one athlete, a range by its midpoint, each worked out once."""

    def __init__(self, athlete: Athlete) -> None:
        self._athlete = athlete
        self._known: dict[object, Decimal | None] = {}

    def of(self, load: Load | None) -> Decimal | None:
        """The weight in the athlete's unit; None when it is not known."""
        if load is None:
            return None
        ref, stated = load.ref, load.abs
        key = (
            load.kind,
            load.pct,
            ref and (ref.movement_id, ref.rm),
            stated and (stated.unit, stated.min, stated.max),
        )
        if key not in self._known:
            weight = _weight_of(load, self._athlete)
            self._known[key] = None if weight is None else as_decimal(weight)
        return self._known[key]


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
    ends = [exact(end) for end in (stated.min, stated.max) if end is not None]
    middle = sum(ends, Fraction(0)) / len(ends) if ends else None
    return Weight(middle, stated.unit).to(athlete.rack.unit).amount if middle is not None else None


@dataclass(frozen=True)
class SessionDoses:
    """What a session asks for, by when: enough to sum up any period."""

    date: dt.date | None
    week: dt.date
    doses: tuple[Dose, ...]
    summary: LoadSummary


def session_doses(record: SessionRecord) -> SessionDoses:
    """What a session asks for, summed up once."""
    doses = doses_of(record)
    return SessionDoses(record.date, record.week, doses, summary_of(doses))


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
            summary = summaries.setdefault(start, LoadSummary())
            summary.merge(session.summary)
            if weights is not None:
                summary.weigh(session.doses, weights)
    return [
        _row(start, summaries[start], summaries.get(_before(period, start))) for start in sorted(summaries)
    ]


def period_start(period: Period, session: SessionDoses) -> dt.date | None:
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
    was, is_ = (before.total if before else TrainingLoad()), now.total
    lifts = round(100 * (is_.lifts - was.lifts) / was.lifts, 1) if was.lifts else None
    both = is_.average_intensity is not None and was.average_intensity is not None
    intensity = is_.average_intensity - was.average_intensity if both else None  # type: ignore[operator]
    return LoadRow(start, now, lifts, intensity)
