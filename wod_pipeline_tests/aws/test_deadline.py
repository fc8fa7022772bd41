"""The deadline of a request to AWS, whatever its server does not end."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest

from wod_pipeline.aws import ClientOptions, _connections, client, s3_client, session, table
from wod_pipeline.aws._failures import AwsFailure, in_words
from wod_pipeline.errors import StorageUnavailable
from wod_pipeline.storage.s3 import S3Lake
from wod_pipeline_tests.servers.dripping import DRIPS, HANDSHAKE, HEAD, dripping_server

SHORT = ClientOptions(connect_timeout_s=10)
EVERY_S = 0.01

ANSWERS = [drip for drip in DRIPS if drip not in {"nothing", "redirect"}]
CALLS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "S3": ("S3", lambda at: lake_at(at).read("stage/a.json")),
    "S3, written": ("S3", lambda at: lake_at(at).write("stage/a.json", b"{}")),
    "DynamoDB": ("DynamoDB", lambda at: in_our_words(lambda: table_at(at).get_item(Key={"a": "b"}))),
    "Secrets Manager": (
        "Secrets Manager",
        lambda at: in_our_words(lambda: client_at("secretsmanager", at).get_secret_value(SecretId="a")),
    ),
    "SNS": (
        "SNS",
        lambda at: in_our_words(lambda: client_at("sns", at).publish(PhoneNumber="+15550100", Message="a")),
    ),
    "STS": ("STS", lambda at: in_our_words(client_at("sts", at).get_caller_identity)),
}


@pytest.fixture(autouse=True)
def _login_and_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_REGION", "us-west-2")
    monkeypatch.setattr(
        _connections, "READS_PER_REQUEST", 0.3 / SHORT.read_timeout_s
    )  # a request ends after 0.3 s


def login() -> boto3.session.Session:
    return session(region_name="us-west-2", aws_access_key_id="testing", aws_secret_access_key="testing")


def client_at(service: str, address: str, **connection: Any) -> Any:
    return client(service, SHORT, session=login(), endpoint_url=address, **connection)


def lake_at(address: str, **connection: Any) -> S3Lake:
    s3 = s3_client(SHORT, session=login(), endpoint_url=address, **connection)
    return S3Lake(s3, "bucket")


def table_at(address: str) -> Any:
    return table("sessions", SHORT, session=login(), endpoint_url=address)


def in_our_words(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except AwsFailure as error:
        raise in_words(error, "It could not be done") from error


@pytest.mark.parametrize(
    ("drip", "call"),
    [*((drip, "S3") for drip in ANSWERS), *(("headers", call) for call in CALLS if call != "S3")],
)
def test_an_answer_that_is_never_ended_is_given_up_at_the_deadline(drip: str, call: str) -> None:
    service, send = CALLS[call]
    with dripping_server(DRIPS[drip], EVERY_S) as address, pytest.raises(StorageUnavailable) as error:
        send(address)
    assert f"{service} did not finish its answer within 0.3 seconds." in error.value.what
    assert str(error.value).endswith("A rerun can clear this.")


def test_a_handshake_that_is_never_ended_is_given_up_at_the_deadline() -> None:
    with dripping_server(HANDSHAKE, EVERY_S) as address, pytest.raises(StorageUnavailable, match="within"):
        lake_at(address.replace("http", "https"), verify=False).read("stage/a.json")


def test_a_server_that_asks_for_a_body_for_ever_is_given_up_at_the_deadline() -> None:
    """botocore reads the headers of `100 Continue` itself, when it announces a body with `Expect`."""
    with dripping_server((b"HTTP/1.1 100 Continue\r\n", b"X-Name: a\r\n"), EVERY_S) as address:
        s3 = client_at("s3", address)
        s3.meta.events.register("before-send.s3", expect_continue)
        with pytest.raises(AwsFailure, match="did not finish"):
            s3.put_object(Bucket="bucket", Key="a", Body=b"{}")


def expect_continue(request: Any, **_: Any) -> None:
    request.headers["Expect"] = b"100-continue"


def test_a_server_that_closes_within_100_continue_is_a_failed_connection() -> None:
    with answering(b"HTTP/1.1 100 Continue\r\nX-Name: a\r\n") as address:
        s3 = client("s3", ClientOptions(max_attempts=1), session=login(), endpoint_url=address)
        s3.meta.events.register("before-send.s3", expect_continue)
        with pytest.raises(AwsFailure, match="Connection"):
            s3.put_object(Bucket="bucket", Key="a", Body=b"{}")


@contextmanager
def answering(*answers: bytes) -> Iterator[str]:
    """The address of a server that gives each connection the next answer, and closes it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            for answer in answers:
                connection, _ = listening.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread.join(5)


def test_a_body_that_breaks_is_asked_for_again() -> None:
    broken = HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{"
    with answering(broken, HEAD + b"Content-Length: 2\r\n\r\n{}") as address:
        s3 = s3_client(ClientOptions(), session=login(), endpoint_url=address)
        assert S3Lake(s3, "bucket").read("stage/a.json") == b"{}"


def test_a_client_that_boto3_makes_by_itself_has_the_deadline_too(tmp_path: Any, monkeypatch: Any) -> None:
    """To assume a role boto3 asks STS with a client of its own, of which we never see anything."""
    config = tmp_path / "config"
    config.write_text(
        "[profile role]\nrole_arn=arn:aws:iam::123456789012:role/a\ncredential_source=Environment\n"
        "region=us-west-2\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setattr(_connections, "READS_PER_REQUEST", 0.3 / 60)  # botocore's own timeout is 60 s
    with dripping_server(DRIPS["headers"], EVERY_S) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", address)
        s3 = s3_client(session=session(profile_name="role"), bucket_owner="any")
        with pytest.raises(AwsFailure, match="STS did not finish its answer"):
            s3.head_bucket(Bucket="bucket")


def test_threads_that_share_a_client_have_a_deadline_each() -> None:
    with dripping_server(DRIPS["body"], EVERY_S) as dripping:
        s3, errors = client_at("s3", dripping), []

        def read() -> None:
            with pytest.raises(AwsFailure) as error:
                s3.get_object(Bucket="bucket", Key="a")
            errors.append(str(error.value))

        threads = [threading.Thread(target=read) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
    assert errors == ["S3 did not finish its answer within 0.3 seconds"] * 4


def test_a_login_whose_clients_are_made_one_after_another_is_bounded_once() -> None:
    ours = login()
    for _ in range(2):
        bases = [base.__name__ for base in type(client("s3", session=ours)).__mro__]
        assert bases.count("_Bounded") == 1
