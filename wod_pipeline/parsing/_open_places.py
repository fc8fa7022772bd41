"""§6 What is open while the lines of a session are read: segment, block, exercise, and a rest that waits.

Which line opens what is decided in `_blocks`.
"""

from __future__ import annotations

from typing import Literal

from msgspec.structs import replace

from wod_pipeline.bounds import EXERCISES_IN_BLOCK
from wod_pipeline.parsing._building import ReadScheme
from wod_pipeline.parsing._connectors import ReadConnector
from wod_pipeline.parsing._drafts import (
    BlockDraft,
    Draft,
    ExerciseDraft,
    Owners,
    PendingRest,
    SegmentDraft,
    SessionDraft,
)
from wod_pipeline.parsing._lines import LineReading, read_exercises, read_line
from wod_pipeline.parsing.grammar.readings import MovementLine
from wod_pipeline.parsing.grammar.table_rows import (
    PLAIN_COLUMNS,
    Columns,
)
from wod_pipeline.program import Rest, RmTarget, Role, SourceLine


class OpenPlaces:
    """The places of a session that lines below can still be added to, and the lines read so far."""

    def __init__(self, lines: list[SourceLine], session: SessionDraft, owners: Owners) -> None:
        self._lines = lines
        self._session = session
        self._owners = owners
        self._readings: dict[int, LineReading] = {}
        self._segment: SegmentDraft | None = None
        self._block: BlockDraft | None = None
        self._exercise: ExerciseDraft | None = None
        self._resting: PendingRest | None = None
        self._carried: list[tuple[int, ReadConnector]] = []  # connectors directly above a label
        self._clocks: list[ReadConnector] = []  # what they say of the segment's first block
        self._columns: Columns = PLAIN_COLUMNS
        self._alternative = False
        self._variant: str | None = None  # of the blocks that are opened

    def _reading(self, n: int) -> LineReading:
        reading = self._readings.get(n)
        if reading is None:
            reading = self._readings[n] = read_line(self._lines[n].text)
        return reading

    def _below(self, n: int) -> LineReading:
        """Line `n`, or an empty one when the session ends above it."""
        return self._reading(n) if n <= self._session.outline.lines[1] else read_line("")

    def _assign(self, n: int, role: Role, owner: Draft) -> None:
        self._owners[n] = (role, owner)

    def _open_segment(self, segment: SegmentDraft) -> None:
        self._settle_rest()
        self._session.segments.append(segment)
        self._segment, self._block, self._exercise = segment, None, None
        self._variant = None
        self._alternative = False
        self._clocks = []

    def _open_block(self, n: int, *, shares: bool = False) -> BlockDraft:
        self._settle_rest()
        own = [] if shares else [n]
        if self._block and self._block.waiting:  # connectors in a row open one block
            self._block.lines += own
            return self._block
        if self._segment is None:
            self._open_segment(SegmentDraft(None, None))
        assert self._segment is not None  # noqa: S101 - just opened
        block = BlockDraft(lines=own, variant=self._variant)
        for connector in self._clocks:
            block.set_clock(connector)
        self._clocks = []
        self._segment.blocks.append(block)
        self._block, self._exercise, self._columns = block, None, PLAIN_COLUMNS
        return block

    def _own_block(self, block: BlockDraft, exercise: ExerciseDraft) -> BlockDraft:
        """Under no scheme line an exercise with set rows is a block of its own."""
        if not block.own_sets and len(block.exercises) > 1 and exercise.alone:
            block = self._split_off(block, exercise)
        if not block.own_sets:
            block.own_sets = True
            block.scheme = ReadScheme("sets", cap_s=block.scheme.cap_s)
        return block

    def _split_off(self, block: BlockDraft, exercise: ExerciseDraft) -> BlockDraft:
        """The exercise, and all that stands below it, in a block of its own."""
        own = block.split_at(exercise.lines[0])
        for n in own.lines:
            role, _ = self._owners[n]
            self._assign(n, role, own)
        if self._resting:
            self._resting.block = own
        assert self._segment is not None  # noqa: S101 - a block is open
        self._segment.blocks.append(own)
        self._block = own
        return own

    def _leaves(self, block: BlockDraft, line: MovementLine) -> bool:
        """Whether a movement line opens a block of its own below this one (§6)."""
        return block.closed or block.left_by(own=line.sets is not None or line.has_rows)

    def _is_beyond(self, n: int, line: MovementLine) -> bool:
        """Whether the line's exercises would be too many for the block they belong to, which is then marked."""
        block = self._block
        if block is None or len(block.exercises) < EXERCISES_IN_BLOCK.most or self._leaves(block, line):
            return False
        block.full_at = n if block.full_at is None else block.full_at
        return True

    def _add_movements(self, n: int, reading: LineReading, line: MovementLine, *, owns: bool) -> None:
        """Add the exercises of a movement line to the block they belong to, opening one where §6 says so."""
        own = line.sets is not None or line.has_rows
        block = self._block
        if block is None or self._leaves(block, line):
            block = self._open_block(n, shares=True)
        if own and not block.stated:
            block.own_sets = True
            block.scheme = ReadScheme("sets", sets=line.sets)
        elif line.slot is not None and line.by_word and not block.stated:
            block.scheme = ReadScheme("every")
        added = self._append(n, reading, line)
        if owns:
            self._assign(n, "movement", added[0] if len(added) == 1 else block)
            block.lines += [n] if len(added) > 1 else []

    def _append(self, n: int, reading: LineReading, line: MovementLine) -> list[ExerciseDraft]:
        block, segment = self._block, self._segment
        assert block is not None  # noqa: S101 - opened by the caller
        assert segment is not None  # noqa: S101
        reads = read_exercises(reading, joins=segment.joins(block))
        self._settle_rest(followed=True)
        has_slot = line.slot is not None and (line.by_word or block.scheme.interval_s == 60)
        slot_words = () if has_slot or line.slot is None else reading.in_line(line.slot_words)
        self._session.unread[n] = (*slot_words, *reading.unread)
        slot = line.slot if has_slot else None
        added = []
        for read in reads:
            shared = read.rest is not None and read.between
            block.rest = read.rest if shared else block.rest
            rest = None if shared else read.rest
            added.append(
                ExerciseDraft(
                    read, [n], len(reads) == 1, slot=read.slot or slot, slot_s=line.slot_s, rest=rest
                )
            )
            for row in read.rows:
                added[-1].add_row(row, n)
        block.number_choices(added, follows=line.alternative or self._alternative)
        block.exercises += added
        self._exercise, self._alternative = added[-1], line.opens_alternative
        if block.own_sets and line.sets is None:
            block.scheme = replace(block.scheme, sets=self._exercise.last_set())
        if reads[-1].builds:
            self._open_build(n, *reads[-1].builds)
        return added

    def _open_build(self, n: int, reps: int, kind: Literal["rm", "heavy"]) -> None:
        """§8 Behind the rows of a line, what is built to after them is a block of its own, of the same movements."""
        above = self._exercise
        assert above is not None  # noqa: S101 - just added
        block = self._open_block(n, shares=True)
        block.scheme = ReadScheme("build_to_max", rm_target=RmTarget(reps, kind))
        block.scheme_line, block.closed = n, True
        self._exercise = above.again(n)
        block.exercises.append(self._exercise)

    def _settle_rest(self, *, followed: bool = False) -> None:
        resting, self._resting = self._resting, None
        if resting is None:
            return
        owner = resting.settle(followed=followed)
        for n in resting.lines:
            self._assign(n, "rest", owner)

    def _await(self, rest: Rest, lines: list[int]) -> None:
        """Keep a rest, with those that wait already, until it is known whose it is."""
        assert self._block is not None  # noqa: S101 - asked by the callers
        assert self._exercise is not None  # noqa: S101
        before = self._resting
        waiting, notes = (before.lines, before.notes) if before else ([], [])
        waiting += lines
        self._resting = PendingRest(waiting, rest, self._block, self._exercise, notes)
