"""JSON from outside: read to its bounds of depth and size, and refused beyond them in words."""

from __future__ import annotations

import json
import sys

import pytest

from wod_pipeline.bounded_json import JsonBeyondBoundsError, read_json
from wod_pipeline.bounds import JSON_LEVELS, JSON_VALUES

DEPTHS = (JSON_LEVELS.most + 1, 900, sys.getrecursionlimit(), 100_000)


def nested(levels: int, opening: str = "[", closing: str = "]") -> str:
    return opening * levels + closing * levels


@pytest.mark.parametrize("levels", [1, JSON_LEVELS.most - 1, JSON_LEVELS.most])
def test_json_is_read_to_its_bound_of_levels(levels: int) -> None:
    assert json.dumps(read_json(nested(levels))) == nested(levels)


@pytest.mark.parametrize("levels", DEPTHS)
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[1,{"a":[', "]}]")])
def test_json_nested_deeper_is_refused_at_whatever_depth_the_reader_itself_would_fail(
    levels: int, opening: str, closing: str
) -> None:
    inner = "" if opening == "[" else "1"
    with pytest.raises(JsonBeyondBoundsError, match="it is nested too deeply, more than 64 levels"):
        read_json((opening * levels + inner + closing * levels).encode())


@pytest.mark.parametrize("more", [-1, 0])
def test_json_is_read_to_its_bound_of_values(more: int) -> None:
    items = JSON_VALUES.most + more
    assert len(read_json(b"[1" + b",1" * (items - 1) + b"]")) == items


@pytest.mark.parametrize("as_type", [bytes, str])
def test_json_of_more_values_is_refused_before_it_takes_memory(as_type: type) -> None:
    text = "[" + "[]," * JSON_VALUES.most + "1]"
    with pytest.raises(JsonBeyondBoundsError, match="it has more than 2,000,000 values"):
        read_json(text if as_type is str else text.encode())


def test_brackets_within_texts_are_no_levels() -> None:
    assert read_json(json.dumps(["[" * 1000, '"' * 1000])) == ["[" * 1000, '"' * 1000]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"\xff", "it is not UTF-8"),
        (b"[NaN]", "it has a number that JSON has not"),
        (b"-Infinity", "it has a number that JSON has not"),
        (b"1" * 100_000, "it has a number that JSON has not"),
    ],
)
def test_what_python_reads_and_json_is_not_is_refused(text: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_json(text)


def test_what_is_no_json_is_told_with_its_place() -> None:
    with pytest.raises(json.JSONDecodeError, match=r"line 1 column 4"):
        read_json("[1,")
