"""Which pages of other sites may read the API, and that a visitor's maxes never reach one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from wod_pipeline.storage.sqlite import SqliteSessionTable
from wod_pipeline.web.app import create_app
from wod_pipeline_tests.web.conftest import MAXES, TODAY, ZONE, noon_of

FRIEND, STRANGER = "https://app.example.com", "https://evil.example"
DAY = "/api/v1/sessions/2026-11-17"
OTHERS = ("/", "/maxes", "/calendar.ics", "/static/app.css", "/no/such/page")


@pytest.fixture
def opened(table: SqliteSessionTable) -> Iterator[TestClient]:
    """A page whose API one other site may read."""
    with TestClient(create_app(table, ZONE, now=noon_of(TODAY), origins=(FRIEND,))) as client:
        yield client


def cross_origin_headers(client: TestClient, path: str, origin: str, method: str = "GET") -> dict[str, str]:
    answer = client.request(method, path, headers={"Origin": origin})
    names = [name for name in answer.headers if name.startswith(("access-control", "cross-origin-resource"))]
    return {name: answer.headers[name] for name in names}


CLOSED = {"cross-origin-resource-policy": "same-origin"}


@pytest.mark.parametrize("path", [DAY, *OTHERS])
def test_without_the_setting_no_other_site_may_read_anything(client: TestClient, path: str) -> None:
    assert cross_origin_headers(client, path, FRIEND) == CLOSED
    asked = {"Origin": FRIEND, "Access-Control-Request-Method": "GET"}
    preflight = client.options(path, headers=asked)
    assert not [name for name in preflight.headers if name.startswith("access-control")]


@pytest.mark.parametrize("path", [DAY, "/api/v1/nothing", "/api/v1/weeks?limit=0", "/api/v1/openapi.json"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_site_that_is_named_may_read_every_answer_of_the_api(
    opened: TestClient, path: str, method: str
) -> None:
    headers = cross_origin_headers(opened, path, FRIEND, method)
    assert headers["access-control-allow-origin"] == FRIEND
    assert headers["access-control-expose-headers"] == "ETag, Link, Allow, Retry-After, X-Request-ID"
    assert headers["cross-origin-resource-policy"] == "cross-origin"
    assert "access-control-allow-credentials" not in headers


def test_a_site_that_is_named_may_read_why_a_request_was_refused_before_its_turn(
    table: SqliteSessionTable,
) -> None:
    app = create_app(table, ZONE, now=noon_of(TODAY), origins=(FRIEND,), hosts=("testserver",))
    app.state.context = None  # whatever is asked fails
    with TestClient(app, raise_server_exceptions=False) as client:
        refused = {
            400: client.get(DAY, headers={"Origin": FRIEND, "Host": "a b"}),
            414: client.get(f"{DAY}?{'x' * 40_000}", headers={"Origin": FRIEND}),
            421: client.get(DAY, headers={"Origin": FRIEND, "Host": "other.example"}),
            500: client.get(DAY, headers={"Origin": FRIEND}),
        }
    for status, answer in refused.items():
        assert answer.status_code == status
        assert answer.headers["access-control-allow-origin"] == FRIEND
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"


@pytest.mark.parametrize(
    "origin", [STRANGER, "null", "http://app.example.com", f"{FRIEND}.evil.example", FRIEND + ":8443"]
)
def test_another_site_may_not(opened: TestClient, origin: str) -> None:
    headers = cross_origin_headers(opened, DAY, origin)
    assert "access-control-allow-origin" not in headers
    assert headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize("path", OTHERS)
def test_what_is_not_the_api_stays_closed(opened: TestClient, path: str) -> None:
    assert cross_origin_headers(opened, path, FRIEND) == CLOSED


def test_an_answer_that_nobody_else_asked_for_stays_closed(opened: TestClient) -> None:
    answer = opened.get(DAY)
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert "origin" in answer.headers["vary"].lower()


@pytest.mark.parametrize(("method", "status"), [("GET", 200), ("HEAD", 200), ("POST", 400), ("DELETE", 400)])
def test_a_browser_is_told_that_it_may_only_read(opened: TestClient, method: str, status: int) -> None:
    asked = {
        "Origin": FRIEND,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "if-none-match",
    }
    answer = opened.options(DAY, headers=asked)
    assert answer.status_code == status
    assert answer.headers["access-control-allow-methods"] == "GET, HEAD"
    assert "access-control-allow-credentials" not in answer.headers


def test_maxes_as_parameters_are_read_across_origins(opened: TestClient) -> None:
    answer = opened.get(f"{DAY}?max=power_clean:105", headers={"Origin": FRIEND})
    assert "80–82.5 kg" in answer.text
    assert answer.headers["access-control-allow-origin"] == FRIEND


@pytest.mark.parametrize("origins", [(FRIEND,), ("*",)])
def test_an_answer_with_the_cookie_s_maxes_is_never_open_to_credentials(
    table: SqliteSessionTable, origins: tuple[str, ...]
) -> None:
    app = create_app(table, ZONE, now=noon_of(TODAY), origins=origins)
    with TestClient(app, cookies={"maxes": MAXES}) as client:
        for origin in (FRIEND, STRANGER):
            assert "access-control-allow-credentials" not in cross_origin_headers(client, DAY, origin)


def test_every_origin_may_be_named(table: SqliteSessionTable) -> None:
    with TestClient(create_app(table, ZONE, now=noon_of(TODAY), origins=("*",))) as client:
        assert cross_origin_headers(client, DAY, STRANGER)["access-control-allow-origin"] == "*"
        assert cross_origin_headers(client, "/", STRANGER) == CLOSED
