"""The nodes of a Week while it is being read: mutable, and each knowing the lines it owns or shares.

`_blocks` fills them, `_finish` turns them into the model's values, `_owners` points lines at them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from wod_pipeline.parsing._lists import MovementLine, ReadExercise
from wod_pipeline.parsing._schemes import ReadScheme
from wod_pipeline.parsing._segments import Label
from wod_pipeline.parsing._set_rows import ReadRow
from wod_pipeline.program import Range, Rest, Role, SegmentKind, SessionOutline


@dataclass(eq=False)
class NoteDraft:
    """One note line."""

    n: int


@dataclass(eq=False)
class RowDraft:
    """A set row with its numbers, and the line it stands on."""

    read: ReadRow
    first: int
    last: int
    n: int


@dataclass(eq=False)
class ExerciseDraft:
    """An exercise; `lines` are those it stands on or owns, `alone` whether its first line holds no other."""

    read: ReadExercise
    lines: list[int]
    alone: bool
    minute: int | None = None
    rest: Rest | None = None
    choice: int | None = None
    rows: list[RowDraft] = field(default_factory=list)
    notes: list[NoteDraft] = field(default_factory=list)


@dataclass(eq=False)
class BlockDraft:
    """A block; `stated` once a scheme line opened or joined it, `closed` when that line held its own movements."""

    lines: list[int] = field(default_factory=list)
    scheme: ReadScheme = field(default_factory=lambda: ReadScheme("free"))
    scheme_line: int | None = None
    start_s: int | None = None
    rest_before_s: int | None = None
    rest: Rest | None = None
    closed: bool = False
    own_sets: bool = False
    choices: int = 0
    exercises: list[ExerciseDraft] = field(default_factory=list)
    notes: list[NoteDraft] = field(default_factory=list)

    @property
    def stated(self) -> bool:
        """Whether a scheme line says how the block is done."""
        return self.scheme_line is not None


@dataclass(eq=False)
class SegmentDraft:
    """A segment; `kind` when its title or its place tells."""

    label: Label | None
    kind: SegmentKind | None
    title: str | None = None
    lines: list[int] = field(default_factory=list)
    blocks: list[BlockDraft] = field(default_factory=list)
    notes: list[NoteDraft] = field(default_factory=list)


@dataclass(eq=False)
class SessionDraft:
    """A session with the outline it was cut by."""

    outline: SessionOutline
    segments: list[SegmentDraft] = field(default_factory=list)
    notes: list[NoteDraft] = field(default_factory=list)


Draft = NoteDraft | RowDraft | ExerciseDraft | BlockDraft | SegmentDraft | SessionDraft
Claims = dict[int, tuple[Role, Draft]]
"""By line: its role and the node that owns it."""

__all__ = [
    "BlockDraft",
    "Claims",
    "Draft",
    "ExerciseDraft",
    "MovementLine",
    "NoteDraft",
    "Range",
    "RowDraft",
    "SegmentDraft",
    "SessionDraft",
]
