"""The stores the contract runs over: a test that asks for `lake`, `table` or `ledger` runs once for each."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from wod_pipeline.aws.setup import ensure_bucket, ensure_ledger_table, ensure_sessions_table
from wod_pipeline.storage import Lake, Ledger, SessionTable
from wod_pipeline.storage.dynamodb import DynamoLedger, DynamoSessionTable
from wod_pipeline.storage.folder import FolderLake
from wod_pipeline.storage.s3 import S3Lake
from wod_pipeline.storage.sqlite import SqliteLedger, SqliteSessionTable
from wod_pipeline_tests.servers.aws import AwsServer, aws, aws_environment, dynamodb_local, moto_server

__all__ = ["aws", "aws_environment", "dynamodb_local", "moto_server"]

_LOCAL = pytest.param("dynamodb_local", marks=pytest.mark.servers)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_614_500_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["folder", "s3"])
def lake(request: pytest.FixtureRequest, tmp_path: Path) -> Lake:
    if request.param == "folder":
        return FolderLake(tmp_path / "lake")
    server: AwsServer = request.getfixturevalue("aws")
    s3 = server.client("s3")
    ensure_bucket(s3, "wod-lake", server.region)
    return S3Lake(s3, "wod-lake", "programs")


@pytest.fixture(params=["aws", _LOCAL])
def dynamodb(request: pytest.FixtureRequest) -> AwsServer:
    """A server of DynamoDB: moto, and Amazon's own where the machine can run it."""
    request.getfixturevalue("aws_environment")
    server: AwsServer = request.getfixturevalue(request.param)
    return server


@pytest.fixture(params=["sqlite", "aws", _LOCAL])
def table(request: pytest.FixtureRequest, tmp_path: Path) -> SessionTable:
    if request.param == "sqlite":
        return SqliteSessionTable(tmp_path / "wod.sqlite")
    return _dynamo_table(request)


@pytest.fixture(params=["sqlite", "aws", _LOCAL])
def ledger(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Ledger:
    if request.param == "sqlite":
        return SqliteLedger(tmp_path / "wod.sqlite", now=clock)
    request.getfixturevalue("aws_environment")
    client = request.getfixturevalue(request.param).client("dynamodb")
    name = f"ledger-{uuid.uuid4().hex}"
    ensure_ledger_table(client, name)
    return DynamoLedger(client, name, now=clock)


def _dynamo_table(request: pytest.FixtureRequest) -> SessionTable:
    request.getfixturevalue("aws_environment")
    client = request.getfixturevalue(request.param).client("dynamodb")
    name = f"sessions-{uuid.uuid4().hex}"
    ensure_sessions_table(client, name)
    return DynamoSessionTable(client, name)
