"""Names of movements for people, from their ids."""

from __future__ import annotations


def movement_name(movement_id: str) -> str:
    """`clean_and_jerk` → Clean & Jerk."""
    words = movement_id.split("_")
    return " ".join("&" if word == "and" else word.capitalize() for word in words)
