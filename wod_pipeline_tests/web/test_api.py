"""The API: what it answers, how it is paged, and that it withstands anything its description allows."""

from __future__ import annotations

import datetime as dt
import json
import re
from http import HTTPStatus
from pathlib import Path
from typing import Any, get_args, get_type_hints
from urllib.parse import parse_qsl, urlsplit

import jsonschema
import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, given, settings
from icalendar import Calendar
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    positive_data_acceptance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from wod_pipeline.errors import StorageUnavailable
from wod_pipeline.program import SessionRecord
from wod_pipeline.storage.folder import FolderLake
from wod_pipeline.storage.sqlite import SqliteSessionTable
from wod_pipeline.storage.stages import calendar_key
from wod_pipeline.training import Athlete
from wod_pipeline.web import api
from wod_pipeline.web.app import create_app
from wod_pipeline.web.maxes import athlete_of
from wod_pipeline.web.personal import PersonalCalendar, as_token
from wod_pipeline.weeks import monday_of
from wod_pipeline_tests.builders import not_published
from wod_pipeline_tests.web.conftest import FEED_KEY, MAXES, TODAY, ZONE, noon_of
from wod_pipeline_tests.web.examples import FILE, examples

FUZZED = settings(
    max_examples=10,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
GOOD = (
    "/api/v1/health",
    "/api/v1/weeks",
    "/api/v1/weeks/2026-11-18",
    "/api/v1/sessions",
    "/api/v1/sessions?from=2026-10-01&to=2026-10-31",
    "/api/v1/sessions/2026-11-17",
    "/api/v1/sessions/today?tz=Australia/Sydney",
    "/api/v1/movements",
    "/api/v1/movements?q=squat",
    "/api/v1/movements/back_squat/history",
    "/api/v1/movements/Clean%20%26%20Jerk/history",
    "/api/v1/load",
    "/api/v1/load?by=day",
    "/api/v1/load?by=month&from=2026-01-01",
    "/api/v1/search?q=hollow",
    "/calendar.ics",
    f"/calendar/{as_token(PersonalCalendar(athlete_of(MAXES) or Athlete()), FEED_KEY.current())}.ics",
)


def operation_of(description: dict[str, Any], path: str) -> dict[str, Any]:
    """The GET that describes a path: the one with the fewest parameters in its address that matches."""
    bare = path.split("?", maxsplit=1)[0]
    routes = sorted(description["paths"], key=lambda route: route.count("{"))
    route = next(route for route in routes if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", route), bare))
    return description["paths"][route]["get"]


def schema_of(description: dict[str, Any], path: str, status: int, media_type: str) -> dict[str, Any]:
    """The schema of an answer, which allows no field beyond those it names."""
    response = operation_of(description, path)["responses"][str(status)]
    if "$ref" in response:
        response = description["components"]["responses"][response["$ref"].rpartition("/")[2]]
    content = response["content"][media_type]
    components = {
        name: {**schema, "additionalProperties": False} if "properties" in schema else schema
        for name, schema in description["components"]["schemas"].items()
    }
    return {**content["schema"], "components": {"schemas": components}}


@pytest.mark.parametrize("path", [path for path in GOOD if path.startswith("/api")])
def test_every_answer_fits_its_description(client: TestClient, path: str) -> None:
    description = client.get("/api/v1/openapi.json").json()
    schema = schema_of(description, path, 200, "application/json")
    for maxes in ("", MAXES):
        client.cookies.set("maxes", maxes)
        answer = client.get(path)
        assert answer.status_code == 200
        jsonschema.validate(answer.json(), schema)
    (content,) = operation_of(description, path)["responses"]["200"]["content"].values()
    jsonschema.validate(content["example"], schema)


def test_every_described_answer_is_tried(client: TestClient) -> None:
    description = client.get("/api/v1/openapi.json").json()
    tried = [operation_of(description, path) for path in GOOD]
    assert all(route["get"] in tried for route in description["paths"].values())


def test_a_schema_comes_from_the_type_an_endpoint_returns(client: TestClient) -> None:
    description = client.get("/api/v1/openapi.json").json()
    for route in api.router.routes:
        assert isinstance(route, APIRoute)
        (kind,) = get_args(get_type_hints(route.endpoint)["return"])
        schema = description["paths"][route.path]["get"]["responses"]["200"]["content"]["application/json"]
        assert schema["schema"] == {"$ref": f"#/components/schemas/{kind.__name__}"}


def test_lists_describe_the_links_to_their_other_pages(client: TestClient) -> None:
    for path, item in client.get("/api/v1/openapi.json").json()["paths"].items():
        if path.startswith("/api/"):
            names = {parameter["name"] for parameter in item["get"].get("parameters", ())}
            headers = item["get"]["responses"]["200"]["headers"]
            assert ("Link" in headers) == ("offset" in names)
            assert "ETag" in headers


def test_the_examples_are_the_application_s_own_answers(tmp_path: Path) -> None:
    message = "run `python -m wod_pipeline_tests.web.examples`"
    assert examples(tmp_path) == json.loads(FILE.read_text(encoding="utf-8")), message


def test_a_day_holds_the_record_and_the_view_with_the_visitor_s_weights(lifter: TestClient) -> None:
    (session,) = lifter.get("/api/v1/sessions/2026-11-17").json()["sessions"]
    assert session["session"]["weekday"] == "tue"
    assert "80–82.5 kg" in json.dumps(session["view"], ensure_ascii=False)


def test_without_maxes_no_weight_is_answered(client: TestClient) -> None:
    assert '"weight"' not in client.get("/api/v1/sessions/2026-11-17").text


def test_pages_follow_one_another_by_their_links(client: TestClient) -> None:
    seen: list[str] = []
    path = "/api/v1/sessions?from=2026-10-01&to=2026-11-30&limit=25"
    while path:
        answer = client.get(path)
        seen += [item["session"]["session"] + item["session"]["date"] for item in answer.json()["sessions"]]
        path = answer.links.get("next", {}).get("url", "")
    assert len(seen) == len(set(seen)) == answer.json()["total"] > 50
    assert "prev" in answer.links


def test_health_says_whether_today_s_week_is_there(client: TestClient, empty: TestClient) -> None:
    assert client.get("/api/v1/health").json() == {"status": "ok", "newest_week": "2026-11-23", "fresh": True}
    answer = empty.get("/api/v1/health").json()
    assert answer.pop("absence")["reason"] == "not_stored"
    assert answer == {"status": "ok", "newest_week": None, "fresh": False}


def test_an_empty_stored_week_is_not_fresh(tmp_path: Path) -> None:
    table = SqliteSessionTable(tmp_path / "sessions.sqlite")
    table.replace_week(not_published(monday_of(TODAY)))
    with TestClient(create_app(table, ZONE, now=noon_of(TODAY))) as client:
        assert client.get("/api/v1/health").json()["fresh"] is False


def test_the_first_period_of_the_load_has_its_change_too(client: TestClient) -> None:
    both = client.get("/api/v1/load?by=week&from=2026-10-12&to=2026-10-25").json()["rows"]
    (alone,) = client.get("/api/v1/load?by=week&from=2026-10-19&to=2026-10-25").json()["rows"]
    assert alone == both[1]
    assert alone["lifts_change_percent"] is not None


def test_days_without_a_session_say_why_and_a_filter_that_leaves_none_is_no_absence(
    client: TestClient,
) -> None:
    answer = client.get("/api/v1/sessions?from=2031-01-01&to=2031-01-09").json()
    assert (answer["total"], answer["absence"]) == (0, {"week": "2030-12-30", "reason": "not_stored"})
    for query in ("", "?from=2026-11-17&to=2026-11-17&kind=test"):
        assert "absence" not in client.get(f"/api/v1/sessions{query}").json()


@pytest.mark.parametrize(
    ("path", "status", "word"),
    [
        (
            "/api/v1/sessions/2031-01-01",
            404,
            "Nothing is stored for 2031-01-01. The week of Mon 30 Dec 2030 is not stored yet",
        ),
        (
            "/api/v1/weeks/2031-01-01",
            404,
            "Nothing is stored for the week of 2030-12-30. The week of Mon 30 Dec 2030 is not stored yet",
        ),
        ("/api/v1/movements/bakc_squat/history", 404, "Nearest: Back Squat"),
        ("/api/v1/sessions/monday", 422, "path.day"),
        ("/api/v1/sessions/0001-01-01", 422, "path.day"),
        ("/api/v1/sessions?limit=0", 422, "query.limit"),
        ("/api/v1/sessions?limit=101", 422, "query.limit"),
        ("/api/v1/sessions?offset=-1", 422, "query.offset"),
        ("/api/v1/load?by=decade", 422, "query.by"),
        ("/api/v1/search", 422, "query.q"),
        (f"/api/v1/search?q={'x' * 101}", 422, "query.q"),
        (f"/api/v1/movements/{'x' * 61}/history", 422, "path.movement"),
        ("/api/v1/sessions?tz=Sidney", 422, "such as Australia/Sydney"),
        ("/api/v1/load?tz=Europe/Berln", 422, "the nearest name is Europe/Berlin"),
        ("/api/v1/nothing", 404, "Not Found"),
    ],
)
def test_a_problem_is_said_clearly(client: TestClient, path: str, status: int, word: str) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert word in answer.text
    if path != "/api/v1/nothing":
        description = client.get("/api/v1/openapi.json").json()
        jsonschema.validate(answer.json(), schema_of(description, path, status, "application/problem+json"))


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_the_api_is_read_only(client: TestClient, method: str) -> None:
    for path in ("/api/v1/sessions/2026-11-17", "/api/v1/weeks", "/calendar.ics"):
        assert client.request(method, path).status_code == 405


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST"])
def test_a_path_answers_the_methods_it_describes(client: TestClient, method: str) -> None:
    description = client.get("/api/v1/openapi.json").json()["paths"]
    for path in GOOD:
        bare = path.partition("?")[0]
        described = next(
            item for item in description.values() if item["get"] == operation_of({"paths": description}, path)
        )
        answer = client.request(method, path)
        assert client.options(bare).headers["allow"] == "GET, HEAD, OPTIONS"
        assert (answer.status_code != 405) == (method.lower() in described)
        if method != "POST":
            assert str(answer.status_code) in described[method.lower()]["responses"]
            assert (method == "GET") == bool(answer.content)


def described_problems(description: dict[str, Any], status: str) -> list[dict[str, Any]]:
    (content,) = description["components"]["responses"][f"Problem{status}"]["content"].values()
    return [example["value"] for example in content["examples"].values()]


def test_every_problem_of_a_path_has_examples_that_fit(client: TestClient) -> None:
    description = client.get("/api/v1/openapi.json").json()
    schemas = {"components": {"schemas": description["components"]["schemas"]}}
    for status in (400, 404, 405, 414, 421, 422, 431, 500, 503):
        for example in described_problems(description, str(status)):
            jsonschema.validate(example, {"$ref": "#/components/schemas/Problem", **schemas})
            assert (example["status"], example["title"]) == (status, HTTPStatus(status).phrase)


def test_the_server_says_what_the_examples_of_problems_say(table: SqliteSessionTable) -> None:
    app = create_app(table, ZONE, now=noon_of(TODAY), hosts=("testserver",))
    with TestClient(app) as client:
        description = client.get("/api/v1/openapi.json").json()
        answers = [
            client.get("/api/v1/health", headers={"Host": "a b"}),
            client.get("/api/v1/movements/bakc_squat/history"),
            client.get("/api/v1/nothing"),
            client.get("/api/v1/sessions/2031-01-01"),
            client.post("/api/v1/weeks"),
            client.get("/api/v1/weeks?limt=3"),
            client.get(f"/calendar/{'x' * 80}.ics"),
            client.get(f"/api/v1/weeks?q={'x' * 40_000}"),
            client.get("/api/v1/health", headers={"Host": "pi.local"}),
            client.get("/api/v1/health", headers={"X-Long": "x" * 40_000}),
        ]
    answers.append(TestClient(create_app(table, ZONE)).get(f"/calendar/{'x' * 80}.ics"))
    for answer in answers:
        assert answer.json() in described_problems(description, str(answer.status_code))


# ----------------------------------------------------------------------------------------------------- days
@pytest.mark.parametrize("path", ["/api/v1/sessions", "/api/v1/load", "/api/v1/load?by=day"])
def test_days_in_the_wrong_order_are_no_days(client: TestClient, path: str) -> None:
    answer = client.get(
        path, params={**dict(parse_qsl(urlsplit(path).query)), "from": "2026-11-20", "to": "2026-11-16"}
    ).json()
    assert not [name for name in ("sessions", "rows", "total", "absence") if answer.get(name)]
    assert (answer["from"], answer["to"]) == ("2026-11-20", "2026-11-16")


def test_a_calendar_of_days_in_the_wrong_order_has_no_event(client: TestClient) -> None:
    answer = client.get("/calendar.ics?from=2026-11-20&to=2026-11-16")
    assert answer.status_code == 200
    assert not Calendar.from_ical(answer.content).walk("VEVENT")


def test_of_more_than_a_year_the_first_is_answered_and_a_link_leads_on(client: TestClient) -> None:
    path = "/api/v1/sessions?from=2024-12-01&to=2026-12-31&limit=100"
    spans: list[tuple[str, str]] = []
    seen: list[str] = []
    while path:
        answer = client.get(path)
        spans.append((answer.json()["from"], answer.json()["to"]))
        seen += [item["session"]["session"] + item["session"]["date"] for item in answer.json()["sessions"]]
        path = answer.links.get("next", {}).get("url", "")
    assert list(dict.fromkeys(spans)) == [
        ("2024-12-01", "2025-12-01"),
        ("2025-12-02", "2026-12-02"),
        ("2026-12-03", "2026-12-31"),
    ]
    everything = client.get("/api/v1/sessions?from=2026-01-01&to=2026-12-31").json()["total"]
    assert len(seen) == len(set(seen)) == everything > 50


@pytest.mark.parametrize("path", ["/api/v1/load?by=day", "/calendar.ics?rest=yes"])
def test_a_day_more_than_a_year_adds_nothing(client: TestClient, path: str) -> None:
    last_year = client.get(f"{path}&from=2025-11-16&to=2026-11-16")
    assert client.get(f"{path}&from=2025-11-16&to=2036-01-01").text == last_year.text


# --------------------------------------------------------------------------------------------- conditional
@pytest.mark.parametrize(
    "path", [*GOOD, api.OPENAPI_PATH, "/", "/week", "/lifts/back_squat", "/load", "/charts/load.svg"]
)
def test_what_the_visitor_has_is_not_sent_again(client: TestClient, path: str) -> None:
    etag = client.get(path).headers["etag"]
    again = client.get(path, headers={"If-None-Match": f'"other", {etag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("path", ["/api/v1/weeks?limit=1", "/charts/load.svg"])
def test_an_answer_without_a_body_has_the_other_headers_of_the_whole_one(
    client: TestClient, path: str
) -> None:
    whole = client.get(path, headers={"Accept-Encoding": "identity"})
    assert whole.headers["cache-control"] == "private, no-cache"
    again = client.get(path, headers={"Accept-Encoding": "identity", "If-None-Match": "*"})
    assert again.status_code == 304
    left_out = {"content-type", "content-length", "vary"}
    others = {name: value for name, value in whole.headers.items() if name not in left_out}
    assert dict(again.headers) == {**others, "vary": "Cookie"}


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/day/today", "/api/v1/sessions/2031-01-01"])
def test_an_error_is_sent_every_time(client: TestClient, path: str) -> None:
    answer = client.get(path, headers={"If-None-Match": "*"})
    assert answer.status_code in {404, 422}
    assert "etag" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/calendar.ics", "/api/v1/weeks", "/api/v1/nothing"])
def test_head_answers_as_get_without_a_body(client: TestClient, path: str) -> None:
    get, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (get.status_code, b"")
    assert head.headers.get("etag") == get.headers.get("etag")


def test_pages_are_sent_zipped(client: TestClient) -> None:
    answer = client.get("/week", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < len(answer.content) / 4


def test_an_answer_is_the_visitor_s_own(lifter: TestClient) -> None:
    assert lifter.get("/api/v1/sessions/2026-11-17").headers["vary"] == "Cookie, Accept-Encoding"


# ------------------------------------------------------------------------------------------------ calendar
def test_the_calendar_covers_two_months_both_ways(client: TestClient) -> None:
    answer = client.get("/calendar.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    days = [event.decoded("dtstart") for event in Calendar.from_ical(answer.content).walk("VEVENT")]
    assert dt.date(2026, 9, 18) <= min(days)
    assert max(days) == dt.date(2026, 11, 29)
    assert dt.date(2026, 11, 17) in days


def test_the_calendar_carries_cancellations_on(table: SqliteSessionTable, tmp_path: Path) -> None:
    lake = FolderLake(tmp_path)
    gone = (
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:gone@wod_pipeline\r\n"
        b"DTSTAMP:20261101T000000Z\r\nDTSTART;VALUE=DATE:20261117\r\nSUMMARY:Old\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    lake.write(calendar_key(dt.date(2026, 11, 16)), gone)
    app = create_app(table, ZONE, now=noon_of(TODAY), lake=lake)
    with TestClient(app) as client:
        events = Calendar.from_ical(client.get("/calendar.ics").content).walk("VEVENT")
    assert [str(event["STATUS"]) for event in events if event["UID"] == "gone@wod_pipeline"] == ["CANCELLED"]


# ------------------------------------------------------------------------------------------------- trouble
class BrokenTable(SqliteSessionTable):
    """A table whose database is on a disk that is gone."""

    def read_dates(self, first: dt.date, last: dt.date) -> list[SessionRecord]:
        raise StorageUnavailable("/secret/place/sessions.sqlite: disk I/O error")

    def weeks(self) -> list[object]:  # type: ignore[override]
        raise StorageUnavailable("/secret/place/sessions.sqlite: disk I/O error")


@pytest.mark.parametrize("path", ["/", "/api/v1/sessions", "/api/v1/search?q=a", "/calendar.ics", "/load"])
def test_a_table_that_cannot_be_read_is_503_without_a_word_of_where_it_is(tmp_path, path: str) -> None:
    app = create_app(BrokenTable(tmp_path / "sessions.sqlite"), ZONE)
    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get(path)
    assert answer.status_code == 503
    assert "cannot be read for now" in answer.text
    assert "secret" not in answer.text
    if path not in {"/", "/load"}:
        media_type = "application/problem+json"
        jsonschema.validate(answer.json(), schema_of(app.openapi(), path, 503, media_type))


# --------------------------------------------------------------------------------------------------- fuzzed
@pytest.fixture(scope="module")
def operations(app: FastAPI) -> list[APIOperation]:
    """Every GET of the description."""
    description = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)
    every = [result.ok() for result in description.get_all_operations()]
    return [operation for operation in every if operation.method == "get"]


def test_anything_the_description_allows_is_answered_as_described(operations: list[APIOperation]) -> None:
    tried: set[str] = set()
    for operation in operations:

        @FUZZED
        @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
        def fuzz(case: Case) -> None:
            case.call_and_validate(checks=(*CHECKS, positive_data_acceptance))
            tried.add(case.path)

        fuzz()
    assert len(tried) == 12


def test_what_the_description_does_not_allow_is_refused(operations: list[APIOperation]) -> None:
    takes_anything = {"/api/v1/health", "/calendar/{token}.ics"}
    with_parameters = [each for each in operations if each.path not in takes_anything]
    for operation in with_parameters:

        @FUZZED
        @given(case=operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
        def fuzz(case: Case) -> None:
            case.call_and_validate(
                checks=(not_a_server_error, status_code_conformance, negative_data_rejection)
            )

        fuzz()
