"""What the commands that read stored sessions share: the table, the athlete, and printing as text or JSON."""

from __future__ import annotations

import datetime as dt
import functools
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wod_pipeline.cli.output import no_colour_option
from wod_pipeline.terminal import keep_colours, warn, write, write_json

if TYPE_CHECKING:
    from wod_pipeline.errors import NotStored
    from wod_pipeline.reading.index import SessionIndex
    from wod_pipeline.settings import Settings
    from wod_pipeline.storage import Lake, SessionTable
    from wod_pipeline.training import Athlete

STANDARD_STREAM = Path("-")
"""Given as a file: standard input or output."""
MAX_WIDTH = 100
"""Columns of text; longer lines are hard to read."""


@dataclass
class ReadContext:
    """One call of a command: where it reads sessions and maxes, and how it prints its answer."""

    as_json: bool
    athlete_file: Path | None

    @cached_property
    def settings(self) -> Settings:
        """The settings of the environment."""
        from wod_pipeline.settings import load_settings

        return load_settings(no_source=True)

    @cached_property
    def table(self) -> SessionTable:
        """The session table. Raises `NotStored` when nothing was ever stored there."""
        return open_stored_table(self.settings)

    @cached_property
    def index(self) -> SessionIndex:
        """Every stored session, indexed."""
        from wod_pipeline.adapters import open_lake
        from wod_pipeline.reading.index import SessionIndex, refresh_index

        return refresh_index(SessionIndex(), self.table, open_lake(self.settings))

    @cached_property
    def today(self) -> dt.date:
        """The current day of the person at this machine, in its time zone."""
        from wod_pipeline.adapters import local_today

        return local_today()

    @property
    def now(self) -> dt.datetime:
        """The current moment."""
        from wod_pipeline.adapters import now

        return now()

    @cached_property
    def lake(self) -> Lake:
        """The lake."""
        from wod_pipeline.adapters import open_lake

        return open_lake(self.settings)

    @cached_property
    def athlete(self) -> Athlete | None:
        """The athlete of `--athlete`, otherwise of the file in the settings; None when that does not exist.

        A file that the settings name and that does not exist is named on standard error. Raises `AthleteFileError`
        when the file of `--athlete` does not exist, or a file is wrong.
        """
        if self.athlete_file:
            return read_existing_athlete(self.athlete_file)
        from wod_pipeline.athlete import read_athlete

        athlete = read_athlete(self.settings.athlete_path)
        if athlete is None and (missing := self.settings.athlete_file):
            warn(
                f"wod: WOD_ATHLETE_FILE names {missing}, which does not exist, so there are no maxes. "
                "`wod athlete init` creates it."
            )
        return athlete

    @property
    def width(self) -> int:
        """Columns of the output: those of the terminal, up to `MAX_WIDTH`."""
        return min(shutil.get_terminal_size().columns, MAX_WIDTH)

    def print(self, answer: object, as_text: Callable[[], str]) -> None:
        """Print the answer as JSON with `--json`, otherwise as text; coloured in a terminal."""
        if self.as_json:
            import msgspec

            print_json(msgspec.json.encode(answer))
        else:
            write(keep_colours(as_text()), end="")


def print_json(data: bytes, *, indent: int = 1) -> None:
    """Print JSON on lines that people can read."""
    import msgspec

    write_json(msgspec.json.format(data, indent=indent))


def open_stored_table(settings: Settings) -> SessionTable:
    """The session table, to read from. Raises `NotStored`, naming the folder, when there is no local one yet."""
    from wod_pipeline.adapters import open_table

    check_stored(settings)
    return open_table(settings)


def check_stored(settings: Settings) -> None:
    """Raise `NotStored`, naming the data folder, when there is no local session table in it."""
    if not settings.on_aws and _is_missing(settings.database_path):
        raise _nothing_stored(settings.database_path)


def _is_missing(path: Path) -> bool:
    """Whether there is no such file. One that may not be looked at is there: the table says what is wrong."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def _nothing_stored(path: Path) -> NotStored:
    from wod_pipeline.errors import NotStored

    folder = path.parent
    missing = "does not exist" if _is_missing(folder) else "is not a folder"
    return NotStored(
        f"Nothing is stored: the data folder {folder} {f'has no {path.name}' if folder.is_dir() else missing}.",
        fix="Fetch some weeks: wod materialize. If they are stored in another folder, set WOD_DATA_DIR to it.",
    )


def read_existing_athlete(path: Path) -> Athlete:
    """The athlete of the file, of standard input for ``-``.

    Raises `AthleteFileError` when it is wrong or does not exist.
    """
    from wod_pipeline.athlete import LONGEST_FILE, athlete_of_text, read_athlete
    from wod_pipeline.errors import AthleteFileError

    if path == STANDARD_STREAM:
        data = sys.stdin.buffer.read(LONGEST_FILE + 1)
        return athlete_of_text(data, "standard input")
    athlete = read_athlete(path)
    if athlete is None:
        raise AthleteFileError(f"{path} does not exist.", fix=f"`wod athlete init {path}` creates it.")
    return athlete


athlete_option = click.option(
    "--athlete",
    "athlete_file",
    type=click.Path(dir_okay=False, path_type=Path, allow_dash=True),
    help="The athlete file, or - for standard input; default: WOD_ATHLETE_FILE, or athlete.toml in WOD_DATA_DIR.",
)
"""Gives a command the option `--athlete`."""


def read_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command `--json`, `--athlete` and `--no-colour`, and pass a `ReadContext` as its first argument."""

    @functools.wraps(command)
    @click.option("--json", "as_json", is_flag=True, help="Print JSON.")
    @athlete_option
    @no_colour_option
    def with_context(as_json: bool, athlete_file: Path | None, **arguments: Any) -> None:
        command(ReadContext(as_json, athlete_file), **arguments)

    return with_context
