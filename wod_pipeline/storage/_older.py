"""What version 1.0 of the data model stored, read as version 2.0: the `slot` of an exercise was its `minute`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_OLD, _NEW = "minute", "slot"


def with_slots(data: bytes) -> bytes:
    """The JSON with that name. No text is changed, since it would have the quotation marks escaped."""
    return data.replace(f'"{_OLD}":'.encode(), f'"{_NEW}":'.encode())


def name_slots(segments: Any) -> None:
    """Give the exercises of an item's segments that name, in place; what has another shape stays as it is."""
    for block in _nodes(segments, "blocks"):
        for exercise in _nodes([block], "exercises"):
            if _OLD in exercise:
                exercise[_NEW] = exercise.pop(_OLD)


def _nodes(above: Any, name: str) -> Iterator[Any]:
    """The objects listed under `name` in each of `above`."""
    for node in above if isinstance(above, list) else ():
        listed = node.get(name) if isinstance(node, Mapping) else None
        yield from (each for each in (listed if isinstance(listed, list) else ()) if isinstance(each, dict))
