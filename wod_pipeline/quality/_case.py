"""What is judged, and what a judgement says: the values of this package."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from wod_pipeline.program import PostStamp, WeekRecords
from wod_pipeline.quality._claims import LIMITS, Grade, Limits
from wod_pipeline.quality._volume import Volume, volume_of

Cell = str | int | float | None
Row = Mapping[str, Cell]


@dataclass(frozen=True)
class TableContent:
    """What the session table holds of a week before the week is replaced."""

    sessions: int = 0
    posts: tuple[PostStamp, ...] = ()

    @property
    def post_ids(self) -> frozenset[int]:
        """The ids of the posts."""
        return frozenset(post.post_id for post in self.posts)


@dataclass(frozen=True)
class Case:
    """A week to judge, and all that is needed to judge it."""

    records: WeekRecords
    table: TableContent = TableContent()
    past: Sequence[Volume] = ()
    """Volumes of other weeks, in any order; those of earlier weeks say what is usual."""
    gone: Sequence[int] = ()
    """Ids of those posts of the week that the site no longer lists."""
    malformed: Sequence[tuple[str, str]] = ()
    """Name and problems of each post of the week that was sent otherwise than WordPress does."""
    cut: Sequence[tuple[int | None, str]] = ()
    """Id of each post without a session that goes beyond a bound of reading, and what is not read of it."""
    may_empty: bool = False
    """A person has allowed that the week loses its sessions."""
    limits: Limits = LIMITS

    @cached_property
    def volume(self) -> Volume:
        """How much the week holds, counted once for all claims."""
        return volume_of(self.records)


@dataclass(frozen=True)
class Finding:
    """What one claim's judge found. `grade` is None when the claim holds, otherwise that of the breach."""

    grade: Grade | None
    says: str
    rows: tuple[Row, ...] = ()
    numbers: Mapping[str, int | float] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """Whether one claim holds for one week. `grade` is that of the breach, or the claim's own when it holds."""

    claim: str
    week: dt.date
    passed: bool
    grade: Grade
    says: str
    rows: tuple[Row, ...] = ()
    """The evidence: one row per session, line or post to look at."""
    numbers: Mapping[str, int | float] = field(default_factory=dict)
    blocks: bool = False
    """Whether the week must not be stored in the session table."""
