"""What docs/api.md says, tried on the application."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from wod_pipeline.absence import AbsenceReason
from wod_pipeline.settings import VARIABLES
from wod_pipeline_tests.rendering.test_numbers import KG, athlete, rows_of

DOC = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
DAY = "/api/v1/sessions/2026-11-17"


@pytest.mark.parametrize("address", re.findall(r"curl 'http://127.0.0.1:8000(.+?)'", DOC))
def test_every_address_to_try_is_answered(client: TestClient, address: str) -> None:
    assert client.get(address).status_code == 200


def test_the_table_has_every_address_of_the_description(client: TestClient) -> None:
    described = client.get("/api/v1/openapi.json").json()["paths"]
    listed = re.findall(r"^\| `(/api/v1/[^`]+)` \|", DOC, re.MULTILINE)
    assert set(listed) == {path for path in described if path.startswith("/api/")}


def test_the_tables_have_every_parameter(client: TestClient) -> None:
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    parameters = {
        each["name"]: each["in"]
        for path, item in paths.items()
        if path.startswith("/api/")
        for each in item["get"].get("parameters", ())
    }
    for name, place in parameters.items():
        assert (f"`{name}`" if place == "query" else f"{{{name}}}") in DOC


def test_every_example_of_a_maxes_parameter_is_taken(client: TestClient) -> None:
    table = DOC.split("\n## Weights\n")[1]
    rows = re.findall(r"^\| `(\w+)` \| (`.+?`) \|", table, re.MULTILINE)
    assert [name for name, _ in rows] == ["max", "unit", "bar", "step", "plate"]
    for name, examples in rows:
        for example in re.findall(r"`([^`]+)`", examples):
            assert client.get(DAY, params={name: example}).status_code == 200, example


def test_the_example_of_numbers_is_what_is_answered() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", DOC, re.DOTALL)
    (row,) = rows_of(athlete(KG), "Three sets of:", "Snatch x 2 reps @ 71-77%")
    assert row.items() >= json.loads(example).items()


def test_the_settings_it_names_exist() -> None:
    assert set(re.findall(r"WOD_[A-Z_]+", DOC)) <= {variable.name for variable in VARIABLES}


def test_every_reason_of_an_absence_is_explained() -> None:
    (section,) = re.findall(r"\n## Days\n(.*?)\n## ", DOC, re.DOTALL)
    explained = re.findall(r"^\| `(\w+)` \| [^|]+ \|$", section, re.MULTILINE)
    assert sorted(explained) == sorted(["reason", *(reason.value for reason in AbsenceReason)])
