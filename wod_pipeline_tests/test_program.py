"""The data model: its JSON is canonical, its leaves are frozen, and nothing frozen holds a value that can change."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import msgspec
import pytest
from msgspec import inspect

from wod_pipeline import program
from wod_pipeline.program import Line, Link, Outcome, RawPost, Weekly, decode, encode, sha256_of
from wod_pipeline.removals import RemovedPost
from wod_pipeline_tests.builders import MONDAY

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


def test_json_is_canonical_sorted_keys_and_one_newline() -> None:
    line = Line(3, "Dips", "note", "/notes/0", (Link(0, 4, "https://example.com/"),))
    data = encode(line)
    assert data == (
        b'{"links":[{"end":4,"href":"https://example.com/","start":0}],'
        b'"n":3,"owner":"/notes/0","role":"note","text":"Dips"}\n'
    )
    assert decode(data, Line) == line
    assert sha256_of(line) == hashlib.sha256(data).hexdigest()


def test_json_of_another_shape_is_refused_with_the_path() -> None:
    with pytest.raises(msgspec.ValidationError, match=r"at `\$\.n`"):
        decode(b'{"n": "three", "text": "", "role": "note", "owner": ""}', Line)


def test_a_week_one_stage_further_differs_in_its_posts_alone() -> None:
    week = Weekly(MONDAY, Outcome.PUBLISHED, ["raw"], gone=[4], moved=[5])
    parsed = Weekly(MONDAY, Outcome.PUBLISHED, ["parsed"], gone=[4], moved=[5], parser=3)
    assert week.with_posts(["parsed"], 3) == parsed


@pytest.mark.parametrize("number", [-1, 2**63, 10**400])
@pytest.mark.parametrize("field", ["id", "post_id", "gone"])
def test_stored_bytes_with_an_id_that_no_post_can_have_are_refused(number: int, field: str) -> None:
    shapes: dict[str, tuple[Any, Any]] = {
        "id": (RawPost, {"id": number}),
        "post_id": (
            RemovedPost,
            {"post_id": number, "program": "", "title": "", "gone_since": "2026-03-02T00:00:00Z"},
        ),
        "gone": (
            Weekly[RawPost],
            {"week": "2026-03-02", "outcome": "published", "posts": [], "gone": [number]},
        ),
    }
    shape, value = shapes[field]
    with pytest.raises(msgspec.ValidationError, match=r"Expected `int` [<>]="):
        decode(json.dumps(value).encode(), shape)
