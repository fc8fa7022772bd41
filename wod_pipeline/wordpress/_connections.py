"""The connections to a site: one time limit for a whole exchange, and the addresses a redirect may lead to.

A timeout of `requests` is for the next bytes only: a server that sends a byte now and then, of a status line, of
headers, of the size of a chunk or of one `100 Continue` after another, would be waited for without end. So the
exchange has a timer, which shuts its sockets down: whatever waits for them then ends. Only the lookup of a name
cannot be ended; the resolver of the system bounds it.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from wod_pipeline.errors import SourceRefused


class Guard:
    """Keeps the deadline of the exchange in progress, and refuses connections that only a redirect asks for.

    One exchange at a time. `site_host` is the host of the address that a person chose: it may be anywhere.
    """

    def __init__(self) -> None:
        self.is_over = False
        """Whether the last exchange was ended by its deadline."""
        self._lock = threading.Lock()
        self._watched: list[socket.socket] = []
        self._is_running = False
        self._site_host = ""
        self._site_is_internal = False

    @contextmanager
    def exchange(self, site_host: str, seconds: float) -> Iterator[None]:
        """Within it, connections end when `seconds` have passed."""
        self.is_over, self._is_running, self._site_host = False, True, site_host
        timer = threading.Timer(seconds, self._end)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            with self._lock:
                self._is_running = False
                watched, self._watched = self._watched, []
            for each in watched:
                each.close()

    def watch(self, connected: socket.socket) -> None:
        """Shut the socket down at the deadline, even when TLS has taken it over by then."""
        with self._lock:
            if not self._is_running:
                return
            # A second handle on the connection: TLS detaches the first.
            self._watched.append(socket.socket(fileno=os.dup(connected.fileno())))
            if self.is_over:
                _shut_down(self._watched[-1])

    def admit(self, host: str, connected: socket.socket) -> None:
        """Raise `SourceRefused` for a redirect from outside to an address of this machine or its network.

        The address that was reached counts, whatever names lead to it.
        """
        address = connected.getpeername()[0]
        if _same_host(host, self._site_host):
            self._site_is_internal = is_internal_address(address)
        elif is_internal_address(address) and not self._site_is_internal:
            raise internal_redirect(host, address)

    def is_of_site(self, host: str) -> bool:
        """Whether a redirect may lead to the host of an internal address: the site is there, or internal itself."""
        return self._site_is_internal or _same_host(host, self._site_host)

    def _end(self) -> None:
        with self._lock:
            if not self._is_running:
                return
            self.is_over = True
            for each in self._watched:
                _shut_down(each)


def _shut_down(connected: socket.socket) -> None:
    with suppress(OSError):  # it is closed already
        connected.shutdown(socket.SHUT_RDWR)


def _same_host(one: str, other: str) -> bool:
    return one.strip("[]").rstrip(".").lower() == other.strip("[]").rstrip(".").lower()


def is_internal_address(text: str) -> bool:
    """Whether an IP address is not of the internet: loopback, private, link-local, reserved or unspecified.

    False for text that is no address. IPv4 within IPv6 counts as what it is.
    """
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or address.sixtofour or _embedded(address) or address
    return not address.is_global or address.is_multicast


def _embedded(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that a translated one stands for (RFC 6052)."""
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in _TRANSLATED else None


_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")


def internal_redirect(host: str, address: str) -> SourceRefused:
    """The error of a redirect that leads out of the internet."""
    at = "" if _same_host(host, address) else f" at {address}"
    return SourceRefused(
        f"The site redirects to {host}{at}, which is an address of this machine or its network, not of the internet.",
        fix="If that is the site, set WOD_WORDPRESS_URL to it. If not, the site may have been taken over.",
    )


# ------------------------------------------------------------------------------------------------ urllib3
class _Watched:
    """What a guarded connection adds to urllib3's."""

    guard: Guard
    host: str
    proxy: Any
    sock: socket.socket | None

    def _new_conn(self) -> socket.socket:
        connected: socket.socket = super()._new_conn()  # type: ignore[misc]
        try:
            if self.proxy is None:  # a proxy may be anywhere; it decides what it connects to
                self.guard.admit(self.host, connected)
            self.guard.watch(connected)
        except BaseException:
            connected.close()
            raise
        return connected

    def request(self, *args: Any, **options: Any) -> None:
        if self.sock is not None:  # it was kept open after an earlier exchange
            self.guard.watch(self.sock)
        super().request(*args, **options)  # type: ignore[misc]


class GuardedAdapter(HTTPAdapter):
    """Makes all connections of a session through a guard."""

    def __init__(self, guard: Guard) -> None:
        http = type("GuardedConnection", (_Watched, HTTPConnection), {"guard": guard})
        https = type("GuardedTlsConnection", (_Watched, HTTPSConnection), {"guard": guard})
        self._pools = {
            "http": type("GuardedPool", (HTTPConnectionPool,), {"ConnectionCls": http}),
            "https": type("GuardedTlsPool", (HTTPSConnectionPool,), {"ConnectionCls": https}),
        }
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Use guarded pools for direct connections."""
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """Use guarded pools for connections through a proxy."""
        manager = super().proxy_manager_for(proxy, **options)
        manager.pool_classes_by_scheme = self._pools
        return manager
