"""Methods, addresses of before, validators, and files that a browser caches by version."""

from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from wod_pipeline.storage.sqlite import SqliteSessionTable
from wod_pipeline.web import api, static_files
from wod_pipeline.web.app import create_app
from wod_pipeline.web.static_files import VERSION, digest_of, static_address
from wod_pipeline_tests.builders import MONDAY, raw_post, week_records
from wod_pipeline_tests.web.conftest import ZONE, noon_of

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE")


# ------------------------------------------------------------------------------------------------- methods
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
@pytest.mark.parametrize(
    "path", ["/api/v1/weeks", "/api/v1/sessions/2026-11-17", "/api/v1/openapi.json", "/api/weeks"]
)
def test_another_method_is_a_problem_that_names_the_allowed_ones(
    client: TestClient, path: str, method: str
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] == "This address answers GET, HEAD, OPTIONS."


@pytest.mark.parametrize("path", ["/", "/maxes", "/api/v1/weeks", "/calendar.ics", "/static/app.css"])
def test_allow_names_exactly_the_methods_that_are_answered(client: TestClient, path: str) -> None:
    allowed = client.options(path).headers["allow"].split(", ")
    answered = [method for method in METHODS if client.request(method, path).status_code != 405]
    assert sorted(allowed) == sorted(answered)


def test_options_is_answered_without_a_body_where_there_is_something(client: TestClient) -> None:
    answer = client.options("/api/v1/weeks")
    assert (answer.status_code, answer.content) == (204, b"")
    assert client.options("/api/v1/nothing").status_code == 404


@pytest.mark.parametrize(
    "path", ["/api", "/api/", "/api/v1", "/api/v1/nothing", "/api/nothing", "/api/v2/weeks"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_address_of_the_api_is_a_problem(client: TestClient, path: str, method: str) -> None:
    answer = client.request(method, path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


# ------------------------------------------------------------------------------------------------ versions
def test_every_address_of_the_api_without_a_version_redirects(client: TestClient) -> None:
    paths = [route.path for route in api.router.routes if isinstance(route, APIRoute)]
    for path in (*paths, api.OPENAPI_PATH):
        old = path.replace("/api/v1", "/api").format(day="2026-11-17", movement="snatch")
        answer = client.get(old, follow_redirects=False)
        assert answer.status_code == 308, old
        assert answer.headers["location"] == old.replace("/api", "/api/v1")


@pytest.mark.parametrize(
    "address",
    [
        "/sessions?from=2026-10-01&to=2026-10-31&limit=2",
        "/movements/Clean%20%26%20Jerk/history?limit=1",
        "/search?q=a%26b%20%C3%A9",
        "/sessions/%0d%0aX-Evil:%201",
    ],
)
def test_a_redirect_keeps_path_and_parameters_and_names_no_host(client: TestClient, address: str) -> None:
    moved = client.get(f"/api{address}", headers={"Host": "evil.example"}, follow_redirects=False)
    assert moved.headers["location"].startswith("/api/v1/")
    assert "x-evil" not in moved.headers
    assert client.get(moved.headers["location"]).text == client.get(f"/api/v1{address}").text


def test_a_redirect_keeps_the_path_a_proxy_puts_before_the_application(app: FastAPI) -> None:
    with TestClient(app, root_path="/wod") as client:
        answer = client.get("/wod/api/weeks?limit=1", follow_redirects=False)
    assert answer.headers["location"] == "/wod/api/v1/weeks?limit=1"


# ---------------------------------------------------------------------------------------------- validators
def test_the_same_post_read_differently_is_sent_again(tmp_path: Path) -> None:
    post = raw_post("Monday", "A.", "Snatch x 3 reps @ 70%")
    week = week_records(post)
    (record,) = week.records
    read_anew = msgspec.structs.replace(week, records=(msgspec.structs.replace(record, label="Anew"),))
    table = SqliteSessionTable(tmp_path / "sessions.sqlite")
    with TestClient(create_app(table, ZONE, now=noon_of(MONDAY))) as client:
        for path in (f"/api/v1/sessions/{MONDAY}", f"/api/v1/weeks/{MONDAY}"):
            table.replace_week(week)
            first = client.get(path)
            assert "last-modified" not in first.headers
            table.replace_week(read_anew)
            known = {"If-None-Match": first.headers["etag"]}
            late = {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}
            for validators in (known, late, {**known, **late}):
                assert "Anew" in client.get(path, headers=validators).text


# ------------------------------------------------------------------------------------------------ static files
def test_a_page_names_files_by_version_and_they_are_cached_for_ever(client: TestClient) -> None:
    page = client.get("/").text
    addresses = re.findall(r'<link[^>]* href="([^"]+)"', page)
    assert len(addresses) == 4
    for address in addresses:
        assert address.startswith(f"/static/{VERSION}/")
        answer = client.get(address)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert "cookie" not in answer.headers.get("vary", "").lower()


@pytest.mark.parametrize("address", ["/static/app.css", "/static/000000000000/app.css"])
def test_at_another_address_a_file_is_compared_at_each_visit(client: TestClient, address: str) -> None:
    answer = client.get(address)
    assert answer.content == client.get(static_address("app.css")).content
    assert answer.headers["cache-control"] == "public, no-cache"
    known = {"If-None-Match": answer.headers["etag"]}
    assert client.get(address, headers=known).status_code == 304


def test_the_icon_of_the_manifest_has_a_version_too(client: TestClient) -> None:
    address = static_address("app.webmanifest")
    answer = client.get(address)
    assert answer.headers["content-type"] == "application/manifest+json"
    (icon,) = json.loads(answer.content)["icons"]
    image = client.get(f"{address.rpartition('/')[0]}/{icon['src']}")
    assert image.headers["content-type"] == "image/svg+xml"
    assert "immutable" in image.headers["cache-control"]


def test_the_version_changes_with_any_name_or_content() -> None:
    files = {"a.css": b"x", "b.css": b"y"}
    others = (
        {"a.css": b"x"},
        {"a.css": b"x", "b.css": b"z"},
        {"a.css": b"x", "c.css": b"y"},
        {"a.css": b"xb"},
    )
    assert digest_of(files) == digest_of(dict(reversed(files.items())))
    assert len({digest_of(each) for each in (files, *others)}) == 5


@pytest.mark.parametrize(
    "path", ["../http.py", "..%2fhttp.py", "%2e%2e/http.py", "none.css", "a/b/app.css", "app.css%00"]
)
def test_nothing_but_the_files_is_served(client: TestClient, path: str) -> None:
    for folder in ("/static/", f"/static/{VERSION}/"):
        assert client.get(folder + path).status_code == 404


def test_every_file_has_a_media_type(client: TestClient) -> None:
    folder = Path(static_files.__file__).with_name("static")
    for file in folder.iterdir():
        answer = client.get(static_address(file.name))
        assert (answer.status_code, answer.content) == (200, file.read_bytes())


def test_an_unknown_file_is_no_address() -> None:
    with pytest.raises(LookupError, match=r"no file 'none\.css'"):
        static_address("none.css")
