"""The connections to a site: one time limit for a whole exchange, and the addresses a redirect may lead to.

The time limit is a `Deadline`. A name may have any number of addresses, each with a timeout of its own, so they are
tried here one by one.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Literal

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import (
    ConnectTimeoutError,
    LocationParseError,
    NameResolutionError,
    NewConnectionError,
)
from urllib3.util.connection import allowed_gai_family

from wod_pipeline.deadline import Deadline
from wod_pipeline.errors import SourceRefused

Reach = Literal["internet", "loopback", "link-local", "private"]
"""From where an address can be reached: everywhere, this machine, this wire, this network."""


class Guard(Deadline):
    """Keeps the deadline of the exchange in progress, and refuses connections that only a redirect asks for.

    `site_host` is the host of the address that a person chose: it may be anywhere.
    """

    def __init__(self) -> None:
        super().__init__()
        self._is_redirected = False
        self._site: Reach = "internet"

    @contextmanager
    def exchange(self, site_host: str, seconds: float) -> Iterator[None]:
        """Within it, connections end when `seconds` have passed."""
        self._is_redirected = False
        if (known := reach_of_host(site_host)) != "internet":  # a proxy connects without `admit`
            self._site = known
        with self.running(seconds):
            yield

    def follow(self, host: str) -> None:
        """From here on it is a redirect that asks. Raise `SourceRefused` when its host tells that it leads inside."""
        self._is_redirected = True
        self.admit(host, host)  # by name too: a proxy connects without asking

    def admit(self, host: str, address: str) -> None:
        """Raise `SourceRefused` when a redirect leads from outside to this machine or its network.

        The address that is connected to counts, whatever names lead to it, the site's own included. A site that is
        itself inside may redirect to where it can be reached from too: from loopback to loopback, but not from a
        private network to the link-local address at which clouds keep their credentials.
        """
        reach = reach_of_host(address)
        if not self._is_redirected:
            self._site = reach
        elif reach not in {"internet", self._site}:
            raise _internal_redirect(host, address)


def reach_of_host(host: str) -> Reach:
    """From where a host can be reached, as far as its text tells: an address in any form, or a name of this machine.

    IPv4 within IPv6 counts as what it is, and IPv6 that is not assigned as of this network; other names are of the
    internet.
    """
    name = host.strip("[]").partition("%")[0].rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return "loopback"
    address = _parse_address(name)
    if address is None or _is_of_the_internet(address):
        return "internet"
    if address.is_loopback or address.is_unspecified:  # to connect to 0.0.0.0 is to connect to this machine
        return "loopback"
    return "link-local" if address.is_link_local else "private"


def _is_of_the_internet(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if address.version == 6 and address not in _ASSIGNED_IPV6:
        return False
    is_special = any(address in network for network in _SPECIAL if network.version == address.version)
    return address.is_global and not address.is_multicast and not is_special


def _parse_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    with suppress(OSError, ValueError):  # 127.1, 0x7f.1 and 2130706433 are 127.0.0.1
        return ipaddress.IPv4Address(socket.inet_aton(text))
    try:
        address = ipaddress.IPv6Address(text)
    except ValueError:
        return None
    return address.ipv4_mapped or address.sixtofour or _embedded(address) or address


def _embedded(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that a translated one stands for (RFC 6052)."""
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in _TRANSLATED else None


_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
_ASSIGNED_IPV6 = ipaddress.ip_network("2000::/3")
"""All of IPv6 that networks of the internet are given (RFC 4291 §2.4); another network may use the rest itself."""
_SPECIAL = (ipaddress.ip_network("192.0.0.0/24"), ipaddress.ip_network("3fff::/20"))
"""Of the registries of special addresses what some Pythons do not know; a cloud has its credentials in the first."""


def _internal_redirect(host: str, address: str) -> SourceRefused:
    """The error of a redirect that leads out of the internet."""
    at = "" if host == address else f" at {address}"
    return SourceRefused(
        f"The site redirects to {host}{at}, which is an address of this machine or its network, not of the internet.",
        fix="If that is the site, set WOD_WORDPRESS_URL to it. If not, the site may have been taken over.",
    )


# ------------------------------------------------------------------------------------------------ urllib3
MOST_ADDRESSES = 10
"""How many addresses of a name are tried."""


class _Watched:
    """What a guarded connection adds to urllib3's."""

    guard: Guard
    host: str
    port: int
    timeout: float | None
    proxy: Any
    sock: socket.socket | None
    _dns_host: str

    def _new_conn(self) -> socket.socket:
        """Connect to the first address that answers. Raises urllib3's errors, and `SourceRefused`."""
        name, failure = self._dns_host, None
        try:
            for address in self._addresses():
                try:
                    return self._connect(address)
                except (ConnectTimeoutError, NewConnectionError) as error:
                    failure = error
                if self.guard.is_over:
                    break
        finally:
            self._dns_host = name
        raise failure or NewConnectionError(self, "the name has no address")  # type: ignore[arg-type]

    def _addresses(self) -> list[str]:
        name = self._dns_host.strip("[]")
        try:
            name.encode("idna")
            found = socket.getaddrinfo(name, self.port, allowed_gai_family(), socket.SOCK_STREAM)
        except UnicodeError as error:
            raise LocationParseError(f"{name!r}, label empty or too long") from error
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error  # type: ignore[arg-type]
        return [_literal(address) for *_, address in found[:MOST_ADDRESSES]]

    def _connect(self, address: str) -> socket.socket:
        if self.proxy is None:  # a proxy may be anywhere; it decides what it connects to
            self.guard.admit(self.host, address)
        self._dns_host, self.timeout = address, self.guard.at_most(self.timeout)
        connected: socket.socket = super()._new_conn()  # type: ignore[misc]
        self.guard.watch(connected)
        return connected

    def request(self, *args: Any, **options: Any) -> None:
        if self.sock is not None:  # it was kept open after an earlier exchange
            self.guard.watch(self.sock)
        super().request(*args, **options)  # type: ignore[misc]


def _literal(address: tuple[Any, ...]) -> str:
    """The address of a socket as a host; a link-local one with its interface."""
    host, _, *rest = address
    return f"{host}%{rest[1]}" if len(rest) == 2 and rest[1] else str(host)


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
