"""The command line `wod`: one module a family of commands, loaded only when called.

Starting `wod` imports neither Dagster nor boto3 nor pandas; `wod materialize` imports Dagster when it runs. Here
live the list of commands, the translation of errors into one clear message, and nothing else.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

from wod_pipeline import __version__
from wod_pipeline.errors import WodError

COMMANDS: dict[str, tuple[str, str]] = {
    "today": ("sessions", "Show today's session."),
    "next": ("sessions", "Show the next session."),
    "show": ("sessions", "Show the sessions of a day."),
    "week": ("sessions", "Show a whole week."),
    "search": ("lookup", "Find words in movements and notes."),
    "history": ("lookup", "Show every prescription of a movement, newest first."),
    "movements": ("lookup", "List the movements and how often each was prescribed."),
    "load": ("lookup", "Show the training load by week or month."),
    "export": ("export", "Write sessions as CSV, Parquet, iCalendar or JSON."),
    "athlete": ("athlete", "Make or check the file with the athlete's maxes."),
    "serve": ("serve", "Serve the athlete's page and the API."),
    "dev": ("dev", "Start the Dagster UI and daemon."),
    "materialize": ("materialize", "Fetch, parse and store weeks of training."),
    "status": ("status", "List the weeks: stored, missing, not published, flagged, failed."),
    "check": ("check", "Judge stored weeks by the same claims as the asset checks."),
    "sources": ("status", "Show what would be fetched, without storing anything."),
    "parse": ("parse", "Turn a post's JSON into a structured ParsedPost."),
    "explain": ("parse", "Show how one line of a post is read."),
    "doctor": ("doctor", "Check the settings and every service they name."),
    "aws": ("aws", "Set up what the platform needs on AWS."),
}
"""Command → module of this package that defines it, and one line of help."""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called, and listed without being imported."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """List every command in the order of `COMMANDS`."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module. None when there is no such command."""
        if cmd_name not in COMMANDS:
            ctx.fail(f"No such command {cmd_name!r}.{_suggestion(cmd_name)}")
        module = importlib.import_module(f"wod_pipeline.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands from `COMMANDS`, importing none."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_) for name, (_, help_) in COMMANDS.items()])


def _suggestion(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, COMMANDS, n=1)
    return f" Did you mean {near[0]!r}?" if near else ""


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Settings come from the environment and from .env; .env.example lists them all.",
)
@click.version_option(__version__, prog_name="wod")
def group() -> None:
    """A coach's weekly posts as structured, dated training sessions.

    \b
    wod materialize            fetch and store the current and the coming week
    wod today                  today's session
    wod week 2020-12-21        a whole week
    """


def main(args: list[str] | None = None) -> Any:
    """Run the command line; an expected error is one message on stderr and exit code 1."""
    try:
        return group.main(args, prog_name="wod")
    except WodError as error:
        click.echo(f"wod: {error}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)
