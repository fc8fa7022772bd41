"""JSON from outside: one bound on its depth, one error for all that is wrong with it."""

from __future__ import annotations

import json
import random
from contextlib import suppress
from typing import Any

import msgspec
import pytest

from wod_pipeline.bounded_json import UnreadableJsonError, decode_json, load_json
from wod_pipeline.bounds import JSON_DEPTH, JSON_VALUES
from wod_pipeline.program import RawPost

SEED = 14
BAD = (
    b"",
    b"\x00",
    b"nul",
    b'"\xff"',
    b"\xff\xfe[\x00",
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b"[" * 5_000 + b"]" * 5_000,
    b"[" * 900 + b"]" * 900,
    b"NaN",
    b"-Infinity",
    b"1" + b"0" * 5_000,
    b'{"id": 1e999}',
    b'{"id": "\\ud800"}',
    b'{"unknown": ' + b"[" * 5_000 + b"]" * 5_000 + b"}",
)


def nested(levels: int) -> bytes:
    """Lists and objects by turns, that many levels deep."""
    value: Any = 1
    for level in range(levels):
        value = [value, 2] if level % 2 else {"a": value, "b": "c"}
    return json.dumps(value).encode()


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_json_is_read_to_its_bound_of_depth(more: int) -> None:
    data = nested(JSON_DEPTH.most + more)
    if more > 0:
        with pytest.raises(UnreadableJsonError, match="nested too deeply, more than 64 levels"):
            load_json(data)
    else:
        assert load_json(data) == json.loads(data)


@pytest.mark.parametrize("data", BAD, ids=range(len(BAD)))
def test_bytes_that_are_not_the_json_expected_raise_one_kind_of_error(data: bytes) -> None:
    with suppress(json.JSONDecodeError, UnreadableJsonError):
        load_json(data)
    with pytest.raises(msgspec.MsgspecError):
        decode_json(data, RawPost)


def test_a_post_damaged_anywhere_is_read_or_refused() -> None:
    chance = random.Random(SEED)
    whole = msgspec.json.encode(RawPost(id=1, slug="week", date="2026-03-02T00:00:00"))
    for _ in range(300):
        start = chance.randrange(len(whole))
        damaged = whole[:start] + chance.choice(BAD) + whole[start + chance.randrange(20) :]
        with suppress(msgspec.MsgspecError):
            decode_json(damaged, RawPost)


def test_json_is_read_to_its_bound_of_values() -> None:
    assert len(load_json(b"[1" + b",1" * (JSON_VALUES.most - 1) + b"]")) == JSON_VALUES.most


@pytest.mark.parametrize("as_type", [bytes, str])
def test_json_of_more_values_is_refused_before_it_takes_memory(as_type: type) -> None:
    text = "[" + "[]," * JSON_VALUES.most + "1]"
    with pytest.raises(UnreadableJsonError, match="it has more than 2,000,000 values"):
        load_json(text if as_type is str else text.encode())


def test_brackets_within_texts_are_no_levels() -> None:
    assert load_json(json.dumps(["[" * 1000, '"' * 1000])) == ["[" * 1000, '"' * 1000]
