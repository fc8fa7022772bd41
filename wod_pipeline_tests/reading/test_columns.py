"""Every field of the model reaches CSV and Parquet, or has a reason not to."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
import pytest
from msgspec.inspect import (
    DateType,
    DictType,
    IntType,
    ListType,
    LiteralType,
    Metadata,
    StrType,
    StructType,
    Type,
    UnionType,
    VarTupleType,
    type_info,
)

from wod_pipeline.program import SessionRecord
from wod_pipeline.reading.columns import Column
from wod_pipeline.reading.rows import COLUMNS, LEFT_OUT
from wod_pipeline_tests.reading import columns_page
from wod_pipeline_tests.reading.rows import cells_by_column, export_rows

HELD = {path for column in COLUMNS for path in column.holds}


def is_left_out(path: str) -> bool:
    return any(path == field or path.startswith(f"{field}.") for field in LEFT_OUT)


def inner(type_: Type) -> Type:
    """The struct or plain type behind unions with null, lists and metadata."""
    if isinstance(type_, Metadata):
        return inner(type_.type)
    if isinstance(type_, UnionType):
        return inner(next(t for t in type_.types if not type(t).__name__.startswith("None")))
    if isinstance(type_, (ListType, VarTupleType)):
        return inner(type_.item_type)
    return type_


def leaves(type_: Type, path: str = "") -> Iterator[str]:
    """The path of every field that holds a plain value, from the struct down."""
    found = inner(type_)
    if not isinstance(found, StructType):
        yield path
        return
    for field in found.fields:
        yield from leaves(field.type, f"{path}.{field.name}" if path else field.name)


LEAVES = set(leaves(type_info(SessionRecord)))


def test_every_field_of_the_model_has_a_column_or_a_reason_not_to() -> None:
    missing = sorted(path for path in LEAVES - HELD if not is_left_out(path))
    assert not missing, "declare a column for it in reading/columns.py, or give the reason in rows.LEFT_OUT"


def test_columns_and_reasons_name_fields_that_exist() -> None:
    assert not HELD - LEAVES
    nodes = {
        path[:end] for path in LEAVES for end in range(len(path) + 1) if path[end : end + 1] in {".", ""}
    }
    assert not LEFT_OUT.keys() - nodes


def test_names_are_used_once_and_say_their_unit() -> None:
    names = [column.name for column in COLUMNS]
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() and name == name.lower() for name in names)


def test_the_docs_list_every_column() -> None:
    said = columns_page.PAGE.read_text(encoding="utf-8")
    assert said == columns_page.page(), "write it anew: python -m wod_pipeline_tests.reading.columns_page"


# ------------------------------------------------------------------------------- values, not only declarations
class Filler:
    """Makes a value of any type of the model in which no two fields of the same kind are equal."""

    def __init__(self, load_kind: str) -> None:
        self._numbers = itertools.count(2)
        self._load_kind = load_kind
        self.values: dict[str, list[Any]] = {}

    def make(self, type_: Type, path: str = "") -> Any:
        if isinstance(type_, (ListType, VarTupleType)):
            return [self.make(type_.item_type, path) for _ in range(2)]
        found = inner(type_) if isinstance(type_, (Metadata, UnionType)) else type_
        if (
            found is not type_
            and isinstance(type_, UnionType)
            and any(isinstance(t, (ListType, VarTupleType)) for t in type_.types)
        ):
            return self.make(next(t for t in type_.types if isinstance(t, (ListType, VarTupleType))), path)
        if isinstance(found, StructType):
            return {
                field.encode_name: self.make(field.type, f"{path}.{field.name}" if path else field.name)
                for field in found.fields
            }
        value = self._plain(found, path)
        self.values.setdefault(path, []).append(value)
        return value

    def _plain(self, type_: Type, path: str) -> Any:
        number = next(self._numbers)
        if path.endswith("load.kind"):
            return self._load_kind
        if path.endswith(("lines", "line", ".n")):
            return [0, 0] if path.endswith("lines") else 0
        if path == "modified_gmt":
            return "2021-02-28T18:00:00"
        if isinstance(type_, LiteralType):
            return type_.values[number % len(type_.values)]
        if isinstance(type_, DateType):
            return str(dt.date(2021, 3, 1) + dt.timedelta(days=number))
        if isinstance(type_, DictType):
            return {}
        if isinstance(type_, StrType):
            return f"https://example.com/{number}" if "url" in path else f"{path} {number}"
        return bool(number) if not isinstance(type_, IntType) and "ramp" in path else number


def filled(load_kind: str) -> tuple[SessionRecord, dict[str, list[Any]]]:
    """A record with every field set, and the values by path."""
    filler = Filler(load_kind)
    made = filler.make(type_info(SessionRecord))
    return msgspec.convert(made, SessionRecord), filler.values


def flat(values: Iterable[Any]) -> list[str]:
    return [
        str(item) for value in values for item in (value if isinstance(value, (tuple, list)) else [value])
    ]


def exported(record: SessionRecord) -> dict[str, list[str]]:
    rows = [cells_by_column(row) for row in export_rows(record)]
    return {column.name: flat(row[column.name] for row in rows) for column in COLUMNS}


KINDS = ("percent", "bodyweight", "relative_past")
BY_KIND = {
    "percent": "percent",
    "percent_of_bodyweight": "bodyweight",
    "percent_of_past_load": "relative_past",
}


def holds_here(column: Column, load_kind: str) -> bool:
    stem = column.name.rpartition("_")[0]
    return BY_KIND.get(stem, load_kind) == load_kind


@pytest.mark.parametrize("load_kind", KINDS)
def test_each_value_of_a_record_is_in_its_column(load_kind: str) -> None:
    record, values = filled(load_kind)
    cells = exported(record)
    for column in COLUMNS:
        if not column.holds or column.name == "post_modified_utc" or not holds_here(column, load_kind):
            continue
        paths = [path for path in column.holds if not is_overruled(path)]
        expected = {value for path in paths for value in flat(values[path])}
        assert expected <= set(cells[column.name]), column.name
    assert cells["post_modified_utc"][0] == "2021-02-28 18:00:00+00:00"


def is_overruled(path: str) -> bool:
    """Whether the record says it elsewhere too: its set rows have repetitions and a load of their own."""
    exercise = "segments.blocks.exercises."
    return path.startswith((f"{exercise}load.", f"{exercise}reps.", f"{exercise}set_rows.last"))
