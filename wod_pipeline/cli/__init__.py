"""The command line `wod`: one module per family of commands, imported when one of them is called.

Starting `wod` imports neither Dagster nor boto3 nor pandas; `wod materialize` imports Dagster when it runs. This
module holds the list of commands and turns errors into one message. Nothing else belongs here.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

from wod_pipeline import __version__
from wod_pipeline.cli.output import (
    decide_colour,
    flush_standard_output,
    guard_standard_output,
    without_repeated_warnings,
)
from wod_pipeline.errors import WodError
from wod_pipeline.terminal import warn

COMMANDS: dict[str, tuple[str, str]] = {
    "today": ("sessions", "Show today's session."),
    "next": ("sessions", "Show the next session."),
    "show": ("sessions", "Show the sessions of a day."),
    "week": ("sessions", "Show a whole week."),
    "search": ("lookup", "Find sessions by words in their movements and notes."),
    "history": ("lookup", "List every prescription of a movement, newest first."),
    "movements": ("lookup", "List the movements and how often each was prescribed."),
    "load": ("lookup", "Show the training load by week or month."),
    "export": ("export", "Write sessions as CSV, Parquet, iCalendar or JSON."),
    "athlete": ("athlete", "Create or check the file of the athlete's maxes."),
    "serve": ("serve", "Serve the athlete's page and the API."),
    "dev": ("dev", "Start the Dagster UI and daemon."),
    "materialize": ("materialize", "Fetch, parse and store weeks of training."),
    "status": ("status", "List the state of every week."),
    "check": ("check", "Check stored weeks by the claims of the asset checks."),
    "sources": ("status", "Show what the source has for some weeks; stores nothing."),
    "posts": ("posts", "List posts that the site no longer lists, and drop one."),
    "parse": ("parse", "Turn a post's JSON into a structured ParsedPost."),
    "explain": ("parse", "Show how one line of a post is read."),
    "doctor": ("doctor", "Check the settings and every service they name."),
    "aws": ("aws", "Set up what the platform needs on AWS."),
}
"""Command → the module of this package that defines it, and its line of help."""


class LazyGroup(click.Group):
    """A group that imports a command when it is called, and lists its commands without importing any."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """List every command in the order of `COMMANDS`."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module. An unknown name is a `click.UsageError` with the nearest command."""
        if cmd_name not in COMMANDS:
            ctx.fail(f"No such command {cmd_name!r}.{_suggestion(cmd_name)}")
        module = importlib.import_module(f"wod_pipeline.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands from `COMMANDS`."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_) for name, (_, help_) in COMMANDS.items()])


def _suggestion(name: str) -> str:
    from difflib import get_close_matches

    nearest = get_close_matches(name, COMMANDS, n=1)
    return f" Did you mean {nearest[0]!r}?" if nearest else ""


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Settings come from the environment and from .env; .env.example lists them all.",
)
@click.version_option(__version__, prog_name="wod")
@click.pass_context
def group(context: click.Context) -> None:
    """A coach's weekly posts as structured, dated training sessions.

    \b
    wod materialize            fetch and store the current and the coming week
    wod today                  today's session
    wod week 2020-12-21        a whole week
    """
    decide_colour(context)


def main(args: list[str] | None = None) -> Any:
    """Run the command line. A `WodError` becomes one message on stderr and exit code 1."""
    guard_standard_output()
    try:
        try:
            with without_repeated_warnings():
                return group.main(args, prog_name="wod")
        finally:
            flush_standard_output()
    except WodError as error:
        warn(f"wod: {error}")
        sys.exit(1)
