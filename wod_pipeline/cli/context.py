"""What the commands that read stored sessions share: the table, the athlete, and how an answer is printed."""

from __future__ import annotations

import datetime as dt
import functools
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from wod_pipeline.reading.index import SessionIndex
    from wod_pipeline.settings import Settings
    from wod_pipeline.storage import SessionTable
    from wod_pipeline.training import Athlete

WIDEST = 100


@dataclass
class Reading:
    """One invocation: where sessions and maxes are read from, and how answers are printed."""

    as_json: bool
    athlete_file: Path | None
    no_colour: bool = False

    @cached_property
    def settings(self) -> Settings:
        """The settings of the environment."""
        from wod_pipeline.settings import load_settings

        return load_settings()

    @cached_property
    def table(self) -> SessionTable:
        """The session table."""
        from wod_pipeline.adapters import open_table

        return open_table(self.settings)

    @cached_property
    def index(self) -> SessionIndex:
        """Every stored session, indexed."""
        from wod_pipeline.reading.index import IndexCache

        return IndexCache(self.table).current()

    @cached_property
    def today(self) -> dt.date:
        """The day it is where the program is."""
        from wod_pipeline.adapters import today

        return today(self.settings)

    @cached_property
    def athlete(self) -> Athlete | None:
        """The athlete of the athlete file; None without a file. A file that was asked for has to exist."""
        from wod_pipeline.athlete import read_athlete
        from wod_pipeline.errors import AthleteFileError

        found = read_athlete(self.athlete_file or self.settings.athlete_path)
        if found is None and self.athlete_file:
            raise AthleteFileError(
                f"There is no {self.athlete_file}.", fix="`wod athlete init` writes one to start from."
            )
        return found

    @property
    def width(self) -> int:
        """Columns to fill."""
        return min(shutil.get_terminal_size().columns, WIDEST)

    def print(self, answer: object, as_text: Callable[[], str]) -> None:
        """Print the answer as JSON when that was asked for, else as text, coloured when it is a terminal."""
        if self.as_json:
            import msgspec

            click.echo(msgspec.json.format(msgspec.json.encode(answer), indent=1).decode())
        else:
            click.echo(as_text(), nl=False, color=False if self.no_colour else None)


def reading_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command `--json`, `--athlete` and `--no-colour`, and pass them on as its first argument."""

    @functools.wraps(command)
    @click.option("--json", "as_json", is_flag=True, help="Print JSON.")
    @click.option(
        "--athlete",
        "athlete_file",
        type=click.Path(dir_okay=False, path_type=Path),
        help="The athlete file; default: WOD_ATHLETE_FILE, or athlete.toml in WOD_DATA_DIR.",
    )
    @click.option("--no-colour", is_flag=True, help="No colours, even in a terminal.")
    def with_reading(as_json: bool, athlete_file: Path | None, no_colour: bool, **arguments: Any) -> None:
        command(Reading(as_json, athlete_file, no_colour), **arguments)

    return with_reading
