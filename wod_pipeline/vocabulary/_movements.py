"""The entries of the vocabulary, read once from `movements.json`."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct


class Movement(Struct, frozen=True, gc=False):
    """One entry. `ref_chain`: the lifts a percent of it can refer to, the likeliest first."""

    id: str
    name: str
    family: str
    ref_chain: tuple[str, ...]
    aliases: tuple[str, ...]
    ref_ambiguous: bool = False


_JSON = Path(__file__).with_name("movements.json").read_bytes()
MOVEMENTS = {movement.id: movement for movement in msgspec.json.decode(_JSON, type=list[Movement])}
"""Every movement by id, in the order of the file."""


def movement_name(movement_id: str) -> str:
    """`clean_and_jerk` → Clean & Jerk; an id the vocabulary does not have reads as its words."""
    movement = MOVEMENTS.get(movement_id)
    return movement.name if movement else movement_id.replace("_", " ").title()


def movement_family(movement_id: str | None) -> str | None:
    """The family a movement's lifts are counted under; None when the movement is not known."""
    movement = MOVEMENTS.get(movement_id or "")
    return movement.family if movement else None


def has_reference(movement_id: str | None) -> bool:
    """Whether a percent of the movement can be of anything."""
    return movement_id is not None and bool(MOVEMENTS[movement_id].ref_chain)
