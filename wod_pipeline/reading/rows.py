"""Sessions as rows under the columns of `columns` and `load_columns`, for CSV and Parquet.

The grain is one row per exercise and run of sets with the same prescription. A session, segment or block without
exercises has one row too, empty from there on, so that a rest day or a note is not lost. Formats are in `export`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from wod_pipeline.program import Block, Exercise, Load, Segment, SessionRecord
from wod_pipeline.reading.columns import (
    BLOCK_COLUMNS,
    EXERCISE_COLUMNS,
    MOVEMENT_COLUMNS,
    SEGMENT_COLUMNS,
    SESSION_COLUMNS,
    Cells,
    Column,
    Lines,
    Node,
    movements_of,
)
from wod_pipeline.reading.load_columns import LOAD_COLUMNS, SET_COLUMNS, WORKING_COLUMNS, Prescribed, Sets
from wod_pipeline.training import Athlete, goes_on_barbell, is_attempt_at_max, sets_of, working_weight

LEFT_OUT: Mapping[str, str] = {
    "lines": "the coach's lines are in `exercise_lines` and the columns of notes; `--format json` has every line",
    "preamble": "it is about the post, not about a session; `--format json` has it",
    "texts": "the text of a segment would be repeated in each of its rows; `exercise_lines` has that of the row",
    "notes.lines": "the notes' text is in `session_notes`",
    "segments.lines": "the exercises' line numbers are in `first_line` and `last_line`",
    "segments.notes.lines": "the notes' text is in `segment_notes`",
    "segments.blocks.lines": "the exercises' line numbers are in `first_line` and `last_line`",
    "segments.blocks.notes.lines": "the notes' text is in `block_notes`",
    "segments.blocks.exercises.notes.lines": "the notes' text is in `exercise_notes`",
    "segments.blocks.exercises.set_rows.lines": "they lie within `first_line` and `last_line`",
}
"""The fields of the model without a column, each with the reason; a field stands for all below it."""


_GROUPS: tuple[tuple[Column, ...], ...] = (
    SESSION_COLUMNS,
    SEGMENT_COLUMNS,
    BLOCK_COLUMNS,
    EXERCISE_COLUMNS,
    MOVEMENT_COLUMNS,
    SET_COLUMNS,
    (*LOAD_COLUMNS, *WORKING_COLUMNS),
)
COLUMNS: tuple[Column, ...] = tuple(column for group in _GROUPS for column in group)
"""Every column, in order."""


class Row(NamedTuple):
    """The cells of one row by what they are about. Rows of the same session share its cells, and so on down."""

    session: Cells
    segment: Cells
    block: Cells
    exercise: Cells
    movements: Cells
    sets: Cells
    load: Cells


NOTHING = Row(*((None,) * len(group) for group in _GROUPS))
"""A row without any value."""


def _cells(columns: Sequence[Column], value: Any) -> Cells:
    return tuple([column.value(value) for column in columns])


class RowMaker:
    """Makes the rows of sessions, with the athlete's working weights when there is an athlete.

    Programs repeat movements, sets and loads, so the cells of equal ones are made once.
    """

    def __init__(self, athlete: Athlete | None = None) -> None:
        self._athlete = athlete
        self._made: dict[Hashable, Cells] = {}

    def rows(self, record: SessionRecord) -> Iterator[Row]:
        """The rows of a session in reading order, at least one."""
        lines = Lines(record)
        row = NOTHING._replace(session=_cells(SESSION_COLUMNS, Node(record, 1, lines)))
        if not record.segments:
            yield row
        for number, segment in enumerate(record.segments, 1):
            cells = _cells(SEGMENT_COLUMNS, Node(segment, number, lines))
            yield from self._segment(row._replace(segment=cells), segment, lines, record.kind == "test")

    def _segment(self, row: Row, segment: Segment, lines: Lines, test_day: bool) -> Iterator[Row]:
        if not segment.blocks:
            yield row
        for number, block in enumerate(segment.blocks, 1):
            cells = _cells(BLOCK_COLUMNS, Node(block, number, lines))
            yield from self._block(row._replace(block=cells), block, lines, test_day)

    def _block(self, row: Row, block: Block, lines: Lines, test_day: bool) -> Iterator[Row]:
        if not block.exercises:
            yield row
        above = row[:3]
        attempt = test_day or block.rm_target is not None
        for number, exercise in enumerate(block.exercises, 1):
            node, movements = Node(exercise, number, lines), movements_of(exercise)
            cells = _cells(EXERCISE_COLUMNS, node), self._movements(movements, node)
            for turn, run in enumerate(sets_of(block, exercise), 1):
                sets = self._sets(movements, Sets(run, turn, exercise))
                yield Row(*above, *cells, sets, self._load(run.load, exercise, lines, attempt))

    def _movements(self, movements: Hashable, node: Node) -> Cells:
        if movements not in self._made:
            self._made[movements] = _cells(MOVEMENT_COLUMNS, node)
        return self._made[movements]

    def _sets(self, movements: Hashable, sets: Sets) -> Cells:
        run = sets.run
        key = movements, sets.exercise.reps, sets.number, run.first, run.sets, run.reps, run.part_reps
        if key not in self._made:
            self._made[key] = _cells(SET_COLUMNS, sets)
        return self._made[key]

    def _load(self, load: Load | None, exercise: Exercise, lines: Lines, attempt: bool) -> Cells:
        movement_ids = tuple([part.movement_id for part in exercise.parts])
        written = " ".join([line.text for line in lines.within(exercise.lines)])
        on_barbell = load is not None and goes_on_barbell(exercise, load, written)
        attempt = attempt and is_attempt_at_max(exercise, load)
        key = load, movement_ids, attempt, on_barbell
        if key not in self._made:
            working = None
            if load is not None and on_barbell and self._athlete is not None:
                working = working_weight(load, self._athlete, attempt=attempt)
            self._made[key] = _cells(_GROUPS[-1], Prescribed(load, movement_ids, working))
        return self._made[key]
