"""Names of hosts and addresses of networks, as a setting or a request writes them."""

from __future__ import annotations

import ipaddress
import re

ANY_HOST = "*"
_AUTHORITY = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?", re.IGNORECASE)
_LONGEST_NAME = 253
"""Characters of a name of a host (RFC 1035)."""


def normal_host(authority: str) -> str:
    """The host of `name`, `name:port` or `[IPv6]:port` in its one normal form, without the port.

    Lower case, without a dot at its end; an IPv6 address compressed and without brackets. Raises `ValueError` when it
    is no host.
    """
    match = _AUTHORITY.fullmatch(authority)
    if not match or int(match["port"] or 0) > 65_535 or len(match["name"]) > _LONGEST_NAME:
        raise ValueError("use a name such as training.example.com or an address such as 192.168.1.20")
    name = match["name"].lower().removesuffix(".")
    return normal_address(name.strip("[]")) if name.startswith("[") else _checked_name(name)


def _checked_name(name: str) -> str:
    if not all(name.split(".")):
        raise ValueError("use a name such as training.example.com")
    return name


def normal_address(text: str) -> str:
    """The normal form of an IP address, without a zone; one of IPv4 written as IPv6 is that of IPv4.

    Raises `ValueError` when it is none.
    """
    address = ipaddress.ip_address(text.partition("%")[0])
    return str(getattr(address, "ipv4_mapped", None) or address)


def read_hosts(text: str) -> tuple[str, ...]:
    """Hosts separated by commas, each in its normal form; `*` stands for every host."""
    return tuple(dict.fromkeys(read_host(part) for part in text.split(",") if part.strip()))


def read_host(text: str) -> str:
    """One host, in its normal form, or `*`. Letters beyond ASCII are written as browsers send them (IDNA)."""
    host = text.strip()
    if host == ANY_HOST:
        return host
    try:
        if ":" in host and not host.startswith("[") and host.count(":") > 1:
            return normal_address(host)
        return normal_host(host if host.isascii() else host.encode("idna").decode())
    except ValueError:
        raise ValueError(
            "use names or addresses of hosts such as training.example.com,192.168.1.20 (without http://), or * for "
            "every host"
        ) from None


def read_networks(text: str) -> tuple[str, ...]:
    """IP addresses and networks, separated by commas."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    try:
        return tuple(dict.fromkeys(_normal_network(part) for part in parts))
    except ValueError:
        raise ValueError("use IP addresses or networks such as 127.0.0.1,10.0.0.0/8") from None


def _normal_network(text: str) -> str:
    return str(ipaddress.ip_network(text)) if "/" in text else normal_address(text)
