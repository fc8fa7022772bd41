"""Which weeks `wod materialize` runs. The running itself is replaced; tests in `e2e` have the real one."""

from __future__ import annotations

import datetime as dt
import sqlite3
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from wod_pipeline.cli.materialize import materialize
from wod_pipeline.errors import NotStored, SettingsError
from wod_pipeline.parser_version import PARSER_VERSION
from wod_pipeline.program import Rendered
from wod_pipeline.storage.folder import FolderLake
from wod_pipeline.storage.sqlite import SqliteSessionTable
from wod_pipeline.storage.stages import write_stage
from wod_pipeline_tests.builders import not_published, raw_post, weekly, weeks_of
from wod_pipeline_tests.fakes import use_parser_version

FIRST = dt.date(2024, 1, 1)
WEEK = dt.timedelta(days=7)
THIS_WEEK = dt.date(2024, 2, 12)
Run = Callable[..., Result]


class Runs:
    """Stands for `wod_pipeline.running`: notes what it is asked for."""

    def __init__(self) -> None:
        self.weeks: list[dt.date] = []
        self.options: dict[str, bool] = {}
        self.outcome: Any = True

    def run_weeks(self, _settings: Any, weeks: list[dt.date], **options: bool) -> bool:
        self.weeks, self.options = weeks, options
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return bool(self.outcome)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Runs:
    runs = Runs()
    module = types.ModuleType("wod_pipeline.running")
    module.run_weeks = runs.run_weeks  # type: ignore[attr-defined]
    monkeypatch.setitem(__import__("sys").modules, "wod_pipeline.running", module)
    monkeypatch.setattr("wod_pipeline.adapters.program_today", lambda _: THIS_WEEK + dt.timedelta(days=2))
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.setenv("WOD_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("WOD_SOURCE", "wordpress")
    monkeypatch.setenv("WOD_START_WEEK", str(FIRST))
    monkeypatch.chdir(tmp_path)
    return runs


def wod(*arguments: str) -> Result:
    return CliRunner().invoke(materialize, arguments)


def test_without_options_it_is_the_current_and_the_coming_week(runs: Runs) -> None:
    assert wod().exit_code == 0
    assert runs.weeks == [THIS_WEEK, THIS_WEEK + WEEK]
    assert runs.options == {"allow_empty": False, "derived": [], "from_stored": False, "verbose": False}


@pytest.mark.parametrize(
    ("arguments", "first", "last"),
    [
        (["--week", "2024-01-10"], FIRST + WEEK, FIRST + WEEK),
        (["--from", "2024-01-10", "--to", "2024-01-24"], FIRST + WEEK, FIRST + 3 * WEEK),
        (["--from", "2024-02-14"], THIS_WEEK, THIS_WEEK + WEEK),
        (["--to", "2024-01-14"], FIRST, FIRST + WEEK),
        (["--all"], FIRST, THIS_WEEK + WEEK),
    ],
)
def test_days_choose_the_weeks_they_are_in(
    runs: Runs, arguments: list[str], first: dt.date, last: dt.date
) -> None:
    assert wod(*arguments).exit_code == 0
    assert (runs.weeks[0], runs.weeks[-1]) == (first, last)
    assert len(runs.weeks) == (last - first).days // 7 + 1


def test_a_failed_run_is_exit_code_1(runs: Runs) -> None:
    runs.outcome = False
    assert wod().exit_code == 1


def test_an_interrupt_is_a_sentence_and_exit_code_130(runs: Runs) -> None:
    runs.outcome = KeyboardInterrupt()
    result = wod()
    assert result.exit_code == 130
    assert (
        result.output
        == "wod: stopped. Weeks already stored are kept; run the same command again for the rest.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--week", "2024-01-10", "--all"], "Use only one of"),
        (["--from", "2024-02-10", "--to", "2024-01-10"], "ends (2024-01-10) before it starts (2024-02-10)"),
    ],
)
def test_options_that_contradict_each_other_are_refused(
    runs: Runs, arguments: list[str], message: str
) -> None:
    result = wod(*arguments)
    assert result.exit_code == 2
    assert message in result.output
    assert runs.weeks == []


@pytest.mark.parametrize("day", ["2023-12-31", "2024-02-26"])
def test_weeks_beyond_the_known_ones_are_refused(runs: Runs, day: str) -> None:
    result = wod("--week", day)
    assert isinstance(result.exception, SettingsError)
    assert "WOD_START_WEEK" in str(result.exception)


def test_missing_weeks_are_those_without_sessions_or_not_as_last_fetched(runs: Runs, tmp_path: Path) -> None:
    posts = {FIRST + n * WEEK: raw_post(monday=FIRST + n * WEEK, number=n) for n in (1, 2)}
    table = SqliteSessionTable(tmp_path / "sessions.sqlite")
    table.replace_weeks(weeks_of(posts.values()))
    posts[FIRST + 2 * WEEK].content = Rendered("<p>Edited since, and the run did not end.</p>")
    fetched = {day: weekly(post, week=day) for day, post in posts.items()}
    write_stage(FolderLake(tmp_path / "lake"), "raw_posts", fetched)
    wod("--from", str(FIRST), "--to", str(FIRST + 3 * WEEK), "--missing")
    assert runs.weeks == [FIRST, FIRST + 2 * WEEK, FIRST + 3 * WEEK]
    assert (
        wod("--week", str(FIRST + WEEK), "--missing").output
        == f"Nothing is missing of the week of {FIRST + WEEK}.\n"
    )


def test_missing_weeks_are_also_those_that_an_older_parser_made(
    runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    posts = [raw_post(monday=FIRST + n * WEEK, number=n + 1) for n in range(2)]
    table = SqliteSessionTable(tmp_path / "sessions.sqlite")
    table.replace_weeks(weeks_of(posts[:1]))
    use_parser_version(monkeypatch, PARSER_VERSION + 1)
    table.replace_weeks(weeks_of(posts[1:]))
    wod("--from", str(FIRST), "--to", str(FIRST + WEEK), "--missing")
    assert runs.weeks == [FIRST]


def test_missing_weeks_are_also_those_that_cannot_be_read_back(runs: Runs, tmp_path: Path) -> None:
    posts = {FIRST + n * WEEK: raw_post(monday=FIRST + n * WEEK, number=n + 1) for n in range(3)}
    SqliteSessionTable(tmp_path / "sessions.sqlite").replace_weeks(weeks_of(posts.values()))
    fetched = {day: weekly(post, week=day) for day, post in posts.items()}
    write_stage(FolderLake(tmp_path / "lake"), "raw_posts", fetched)
    (tmp_path / "lake" / f"raw_posts/week={FIRST}/posts.json").write_bytes(b"")
    with sqlite3.connect(tmp_path / "sessions.sqlite") as connection:
        connection.execute("UPDATE sessions SET item = 'x' WHERE week = ?", (str(FIRST + WEEK),))
    wod("--from", str(FIRST), "--to", str(FIRST + 2 * WEEK), "--missing")
    assert runs.weeks == [FIRST, FIRST + WEEK]


def keep_posts(folder: Path, *numbers: int) -> None:
    posts = {FIRST + n * WEEK: raw_post(monday=FIRST + n * WEEK, number=n) for n in numbers}
    write_stage(
        FolderLake(folder / "lake"), "raw_posts", {day: weekly(p, week=day) for day, p in posts.items()}
    )


def test_from_stored_posts_weeks_that_were_never_fetched_are_named_and_left_out(
    runs: Runs, tmp_path: Path
) -> None:
    keep_posts(tmp_path, 1, 3)
    result = wod("--from-stored", "--all")
    assert (result.exit_code, runs.weeks) == (0, [FIRST + WEEK, FIRST + 3 * WEEK])
    assert runs.options["from_stored"] is True
    assert "Never fetched, so not made: 2024-01-01, 2024-01-15, 2024-01-29" in result.output


def test_from_stored_posts_a_week_that_was_never_fetched_is_an_error_that_says_what_to_do(
    runs: Runs, tmp_path: Path
) -> None:
    keep_posts(tmp_path, 1)
    error = wod("--from-stored", "--week", str(FIRST)).exception
    assert isinstance(error, NotStored)
    assert "No posts of the week of 2024-01-01 were ever fetched" in str(error)
    assert runs.weeks == []


def test_from_stored_posts_a_week_of_the_table_whose_raw_posts_are_gone_was_fetched_and_is_run(
    runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_posts(tmp_path, 1)
    gone = FIRST + 2 * WEEK
    SqliteSessionTable(tmp_path / "sessions.sqlite").replace_weeks(
        [*weeks_of([raw_post(monday=gone, number=1)]), not_published(FIRST + 3 * WEEK)]
    )
    wod("--from-stored")
    assert runs.weeks == [FIRST + WEEK, gone]
    monkeypatch.setattr("wod_pipeline.parser_version.PARSER_VERSION", PARSER_VERSION + 1)
    wod("--from-stored", "--missing")
    assert runs.weeks == [FIRST + WEEK, gone], "wod status names this command for a stale week"


def test_from_stored_posts_weeks_from_before_the_program_are_counted_when_all_are_meant(
    runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_posts(tmp_path, 1, 2, 3)
    monkeypatch.setenv("WOD_START_WEEK", str(FIRST + 3 * WEEK))
    said = f"2 fetched weeks before the first, {FIRST + 3 * WEEK}, not made"
    assert said in wod("--from-stored").output
    assert said in wod("--from-stored", "--missing").output
    assert runs.weeks == [FIRST + 3 * WEEK]
    assert "fetched weeks before" not in wod("--from-stored", "--week", str(FIRST + 3 * WEEK)).output


def test_from_stored_posts_any_source_and_none_will_do(
    runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_posts(tmp_path, 2)
    monkeypatch.setenv("WOD_SOURCE", "/no/such/folder")
    monkeypatch.delenv("WOD_START_WEEK")
    assert wod("--from-stored").exit_code == 0, "without a range: every week"
    assert runs.weeks == [FIRST + 2 * WEEK], "the program begins with the oldest week that was fetched"


def test_from_stored_posts_a_week_that_only_a_fetch_could_fill_is_not_missing(
    runs: Runs, tmp_path: Path
) -> None:
    keep_posts(tmp_path, 1, 2)
    write_stage(FolderLake(tmp_path / "lake"), "raw_posts", {FIRST: weekly(week=FIRST)})
    SqliteSessionTable(tmp_path / "sessions.sqlite").replace_weeks(
        [not_published(FIRST), *weeks_of([raw_post(monday=FIRST + WEEK, number=1)])]
    )
    wod("--from-stored", "--missing", "--from", str(FIRST), "--to", str(FIRST + 2 * WEEK))
    assert runs.weeks == [FIRST + 2 * WEEK]
    wod("--missing", "--from", str(FIRST), "--to", str(FIRST + 2 * WEEK))
    assert runs.weeks == [FIRST, FIRST + 2 * WEEK]


def test_a_clock_before_the_first_week_is_named(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wod_pipeline.cli.materialize.coming_week", lambda _: dt.date(1970, 1, 12))
    error = wod().exception
    assert isinstance(error, SettingsError)
    assert "The coming week, 1970-01-12, is before the program's first" in str(error)
    assert "Set this machine's clock, if it is wrong: it says " in str(error)


def test_a_week_outside_the_program_is_named_as_one_week(runs: Runs) -> None:
    error = wod("--week", "2001-01-03").exception
    assert str(error).endswith(
        "(coming week): the week of 2001-01-01. Choose other weeks, or set WOD_START_WEEK to an"
        " earlier Monday. A rerun alone will not help."
    )
