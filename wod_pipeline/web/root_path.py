"""The path under which a proxy serves the site: `/wod` of `https://gym.example/wod`, empty without one.

A proxy may leave that path in the requests it passes on or take it off; both are answered. Pages put it before
their addresses by `in_site`, answers by `root_of`.
"""

from __future__ import annotations

from contextvars import ContextVar
from urllib.parse import unquote, urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

_current: ContextVar[str] = ContextVar("root_path", default="")


class RootPath:
    """Let the application see its root path in `scope`, and in every path."""

    def __init__(self, app: ASGIApp, page_url: str = "") -> None:
        self._app = app
        self._root = unquote(urlsplit(page_url).path).rstrip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        root = scope.get("root_path") or self._root
        token = _current.set(root)
        try:
            await self._app(
                {**scope, "root_path": root, "path": _path_below(root, scope["path"])}, receive, send
            )
        finally:
            _current.reset(token)


def _path_below(root: str, path: str) -> str:
    """The path with the root before it; the root alone is the site's first page."""
    if path == root:
        return f"{root}/"
    return path if path.startswith(f"{root}/") else f"{root}{path}"


def root_of(scope: Scope) -> str:
    """The root path of a request."""
    return str(scope.get("root_path", ""))


def path_in_site(scope: Scope) -> str:
    """The path of a request without the root path."""
    return str(scope["path"]).removeprefix(root_of(scope))


def in_site(path: str) -> str:
    """The path of an address of this site, as a page that is being made has to link to it."""
    return f"{_current.get()}{path}"
