"""Where posts come from, as Dagster resources: the bundled sample, a folder, a WordPress site."""

import datetime as dt
import logging
from abc import abstractmethod
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import dagster as dg
from pydantic import Field

from wod_pipeline import adapters
from wod_pipeline.resources.launchpad import shown_of
from wod_pipeline.settings import SAMPLE, WORDPRESS, Settings
from wod_pipeline.wordpress import PostSource
from wod_pipeline.wordpress.site_lock import Tell

log = logging.getLogger(__name__)

_POST_IDS = "wod/post_ids"
_MOST_POST_IDS = 100


def name_run(run_id: str) -> str:
    """A run as one that reserves a source, with as much of its id as the UI shows."""
    return f"run {run_id[:8]}"


def post_tags(post_ids: Iterable[int]) -> dict[str, str]:
    """The tag that names posts to fetch by their ids, since the days of the run's weeks do not lead to them."""
    ids = sorted(set(post_ids))[:_MOST_POST_IDS]
    return {_POST_IDS: ",".join(map(str, ids))} if ids else {}


def posts_of_run(tags: Mapping[str, str]) -> set[int]:
    """The posts that a run with these tags fetches by id. A person may write tags too: what is no id is left out."""
    return {
        int(number)
        for number in tags.get(_POST_IDS, "").split(",")
        if number.isdecimal() and len(number) < 20
    }


class SourceResource(dg.ConfigurableResource[PostSource]):
    """Provides a site's or a folder's posts."""

    @abstractmethod
    def open(self, limit_s: float | None = None) -> PostSource:
        """Return the source, whose requests end within `limit_s`. Raises `SourceError` when it cannot be used."""

    def reserve(
        self,
        reader: str,  # noqa: ARG002 for a site
        tell: Tell,  # noqa: ARG002 for a site
        wait_s: float | None = None,  # noqa: ARG002 for a site
    ) -> AbstractContextManager[None]:
        """Ask the source within this context. Where that matters, no other process with this data folder does.

        `reader` is a name for people; `tell` is called with whom one waits for. Raises `SourceBusy` after `wait_s`,
        or if that is None, after an hour behind one reader.
        """
        return nullcontext()


class SampleSourceResource(SourceResource):
    """The bundled sample program, laid out around `sample_date` (empty: today)."""

    timezone: str
    sample_date: str = ""

    def open(self, limit_s: float | None = None) -> PostSource:  # noqa: ARG002 for a site
        """Lay the sample program out around the day."""
        day = dt.date.fromisoformat(self.sample_date) if self.sample_date else None
        return adapters.sample_source(day, self.timezone)


class FolderSourceResource(SourceResource):
    """A folder of post JSON files."""

    path: str = Field(default="", description="The folder; if empty, that of WOD_SOURCE.")
    settings: dg.ResourceDependency[Settings]

    def open(self, limit_s: float | None = None) -> PostSource:  # noqa: ARG002 for a site
        """Open the folder."""
        folder = Path(self.path).expanduser() if self.path else self.settings.source_path
        return adapters.with_habits(adapters.folder_source(folder), self.settings)


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

    def open(self, limit_s: float | None = None) -> PostSource:
        """Return a client of the site."""
        site = adapters.wordpress_source(
            url=self.url,
            category=self.category,
            child_categories=self.child_categories,
            user_agent=self.user_agent,
            page_pause_s=self.page_pause_s,
            login=adapters.wordpress_login(self.settings),
            limit_s=limit_s,
        )
        return adapters.with_habits(site, self.settings)

    def reserve(self, reader: str, tell: Tell, wait_s: float | None = None) -> AbstractContextManager[None]:
        """Hold the site's lock. A wait of minutes, or a missing lock, is shown also where `tell` is not."""

        def warn(text: str) -> None:
            tell(text)
            log.warning("%s", text)

        lock = adapters.site_lock(self.settings.site_locks_path, self.url, self.page_pause_s)
        return lock.hold(reader, tell, wait_s, warn=warn)


def source_resource(settings: Settings) -> SourceResource:
    """Choose the source the settings name."""
    if settings.source == SAMPLE:
        day = settings.sample_date.isoformat() if settings.sample_date else ""
        return SampleSourceResource(timezone=settings.timezone, sample_date=day)
    if settings.source == WORDPRESS:
        return WordPressSourceResource(**adapters.site_of(settings), settings=settings)
    return FolderSourceResource(path=shown_of(settings, "source"), settings=settings)
