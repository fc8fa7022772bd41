"""How much of a session is shown at first: its first lines and characters, within the bounds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from msgspec.structs import replace

from wod_pipeline.bounds import CHARACTERS_SHOWN, LINE_SHOWN, LINES_SHOWN
from wod_pipeline.program import Block, Exercise, Line, Note, Segment, SessionRecord, SetRow
from wod_pipeline.wording import plural

NodeT = TypeVar("NodeT", Segment, Block, Exercise, SetRow, Note)


def cut_long_line(text: str, longest: int = LINE_SHOWN.most) -> str:
    """`text`, or its first `longest` characters and how many more there are."""
    if len(text) <= longest:
        return text
    more = len(text) - longest
    return f"{text[:longest]}… ({more:,} more {plural(more, 'character')})"


def shown_part(record: SessionRecord) -> tuple[SessionRecord, int]:
    """What of a session is shown at first, and how many lines are not; the record itself when all of it is shown."""
    kept = _first_lines(record.lines)
    more = len(record.lines) - len(kept)
    if more:
        return _up_to(record, kept), more
    return record if kept == record.lines else replace(record, lines=kept), 0


def more_lines(number: int) -> str:
    """That so many lines are not shown, as a sentence; empty for none."""
    if not number:
        return ""
    verb = "is" if number == 1 else "are"
    return f"{number:,} more {plural(number, 'line')} of this session {verb} not shown here."


def _first_lines(lines: list[Line]) -> list[Line]:
    kept: list[Line] = []
    characters = 0
    for line in lines[: LINES_SHOWN.most]:
        characters += min(len(line.text), LINE_SHOWN.most)
        if characters > CHARACTERS_SHOWN.most:
            break
        kept.append(_cut(line))
    return kept


def _cut(line: Line) -> Line:
    if len(line.text) <= LINE_SHOWN.most:
        return line
    links = tuple(link for link in line.links if link.end <= LINE_SHOWN.most)
    return replace(line, text=cut_long_line(line.text), links=links)


def _up_to(record: SessionRecord, kept: list[Line]) -> SessionRecord:
    """The session without what stands below the last line kept."""
    last = kept[-1].n
    return replace(
        record,
        lines=kept,
        notes=_starting(record.notes, last),
        segments=[_segment(segment, last) for segment in _starting(record.segments, last)],
        diagnostics=[each for each in record.diagnostics if each.line is None or each.line <= last],
    )


def _segment(segment: Segment, last: int) -> Segment:
    blocks = [_block(block, last) for block in _starting(segment.blocks, last)]
    return replace(segment, blocks=blocks, notes=_starting(segment.notes, last))


def _block(block: Block, last: int) -> Block:
    exercises = [
        replace(exercise, set_rows=_starting(exercise.set_rows, last), notes=_starting(exercise.notes, last))
        for exercise in _starting(block.exercises, last)
    ]
    return replace(block, exercises=exercises, notes=_starting(block.notes, last))


def _starting(nodes: Iterable[NodeT], last: int) -> list[NodeT]:
    """Those that start on line `last` or above."""
    return [node for node in nodes if node.lines[0] <= last]
