"""What a command says of a post that has sessions in a week it did not run."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from click.testing import CliRunner

from wod_pipeline.cli.materialize import materialize
from wod_pipeline.program import encode
from wod_pipeline_tests.builders import paragraphs, raw_post


@pytest.fixture
def posts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a post of two weeks, as the source."""
    folder = tmp_path / "posts"
    folder.mkdir()
    monkeypatch.setenv("WOD_SOURCE", str(folder))
    monkeypatch.setenv("WOD_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("WOD_START_WEEK", "2020-06-01")
    write(folder)
    return folder


def write(folder: Path, load: int = 70) -> None:
    lines = [line for day in ("Monday 6/1", "Monday 6/8") for line in (day, "A.", f"Snatch x 2 @ {load}%")]
    fields = {"title": "June 1-14, 2020", "slug": "june-1-14-2020-barn", "content": paragraphs(lines)}
    post = raw_post(monday=dt.date(2020, 6, 1), **fields)
    (folder / "post.json").write_bytes(encode(post))


def run(*arguments: str) -> str:
    result = CliRunner().invoke(materialize, arguments)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_run_of_one_week_names_the_other_until_it_is_stored_and_after_an_edit(posts: Path) -> None:
    said = (
        "the post of 2020-06-01 has sessions in the week of 2020-06-08 too: wod materialize --week 2020-06-08"
    )
    assert said in run("--week", "2020-06-01")
    back = run("--week", "2020-06-08")
    assert "too: wod materialize" not in back
    assert "too: wod materialize" not in run("--week", "2020-06-01")
    write(posts, load=75)
    assert said in run("--week", "2020-06-01")


def test_a_run_of_both_weeks_names_none(posts: Path) -> None:
    assert "too: wod materialize" not in run("--from", "2020-06-01", "--to", "2020-06-14")
