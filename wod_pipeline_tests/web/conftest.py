"""A page over the sample program, a hostile week and an empty table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from starlette.testclient import TestClient

from wod_pipeline.demo import sample_posts
from wod_pipeline.feed_key import FeedKey
from wod_pipeline.storage.sqlite import SqliteSessionTable
from wod_pipeline.web.app import create_app
from wod_pipeline_tests.builders import weeks_of
from wod_pipeline_tests.hostile import hostile_post

TODAY = dt.date(2026, 11, 17)
ZONE = ZoneInfo("America/Los_Angeles")
FEED_KEY = FeedKey(lambda: "k" * 43, "a test")
MAXES = "unit=kg&snatch=100&clean_and_jerk=125&power_clean=105&back_squat=160&strict_press=65"


def noon_of(day: dt.date) -> Callable[[], dt.datetime]:
    """A clock that shows noon of the day in the program's zone."""
    return lambda: dt.datetime.combine(day, dt.time(12), ZONE)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the sessions are kept."""
    return tmp_path_factory.mktemp("web")


@pytest.fixture(scope="session")
def table(folder: Path) -> SqliteSessionTable:
    """The sample program and the week of a hostile post."""
    table = SqliteSessionTable(folder / "sessions.sqlite")
    values = weeks_of([*sample_posts(TODAY), hostile_post()])
    assert not [result for result in table.replace_weeks(values).values() if isinstance(result, Exception)]
    return table


@pytest.fixture(scope="session")
def app(table: SqliteSessionTable):
    return create_app(table, ZONE, now=noon_of(TODAY), feed_key=FEED_KEY)


@pytest.fixture
def client(app) -> Iterator[TestClient]:
    """A visitor without maxes."""
    with TestClient(app) as client:
        yield client


@pytest.fixture
def lifter(client: TestClient) -> TestClient:
    """A visitor whose browser knows their maxes."""
    client.cookies.set("maxes", MAXES)
    return client


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[TestClient]:
    """A page where nothing is stored yet."""
    with TestClient(create_app(SqliteSessionTable(tmp_path / "none.sqlite"), ZONE)) as client:
        yield client
