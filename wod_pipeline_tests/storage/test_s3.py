"""The lake in S3: checksums and metadata, unchanged objects that are not written again, and the errors of S3."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.server
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from typing import Any

import botocore.exceptions as boto
import pytest

from wod_pipeline.aws import client
from wod_pipeline.aws.setup import ensure_bucket
from wod_pipeline.errors import (
    NotStored,
    StorageCorrupt,
    StorageError,
    StorageRefused,
    StorageUnavailable,
)
from wod_pipeline.storage.s3 import S3Lake
from wod_pipeline_tests.servers.aws import AwsServer
from wod_pipeline_tests.servers.aws_faults import answer, before_next, operations, with_parameters

KEY = "raw_posts/week=2021-03-01/posts.json"
BUCKET = "harbour-lake"


@pytest.fixture
def s3(aws: AwsServer) -> Any:
    s3 = aws.client("s3", max_attempts=2)
    ensure_bucket(s3, BUCKET, aws.region)
    return s3


@pytest.fixture
def lake(s3: Any) -> S3Lake:
    return S3Lake(s3, BUCKET, "/programs/", sleep=lambda _: None)


@pytest.fixture
def requests(s3: Any) -> list[str]:
    return operations(s3)


def test_an_object_carries_type_checksum_and_digest(lake: S3Lake, s3: Any) -> None:
    sent: list[Any] = []
    s3.meta.events.register("before-send.s3.PutObject", lambda request, **_: sent.append(request.headers))
    written = lake.write(KEY, b"[]\n")
    assert written.uri == f"s3://{BUCKET}/programs/{KEY}"
    head = s3.head_object(Bucket=BUCKET, Key=f"programs/{KEY}")
    digest = hashlib.sha256(b"[]\n").digest()
    assert head["ContentType"] == "application/json"
    assert sent[0]["x-amz-checksum-sha256"] == base64.b64encode(digest)
    assert head["Metadata"] == {"sha256": digest.hex()}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.json", "application/json"),
        ("a.jsonl", "application/x-ndjson"),
        ("a.parquet", "application/vnd.apache.parquet"),
        ("a", "application/octet-stream"),
    ],
)
def test_the_content_type_follows_the_name(lake: S3Lake, s3: Any, name: str, kind: str) -> None:
    lake.write(f"x/{name}", b"1")
    assert s3.head_object(Bucket=BUCKET, Key=f"programs/x/{name}")["ContentType"] == kind


def test_an_unchanged_object_is_neither_downloaded_nor_written(lake: S3Lake, requests: list[str]) -> None:
    lake.write(KEY, b"a")
    lake.write_once("r/1", b"b")
    requests.clear()
    assert not lake.write(KEY, b"a").changed
    assert not lake.write_once("r/1", b"b").changed
    assert requests == ["HeadObject", "HeadObject"]


def test_an_object_put_there_by_another_program_is_compared_by_its_bytes(lake: S3Lake, s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key="programs/r/1", Body=b"same")
    assert not lake.write_once("r/1", b"same").changed
    with pytest.raises(StorageRefused, match="never overwritten"):
        lake.write_once("r/1", b"other")


def test_an_own_write_whose_answer_was_lost_is_no_conflict(
    lake: S3Lake, s3: Any, requests: list[str]
) -> None:
    """The store commits, the answer is a 500; boto3 sends again and is told that the object exists."""
    answer(s3, "PutObject", 500, "InternalError", times=1, done=True)
    assert not lake.write_once(KEY, b"ours").changed
    assert lake.read(KEY) == b"ours"
    assert requests == ["HeadObject", "PutObject", "GetObject", "GetObject"]


def test_a_lost_race_for_an_object_is_a_conflict_only_when_the_bytes_differ(lake: S3Lake, s3: Any) -> None:
    other = S3Lake(s3, BUCKET, "programs")

    before_next(s3, "PutObject", lambda: other.write_once(KEY, b"theirs"))
    with pytest.raises(StorageRefused, match="never overwritten"):
        lake.write_once(KEY, b"ours")
    assert lake.read(KEY) == b"theirs"


def test_a_conflict_with_a_put_under_way_is_tried_again_within_bounds(lake: S3Lake, s3: Any) -> None:
    answer(s3, "PutObject", 409, "ConditionalRequestConflict", times=2)
    assert lake.write_once(KEY, b"a").changed
    answer(s3, "PutObject", 409, "ConditionalRequestConflict")
    with pytest.raises(StorageUnavailable, match="other writers kept putting it"):
        lake.write_once("r/2", b"a")


@pytest.mark.parametrize(
    ("status", "code", "kind", "advice"),
    [
        (503, "SlowDown", StorageUnavailable, "A rerun can clear this"),
        (500, "InternalError", StorageUnavailable, "A rerun can clear this"),
        (403, "AccessDenied", StorageRefused, "the right it lacks"),
        (403, "InvalidAccessKeyId", StorageRefused, "Check the credentials"),
        (400, "ExpiredToken", StorageRefused, "Log in again"),
        (404, "NoSuchBucket", StorageRefused, "wod aws init"),
        (301, "PermanentRedirect", StorageRefused, "another region"),
    ],
)
def test_an_error_of_s3_is_reported_with_a_fix_and_the_object_is_unchanged(
    lake: S3Lake, s3: Any, status: int, code: str, kind: type[StorageError], advice: str
) -> None:
    lake.write(KEY, b"old")
    for operation, attempt in attempts(lake).items():
        answer(s3, operation, status, code)
        with pytest.raises(kind, match=rf"s3://{BUCKET}/programs/raw_posts.*{code}.*{advice}"):
            attempt()
    assert S3Lake(AwsServer(s3.meta.endpoint_url).client("s3"), BUCKET, "programs").read(KEY) == b"old"


def attempts(lake: S3Lake) -> dict[str, Callable[[], object]]:
    return {
        "GetObject": lambda: lake.read(KEY),
        "PutObject": lambda: lake.write(KEY, b"new"),
        "ListObjectsV2": lambda: list(lake.keys("raw_posts/")),
    }


def test_a_denied_head_names_the_missing_permission(lake: S3Lake, s3: Any) -> None:
    """Without s3:ListBucket, S3 answers 403 for a missing object instead of 404."""
    answer(s3, "HeadObject", 403, "403")
    with pytest.raises(StorageRefused, match="ListBucket"):
        lake.write(KEY, b"a")


def test_a_slow_down_response_is_retried(lake: S3Lake, s3: Any) -> None:
    answer(s3, "PutObject", 503, "SlowDown", times=1)
    assert lake.write(KEY, b"a").changed


def test_a_bucket_that_does_not_exist_is_not_an_empty_lake(s3: Any) -> None:
    lake = S3Lake(s3, "no-such-lake")
    for attempt in (lambda: list(lake.keys("")), lambda: lake.read(KEY), lambda: lake.write(KEY, b"a")):
        with pytest.raises(StorageError, match="wod aws init") as caught:
            attempt()
        assert not isinstance(caught.value, NotStored)


def test_a_server_out_of_reach_can_be_tried_again(aws_environment: None) -> None:
    lake = S3Lake(AwsServer("http://127.0.0.1:9").client("s3", max_attempts=1, connect_timeout_s=0.2), BUCKET)
    with pytest.raises(StorageUnavailable, match="could not be reached"):
        lake.read(KEY)


def test_missing_credentials_are_reported(monkeypatch: pytest.MonkeyPatch, s3: Any, lake: S3Lake) -> None:
    def none(**_: Any) -> None:
        raise boto.NoCredentialsError

    s3.meta.events.register("before-call.s3", none)
    with pytest.raises(StorageRefused, match=r"no usable AWS credentials.*AWS_PROFILE"):
        lake.read(KEY)


def test_bytes_that_do_not_match_their_checksum_are_corrupt(lake: S3Lake, s3: Any) -> None:
    lake.write(KEY, b"good")

    def spoil(parsed: dict[str, Any], **_: Any) -> None:
        raise boto.FlexibleChecksumError(error_msg="Expected checksum a did not match b")

    s3.meta.events.register("after-call.s3.GetObject", spoil)
    with pytest.raises(StorageCorrupt, match="checksum"):
        lake.read(KEY)


class BreakingServer(http.server.ThreadingHTTPServer):
    """S3 for one object, whose body breaks the first `breaks` times: cut short, dropped, or with a wrong byte.

    `short` and `unending`: cut short with the length of what is left, or with none, by a server without checksums.
    """

    def __init__(self, data: bytes, how: str, breaks: int) -> None:
        super().__init__(("127.0.0.1", 0), BreakingHandler)
        self.data, self.how, self.breaks, self.requests = data, how, breaks, 0

    @property
    def client(self) -> Any:
        return client("s3", region="us-west-2", endpoint_url=f"http://127.0.0.1:{self.server_address[1]}")


class BreakingHandler(http.server.BaseHTTPRequestHandler):
    server: BreakingServer

    def do_GET(self) -> None:
        server = self.server
        server.requests += 1
        breaks, data = server.requests <= server.breaks, server.data
        body = data[: len(data) // 2] if breaks and server.how in {"cut", "short", "unending"} else data
        if breaks and server.how == "spoilt":
            body = b"X" + data[1:]
        self.send_response(200)
        digest = hashlib.sha256(data)
        if server.how in {"short", "unending"}:
            self.send_header("x-amz-meta-sha256", digest.hexdigest())
        else:
            self.send_header("x-amz-checksum-sha256", base64.b64encode(digest.digest()).decode())
        if server.how != "unending":
            self.send_header("Content-Length", str(len(body if server.how == "short" else data)))
        self.end_headers()
        if breaks and server.how == "reset":
            self.wfile.write(data[:10])
            self.wfile.flush()
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            self.wfile.write(body)
        self.close_connection = True

    def log_message(self, *_: object) -> None: ...


@contextlib.contextmanager
def breaking(how: str, breaks: int) -> Iterator[BreakingServer]:
    with BreakingServer(b'{"a": 1}' * 50_000, how, breaks) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("how", ["cut", "reset", "spoilt", "short", "unending"])
def test_a_body_that_breaks_while_being_read_is_read_again(how: str, aws_environment: None) -> None:
    waits: list[float] = []
    with breaking(how, breaks=2) as server:
        assert S3Lake(server.client, "bucket", sleep=waits.append).read("a.json") == server.data
        assert (server.requests, len(waits)) == (3, 2)


@pytest.mark.parametrize(
    ("how", "kind"),
    [
        ("cut", StorageUnavailable),
        ("reset", StorageUnavailable),
        ("spoilt", StorageCorrupt),
        ("short", StorageCorrupt),
    ],
)
def test_a_body_that_always_breaks_is_given_up_after_four_reads(
    how: str, kind: type[StorageError], aws_environment: None
) -> None:
    with breaking(how, breaks=99) as server:
        with pytest.raises(kind, match=r"s3://bucket/a\.json.*4 times in a row.*A rerun can clear"):
            S3Lake(server.client, "bucket", sleep=lambda _: None).read("a.json")
        assert server.requests == 4


def test_more_keys_than_a_page_are_all_listed(lake: S3Lake, s3: Any, requests: list[str]) -> None:
    names = [f"x/{n:03}" for n in range(25)]
    lake.write_many(dict.fromkeys(names, b"x"))
    with_parameters(s3, "ListObjectsV2", lambda params: {**params, "MaxKeys": 10})
    requests.clear()
    assert list(lake.keys("x/")) == names
    assert requests == ["ListObjectsV2"] * 3


def test_two_lakes_in_one_bucket_do_not_see_each_other(s3: Any) -> None:
    one, other, whole = S3Lake(s3, BUCKET, "one"), S3Lake(s3, BUCKET, "one-more"), S3Lake(s3, BUCKET)
    one.write("a", b"1")
    other.write("a", b"2")
    assert list(one.keys("")) == ["a"]
    assert list(whole.keys("")) == ["one-more/a", "one/a"]
