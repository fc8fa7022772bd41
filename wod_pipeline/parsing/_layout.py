"""§1.2 Tables that lay out a week: each day's column, or row, becomes a heading and the lines of its cells.

Every other table stays as its rows, a line each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from msgspec.structs import replace

from wod_pipeline.parsing._headings import heads_work, read_heading
from wod_pipeline.parsing._html import Cell, Row, read_markup
from wod_pipeline.program import SourceLine

_FEWEST_DAYS = 2
_Grid = list[list[Cell]]
"""Cells by row and column."""


def read_lines(html: str) -> list[SourceLine]:
    """The lines a reader of `html` sees, numbered from 0, those of a table that lays out a week day by day.

    Never raises.
    """
    markup = read_markup(html)
    if not markup.tables:
        return markup.lines
    in_tables = {row.line for table in markup.tables for row in table}
    elsewhere = {_day(line.text) for line in markup.lines if line.n not in in_tables}
    days = {n: lines for table in markup.tables for n, lines in _unfolded(table, elsewhere).items()}
    lines = [line for old in markup.lines for line in days.get(old.n, [old])]
    return [replace(line, n=n) for n, line in enumerate(lines)] if days else markup.lines


def _unfolded(table: Sequence[Row], elsewhere: set[str | None]) -> dict[int, list[SourceLine]]:
    """The lines that stand for a table's rows, by the number of the row's line; none for a table of another kind."""
    numbers = [row.line for row in table if row.line is not None]
    rows = [row.cells for row in table]
    columns = [list(column) for column in zip_longest(*rows, fillvalue=[])]
    for grid in (rows, columns):
        days = _days_of(grid)
        if (
            numbers
            and len(days) >= _FEWEST_DAYS
            and elsewhere.isdisjoint(days.values())
            and _works(grid, days)
        ):
            return {n: list(_day_by_day(grid, days)) if n == numbers[0] else [] for n in numbers}
    return {}


def _days_of(grid: _Grid) -> dict[int, str | None]:
    """The columns whose first cell is a day's heading, and the day."""
    return {k: day for k, cell in enumerate(grid[0]) if cell and (day := _day(cell[0].text))} if grid else {}


def _day(text: str) -> str | None:
    heading = read_heading(text)
    return heading and (heading.weekday or text.casefold())


def _works(grid: _Grid, days: dict[int, str | None]) -> bool:
    """Whether a cell besides the days holds work."""
    first_cells = {id(grid[0][k]) for k in days}
    cells = (cell for row in grid for cell in row if id(cell) not in first_cells)
    return any(heads_work(line.text) for cell in cells for line in cell)


def _day_by_day(grid: _Grid, days: dict[int, str | None]) -> Iterator[SourceLine]:
    """Each day's heading and cells. A cell outside the days (AM, A.) stands above each day's cell of its row."""
    outside = [[cell for k, cell in enumerate(row) if k not in days] for row in grid]
    yield from (line for cell in outside[0] for line in cell)
    for k in days:
        yield from grid[0][k]
        for row, beside in zip(grid[1:], outside[1:], strict=True):
            if k < len(row) and row[k]:
                yield from (line for cell in beside for line in cell)
                yield from row[k]
