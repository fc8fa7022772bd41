"""§1.2 Tables that lay out a week: each day's column, or row, becomes a heading and the lines of its cells.

Every other table stays as its rows, a line each.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from wod_pipeline.parsing._headings import heads_work, is_day_part, read_heading
from wod_pipeline.parsing._html import Cell, Markup, Row, read_markup
from wod_pipeline.program import SourceLine

_FEWEST_DAYS = 2
_MOST_COLUMNS = 32
"""A wider table lays out no week; a grid of it would not be linear in the markup."""
_MOST_HEADS = 3
"""Rows above the days of a table that can be heads of its columns; more are lines of their own."""
_DATE_OR_BRACKET = re.compile(r"[0-9]|\A\(")
_Grid = list[dict[int, Cell]]
"""The cells of each row, by every column they cover; a cell of several rows stands in each."""


class _Day(NamedTuple):
    """A day's heading in a table, and the columns or rows that are the day's."""

    heading: Cell
    covered: list[int]


def read_lines(html: str) -> list[SourceLine]:
    """The lines a reader of `html` sees, numbered from 0, those of a table that lays out a week day by day.

    Never raises.
    """
    markup = read_markup(html)
    if markup.hides:
        whole = read_markup(html, with_hidden=True)
        markup = whole if _hides_the_week(markup, whole) else markup
    if not (markup.tables or markup.titles):
        return markup.lines
    in_tables = {row.line for table in markup.tables for row in table}
    elsewhere = {_day(line.text) for line in markup.lines if line.n not in in_tables} - {None}
    days = {n: lines for table in markup.tables for n, lines in _unfolded(table, elsewhere).items()}
    moved = _moved(markup, in_tables)
    if not (days or moved):
        return markup.lines
    order = sorted(markup.lines, key=lambda line: (moved.get(line.n, line.n), line.n not in moved))
    lines = [line for old in order for line in days.get(old.n, [old])]
    return [replace(line, n=n) for n, line in enumerate(lines)]


def _hides_the_week(seen: Markup, whole: Markup) -> bool:
    """Whether what a document hides is the week itself, so that a reader can surely open it in a way not known here.

    It is if it holds all the work, or if it holds most of it and headings of days.
    """
    works, days = (
        (_count(seen, _prescribes), _count(whole, _prescribes)),
        (_count(seen, _day), _count(whole, _day)),
    )
    hidden = works[1] - works[0]
    return hidden > 0 and (works[0] == 0 or (hidden > works[0] and days[1] > days[0]))


def _prescribes(text: str) -> bool:
    """Whether a line is work with a figure; a label alone is none."""
    return " " in text and any(map(str.isdigit, text)) and heads_work(text)


def _count(markup: Markup, is_counted: Callable[[str], object]) -> int:
    in_tables = [
        line for table in markup.tables for row in table for cell in row.cells for line in cell.lines
    ]
    return sum(bool(is_counted(line.text)) for line in (*markup.lines, *in_tables))


def _moved(markup: Markup, in_tables: set[int | None]) -> dict[int, int]:
    """The titles of tabs that are days' headings, and the line each heads: the first of the panel it opens.

    They stand directly above the first panel, and are the only headings of their days; otherwise they are contents.
    """
    lines = markup.lines
    panels = {
        title: panel
        for title, panel in markup.titles
        if title < panel < len(lines) and title not in in_tables and _says_only_a_day(lines[title].text)
    }
    headed = {_day(line.text) for line in lines if line.n not in panels} if panels else set()
    firsts = set(panels.values()) - in_tables
    moved: dict[int, int] = {}
    for title in sorted(panels, reverse=True):
        stands_above = title + 1 in firsts or title + 1 in moved
        if stands_above and panels[title] in firsts and _day(lines[title].text) not in headed:
            moved[title] = panels[title]
    return moved


def _says_only_a_day(text: str) -> bool:
    heading = read_heading(text)
    return heading is not None and heading.behind is None


def _unfolded(table: Sequence[Row], elsewhere: set[str | None]) -> dict[int, list[SourceLine]]:
    """The lines that stand for a table's rows, by the number of the row's line; none for a table of another kind."""
    numbers = [row.line for row in table if row.line is not None]
    headed = [cell for row in table for cell in row.cells if _is_headed(cell)]
    if not numbers or not _are_days(headed) or not elsewhere.isdisjoint(map(_day_of, headed)):
        return {}
    grid = _grid_of([row._replace(cells=[_in_one_line(cell) for cell in row.cells]) for row in table])
    lines = _with_text((_by_columns(grid) or _by_rows(grid)) if grid else [])
    return {n: lines if n == numbers[0] else [] for n in numbers} if lines else {}


def _grid_of(table: Sequence[Row]) -> _Grid:
    """Where each cell of a table stands; empty for a table that is too wide.

    As a browser places them: in the first columns that no cell of a row above reaches into.
    """
    grid: _Grid = []
    reaching: dict[int, tuple[Cell, int]] = {}  # by column: a cell from above, and the rows it still has
    for row in table:
        placed = {column: cell for column, (cell, _) in reaching.items()}
        reaching = {column: (cell, left - 1) for column, (cell, left) in reaching.items() if left > 1}
        column = 0
        for cell in row.cells:
            while column in placed:
                column += 1
            if column + cell.columns > _MOST_COLUMNS:
                return []
            for covered in range(column, column + cell.columns):
                placed.setdefault(covered, cell)
                if cell.rows > 1 and placed[covered] is cell:
                    reaching[covered] = (cell, cell.rows - 1)
            column += cell.columns
        grid.append(dict(sorted(placed.items())))
    return grid


def _day(text: str) -> str | None:
    heading = read_heading(text)
    return heading and (heading.weekday or text.casefold())


def _day_of(cell: Cell | None) -> str | None:
    """The day a cell is headed with; that of one struck out is a day of its own, which nothing is prescribed for."""
    if not cell or not cell.lines:
        return None
    first = cell.lines[0]
    return _day(first.text or "".join(first.struck))


def _is_headed(cell: Cell) -> bool:
    return _day_of(cell) is not None


def _are_days(headed: Sequence[Cell]) -> bool:
    """Whether cells headed with days are enough to lay out a week: several, or one with the day's work in it."""
    return len(headed) >= _FEWEST_DAYS or (len(headed) == 1 and _is_work(iter(headed), headed))


def _in_one_line(cell: Cell) -> Cell:
    """A day's heading that is broken before its date or a bracket (`Friday⏎6/5`) in one line."""
    if not _is_headed(cell):
        return cell
    first, *others = cell.lines
    while others and _goes_on(first.text, others[0].text):
        first = _joined(first, others.pop(0))
    return cell._replace(lines=[first, *others])


def _goes_on(heading: str, text: str) -> bool:
    if not _DATE_OR_BRACKET.search(text) or is_day_part(text):
        return False
    together = read_heading(f"{heading} {text}")
    return together is not None and together.behind is None


def _joined(line: SourceLine, following: SourceLine) -> SourceLine:
    text = f"{line.text} {following.text}".strip()
    at = len(text) - len(following.text)
    links = [replace(link, start=link.start + at, end=link.end + at) for link in following.links]
    return SourceLine(0, text, (*line.links, *links), line.struck + following.struck)


def _is_work(cells: Iterator[Cell], days: Sequence[Cell]) -> bool:
    """Whether one of the cells holds work, a day's heading itself excepted."""
    headings = {id(cell) for cell in days}
    return any(heads_work(line.text) for cell in cells for line in cell.lines[id(cell) in headings :])


# ------------------------------------------------------------------ days side by side
def _by_columns(grid: _Grid) -> list[SourceLine]:
    """The lines of a table that has days in a row, and their work below; what stands above that row stays above.

    A further row of days begins the table anew. Empty if it is no such table.
    """
    heads = [n for n, row in enumerate(grid) if sum(map(_is_headed, _distinct(row))) >= _FEWEST_DAYS]
    if not heads:
        return []
    lines = [line for row in grid[: heads[0]] for line in _lines_of(row)]
    works = False
    for first, end in zip(heads, [*heads[1:], len(grid)], strict=True):
        days = _days_of(grid[first])
        band = grid[first:end]
        works = works or _is_work(
            (cell for row in band for cell in row.values()), [day.heading for day in days]
        )
        lines += _column_by_column(band, days)
    return lines if works else []


def _days_of(row: dict[int, Cell]) -> list[_Day]:
    """The days in a row and their columns; a blank heading continues the day before it, where each day has one."""
    days: list[_Day] = []
    blanks: list[list[int]] = []
    for column, cell in row.items():
        if days and cell is days[-1].heading:
            days[-1].covered.append(column)
        elif _day_of(cell):
            days.append(_Day(cell, [column]))
            blanks.append([])
        elif days and not cell.lines:
            blanks[-1].append(column)
    if all(blanks):
        return [day._replace(covered=day.covered + more) for day, more in zip(days, blanks, strict=True)]
    return days


def _column_by_column(band: _Grid, days: Sequence[_Day]) -> Iterator[SourceLine]:
    """Each day's heading and cells. A cell outside the days (AM, A.) stands above each day's cell of its row."""
    of_days = {column for day in days for column in day.covered}
    outside = [_distinct({k: cell for k, cell in row.items() if k not in of_days}) for row in band]
    yield from (line for cell in outside[0] for line in cell.lines)
    for day in days:
        seen = {id(day.heading)}
        lines = list(day.heading.lines)
        for row, beside in zip(band[1:], outside[1:], strict=True):
            own = _distinct({k: row[k] for k in day.covered if k in row})
            if any(cell.lines for cell in own if id(cell) not in seen):
                lines += _unseen([*beside, *own], seen)
        yield from _withdrawn(day, lines)


# ------------------------------------------------------------------ days below one another
def _by_rows(grid: _Grid) -> list[SourceLine]:
    """The lines of a table that has days in a column, and their work beside them. Empty if it is no such table.

    A row below a day that begins no other day is the day's. The cells of a few rows above all days (AM, PM) stand
    above each day's cell of their column.
    """
    column = _column_of_days(grid)
    if column is None:
        return []
    firsts = [n for n, row in enumerate(grid) if _begins_day(grid, n, column)]
    headings = [grid[n][column] for n in firsts]
    beside = (cell for n in firsts for k, cell in grid[n].items() if k >= column)
    if not _is_work(beside, headings):
        return []
    above = grid[: firsts[0]]
    heads = above if len(above) <= _MOST_HEADS else []
    lines = [line for row in above for line in _lines_of(_up_to(row, column) if heads else row)]
    seen: set[int] = set()
    for first, end in zip(firsts, [*firsts[1:], len(grid)], strict=True):
        before = {k: cell for k, cell in grid[first].items() if k < column}
        lines += _unseen(_distinct(before), seen)
        lines += _withdrawn(_Day(grid[first][column], []), list(_rows_of_day(grid[first:end], heads, column)))
    return lines


def _column_of_days(grid: _Grid) -> int | None:
    """The column with the most days, the first of those with as many."""
    days = Counter(k for n, row in enumerate(grid) for k in row if _begins_day(grid, n, k))
    return min(days, key=lambda column: (-days[column], column), default=None)


def _begins_day(grid: _Grid, n: int, column: int) -> bool:
    cell = grid[n].get(column)
    return _day_of(cell) is not None and (n == 0 or grid[n - 1].get(column) is not cell)


def _rows_of_day(rows: _Grid, heads: _Grid, column: int) -> Iterator[SourceLine]:
    """A day's heading and the cells behind it, in its row and in those below up to the next day."""
    seen: set[int] = set()
    yield from _unseen([rows[0][column]], seen)
    for n, row in enumerate(rows):
        for k, cell in row.items():
            if n == 0 and k > column and cell.lines and id(cell) not in seen:
                yield from (line for head in heads if k in head for line in head[k].lines)
            if n > 0 or k > column:
                yield from _unseen([cell], seen)


def _up_to(row: dict[int, Cell], column: int) -> dict[int, Cell]:
    return {k: cell for k, cell in row.items() if k <= column}


# ------------------------------------------------------------------ cells and their lines
def _distinct(row: dict[int, Cell]) -> list[Cell]:
    """The cells of a row, once each."""
    return list({id(cell): cell for cell in row.values()}.values())


def _unseen(cells: Sequence[Cell], seen: set[int]) -> Iterator[SourceLine]:
    """The lines of the cells that were not written yet."""
    for cell in cells:
        if id(cell) not in seen:
            seen.add(id(cell))
            yield from cell.lines


def _lines_of(row: dict[int, Cell]) -> Iterator[SourceLine]:
    for cell in _distinct(row):
        yield from cell.lines


def _withdrawn(day: _Day, lines: list[SourceLine]) -> list[SourceLine]:
    """The lines of a day; if its heading is struck out, all of them are."""
    if not day.heading.lines or day.heading.lines[0].text:
        return lines
    return [
        SourceLine(0, "", (), tuple(part for part in (line.text, *line.struck) if part)) for line in lines
    ]


def _with_text(lines: Sequence[SourceLine]) -> list[SourceLine]:
    """The lines that have text; what is struck out of the others stands with the line above, or else below."""
    kept: list[SourceLine] = []
    struck: list[list[str]] = [[]]
    for line in lines:
        if line.text:
            struck += [[]] if kept else []
            kept.append(line)
        struck[-1] += line.struck
    return [replace(line, struck=tuple(parts)) for line, parts in zip(kept, struck, strict=False)]
