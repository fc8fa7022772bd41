"""The help texts: every command has one, with examples that keep their lines."""

import pytest
from click.testing import CliRunner

from wod_pipeline.cli import COMMANDS, group
from wod_pipeline.status import WeekState


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    result = CliRunner().invoke(group, [command, "--help"])
    assert result.exit_code == 0
    assert result.output.startswith("Usage: ")
    assert "\\b" not in result.output
    assert COMMANDS[command][1].endswith(".")


def test_the_list_of_commands_is_complete_and_imports_none() -> None:
    result = CliRunner().invoke(group, ["--help"])
    assert all(f"\n  {command}" in result.output for command in COMMANDS)


@pytest.mark.parametrize(
    "command", ["materialize", "status", "sources", "parse", "explain", "check", "doctor"]
)
def test_examples_stand_each_on_its_own_line(command: str) -> None:
    result = CliRunner().invoke(group, [command, "--help"])
    assert f"\n  wod {command}" in result.output


@pytest.mark.parametrize("state", WeekState)
def test_every_state_of_a_week_is_explained(state: WeekState) -> None:
    result = CliRunner().invoke(group, ["status", "--help"])
    assert f"\n  {state.value}  " in result.output
