"""The server under the application: uvicorn, with its limits and with the proxies that it believes."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from wod_pipeline.web.access_log import log_config
from wod_pipeline.web.connections import LARGEST_HEAD, Connections, Patience, protocol_with

WAIT_AT_END_S = 5
"""Seconds for which an answer that is being made keeps the server from stopping."""


def server_options(proxies: Collection[str] = (), patience: Patience | None = None) -> dict[str, Any]:
    """Options of uvicorn for a server that believes what `proxies` say of their visitors, and nobody else."""
    patience = patience or Patience()
    return {
        "log_config": log_config(),
        "log_level": "info",
        "server_header": False,
        "proxy_headers": bool(proxies),
        "forwarded_allow_ips": list(proxies),
        "http": protocol_with(Connections(patience, proxies)),
        "ws": "none",
        "h11_max_incomplete_event_size": LARGEST_HEAD,
        "timeout_keep_alive": patience.idle_s,
        "timeout_graceful_shutdown": WAIT_AT_END_S,
    }
