"""What visitors get when the server fails, and what its log has."""

from __future__ import annotations

import logging
import re

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from wod_pipeline.web.http import SECURITY_HEADERS


@pytest.fixture
def broken(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """A visitor of a server whose table fails as nobody foresaw."""

    def fail(*_: object) -> None:
        raise RuntimeError("secret of the server")

    for name in ("read_week", "read_weeks", "read_dates", "newest_week"):
        monkeypatch.setattr(app.state.context.table, name, fail, raising=True)
    return TestClient(app)


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/api/v1/sessions/2026-11-17", "application/problem+json"),
        ("/api/v1/health", "application/problem+json"),
        ("/calendar.ics?from=2026-03-01&to=2026-03-02", "application/problem+json"),
        ("/", "text/html; charset=utf-8"),
        ("/week/2026-11-17", "text/html; charset=utf-8"),
    ],
)
def test_an_error_that_nobody_foresaw_is_logged_once_and_named_in_the_answer(
    broken: TestClient, caplog: pytest.LogCaptureFixture, path: str, media_type: str
) -> None:
    answer = broken.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (500, media_type)
    assert {name: answer.headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    request_id = answer.headers["x-request-id"]
    assert re.fullmatch("[0-9a-f]{12}", request_id)
    assert f"under {request_id}." in answer.text
    (record,) = [each for each in caplog.records if each.levelno >= logging.ERROR]
    assert record.getMessage() == f"Request {request_id} failed: GET {path.partition('?')[0]}"
    assert "secret of the server" in logging.Formatter().format(record)


def test_a_path_with_a_line_break_begins_no_line_of_the_log(
    broken: TestClient, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: str) -> str:
        raise RuntimeError("secret of the server")

    monkeypatch.setattr("wod_pipeline.web.pages.movement_or_404", fail)
    assert broken.get("/lifts/a%0AINFO:%20forged").status_code == 500
    (record,) = [each for each in caplog.records if each.levelno >= logging.ERROR]
    assert record.getMessage().endswith("failed: GET /lifts/a%0AINFO%3A%20forged")


def test_head_gets_the_same_headers(broken: TestClient) -> None:
    answer = broken.head("/api/v1/sessions/2026-11-17")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_next_request_is_answered(broken: TestClient) -> None:
    for _ in range(20):
        assert broken.get("/").status_code == 500
    assert broken.get("/about").status_code == 200


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/api/v1/weeks/", "/api/v1/weeks"),
        ("/api/v1/weeks/?limit=1&kind=rest", "/api/v1/weeks?limit=1&kind=rest"),
        ("/week/", "/week"),
        ("/lifts/back%20squat/", "/lifts/back%20squat"),
        ("/lifts/%0d%0aX/", "/lifts/%0D%0AX"),
    ],
)
def test_a_slash_too_many_leads_to_the_address_and_names_no_host(
    client: TestClient, path: str, location: str
) -> None:
    answer = client.get(path, headers={"Host": "evil.example"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, location)


@pytest.mark.parametrize(
    "path", ["//evil.example/", "//evil.example/week/", "//", "/nothing/", "/%2f%2fevil.example/"]
)
def test_no_redirect_leads_away(client: TestClient, path: str) -> None:
    answer = client.get(f"http://testserver{path}", follow_redirects=False)
    assert answer.status_code == 404


def test_what_is_longer_than_any_address_or_cookie_is_refused(client: TestClient) -> None:
    assert client.get(f"/week?{'x' * 40_000}").status_code == 414
    assert client.get("/week", headers={"X-Long": "x" * 40_000}).status_code == 431
