"""The vocabulary of movements, and how a written name becomes one of them. Pure; the data is `movements.json`.

A movement has aliases, a family its lifts are counted under, and the lifts a percent of it can refer to. A new
movement or alias is a line of data. What the words around a name mean is decided in `parsing`.

- `_movements`: the entries
- `_names`: the normalised form of a name, and finding movements by what people write
"""

from __future__ import annotations

from wod_pipeline.vocabulary._movements import MOVEMENTS, has_reference, movement_family, movement_name
from wod_pipeline.vocabulary._names import (
    NUMBER_WORDS,
    Name,
    can_be_in_name,
    find_movement,
    is_exact,
    nearest_movements,
    resolve,
)

__all__ = [
    "MOVEMENTS",
    "NUMBER_WORDS",
    "Name",
    "can_be_in_name",
    "find_movement",
    "has_reference",
    "is_exact",
    "movement_family",
    "movement_name",
    "nearest_movements",
    "resolve",
]
