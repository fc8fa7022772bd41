"""`wod check`: the same verdicts on the command line, and an exit code a script can use."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from wod_pipeline.adapters import open_table
from wod_pipeline.cli.check import check
from wod_pipeline.errors import NotStored
from wod_pipeline.program import Diagnostic
from wod_pipeline.quality import CLAIMS
from wod_pipeline.settings import load_settings
from wod_pipeline.storage.sqlite import SqliteLedger
from wod_pipeline_tests.builders import STORED_MONDAY as WEEK
from wod_pipeline_tests.builders import plain_week, weeks_before, with_session


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WOD_DATA_DIR", str(tmp_path))
    return tmp_path


def store(*weeks: object) -> None:
    table = open_table(load_settings())
    for week in weeks:
        table.replace_week(week)  # type: ignore[arg-type]


def run(*args: str) -> Result:
    return CliRunner().invoke(check, args)


def test_the_newest_four_weeks_are_judged_and_good_weeks_say_so() -> None:
    store(*weeks_before(WEEK, 5))

    result = run()
    assert result.exit_code == 0
    assert [line for line in result.output.splitlines() if line.endswith("good")] == [
        f"{WEEK - dt.timedelta(weeks=n)}  good" for n in (4, 3, 2, 1)
    ]


def test_a_warning_is_shown_with_its_evidence_and_what_to_do() -> None:
    store(with_session(plain_week(), 0, diagnostics=[Diagnostic("unreadable_load", "warn", 3, "says why")]))

    result = run("--week", "2021-03-03")
    assert result.exit_code == 0
    assert "warn  every_load_is_readable: 1 load without a readable weight." in result.output
    assert "text Back Squat x 3" in result.output
    assert CLAIMS["every_load_is_readable"].act in result.output
    assert result.output.endswith("0 errors, 1 warning\n")


def test_an_error_is_exit_code_1() -> None:
    records = [msgspec.structs.replace(record, segments=[]) for record in plain_week().records]
    store(msgspec.structs.replace(plain_week(), records=records))

    result = run()
    assert result.exit_code == 1
    assert "error every_training_day_has_a_session" in result.output


def test_weeks_before_the_judged_ones_say_what_is_usual() -> None:
    store(*weeks_before(WEEK, 10), plain_week(days=(0, 1, 2)))

    assert "3 sessions, against 5 each in the past 10 weeks." in run("--week", str(WEEK)).output


def test_json_holds_every_verdict_of_every_week() -> None:
    store(*weeks_before(WEEK, 6))

    found = json.loads(run("--all", "--json").output)
    assert len({verdict["week"] for verdict in found}) == 6
    assert {verdict["claim"] for verdict in found} < set(CLAIMS)


def test_a_week_that_is_not_stored_says_how_to_get_it() -> None:
    store(plain_week())
    result = run("--week", "2020-12-23")

    assert result.exit_code == 2
    assert "Materialize it: wod materialize --week 2020-12-21." in result.output


def test_nothing_stored_says_how_to_begin(folder: Path) -> None:
    nowhere = run().exception
    assert isinstance(nowhere, NotStored)
    assert f"the data folder {folder} has no sessions.sqlite. Fetch some weeks: wod materialize." in str(
        nowhere
    )
    assert SqliteLedger(folder / "sessions.sqlite").reserve("a message", "1"), (
        "the file is there, without weeks"
    )
    assert "No week is stored yet. Fetch some: wod materialize." in run().output


def test_a_week_that_cannot_be_read_back_is_named_and_the_others_are_judged(folder: Path) -> None:
    store(*weeks_before(WEEK, 3))
    with sqlite3.connect(folder / "sessions.sqlite") as connection:
        connection.execute(
            "UPDATE sessions SET item = 'x' WHERE week = ?", (str(WEEK - dt.timedelta(weeks=1)),)
        )
    result = run()
    assert sum(line.endswith("good") for line in result.output.splitlines()) == 2
    assert "cannot be read: not a JSON object" in result.output


@pytest.mark.parametrize("args", [(), ("--week", str(WEEK))])
def test_a_week_whose_header_cannot_be_read_is_exit_code_1(folder: Path, args: tuple[str, ...]) -> None:
    store(*weeks_before(WEEK, 5), plain_week(WEEK))
    with sqlite3.connect(folder / "sessions.sqlite") as connection:
        connection.execute("UPDATE sessions SET item = 'x' WHERE session = ?", (str(WEEK),))
    result = run(*args)
    assert result.exit_code == 1
    assert f"The header of week {WEEK} in the session table cannot be read" in result.output
    assert ("0 errors" in result.output) == (not args)
