"""The times of a WordPress post, which are text without a zone. Pure."""

from __future__ import annotations

import datetime as dt


def time_of(text: str) -> dt.datetime | None:
    """A WordPress time, which has no zone; None when it is invalid, as ``0000-00-00T00:00:00`` of a draft is."""
    try:
        return dt.datetime.fromisoformat(text.strip().removesuffix("Z")).replace(tzinfo=None)
    except ValueError:
        return None


def utc_of(text: str) -> dt.datetime | None:
    """The moment of a WordPress time in UTC, such as `modified_gmt`; None when it is invalid."""
    time = time_of(text)
    return time and time.replace(tzinfo=dt.timezone.utc)
