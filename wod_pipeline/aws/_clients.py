"""The one place where AWS clients are built: bounded waits and retries, one session per process."""

from __future__ import annotations

import functools
import threading
from typing import Any

import boto3
import botocore.exceptions as boto
from botocore.config import Config

from wod_pipeline import __version__
from wod_pipeline.aws._failures import in_words

_CONNECTIONS = 32
SHORT_WAITS: dict[str, Any] = {"connect_timeout_s": 3.0, "read_timeout_s": 5.0, "attempts": 2}
"""How a client gives up that is asked within a sensor's tick."""
_ONE_AT_A_TIME = threading.Lock()
"""Sessions may not make two clients at once; the clients themselves may be shared."""


def client(
    service: str,
    *,
    region: str | None = None,
    endpoint_url: str | None = None,
    connect_timeout_s: float = 5.0,
    read_timeout_s: float = 20.0,
    attempts: int = 4,
    validate: bool = True,
) -> Any:
    """A client of an AWS service; what is not given is found as boto3 always finds it.

    `attempts` bounds how often botocore itself sends a request; `validate` lets it check each before sending,
    which for large DynamoDB items costs as much as sending them. Raises `StorageRefused` without a region.
    """
    config = client_config(connect_timeout_s, read_timeout_s, attempts, validate=validate)
    try:
        with _ONE_AT_A_TIME:
            return _session(region or None).client(
                service,  # type: ignore[call-overload]
                endpoint_url=endpoint_url or None,
                config=config,
            )
    except (boto.BotoCoreError, ValueError) as error:
        raise in_words(error, f"No {service} client can be made") from error


def client_config(
    connect_timeout_s: float, read_timeout_s: float, attempts: int, *, validate: bool = True
) -> Config:
    """How every client of ours behaves: bounded waits and retries, enough connections, a name."""
    return Config(
        connect_timeout=connect_timeout_s,
        read_timeout=read_timeout_s,
        max_pool_connections=_CONNECTIONS,
        parameter_validation=validate,
        retries={"mode": "standard", "total_max_attempts": attempts},
        user_agent_extra=f"wod_pipeline/{__version__}",
    )


@functools.cache
def _session(region: str | None) -> boto3.session.Session:
    """One session, since each reads botocore's descriptions of the services anew."""
    return boto3.session.Session(region_name=region)
