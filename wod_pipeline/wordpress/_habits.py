"""Posts with the habits of their program, which they do not say themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from msgspec.structs import replace

from wod_pipeline.date_habits import DateHabits
from wod_pipeline.program import RawPost
from wod_pipeline.wordpress._source import PostSource


class HabitualSource:
    """Another source's posts, each with the program's habits: they are kept with it, and decide its week."""

    def __init__(self, source: PostSource, habits: DateHabits) -> None:
        self._source = source
        self._habits = habits

    @property
    def name(self) -> str:
        """The other source's."""
        return self._source.name

    def fetch_published(self, first: dt.date, last: dt.date) -> list[RawPost]:
        """All posts published on a site-local day in `[first, last]`."""
        return self._with_habits(self._source.fetch_published(first, last))

    def fetch_modified(self, since: dt.datetime) -> list[RawPost]:
        """All posts edited at `since` or later."""
        return self._with_habits(self._source.fetch_modified(since))

    def fetch_ids(self, ids: Collection[int]) -> list[RawPost]:
        """The posts with these ids that the source still lists."""
        return self._with_habits(self._source.fetch_ids(ids))

    def list_ids(self) -> set[int]:
        """The id of every post listed."""
        return self._source.list_ids()

    def check(self) -> str:
        """Describe the source in a sentence."""
        return self._source.check()

    def _with_habits(self, posts: list[RawPost]) -> list[RawPost]:
        return [replace(post, habits=self._habits) for post in posts]
