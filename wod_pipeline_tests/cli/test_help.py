"""The help texts: every command has one, with examples that keep their lines."""

import pytest
from click.testing import CliRunner

from wod_pipeline.cli import COMMANDS, group


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    shown = CliRunner().invoke(group, [command, "--help"])
    assert shown.exit_code == 0
    assert shown.output.startswith("Usage: ")
    assert "\\b" not in shown.output
    assert COMMANDS[command][1].endswith(".")


def test_the_list_of_commands_is_complete_and_imports_none() -> None:
    shown = CliRunner().invoke(group, ["--help"])
    assert all(f"\n  {command}" in shown.output for command in COMMANDS)


@pytest.mark.parametrize(
    "command", ["materialize", "status", "sources", "parse", "explain", "check", "doctor"]
)
def test_examples_stand_each_on_its_own_line(command: str) -> None:
    shown = CliRunner().invoke(group, [command, "--help"])
    assert f"\n  wod {command}" in shown.output
