"""What an asset's page says before the first run agrees with what is written by a run."""

from __future__ import annotations

import io
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
import pyarrow.parquet as pq
import pytest

from wod_pipeline.adapters import open_lake, open_table
from wod_pipeline.assets.metadata import ABOUT
from wod_pipeline.definitions import build_defs
from wod_pipeline.jobs import DERIVED, SESSIONS, TRAINING_WEEK, range_tags
from wod_pipeline.resources.weekly import ROW_COUNT
from wod_pipeline.settings import Settings, load_settings
from wod_pipeline.storage import Lake
from wod_pipeline.storage.s3 import S3Lake
from wod_pipeline.storage.stages import load_key, records_key, stage_key
from wod_pipeline.weeks import WEEK, key_of
from wod_pipeline_tests.builders import MONDAY, raw_post
from wod_pipeline_tests.fakes import FakeSource, source_around

ROOT = Path(__file__).parents[2]
ASSETS = (*SESSIONS, *DERIVED)
WEEKS = [MONDAY, MONDAY + WEEK]
JSON_TYPES = {"string": str, "date": str, "integer": int, "map of string": dict}


def specs(settings: Settings) -> dict[str, dg.AssetSpec]:
    return {spec.key.path[-1]: spec for spec in build_defs(settings).resolve_all_asset_specs()}


def columns(spec: dg.AssetSpec) -> dict[str, dg.TableColumn]:
    return {column.name: column for column in spec.metadata["dagster/column_schema"].columns}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    environ = {"WOD_DATA_DIR": str(tmp_path / "a b"), "WOD_START_WEEK": "2026-01-05"}
    return load_settings(environ, dotenv=tmp_path / "none")


@pytest.fixture
def result(settings: Settings) -> dg.ExecuteInProcessResult:
    """A run over two weeks, one of them with notes, remarks and a second session of a day."""
    days = (
        "Monday – Session 2",
        "*If you feel tired, rest.",
        "A.",
        "Three sets of:",
        "Snatch x 2 @ 72%",
        "Tuesday",
    )
    posts = [
        raw_post("Monday", "A.", "Three sets of:", "Snatch x 2 reps @ 72%"),
        raw_post(
            "Welcome",
            *days,
            "Clean x 3",
            "Jerk 2 or so",
            "Zorp x 2 @ 80%",
            "Press x 3 @ 40 kg",
            monday=WEEKS[1],
            number=2,
        ),
    ]
    defs = build_defs(settings, source=source_around(FakeSource(posts)))
    return defs.resolve_job_def(TRAINING_WEEK).execute_in_process(
        tags=range_tags((WEEKS[0], WEEKS[-1])),
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
    )


def test_every_asset_says_what_a_row_is_and_where_it_is_documented_and_stored(settings: Settings) -> None:
    assert set(specs(settings)) == set(ASSETS) == set(ABOUT)
    for spec in specs(settings).values():
        assert {"one_row_is", "object_of_a_week", "docs", "dagster/uri", "dagster/storage_kind"} <= set(
            spec.metadata
        )
        assert {"layer", "dagster/storage_kind"} <= set(spec.tags)
    assert all((ROOT / about.page).is_file() for about in ABOUT.values())


def test_the_code_references_lead_to_the_body_of_the_asset_and_its_page(settings: Settings) -> None:
    for name, spec in specs(settings).items():
        body, page = spec.metadata["dagster/code_references"].code_references
        line = Path(body.file_path).read_text(encoding="utf-8").splitlines()[body.line_number - 1]
        assert line == f"def {name}("
        assert page.file_path == str(ROOT / ABOUT[name].page)


def test_with_an_address_of_the_project_code_and_docs_are_links(settings: Settings) -> None:
    web = replace(settings, code_url="https://git.example/wod/blob/main")
    for name, spec in specs(web).items():
        (body,) = spec.metadata["dagster/code_references"].code_references
        path, _, line = body.url.removeprefix("https://git.example/wod/blob/main/").partition("#L")
        assert (ROOT / path).read_text(encoding="utf-8").splitlines()[int(line) - 1] == f"def {name}("
        page = ABOUT[name].page
        assert spec.metadata["docs"].value.startswith(f"[{page}](https://git.example/wod/blob/main/{page}): ")


def test_without_an_address_docs_are_named_and_not_linked(settings: Settings) -> None:
    for name, spec in specs(settings).items():
        assert spec.metadata["docs"].value.startswith(f"`{ABOUT[name].page}`: ")


def test_a_table_s_columns_have_a_meaning(settings: Settings) -> None:
    for name in ("session_records", "training_load"):
        assert all(column.description for column in columns(specs(settings)[name]).values())


def test_a_constraint_which_the_ui_shows_as_plain_text_has_no_markdown(settings: Settings) -> None:
    schema = specs(settings)["session_records"].metadata["dagster/column_schema"]
    constraints = getattr(schema, "schema", schema).constraints.other
    assert constraints[0] == "session is unique within a date and week"
    assert not [text for text in constraints if "`" in text]


def test_the_columns_of_session_records_are_those_of_the_stored_lines(
    settings: Settings, result: dg.ExecuteInProcessResult
) -> None:
    schema, seen = columns(specs(settings)["session_records"]), set[str]()
    for week in WEEKS:
        for line in open_lake(settings).read(records_key(week)).splitlines():
            record = json.loads(line)
            seen |= set(record)
            for field, value in record.items():
                assert_is_of(schema[field], value)
    assert set(schema) - seen == {"schema_version"}


def assert_is_of(column: dg.TableColumn, value: Any) -> None:
    if value is None:
        assert column.constraints.nullable
    else:
        assert isinstance(value, JSON_TYPES.get(column.type, list)), column


def test_the_columns_of_training_load_are_those_of_the_parquet_files(
    settings: Settings, result: dg.ExecuteInProcessResult
) -> None:
    stored = pq.read_schema(io.BytesIO(open_lake(settings).read(load_key(MONDAY))))
    written = {field.name: str(field.type).removeprefix("large_") for field in stored}
    schema = columns(specs(settings)["training_load"])
    assert {name: column.type for name, column in schema.items()} == written
    frame = pd.read_parquet(io.BytesIO(open_lake(settings).read(load_key(WEEKS[1]))))
    empty = {name for name in schema if frame[name].isna().any()}
    assert empty == {name for name, column in schema.items() if column.constraints.nullable}


def test_the_address_of_an_asset_is_where_its_weeks_are_stored(settings: Settings, tmp_path: Path) -> None:
    aws = {"WOD_STORAGE": "aws", "WOD_S3_BUCKET": "b", "AWS_REGION": "us-west-2"}
    check_address(settings, open_lake(settings))
    for prefix, plain in (("wod", "wod"), ("/a/b/", "a/b")):
        on_aws = load_settings({**aws, "WOD_S3_PREFIX": prefix}, dotenv=tmp_path / "none")
        check_address(on_aws, S3Lake(None, "b", plain))  # type: ignore[arg-type]


def check_address(settings: Settings, lake: Lake) -> None:
    for name, spec in specs(settings).items():
        assert lake.uri(stage_key(name, MONDAY)).startswith(spec.metadata["dagster/uri"] + "week=")
        assert lake.uri(spec.metadata["object_of_a_week"]).startswith(spec.metadata["dagster/uri"] + "week=")


def test_the_object_of_a_week_is_one_that_a_run_writes(
    settings: Settings, result: dg.ExecuteInProcessResult
) -> None:
    stored = set(open_lake(settings).keys(""))
    for spec in specs(settings).values():
        assert spec.metadata["object_of_a_week"].replace("2020-12-21", key_of(MONDAY)) in stored


def test_the_named_table_has_the_sessions(settings: Settings, result: dg.ExecuteInProcessResult) -> None:
    table = specs(settings)["session_records"].metadata["dagster/table_name"]
    with closing(sqlite3.connect(settings.database_path)) as database:
        query = f"SELECT count(*) FROM {table} WHERE week IS NOT NULL"
        assert database.execute(query).fetchone() == (
            sum(entry.sessions for entry in open_table(settings).weeks()),
        )


def test_each_week_has_its_own_number_of_rows(result: dg.ExecuteInProcessResult) -> None:
    def counts(name: str) -> list[int]:
        events = result.asset_materializations_for_node(name)
        of_week = {str(event.partition): event.metadata[ROW_COUNT].value for event in events}
        return [of_week[key_of(week)] for week in WEEKS]

    assert {name: counts(name) for name in ASSETS} == {
        "raw_posts": [1, 1],
        "plain_text_posts": [4, 11],
        "daily_sessions": [1, 2],
        "segmented_exercises": [1, 4],
        "session_records": [1, 2],
        "training_load": [4, 9],
        "session_calendar": [1, 2],
    }
