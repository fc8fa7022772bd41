"""Clients that keep a connection waiting, against a real server with little patience."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI
from starlette.responses import Response

from wod_pipeline.web.connections import Patience
from wod_pipeline_tests.web.conftest import serving

HASTE = Patience(request_s=0.6, idle_s=1, answer_s=0.3, least_bytes=100_000, connections=30)
GIVE_UP_S = 10.0
"""Longer than any deadline above; a client that is still connected then was not dropped."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of a server with small and large answers."""
    app = FastAPI()
    app.add_api_route("/", lambda: Response(b"small"))
    app.add_api_route("/large", lambda: Response(b"x" * 30_000_000))
    app.add_api_route("/form", lambda: Response(b"taken"), methods=["POST"])
    with serving(app, patience=HASTE) as site:
        yield urlsplit(site).port or 0


@contextlib.contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=GIVE_UP_S) as client:
        yield client


def head(path: str = "/", *headers: str) -> bytes:
    method = "POST" if path == "/form" else "GET"
    return "\r\n".join((f"{method} {path} HTTP/1.1", "Host: localhost", *headers, "", "")).encode()


def is_served(port: int) -> bool:
    with connected(port) as client:
        client.sendall(head())
        return client.recv(1000).startswith(b"HTTP/1.1 200")


def drip(client: socket.socket, data: bytes) -> None:
    """Send one byte at a time until the server ends the connection."""
    for n in range(len(data)):
        client.sendall(data[n : n + 1])
        time.sleep(0.02)


def is_dropped(client: socket.socket, behave: Callable[[socket.socket], None]) -> bool:
    """Whether the server ends the connection of a client that behaves so."""
    end = time.monotonic() + GIVE_UP_S
    try:
        behave(client)
        while client.recv(1_000_000):
            pass
    except TimeoutError:
        return False
    except OSError:
        return True
    return time.monotonic() < end


def send_a_long_form(client: socket.socket) -> None:
    client.sendall(head("/form", "Content-Length: 5000"))
    drip(client, b"x" * 4_999)


def send_a_long_body_with_a_get(client: socket.socket) -> None:
    client.sendall(head("/", "Content-Length: 5000"))
    drip(client, b"x" * 4_999)


def send_chunks_without_end(client: socket.socket) -> None:
    client.sendall(head("/form", "Transfer-Encoding: chunked"))
    drip(client, b"1\r\nx\r\n" * 900)


def send_a_second_request_slowly(client: socket.socket) -> None:
    client.sendall(head())
    assert client.recv(1000).startswith(b"HTTP/1.1 200")
    drip(client, head("/", "X-Long: " + "x" * 5_000))


@pytest.mark.parametrize(
    "behave",
    [
        pytest.param(lambda client: None, id="says nothing"),
        pytest.param(lambda client: drip(client, head("/" + "x" * 5_000)), id="first line"),
        pytest.param(lambda client: drip(client, head("/", "X: " + "x" * 5_000)), id="header"),
        pytest.param(send_a_long_form, id="form"),
        pytest.param(send_a_long_body_with_a_get, id="body of a GET"),
        pytest.param(send_chunks_without_end, id="chunks"),
        pytest.param(send_a_second_request_slowly, id="second request"),
        pytest.param(lambda client: client.sendall(head()), id="idle after an answer"),
    ],
)
def test_a_client_that_keeps_the_server_waiting_is_dropped(
    port: int, behave: Callable[[socket.socket], None]
) -> None:
    with connected(port) as client:
        assert is_dropped(client, behave)
    assert is_served(port)


def read_all(client: socket.socket) -> None:
    while client.recv(1_000_000):
        pass


@pytest.mark.parametrize("requests", [1, 5])
def test_a_client_that_does_not_read_its_answer_is_dropped(port: int, requests: int) -> None:
    with connected(port) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.sendall(head("/large") * requests)
        time.sleep(1.5)
        assert is_served(port)
        with pytest.raises(ConnectionResetError):
            read_all(client)


def test_a_client_that_reads_steadily_gets_all_of_a_large_answer(port: int) -> None:
    with connected(port) as client:
        client.sendall(head("/large", "Connection: close"))
        received = 0
        while piece := client.recv(500_000):
            received += len(piece)
            time.sleep(0.01)
    assert received > 30_000_000


def test_a_visitor_is_served_beside_more_slow_clients_than_connections(port: int) -> None:
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(connected(port)) for _ in range(200)]
        for client in clients:
            with contextlib.suppress(OSError):
                client.sendall(b"GET / HTTP/1.1\r\nX: ")
        assert all(is_served(port) for _ in range(10))


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"GET /" + b"x" * 20_000,
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 20_000,
    ],
)
def test_what_is_no_request_is_refused_with_the_security_headers(port: int, data: bytes) -> None:
    with connected(port) as client:
        client.sendall(data)
        answer = client.makefile("rb").read().decode()
    assert answer.startswith("HTTP/1.1 400 Bad Request")
    assert "X-Content-Type-Options: nosniff" in answer
    head, _, body = answer.partition("\r\n\r\n")
    assert "application/problem+json" in head
    assert json.loads(body)["status"] == 400
    assert json.loads(body)["detail"].endswith("It has to name one Host, and its head may have 16,384 bytes.")
