"""Sessions as rows under the columns of `columns` and `load_columns`, for CSV and Parquet.

The grain is one row per exercise and run of sets with the same prescription. A session, segment or block without
exercises has one row too, empty from there on, so that a rest day or a note is not lost. What rows repeat is bounded,
or the notes of a session would take its length times its rows. Formats are in `export`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from wod_pipeline.bounds import TEXT_REPEATED
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
from wod_pipeline.training import Athlete, Implement, is_attempt_at_max, sets_of, working_weight
from wod_pipeline.wording import count, shorten

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
        """The rows of a session in reading order, at least one; long texts stand in the first of theirs."""
        return _shorten_repeats(self._rows(record))

    def _rows(self, record: SessionRecord) -> Iterator[Row]:
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
            implement = Implement(exercise, " ".join([line.text for line in lines.within(exercise.lines)]))
            for turn, run in enumerate(sets_of(block, exercise), 1):
                sets = self._sets(movements, Sets(run, turn, exercise))
                yield Row(*above, *cells, sets, self._load(run.load, exercise, attempt, implement))

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

    def _load(self, load: Load | None, exercise: Exercise, attempt: bool, implement: Implement) -> Cells:
        on_barbell = load is not None and implement.is_barbell(load)
        movement_ids = tuple([part.movement_id for part in exercise.parts])
        attempt = attempt and is_attempt_at_max(exercise, load)
        key = load, movement_ids, attempt, on_barbell
        if key not in self._made:
            working = None
            if load is not None and on_barbell and self._athlete is not None:
                working = working_weight(load, self._athlete, attempt=attempt)
            self._made[key] = _cells(_GROUPS[-1], Prescribed(load, movement_ids, working))
        return self._made[key]


# ---------------------------------------------------------------------------------------- what rows repeat
_REPEATED = {0: "session", 1: "segment", 2: "block", 3: "exercise", 4: "exercise"}
"""The cells that rows repeat, by their place in a row: of what they are."""
_UNKNOWN: Cells = ()
"""Cells that have not been repeated yet."""


def _shorten_repeats(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows; cells that stood in the row before, with long texts and lists cut."""
    before, short = NOTHING, {n: NOTHING[n] for n in _REPEATED}
    for row in rows:
        shown = row
        for n, what in _REPEATED.items():
            above = min(n, 3)  # movements are shared by exercises
            if row[above] is before[above]:
                if short[n] is _UNKNOWN:
                    short[n] = _shorten(row[n], what)
                if short[n] is not row[n]:
                    shown = shown._replace(**{Row._fields[n]: short[n]})
            else:
                short[n] = _UNKNOWN
        before = row
        yield shown


def _shorten(cells: Cells, what: str) -> Cells:
    """The cells as a further row has them: the same, when nothing in them is long."""
    most = TEXT_REPEATED.most
    if any(isinstance(value, tuple) and sum(map(_length, value)) > most for value in cells):
        cells = tuple([_mark_list(value, what) for value in cells])
    if any(isinstance(value, str) and len(value) > most for value in cells):
        cells = tuple([shorten(value, most) if isinstance(value, str) else value for value in cells])
    return cells


def _length(item: object) -> int:
    return len(item) if isinstance(item, str) else 1


def _mark_list(value: Any, what: str) -> Any:
    """Instead of a list, one item that says where it is; lists beside it have as many items as before it."""
    if not isinstance(value, tuple) or len(value) < 2:
        return value
    is_text = any(isinstance(item, str) for item in value)
    return (f"… ({count(value, 'item')}, in the first row of this {what} only)" if is_text else None,)
