"""Items in DynamoDB's own notation, with the size DynamoDB will count. Pure.

Numbers travel as decimal text, so 30.48 stays 30.48 and 5 stays 5; absent values never get here.
"""

from __future__ import annotations

import math
from typing import Any

from wod_pipeline.storage._items import Item

Attributes = dict[str, dict[str, Any]]

ITEM_BYTES = 400 * 1024
_LARGEST = 9.99e125
_SMALLEST = 1e-130
_DIGITS = 38


def as_attributes(item: Item) -> Attributes:
    """The item as DynamoDB takes it. Raises `ValueError` for a number that DynamoDB cannot hold."""
    return {name: _attribute(value) for name, value in item.items()}


def item_from(attributes: Attributes) -> Item:
    """The item that attributes hold."""
    return {name: _value(attribute) for name, attribute in attributes.items()}


def size_of(attributes: Attributes) -> int:
    """Bytes of an item as DynamoDB counts them, rounded up where its rule is an estimate.

    Source: Amazon DynamoDB Developer Guide, “DynamoDB item sizes and formats”.
    """
    return sum(len(name.encode()) + _size(attribute) for name, attribute in attributes.items())


def _attribute(value: Any) -> dict[str, Any]:
    match value:
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case int() | float():
            return {"N": _number(value)}
        case list() | tuple():
            return {"L": [_attribute(one) for one in value]}
        case dict():
            return {"M": as_attributes(value)}
    raise TypeError(f"{type(value).__name__} is no value of an item")


def _value(attribute: dict[str, Any]) -> Any:
    ((kind, value),) = attribute.items()
    match kind:
        case "N":
            return int(value) if value.lstrip("-").isdigit() else float(value)
        case "L":
            return [_value(one) for one in value]
        case "M":
            return item_from(value)
    return value


def _number(value: float) -> str:
    if isinstance(value, int):
        fits = len(str(abs(value))) <= _DIGITS
    else:
        fits = value == 0 or (math.isfinite(value) and _SMALLEST <= abs(value) <= _LARGEST)
    if not fits:
        raise ValueError(f"the number {str(value)[:20]} is beyond what DynamoDB holds")
    return repr(value)


def _size(attribute: dict[str, Any]) -> int:
    ((kind, value),) = attribute.items()
    match kind:
        case "S":
            return len(value.encode())
        case "N":
            return len(value) // 2 + 2
        case "L":
            return 3 + sum(1 + _size(one) for one in value)
        case "M":
            return 3 + len(value) + size_of(value)
    return 1
