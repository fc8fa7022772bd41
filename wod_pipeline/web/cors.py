"""Who else may read the API from a browser: pages of the origins that a setting names (CORS), and no others.

Only GET and HEAD, and never with credentials: a browser then does not hand an answer to another site if it was asked
with the visitor's cookie. Such a site gives maxes as parameters instead.
"""

from __future__ import annotations

from collections.abc import Collection

from starlette.datastructures import MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REMEMBER_S = 3600
"""Seconds for which a browser need not ask again whether it may send `If-None-Match`."""


class ApiCors:
    """Let pages of these origins read what is under ``/api``; every other address stays closed to them."""

    def __init__(self, app: ASGIApp, origins: Collection[str]) -> None:
        self._app = app
        self._open = CORSMiddleware(
            app,
            allow_origins=origins,
            allow_methods=("GET", "HEAD"),
            allow_headers=("If-None-Match",),
            expose_headers=("ETag", "Link", "Allow", "Retry-After", "X-Request-ID"),
            max_age=REMEMBER_S,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or not scope["path"].startswith(f"{scope.get('root_path', '')}/api/"):
            await self._app(scope, receive, send)
            return

        async def send_consistently(message: Message) -> None:
            if message["type"] == "http.response.start":
                _open_resource(MutableHeaders(scope=message))
            await send(message)

        await self._open(scope, receive, send_consistently)


def _open_resource(headers: MutableHeaders) -> None:
    """An answer that another origin may read must not be kept from it by `Cross-Origin-Resource-Policy`.

    Whether it may be read depends on the origin, also in the answers to requests that named none.
    """
    if "access-control-allow-origin" in headers:
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if "origin" not in headers.get("vary", "").lower():
        headers.add_vary_header("Origin")
