"""Colours, full disks, closed pipes and encodings, as a shell sees them."""

from __future__ import annotations

import logging
import os
import pty
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from wod_pipeline.cli.output import REPEATED_AFTER_S, without_repeated_warnings
from wod_pipeline.settings import refuses_colour
from wod_pipeline.storage.sqlite import SqliteSessionTable
from wod_pipeline_tests.builders import MONDAY, plain_week

WOD = [sys.executable, "-c", "import sys; from wod_pipeline.cli import main; main(sys.argv[1:])"]
FULL = Path("/dev/full")
COMMANDS = [
    ["show", str(MONDAY)],
    ["show", str(MONDAY), "--json"],
    ["week", str(MONDAY)],
    ["status"],
    ["check", "--json"],
    ["export", "--format", "csv"],
    ["export", "--format", "json"],
    ["--help"],
    ["week", "--help"],
]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variables of a shell in which one week is stored."""
    folder = tmp_path_factory.mktemp("data")
    SqliteSessionTable(folder / "sessions.sqlite").replace_week(plain_week(MONDAY))
    inherited = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS")}
    return {**inherited, "WOD_DATA_DIR": str(folder), "WOD_START_WEEK": str(MONDAY), "TERM": "xterm"}


def in_terminal(*args: str, **environment: str) -> str:
    """What a command writes to a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen([*WOD, *args], stdout=theirs, stderr=theirs, env=environment):
        os.close(theirs)
        written = b""
        try:
            while more := os.read(ours, 65_536):
                written += more
        except OSError:  # how a terminal says that its other end is closed
            pass
    os.close(ours)
    return written.decode()


# --------------------------------------------------------------------------------------------------- colour
@pytest.mark.parametrize("command", [["show", str(MONDAY)], ["status"], ["check"]], ids=lambda c: c[0])
def test_a_terminal_shows_colours_unless_they_are_refused(
    command: list[str], environment: dict[str, str]
) -> None:
    assert "\x1b[" in in_terminal(*command, **environment)
    assert "\x1b[" not in in_terminal(*command, **environment, NO_COLOR="1")
    assert "\x1b[" not in in_terminal(*command, "--no-colour", **environment)


@pytest.mark.parametrize(
    ("environ", "refused"),
    [
        ({}, False),
        ({"NO_COLOR": ""}, False),
        ({"NO_COLOR": "0"}, True),
        ({"TERM": "dumb"}, True),
        ({"TERM": "xterm"}, False),
    ],
)
def test_the_environment_refuses_colours_with_no_color_or_a_dumb_terminal(
    environ: dict[str, str], refused: bool
) -> None:
    assert refuses_colour(environ) is refused


# ----------------------------------------------------------------------------------------- ends of the output
@pytest.mark.skipif(not FULL.exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_full_disk_is_one_sentence_and_exit_code_1(command: list[str], environment: dict[str, str]) -> None:
    with FULL.open("wb") as out:
        done = subprocess.run(
            [*WOD, *command], stdout=out, stderr=subprocess.PIPE, text=True, env=environment, check=False
        )
    assert done.returncode == 1
    assert done.stderr == (
        "wod: The output cannot be written: No space left on device."
        " Free some space, or write it somewhere else. A rerun can clear this.\n"
    )


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_reader_that_has_gone_ends_the_command_in_silence(
    command: list[str], environment: dict[str, str]
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with subprocess.Popen(
        [*WOD, *command], stdout=writer, stderr=subprocess.PIPE, env=environment
    ) as process:
        os.close(writer)
        _, said = process.communicate()
    assert (process.returncode, said) == (141, b"")


def test_characters_that_the_encoding_lacks_are_written_as_codes(environment: dict[str, str]) -> None:
    where = {**environment, "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run([*WOD, "show", str(MONDAY)], capture_output=True, env=where, check=True)
    assert b"Monday 2 March 2026 \\u2014 Monday" in done.stdout
    as_json = subprocess.run(
        [*WOD, "show", str(MONDAY), "--json"], capture_output=True, env=where, check=True
    )
    as_json.stdout.decode("utf-8")


def test_a_closed_standard_output_is_no_error(environment: dict[str, str]) -> None:
    command = ["sh", "-c", '"$0" "$@" >&-', *WOD, "show", str(MONDAY)]
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_warning_that_every_step_of_a_run_logs_is_printed_once(tmp_path: Path) -> None:
    database = tmp_path / "sessions.sqlite"
    SqliteSessionTable(database).replace_week(plain_week(MONDAY))
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE sessions SET item = '7' WHERE date = '#weeks'")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WOD_")}
    environment = {**kept, "WOD_DATA_DIR": str(tmp_path), "WOD_START_WEEK": str(MONDAY)}
    command = [*WOD, "materialize", "--from-stored", "--week", str(MONDAY)]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ended.stderr.count(f"The header of week {MONDAY} in the session table cannot be read") == 1


def test_a_warning_is_printed_again_when_it_is_logged_again_much_later() -> None:
    def record(text: str, after_s: float) -> logging.LogRecord:
        made = logging.LogRecord("wod_pipeline", logging.WARNING, "", 0, text, None, None)
        made.created = 1_000_000.0 + after_s
        return made

    with without_repeated_warnings():
        assert logging.lastResort is not None
        printed = [
            bool(logging.lastResort.filter(record(text, after_s)))
            for text, after_s in (
                ("a", 0),
                ("a", 1),
                ("b", 2),
                ("a", REPEATED_AFTER_S - 1),
                ("a", REPEATED_AFTER_S),
            )
        ]
    assert printed == [True, False, True, False, True]
    assert logging.lastResort.filter(record("a", 0))


def test_a_warning_is_printed_without_what_steers_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    made = logging.LogRecord(
        "wod_pipeline", logging.WARNING, "", 0, "%s", ("\x1b[2J\u202ea site says\r",), None
    )
    with without_repeated_warnings():
        assert logging.lastResort is not None
        logging.lastResort.handle(made)
    assert capsys.readouterr().err == "[2Ja site says\n"
