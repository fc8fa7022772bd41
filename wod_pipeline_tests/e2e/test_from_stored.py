"""Everything again from the posts as last fetched, with the site gone: what an upgrade of the parser needs."""

from __future__ import annotations

import shutil
from pathlib import Path

from wod_pipeline_tests.e2e.house import FIRST, LAST, WEEK, WEEKS, House

NOWHERE = {"WOD_WORDPRESS_URL": "http://127.0.0.1:9"}


def derived_folders(house: House) -> list[Path]:
    """Where the lake has what was made from the raw posts."""
    lake = house.folder / "data" / "lake"
    return [path for path in lake.iterdir() if path.name not in {"raw_posts", "raw_post_revisions", "looks"}]


def test_everything_is_made_again_byte_for_byte_without_the_site(lived_in: House) -> None:
    content = lived_in.content
    for folder in derived_folders(lived_in):
        shutil.rmtree(folder)
    (lived_in.folder / "data" / "sessions.sqlite").unlink()
    lived_in.environment |= {**NOWHERE, "WOD_SOURCE": "/no/such/folder"}
    ended = lived_in.materialize("--from-stored")
    assert ended.code == 0, ended.said
    assert f"changed: {WEEKS}, unchanged: 0" in ended.said
    assert lived_in.content == content
    assert not (lived_in.folder / "data/lake/looks").exists(), "nobody looked at the site"
    assert lived_in.materialize("--from-stored", "--missing").said.startswith("Nothing is missing of ")


def test_with_derived_assets_too_and_nothing_is_written_when_nothing_differs(lived_in: House) -> None:
    lived_in.environment |= NOWHERE
    assert lived_in.materialize("--from-stored", "--derived").code == 0
    files = {path: path.stat().st_mtime_ns for path in (lived_in.folder / "data/lake").rglob("*.*")}
    assert any("training_load" in str(path) for path in files)
    ended = lived_in.materialize("--from-stored", "--derived")
    assert f"changed: 0, unchanged: {WEEKS}" in ended.said
    assert {path: path.stat().st_mtime_ns for path in files} == files


def test_a_corrupt_raw_week_heals_and_one_that_nothing_can_make_again_costs_only_itself(
    lived_in: House,
) -> None:
    lost, healed = FIRST + WEEK, FIRST + 2 * WEEK
    lake = lived_in.folder / "data" / "lake"
    post = (
        (lake / f"raw_posts/week={lost}/posts.json").read_bytes().split(b'"id":')[1].split(b",")[0].decode()
    )
    shutil.rmtree(lake / f"raw_post_revisions/post={post}")
    for week in (lost, healed):
        (lake / f"raw_posts/week={week}/posts.json").write_bytes(b"{")
    for stage in ("plain_text_posts", "daily_sessions", "segmented_exercises"):
        shutil.rmtree(lake / stage)
    lived_in.environment |= NOWHERE
    ended = lived_in.materialize("--from-stored")
    assert ended.code == 1
    assert f"raw_posts/week={lost}/posts.json" in ended.said
    assert f"failed: {lost}; what was stored of it before stays" in ended.said
    assert f"unchanged: {WEEKS - 1}" in ended.said or f"changed: {WEEKS - 1}" in ended.said
    made = {path.parent.name for path in (lake / "segmented_exercises").rglob("posts.json")}
    assert made == {f"week={FIRST + n * WEEK}" for n in range(WEEKS)} - {f"week={lost}"}


def test_weeks_that_were_never_fetched_are_named_and_the_others_made(house: House) -> None:
    assert house.materialize("--from", str(FIRST), "--to", str(LAST - 2 * WEEK)).code == 0
    house.environment |= NOWHERE
    ended = house.materialize("--from-stored", "--from", str(FIRST), "--to", str(LAST))
    assert ended.code == 0, ended.said
    assert f"Never fetched, so not made: {LAST - WEEK}, {LAST}." in ended.said
    assert f"{WEEKS - 2} weeks: " in ended.said


def test_raw_posts_that_are_gone_are_made_again_from_the_kept_revisions_by_the_command_that_status_names(
    lived_in: House,
) -> None:
    content = lived_in.content
    (lived_in.folder / "data" / "lake" / f"raw_posts/week={FIRST + WEEK}/posts.json").unlink()
    lived_in.environment |= NOWHERE
    ended = lived_in.materialize("--from-stored", "--week", str(FIRST + WEEK))
    assert ended.code == 0, ended.said
    assert lived_in.content == content
