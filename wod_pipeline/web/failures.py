"""Answers to what cannot be answered: a problem (RFC 9457) for programs, a page for people.

Neither holds a path of the server, a traceback or the words of an error that nobody foresaw. Such an error is logged
once, with an id that the answer names.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from wod_pipeline.errors import StorageError
from wod_pipeline.web import pages
from wod_pipeline.web.http import allowed_methods, is_answered, problem, redirect
from wod_pipeline.web.mistakes import mistake_words
from wod_pipeline.web.root_path import path_in_site

log = logging.getLogger(__name__)

REQUEST_ID = "X-Request-ID"
WRONG_PARAMETER = "A parameter is wrong."
UNREADABLE = "The sessions cannot be read for now."


class Unforeseen:
    """Answer 500 when the application fails, as long as nothing of an answer was sent."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            await self._app(scope, receive, send)
        except Exception as error:  # whatever it is, the visitor is answered and the traceback logged
            if scope["type"] != "http":
                raise
            await _log_and_answer(scope, error)(scope, receive, send)


def _log_and_answer(scope: Scope, error: Exception) -> Response:
    request_id = secrets.token_hex(6)
    # Quoted, as uvicorn does: a line break in the path would begin another line of the log.
    log.error("Request %s failed: %s %s", request_id, scope["method"], quote(scope["path"]), exc_info=error)
    return failure_answer(scope, 500, unforeseen(request_id), headers={REQUEST_ID: request_id})


def unforeseen(request_id: str) -> str:
    """What a visitor reads when the server failed."""
    return (
        "The server made a mistake, not you. Trying again may help. If not, tell whoever runs it: its log has the"
        f" cause under {request_id}."
    )


def other_methods(allowed: str) -> str:
    """What a visitor reads who used another method than these."""
    return f"This address answers {allowed}."


def failure_answer(
    scope: Scope,
    status: int,
    detail: str,
    errors: list[str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem where programs ask, a page where people do."""
    if _is_for_programs(scope):
        return problem(status, detail, errors, headers)
    html = pages.render("error", here="", status=status, detail=detail, errors=errors or [])
    return HTMLResponse(html, status, headers)


def _is_for_programs(scope: Scope) -> bool:
    path = path_in_site(scope)
    return path.startswith("/api") or path.endswith(".ics")


def add_error_handlers(app: FastAPI) -> None:
    """Let the application answer its foreseen errors."""

    @app.exception_handler(HTTPException)
    async def on_http_error(request: Request, error: HTTPException) -> Response:
        if error.status_code == HTTPStatus.NOT_FOUND and (other := _with_other_slash(request)):
            return redirect(request.scope, other, 307)
        if error.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
            return failure_answer(request.scope, error.status_code, str(error.detail), headers=error.headers)
        allow = {"Allow": allowed_methods(request)}
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=allow)
        return failure_answer(request.scope, 405, other_methods(allow["Allow"]), headers=allow)

    @app.exception_handler(RequestValidationError)
    async def on_invalid_parameter(request: Request, error: RequestValidationError) -> Response:
        return _parameter_answer(request.scope, error)

    @app.exception_handler(StorageError)
    async def on_storage_error(request: Request, error: StorageError) -> Response:
        log.error("Could not read the sessions: %s", error)
        return failure_answer(request.scope, 503, UNREADABLE)


def _parameter_answer(scope: Scope, error: RequestValidationError) -> Response:
    if not _is_for_programs(scope):
        return failure_answer(scope, 422, "", [*map(mistake_words, error.errors())])
    wrong = [
        f"{'.'.join(map(str, e['loc']))}: {e['msg'].removeprefix('Value error, ')}" for e in error.errors()
    ]
    return failure_answer(scope, 422, WRONG_PARAMETER, wrong)


def _with_other_slash(request: Request) -> str | None:
    """Path and query of the address that differs in a slash at its end, if there is one; it names no host."""
    path = path_in_site(request.scope)
    other = path.rstrip("/") if path.endswith("/") else f"{path}/"
    if not other or not is_answered(request, other):
        return None
    query = request.scope["query_string"].decode("latin-1")
    return quote(other) + (f"?{query}" if query else "")
