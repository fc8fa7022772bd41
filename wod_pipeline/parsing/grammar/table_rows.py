"""§8 Tables of sets: a header that says which column is what, and rows below it."""

from __future__ import annotations

import re
from typing import NamedTuple

from wod_pipeline.parsing.grammar.loads import load
from wod_pipeline.parsing.grammar.readings import ReadLoad, ReadRow, Spans
from wod_pipeline.parsing.grammar.rows import repetitions
from wod_pipeline.parsing.grammar.tables import one_of, skip
from wod_pipeline.parsing.grammar.tokens import Tokens, tokens_in


class Columns(NamedTuple):
    """Which cell of a table's rows says what."""

    sets: int
    reps: int | None
    load: int | None


_SETS_HEAD = re.compile(r"(?:sets?|attempts?)(?: ?#| number| no\.?)?|#")
_REPS_HEAD = re.compile(r"rep(?:etition)?s?")
_LOAD_HEAD = re.compile(r"%|percent(?:age)?|load|weight|intensity|% ?(?:of )?(?:1-?rm)?")
_CELLS = re.compile(r" ?\| ?")
_NOTHING = one_of("max maximum amrap -")
PLAIN_COLUMNS = Columns(0, 1, 2)
_LOAD_FIRST = Columns(0, 2, 1)
_PERCENT = re.compile(r"[^|]*\|[^|]*%[^|]*\|[^|%]*\Z")


def _columns_of(text: str, columns: Columns) -> Columns:
    """The columns of a row; without a header the cell with a percent is the load."""
    return _LOAD_FIRST if columns == PLAIN_COLUMNS and _PERCENT.match(text) else columns


def _header(text: str) -> Columns | None:
    """The header row of a table of sets: ``Set | Reps | %`` in any order."""
    cells = [cell.strip(" .:") for cell in _CELLS.split(text)] if "|" in text else []
    places: dict[str, int] = {}
    for n, cell in enumerate(cells):
        for name, pattern in (("sets", _SETS_HEAD), ("reps", _REPS_HEAD), ("load", _LOAD_HEAD)):
            if pattern.fullmatch(cell):
                places.setdefault(name, n)
    if "sets" not in places or len(places) < 2:
        return None
    return Columns(places["sets"], places.get("reps"), places.get("load"))


def read_header_above(text: str, below: str) -> Columns | None:
    """The header `text` is for the table row `below`: cells without a figure are one, whatever their words."""
    columns = _header(text)
    if columns is None and any(c.isdigit() for c in text):
        return None
    columns = columns or PLAIN_COLUMNS
    return columns if read_table_row(below, columns) else None


def read_table_row(text: str, columns: Columns = PLAIN_COLUMNS) -> ReadRow | None:
    """A table row ``SETS | REPS | LOAD``; empty cells say nothing."""
    columns = _columns_of(text, columns)
    cells = [cell.strip() for cell in _CELLS.split(text)] if "|" in text else []
    span = _span(cells[columns.sets]) if columns.sets < len(cells) else None
    if span is None:
        return None
    said = tokens_in(_cell(cells, columns.reps))
    reps = repetitions(said, 0)
    if said.size and not reps and said.all[0].text not in _NOTHING:
        return None
    read = _load(_cell(cells, columns.load))
    if not (reps or read):
        return None
    part_reps = reps[0].part_reps if reps else ()
    return ReadRow(*span, 1, reps[0].reps if reps else None, read, part_reps=part_reps)


_SET = one_of("set sets #")


def _span(cell: str) -> tuple[int, int] | None:
    """``["Set"] N ["-" M]``, and nothing else."""
    t = tokens_in(cell)
    i = skip(t, 0, _SET)
    value = t.all[i].value
    if t.all[i].kind != "number" or value is None or value.min is None or value.max is None:
        return None
    if t.size == i + 1:
        return int(value.min), int(value.max)
    last = t.all[i + 2].value
    joined = t.size == i + 3 and t.all[i + 1].text in {"-", "to", "thru", "through"}
    return (int(value.min), int(last.min or 0)) if joined and last else None


def unread_cells(text: str, columns: Columns = PLAIN_COLUMNS) -> Spans:
    """The spans of a table row that no rule used: what stands behind a load, and cells of no known column."""
    columns = _columns_of(text, columns)
    spans: list[tuple[int, int]] = []
    at = 0
    for column, cell in enumerate(text.split("|")):
        t = tokens_in(cell.strip())
        behind = _behind(t, column, columns)
        start = at + len(cell) - len(cell.lstrip())
        if behind < t.size:
            spans.append((start + t.all[behind].start, start + t.all[t.size - 1].end))
        at += len(cell) + 1
    return tuple(spans)


_AT = one_of("@")


def _behind(t: Tokens, column: int, columns: Columns) -> int:
    """The first token of a cell that no rule used."""
    if column == columns.load:
        found = load(_as_percent(t, t.form.text), skip(t, 0, _AT))
        return min(found[1], t.size) if found else t.size
    return t.size if column in {columns.sets, columns.reps} else 0


def _cell(cells: list[str], column: int | None) -> str:
    return cells[column] if column is not None and column < len(cells) else ""


def _load(said: str) -> ReadLoad | None:
    said = said.lstrip("@ ")
    if not said:
        return None
    t = tokens_in(said)
    found = load(_as_percent(t, said), 0)
    return found[0] if found else ReadLoad(None, words=said)


def _as_percent(t: Tokens, said: str) -> Tokens:
    """A bare number of two figures or more in the column of loads is a percent."""
    value = t.all[0].value
    bare = t.size == 1 and t.all[0].kind == "number" and value is not None and (value.min or 0) >= 10
    return tokens_in(said + "%") if bare else t
