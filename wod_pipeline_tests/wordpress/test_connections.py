"""The deadline of an exchange, whatever a server does not end, and where a redirect may lead."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from wod_pipeline.cli import main
from wod_pipeline.errors import SourceRefused, SourceUnavailable
from wod_pipeline.wordpress import WordPressSource
from wod_pipeline.wordpress._connections import Guard, is_internal_address
from wod_pipeline.wordpress._http import JsonClient, OneHopSession, Timeouts
from wod_pipeline_tests.servers.dripping import DRIPS, HANDSHAKE, dripping_server
from wod_pipeline_tests.servers.wordpress import FakeWordPress
from wod_pipeline_tests.servers.wordpress_site import Reply
from wod_pipeline_tests.wordpress.conftest import OpenSource, at

SHORT = Timeouts(connect_s=1, read_s=0.5, total_s=0.3)
INTERNAL = "an address of this machine or its network"


@pytest.mark.parametrize("drip", DRIPS)
def test_an_answer_that_is_never_ended_is_given_up_at_the_deadline(drip: str) -> None:
    with dripping_server(DRIPS[drip]) as address:
        source = WordPressSource(address, timeouts=SHORT, max_retries=0)
        with pytest.raises(SourceUnavailable, match="did not finish its response in time"):
            source.list_ids()


def test_a_handshake_that_is_never_ended_is_given_up_at_the_deadline() -> None:
    with dripping_server(HANDSHAKE) as address:
        source = WordPressSource(address.replace("http", "https"), timeouts=SHORT, max_retries=0)
        with pytest.raises(SourceUnavailable, match="in time"):
            source.list_ids()


def test_a_request_that_is_not_read_is_given_up_at_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=1) as deaf:
        client = client_of(OneHopSession())
        params = {"include": "1" * 30_000_000}
        with pytest.raises(SourceUnavailable, match="in time"):
            client.get(f"http://127.0.0.1:{deaf.getsockname()[1]}/", params)


def client_of(session: OneHopSession, timeouts: Timeouts = SHORT) -> JsonClient:
    return JsonClient(session, {}, timeouts=timeouts, max_retries=0, max_bytes=10**6, sleep=lambda _: None)


def test_redirects_do_not_give_the_exchange_more_time() -> None:
    """Each hop ends within the time limit, all of them together do not."""
    with slow_redirects(0.08) as address, pytest.raises(SourceUnavailable, match="in time"):
        client_of(OneHopSession()).get(f"{address}/", {})


_REDIRECT = b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@contextmanager
def slow_redirects(seconds: float) -> Iterator[str]:
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.05)

        def serve() -> None:
            while not stop.is_set():
                try:
                    connection, _ = listening.accept()
                except TimeoutError:
                    continue
                with connection:
                    connection.recv(65536)
                    stop.wait(seconds)
                    connection.sendall(_REDIRECT)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            stop.set()
            thread.join()


def test_a_connection_kept_open_has_the_deadline_of_each_exchange(
    wp: FakeWordPress, open_source: OpenSource
) -> None:
    post_id = wp.site.write("Post", at=at("2021-02-21 17:00"))
    source = open_source(timeouts=Timeouts(connect_s=1, read_s=5, total_s=5))
    assert [source.list_ids() for _ in range(3)] == [{post_id}] * 3


def test_a_timer_that_is_not_needed_shuts_nothing_down() -> None:
    guard = Guard()
    one, other = socket.socketpair()
    with one, other:
        with guard.exchange("x", 0.05):
            guard.watch(one)
        threading.Event().wait(0.1)
        one.sendall(b"a")
        assert (other.recv(1), guard.is_over) == (b"a", False)


@pytest.mark.parametrize("command", [["sources"], ["doctor"]])
def test_commands_end_with_the_reason_at_a_site_that_drips(
    command: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in (("timeouts", SHORT), ("max_retries", 0)):
        monkeypatch.setitem(WordPressSource.__init__.__kwdefaults__, name, value)
    with dripping_server(DRIPS["headers"]) as address:
        monkeypatch.setenv("WOD_SOURCE", "wordpress")
        monkeypatch.setenv("WOD_WORDPRESS_URL", address)
        monkeypatch.setenv("WOD_DATA_DIR", str(tmp_path))
        with pytest.raises(SystemExit, match="1"):
            main(command)
    said = capsys.readouterr()
    assert "did not finish its response in time" in said.out + said.err


# ---------------------------------------------------------------------------------------------- redirects
@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.9.9.9", "10.0.0.5", "192.168.1.1", "172.16.0.1", "169.254.169.254", "0.0.0.0"),
        *("100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.5", "64:ff9b::a00:5", "2002:7f00:1::"),
    ],
)
def test_an_address_of_this_machine_or_its_network_is_internal(address: str) -> None:
    assert is_internal_address(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "example.org", ""])
def test_an_address_of_the_internet_and_a_name_are_not(address: str) -> None:
    assert not is_internal_address(address)


class _Reached:
    """A connected socket, as far as the guard looks at it."""

    def __init__(self, address: str) -> None:
        self._address = address

    def getpeername(self) -> tuple[str, int]:
        return self._address, 443


def reach(guard: Guard, host: str, address: str) -> None:
    guard.admit(host, _Reached(address))  # type: ignore[arg-type]


def test_a_redirect_from_the_internet_to_an_internal_address_is_refused_whatever_its_name() -> None:
    guard = Guard()
    with guard.exchange("coach.example", 5):
        reach(guard, "coach.example", "8.8.8.8")
        reach(guard, "www.coach.example", "2606:4700::1111")
        with pytest.raises(
            SourceRefused, match=rf"redirects to inside\.example at 10\.0\.0\.5, which is {INTERNAL}"
        ):
            reach(guard, "inside.example", "10.0.0.5")


def test_a_site_that_is_internal_may_redirect_within_its_network_and_to_the_internet() -> None:
    guard = Guard()
    with guard.exchange("coach.local", 5):
        reach(guard, "coach.local", "192.168.1.4")
        reach(guard, "other.local", "192.168.1.5")
        reach(guard, "coach.example", "8.8.8.8")


def test_the_site_itself_may_redirect_to_itself_under_any_spelling_of_its_host() -> None:
    guard = Guard()
    with guard.exchange("Coach.Example.", 5):
        reach(guard, "coach.example", "10.0.0.5")


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]:9/",
        "http://10.1.2.3/",
        "http://[::ffff:10.0.0.1]/",
    ],
)
def test_a_redirect_to_an_internal_address_is_refused_before_anything_is_sent_to_it(
    target: str, wp: FakeWordPress, open_source: OpenSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The fake site is on loopback; here it counts as one of the internet.
    monkeypatch.setattr(Guard, "admit", lambda *_: None)
    wp.intercept = lambda _: Reply(302, b"", {"Location": target}, "text/html")
    with pytest.raises(SourceRefused, match=INTERNAL):
        open_source(max_retries=0).list_ids()
