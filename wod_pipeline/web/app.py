"""Pages, API, calendar and static files as one ASGI application over a session table."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from zoneinfo import ZoneInfo

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from wod_pipeline import __version__, adapters
from wod_pipeline.bounds import CALENDAR_BYTES
from wod_pipeline.errors import StorageCorrupt, StorageError
from wod_pipeline.feed_key import FeedKey
from wod_pipeline.reading.index import IndexCache
from wod_pipeline.settings import ANY_HOST, Settings
from wod_pipeline.storage import Lake, SessionTable
from wod_pipeline.storage.stages import calendar_key, read_sound
from wod_pipeline.web import (
    api,
    cookies,
    days,
    feed,
    openapi,
    pages,
    problems,
    static_files,
    subscribing,
)
from wod_pipeline.web.context import AppContext
from wod_pipeline.web.cors import ApiCors
from wod_pipeline.web.failures import Unforeseen, add_error_handlers
from wod_pipeline.web.hosts import AllowedHosts, hosts_of
from wod_pipeline.web.http import HeadAsGet, SecurityHeaders
from wod_pipeline.web.kept import KeptAnswers
from wod_pipeline.web.root_path import RootPath
from wod_pipeline.web.turns import Turns

log = logging.getLogger(__name__)

COMPRESSION = 4
"""The level of gzip: 9 takes three times as long, for answers smaller by a tenth."""


def open_app(settings: Settings, hosts: Collection[str] = ()) -> FastAPI:
    """The application over the stores of the settings; it answers for their hosts, and for these."""
    return create_app(
        adapters.open_table(settings),
        settings.zone,
        lake=adapters.open_lake(settings),
        feed_key=adapters.open_feed_key(settings),
        page_url=settings.page_url,
        origins=settings.api_origins,
        hosts=(*hosts_of(settings), *hosts),
    )


def create_app(
    table: SessionTable,
    zone: ZoneInfo,
    now: Callable[[], dt.datetime] = adapters.now,
    lake: Lake | None = None,
    feed_key: FeedKey | None = None,
    page_url: str = "",
    origins: Collection[str] = (),
    hosts: Collection[str] = (ANY_HOST,),
) -> FastAPI:
    """The application over a session table.

    `zone` is the program's. Without a `lake` the calendar has no cancelled events, and a page cannot say when the
    site was last looked at; without a `feed_key` there are no personal calendars. Events link to `page_url`, or to
    where the visitor came by. Pages of other sites may read the API from a browser if their origin is one of
    `origins`. Requests for another host than `hosts` and the address they came to are refused.
    """
    index_cache = IndexCache(table, lake)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        """Build the index in the background, so that the first search need not wait for it."""
        threading.Thread(target=_build_index, args=(index_cache,), daemon=True).start()
        yield

    app = FastAPI(
        title="wod_pipeline",
        version=__version__,
        description="A coach's weightlifting program as structured, dated sessions. Read-only.",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,  # `openapi` answers it
        lifespan=lifespan,
    )
    app.state.context = AppContext(
        table, index_cache, zone, now, lake, _calendar_reader(lake), feed_key, page_url
    )
    app.state.kept_answers = KeptAnswers()
    app.router.redirect_slashes = False  # its redirects name the host; ours are in `failures`
    _add_middleware(app, origins, hosts, page_url)
    _add_routers(app)
    add_error_handlers(app)
    return app


def _add_middleware(app: FastAPI, origins: Collection[str], hosts: Collection[str], page_url: str) -> None:
    """The last one added is the outermost: security headers are on every answer."""
    app.add_middleware(GZipMiddleware, compresslevel=COMPRESSION)
    app.add_middleware(HeadAsGet)
    app.add_middleware(Turns)
    app.add_middleware(Unforeseen)
    app.add_middleware(AllowedHosts, hosts=hosts)
    if origins:  # outside of those that answer themselves: another site's page may read these answers too
        app.add_middleware(ApiCors, origins=origins)
    app.add_middleware(RootPath, page_url=page_url)
    app.add_middleware(SecurityHeaders)


def _add_routers(app: FastAPI) -> None:
    app.include_router(api.router, tags=["api"])
    app.include_router(feed.router, tags=["calendar"])
    for module in (subscribing, pages, cookies, static_files):
        app.include_router(module.router)
    app.include_router(api.moved_router())
    openapi.describe(app, api.router, api.OPENAPI_PATH, {"TimeZone": days.zone_schema()}, problems.EXAMPLES)


def _calendar_reader(lake: Lake | None) -> Callable[[Sequence[dt.date]], dict[str, bytes]]:
    """A function that reads the calendars of weeks, by key; without those that nobody can or should read."""
    if lake is None:
        return lambda _: {}
    return lambda mondays: {
        key: data
        for key, data in read_sound(lake, [calendar_key(monday) for monday in mondays], _warn_of_lost).items()
        if _is_within_bound(key, data)
    }


def _warn_of_lost(key: str, error: StorageCorrupt) -> None:
    log.warning("%s; its cancelled events are left out: %s", key, error)


def _is_within_bound(key: str, data: bytes) -> bool:
    if len(data) <= CALENDAR_BYTES.most:
        return True
    log.warning("%s has %s bytes; its cancelled events are left out.", key, f"{len(data):,}")
    return False


def _build_index(index_cache: IndexCache) -> None:
    try:
        index_cache.current()
    except StorageError:
        log.exception("Could not read the sessions at start; the next request tries again.")
