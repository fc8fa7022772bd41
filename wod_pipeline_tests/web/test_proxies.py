"""The site below a path, and what a proxy says of a visitor."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from starlette.testclient import TestClient

from wod_pipeline.storage.sqlite import SqliteSessionTable
from wod_pipeline.web.app import create_app
from wod_pipeline_tests.web.conftest import FEED_KEY, MAXES, TODAY, ZONE, noon_of, serving

PAGES = (
    *(
        "/",
        "/week",
        "/day/2026-11-17",
        "/day/1999-01-01",
        "/lifts",
        "/lifts/back_squat",
        "/load",
        "/search?q=squat",
    ),
    *("/maxes", "/calendar", "/about", "/nothing"),
)
FORM = {"unit": "kg", "snatch": "100"}


@pytest.fixture(scope="module")
def below(table: SqliteSessionTable) -> Iterator[TestClient]:
    """A site at https://gym.example/wod, asked by the proxy in front of it."""
    app = create_app(
        table,
        ZONE,
        now=noon_of(TODAY),
        feed_key=FEED_KEY,
        page_url="https://gym.example/wod",
        hosts=("gym.example",),
    )
    with TestClient(app, base_url="http://gym.example") as client:
        yield client


@pytest.mark.parametrize("kept", ["", "/wod"])
@pytest.mark.parametrize("path", PAGES)
def test_every_address_on_a_page_is_below_the_path_whether_the_proxy_keeps_it_or_not(
    below: TestClient, path: str, kept: str
) -> None:
    page = below.get(f"{kept}{path}").text
    addresses = re.findall(r'(?:href|src|action)="([^"]*)"', page)
    assert len(addresses) > 10
    for address in addresses:
        assert address.startswith(("/wod/", "#", "webcal://gym.example/wod/", "http")), address
        assert not address.startswith("/wod/wod"), address
    assert 'data-path="/wod/"' in page


def test_what_pages_load_is_answered_below_the_path(below: TestClient) -> None:
    page = below.get("/lifts/back_squat").text
    loaded = re.findall(r'(?:src|<link[^>]* href)="([^"]*)"', page)
    assert len(loaded) >= 5
    for address in loaded:
        assert below.get(address).status_code == 200, address


@pytest.mark.parametrize("path", ["/wod", "/wod/", "/"])
def test_the_first_page_is_at_the_path_itself(below: TestClient, path: str) -> None:
    assert "<h1>" in below.get(path, follow_redirects=False).text


def test_a_path_that_only_begins_alike_is_below_it(below: TestClient) -> None:
    assert below.get("/wodka").status_code == 404


def test_redirects_links_and_cookies_are_below_the_path(below: TestClient) -> None:
    assert below.get("/api/weeks", follow_redirects=False).headers["location"] == "/wod/api/v1/weeks"
    assert below.get("/wod/week/", follow_redirects=False).headers["location"] == "/wod/week"
    assert below.get("/api/v1/weeks?limit=1").headers["link"].startswith("</wod/api/v1/weeks?")
    saved = below.post("/maxes", data=FORM, headers={"Origin": "https://gym.example"}, follow_redirects=False)
    assert saved.headers["location"] == "/wod/"
    assert {"Path=/wod", "Secure", "HttpOnly"} <= set(saved.headers["set-cookie"].split("; "))
    forgotten = below.post("/maxes", data={"forget": "yes"}, follow_redirects=False)
    assert "Path=/wod" in forgotten.headers["set-cookie"]


def test_calendars_and_the_description_of_the_api_name_the_whole_address(below: TestClient) -> None:
    assert "URL:https://gym.example/wod/day/2026-11-17" in below.get("/calendar.ics").text
    page = below.post("/calendar", data={"rest": "yes"}, cookies={"maxes": MAXES}).text
    assert 'href="webcal://gym.example/wod/calendar/' in page
    assert below.get("/api/v1/openapi.json").json()["servers"] == [{"url": "/wod"}]


def test_a_path_before_the_application_is_named_by_pages_too(table: SqliteSessionTable) -> None:
    with TestClient(create_app(table, ZONE, now=noon_of(TODAY)), root_path="/wod") as client:
        assert 'href="/wod/week#today"' in client.get("/wod/").text


@pytest.mark.parametrize("page_url", ["", "https://gym.example"])
def test_without_a_path_nothing_is_put_before(table: SqliteSessionTable, page_url: str) -> None:
    with TestClient(create_app(table, ZONE, now=noon_of(TODAY), page_url=page_url)) as client:
        assert 'href="/week#today"' in client.get("/").text


# ------------------------------------------------------------------------------------------------- forwarded
@pytest.mark.parametrize(
    ("proxies", "secure"),
    [((), False), (("10.0.0.0/8",), False), (("127.0.0.0/8",), True), (("127.0.0.1",), True)],
)
def test_only_a_trusted_proxy_is_believed_that_the_visitor_came_by_https(
    table: SqliteSessionTable, proxies: tuple[str, ...], secure: bool
) -> None:
    with serving(create_app(table, ZONE, now=noon_of(TODAY)), proxies=proxies) as site:
        headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
        saved = httpx.post(f"{site}/maxes", data=FORM, headers=headers)
        assert saved.status_code == 303
        assert ("Secure" in saved.headers["set-cookie"]) is secure


def test_no_forwarded_host_is_believed(below: TestClient) -> None:
    headers = {
        "X-Forwarded-Host": "evil.example",
        "Forwarded": "host=evil.example",
        "X-Forwarded-Prefix": "/evil",
    }
    for path in ("/calendar", "/calendar.ics", "/api/weeks", "/week/"):
        answer = below.get(path, headers=headers, follow_redirects=False)
        assert "evil" not in answer.text + str(answer.headers)
