"""A newcomer's first act: the whole archive, then again, then what changed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from wod_pipeline.reading.index import SessionIndex, refresh_index
from wod_pipeline.storage.folder import FolderLake
from wod_pipeline_tests.e2e.house import CHUNK, FIRST, LAST, WEEK, WEEKS, House, site
from wod_pipeline_tests.reading.test_index import CountingTable
from wod_pipeline_tests.servers.posts import generate_posts
from wod_pipeline_tests.servers.wordpress import FakeWordPress


def test_a_backfill_stores_every_week_in_chunks_of_a_run_each(undisturbed: House) -> None:
    assert len([key for key in undisturbed.lake if key.startswith("raw_posts/")]) == WEEKS
    assert len(undisturbed.rows) == WEEKS * 7  # six sessions and what is known of the week
    assert undisturbed.run_statuses() == ["SUCCESS"] * (WEEKS // CHUNK)


def test_after_a_backfill_the_first_search_reads_no_week(undisturbed: House) -> None:
    data = undisturbed.folder / "data"
    table = CountingTable(data / "sessions.sqlite")
    index = refresh_index(SessionIndex(), table, FolderLake(data / "lake"))
    assert (len(index.entries), table.read) == (WEEKS * 6, [])


def test_the_same_backfill_again_writes_no_file_and_no_row(lived_in: House) -> None:
    files = sorted((lived_in.folder / "data" / "lake").rglob("*.json*"))
    before = [(path, path.stat().st_mtime_ns, path.stat().st_ino) for path in files], lived_in.content
    ended = lived_in.materialize()
    assert f"changed: 0, unchanged: {WEEKS}" in ended.said
    assert (
        [(path, path.stat().st_mtime_ns, path.stat().st_ino) for path in files],
        lived_in.content,
    ) == before


def test_an_edited_post_changes_exactly_its_week(lived_in: House, wordpress: FakeWordPress) -> None:
    lived_in.environment["WOD_WORDPRESS_URL"] = wordpress.url
    lake, rows = lived_in.content
    edited = generate_posts(WEEKS, FIRST)[5]
    content = edited["content"]["rendered"].replace("Suggested Warm-Up", "Warm-Up").replace("E.", "F.")
    wordpress.site.edit(edited["id"], content=content, at=dt.datetime(2024, 3, 1, 12, tzinfo=dt.timezone.utc))
    ended = lived_in.materialize()
    week = str(FIRST + 5 * WEEK)
    assert f"changed: 1, unchanged: {WEEKS - 1}" in ended.said
    changed = {key for key, data in lived_in.lake.items() if lake.get(key) != data}
    assert changed
    assert all(f"week={week}" in key or f"post={edited['id']}" in key for key in changed)
    assert set(lake) <= set(lived_in.lake)
    assert {row[1] if row[0] == "#weeks" else row[2] for row in set(rows) ^ set(lived_in.rows)} == {week}


def test_a_week_that_is_not_published_is_named_and_stops_nothing(tmp_path: Path) -> None:
    with site(WEEKS - 1) as wordpress:
        house = House(tmp_path, wordpress.url)
        ended = house.materialize("--from", str(LAST - WEEK), "--to", str(LAST))
    assert ended.code == 0, ended.said
    assert f"not published: {LAST}" in ended.said
    assert house.states("--from", str(LAST - WEEK), "--to", str(LAST)) == ["not published", "stored"]


def test_only_missing_weeks_are_run_when_that_is_asked_for(house: House) -> None:
    house.materialize("--week", str(LAST))
    ended = house.materialize("--from", str(LAST - 2 * WEEK), "--to", str(LAST), "--missing")
    assert "2 weeks: " in ended.said
    again = house.materialize("--from", str(LAST - 2 * WEEK), "--to", str(LAST), "--missing")
    assert (again.code, again.said) == (0, f"Nothing is missing of the weeks {LAST - 2 * WEEK} to {LAST}.\n")


def test_a_single_week_is_one_run_of_one_partition(house: House) -> None:
    assert house.materialize("--week", str(FIRST + WEEK)).code == 0
    with house.instance() as instance:
        (run,) = instance.get_runs()
    assert run.tags["dagster/partition"] == str(FIRST + WEEK)


def test_weeks_that_are_not_partitions_are_refused_with_the_setting_to_change(house: House) -> None:
    ended = house.materialize("--week", "2015-01-07")
    assert ended.code == 1
    assert "WOD_START_WEEK" in ended.said
    assert "Traceback" not in ended.said


def test_every_wrong_setting_is_named_at_once(house: House) -> None:
    house.environment |= {"WOD_TIMEZONE": "Mars/Base", "WOD_WORDPRESS_PAUSE_S": "soon"}
    ended = house.materialize()
    assert ended.code == 1
    assert "2 settings are wrong" in ended.said
    assert "Traceback" not in ended.said
