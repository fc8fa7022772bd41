"""Which failures of AWS a later attempt can clear."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, SSLError
from botocore.parsers import ResponseParserError

from wod_pipeline.aws import AwsFailure, in_words
from wod_pipeline.errors import StorageError, StorageRefused, StorageUnavailable


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("Unheard", 429, StorageUnavailable),
        ("Unheard", 500, StorageUnavailable),
        ("Unheard", 503, StorageUnavailable),
        ("SlowDown", 400, StorageUnavailable),
        ("Unheard", 400, StorageRefused),
        ("AccessDenied", 403, StorageRefused),
    ],
)
def test_a_later_attempt_helps_by_code_or_by_status(code: str, status: int, kind: type[StorageError]) -> None:
    response = {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": status}}
    error = ClientError(response, "PutObject")  # type: ignore[arg-type]
    assert type(in_words(error, "The object could not be written")) is kind


def test_a_server_that_gives_no_message_is_not_quoted_as_none() -> None:
    response = {
        "Error": {"Code": "NoSuchBucket", "Message": None},
        "ResponseMetadata": {"HTTPStatusCode": 404},
    }
    error = ClientError(response, "GetObject")  # type: ignore[arg-type]
    assert (
        in_words(error, "The object could not be read").what == "The object could not be read: NoSuchBucket."
    )


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (
            "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large.",
        ),
        (
            "InvalidSignatureException",
            "Signature expired: 20201221T000000Z is now earlier than 20261127T000000Z",
        ),
        ("SignatureDoesNotMatch", "Signature not yet current: 20301221T000000Z is still later than now"),
    ],
)
def test_a_wrong_clock_is_named_as_such_with_both_times(code: str, message: str) -> None:
    metadata = {"HTTPStatusCode": 403, "HTTPHeaders": {"date": "Mon, 21 Dec 2020 08:30:00 GMT"}}
    response = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": metadata}
    error = in_words(ClientError(response, "PutObject"), "Failed")  # type: ignore[arg-type]
    assert error.fix.startswith("Set this machine's clock, if it is wrong: it says ")
    assert error.fix.endswith("UTC, the other side 2020-12-21 08:30.")


def test_a_certificate_that_is_not_valid_yet_may_be_a_wrong_clock() -> None:
    reason = "certificate verify failed: certificate is not yet valid"
    error = in_words(SSLError(endpoint_url="https://s3.example", error=reason), "Failed")
    assert error.fix.startswith("Set this machine's clock")


def test_an_answer_that_was_cut_short_may_be_whole_the_next_time() -> None:
    assert issubclass(ResponseParserError, AwsFailure)
    assert type(in_words(ResponseParserError("no element found"), "Failed")) is StorageUnavailable
