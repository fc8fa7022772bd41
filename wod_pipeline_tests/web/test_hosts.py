"""Which hosts a request may name, and what someone reads who came by another."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from wod_pipeline.errors import SettingsError
from wod_pipeline.settings import load_settings, normal_host
from wod_pipeline.storage.sqlite import SqliteSessionTable
from wod_pipeline.web.app import create_app
from wod_pipeline.web.hosts import hosts_of
from wod_pipeline.web.http import SECURITY_HEADERS
from wod_pipeline_tests.web.conftest import TODAY, ZONE, noon_of

SETTINGS = load_settings(
    {"WOD_ALLOWED_HOSTS": "Gym.example, 2001:DB8::5,", "WOD_PAGE_URL": "https://training.example:8443/wod"}
)


@pytest.fixture(scope="module")
def visitor(table: SqliteSessionTable) -> Iterator[TestClient]:
    """A visitor whose connections come to the address 192.168.1.20 of the server."""
    app = create_app(table, ZONE, now=noon_of(TODAY), hosts=hosts_of(SETTINGS))
    with TestClient(app, base_url="http://192.168.1.20:8000") as client:
        yield client


@pytest.mark.parametrize(
    "host",
    [
        "192.168.1.20:8000",
        "192.168.1.20",
        "localhost:8000",
        "LOCALHOST.",
        "127.0.0.1:1",
        "[::1]:8000",
        "[0:0:0:0:0:0:0:1]",
        "gym.example",
        "GYM.EXAMPLE.:443",
        "training.example",
        "[2001:db8::0:5]:80",
        "[::ffff:192.168.1.20]",
    ],
)
def test_a_host_that_is_allowed_is_answered_however_it_is_written(visitor: TestClient, host: str) -> None:
    assert visitor.get("/api/v1/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "gym.example.evil.example",
        "127.0.0.1.evil.example",
        "192.168.1.21:8000",
        "[::2]",
        "x" * 253,
    ],
)
def test_another_host_is_refused_with_what_to_set(visitor: TestClient, host: str) -> None:
    answer = visitor.get("/api/v1/health", headers={"Host": host})
    assert answer.status_code == 421
    name = normal_host(host)
    assert answer.json()["detail"] == (
        f"This server does not know itself as “{name}”. If it is reached by that name, whoever runs it starts it with"
        f" `wod serve --allowed-host {name}`, or sets WOD_ALLOWED_HOSTS={name}."
    )


@pytest.mark.parametrize(
    "host",
    [
        "",
        "a b",
        "gym.example:99999",
        "gym.example:x",
        "[::1",
        "::1",
        "me@gym.example",
        "a..b",
        "<b>",
        "\xe9.example",
    ],
)
def test_what_is_no_host_is_refused(visitor: TestClient, host: str) -> None:
    answer = visitor.get("/api/v1/health", headers={"Host": host.encode("latin-1")})
    assert (answer.status_code, answer.json()["detail"]) == (
        400,
        "A request has to name one host, in the header Host.",
    )


def test_two_hosts_are_refused_even_if_both_are_allowed(visitor: TestClient) -> None:
    headers = [("Host", "localhost"), ("Host", "localhost")]
    assert visitor.get("/api/v1/health", headers=headers).status_code == 400


def test_a_person_reads_a_page_with_the_security_headers(visitor: TestClient) -> None:
    answer = visitor.get("/week", headers={"Host": "pi.local:8000"})
    assert answer.status_code == 421
    assert "wod serve --allowed-host pi.local" in answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert SECURITY_HEADERS.items() <= dict(answer.headers).items() | {
        (name, answer.headers[name]) for name in SECURITY_HEADERS
    }


def test_every_host_is_allowed_by_an_asterisk(table: SqliteSessionTable) -> None:
    hosts = hosts_of(load_settings({"WOD_ALLOWED_HOSTS": "*"}))
    with TestClient(create_app(table, ZONE, hosts=hosts), base_url="http://a.example") as client:
        assert client.get("/static/app.css").status_code == 200


def test_a_name_with_other_letters_is_allowed_as_browsers_send_it() -> None:
    assert load_settings({"WOD_ALLOWED_HOSTS": "münchen.example"}).allowed_hosts == (
        "xn--mnchen-3ya.example",
    )


@pytest.mark.parametrize(
    "text", ["http://gym.example", "gym.example/wod", "*.example", "a b", "gym.example,:80"]
)
def test_a_setting_that_is_no_host_is_refused(text: str) -> None:
    with pytest.raises(
        SettingsError, match=r"use names or addresses of hosts such as training\.example\.com"
    ):
        load_settings({"WOD_ALLOWED_HOSTS": text})
