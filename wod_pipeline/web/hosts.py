"""Which names of this server a request may give as `Host`.

A page of another site can let its own name point to this server (DNS rebinding); a browser would then let it read
what is answered. So a name that nobody allowed is refused. The address that the connection came to is always
allowed: no name is involved, and whoever listens on every address need not list them.
"""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from wod_pipeline.settings import ANY_HOST, Settings, normal_address, normal_host
from wod_pipeline.web.failures import failure_answer

LOOPBACK = ("localhost", "127.0.0.1", "::1")
"""The names by which a computer opens its own server."""

NOT_ONE_HOST = "A request has to name one host, in the header Host."


def hosts_of(settings: Settings) -> tuple[str, ...]:
    """The hosts of the settings: those allowed by name, that of the page's address, and the loopback names."""
    page_host = urlsplit(settings.page_url).netloc
    return (*settings.allowed_hosts, *((normal_host(page_host),) if page_host else ()), *LOOPBACK)


class AllowedHosts:
    """Refuse a request for a host that is not allowed (421), or that names none or several (400)."""

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or ANY_HOST in self._hosts:
            await self._app(scope, receive, send)
            return
        host = _host_of(scope)
        if host is None:
            await failure_answer(scope, 400, NOT_ONE_HOST)(scope, receive, send)
        elif host in self._hosts or host == _own_address(scope):
            await self._app(scope, receive, send)
        else:
            await failure_answer(scope, 421, not_allowed(host))(scope, receive, send)


def not_allowed(host: str) -> str:
    """What a visitor reads who came by a name that is not allowed."""
    return (
        f"This server does not know itself as “{host}”. If it is reached by that name, whoever runs it starts it with"
        f" `wod serve --allowed-host {host}`, or sets WOD_ALLOWED_HOSTS={host}."
    )


def _host_of(scope: Scope) -> str | None:
    """The one host that the request names, in its normal form; None when it names none, several or no host."""
    names = [value for name, value in scope["headers"] if name == b"host"]
    if len(names) != 1:
        return None
    try:
        return normal_host(names[0].decode("latin-1"))
    except ValueError:
        return None


def _own_address(scope: Scope) -> str | None:
    """The address of this machine that the connection came to; None for what has none, such as a socket file."""
    try:
        return normal_address((scope.get("server") or ("",))[0])
    except ValueError:
        return None
