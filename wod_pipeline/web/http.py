"""What answers have in common: security headers, HEAD, conditional requests, JSON, and problems (RFC 9457).

A problem never names the server's paths, hosts or stack frames.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from http import HTTPStatus
from typing import Any, Generic, TypeVar

import msgspec
from fastapi.routing import APIRoute
from msgspec import Struct
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wod_pipeline.web.etags import etag_of, is_known
from wod_pipeline.web.kept import kept_answer, kept_for_s
from wod_pipeline.web.root_path import path_in_site, root_of

AnswerT = TypeVar("AnswerT")

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; script-src 'self'; object-src 'none'; style-src 'self';"
    " img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
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
    """Answer HEAD as GET without a body; some calendar programs send HEAD first."""

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


class Json(Response, Generic[AnswerT]):
    """An answer as JSON."""

    media_type = "application/json"

    def __init__(
        self, value: AnswerT, headers: Mapping[str, str] | None = None, *, lasts: bool = True
    ) -> None:
        """`lasts` false is for an answer that may differ next time though the sessions are the same."""
        super().__init__(msgspec.json.encode(value), headers=headers)
        self.lasts = lasts


class ConditionalRoute(APIRoute):
    """A route that answers 304 (RFC 9110) when the visitor has the content already.

    The ETag is the content's hash, so it changes with whatever the answer depends on, the parser included; it is
    weak, since the answer may be compressed. There is no `Last-Modified`: the time of a post says nothing about
    when the parser, the maxes or today's date last changed its answer. An answer whose endpoint names no
    `Cache-Control` is the visitor's own and compared at each visit. An endpoint under `keep` is asked only for
    an answer that is not kept.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The endpoint's handler, followed by the comparison with what the visitor has."""
        handle = super().get_route_handler()

        for_s = kept_for_s(self.endpoint)

        async def handle_conditionally(request: Request) -> Response:
            if for_s is None:
                response = await handle(request)
            else:
                response = await kept_answer(request, self.dependant, for_s, lambda: handle(request))
            return _conditional(request.headers, response) if request.method == "GET" else response

        return handle_conditionally


def _conditional(request: Headers, response: Response) -> Response:
    if response.status_code != HTTPStatus.OK:
        return response
    if "etag" not in response.headers:  # a kept answer has it
        response.headers["ETag"] = etag_of(response.body)
    etag = response.headers["ETag"]
    if "cache-control" not in response.headers:
        response.headers.update({"Cache-Control": "private, no-cache", "Vary": "Cookie"})
    if not is_known(etag, request.get("if-none-match")):
        return response
    of_body = {"content-type", "content-length"}
    kept = {name: value for name, value in response.headers.items() if name not in of_body}
    return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=kept)


class Problem(Struct, omit_defaults=True):
    """Why a request failed (RFC 9457). `errors` has one message per wrong parameter."""

    title: str
    status: int
    detail: str
    errors: list[str] = []


def problem(
    status: int, detail: str, errors: list[str] | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """A problem as JSON."""
    body = Problem(HTTPStatus(status).phrase, status, detail, errors or [])
    return Response(msgspec.json.encode(body), status, headers, media_type="application/problem+json")


def redirect(scope: Scope, address: str, status: int) -> Response:
    """A redirect to an address of this site, a path with its query; it names no host."""
    return RedirectResponse(f"{root_of(scope)}{address}", status)


def is_answered(request: Request, path: str, method: str | None = None) -> bool:
    """Whether some route answers the path, by the method or by any."""
    enough = {Match.FULL} if method else {Match.FULL, Match.PARTIAL}
    scope = {**request.scope, "path": f"{root_of(request.scope)}{path}", "method": method or request.method}
    return any(route.matches(scope)[0] in enough for route in request.app.routes)


def allowed_methods(request: Request) -> str:
    """The methods that this address answers, as the header `Allow` lists them; empty when it answers none."""
    path = path_in_site(request.scope)
    answered = [method for method in ("GET", "POST") if is_answered(request, path, method)]
    methods = [*answered, *(["HEAD"] if "GET" in answered else []), "OPTIONS"]
    return ", ".join(methods) if answered else ""
