"""`wod status` and `wod sources` over stored weeks: what they print."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

from wod_pipeline.cli.status import sources, status
from wod_pipeline.parser_version import PARSER_VERSION
from wod_pipeline.program import RawPost, Weekly, encode
from wod_pipeline.storage.folder import FolderLake
from wod_pipeline.storage.sqlite import SqliteSessionTable
from wod_pipeline.storage.stages import load_key, write_stage
from wod_pipeline_tests.builders import edited, not_published, raw_post, week_records, weekly
from wod_pipeline_tests.fakes import use_parser_version

FIRST = dt.date(2024, 1, 1)
WEEK = dt.timedelta(days=7)
POSTS = [
    raw_post("Monday", "A.", "Back Squat x 5 reps @ 75%", monday=FIRST + n * WEEK, number=n + 1)
    for n in range(4)
]


@pytest.fixture(autouse=True)
def _four_weeks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Four weeks: stored, fetched only, not published, never looked at. The source lists posts for all but one."""
    folder = tmp_path / "posts"
    folder.mkdir()
    for post in (POSTS[0], edited(POSTS[1], "75%", "80%"), POSTS[3]):
        (folder / f"{post.id}.json").write_bytes(encode(post))
    monkeypatch.setenv("WOD_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("WOD_SOURCE", str(folder))
    monkeypatch.setenv("WOD_START_WEEK", str(FIRST))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("wod_pipeline.adapters.program_today", lambda _: FIRST + 2 * WEEK)
    SqliteSessionTable(tmp_path / "sessions.sqlite").replace_weeks(
        [week_records(POSTS[0]), not_published(FIRST + 2 * WEEK)]
    )
    weeks: list[Weekly[RawPost]] = [
        weekly(POSTS[0], week=FIRST),
        weekly(POSTS[1], week=FIRST + WEEK),
        weekly(week=FIRST + 2 * WEEK),
    ]
    write_stage(FolderLake(tmp_path / "lake"), "raw_posts", {value.week: value for value in weeks})


def test_status_lists_every_week_newest_first_and_counts_them() -> None:
    lines = CliRunner().invoke(status).output.splitlines()
    assert [line.split("  ")[1].strip() for line in lines[:4]] == [
        "missing",
        "not published",
        "failed",
        "stored",
    ]
    assert lines[0].startswith(str(FIRST + 3 * WEEK))
    assert lines[3].endswith("1 session")
    assert lines[4] == "4 weeks: 1 missing, 1 not published, 1 failed, 1 stored"


def test_status_shows_the_newest_weeks_and_how_many_it_leaves_out() -> None:
    lines = CliRunner().invoke(status, ["--limit", "1"]).output.splitlines()
    assert [line[:10] for line in lines[:-2]] == [str(FIRST + 3 * WEEK)]
    assert lines[-2:] == [
        "… and 3 older weeks; --all lists every week.",
        "4 weeks: 1 missing, 1 not published, 1 failed, 1 stored",
    ]


def test_status_shows_twenty_weeks_unless_more_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wod_pipeline.adapters.program_today", lambda _: FIRST + 23 * WEEK)

    def weeks_shown(*args: str) -> int:
        return sum(
            line[:1] == "2" and "weeks:" not in line
            for line in CliRunner().invoke(status, args).output.splitlines()
        )

    assert weeks_shown() == 20
    assert weeks_shown("--all") == weeks_shown("--from", str(FIRST)) == 25
    assert weeks_shown("--limit", "22") == 22
    assert weeks_shown("--to", str(FIRST + 22 * WEEK), "--limit", "30") == 23
    assert len(json.loads(CliRunner().invoke(status, ["--json"]).output)) == 25, "programs get all"


def test_status_shows_stale_weeks_and_how_to_renew_them(monkeypatch: pytest.MonkeyPatch) -> None:
    use_parser_version(monkeypatch, PARSER_VERSION + 1)
    remark = (
        f"made by an older parser (version {PARSER_VERSION}; this program's is {PARSER_VERSION + 1}): "
        "wod materialize --from-stored --missing"
    )
    *_, stale, totals = CliRunner().invoke(status).output.splitlines()
    assert stale == f"2024-01-01  stale          1 session   {remark}"
    assert totals == "4 weeks: 1 missing, 1 not published, 1 failed, 1 stale"
    week = json.loads(CliRunner().invoke(status, ["--json"]).output)[3]
    assert (week["state"], week["remarks"]) == ("stale", [remark])


def test_status_as_json_says_the_same() -> None:
    weeks = json.loads(CliRunner().invoke(status, ["--json"]).output)
    assert [week["state"] for week in weeks] == ["missing", "not published", "failed", "stored"]
    assert weeks[3] == {
        "week": "2024-01-01",
        "state": "stored",
        "sessions": 1,
        "posts": [POSTS[0].id],
        "remarks": [],
    }


def test_status_takes_any_days_of_the_first_and_the_last_week() -> None:
    weeks = json.loads(
        CliRunner().invoke(status, ["--from", "2024-01-10", "--to", "2024-01-12", "--json"]).output
    )
    assert [week["week"] for week in weeks] == ["2024-01-08"]
    refused = CliRunner().invoke(status, ["--from", "2024-01-20", "--to", "2024-01-02"])
    assert refused.exit_code == 2


def test_sources_says_what_is_new_edited_and_unchanged_and_stores_nothing(tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    output = CliRunner().invoke(sources, ["--from", str(FIRST), "--to", str(FIRST + 3 * WEEK)]).output
    changes = [line.split()[2] for line in output.splitlines() if line.startswith("    ")]
    assert changes == ["unchanged", "edited", "new"]
    assert f"{FIRST + 2 * WEEK}  not published" in output
    assert sorted(tmp_path.rglob("*")) == before


def test_weeks_that_cannot_be_read_back_are_named_and_the_others_listed(tmp_path: Path) -> None:
    (tmp_path / "lake" / f"raw_posts/week={FIRST}/posts.json").write_bytes(b'{"week":')
    with sqlite3.connect(tmp_path / "sessions.sqlite") as connection:
        connection.execute("UPDATE sessions SET item = 'x' WHERE session = ?", (str(FIRST + 2 * WEEK),))
    result = CliRunner().invoke(status)
    states = [line.split("  ")[1].strip() for line in result.output.splitlines()[:4]]
    assert states == ["missing", "corrupt", "failed", "corrupt"]
    assert f"raw_posts/week={FIRST}/posts.json" in result.output
    assert f"wod materialize --week {FIRST}" in result.output
    assert CliRunner().invoke(sources, ["--from", str(FIRST)]).exit_code == 0


def test_status_says_how_many_listed_weeks_have_an_old_load_or_calendar_once_there_are_any(
    tmp_path: Path,
) -> None:
    assert "Load or calendar" not in CliRunner().invoke(status).output
    FolderLake(tmp_path / "lake").write(load_key(FIRST), b"of an earlier version")
    assert CliRunner().invoke(status).output.splitlines()[-1] == (
        "Load or calendar of 2 listed weeks old or missing: wod materialize --from-stored --missing --derived"
    )
    assert "Load or calendar" not in CliRunner().invoke(status, ["--limit", "1"]).output


def test_status_shows_what_is_stored_although_the_folder_of_posts_is_gone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shutil.rmtree(tmp_path / "posts")
    monkeypatch.delenv("WOD_START_WEEK")
    result = CliRunner().invoke(status)
    assert result.stdout.splitlines()[-1] == "4 weeks: 1 missing, 1 not published, 1 failed, 1 stored"
    assert result.stderr == (
        f"wod: The folder of posts {tmp_path / 'posts'} cannot be read: No such file or directory. "
        "The weeks listed are those from the first stored one on.\n"
    )


@pytest.mark.parametrize("start", ["", str(FIRST + 3 * WEEK)])
def test_status_lists_stored_weeks_from_before_the_first_of_the_program(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, start: str
) -> None:
    for file in (tmp_path / "posts").iterdir():
        file.unlink()
    monkeypatch.setenv("WOD_START_WEEK", start)
    lines = CliRunner().invoke(status).output.splitlines()
    assert [line[:10] for line in lines[:-1]] == [str(FIRST + n * WEEK) for n in (3, 2, 1, 0)]
    until = CliRunner().invoke(status, ["--to", str(FIRST + WEEK)])
    assert until.output.endswith("2 weeks: 1 failed, 1 stored\n")


def test_sources_prints_nothing_that_a_terminal_would_obey(tmp_path: Path) -> None:
    post = raw_post("Monday", "A.", "Dips x 5", monday=FIRST, number=9, slug="a\x1b[31m\x07\u202eb")
    (tmp_path / "posts" / "9.json").write_bytes(encode(post))
    output = CliRunner().invoke(sources, ["--from", str(FIRST), "--to", str(FIRST)]).output
    assert "a[31mb" in output
    assert "".join(output.split()).isprintable()
