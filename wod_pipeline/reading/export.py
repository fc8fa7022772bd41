"""Rows of sessions as CSV and Parquet. The columns are declared in `columns`; docs/export.md lists them.

JSON exports keep the structure of a session and do not use this module. Parquet is written with pyarrow alone:
importing pandas takes longer than writing ten years.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from wod_pipeline.reading.columns import Cells, Kind
from wod_pipeline.reading.rows import COLUMNS, NOTHING, Row

if TYPE_CHECKING:
    import pyarrow as pa

LIST_SEPARATOR = "|"
"""Between the items of a list in one CSV cell; within an item it follows a backslash, as a backslash does."""


_EPOCH = dt.date(1970, 1, 1).toordinal()
_KEPT_TEXTS = 8_192
"""Cells whose CSV text is kept for rows to come."""


# ------------------------------------------------------------------------------------------------------- CSV
class _Echo:
    """A file that returns what is written to it: `csv.writer` returns what `write` does."""

    def write(self, text: str) -> str:
        return text


def as_csv(rows: Iterable[Row]) -> str:
    """Rows as CSV (RFC 4180) with a header. Text that a spreadsheet would run as a formula is prefixed with a '."""
    header = ",".join(column.name for column in COLUMNS)
    return "\r\n".join([header, *_csv_lines(rows), ""])


def _csv_lines(rows: Iterable[Row]) -> Iterator[str]:
    """A line for each row. Cells that rows share, such as those of their session, are written once."""
    writer = csv.writer(_Echo(), lineterminator="")

    @lru_cache(maxsize=_KEPT_TEXTS)
    def text_of(cells: Cells) -> str:
        text: str = writer.writerow([value if value is None else _csv_cell(value) for value in cells])
        return text

    before, texts = NOTHING, list(map(text_of, NOTHING))
    for row in rows:
        for n, cells in enumerate(row):
            if cells is not before[n]:
                texts[n] = text_of(cells)
        before = row
        yield ",".join(texts)


def _csv_cell(value: Any) -> object:
    kind = type(value)
    if kind is str:
        return _escape_formula(value)
    if kind is tuple:
        return _escape_formula(LIST_SEPARATOR.join([_list_item(item) for item in value]))
    return _plain_text(value)


def _list_item(item: Any) -> str:
    if item is None:
        return ""
    if not isinstance(item, str):
        return str(_plain_text(item))
    return item.replace("\\", "\\\\").replace(LIST_SEPARATOR, f"\\{LIST_SEPARATOR}")


def _plain_text(value: Any) -> object:
    """Numbers without `.0`, flags as true and false, days and moments as in ISO 8601."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    return value.isoformat() if isinstance(value, dt.date) else value


_FORMULA = re.compile("[\t\r]|\\s*[=+@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b-]")
"""How a cell starts that some spreadsheet runs: they skip spaces, and read the wide and small forms like ASCII."""


def _escape_formula(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text


# --------------------------------------------------------------------------------------------------- Parquet
def as_parquet(rows: Iterable[Row]) -> bytes:
    """Rows as a Parquet file: typed columns, lists as lists, each column with its meaning as `description`."""
    import pyarrow as pa
    from pyarrow import parquet

    sink = pa.BufferOutputStream()
    parquet.write_table(as_table(rows), sink)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def as_table(rows: Iterable[Row]) -> pa.Table:
    """Rows as an Arrow table."""
    import pyarrow as pa

    types = _arrow_types()
    fields = [
        pa.field(column.name, types[column.kind], metadata={"description": column.meaning})
        for column in COLUMNS
    ]
    columns: list[Any] = []
    for different, places in _shared_cells(rows):
        group = fields[len(columns) : len(columns) + len(different[0])]
        indices = pa.Array.from_buffers(pa.int32(), len(places), [None, pa.py_buffer(array("i", places))])
        columns += _as_arrow(different, group).take(indices).columns
    return pa.Table.from_arrays(columns, schema=pa.schema(fields))


def _as_arrow(cells: Iterable[Cells], fields: Sequence[pa.Field]) -> pa.Table:
    """The cells as a table. They go through JSON: `pyarrow.array` would import pandas, which takes longer."""
    import pyarrow as pa
    from pyarrow import json

    names = [field.name for field in fields]
    records = [
        {name: _json_cell(value) for name, value in zip(names, row, strict=True) if value is not None}
        for row in cells
    ]
    lines = msgspec.json.Encoder().encode_lines(records)
    return json.read_json(
        pa.BufferReader(lines),
        read_options=json.ReadOptions(block_size=len(lines)),  # a line may not be longer than a block
        parse_options=json.ParseOptions(explicit_schema=pa.schema(fields)),
    )


def _json_cell(value: Any) -> Any:
    """The value; a day as the number that Arrow counts days by."""
    return value.toordinal() - _EPOCH if type(value) is dt.date else value


def _arrow_types() -> dict[Kind, Any]:
    import pyarrow as pa

    return {
        "text": pa.string(),
        "day": pa.date32(),
        "moment": pa.timestamp("ms", tz="UTC"),  # Parquet has no seconds
        "integer": pa.int64(),
        "number": pa.float64(),
        "flag": pa.bool_(),
        "texts": pa.list_(pa.string()),
        "integers": pa.list_(pa.int64()),
        "numbers": pa.list_(pa.float64()),
    }


def _shared_cells(rows: Iterable[Row]) -> list[tuple[list[Cells], list[int]]]:
    """For each part of a row: the different cells, and which of them each row has.

    The first is always that of an empty row, so that there are columns even without rows.
    """
    numbers: list[dict[Cells, int]] = [{cells: 0} for cells in NOTHING]
    places: list[list[int]] = [[] for _ in NOTHING]
    for row in rows:
        for n, cells in enumerate(row):
            places[n].append(numbers[n].setdefault(cells, len(numbers[n])))
    return [(list(different), place) for different, place in zip(numbers, places, strict=True)]
