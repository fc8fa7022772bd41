"""A ParsedPost as facts in words, as forms.txt and the files of lines/ write them.

The first word of a fact says what is compared: `role`, `session`, `segment`, `block`, `exercise`, `note`, `code` (a
diagnostic and its line), `unread` (the line, the severity and the unread words).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from wod_pipeline.program import ParsedPost
from wod_pipeline_tests.parsing.forms import lines_of
from wod_pipeline_tests.parsing.reading import codes, read, short


def facts(week: ParsedPost, above: int) -> Iterator[str]:
    """All facts of a ParsedPost in words; line numbers count from behind the first `above` lines."""
    yield "role " + " ".join(line.role for line in week.lines[above:])
    for session in week.sessions:
        yield f"session {_words(short(session, 'segments', 'notes', 'label'))}"
        for segment in session.segments:
            yield f"segment {_words(short(segment, 'blocks', 'notes'))}"
            for block in segment.blocks:
                yield f"block {_words(short(block, 'exercises', 'notes'))}"
                yield from (f"exercise {_exercise(short(exercise, 'notes'))}" for exercise in block.exercises)
    yield from (f"note {_note(week, line.owner)}" for line in week.lines if line.role == "note")
    yield from (f"code {code}" + ("" if line is None else f" {line - above}") for code, line in codes(week))
    yield from (f"unread {words}" for words in _unread(week, above))


_QUOTED = re.compile(r"[“\"‘'`](.+?)[”\"’'`](?!\w)")


def _unread(week: ParsedPost, above: int) -> Iterator[str]:
    for found in week.diagnostics:
        if found.code == "unread_text" and found.line is not None:
            words = " ".join(_QUOTED.findall(found.message))
            yield f"{found.line - above} {found.severity} {words}".rstrip()


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(
            name if found is True else f"{name} {_words(found)}" for name, found in value.items()
        )
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _exercise(exercise: dict[str, Any]) -> str:
    parts = " + ".join(map(_part, exercise.pop("parts")))
    load, rows = exercise.pop("load", None), exercise.pop("set_rows", [])
    told = [parts, _words(exercise), _load(load) if load else "", *map(_row, rows)]
    return "; ".join(filter(None, told))


def _part(part: Any) -> str:
    if not isinstance(part, dict):
        return str(part or "?")
    count = f"{part['reps']} " if part.get("reps", 1) != 1 else ""
    pause = f" paused {_words(part['pause'])}".rstrip() if "pause" in part else ""
    return f"{count}{part.get('movement') or '?'}{pause}"


def _load(load: dict[str, Any]) -> str:
    return "@ " + " ".join(name if found is True else str(found) for name, found in load.items())


def _row(row: dict[str, Any]) -> str:
    sets = str(row["from"]) if row["from"] == row["to"] else f"{row['from']}-{row['to']}"
    reps = f" x {row['reps']}" if "reps" in row else ""
    reps += f" ({'+'.join(map(str, row['part_reps']))})" if "part_reps" in row else ""
    return f"set {sets}{reps}" + (f" {_load(row['load'])}" if "load" in row else "")


def _note(week: ParsedPost, pointer: str) -> str:
    node: Any = week
    steps = pointer.split("/")[1:]
    for step in steps:
        node = node[int(step)] if step.isdigit() else getattr(node, step)
    return f"{node.kind} on {steps[-4].removesuffix('s') if len(steps) > 2 else 'week'}"


def check(lines: str, *expected: str, below: tuple[str, ...] = ()) -> None:
    """Below the lines `below`, a post holds, of each kind of fact that is expected, exactly what is expected."""
    kinds = [fact.split()[0] for fact in expected]
    week = read([*below, *lines_of(lines)])
    found = [fact for fact in facts(week, len(below)) if fact.split()[0] in kinds]
    order = {kind: place for place, kind in enumerate(dict.fromkeys(kinds))}
    assert sorted(found, key=lambda fact: order[fact.split()[0]]) == list(expected)
