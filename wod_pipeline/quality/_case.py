"""What is judged and what comes of it: the values of this package, and the wording they share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from wod_pipeline.program import WeekRecords
from wod_pipeline.quality._claims import LIMITS, Grade, Limits
from wod_pipeline.quality._volume import Volume

Cell = str | int | float | None
Row = Mapping[str, Cell]


@dataclass(frozen=True)
class Held:
    """What the session table holds of a week before it is replaced."""

    sessions: int = 0
    post_ids: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Case:
    """A week to judge, and all that is needed to judge it."""

    records: WeekRecords
    held: Held = Held()
    past: Sequence[Volume] = ()
    """Volumes of other weeks, in any order; those before the week say what is usual."""
    gone: Sequence[int] = ()
    """Ids of posts the week is made from that the site no longer lists."""
    may_empty: bool = False
    """A person has said that the week may lose its sessions."""
    limits: Limits = LIMITS


@dataclass(frozen=True)
class Finding:
    """What one claim's judge found: the grade of the breach (None: it holds), and how it says so."""

    grade: Grade | None
    says: str
    rows: tuple[Row, ...] = ()
    numbers: Mapping[str, int | float] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """Whether one claim holds for one week; `grade` counts only when it does not."""

    claim: str
    week: dt.date
    passed: bool
    grade: Grade
    says: str
    rows: tuple[Row, ...] = ()
    """What to look at, one row each: sessions, lines or posts."""
    numbers: Mapping[str, int | float] = field(default_factory=dict)
    blocks: bool = False
    """Whether the week must stay out of the session table."""
