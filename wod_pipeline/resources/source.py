"""Where posts come from, as Dagster resources: the bundled sample, a folder, a WordPress site."""

import datetime as dt
from abc import abstractmethod
from collections.abc import Callable
from functools import partial
from pathlib import Path

import dagster as dg

from wod_pipeline import adapters
from wod_pipeline.settings import SAMPLE, WORDPRESS, Settings
from wod_pipeline.wordpress import PostSource
from wod_pipeline.wordpress.credentials import Login


class SourceResource(dg.ConfigurableResource[PostSource]):
    """Provides a site's or a folder's posts."""

    @abstractmethod
    def open(self) -> PostSource:
        """Return the source. Raises `SourceError` when it cannot be used."""


class SampleSourceResource(SourceResource):
    """The bundled sample program, laid out around `sample_date` (empty: today)."""

    timezone: str
    sample_date: str = ""

    def open(self) -> PostSource:
        """Lay the sample program out around the day."""
        day = dt.date.fromisoformat(self.sample_date) if self.sample_date else None
        return adapters.sample_source(day, self.timezone)


class FolderSourceResource(SourceResource):
    """A folder of post JSON files."""

    path: str

    def open(self) -> PostSource:
        """Open the folder."""
        return adapters.folder_source(Path(self.path))


class WordPressSourceResource(SourceResource):
    """A WordPress site.

    `find_login` is called when the source is opened. It is kept out of the configuration, because the UI
    shows that for every run.
    """

    url: str
    category: int
    child_categories: bool = False
    user_agent: str
    page_pause_s: float
    find_login: dg.ResourceDependency[Callable[[], Login | None]]

    def open(self) -> PostSource:
        """Return a client of the site."""
        return adapters.wordpress_source(
            url=self.url,
            category=self.category,
            child_categories=self.child_categories,
            user_agent=self.user_agent,
            page_pause_s=self.page_pause_s,
            login=self.find_login(),
        )


def source_resource(settings: Settings) -> SourceResource:
    """Choose the source the settings name."""
    if settings.source == SAMPLE:
        day = settings.sample_date.isoformat() if settings.sample_date else ""
        return SampleSourceResource(timezone=settings.timezone, sample_date=day)
    if settings.source == WORDPRESS:
        return WordPressSourceResource(
            **adapters.site_of(settings), find_login=partial(adapters.wordpress_login, settings)
        )
    return FolderSourceResource(path=str(settings.source_path))
