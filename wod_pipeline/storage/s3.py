"""The lake in an S3 bucket: one S3 object per key, under a common prefix.

An object is sent with the SHA-256 of its bytes, as a checksum that S3 verifies on arrival and as metadata, by which
a later write detects equal contents without a download.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import botocore.exceptions as boto
import urllib3

from wod_pipeline.aws import AwsFailure, code_of, in_words
from wod_pipeline.errors import NotStored, StorageCorrupt, StorageError, StorageRefused, StorageUnavailable
from wod_pipeline.pacing import backoff_s
from wod_pipeline.storage import Written
from wod_pipeline.storage._keys import validate_key
from wod_pipeline.storage._workers import run_all

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

log = logging.getLogger(__name__)

_WORKERS = 10
"""As many as botocore keeps connections by default, whatever options the client was created with."""
_ATTEMPTS = 4
"""Attempts at a put that S3 leaves undecided because another put of the key is in progress."""
_READS = 4
"""Reads of an object whose body breaks."""
_FIRST_WAIT_S = 0.1
_LONGEST_WAIT_S = 2.0
_ABSENT = {"404", "NoSuchKey", "NotFound"}
_CONTENT_TYPES = {
    ".gz": "application/gzip",
    ".json": "application/json",
    ".jsonl": "application/x-ndjson",
    ".parquet": "application/vnd.apache.parquet",
}
_ADVICE = {
    "403": "Grant s3:GetObject, s3:PutObject and s3:ListBucket; without the last, a missing object is a 403 too. If "
    "another account owns the bucket, set WOD_S3_BUCKET_OWNER to that account.",
}


class _BrokenBody(Exception):  # noqa: N818  not for callers: the object is read again
    """The body of an object broke while it was read."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


class _WrongDigestError(Exception):
    """The bytes received are not those whose digest the object's metadata has."""


class S3Lake:
    """Objects in `bucket` under `prefix`. `sleep` is called with the seconds to wait before a body is read again."""

    def __init__(
        self,
        client: S3Client,
        bucket: str,
        prefix: str = "",
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._sleep = sleep
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""

    def read(self, key: str) -> bytes:
        data = self._get(key)
        if data is None:
            raise NotStored(
                f"{self.uri(key)} does not exist.", fix="Materialize the asset and week it belongs to."
            )
        return data

    def write(self, key: str, data: bytes) -> Written:
        if self._stored_digest(key) == _sha256(data).hex():
            return Written(self.uri(key), changed=False)
        self._put(key, data)
        return Written(self.uri(key), changed=True)

    def write_once(self, key: str, data: bytes) -> Written:
        digest = self._stored_digest(key)
        if digest is None and self._put_new(key, data):
            return Written(self.uri(key), changed=True)
        # Without a digest (put by another program, or by another writer just now) the bytes are compared.
        if digest != _sha256(data).hex() and self._get(key) != data:
            raise StorageRefused(
                f"{self.uri(key)} exists with other contents and is never overwritten; it is unchanged."
            )
        return Written(self.uri(key), changed=False)

    def read_many(self, keys: Sequence[str]) -> dict[str, bytes]:
        objects = run_all(self._get, keys, workers=_WORKERS)
        return {key: data for key, data in objects.items() if data is not None}

    def write_many(self, objects: Mapping[str, bytes], *, once: bool = False) -> dict[str, Written]:
        write = self.write_once if once else self.write
        return run_all(lambda key: write(key, objects[key]), objects, workers=_WORKERS)

    def keys(self, prefix: str) -> Iterator[str]:
        pages = self._client.get_paginator("list_objects_v2")
        try:
            for page in pages.paginate(Bucket=self._bucket, Prefix=self._prefix + prefix):
                names = (entry["Key"].removeprefix(self._prefix) for entry in page.get("Contents", []))
                # Consoles create "folders" as empty objects whose name ends with a slash.
                yield from (name for name in names if not name.endswith("/") and not name.startswith("."))
        except AwsFailure as error:
            address = f"s3://{self._bucket}/{self._prefix}{prefix}"
            raise in_words(error, f"{address} could not be listed", _ADVICE) from error

    def uri(self, key: str) -> str:
        return f"s3://{self._bucket}/{self._prefix}{validate_key(key)}"

    def check(self) -> str:
        """Put an empty object that is not a key, unless it exists: S3 refuses this without write permission."""
        try:
            self._client.put_object(
                Bucket=self._bucket, Key=f"{self._prefix}.wod-check", Body=b"", IfNoneMatch="*"
            )
        except AwsFailure as error:
            if code_of(error) not in {"PreconditionFailed", "412"}:
                raise in_words(error, f"Bucket {self._bucket} cannot be written", _ADVICE) from error
        next(self.keys(""), None)  # raises without permission to list
        return f"s3://{self._bucket}/{self._prefix} can be listed and written"

    def _location(self, key: str) -> dict[str, Any]:
        return {"Bucket": self._bucket, "Key": self._prefix + validate_key(key)}

    def _get(self, key: str) -> bytes | None:
        """The object's bytes; None when there is none. A body that breaks is read again, which boto3 does not do."""
        attempt = 0
        while True:
            try:
                return self._get_once(key)
            except _BrokenBody as broken:
                if attempt == _READS - 1:
                    raise self._unreadable(key, broken.cause) from broken.cause
                log.warning("%s broke while being read (%s); reading again", self.uri(key), broken.cause)
            self._sleep(backoff_s(attempt, first_s=_FIRST_WAIT_S, longest_s=_LONGEST_WAIT_S))
            attempt += 1

    def _get_once(self, key: str) -> bytes | None:
        try:
            response = self._client.get_object(**self._location(key))
        except boto.FlexibleChecksumError as error:
            raise _BrokenBody(error) from error
        except AwsFailure as error:
            if code_of(error) in _ABSENT:
                return None
            raise in_words(error, f"{self.uri(key)} could not be read", _ADVICE) from error
        try:
            data = response["Body"].read()
        except (boto.BotoCoreError, urllib3.exceptions.HTTPError, OSError) as error:
            raise _BrokenBody(error) from error
        # Not every server sends its checksum, and without the right length a body that ends early looks whole.
        digest = response["Metadata"].get("sha256")
        if digest and digest != _sha256(data).hex():
            raise _BrokenBody(_WrongDigestError(f"{len(data)} bytes with another SHA-256"))
        return data

    def _unreadable(self, key: str, error: Exception) -> StorageError:
        """The error for a body that broke every time."""
        if isinstance(error, boto.FlexibleChecksumError | _WrongDigestError):
            return StorageCorrupt(
                f"{self.uri(key)} does not match its checksum, {_READS} times in a row.",
                fix="Run its week again, which makes the object anew.",
            )
        return StorageUnavailable(
            f"{self.uri(key)} could not be read: its body broke {_READS} times in a row ({error})."
        )

    def _stored_digest(self, key: str) -> str | None:
        """The SHA-256 in an object's metadata, empty if another program put it; None if there is no object."""
        try:
            return self._client.head_object(**self._location(key))["Metadata"].get("sha256", "")
        except AwsFailure as error:
            if code_of(error) in _ABSENT:
                return None
            raise in_words(error, f"{self.uri(key)} could not be read", _ADVICE) from error

    def _put(self, key: str, data: bytes) -> None:
        try:
            self._client.put_object(**self._put_request(key, data))
        except AwsFailure as error:
            raise in_words(error, f"{self.uri(key)} could not be written", _ADVICE) from error

    def _put_new(self, key: str, data: bytes) -> bool:
        """Put the object unless it exists; True if it was put.

        False does not tell who put it: boto3 repeats a put whose response was lost, and then finds its own object.
        """
        for _ in range(_ATTEMPTS):
            put = self._try_put_new(key, data)
            if put is not None:
                return put
        raise StorageUnavailable(f"{self.uri(key)} could not be written: other writers kept putting it.")

    def _try_put_new(self, key: str, data: bytes) -> bool | None:
        """True if the object was put, False if it exists, None if S3 could not tell because of another put."""
        try:
            self._client.put_object(**self._put_request(key, data), IfNoneMatch="*")
        except AwsFailure as error:
            if code_of(error) in {"PreconditionFailed", "412"}:
                return False
            if code_of(error) in {"ConditionalRequestConflict", "409"}:
                return None
            raise in_words(error, f"{self.uri(key)} could not be written", _ADVICE) from error
        return True

    def _put_request(self, key: str, data: bytes) -> dict[str, Any]:
        digest = _sha256(data)
        return {
            **self._location(key),
            "Body": data,
            "ContentType": _CONTENT_TYPES.get(PurePosixPath(key).suffix, "application/octet-stream"),
            "ChecksumSHA256": base64.b64encode(digest).decode(),
            "Metadata": {"sha256": digest.hex()},
        }


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
