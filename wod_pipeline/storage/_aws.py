"""The one place where AWS clients are built, and where what AWS answers is put into words.

Nothing here knows what is stored. It imports botocore, so it is itself imported only where AWS is used.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Mapping
from typing import Any

import boto3
import botocore.exceptions as boto
from botocore.config import Config

from wod_pipeline import __version__
from wod_pipeline.errors import StorageError, StorageRefused, StorageUnavailable

AwsFailure = (boto.ClientError, boto.BotoCoreError)
"""What any call of a client may raise."""

PASSING = {
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "LimitExceededException",
    "OperationAborted",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestTimeout",
    "RequestTimeoutException",
    "ServiceUnavailable",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionConflictException",
    "TransactionInProgressException",
}
"""Codes that a later attempt can clear."""
_CONNECTIONS = 32
SHORT_WAITS: dict[str, Any] = {"connect_timeout_s": 3.0, "read_timeout_s": 5.0, "attempts": 2}
"""How a client gives up that is asked within a sensor's tick."""
_ONE_AT_A_TIME = threading.Lock()
"""Sessions may not make two clients at once; the clients themselves may be shared."""
_CREDENTIALS = (
    "Check the credentials boto3 uses: AWS_PROFILE, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the role "
    "of the machine."
)
_RIGHTS = "Give that role or user the right it lacks, or use another (AWS_PROFILE)."
_MISSING = "Run `wod aws init` to create what is missing, or correct its name in the settings."
_ADVICE = {
    "AccessDenied": _RIGHTS,
    "AccessDeniedException": _RIGHTS,
    "AuthorizationError": _RIGHTS,
    "403": _RIGHTS,
    "ExpiredToken": "Log in again: the AWS session has ended.",
    "ExpiredTokenException": "Log in again: the AWS session has ended.",
    "InvalidAccessKeyId": _CREDENTIALS,
    "InvalidClientTokenId": _CREDENTIALS,
    "SignatureDoesNotMatch": _CREDENTIALS,
    "UnrecognizedClientException": _CREDENTIALS,
    "NoSuchBucket": _MISSING,
    "NotFound": _MISSING,
    "NotFoundException": _MISSING,
    "ResourceNotFoundException": _MISSING,
    "PermanentRedirect": "The bucket is in another region: set AWS_REGION to it.",
    "AuthorizationHeaderMalformed": "The bucket is in another region: set AWS_REGION to it.",
}
_UNREACHABLE = (
    boto.ConnectionError,
    boto.HTTPClientError,
    boto.IncompleteReadError,
    boto.ResponseStreamingError,
)
_NO_LOGIN = (
    boto.NoCredentialsError,
    boto.PartialCredentialsError,
    boto.CredentialRetrievalError,
    boto.ProfileNotFound,
    boto.SSOError,
    boto.TokenRetrievalError,
    boto.UnauthorizedSSOTokenError,
)


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


def code_of(error: Exception) -> str:
    """The service's code of an error; empty when the service was not reached."""
    if not isinstance(error, boto.ClientError):
        return ""
    return str(error.response.get("Error", {}).get("Code", ""))


def in_words(error: Exception, doing: str, advice: Mapping[str, str] | None = None) -> StorageError:
    """The error as a `StorageError` that says what was being done and what to do, without any secret.

    `advice` by service code goes before the general one.
    """
    if isinstance(error, boto.ClientError):
        return _service_said(error, doing, {**_ADVICE, **(advice or {})})
    if isinstance(error, _NO_LOGIN):
        return StorageRefused(
            f"{doing}: no usable AWS credentials ({type(error).__name__}).", fix=_CREDENTIALS
        )
    if isinstance(error, boto.NoRegionError):
        return StorageRefused(f"{doing}: no AWS region is known.", fix="Set AWS_REGION, such as us-west-2.")
    if isinstance(error, _UNREACHABLE):
        return StorageUnavailable(
            f"{doing}: AWS could not be reached ({str(error).rstrip('.')}).",
            fix="Check the network, AWS_REGION and AWS_ENDPOINT_URL.",
        )
    return StorageRefused(f"{doing}: {str(error).rstrip('.')}.", fix="Check the AWS settings.")


def _service_said(error: boto.ClientError, doing: str, advice: Mapping[str, str]) -> StorageError:
    code = code_of(error)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    said = " ".join(str(error.response.get("Error", {}).get("Message", "")).split())[:300]
    what = f"{doing}: {code} {said}".rstrip(" .") + "."
    if code in PASSING or status >= 500 or status == 429:
        return StorageUnavailable(what)
    return StorageRefused(what, fix=advice.get(code, ""))
