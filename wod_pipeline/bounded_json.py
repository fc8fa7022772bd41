"""JSON from outside, read within bounds of depth and of size once it is read. Pure.

Nested hundreds of levels deep, a value can be read by one function and not written by the next, depending on how
deep the stack is; and `[[],[],…` takes twenty times the memory of its text. So untyped JSON from a site, a file or a
store is read here and nowhere else. JSON read into a type (`program.decode`) needs neither bound.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from wod_pipeline.bounds import JSON_LEVELS, JSON_VALUES

_STARTS_OF_VALUES = ",[{"


class JsonBeyondBoundsError(ValueError):
    """The JSON is nested too deeply, or has too many values; the message says which."""


def read_json(text: bytes | str) -> Any:
    """The value. Raises `json.JSONDecodeError` for text that is not JSON, `ValueError` for JSON that is not read.

    NaN and Infinity, which Python's reader accepts, are not JSON.
    """
    if _most_values(text) > JSON_VALUES.most:
        raise JsonBeyondBoundsError(f"it has more than {JSON_VALUES.most:,} values")
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError:
        raise
    except UnicodeDecodeError as error:
        raise ValueError("it is not UTF-8") from error
    except ValueError as error:  # NaN, or more digits than Python reads
        raise ValueError("it has a number that JSON has not") from error
    except RecursionError as error:
        raise _too_deep() from error
    if _is_deeper(value, JSON_LEVELS.most):
        raise _too_deep()
    return value


def _most_values(text: bytes | str) -> int:
    """At least the number of values: commas within texts are counted too, which is many times faster."""
    if isinstance(text, str):
        return sum(text.count(each) for each in _STARTS_OF_VALUES)
    return sum(text.count(each) for each in _STARTS_OF_VALUES.encode())


def _is_deeper(value: Any, levels: int) -> bool:
    """Whether lists and objects lie within each other on more than `levels` levels."""
    level = [value] if isinstance(value, (list, dict)) else []
    for _ in range(levels):
        level = [inner for outer in level for inner in _values_of(outer) if isinstance(inner, (list, dict))]
        if not level:
            return False
    return True


def _values_of(outer: list[Any] | dict[str, Any]) -> Collection[Any]:
    return outer.values() if isinstance(outer, dict) else outer


def _too_deep() -> JsonBeyondBoundsError:
    return JsonBeyondBoundsError(f"it is nested too deeply, more than {JSON_LEVELS.most} levels")


def _refuse_constant(name: str) -> None:
    raise ValueError(name)
