"""docs/export.md: the tables of columns are written from their declarations.

After a change of the columns, write them anew with ``python -m wod_pipeline_tests.reading.columns_page``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from wod_pipeline.reading.columns import (
    BLOCK_COLUMNS,
    EXERCISE_COLUMNS,
    MOVEMENT_COLUMNS,
    SEGMENT_COLUMNS,
    SESSION_COLUMNS,
    Column,
    Kind,
)
from wod_pipeline.reading.load_columns import LOAD_COLUMNS, SET_COLUMNS, WORKING_COLUMNS
from wod_pipeline.reading.rows import LEFT_OUT

PAGE = Path(__file__).parents[2] / "docs" / "export.md"
MARK = "<!-- columns -->\n"
"""Stands before and after what is written from the declarations."""

TYPES: dict[Kind, str] = {
    "text": "string",
    "day": "date32",
    "moment": "timestamp[ms, UTC]",
    "integer": "int64",
    "number": "double",
    "flag": "bool",
    "texts": "list of string",
    "integers": "list of int64",
    "numbers": "list of double",
}
GROUPS = {
    "Session": SESSION_COLUMNS,
    "Segment": SEGMENT_COLUMNS,
    "Block": BLOCK_COLUMNS,
    "Exercise": (*EXERCISE_COLUMNS, *MOVEMENT_COLUMNS),
    "Sets": SET_COLUMNS,
    "Load as prescribed": LOAD_COLUMNS,
    "Working weight, for an athlete": WORKING_COLUMNS,
}


def tables() -> str:
    """Every column, a table for each thing the columns are about, and the fields that have none."""
    parts = [table(title, columns) for title, columns in GROUPS.items()]
    return "\n".join([*parts, left_out()])


def table(title: str, columns: Sequence[Column]) -> str:
    rows = [f"| `{column.name}` | {TYPES[column.kind]} | {column.meaning} |" for column in columns]
    return "\n".join([f"### {title}", "", "| column | type | meaning |", "|---|---|---|", *rows, ""])


def left_out() -> str:
    rows = [f"| `{path}` | {reason} |" for path, reason in LEFT_OUT.items()]
    return "\n".join(
        ["### Fields without a column", "", "| field of a session | why |", "|---|---|", *rows, ""]
    )


def page() -> str:
    """The page with its tables as declared."""
    before, _, after = PAGE.read_text(encoding="utf-8").split(MARK)
    return MARK.join((before, f"\n{tables()}\n", after))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
