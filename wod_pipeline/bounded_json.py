"""JSON from outside, decoded within bounds of depth and size, with one error for all that is wrong with it. Pure.

Python's reader and msgspec's each raise several errors for bytes that are not the JSON expected, `RecursionError`
among them, and that one depends on how deep the caller itself is; and `[[],[],…` takes twenty times the memory of its
text. Here is what everything that reads a site's
answer, a file or a stored object goes through instead.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec

from wod_pipeline.bounds import JSON_DEPTH, JSON_VALUES

T = TypeVar("T")

_NESTING = (dict, list)
_TOO_DEEP = f"it is nested too deeply, more than {JSON_DEPTH.most} levels"


class UnreadableJsonError(ValueError):
    """JSON that is whole and cannot be used; the message says why, as the end of a sentence."""


def load_json(data: bytes | str) -> Any:
    """The value of a JSON text of any shape, of at most `JSON_DEPTH` levels and `JSON_VALUES` values.

    Raises `json.JSONDecodeError` for text that is not JSON, `UnreadableJsonError` for JSON beyond these bounds, in
    another encoding, or with a number that JSON has not (NaN, or more digits than Python reads).
    """
    if _most_values(data) > JSON_VALUES.most:
        raise UnreadableJsonError(f"it has more than {JSON_VALUES.most:,} values")
    try:
        value = json.loads(data, parse_constant=_refuse_constant)
    except json.JSONDecodeError:
        raise
    except UnicodeDecodeError as error:
        raise UnreadableJsonError("it is not UTF-8") from error
    except RecursionError as error:
        raise UnreadableJsonError(_TOO_DEEP) from error
    except ValueError as error:
        raise UnreadableJsonError("it has a number that JSON has not") from error
    if not _is_within_depth(value):
        raise UnreadableJsonError(_TOO_DEEP)
    return value


def decode_json(data: bytes | str, type_: type[T]) -> T:
    """A value of the type. Raises `msgspec.MsgspecError` alone, whatever the bytes are."""
    try:
        return msgspec.json.decode(data, type=type_)
    except UnicodeError as error:
        raise msgspec.DecodeError("JSON is not UTF-8") from error
    except RecursionError as error:
        raise msgspec.DecodeError("JSON is nested too deeply") from error


def _most_values(data: bytes | str) -> int:
    """At least the number of values: commas within texts are counted too, which is many times faster."""
    text = data if isinstance(data, str) else data.decode("latin-1")
    return sum(map(text.count, ",[{"))


def _is_within_depth(value: Any) -> bool:
    """Whether lists and objects are nested at most `JSON_DEPTH` levels; level by level, so that it cannot recurse."""
    level = [value] if isinstance(value, _NESTING) else []
    for _ in range(JSON_DEPTH.most):
        level = [child for parent in level for child in _children(parent) if isinstance(child, _NESTING)]
    return not level


def _children(parent: Any) -> Iterable[Any]:
    return parent.values() if isinstance(parent, dict) else parent


def _refuse_constant(name: str) -> None:
    """Reject NaN and Infinity, which Python's JSON reader accepts although they are not JSON."""
    raise ValueError(name)
