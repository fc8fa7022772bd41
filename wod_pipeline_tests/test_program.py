"""The data model keeps its own rule: leaves are frozen, and nothing frozen holds a value that can change."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import inspect

from wod_pipeline import program

STRUCTS = [
    value
    for value in vars(program).values()
    if isinstance(value, type) and issubclass(value, msgspec.Struct) and value is not msgspec.Struct
]


def can_change(kind: inspect.Type) -> bool:
    if isinstance(kind, inspect.StructType):
        return not kind.cls.__struct_config__.frozen
    if isinstance(kind, inspect.UnionType):
        return any(map(can_change, kind.types))
    if isinstance(kind, inspect.VarTupleType):
        return can_change(kind.item_type)
    return isinstance(kind, (inspect.ListType, inspect.DictType))


@pytest.mark.parametrize("struct", STRUCTS, ids=lambda struct: struct.__name__)
def test_a_struct_is_frozen_exactly_when_no_field_holds_a_value_that_can_change(
    struct: type[msgspec.Struct],
) -> None:
    described = inspect.type_info(struct)
    assert isinstance(described, inspect.StructType)
    changing = [field.name for field in described.fields if can_change(field.type)]
    assert struct.__struct_config__.frozen == (not changing), changing
