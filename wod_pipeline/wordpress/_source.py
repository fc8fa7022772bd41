"""The protocol of a source of posts, and WordPress's times. No network and no files here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Protocol

from wod_pipeline.program import RawPost


class PostSource(Protocol):
    """A place that publishes posts. Every method returns the complete result or raises a `SourceError`.

    Only `fetch_published` returns posts without an id (`RawPost.id` 0): the other methods go by ids and edits.
    """

    @property
    def name(self) -> str:
        """The source's name for people: ``sample``, ``folder <path>`` or ``https://…``."""
        ...

    def fetch_published(self, first: dt.date, last: dt.date) -> list[RawPost]:
        """All posts published on a site-local day in `[first, last]`."""
        ...

    def fetch_modified(self, since: dt.datetime) -> list[RawPost]:
        """All posts edited at `since` or later; a `since` without zone is UTC."""
        ...

    def fetch_ids(self, ids: Collection[int]) -> list[RawPost]:
        """The posts with these ids that the source still lists in its category."""
        ...

    def list_ids(self) -> set[int]:
        """The id of every post listed, without its contents; a stored post not among them was deleted or hidden."""
        ...

    def check(self) -> str:
        """Make one small request and describe the source in a sentence."""
        ...


def as_utc(value: dt.datetime) -> dt.datetime:
    """The moment in UTC, in whole seconds and without zone, as WordPress writes `modified_gmt`."""
    utc = value.astimezone(dt.timezone.utc) if value.tzinfo else value
    return utc.replace(tzinfo=None, microsecond=0)
