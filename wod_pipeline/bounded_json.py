"""JSON from outside, decoded within bounds: a bound on its depth, and one error for all that is wrong with it. Pure.

Python's reader and msgspec's each raise several errors for bytes that are not the JSON expected, `RecursionError`
among them, and that one depends on how deep the caller itself is. Here is what everything that reads a site's
answer, a file or a stored object goes through instead.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec

from wod_pipeline.bounds import JSON_DEPTH

T = TypeVar("T")

_NESTING = (dict, list)
_TOO_DEEP = f"it is nested too deeply, more than {JSON_DEPTH.most} levels"


class UnreadableJsonError(ValueError):
    """JSON that is whole and cannot be used; the message says why, as the end of a sentence."""


def load_json(data: bytes | str) -> Any:
    """The value of a JSON text of any shape, at most `JSON_DEPTH` levels deep.

    Raises `json.JSONDecodeError` for text that is not JSON, `UnreadableJsonError` for JSON nested too deeply, in
    another encoding, or with a number that JSON has not (NaN, or more digits than Python reads).
    """
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
