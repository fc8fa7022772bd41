"""The lake in an S3 bucket: an object for a key, under one prefix.

An object carries the SHA-256 of its bytes, once as the checksum S3 verifies on arrival and once as metadata, by
which a later write sees without a download that nothing would change.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import botocore.exceptions as boto

from wod_pipeline.aws import AwsFailure, code_of, in_words
from wod_pipeline.errors import NotStored, StorageCorrupt, StorageRefused, StorageUnavailable
from wod_pipeline.storage import Written
from wod_pipeline.storage._keys import checked_key
from wod_pipeline.storage._workers import all_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_WORKERS = 10
"""As many as botocore keeps connections by default, whoever made the client."""
_ATTEMPTS = 4
_ABSENT = {"404", "NoSuchKey", "NotFound"}
_CONTENT_TYPES = {
    ".json": "application/json",
    ".jsonl": "application/x-ndjson",
    ".parquet": "application/vnd.apache.parquet",
}
_ADVICE = {
    "403": "It needs s3:GetObject, s3:PutObject, and s3:ListBucket, without which S3 denies what is missing.",
}


class S3Lake:
    """Objects in `bucket` under `prefix`."""

    def __init__(self, client: S3Client, bucket: str, prefix: str = "") -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""

    def read(self, key: str) -> bytes:
        data = self._bytes(key)
        if data is None:
            raise NotStored(
                f"There is no {self.uri(key)}.", fix="Materialize the asset and week it belongs to."
            )
        return data

    def write(self, key: str, data: bytes) -> Written:
        if self._digest(key) == _sha256(data).hex():
            return Written(self.uri(key), changed=False)
        self._put(key, data)
        return Written(self.uri(key), changed=True)

    def write_once(self, key: str, data: bytes) -> Written:
        digest = self._digest(key)
        if digest is None and self._put_new(key, data):
            return Written(self.uri(key), changed=True)
        if digest != _sha256(data).hex() and self._bytes(key) != data:
            raise StorageRefused(
                f"{self.uri(key)} is kept for good and holds something else; it stays as it was."
            )
        return Written(self.uri(key), changed=False)

    def read_many(self, keys: Sequence[str]) -> dict[str, bytes]:
        found = all_of(lambda key: (key, self._bytes(key)), keys, workers=_WORKERS)
        return {key: data for key, data in found if data is not None}

    def write_many(self, objects: Mapping[str, bytes], *, once: bool = False) -> dict[str, Written]:
        write = self.write_once if once else self.write
        return dict(all_of(lambda pair: (pair[0], write(*pair)), objects.items(), workers=_WORKERS))

    def keys(self, prefix: str) -> Iterator[str]:
        pages = self._client.get_paginator("list_objects_v2")
        try:
            for page in pages.paginate(Bucket=self._bucket, Prefix=self._prefix + prefix):
                names = (found["Key"].removeprefix(self._prefix) for found in page.get("Contents", []))
                yield from (name for name in names if not name.endswith("/") and not name.startswith("."))
        except AwsFailure as error:
            where = f"s3://{self._bucket}/{self._prefix}{prefix}"
            raise in_words(error, f"{where} could not be listed", _ADVICE) from error

    def uri(self, key: str) -> str:
        return f"s3://{self._bucket}/{self._prefix}{checked_key(key)}"

    def check(self) -> str:
        """Put a small object of the lake's own unless it is there: refused without the right to write."""
        try:
            self._client.put_object(
                Bucket=self._bucket, Key=f"{self._prefix}.wod-check", Body=b"", IfNoneMatch="*"
            )
        except AwsFailure as error:
            if code_of(error) not in {"PreconditionFailed", "412"}:
                raise in_words(error, f"Bucket {self._bucket} cannot be written", _ADVICE) from error
        next(self.keys(""), None)
        return f"s3://{self._bucket}/{self._prefix} can be listed and written"

    def _where(self, key: str) -> dict[str, Any]:
        return {"Bucket": self._bucket, "Key": self._prefix + checked_key(key)}

    def _bytes(self, key: str) -> bytes | None:
        try:
            return self._client.get_object(**self._where(key))["Body"].read()
        except boto.FlexibleChecksumError as error:
            raise StorageCorrupt(f"{self.uri(key)} does not match its checksum.") from error
        except AwsFailure as error:
            if code_of(error) in _ABSENT:
                return None
            raise in_words(error, f"{self.uri(key)} could not be read", _ADVICE) from error

    def _digest(self, key: str) -> str | None:
        """The SHA-256 an object was written with, empty when by something else; None when there is none."""
        try:
            return self._client.head_object(**self._where(key))["Metadata"].get("sha256", "")
        except AwsFailure as error:
            if code_of(error) in _ABSENT:
                return None
            raise in_words(error, f"{self.uri(key)} could not be looked at", _ADVICE) from error

    def _put(self, key: str, data: bytes) -> None:
        try:
            self._client.put_object(**self._object(key, data))
        except AwsFailure as error:
            raise in_words(error, f"{self.uri(key)} could not be written", _ADVICE) from error

    def _put_new(self, key: str, data: bytes) -> bool:
        """Put the object unless there is one. False also when the one there is ours and its answer was lost."""
        for _ in range(_ATTEMPTS):
            done = self._try_new(key, data)
            if done is not None:
                return done
        raise StorageUnavailable(f"{self.uri(key)} could not be written: others keep writing it.")

    def _try_new(self, key: str, data: bytes) -> bool | None:
        """True when put, False when there is one, None when another put under way left that open."""
        try:
            self._client.put_object(**self._object(key, data), IfNoneMatch="*")
        except AwsFailure as error:
            if code_of(error) in {"PreconditionFailed", "412"}:
                return False
            if code_of(error) in {"ConditionalRequestConflict", "409"}:
                return None
            raise in_words(error, f"{self.uri(key)} could not be written", _ADVICE) from error
        return True

    def _object(self, key: str, data: bytes) -> dict[str, Any]:
        digest = _sha256(data)
        return {
            **self._where(key),
            "Body": data,
            "ContentType": _CONTENT_TYPES.get(PurePosixPath(key).suffix, "application/octet-stream"),
            "ChecksumSHA256": base64.b64encode(digest).decode(),
            "Metadata": {"sha256": digest.hex()},
        }


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
