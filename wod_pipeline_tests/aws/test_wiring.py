"""The command line and Dagster open the same sources and stores, local ones and those on AWS."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import msgspec
import pytest
from botocore.validate import ParamValidationDecorator

from wod_pipeline import adapters
from wod_pipeline.resources.dynamodb import DynamoDBResource
from wod_pipeline.resources.sns import SNSResource
from wod_pipeline.resources.wiring import build_resources
from wod_pipeline.settings import Settings, load_settings

ON_AWS = {
    "WOD_STORAGE": "aws",
    "WOD_S3_BUCKET": "lake",
    "WOD_SNS_TOPIC_ARN": "arn:aws:sns:eu-west-1:123456789012:alerts",
    "AWS_REGION": "eu-west-1",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
}


@pytest.fixture
def settings(tmp_path: Path, aws_environment: None) -> Settings:
    return load_settings({**ON_AWS, "WOD_DATA_DIR": str(tmp_path)}, dotenv=tmp_path / "none")


def opened_by_dagster(settings: Settings, key: str) -> Any:
    with dg.build_resources(build_resources(settings)) as resources:
        return getattr(resources, key).open()


def configuration(client: Any) -> dict[str, Any]:
    """What decides how a client behaves."""
    config = client.meta.config
    return {
        "service": client.meta.service_model.service_name,
        "region": client.meta.region_name,
        "endpoint": client.meta.endpoint_url,
        "connect timeout": config.connect_timeout,
        "read timeout": config.read_timeout,
        "attempts": config.retries["total_max_attempts"],
        "mode": config.retries["mode"],
        "validation": isinstance(client._serializer, ParamValidationDecorator),
        "connections": config.max_pool_connections,
        "user agent": config.user_agent_extra,
    }


OPEN: dict[str, tuple[Callable[[Settings], Any], Callable[[Settings], Any], Callable[[Any], Any]]] = {
    "lake": (adapters.open_lake, lambda s: opened_by_dagster(s, "lake"), lambda lake: lake._client),
    "session table": (
        adapters.open_table,
        lambda s: opened_by_dagster(s, "session_table"),
        lambda table: table._requests._client,
    ),
    "notifier": (
        adapters.open_notifier,
        lambda s: opened_by_dagster(s, "notifier"),
        lambda notifier: notifier._client,
    ),
    "ledger": (
        adapters.open_ledger,
        lambda s: opened_by_dagster(s, "notifier")._ledger,
        lambda ledger: ledger._requests._client,
    ),
}


@pytest.mark.parametrize("store", OPEN)
def test_command_line_and_dagster_open_a_store_with_equal_clients(settings: Settings, store: str) -> None:
    by_command, by_dagster, client_of = OPEN[store]
    found = configuration(client_of(by_command(settings)))
    assert configuration(client_of(by_dagster(settings))) == found
    assert (found["region"], found["endpoint"]) == ("eu-west-1", "http://127.0.0.1:9")


@pytest.mark.parametrize(
    ("store", "attempts", "connect_s", "read_s", "validation"),
    [
        ("lake", 4, 5.0, 20.0, True),
        ("session table", 4, 5.0, 20.0, False),
        ("ledger", 2, 3.0, 5.0, True),
        ("notifier", 2, 3.0, 5.0, True),
    ],
)
def test_what_a_sensor_asks_gives_up_sooner_and_large_items_are_not_validated(
    settings: Settings, store: str, attempts: int, connect_s: float, read_s: float, validation: bool
) -> None:
    by_command, _, client_of = OPEN[store]
    found = configuration(client_of(by_command(settings)))
    assert (found["attempts"], found["connect timeout"], found["read timeout"], found["validation"]) == (
        attempts,
        connect_s,
        read_s,
        validation,
    )


SOURCES = {
    "sample": {"WOD_SAMPLE_DATE": "2026-03-04"},
    "sample of today": {},
    "folder": {"WOD_SOURCE": "posts"},
    "wordpress": {
        "WOD_SOURCE": "wordpress",
        "WOD_WORDPRESS_URL": "https://example.com",
        "WOD_WORDPRESS_CATEGORY": "7",
        "WOD_WORDPRESS_PAUSE": "2.5",
        "WOD_WORDPRESS_USER_AGENT": "a reader",
        "WOD_WORDPRESS_USER": "editor",
        "WOD_WORDPRESS_PASSWORD": "open sesame",
    },
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a folder of posts in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "posts").mkdir()
    return tmp_path


@pytest.mark.parametrize("environ", SOURCES.values(), ids=SOURCES)
def test_command_line_and_dagster_open_equal_sources(here: Path, environ: dict[str, str]) -> None:
    settings = load_settings({**environ, "WOD_DATA_DIR": "data"}, dotenv=here / "none")
    assert state(opened_by_dagster(settings, "source")) == state(adapters.open_source(settings))


def test_command_line_and_dagster_open_equal_local_stores_that_stay_where_they_are(here: Path) -> None:
    settings = load_settings({"WOD_DATA_DIR": "data"}, dotenv=here / "none")
    notifier = opened_by_dagster(settings, "notifier")
    pairs = {
        "lake": (adapters.open_lake(settings), opened_by_dagster(settings, "lake")),
        "sessions.sqlite": (adapters.open_table(settings), opened_by_dagster(settings, "session_table")),
        "ledger": (adapters.open_ledger(settings), notifier._ledger),
    }
    for name, (by_command, by_dagster) in pairs.items():
        assert state(by_command) == state(by_dagster), name
    assert type(adapters.open_notifier(settings)) is type(notifier)
    assert state(pairs["lake"][0])["_root"] == here / "data" / "lake"
    assert state(pairs["ledger"][0])["_database"]["path"] == here / "data" / "sessions.sqlite"


def state(value: Any) -> Any:
    """What an adapter was made with, as far down as our own classes go."""
    if isinstance(value, str | int | float | tuple | Path | msgspec.Struct):
        return value
    if isinstance(value, dict):
        return {name: state(each) for name, each in value.items()}
    of_ours = type(value).__module__.startswith("wod_pipeline") and hasattr(value, "__dict__")
    return {"class": type(value).__qualname__} | (state(vars(value)) if of_ours else {})


def test_the_services_are_resources_of_their_own_on_aws_and_absent_otherwise(
    settings: Settings, tmp_path: Path
) -> None:
    from dagster_aws.s3 import S3Resource

    resources = build_resources(settings)
    kinds = {"dynamodb": DynamoDBResource, "sns": SNSResource, "s3": S3Resource}
    for key, kind in kinds.items():
        assert isinstance(resources[key], kind)
        assert (resources[key].region_name, resources[key].endpoint_url) == (
            "eu-west-1",
            "http://127.0.0.1:9",
        )
    local = build_resources(load_settings({"WOD_DATA_DIR": str(tmp_path)}, dotenv=tmp_path / "none"))
    assert not kinds.keys() & local.keys()


def test_local_mode_loads_no_dagster_aws_even_when_messages_go_through_sns(tmp_path: Path) -> None:
    code = (
        "import sys; from wod_pipeline.definitions import defs; "
        "sys.exit('dagster_aws' in sys.modules or 'SnsNotifierResource' != type(defs.resources['notifier']).__name__)"
    )
    environ = {"WOD_DATA_DIR": str(tmp_path), "PATH": "", "PYTHONPATH": ":".join(sys.path)}
    topic = {name: value for name, value in ON_AWS.items() if name in {"WOD_SNS_TOPIC_ARN", "AWS_REGION"}}
    subprocess.run([sys.executable, "-c", code], env=environ | topic, cwd=tmp_path, check=True)
