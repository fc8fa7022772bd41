"""The whole sample program through Dagster, once locally and once on AWS: the same bytes and the same records."""

import datetime as dt
import uuid
import warnings
from pathlib import Path

import dagster as dg
import pytest

from wod_pipeline import adapters
from wod_pipeline.aws.setup import ensure_bucket, ensure_sessions_table
from wod_pipeline.program import encode
from wod_pipeline.settings import Settings, load_settings
from wod_pipeline_tests.servers.aws import ENVIRONMENT, AwsServer

NOW = dt.datetime(2026, 3, 4, 12, tzinfo=dt.timezone.utc)
LAST = dt.date(2100, 1, 1)
FIRST = dt.date(2000, 1, 1)
READS = {"GetObject", "HeadObject", "ListObjectsV2", "GetItem", "BatchGetItem", "Query"}


def settings_for(tmp_path: Path, **more: str) -> Settings:
    environment = {"WOD_SAMPLE_DATE": "2026-03-04", "WOD_DATA_DIR": str(tmp_path), "WOD_AUTOMATION": "off"}
    return load_settings({**ENVIRONMENT, **environment, **more}, dotenv=tmp_path / "none")


@pytest.fixture
def local(tmp_path: Path) -> Settings:
    return settings_for(tmp_path / "local")


@pytest.fixture(params=["moto", pytest.param("dynamodb_local", marks=pytest.mark.servers)])
def on_aws(
    request: pytest.FixtureRequest, aws: AwsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    tables = aws if request.param == "moto" else request.getfixturevalue(request.param)
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", aws.endpoint_url)
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", tables.endpoint_url)
    sessions = f"sessions-{uuid.uuid4().hex}"
    ensure_bucket(aws.client("s3"), "lake", aws.region)
    ensure_sessions_table(tables.client("dynamodb"), sessions)
    return settings_for(
        tmp_path / "aws", WOD_STORAGE="aws", WOD_S3_BUCKET="lake", WOD_SESSIONS_TABLE=sessions
    )


@pytest.fixture
def count(request: pytest.FixtureRequest) -> int | None:
    """How many weeks: all of the sample's, except on moto, which copies its whole table for each transaction."""
    return 2 if "moto" in request.node.name else None


def materialize(settings: Settings, count: int | None) -> dg.ExecuteInProcessResult:
    """Materialize the first weeks of the sample in one run."""
    from wod_pipeline.definitions import build_defs

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        job = build_defs(settings).resolve_job_def("training_week")
    assert job.partitions_def is not None
    keys = job.partitions_def.get_partition_keys(current_time=NOW)[:count]
    ends = {"dagster/asset_partition_range_start": keys[0], "dagster/asset_partition_range_end": keys[-1]}
    with dg.DagsterInstance.ephemeral() as instance:
        return job.execute_in_process(instance=instance, tags=ends)


def lake_of(settings: Settings) -> dict[str, bytes]:
    """Every object but the looks, which hold times."""
    lake = adapters.open_lake(settings)
    return lake.read_many([key for key in lake.keys("") if not key.startswith("looks/")])


def table_of(settings: Settings) -> list[bytes]:
    return [encode(value) for value in adapters.open_table(settings).read_weeks(FIRST, LAST)]


def test_local_and_aws_hold_the_same_and_a_second_run_writes_nothing(
    local: Settings, on_aws: Settings, count: int | None, sent_operations: list[str]
) -> None:
    assert materialize(local, count).success
    assert materialize(on_aws, count).success
    assert len(table_of(local)) >= (count or 12)
    assert table_of(on_aws) == table_of(local)
    assert lake_of(on_aws) == lake_of(local)
    sent_operations.clear()
    assert materialize(on_aws, count).success
    assert sent_operations
    assert set(sent_operations) <= READS
