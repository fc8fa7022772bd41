"""A small site, served afresh for every test, and a source that reads it without ever sleeping."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from wod_pipeline.wordpress import WordPressSource
from wod_pipeline_tests.servers.wordpress import FakeWordPress

OpenSource = Callable[..., WordPressSource]


def at(text: str) -> dt.datetime:
    """A time without zone: the site's, or UTC where WordPress says so."""
    return dt.datetime.fromisoformat(text)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that the environment names is not for servers on this machine."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


@pytest.fixture
def wp() -> Iterator[FakeWordPress]:
    """An empty site in Los Angeles; its clock stands still at noon UTC on 1 March 2021."""
    now = dt.datetime(2021, 3, 1, 12, tzinfo=dt.timezone.utc)
    with FakeWordPress(clock=lambda: now) as server:
        yield server


@pytest.fixture
def waits() -> list[float]:
    """The seconds the source under test would have waited."""
    return []


@pytest.fixture
def open_source(wp: FakeWordPress, waits: list[float]) -> OpenSource:
    """A source over the site; keyword arguments as for `WordPressSource`."""

    def open_(url: str = "", **settings: Any) -> WordPressSource:
        return WordPressSource(url or wp.url, **{"sleep": waits.append, **settings})

    return open_


@pytest.fixture
def source(open_source: OpenSource) -> WordPressSource:
    """A source over the site with every default."""
    return open_source()
