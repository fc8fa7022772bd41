"""A page over the sample program, a hostile week and an empty table."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import uvicorn
from fastapi import FastAPI
from starlette.testclient import TestClient

from wod_pipeline.demo import sample_posts
from wod_pipeline.feed_key import FeedKey
from wod_pipeline.storage.sqlite import SqliteSessionTable
from wod_pipeline.web.app import create_app
from wod_pipeline.web.connections import Patience
from wod_pipeline.web.server import server_options
from wod_pipeline_tests.builders import weeks_of
from wod_pipeline_tests.hostile import hostile_post
from wod_pipeline_tests.web.browser import Tab, chromium

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


@contextmanager
def serving(app: FastAPI, proxies: Collection[str] = (), patience: Patience | None = None) -> Iterator[str]:
    """The address of a running server, as `wod serve` runs it."""
    options = {**server_options(proxies, patience), "log_config": None, "log_level": "critical"}
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, **options))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.05)
    (port,) = {socket.getsockname()[1] for each in server.servers for socket in each.sockets}
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def site(app: FastAPI) -> Iterator[str]:
    """The address of the sample program."""
    with serving(app) as address:
        yield address


@pytest.fixture(scope="module")
def tab(site: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    with chromium(tmp_path_factory.mktemp("profile")) as tab:
        tab.call("Network.setCookie", name="maxes", value=f'"{MAXES}"', url=site, httpOnly=True)
        live_in(tab, ZONE.key)
        yield tab


def be_in(tab: Tab, zone: str) -> None:
    """Take the browser to another time zone."""
    tab.call("Emulation.setTimezoneOverride", timezoneId=zone)


def live_in(tab: Tab, zone: str) -> None:
    """Take the browser to a time zone that our server, on whichever port, knows of already."""
    be_in(tab, zone)
    tab.call("Network.setCookie", name="tz", value=zone, domain="127.0.0.1", path="/")
