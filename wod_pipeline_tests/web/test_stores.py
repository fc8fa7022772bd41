"""The same answers over SQLite and DynamoDB, and `wod serve` as a process of its own."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from wod_pipeline.aws.setup import ensure_sessions_table
from wod_pipeline.reading.index import SessionIndex, refresh_index
from wod_pipeline.storage.dynamodb import DynamoSessionTable
from wod_pipeline.storage.folder import FolderLake
from wod_pipeline.storage.sqlite import SqliteSessionTable
from wod_pipeline.web.app import create_app
from wod_pipeline_tests.reading.test_index import CountingTable
from wod_pipeline_tests.servers.aws import AwsServer, aws, aws_environment, moto_server
from wod_pipeline_tests.web.conftest import MAXES, TODAY, ZONE, noon_of

__all__ = ["aws", "aws_environment", "moto_server"]

PATHS = (
    "/",
    "/week/2026-03-02",
    "/lifts",
    "/lifts/back_squat",
    "/load",
    "/search?q=squat",
    "/api/v1/sessions",
    "/api/v1/weeks",
    "/api/v1/load",
    "/calendar.ics",
)


@pytest.mark.usefixtures("aws_environment")
def test_dynamodb_gives_the_same_pages_as_sqlite(
    table: SqliteSessionTable, aws: AwsServer, tmp_path: Path
) -> None:
    dynamodb = aws.client("dynamodb")
    ensure_sessions_table(dynamodb, "wod-sessions")
    stores = (SqliteSessionTable(tmp_path / "few.sqlite"), DynamoSessionTable(dynamodb, "wod-sessions"))
    pages = []
    for store in stores:
        for monday in (dt.date(2026, 3, 2), dt.date(2026, 11, 9), dt.date(2026, 11, 16)):
            week = table.read_week(monday)
            assert week is not None
            store.replace_week(week)
        with TestClient(create_app(store, ZONE, now=noon_of(TODAY)), cookies={"maxes": MAXES}) as client:
            pages.append({path: client.get(path).text for path in PATHS})
    for path in PATHS:
        assert pages[0][path] == pages[1][path], path


def test_the_page_starts_from_the_stored_index(table: SqliteSessionTable, tmp_path: Path) -> None:
    lake = FolderLake(tmp_path / "lake")
    index = refresh_index(SessionIndex(), table, lake)
    stored = CountingTable(table._database.path)
    with TestClient(create_app(stored, ZONE, now=noon_of(TODAY), lake=lake)) as client:
        answer = client.get("/api/v1/search?q=squat").json()
    assert answer["total"] == len(list(index.search("squat")))
    assert stored.read == []


def test_serve_listens_on_this_machine_only_and_logs_no_maxes(
    folder: Path, table: SqliteSessionTable
) -> None:
    assert table.newest_week() is not None
    command = [sys.executable, "-c", "from wod_pipeline.cli import main; main(['serve', '--port', '0'])"]
    code_under_test = {"PYTHONPATH": os.pathsep.join(sys.path)}
    environ = {"WOD_DATA_DIR": str(folder), "PATH": "/usr/bin:/bin", **code_under_test}
    server = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ, cwd=folder
    )
    try:
        assert server.stderr is not None
        lines = iter(server.stderr.readline, "")
        address = next(found[0] for line in lines if (found := re.search(r"http://[\d.]+:\d+", line)))
        assert address.startswith("http://127.0.0.1:")
        sessions = f"{address}/api/v1/sessions?max=snatch:100"
        with contextlib.closing(urllib.request.urlopen(sessions, timeout=20)) as answer:
            assert answer.status == 200
            assert "Server" not in answer.headers
    finally:
        server.terminate()
        log, _ = server.communicate(timeout=20)
    assert "GET /api/v1/sessions?max=... HTTP/1.1" in log
    assert "snatch" not in log
