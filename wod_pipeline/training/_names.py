"""Names and families of movements, by their ids."""

from __future__ import annotations


def movement_name(movement_id: str) -> str:
    """`clean_and_jerk` → Clean & Jerk."""
    words = movement_id.split("_")
    return " ".join("&" if word == "and" else word.capitalize() for word in words)


def movement_family(movement_id: str | None) -> str | None:
    """The family a movement's lifts are counted under; None when the movement is not known."""
    for family in ("squat", "pull", "press", "snatch", "jerk", "clean"):
        if movement_id and family in movement_id:
            return family
    return None
