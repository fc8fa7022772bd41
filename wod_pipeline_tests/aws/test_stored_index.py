"""The stored index on S3 and DynamoDB: how many requests a search takes, and that it answers as locally."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest

from wod_pipeline.aws.setup import ensure_bucket, ensure_sessions_table
from wod_pipeline.reading.index import SessionIndex, refresh_index
from wod_pipeline.storage import Lake, SessionTable
from wod_pipeline.storage.dynamodb import DynamoSessionTable
from wod_pipeline.storage.folder import FolderLake
from wod_pipeline.storage.s3 import S3Lake
from wod_pipeline.storage.sqlite import SqliteSessionTable
from wod_pipeline.storage.stages import write_records
from wod_pipeline_tests.builders import week_of_words
from wod_pipeline_tests.servers.aws import AwsServer

YEARS = range(2016, 2027)
"""The calendar years that ten years of weeks lie in. One week of each, since requests go by years, not by weeks."""
WEEKS = [dt.date.fromisocalendar(year, 20, 1) for year in YEARS]


@pytest.fixture
def stores(aws: AwsServer) -> tuple[SessionTable, Lake]:
    """A table and a lake on AWS, a week of every year in the table."""
    dynamodb, s3 = aws.client("dynamodb"), aws.client("s3")
    ensure_sessions_table(dynamodb, "wod-sessions")
    ensure_bucket(s3, "wod-lake", aws.region)
    table = DynamoSessionTable(dynamodb, "wod-sessions")
    table.replace_weeks(week_of_words("Snatch", "Clean", week=week) for week in WEEKS)
    return table, S3Lake(s3, "wod-lake", "programs")


@pytest.mark.usefixtures("aws_environment")
def test_a_search_of_ten_years_takes_a_request_for_the_weeks_and_one_for_each_year(
    stores: tuple[SessionTable, Lake], sent_operations: list[str], tmp_path: Path
) -> None:
    table, lake = stores
    first = refresh_index(SessionIndex(), table, lake)
    sent_operations.clear()
    index = refresh_index(SessionIndex(), table, lake)
    assert Counter(sent_operations) == {"Query": 1, "GetObject": len(YEARS)}
    assert index.entries == first.entries

    local = SqliteSessionTable(tmp_path / "sessions.sqlite")
    local.replace_weeks(week_of_words("Snatch", "Clean", week=week) for week in WEEKS)
    assert refresh_index(SessionIndex(), local, FolderLake(tmp_path / "lake")).entries == index.entries
    assert refresh_index(SessionIndex(), local, lake).indexed == index.indexed
    assert "PutObject" not in sent_operations, "the index of the one table is that of the other"


@pytest.mark.usefixtures("aws_environment")
def test_a_week_that_changed_is_read_and_the_object_of_its_year_written(
    stores: tuple[SessionTable, Lake], sent_operations: list[str]
) -> None:
    table, lake = stores
    known = refresh_index(SessionIndex(), table, lake)
    table.replace_week(week_of_words("Jerk", "Clean", week=WEEKS[-1]))
    sent_operations.clear()
    refresh_index(known, table, lake)
    # Its records are not in the lake, so the table is read, and its weeks are listed once more.
    read = {"Query": 2, "GetObject": 2, "GetItem": 1, "BatchGetItem": 1}
    assert Counter(sent_operations) == {**read, "HeadObject": 1, "PutObject": 1}

    newer = week_of_words("Jerk", "Row", week=WEEKS[-1])
    table.replace_week(newer)
    write_records(lake, {newer.week: newer})
    sent_operations.clear()
    assert "row" in refresh_index(known, table, lake).entries[-1].text
    assert Counter(sent_operations) == {"Query": 1, "GetObject": 2, "HeadObject": 1, "PutObject": 1}
