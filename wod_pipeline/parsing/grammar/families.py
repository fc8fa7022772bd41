"""Movements that are alike where the notation asks: done to a height, held for a time, ridden."""

from __future__ import annotations

from wod_pipeline.parsing.grammar.readings import ReadPart
from wod_pipeline.parsing.grammar.tables import one_of

HEIGHTS = frozenset((
    "box_jump", "burpee_box_jump_over", "step_up", "rope_climb", "wall_ball", "broad_jump", "box_squat",
))  # fmt: skip
"""A height in inches or centimetres is part of how these are done."""
HIGH_THINGS = one_of("box high target step rope")
"""Words behind a height: what it is the height of."""


def has_height(parts: tuple[ReadPart, ...]) -> bool:
    """Whether one of the movements is done to a height."""
    return any(part.movement_id in HEIGHTS for part in parts)


HOLDS = frozenset((
    "plank", "side_plank", "wall_sit", "l_sit", "hollow_hold", "superman_hold", "ring_support_hold", "handstand_hold",
))  # fmt: skip
"""Their maximum is a time, and `45"` behind them is one."""


def is_hold(parts: tuple[ReadPart, ...]) -> bool:
    """Whether one of the movements is held."""
    return any(part.movement_id in HOLDS for part in parts)


RIDES = frozenset(("row_erg", "bike_erg", "ski_erg", "cardio"))
"""`9'` behind them is a time."""
