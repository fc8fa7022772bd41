"""Which keys the lake accepts: one rule for all adapters; and the one that records of the table name. Pure."""

from __future__ import annotations

import datetime as dt

from wod_pipeline.errors import StorageRefused


def validate_key(key: str) -> str:
    """Return the key. Raises `StorageRefused` unless it is a plain relative path within the lake.

    Parts are separated by ``/``. A part must not be empty or start with a dot: ``..`` would leave the lake, and
    adapters use names with a leading dot for objects of their own. Control characters and backslashes are refused.
    """
    parts = key.split("/")
    plain = key.isprintable() and "\\" not in key
    if not plain or any(not part or part.startswith(".") for part in parts):
        raise StorageRefused(
            f"{key!r} is not a valid lake key; a valid one is 'raw_posts/week=2020-12-21/posts.json'."
        )
    return key


def records_key(week: dt.date) -> str:
    """Where the week's session records are kept as JSON Lines."""
    return f"session_records/week={week}/sessions.jsonl"
