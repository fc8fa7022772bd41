"""Failures of AWS as our errors, without any secret, and which of them a later attempt can clear."""

from __future__ import annotations

import datetime as dt
import email.utils
from collections.abc import Mapping

import botocore.exceptions as boto
from botocore.parsers import ResponseParserError

from wod_pipeline.errors import StorageError, StorageRefused, StorageUnavailable
from wod_pipeline.wording import clock_advice, is_clock_trouble, shorten

AwsFailure = (boto.ClientError, boto.BotoCoreError, ResponseParserError)
"""What any call of a client may raise."""


class AwsDeadlineError(boto.BotoCoreError):
    """A request that was ended since it took too long; botocore does not try such a one again."""

    fmt = "{service} did not finish its answer within {seconds:g} seconds"


PASSING = frozenset(
    (
        "InternalError InternalFailure InternalServerError LimitExceededException OperationAborted"
        " PriorRequestNotComplete ProvisionedThroughputExceededException RequestLimitExceeded RequestTimeout"
        " RequestTimeoutException ServiceUnavailable SlowDown ThrottledException Throttling"
        " ThrottlingException TooManyRequestsException TransactionConflictException"
        " TransactionInProgressException"
    ).split()
)
"""Codes that a later attempt can clear."""
_LONGEST_MESSAGE = 300
"""Characters of a service's message; some quote the whole request."""
_CREDENTIALS = (
    "Check the credentials boto3 uses: AWS_PROFILE, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the role "
    "of the machine."
)
_RIGHTS = "Give that role or user the right it lacks, or use another (AWS_PROFILE)."
_MISSING = "Run `wod aws init` to create what is missing, or correct its name in the settings."
_KEY = "Give that role or user kms:GenerateDataKey* and kms:Decrypt on the key that encrypts the topic."
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
    "KMSAccessDenied": _KEY,
    "KMSAccessDeniedException": _KEY,
    "NoSuchBucket": _MISSING,
    "NotFound": _MISSING,
    "NotFoundException": _MISSING,
    "ResourceNotFoundException": _MISSING,
    "PermanentRedirect": "The bucket is in another region: set AWS_REGION to it.",
    "AuthorizationHeaderMalformed": "The bucket is in another region: set AWS_REGION to it.",
}
_SKEWED = {"RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"}
"""Codes for a request that was signed at another time than the service's."""
_UNREACHABLE = (
    boto.ConnectionError,
    boto.HTTPClientError,
    boto.IncompleteReadError,
    boto.ResponseStreamingError,
    ResponseParserError,  # an answer that was cut short
)
_NO_CREDENTIALS = (
    boto.NoCredentialsError,
    boto.PartialCredentialsError,
    boto.CredentialRetrievalError,
    boto.ProfileNotFound,
    boto.SSOError,
    boto.TokenRetrievalError,
    boto.UnauthorizedSSOTokenError,
)


def code_of(error: Exception) -> str:
    """The service's code of an error; empty when the service was not reached."""
    if not isinstance(error, boto.ClientError):
        return ""
    return str(error.response.get("Error", {}).get("Code", ""))


def in_words(error: Exception, doing: str, advice: Mapping[str, str] | None = None) -> StorageError:
    """The error as a `StorageError` that says what failed (`doing`) and what to do, without any secret.

    `advice` by service code takes precedence over the general advice.
    """
    if isinstance(error, boto.ClientError):
        return _from_service(error, doing, {**_ADVICE, **(advice or {})})
    if isinstance(error, _NO_CREDENTIALS):
        return StorageRefused(
            f"{doing}: no usable AWS credentials ({type(error).__name__}).", fix=_CREDENTIALS
        )
    if isinstance(error, boto.NoRegionError):
        return StorageRefused(f"{doing}: no AWS region is known.", fix="Set AWS_REGION, such as us-west-2.")
    if isinstance(error, boto.SSLError) and is_clock_trouble(str(error)):
        return StorageRefused(
            f"{doing}: {str(error).rstrip('.')}.", fix=clock_advice(dt.datetime.now(dt.timezone.utc))
        )
    return _unanswered(error, doing) or StorageRefused(
        f"{doing}: {str(error).rstrip('.')}.", fix="Check the AWS settings."
    )


def _unanswered(error: Exception, doing: str) -> StorageUnavailable | None:
    """The error of a request that got no whole answer; None for another one."""
    if isinstance(error, AwsDeadlineError):
        return StorageUnavailable(f"{doing}: {error}.", fix="Check the network and AWS_ENDPOINT_URL.")
    if isinstance(error, _UNREACHABLE):
        return StorageUnavailable(
            f"{doing}: AWS could not be reached ({str(error).rstrip('.')}).",
            fix="Check the network, AWS_REGION and AWS_ENDPOINT_URL.",
        )
    return None


def _server_time(error: boto.ClientError) -> dt.datetime | None:
    """What time it was at the service when it answered."""
    headers = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    try:
        return email.utils.parsedate_to_datetime(headers["date"])
    except (KeyError, TypeError, ValueError):
        return None


def _from_service(error: boto.ClientError, doing: str, advice: Mapping[str, str]) -> StorageError:
    code = code_of(error)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    # Some servers answer without a message, which botocore hands on as None.
    message = " ".join(str(error.response.get("Error", {}).get("Message") or "").split())
    what = f"{doing}: {code} {shorten(message, _LONGEST_MESSAGE)}".rstrip(" .") + "."
    if code in PASSING or status >= 500 or status == 429:
        return StorageUnavailable(what)
    if code in _SKEWED or is_clock_trouble(message):
        return StorageRefused(what, fix=clock_advice(dt.datetime.now(dt.timezone.utc), _server_time(error)))
    return StorageRefused(what, fix=advice.get(code, ""))
