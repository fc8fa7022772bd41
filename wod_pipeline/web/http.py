"""What every answer has in common: security headers, conditional requests, and problems said clearly.

A problem is JSON (RFC 9457) under ``/api`` and a page elsewhere. Neither repeats what the server knows of
itself: no path, no host, no stack.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus

import msgspec
from msgspec import Struct
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; script-src 'none'; object-src 'none'; style-src 'self';"
    " img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class SecurityHeaders:
    """Put `SECURITY_HEADERS` on every answer, errors and static files included."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


class HeadAsGet:
    """Answer HEAD as GET without its body, for calendar programs that ask so first."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def send_without_body(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await self._app({**scope, "method": "GET"}, receive, send_without_body)


def answer(
    request: Request,
    body: bytes | str,
    media_type: str,
    modified: dt.datetime | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """`body`, or 304 when the visitor has it already.

    The ETag is the content's own hash, so it holds whatever the answer depends on; it is weak, as the answer may
    be sent zipped. `modified` is given only where nothing but posts decides the content; it is used when the
    visitor sends no ETag.
    """
    data = body.encode() if isinstance(body, str) else body
    etag = f'W/"{hashlib.sha256(data).hexdigest()[:32]}"'
    common = {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Cookie", **(headers or {})}
    if modified is not None:
        common["Last-Modified"] = format_datetime(modified, usegmt=True)
    if _known(request, etag, modified):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=common)
    return Response(data, media_type=media_type, headers=common)


def _known(request: Request, etag: str, modified: dt.datetime | None) -> bool:
    tags = request.headers.get("if-none-match")
    if tags is not None:
        known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        return "*" in known or etag.removeprefix("W/") in known
    since = request.headers.get("if-modified-since")
    if since is None or modified is None:
        return False
    try:
        return parsedate_to_datetime(since) >= modified
    except (TypeError, ValueError):
        return False


class Problem(Struct, omit_defaults=True):
    """What went wrong with a request (RFC 9457). `errors` names the parameters that are wrong."""

    title: str
    status: int
    detail: str
    errors: list[str] = []


def problem(status: int, detail: str, errors: list[str] | None = None) -> Response:
    """A problem as JSON."""
    body = Problem(HTTPStatus(status).phrase, status, detail, errors or [])
    return Response(msgspec.json.encode(body), status, media_type="application/problem+json")
