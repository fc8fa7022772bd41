"""Where posts come from, as Dagster resources: the bundled sample, a folder, a WordPress site."""

import datetime as dt
from abc import abstractmethod
from pathlib import Path

import dagster as dg
from pydantic import Field

from wod_pipeline import adapters
from wod_pipeline.resources.launchpad import shown_of
from wod_pipeline.settings import SAMPLE, WORDPRESS, Settings
from wod_pipeline.wordpress import PostSource


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

    path: str = Field(default="", description="The folder; if empty, that of WOD_SOURCE.")
    settings: dg.ResourceDependency[Settings]

    def open(self) -> PostSource:
        """Open the folder."""
        folder = Path(self.path).expanduser() if self.path else self.settings.source_path
        return adapters.folder_source(folder)


class WordPressSourceResource(SourceResource):
    """A WordPress site.

    Its login is that of the settings, kept out of the configuration, because the UI shows that for every run.
    """

    url: str
    category: int
    child_categories: bool = False
    user_agent: str
    page_pause_s: float
    settings: dg.ResourceDependency[Settings]

    def open(self) -> PostSource:
        """Return a client of the site."""
        return adapters.wordpress_source(
            url=self.url,
            category=self.category,
            child_categories=self.child_categories,
            user_agent=self.user_agent,
            page_pause_s=self.page_pause_s,
            login=adapters.wordpress_login(self.settings),
        )


def source_resource(settings: Settings) -> SourceResource:
    """Choose the source the settings name."""
    if settings.source == SAMPLE:
        day = settings.sample_date.isoformat() if settings.sample_date else ""
        return SampleSourceResource(timezone=settings.timezone, sample_date=day)
    if settings.source == WORDPRESS:
        return WordPressSourceResource(**adapters.site_of(settings), settings=settings)
    return FolderSourceResource(path=shown_of(settings, "source"), settings=settings)
