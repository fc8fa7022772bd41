"""The nodes of a Week while it is being read: mutable, and each knowing the lines it owns or shares.

`_blocks` fills them, `_finish` turns them into the model's values, `_owners` points lines at them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec.structs import replace

from wod_pipeline.parsing._building import ReadScheme
from wod_pipeline.parsing._connectors import ReadConnector
from wod_pipeline.parsing._continuations import can_go_on, read_on
from wod_pipeline.parsing._lists import ReadExercise
from wod_pipeline.parsing._segments import Label
from wod_pipeline.parsing._set_rows import ReadRow
from wod_pipeline.parsing._text import exact
from wod_pipeline.program import Range, Rest, Role, SegmentKind, SessionOutline, SourceLine


@dataclass(eq=False, slots=True)
class NoteDraft:
    """One note line."""

    n: int


@dataclass(eq=False, slots=True)
class RowDraft:
    """A set row with its numbers, and the line it stands on."""

    read: ReadRow
    first: int
    last: int
    n: int


@dataclass(eq=False, slots=True)
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

    @property
    def bare(self) -> bool:
        """Whether its line only names the movement."""
        read = self.read
        return read.quantity is None and not read.rep_scheme and not read.rows and read.load is None

    def takes(self, rows: tuple[ReadRow, ...]) -> bool:
        """Whether the rows can be its own: they name no other movement than it does.

        `75% of 1-RM Front Squat x 3` below an exercise that says how much is another exercise, not a row.
        """
        own = {part.movement_id for part in self.read.parts}
        if self.read.quantity and rows and rows[0].first is None and rows[0].load:
            return own.issuperset(rows[0].load.named or ())
        return all(own.issuperset(row.named) for row in rows)

    def go_on(self, lines: list[SourceLine], n: int, last: int, *, joins: bool) -> bool:
        """Go on with line `n`, if it stands directly below without rows and notes between, and can only be that."""
        if self.lines[-1] != n - 1 or not can_go_on(lines[n - 1].text, lines[n].text):
            return False
        if not self.alone or self.rows or self.notes:
            return False
        own, below = (
            [lines[m].text for m in self.lines],
            [line.text for line in lines[n : min(n + 1, last) + 1]],
        )
        read = read_on(own, below, self.read, joins=joins)
        if read:
            self.read, self.rest = read, self.rest or read.rest
            self.lines.append(n)
        return read is not None

    def all_lines(self) -> list[int]:
        """Its lines, and those of its rows and notes."""
        return [*self.lines, *(row.n for row in self.rows), *(note.n for note in self.notes)]

    def last_set(self) -> Range | None:
        """The number of the last set its rows name."""
        return exact(self.rows[-1].last) if self.rows else None


@dataclass(eq=False, slots=True)
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

    def left_by(self, *, own: bool) -> bool:
        """Whether a movement line does not belong here: it (`own`) or this block has sets of its own."""
        return not self.stated and bool(self.exercises) and (own or self.own_sets)

    def joined_by(self, scheme: ReadScheme) -> ReadScheme | None:
        """The scheme of a block without exercises once another scheme line follows; None when that opens a block."""
        before = self.scheme
        if not self.stated:
            return scheme
        if scheme.empty_bar and before.scheme != "free":
            return replace(before, empty_bar=True, movements=scheme.movements)
        if before.scheme == "free":
            return replace(
                scheme, empty_bar=before.empty_bar or scheme.empty_bar, cap_s=scheme.cap_s or before.cap_s
            )
        if {before.scheme, scheme.scheme} <= {"for_time", "rounds"} and "for_time" in {
            before.scheme,
            scheme.scheme,
        }:
            return replace(
                scheme,
                scheme="for_time",
                sets=scheme.sets or before.sets,
                cap_s=scheme.cap_s or before.cap_s,
                reps=scheme.reps or before.reps,
                rep_scheme=scheme.rep_scheme or before.rep_scheme,
            )
        return None

    def set_clock(self, connector: ReadConnector) -> None:
        """Start when the connector says."""
        if connector.start_s is not None:
            self.start_s = connector.start_s
        if connector.rest_before_s is not None:
            self.rest_before_s = connector.rest_before_s


@dataclass(eq=False, slots=True)
class PendingRest:
    """Rests below an exercise: its own when another exercise follows in the block, else the block's."""

    lines: list[int]
    rest: Rest
    block: BlockDraft
    exercise: ExerciseDraft
    notes: list[NoteDraft]


@dataclass(eq=False, slots=True)
class SegmentDraft:
    """A segment; `kind` when its title or its place tells."""

    label: Label | None
    kind: SegmentKind | None
    title: str | None = None
    lines: list[int] = field(default_factory=list)
    blocks: list[BlockDraft] = field(default_factory=list)
    notes: list[NoteDraft] = field(default_factory=list)

    def joins(self, block: BlockDraft) -> bool:
        """§7.3 Whether a `+` between counted terms joins them to a complex in this block."""
        return block.scheme.scheme in {"every", "sets", "build_to_max"} and self.kind != "warm_up"


@dataclass(eq=False, slots=True)
class SessionDraft:
    """A session with the outline it was cut by."""

    outline: SessionOutline
    segments: list[SegmentDraft] = field(default_factory=list)
    notes: list[NoteDraft] = field(default_factory=list)


Draft = NoteDraft | RowDraft | ExerciseDraft | BlockDraft | SegmentDraft | SessionDraft
Claims = dict[int, tuple[Role, Draft]]
"""By line: its role and the node that owns it."""
