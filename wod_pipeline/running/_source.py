"""A source that requests no day of posts twice while the chunks of one command follow each other.

A week's post may appear weeks before it or, under last year's date, a year after; so the windows of neighbouring
chunks overlap by more than a year, and most posts of an archive would be downloaded twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from contextlib import AbstractContextManager
from typing import Any

from wod_pipeline.program import RawPost
from wod_pipeline.resources.source import SourceResource
from wod_pipeline.weeks import DAY
from wod_pipeline.wordpress import PostSource
from wod_pipeline.wordpress.site_lock import Tell


class OverlappingSource:
    """A source that keeps the posts of the last window: of a later window it fetches only the days after that one."""

    def __init__(self, source: PostSource) -> None:
        self._source = source
        self._first, self._last = dt.date.max, dt.date.min
        self._posts: list[RawPost] = []

    @property
    def name(self) -> str:
        """The source's name."""
        return self._source.name

    def fetch_published(self, first: dt.date, last: dt.date) -> list[RawPost]:
        """All posts published in `[first, last]`; the posts kept so far stay when the source cannot be read."""
        known: list[RawPost] = []
        start = first
        if self._first <= first <= self._last:
            known = [post for post in self._posts if post.was_published_within(first, last)]
            start = self._last + DAY
        posts = known + (self._source.fetch_published(start, last) if start <= last else [])
        if last >= self._last:
            self._first, self._last, self._posts = first, last, posts
        return posts

    def fetch_modified(self, since: dt.datetime) -> list[RawPost]:
        """As the source itself."""
        return self._source.fetch_modified(since)

    def fetch_ids(self, ids: Collection[int]) -> list[RawPost]:
        """As the source itself."""
        return self._source.fetch_ids(ids)

    def list_ids(self) -> set[int]:
        """As the source itself."""
        return self._source.list_ids()

    def check(self) -> str:
        """As the source itself."""
        return self._source.check()


def share_source(resource: SourceResource) -> SourceResource:
    """A resource that opens one source for all runs of a command.

    Dagster creates resources again from their configuration for each run, so the source is kept in this closure.
    """
    opened: list[PostSource] = []

    class SharedSource(SourceResource):
        def open(self, limit_s: float | None = None) -> PostSource:
            if not opened:
                configured: Any
                with resource.process_config_and_initialize_cm() as configured:  # with values of variables
                    opened.append(OverlappingSource(configured.open(limit_s)))
            return opened[0]

        def reserve(
            self, reader: str, tell: Tell, wait_s: float | None = None
        ) -> AbstractContextManager[None]:
            return resource.reserve(reader, tell, wait_s)

    return SharedSource()
