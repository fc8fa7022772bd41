"""Pages, API, calendar and static files as one ASGI application over a session table."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from zoneinfo import ZoneInfo

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import HTMLResponse, Response

from wod_pipeline import __version__, adapters
from wod_pipeline.errors import StorageError
from wod_pipeline.feed_key import FeedKey
from wod_pipeline.reading.index import IndexCache
from wod_pipeline.settings import Settings
from wod_pipeline.storage import Lake, SessionTable
from wod_pipeline.storage.stages import calendar_key
from wod_pipeline.web import api, cookies, feed, openapi, pages, static_files, subscribing
from wod_pipeline.web.context import AppContext
from wod_pipeline.web.cors import ApiCors
from wod_pipeline.web.http import HeadAsGet, SecurityHeaders, allowed_methods, problem
from wod_pipeline.web.mistakes import mistake_words
from wod_pipeline.web.openapi import PROBLEMS

log = logging.getLogger(__name__)


def open_app(settings: Settings) -> FastAPI:
    """The application over the stores of the settings."""
    return create_app(
        adapters.open_table(settings),
        settings.zone,
        lake=adapters.open_lake(settings),
        feed_key=adapters.open_feed_key(settings),
        page_url=settings.page_url,
        origins=settings.api_origins,
    )


def create_app(
    table: SessionTable,
    zone: ZoneInfo,
    now: Callable[[], dt.datetime] = adapters.now,
    lake: Lake | None = None,
    feed_key: FeedKey | None = None,
    page_url: str = "",
    origins: Collection[str] = (),
) -> FastAPI:
    """The application over a session table.

    `zone` is the program's. Without a `lake` the calendar has no cancelled events, and a page cannot say when the
    site was last looked at; without a `feed_key` there are no personal calendars. Events link to `page_url`, or to
    where the visitor came by. Pages of other sites may read the API from a browser if their origin is one of
    `origins`.
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
        openapi_url=api.OPENAPI_PATH,
        lifespan=lifespan,
    )
    app.state.context = AppContext(
        table, index_cache, zone, now, lake, _calendar_reader(lake), feed_key, page_url
    )
    _add_middleware(app, origins)
    _add_routers(app)
    _add_error_handlers(app)
    return app


def _add_middleware(app: FastAPI, origins: Collection[str]) -> None:
    """The last one added is the outermost: security headers are on every answer."""
    app.add_middleware(GZipMiddleware)
    app.add_middleware(HeadAsGet)
    if origins:
        app.add_middleware(ApiCors, origins=origins)
    app.add_middleware(SecurityHeaders)


def _add_routers(app: FastAPI) -> None:
    app.include_router(api.router, tags=["api"])
    app.include_router(feed.router, tags=["calendar"])
    for module in (subscribing, pages, cookies, static_files):
        app.include_router(module.router)
    app.include_router(api.moved_router())
    openapi.add_schemas(app, api.router)


def _calendar_reader(lake: Lake | None) -> Callable[[Sequence[dt.date]], list[bytes]]:
    """A function that reads the calendars of weeks from the lake."""
    if lake is None:
        return lambda _: []
    return lambda mondays: list(lake.read_many([calendar_key(monday) for monday in mondays]).values())


def _build_index(index_cache: IndexCache) -> None:
    try:
        index_cache.current()
    except StorageError:
        log.exception("Could not read the sessions at start; the next request tries again.")


def _add_error_handlers(app: FastAPI) -> None:
    @app.exception_handler(HTTPException)
    async def on_http_error(request: Request, error: HTTPException) -> Response:
        if error.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
            return _error_response(request, error.status_code, str(error.detail), headers=error.headers)
        allow = {"Allow": allowed_methods(request)}
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=allow)
        return _error_response(request, 405, f"This address answers {allow['Allow']}.", headers=allow)

    @app.exception_handler(RequestValidationError)
    async def on_invalid_parameter(request: Request, error: RequestValidationError) -> Response:
        if not _answers_problems(request):
            return _error_response(request, 422, "", [*map(mistake_words, error.errors())])
        wrong = [
            f"{'.'.join(map(str, e['loc']))}: {e['msg'].removeprefix('Value error, ')}"
            for e in error.errors()
        ]
        return _error_response(request, 422, PROBLEMS[422], wrong)

    @app.exception_handler(StorageError)
    async def on_storage_error(request: Request, error: StorageError) -> Response:
        log.error("Could not read the sessions: %s", error)
        return _error_response(request, 503, PROBLEMS[503])


def _answers_problems(request: Request) -> bool:
    """Whether programs ask at this address, and not people."""
    return request.url.path.startswith("/api") or request.url.path.endswith(".ics")


def _error_response(
    request: Request,
    status: int,
    detail: str,
    errors: list[str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    if _answers_problems(request):
        return problem(status, detail, errors, headers)
    html = pages.render("error", here="", status=status, detail=detail, errors=errors or [])
    return HTMLResponse(html, status, headers)
