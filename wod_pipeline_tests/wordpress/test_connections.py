"""The deadline of an exchange, whatever a server does not end, and where a redirect may lead."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from urllib3.util import connection

from wod_pipeline.cli import main
from wod_pipeline.errors import SourceRefused, SourceUnavailable
from wod_pipeline.wordpress import WordPressSource, _client
from wod_pipeline.wordpress._connections import MOST_ADDRESSES, Guard, reach_of_host
from wod_pipeline.wordpress._http import JsonClient, OneHopSession, Timeouts
from wod_pipeline_tests.servers.dripping import DRIPS, HANDSHAKE, HEAD, dripping_server
from wod_pipeline_tests.servers.wordpress import FakeWordPress
from wod_pipeline_tests.servers.wordpress_site import Reply, Request
from wod_pipeline_tests.wordpress.conftest import OpenSource, at

SHORT = Timeouts(connect_s=10, read_s=10, total_s=0.3)
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


COMMANDS = ("status line", "headers", "chunk size", "body", "100 Continue", "handshake")


@pytest.mark.parametrize("drip", COMMANDS)
@pytest.mark.parametrize("command", [["sources"], ["doctor"]], ids=lambda command: command[0])
def test_commands_end_with_the_reason_at_a_site_that_drips(
    command: list[str],
    drip: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in (("timeouts", SHORT), ("max_retries", 0)):
        monkeypatch.setitem(WordPressSource.__init__.__kwdefaults__, name, value)
    with dripping_server({**DRIPS, "handshake": HANDSHAKE}[drip]) as address:
        monkeypatch.setenv("WOD_SOURCE", "wordpress")
        monkeypatch.setenv(
            "WOD_WORDPRESS_URL", address.replace("http", "https") if drip == "handshake" else address
        )
        monkeypatch.setenv("WOD_DATA_DIR", str(tmp_path))
        with pytest.raises(SystemExit, match="1"):
            main(command)
    said = capsys.readouterr()
    assert "did not finish its response in time" in said.out + said.err


def test_a_look_at_the_site_ends_in_its_own_time_whatever_an_exchange_may_take(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_client, "CHECK_LIMIT_S", 0.3)
    with dripping_server(DRIPS["headers"]) as address:
        source = WordPressSource(address, timeouts=Timeouts(1, 5, 100), sleep=lambda _: None)
        with pytest.raises(SourceUnavailable, match="in time"):
            source.check()


def test_a_request_that_did_not_end_in_time_is_not_sent_again() -> None:
    waits: list[float] = []
    with dripping_server(DRIPS["headers"]) as address:
        source = WordPressSource(address, timeouts=Timeouts(1, 5, 0.1), max_retries=4, sleep=waits.append)
        with pytest.raises(SourceUnavailable, match="in time"):
            source.list_ids()
    assert waits == []


def test_a_failure_that_takes_long_is_not_waited_for_as_often_as_a_quick_one(
    wp: FakeWordPress, open_source: OpenSource, waits: list[float]
) -> None:
    def slow(_: Request) -> Reply:
        time.sleep(0.1)
        return Reply(503, b"")

    wp.intercept = slow
    with pytest.raises(SourceUnavailable, match="503"):
        open_source(timeouts=Timeouts(1, 5, 0.25), max_retries=9).list_ids()
    assert 1 <= len(waits) <= 2


def test_the_addresses_of_a_name_share_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each address has a timeout of its own; a name may have thousands."""
    tried: list[object] = []

    def time_out(address: tuple[str, int], timeout: float, **_: object) -> socket.socket:
        tried.append(address)
        time.sleep(min(timeout, 0.1))
        raise TimeoutError

    addresses = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"8.8.8.{n}", 80)) for n in range(200)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: addresses)
    monkeypatch.setattr(connection, "create_connection", time_out)
    with pytest.raises(SourceUnavailable, match="in time"):
        client_of(OneHopSession()).get("http://coach.example/", {})
    assert 2 <= len(tried) < MOST_ADDRESSES
    tried.clear()
    with pytest.raises(SourceUnavailable):
        client_of(OneHopSession(), Timeouts(0.01, 5, 100)).get("http://coach.example/", {})
    assert len(tried) == MOST_ADDRESSES


def test_the_next_address_of_a_name_is_tried_when_one_refuses(
    wp: FakeWordPress, open_source: OpenSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_up, port = socket.getaddrinfo, urlsplit(wp.url).port

    def with_a_dead_one_first(host: str, *args: Any, **options: Any) -> Any:
        if host != "coach.example":
            return look_up(host, *args, **options)
        return [look_up(address, port, type=socket.SOCK_STREAM)[0] for address in ("127.0.0.9", "127.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", with_a_dead_one_first)
    monkeypatch.setenv("NO_PROXY", "coach.example")
    post_id = wp.site.write("Post", at=at("2021-02-21 17:00"))
    assert open_source(f"http://coach.example:{port}").list_ids() == {post_id}


@pytest.mark.parametrize("name", [f"{'a' * 64}.example", "a..example"])
def test_a_name_that_cannot_be_looked_up_is_said(name: str) -> None:
    with pytest.raises((SourceRefused, SourceUnavailable)):
        client_of(OneHopSession()).get(f"http://{name}/", {})


def test_one_connection_serves_the_pages_of_a_reading_and_keeps_the_deadline_of_each() -> None:
    """The second answer, on the connection of the first, never ends."""
    accepted: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connected, _ = listening.accept()
            accepted.append(connected)
            connected.recv(65536)
            connected.sendall(HEAD + b"Content-Length: 2\r\n\r\n[]")
            connected.recv(65536)
            connected.sendall(HEAD)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        client = client_of(OneHopSession(), Timeouts(1, 5, 0.3))
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        assert client.get(address, {}).value == []
        with pytest.raises(SourceUnavailable, match="did not finish its response in time"):
            client.get(address, {})
        thread.join()
    assert len(accepted) == 1
    accepted[0].close()


def test_cookies_of_a_site_are_kept_for_the_redirects_of_one_request_only(
    wp: FakeWordPress, open_source: OpenSource
) -> None:
    session = OneHopSession()
    wp.intercept = lambda _: Reply(302, b"", {"Location": "/again", "Set-Cookie": "a=b; Path=/"}, "text/html")
    source = open_source(session=session)
    for _ in range(2):
        with pytest.raises(SourceRefused):
            source.list_ids()
    sent = [entry.request.headers.get("cookie") for entry in wp.log]
    assert sent == [None, *["a=b"] * 5] * 2


# ---------------------------------------------------------------------------------------------- redirects
@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.9.9.9", "10.0.0.5", "192.168.1.1", "172.16.0.1", "169.254.169.254", "0.0.0.0"),
        *("100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.5", "64:ff9b::a00:5", "2002:7f00:1::"),
        *(
            "::127.0.0.1",
            "64:ff9b:1::a00:5",
            "::ffff:0:10.0.0.5",
            "fec0::1",
            "200::1",
            "3fff::1",
            "192.0.0.192",
        ),
    ],
)
def test_an_address_of_this_machine_or_its_network_is_internal(address: str) -> None:
    assert reach_of_host(address) != "internet"


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "example.org", ""])
def test_an_address_of_the_internet_and_a_name_are_not(address: str) -> None:
    assert reach_of_host(address) == "internet"


def redirected(guard: Guard, site: str) -> None:
    """The guard after the site was reached at an address, and has answered with a redirect."""
    guard.admit("coach.example", site)
    guard.follow("www.coach.example")


def test_a_redirect_from_the_internet_to_an_internal_address_is_refused_whatever_its_name() -> None:
    guard = Guard()
    with guard.exchange("coach.example", 5):
        redirected(guard, "8.8.8.8")
        guard.admit("www.coach.example", "2606:4700::1111")
        with pytest.raises(
            SourceRefused, match=rf"redirects to inside\.example at 10\.0\.0\.5, which is {INTERNAL}"
        ):
            guard.admit("inside.example", "10.0.0.5")


def test_a_redirect_to_the_site_itself_is_refused_when_its_name_leads_inside_the_second_time() -> None:
    guard = Guard()
    with guard.exchange("coach.example", 5):
        redirected(guard, "8.8.8.8")
        with pytest.raises(SourceRefused, match=r"coach\.example at 127\.0\.0\.1"):
            guard.admit("coach.example", "127.0.0.1")


@pytest.mark.parametrize(
    ("site", "target"),
    [
        ("192.168.1.4", "192.168.1.5"),
        ("192.168.1.4", "10.0.0.5"),
        ("192.168.1.4", "8.8.8.8"),
        ("127.0.0.1", "::1"),
        ("fe80::1", "169.254.1.1"),
    ],
)
def test_a_site_that_is_inside_may_redirect_to_its_kind_of_address_and_to_the_internet(
    site: str, target: str
) -> None:
    guard = Guard()
    with guard.exchange("coach.local", 5):
        redirected(guard, site)
        guard.admit("other.local", target)


@pytest.mark.parametrize(
    ("site", "target"),
    [("192.168.1.4", "169.254.169.254"), ("192.168.1.4", "127.0.0.1"), ("127.0.0.1", "10.0.0.5")],
)
def test_a_site_that_is_inside_may_not_redirect_to_another_kind_of_address(site: str, target: str) -> None:
    guard = Guard()
    with guard.exchange("coach.local", 5):
        redirected(guard, site)
        with pytest.raises(SourceRefused, match=INTERNAL):
            guard.admit("other.local", target)


@pytest.mark.parametrize("site", ["10.0.0.5", "8.8.8.8", "127.0.0.1"])
def test_the_address_that_a_person_chose_may_be_anywhere(site: str) -> None:
    guard = Guard()
    with guard.exchange("coach.example", 5):
        guard.admit("coach.example", site)


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]:9/",
        "http://10.1.2.3/",
        "http://[::ffff:10.0.0.1]/",
        "http://localhost:9/",
        "http://localhost.:9/",
        "http://2130706433:9/",
        "http://0x7f.1:9/",
        "http://0177.0.0.1:9/",
        "http://0.0.0.0:9/",
    ],
)
def test_a_redirect_to_an_internal_address_is_refused_before_anything_is_sent_to_it(
    target: str, wp: FakeWordPress, open_source: OpenSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The fake site is on loopback; here it counts as one of the internet.
    admit = Guard.admit
    monkeypatch.setattr(
        Guard, "admit", lambda guard, host, to: admit(guard, host, to if guard._is_redirected else "8.8.8.8")
    )
    wp.intercept = lambda _: Reply(302, b"", {"Location": target}, "text/html")
    with pytest.raises(SourceRefused, match=INTERNAL):
        open_source(max_retries=0).list_ids()


# ------------------------------------------------------------------------------------------------ proxies
@pytest.fixture
def through_proxy(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Send requests to other hosts through the proxy at an address."""

    def set_proxy(address: str) -> None:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, address)
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.setenv(name, "")

    return set_proxy


def test_a_proxy_may_be_anywhere_and_reads_the_site(
    wp: FakeWordPress, open_source: OpenSource, through_proxy: Callable[[str], None]
) -> None:
    through_proxy(wp.url)  # answers requests for any host
    post_id = wp.site.write("Post", at=at("2021-02-21 17:00"))
    assert open_source("http://coach.example").list_ids() == {post_id}


@pytest.mark.parametrize("target", ["http://169.254.169.254/", "http://localhost/", "http://2130706433/"])
def test_a_proxy_is_not_asked_for_an_internal_address_that_a_redirect_names(
    target: str, wp: FakeWordPress, open_source: OpenSource, through_proxy: Callable[[str], None]
) -> None:
    through_proxy(wp.url)
    wp.intercept = lambda _: Reply(302, b"", {"Location": target}, "text/html")
    with pytest.raises(SourceRefused, match=INTERNAL):
        open_source("http://coach.example", max_retries=0).list_ids()
    assert len(wp.log) == 1


@pytest.mark.parametrize(
    ("drip", "scheme"),
    [
        *(("status line", scheme) for scheme in ("http", "https")),
        *(("headers", scheme) for scheme in ("http", "https")),
        ("100 Continue", "http"),  # what answers a tunnel with it is refused at once
    ],
)
def test_a_proxy_that_never_ends_its_answer_is_given_up_at_the_deadline(
    drip: str, scheme: str, through_proxy: Callable[[str], None]
) -> None:
    with dripping_server(DRIPS[drip]) as address:
        through_proxy(address)
        with pytest.raises(SourceUnavailable, match="in time"):
            client_of(OneHopSession()).get(f"{scheme}://coach.example/", {})
