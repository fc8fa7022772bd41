"""Backfills launched in the Dagster UI in which weeks are refused or cannot be fetched: what is lost.

Minutes long, since the daemon looks for work every half minute: run with ``WOD_E2E=1``.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import dagster as dg
import pytest

from wod_pipeline.jobs import DERIVED, SESSIONS
from wod_pipeline.wordpress import CHUNK_WEEKS
from wod_pipeline_tests.e2e.dagster_dev import DagsterDev, wait_for
from wod_pipeline_tests.e2e.house import FIRST, WEEK, House, site
from wod_pipeline_tests.servers.posts import generate_posts
from wod_pipeline_tests.servers.wordpress_site import Reply, Request, as_json

pytestmark = pytest.mark.skipif(
    os.environ.get("WOD_E2E") != "1", reason="takes minutes of real ticks; set WOD_E2E=1 to run it"
)
WEEKS = [str(FIRST + n * WEEK) for n in range(CHUNK_WEEKS + 12)]
REFUSED = WEEKS[7]
"""Its post holds no session any more, so the table keeps what it has."""
NOT_FETCHED = WEEKS[CHUNK_WEEKS:]
"""The second chunk, which the site refuses to list."""
KEPT = NOT_FETCHED[4:8]
"""Weeks of the second chunk whose posts are kept from an earlier run."""
PATIENCE_S = 400


@dataclass(frozen=True)
class Backfilled:
    """What two backfills came to: their statuses, and the weeks that Dagster counts as materialized, by asset."""

    statuses: tuple[str, str]
    weeks: dict[str, set[str]]
    stored: list[str]


@pytest.fixture(scope="module")
def backfilled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backfilled]:
    """All assets over all weeks, and at the same time those made from kept posts over the second chunk."""
    folder = tmp_path_factory.mktemp("ui")
    with site(len(WEEKS)) as wordpress:
        house = House(folder, wordpress.url)
        keep_posts(house, wordpress.url)
        assert house.materialize("--week", REFUSED).code == 0
        post = generate_posts(len(WEEKS), FIRST)[WEEKS.index(REFUSED)]
        wordpress.site.edit(post["id"], content="<p>Closed this week.</p>")
        wordpress.intercept = refuse_the_second_chunk
        with DagsterDev(folder, {**house.environment, "WOD_AUTOMATION": "off"}) as dagster:
            dagster.start_sensor("unfinished_weeks")
            dagster.start_sensor("derived_assets")
            backfills = (
                launch(dagster, WEEKS, *SESSIONS, *DERIVED),
                launch(dagster, NOT_FETCHED, *SESSIONS[1:]),
            )
            wait_for(lambda: all(map(dagster.backfill_status, backfills)), PATIENCE_S)
            wait_for(lambda: set(KEPT) <= materialized(folder, SESSIONS[-1]), PATIENCE_S)
            in_table = {*WEEKS[:CHUNK_WEEKS], *KEPT}
            wait_for(lambda: all(in_table <= materialized(folder, asset) for asset in DERIVED), PATIENCE_S)
            statuses = dagster.backfill_status(backfills[0]), dagster.backfill_status(backfills[1])
        weeks = {asset: materialized(folder, asset) for asset in (*SESSIONS, *DERIVED)}
        yield Backfilled(statuses, weeks, house.states("--from", WEEKS[0], "--to", WEEKS[-1])[::-1])


def keep_posts(house: House, url: str) -> None:
    """Put the raw posts of the kept weeks into the lake, and nothing else."""
    other = House(house.folder / "other", url)
    other.folder.mkdir()
    assert other.materialize("--from", KEPT[0], "--to", KEPT[-1]).code == 0
    shutil.copytree(other.folder / "data/lake/raw_posts", house.folder / "data/lake/raw_posts")


def refuse_the_second_chunk(request: Request) -> Reply | None:
    """A site that refuses to list the posts from half a year on: the first chunk asks for all from the first day."""
    if request.query.get("after", "") > WEEKS[26]:
        return as_json({"code": "rest_forbidden", "message": "No."}, status=403)
    return None


def launch(dagster: DagsterDev, weeks: list[str], *assets: str) -> str:
    return dagster.launch_backfill(assetSelection=[{"path": [name]} for name in assets], partitionNames=weeks)


def materialized(folder: Path, asset: str) -> set[str]:
    home = mock.patch.dict(os.environ, {"DAGSTER_HOME": str(folder / "home")})
    with home, dg.DagsterInstance.get() as instance:
        return instance.get_materialized_partitions(dg.AssetKey(asset))


def test_a_chunk_that_cannot_be_fetched_costs_itself_in_all_assets(backfilled: Backfilled) -> None:
    assert backfilled.weeks["raw_posts"] == set(WEEKS[:CHUNK_WEEKS])
    for asset in SESSIONS[1:4]:
        assert backfilled.weeks[asset] == {*WEEKS[:CHUNK_WEEKS], *KEPT}


def test_a_refused_week_costs_itself_alone(backfilled: Backfilled) -> None:
    assert backfilled.weeks["session_records"] == {*WEEKS[:CHUNK_WEEKS], *KEPT} - {REFUSED}


def test_load_and_calendar_follow_every_week_of_the_table(backfilled: Backfilled) -> None:
    """The backfill leaves out loads of weeks after the refused one, which read it; the sensor has them made."""
    for asset in DERIVED:
        assert backfilled.weeks[asset] == {*WEEKS[:CHUNK_WEEKS], *KEPT}


def test_weeks_that_were_never_fetched_cost_themselves_when_the_others_are_made_from_kept_posts(
    backfilled: Backfilled,
) -> None:
    stored = dict(zip(WEEKS, backfilled.stored, strict=True))
    assert {stored[week] for week in KEPT} == {"stored"}
    assert {stored[week] for week in set(NOT_FETCHED) - set(KEPT)} == {"missing"}


def test_a_backfill_that_lost_weeks_has_failed(backfilled: Backfilled) -> None:
    assert backfilled.statuses == ("COMPLETED_FAILED", "COMPLETED_FAILED")
