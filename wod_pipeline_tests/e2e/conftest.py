"""A site, houses, and what an undisturbed run stores: shared by the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from wod_pipeline_tests.e2e.house import House, site
from wod_pipeline_tests.servers.wordpress import FakeWordPress


@pytest.fixture(scope="session")
def steady_site() -> Iterator[FakeWordPress]:
    """A site that nothing happens to."""
    with site() as wordpress:
        yield wordpress


@pytest.fixture(scope="session")
def undisturbed(steady_site: FakeWordPress, tmp_path_factory: pytest.TempPathFactory) -> House:
    """A house after one run without trouble; to be looked at only."""
    house = House(tmp_path_factory.mktemp("undisturbed"), steady_site.url)
    ended = house.materialize()
    assert ended.code == 0, ended.said
    return house


@pytest.fixture
def lived_in(undisturbed: House, tmp_path: Path) -> House:
    """A copy of the undisturbed house, to work with."""
    return undisturbed.moved_into(tmp_path)


@pytest.fixture
def house(steady_site: FakeWordPress, tmp_path: Path) -> House:
    """An empty house at the steady site."""
    return House(tmp_path, steady_site.url)


@pytest.fixture
def wordpress() -> Iterator[FakeWordPress]:
    """A site of the test's own, to change and to break."""
    with site() as own:
        yield own
