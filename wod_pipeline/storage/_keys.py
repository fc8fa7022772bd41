"""Which keys the lake accepts: the same rule whatever holds the objects. Pure."""

from __future__ import annotations

from wod_pipeline.errors import StorageRefused


def checked_key(key: str) -> str:
    """The key itself. Raises `StorageRefused` unless it is a plain relative path within the lake.

    Parts are separated by ``/``; none is empty or starts with a dot (``..`` would leave the lake, and names
    that start with a dot are the lake's own), and there are no control characters or backslashes.
    """
    parts = key.split("/")
    plain = key.isprintable() and "\\" not in key
    if not plain or any(not part or part.startswith(".") for part in parts):
        raise StorageRefused(
            f"{key!r} is no key of the lake: keys look like 'raw_posts/week=2020-12-21/x.json'."
        )
    return key
