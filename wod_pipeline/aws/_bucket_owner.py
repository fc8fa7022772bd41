"""Every S3 request with the account that must own the bucket, so that nobody else's bucket of that name is used."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from wod_pipeline.aws._failures import AwsFailure, in_words

ANY_OWNER = "any"
"""In place of an account: S3 does not compare the owner."""
_HOSTS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")
_PARAMETER = "ExpectedBucketOwner"
_ADVICE = {
    "AccessDenied": "Set WOD_S3_BUCKET_OWNER to the account that owns the bucket; then STS is not asked.",
}


class LoginAccount:
    """The account of a login, asked of STS once, by whichever thread is first; after a failure it is asked again."""

    def __init__(self) -> None:
        self._number = ""
        self._lock = threading.Lock()

    def get(self, open_sts: Callable[[], Any]) -> str:
        """The account's number. Raises `StorageError` when STS does not tell it."""
        with self._lock:
            self._number = self._number or _ask(open_sts)
            return self._number


def expect_owner(s3: Any, owner: Callable[[], str]) -> None:
    """Send `ExpectedBucketOwner` with each request of the client that takes it; `owner` is called for every one."""

    def add_owner(params: dict[str, Any], model: Any, **_: Any) -> None:
        if _PARAMETER in model.input_shape.members:
            params.setdefault(_PARAMETER, owner())

    s3.meta.events.register("provide-client-params.s3", add_owner)


def is_at_aws(client: Any) -> bool:
    """Whether a client's address is one of AWS's own, such as that of a VPC's endpoint."""
    return (urlsplit(client.meta.endpoint_url).hostname or "").endswith(_HOSTS)


def _ask(open_sts: Callable[[], Any]) -> str:
    try:
        return str(open_sts().get_caller_identity()["Account"])
    except AwsFailure as error:
        doing = "STS did not say which account this login is of, which must own the bucket"
        raise in_words(error, f"{doing} (WOD_S3_BUCKET_OWNER is not set)", _ADVICE) from error
