"""The nodes of a ParsedPost while it is being read: mutable, and each knowing the lines it owns or shares.

`_blocks` fills them, `_finish` turns them into the model's values, `_owners` points lines at them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec.structs import replace

from wod_pipeline.parsing._building import ReadScheme
from wod_pipeline.parsing._connectors import ReadConnector
from wod_pipeline.parsing._continuations import can_go_on, read_on
from wod_pipeline.parsing._segments import Label
from wod_pipeline.parsing._text import exact
from wod_pipeline.parsing.grammar.exercises import ReadExercise
from wod_pipeline.parsing.grammar.readings import MovementLine, Quantity, ReadRow, Spans
from wod_pipeline.program import MaxOf, Range, Rest, Role, SegmentKind, SessionOutline, SourceLine


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
    slot: int | None = None
    slot_s: Range | None = None  # the time behind the slot
    rest: Rest | None = None
    choice: int | None = None
    above: int = 0  # how many of its numbered sets stand in the block above
    rows: list[RowDraft] = field(default_factory=list)
    notes: list[NoteDraft] = field(default_factory=list)

    @property
    def bare(self) -> bool:
        """Whether its line only names the movement."""
        read = self.read
        return read.quantity is None and not read.rep_scheme and not read.rows and read.load is None

    def takes(self, rows: tuple[ReadRow, ...], movements: MovementLine | None) -> bool:
        """Whether the rows can be its own: they name no other movement than it does.

        `75% of 1-RM Front Squat x 3` below an exercise that says how much is another exercise, not a row.
        """
        own = {part.movement_id for part in self.read.parts}
        if movements and self.read.quantity and rows and rows[0].first is None and rows[0].load:
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

    @property
    def has_reps(self) -> bool:
        """Whether its line, or rows below it, say how much of it."""
        return self.read.quantity is not None or bool(self.read.rep_scheme or self.rows)

    def set_reps(self, scheme: ReadScheme) -> None:
        """Do the repetitions a line of its own lists, set by set, with the load it tells."""
        most: MaxOf | None = "reps" if scheme.max_reps else None
        counted = scheme.reps is not None or most is not None
        quantity = Quantity("reps", scheme.reps, unit=False, max_of=most) if counted else None
        load = self.read.load or scheme.load
        self.read = replace(self.read, rep_scheme=scheme.rep_scheme, quantity=quantity, load=load)

    def again(self, n: int) -> ExerciseDraft:
        """The same movements once more, on line `n`, where their words do not stand."""
        parts = tuple(replace(part, start=0, end=0) for part in self.read.parts)
        return ExerciseDraft(ReadExercise(parts), [n], alone=True)

    def add_row(self, row: ReadRow, n: int) -> RowDraft:
        """The row of line `n`; one without numbers counts on from the row above."""
        above = self.rows[-1].last if self.rows else self.above
        first = row.first if row.first is not None else above + 1
        last = row.last if row.last is not None else above + row.repeat
        self.rows.append(RowDraft(row, first, last, n))
        return self.rows[-1]

    def has_line(self, n: int) -> bool:
        """Whether the line is the last of its own, of its rows or of its notes."""
        last_row, last_note = self.rows[-1:], self.notes[-1:]
        return n in (*self.lines[-1:], *(row.n for row in last_row), *(note.n for note in last_note))

    def last_set(self) -> Range | None:
        """How many sets its rows name: the number of the last one, counted from where the block starts."""
        return exact(self.rows[-1].last - self.above) if self.rows else None


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
    variant: str | None = None
    own_sets: bool = False
    choices: int = 0
    full_at: int | None = None  # the first line that would have added too many exercises
    exercises: list[ExerciseDraft] = field(default_factory=list)
    notes: list[NoteDraft] = field(default_factory=list)

    @property
    def waiting(self) -> bool:
        """Whether connectors opened it, and nothing to do has followed yet."""
        return not (self.stated or self.exercises)

    @property
    def stated(self) -> bool:
        """Whether a scheme line says how the block is done."""
        return self.scheme_line is not None

    def number_choices(self, added: list[ExerciseDraft], *, follows: bool) -> None:
        """§7.4 Number the alternatives among exercises about to be added; `follows`: the first is one to the last."""
        taken = self.choices
        for exercise in added:
            exercise.choice = exercise.read.choice + taken if exercise.read.choice else None
        if follows and self.exercises:
            before = self.exercises[-1]
            before.choice = before.choice or taken + 1
            added[0].choice = before.choice
        for exercise in (*self.exercises[-1:], *added):
            self.choices = max(self.choices, exercise.choice or 0)

    def left_by(self, *, own: bool) -> bool:
        """Whether a movement line does not belong here: it (`own`) or this block has sets of its own."""
        return not self.stated and bool(self.exercises) and (own or self.own_sets)

    def awaits(self, scheme: ReadScheme) -> bool:
        """Whether a scheme line can still say more of this block: it has no exercise, or has the same repetitions."""
        same = bool(scheme.rep_scheme and scheme.movements) and scheme.rep_scheme == self.scheme.rep_scheme
        return same or not self.exercises

    def joined_by(self, scheme: ReadScheme) -> ReadScheme | None:
        """The scheme of a block without exercises once another scheme line follows; None when that opens a block."""
        before = self.scheme
        if not self.stated:
            return scheme
        added = self._added_to(scheme)
        if added:
            return added
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

    def detailed_by(self, scheme: ReadScheme, n: int) -> bool:
        """Whether scheme line `n` details this block; if so, what it says is the block's."""
        if scheme.scheme == "build_to_max":
            bare = len(self.exercises) == 1 and not self.stated and self.exercises[0].bare
            if bare and not self.exercises[0].rows:
                self.scheme, self.scheme_line, self.own_sets = scheme, n, False
                self.closed = True
            return bare and self.stated
        if scheme.detail == "cap":
            self.scheme = replace(self.scheme, cap_s=scheme.cap_s)
            return True
        if self.scheme.scheme != "tabata":
            return False
        if scheme.detail == "rounds":
            self.scheme = replace(self.scheme, sets=scheme.sets)
        elif scheme.detail in {"on", "off", "on off"}:
            sets = scheme.sets or self.scheme.sets
            self.scheme = replace(self.scheme, seconds=scheme.seconds or self.scheme.seconds, sets=sets)
            self.rest = scheme.rest or self.rest
        return scheme.detail in {"rounds", "on", "off", "on off"}

    def _added_to(self, scheme: ReadScheme) -> ReadScheme | None:
        """The scheme with what a second line adds to it, when that only says how its sets are done."""
        before = self.scheme
        if scheme.empty_bar and before.scheme != "free" and scheme.scheme == "free":
            return replace(before, empty_bar=True, movements=scheme.movements)
        if scheme.detail == "on off" and before.scheme in {"every", "sets", "rounds", "amrap"}:
            return replace(before, seconds=scheme.seconds, sets=before.sets or scheme.sets)
        own = scheme.duration_s or scheme.sets
        if scheme.scheme == "build_to_max" and before.scheme in {"every", "sets"} and not own:
            return replace(before, rm_target=scheme.rm_target, movements=scheme.movements)
        return None

    def split_at(self, at: int) -> BlockDraft:
        """A block of the last exercise, which stands on line `at`, and of all that stands below it."""
        own = BlockDraft(exercises=[self.exercises.pop()], lines=[n for n in self.lines if n > at])
        own.notes = [note for note in self.notes if note.n > at]
        self.notes = [note for note in self.notes if note.n < at]
        self.lines = [n for n in self.lines if n < at]
        if own.lines:
            own.rest, self.rest = self.rest, None
            own.scheme, self.scheme = self.scheme, replace(self.scheme, cap_s=None)
        return own

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

    def settle(self, *, followed: bool) -> ExerciseDraft | BlockDraft:
        """Give the rest, its lines and notes to whose it is; a rest after a tabata is not the rest within it."""
        owner = self.exercise if followed else self.block
        if followed or self.block.scheme.scheme != "tabata":
            owner.rest = self.rest
        owner.lines += self.lines
        owner.notes += self.notes
        return owner

    def directly_above(self, n: int) -> bool:
        """Whether the last rest line, or a note that hangs on it, stands directly above line `n`."""
        return bool(self.lines) and self.lines[-1] + len(self.notes) == n - 1


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

    def withdraw(self, n: int) -> list[int]:
        """Give up a last block that only consists of the connectors directly above line `n`: their lines.

        A block with a note or a rest is kept, since these lines have no other owner.
        """
        last = self.blocks[-1] if self.blocks else None
        if last is None or not last.waiting or last.notes or last.rest or last.lines[-1:] != [n - 1]:
            return []
        return self.blocks.pop().lines

    def adopt_name(self) -> ExerciseDraft | None:
        """A name alone above a scheme line, which is what the rows below the scheme are of: it moves below."""
        if len(self.blocks) < 2 or self.blocks[-1].exercises or not self.blocks[-1].stated:
            return None
        named = self.blocks[-2]
        taken = named.stated or named.notes or named.lines
        if taken or len(named.exercises) != 1 or not named.exercises[0].bare:
            return None
        self.blocks[-1].exercises = named.exercises
        del self.blocks[-2]
        return named.exercises[0]

    def go_on(self, row: ReadRow, n: int) -> ExerciseDraft | None:
        """A numbered row that counts on from the last of the block above goes on with its exercise."""
        before = self.blocks[-2] if len(self.blocks) > 1 and not self.blocks[-1].exercises else None
        above = before.exercises[-1] if before and before.exercises else None
        if not above or not above.rows or row.first != above.rows[-1].last + 1:
            return None
        going_on = above.again(n)
        going_on.above = above.rows[-1].last
        going_on.read = replace(going_on.read, quantity=None if row.reps else above.read.quantity)
        self.blocks[-1].exercises = [going_on]
        return going_on

    def has_built(self) -> bool:
        """Whether something was built to a maximum just above."""
        return any(block.scheme.scheme == "build_to_max" for block in self.blocks[-2:])

    def repeat_built(self, n: int) -> ExerciseDraft | None:
        """Sets at a load (line `n`) behind what was built to a maximum are of the same lift."""
        before = self.blocks[-2] if len(self.blocks) > 1 and not self.blocks[-1].exercises else None
        if before is None or before.scheme.scheme != "build_to_max" or len(before.exercises) != 1:
            return None
        repeated = before.exercises[0].again(n)
        self.blocks[-1].exercises, self.blocks[-1].closed = [repeated], True
        return repeated


@dataclass(eq=False, slots=True)
class SessionDraft:
    """A session with the outline it was cut by."""

    outline: SessionOutline
    segments: list[SegmentDraft] = field(default_factory=list)
    notes: list[NoteDraft] = field(default_factory=list)
    repairs: dict[int, tuple[str, str]] = field(
        default_factory=dict
    )  # by line: a misspelt word, and the right one
    unread: dict[int, Spans] = field(default_factory=dict)  # by line of work: what no rule used


Draft = NoteDraft | RowDraft | ExerciseDraft | BlockDraft | SegmentDraft | SessionDraft
Owners = dict[int, tuple[Role, Draft]]
"""By line: its role and the node that owns it."""
