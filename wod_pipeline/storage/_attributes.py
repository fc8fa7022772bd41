"""Conversion between items and DynamoDB's attribute values, and the size DynamoDB counts for an item. Pure.

Numbers are sent as decimal text, so 30.48 stays 30.48 and 5 stays 5. There is no null: an item has no attribute
for an absent value (see `_items`).
"""

from __future__ import annotations

import math
from typing import Any

from wod_pipeline.storage._items import Item

Attributes = dict[str, dict[str, Any]]

ITEM_BYTES = 400 * 1024
"""DynamoDB's limit for one item."""
# DynamoDB's range for numbers, and their precision. Source: Amazon DynamoDB Developer Guide, “Numbers”.
_LARGEST = 9.99e125
_SMALLEST = 1e-130
_MAX_DIGITS = 38


def as_attributes(item: Item) -> Attributes:
    """The item as attribute values. Raises `ValueError` for a number that DynamoDB cannot store."""
    return {name: _attribute(value) for name, value in item.items()}


def item_from(attributes: Attributes) -> Item:
    """The item that the attribute values represent."""
    return {name: _value(attribute) for name, attribute in attributes.items()}


def size_of(attributes: Attributes) -> int:
    """The size of an item in bytes as DynamoDB counts it; an upper bound where its rule is approximate.

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
            return {"L": [_attribute(element) for element in value]}
        case dict():
            return {"M": as_attributes(value)}
    raise TypeError(f"a value of type {type(value).__name__} cannot be stored in an item")


def _value(attribute: dict[str, Any]) -> Any:
    ((kind, value),) = attribute.items()
    match kind:
        case "N":
            return int(value) if value.lstrip("-").isdigit() else float(value)
        case "L":
            return [_value(element) for element in value]
        case "M":
            return item_from(value)
    return value


def _number(value: float) -> str:
    if isinstance(value, int):
        fits = len(str(abs(value))) <= _MAX_DIGITS
    else:
        fits = value == 0 or (math.isfinite(value) and _SMALLEST <= abs(value) <= _LARGEST)
    if not fits:
        raise ValueError(f"the number {str(value)[:20]} is outside the range of DynamoDB")
    return repr(value)


def _size(attribute: dict[str, Any]) -> int:
    ((kind, value),) = attribute.items()
    match kind:
        case "S":
            return len(value.encode())
        case "N":
            return len(value) // 2 + 2  # about a byte for two digits, and one more
        case "L":
            return 3 + sum(1 + _size(element) for element in value)
        case "M":
            return 3 + len(value) + size_of(value)
    return 1
