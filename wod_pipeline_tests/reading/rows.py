"""The rows of an export as tests read them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wod_pipeline.program import SessionRecord
from wod_pipeline.reading.rows import COLUMNS, Row, RowMaker
from wod_pipeline.training import Athlete


def cells_by_column(row: Row) -> dict[str, Any]:
    """The row's values under the names of their columns."""
    values = (cell for cells in row for cell in cells)
    return {column.name: value for column, value in zip(COLUMNS, values, strict=True)}


def export_rows(record: SessionRecord, athlete: Athlete | None = None) -> Iterator[Row]:
    """The rows of one session in reading order, at least one."""
    return RowMaker(athlete).rows(record)
