"""The one place where AWS sessions and clients are built, and how ours wait, try again and check requests."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import boto3
import botocore.exceptions as boto
from botocore.config import Config

from wod_pipeline import __version__
from wod_pipeline.aws._bucket_owner import ANY_OWNER, LoginAccount, expect_owner, is_at_aws
from wod_pipeline.aws._connections import bound_requests
from wod_pipeline.aws._failures import in_words

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

_CONNECTIONS = 32
"""More than the threads of lake and table together, so that none waits for a connection."""
_ONE_AT_A_TIME = threading.Lock()
"""A session may not make two clients at once; the clients themselves may be shared between threads."""

_ACCOUNTS: WeakKeyDictionary[boto3.session.Session, LoginAccount] = WeakKeyDictionary()
"""The account of each session, so that STS is asked once, however many clients are made."""


@dataclass(frozen=True)
class ClientOptions:
    """How a client waits and tries again. `max_attempts` counts requests, the first one included.

    A whole request ends after `READS_PER_REQUEST` times `read_timeout_s`, and is then not tried again.
    """

    connect_timeout_s: float = 5.0
    read_timeout_s: float = 20.0
    max_attempts: int = 4
    parameter_validation: bool = True
    """Whether botocore checks a request before sending it; for large items that costs as much as sending them."""

    def as_config(self) -> Config:
        """The options as botocore takes them, with enough connections for threads and our name."""
        return Config(
            connect_timeout=self.connect_timeout_s,
            read_timeout=self.read_timeout_s,
            max_pool_connections=_CONNECTIONS,
            parameter_validation=self.parameter_validation,
            retries={"mode": "standard", "total_max_attempts": self.max_attempts},
            user_agent_extra=f"wod_pipeline/{__version__}",
        )


STANDARD = ClientOptions()
"""For the lake, secrets and the account's set-up."""
LARGE_ITEMS = ClientOptions(parameter_validation=False)
"""For the session table."""
SENSOR_TICK = ClientOptions(connect_timeout_s=3.0, read_timeout_s=5.0, max_attempts=2)
"""Short timeouts for clients used within a sensor tick: the ledger and messages."""


def client(
    service: str,
    options: ClientOptions = STANDARD,
    *,
    region: str | None = None,
    endpoint_url: str | None = None,
    session: boto3.session.Session | None = None,
    **connection: Any,
) -> Any:
    """A client of an AWS service; boto3 looks up whatever is not given, as it always does.

    `session` replaces the process's own for that region; `connection` is what else boto3's `client` takes, such
    as `verify`. Raises `StorageRefused` without a region.
    """
    with _errors_in_words(f"No {service} client can be created"), _ONE_AT_A_TIME:
        return bound_requests(session or _session(region or None)).client(
            service,  # type: ignore[call-overload]
            endpoint_url=endpoint_url or None,
            config=options.as_config(),
            **connection,
        )


def s3_client(
    options: ClientOptions = STANDARD,
    *,
    bucket_owner: str = "",
    region: str | None = None,
    session: boto3.session.Session | None = None,
    **connection: Any,
) -> Any:
    """A client of S3 that names the bucket's owner with each request, so that nobody else's bucket is used.

    `bucket_owner` is an account, `ANY_OWNER`, or empty: the account of the login, asked of STS with the first
    request, and only at an address of AWS, since another server may know no accounts. The rest is as in `client`.
    A request raises `StorageError` when STS does not tell the account.
    """
    s3 = client("s3", options, region=region, session=session, **connection)
    if bucket_owner not in {"", ANY_OWNER}:
        expect_owner(s3, lambda: bucket_owner)
    elif not bucket_owner and is_at_aws(s3):
        login = session or _session(region or None)
        account = _ACCOUNTS.setdefault(login, LoginAccount())
        verify = connection.get("verify")
        expect_owner(
            s3, lambda: account.get(lambda: client("sts", SENSOR_TICK, session=login, verify=verify))
        )
    return s3


def table(name: str, options: ClientOptions, *, session: boto3.session.Session, **connection: Any) -> Table:
    """A DynamoDB table as boto3's own object. Raises `StorageRefused` as `client` does."""
    with _errors_in_words("No dynamodb resource can be created"), _ONE_AT_A_TIME:
        return (
            bound_requests(session).resource("dynamodb", config=options.as_config(), **connection).Table(name)
        )


def session(**login: str | None) -> boto3.session.Session:
    """A session with a region and login of its own. Raises `StorageRefused` for an unknown profile."""
    with _errors_in_words("No AWS session can be created"):
        return boto3.session.Session(**login)  # type: ignore[arg-type]


@contextmanager
def _errors_in_words(doing: str) -> Iterator[None]:
    try:
        yield
    except (boto.BotoCoreError, ValueError) as error:
        raise in_words(error, doing) from error


@functools.cache
def _session(region: str | None) -> boto3.session.Session:
    """One session for a region, since each reads botocore's descriptions of the services again."""
    return boto3.session.Session(region_name=region)
