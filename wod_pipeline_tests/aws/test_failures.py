"""Which failures of AWS a later attempt can clear."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from wod_pipeline.aws import in_words
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
