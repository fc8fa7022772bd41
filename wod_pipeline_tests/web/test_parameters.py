"""The parameters of the API: what is refused, filters, and maxes given as parameters."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from wod_pipeline.storage.sqlite import SqliteSessionTable
from wod_pipeline.web import api
from wod_pipeline.web.app import create_app
from wod_pipeline.web.parameters import _unknown
from wod_pipeline_tests.builders import MONDAY, raw_post, week_records
from wod_pipeline_tests.web.conftest import MAXES, ZONE, noon_of

DAY = "/api/v1/sessions/2026-11-17"


def errors_of(client: TestClient, address: str) -> list[str]:
    """The errors of a request that is refused as a whole."""
    answer = client.get(address)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    errors: list[str] = answer.json()["errors"]
    return errors


# -------------------------------------------------------------------------------------------------- refused
@pytest.mark.parametrize("path", [route.path for route in api.router.routes if isinstance(route, APIRoute)])
def test_every_endpoint_refuses_a_parameter_it_does_not_declare(client: TestClient, path: str) -> None:
    address = path.format(**USUAL)
    (error,) = errors_of(client, f"{address}?colour=blue")
    assert error.startswith("query.colour: is not a parameter here; ")


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ("form=2026-11-17", ["query.form: is not a parameter here; nearest: from"]),
        ("Limit=3", ["query.Limit: is not a parameter here; nearest: limit"]),
        ("limits=3&ofset=1", [
            "query.limits: is not a parameter here; nearest: limit",
            "query.ofset: is not a parameter here; nearest: offset",
        ]),
        ("limit=3&limit=4", ["query.limit: is given more than once"]),
        ("limit=3&limit=3", ["query.limit: is given more than once"]),
        ("unit=kg&unit=lb", ["query.unit: is given more than once"]),
        ("from=1577836800", ["query.from: write a day as 2026-03-02"]),
        ("from=2026-11-17T00:00:00", ["query.from: write a day as 2026-03-02"]),
        ("from=", ["query.from: write a day as 2026-03-02"]),
        ("kind=restday", ["query.kind.0: Input should be 'training', 'rest', 'optional' or 'test'"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(client: TestClient, query: str, errors: list[str]) -> None:
    assert errors_of(client, f"/api/v1/sessions?{query}") == errors


def test_a_parameter_without_a_near_one_is_told_which_there_are(client: TestClient) -> None:
    (error,) = errors_of(client, "/api/v1/movements?zzz=1")
    assert error == "query.zzz: is not a parameter here; known: limit, offset, q"
    assert _unknown("zzz", []) == "is not a parameter here; there is none"


@pytest.mark.parametrize("path", ["/?utm_source=mail", "/week?fbclid=1", "/calendar.ics?refresh=1"])
def test_pages_and_calendar_ignore_what_links_carry(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    "name", ["x" * 10_000, "a\x00b", "\x1b[31m", "\u202eabc", "<b>", "", "[]", "{day}", "%", "é"]
)
def test_a_hostile_name_is_refused_and_repeated_only_in_part(client: TestClient, name: str) -> None:
    answer = client.get(f"/api/v1/weeks?{quote(name)}=1")
    assert answer.status_code == 422
    assert len(answer.content) < 3_000
    assert not {"\x00", "\x1b", "\u202e"} & set("".join(answer.json().get("errors", [])))


USUAL = {"day": "2026-11-17", "movement": "snatch", "token": "none"}
HOSTILE_VALUES = (
    "",
    "%00",
    "%ff",
    "%ed%a0%80",
    "9" * 400,
    "-1",
    "1e400",
    "NaN",
    "null",
    "%0d%0a",
    "x" * 5_000,
)


@pytest.mark.parametrize("value", HOSTILE_VALUES)
def test_a_hostile_value_of_any_parameter_is_no_server_error(client: TestClient, value: str) -> None:
    description = client.get("/api/v1/openapi.json").json()
    for path, item in description["paths"].items():
        address = path.format(**USUAL)
        for parameter in item["get"].get("parameters", []):
            tried = path.replace(f"{{{parameter['name']}}}", value).format(**USUAL)
            if parameter["in"] == "query":
                tried = f"{address}?{parameter['name']}={value}"
            assert client.get(tried).status_code in {200, 404, 422}, tried


# -------------------------------------------------------------------------------------------------- filters
@pytest.fixture
def two_programs(tmp_path: Path) -> Iterator[TestClient]:
    """A week of two programs: of each a training day and a rest day; and a week of one, with a test day."""
    posts = ("Monday", "A.", "Snatch x 3 reps @ 70%", "Tuesday", "Rest Day")
    table = SqliteSessionTable(tmp_path / "sessions.sqlite")
    week = week_records(raw_post(*posts))
    first = week.records[0].program
    others = [msgspec.structs.replace(r, program="other", session=f"other/{r.session}") for r in week.records]
    table.replace_week(msgspec.structs.replace(week, records=(*week.records, *others)))
    with TestClient(create_app(table, ZONE, now=noon_of(MONDAY))) as client:
        client.first = first  # type: ignore[attr-defined]
        yield client


def sessions_of(client: TestClient, query: str) -> list[tuple[str, str]]:
    """Program and kind of the sessions of the week."""
    sessions = client.get(f"/api/v1/sessions?{query}").json()["sessions"]
    return [(item["session"]["program"], item["session"]["kind"]) for item in sessions]


def test_sessions_are_filtered_by_kind_and_program(two_programs: TestClient) -> None:
    everything = sessions_of(two_programs, "")
    assert len(everything) == 4
    assert {kind for _, kind in sessions_of(two_programs, "kind=rest")} == {"rest"}
    assert len(sessions_of(two_programs, "kind=rest&kind=training")) == 4
    assert sessions_of(two_programs, "kind=test") == []
    assert {program for program, _ in sessions_of(two_programs, "program=other")} == {"other"}
    assert sessions_of(two_programs, "program=other&kind=rest") == [("other", "rest")]


def test_every_answer_over_sessions_has_the_filters(two_programs: TestClient) -> None:
    def get(address: str) -> Any:
        return two_programs.get(f"/api/v1/{address}").json()

    assert [s["session"]["program"] for s in get(f"sessions/{MONDAY}?program=other")["sessions"]] == ["other"]
    assert get(f"sessions/{MONDAY}?kind=rest") == {"sessions": [], "total": 0}
    assert len(get(f"weeks/{MONDAY}?kind=rest")["sessions"]) == 2
    assert (get("weeks?kind=rest&program=other")["total"], get("weeks?kind=test")["total"]) == (1, 0)
    assert [row["program"] for row in get("movements/snatch/history?program=other")["rows"]] == ["other"]
    assert get("movements/snatch/history?kind=test")["total"] == 0
    assert (get("search?q=snatch")["total"], get("search?q=snatch&program=other")["total"]) == (2, 1)
    both, one = get("load")["rows"], get("load?program=other")["rows"]
    assert (both[-1]["sessions"], one[-1]["sessions"]) == (4, 2)


def test_a_program_that_is_not_stored_is_told_which_are(two_programs: TestClient) -> None:
    for path in ("sessions", "weeks", "load", "movements/snatch/history", "search?q=a"):
        answer = two_programs.get(f"/api/v1/{path}{'&' if '?' in path else '?'}program=Other")
        assert answer.status_code == 404
        assert answer.json()["detail"].startswith("No session of this program is stored. Programs: ")
        assert "other" in answer.json()["detail"]


@pytest.mark.parametrize(("offset", "previous"), [("99999", None), ("1", "0"), ("0", ""), ("7", "4")])
def test_the_previous_page_holds_something(client: TestClient, offset: str, previous: str | None) -> None:
    answer = client.get(f"/api/v1/movements?limit=3&offset={offset}")
    total = answer.json()["total"]
    expected = str((total - 1) // 3 * 3) if previous is None else previous
    link = answer.links.get("prev", {}).get("url", "")
    assert link.rpartition("offset=")[2] == expected
    assert not link or client.get(link).json()["movements"]


@pytest.mark.parametrize("text", ["1_0", "1.0", " 1", "+1", "1e1", "0x1", "\N{ARABIC-INDIC DIGIT ONE}"])
@pytest.mark.parametrize("name", ["limit", "offset"])
def test_a_number_is_written_in_digits(client: TestClient, name: str, text: str) -> None:
    assert errors_of(client, f"/api/v1/movements?{urlencode({name: text})}") == [
        f"query.{name}: write a whole number in digits, such as 20"
    ]


@pytest.mark.parametrize("zone", ["localtime", "Factory"])
def test_the_machine_s_own_zone_is_no_zone_of_the_iana_database(client: TestClient, zone: str) -> None:
    assert errors_of(client, f"/api/v1/health?tz={zone}")[0].startswith("query.tz: has to be a time zone of")


def test_links_to_other_pages_keep_the_filters(client: TestClient) -> None:
    address = "/api/v1/sessions?from=2026-10-01&to=2026-11-30&kind=rest&kind=test&limit=3&max=snatch:100"
    seen = 0
    while address:
        answer = client.get(address)
        sessions = answer.json()["sessions"]
        assert {item["session"]["kind"] for item in sessions} <= {"rest", "test"}
        seen += len(sessions)
        address = answer.links.get("next", {}).get("url", "")
        assert not address or "max=snatch%3A100" in address
    assert seen == answer.json()["total"] > 3


def test_a_link_to_another_page_is_an_address_without_spaces(client: TestClient) -> None:
    answer = client.get("/api/v1/movements/Clean%20%26%20Jerk/history?limit=1")
    assert answer.links["next"]["url"].startswith("/api/v1/movements/Clean%20%26%20Jerk/history?")
    assert client.get(answer.links["next"]["url"]).status_code == 200


# ---------------------------------------------------------------------------------------------------- maxes
def parameters_of(cookie: str) -> str:
    """The maxes of a cookie as parameters."""
    pairs = [pair.split("=") for pair in cookie.split("&")]
    return urlencode([(n, v) if n == "unit" else ("max", f"{n}:{v}") for n, v in pairs])


@pytest.mark.parametrize(
    "path",
    [
        DAY,
        "/api/v1/weeks/2026-11-17",
        "/api/v1/sessions",
        "/api/v1/movements/power_clean/history",
        "/api/v1/load",
    ],
)
def test_maxes_as_parameters_give_what_the_cookie_gives(client: TestClient, path: str) -> None:
    by_parameters = client.get(f"{path}?{parameters_of(MAXES)}")
    bare = client.get(path)
    client.cookies.set("maxes", MAXES)
    assert by_parameters.json() == client.get(path).json() != bare.json()


def test_parameters_replace_the_cookie_as_a_whole(lifter: TestClient) -> None:
    assert "80–82.5 kg" in lifter.get(DAY).text
    by_parameter = lifter.get(f"{DAY}?max=power_clean:200").text
    assert "150–160 kg" in by_parameter
    assert "80–82.5 kg" not in by_parameter
    assert "your 1-RM Power Clean is not given" in lifter.get(f"{DAY}?unit=kg").text


@pytest.mark.parametrize("query", [
    "max=power_clean:105&bar=15&step=1&plate=20:1&plate=10:2&plate=2.5:1",
    "max=Power%20Clean:105%20kg&bar=15%20kg&step=1.0&plate=20.0:1&plate=10:2&plate=2.50:1&unit=kg",
])  # fmt: skip
def test_bar_step_and_plates_are_parameters(client: TestClient, query: str) -> None:
    answer = client.get(f"{DAY}?{query}").json()
    client.cookies.set("maxes", "power_clean=105&bar=15&step=1&plate.20=1&plate.10=2&plate.2.5=1")
    assert answer == client.get(DAY).json()


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("max=snach:100", "query.max: 'snach:100' names no known movement; nearest: snatch"),
        ("max=snatch", "query.max: 'snatch' is no max; write movement:weight or movement.reps:weight, such "),
        ("max=snatch:", "query.max: 'snatch:' is no max; write"),
        ("max=", "query.max: '' is no max; write"),
        ("max=snatch.0:100", "query.max: 'snatch.0:100' is no max; write"),
        ("max=snatch.21:100", "query.max: 'snatch.21:100' is no max; write"),
        ("max=bar:20", "query.max: 'bar:20' names no known movement"),
        ("max=unit:lb", "query.max: 'unit:lb' names no known movement"),
        ("max=snatch:heavy", "query.max: [1-RM] snatch: 'heavy' is not a weight; write a number, or '205 lb'."),
        ("max=snatch:701", "query.max: [1-RM] snatch: 701 kg is not between 0 and 700 kg."),
        ("max=snatch:-5", "query.max: [1-RM] snatch: '-5' is not a weight"),
        ("unit=stone", "query.unit: Input should be 'kg' or 'lb'"),
        ("bar=heavy", "query.bar: 'heavy' is no empty bar; write its weight in `unit` or with its own, such as 15"),
        ("bar=", "query.bar: '' is no empty bar"),
        ("bar=0", "query.bar: '0' is no empty bar"),
        ("bar=101", "query.bar: '101' is no empty bar"),
        ("unit=lb&bar=60%20kg", "query.bar: '60 kg' is no empty bar"),
        ("step=%20", "query.step: ' ' is no step to load in; write 0.1 to 20, in `unit`"),
        ("step=50", "query.step: '50' is no step to load in"),
        ("plate=20", "query.plate: '20' is no plate; write weight:pairs, such as 2.5:1"),
        ("plate=20:99", "query.plate: 20 = 99: write the number of pairs, 0 to 20."),
        ("plate=0:1", "query.plate: '0' is not the weight of a plate"),
        ("&".join(["max=snatch:100"] * 61), "query.max: List should have at most 60 items"),
    ],
)  # fmt: skip
def test_a_wrong_max_is_named(lifter: TestClient, query: str, error: str) -> None:
    (first, *_) = errors_of(lifter, f"{DAY}?{query}")
    assert first.startswith(error)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("max=power_clean:60&max=Power%20Clean:105", "max=power_clean:105"),
        ("max=power_clean:105&plate=20:1&plate=20.0:2", "max=power_clean:105&plate=20:2"),
    ],
)
def test_of_a_max_or_plate_named_twice_the_last_counts(client: TestClient, given: str, meant: str) -> None:
    assert client.get(f"{DAY}?{given}").json() == client.get(f"{DAY}?{meant}").json()


def test_of_plates_that_make_too_many_weights_the_smallest_are_left_out(client: TestClient) -> None:
    kept = "max=power_clean:105&plate=20:20&plate=10.01:20&plate=5.03:5"
    answer = client.get(f"{DAY}?{kept}&plate=1.07:20&plate=0.11:20")
    assert answer.status_code == 200
    assert answer.json() == client.get(f"{DAY}?{kept}").json()


@pytest.mark.parametrize("wrong", ["0.05:3", "0:1", "1:21"])
def test_a_wrong_plate_beside_too_many_is_named_still(client: TestClient, wrong: str) -> None:
    many = "&".join(f"plate=1.{n:02}:20" for n in (1, 3, 7, 9, 13, 27))
    (error,) = errors_of(client, f"{DAY}?{many}&plate={wrong}")
    assert error.startswith("query.plate: ")


def test_every_wrong_max_is_named_at_once(client: TestClient) -> None:
    errors = errors_of(client, f"{DAY}?max=snach:1&max=jerk:0&step=99&plate=x")
    assert [error.split(":")[0] for error in errors] == [
        "query.max",
        "query.plate",
        "query.step",
        "query.max",
    ]


def test_the_description_shows_how_maxes_are_written(client: TestClient) -> None:
    description = client.get("/api/v1/openapi.json").json()
    parameters = description["paths"]["/api/v1/sessions/{day}"]["get"]["parameters"]
    named = {parameter["name"]: parameter for parameter in parameters}
    query = urlencode([("max", text) for text in named["max"]["schema"]["examples"][0]])
    assert client.get(f"{DAY}?{query}").status_code == 200
    assert "cookie is not read" in named["max"]["description"]
    assert named["plate"]["schema"]["examples"] == [["20:2", "10:1", "2.5:1"]]
