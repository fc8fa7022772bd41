"""Standard output: when to print in colour, and what happens on a full disk, a closed pipe or in another encoding.
On standard error, a warning that is logged at every reading is printed once.

All of it is decided here; commands print through `terminal`.
"""

from __future__ import annotations

import datetime as dt
import io
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from wod_pipeline.errors import StorageCorrupt, StorageUnavailable
from wod_pipeline.terminal import clean_lines, warn

CLOSED_PIPE = 141
"""The exit code of a program whose reader, such as `head`, has ended: 128 + SIGPIPE."""


# --------------------------------------------------------------------------------------------------- colour
def decide_colour(context: click.Context) -> None:
    """Print without colours where the environment asks for it. Without a terminal, `click` leaves them out anyway."""
    if sys.stdout is None or not sys.stdout.isatty():
        return
    from wod_pipeline.settings import refuses_colour

    if refuses_colour():
        context.color = False


def _refuse_colour(context: click.Context, _: click.Parameter, refused: bool) -> None:
    if refused:
        context.color = False


no_colour_option = click.option(
    "--no-colour",
    is_flag=True,
    expose_value=False,
    callback=_refuse_colour,
    help="Print without colours, even in a terminal; so does NO_COLOR.",
)
"""Gives a command that prints in colour the option `--no-colour`."""


# --------------------------------------------------------------------------------------- ends of the output
class _StandardOutput(io.FileIO):
    """The file behind standard output: when it cannot be written, the program ends with one sentence or none."""

    def write(self, data: object) -> int:
        """Write, or end: silently when the reader has ended, otherwise with `StorageUnavailable`."""
        try:
            return super().write(data)  # type: ignore[arg-type]
        except OSError as error:
            # What is still buffered is written at the interpreter's end, and would fail there once more.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())
            if isinstance(error, BrokenPipeError):
                raise SystemExit(CLOSED_PIPE) from error
            raise StorageUnavailable(
                f"The output cannot be written: {error.strerror}.",
                fix="Free some space, or write it somewhere else.",
            ) from error


def guard_standard_output() -> None:
    """Let writing to standard output end in words, and write characters that its encoding lacks as ``\\u2013``.

    Does nothing for a standard output that was replaced, as tests do, or closed.
    """
    out = sys.stdout
    if out is None or out is not sys.__stdout__ or not isinstance(out, io.TextIOWrapper):
        return
    sys.stdout = io.TextIOWrapper(
        io.BufferedWriter(_StandardOutput(out.fileno(), "wb", closefd=False)),
        encoding=out.encoding,
        errors="backslashreplace",
        line_buffering=out.isatty(),
    )


def flush_standard_output() -> None:
    """Write what is still buffered, while an error can still be put into words."""
    if sys.stdout is not None:
        sys.stdout.flush()


# ------------------------------------------------------------------------------------------------- warnings
REPEATED_AFTER_S = 600.0
"""A warning that is logged again later than this is printed again: `wod serve` runs for months."""
_MAX_REMEMBERED = 1_000


class _Repeated(logging.Filter):
    """Leaves out a warning that was printed before: a run reads the same damaged week at each of its steps."""

    def __init__(self) -> None:
        super().__init__()
        self._printed_at: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to print it."""
        text = record.getMessage()
        if record.created - self._printed_at.get(text, -REPEATED_AFTER_S) < REPEATED_AFTER_S:
            return False
        if len(self._printed_at) >= _MAX_REMEMBERED:
            self._printed_at.clear()
        self._printed_at[text] = record.created
        return True


class _Cleaned(logging.Formatter):
    """Formats a warning as a command prints it: it may name what a site or a file says."""

    def format(self, record: logging.LogRecord) -> str:
        """The message, with its traceback if any."""
        return clean_lines(super().format(record))


@contextmanager
def without_repeated_warnings() -> Iterator[None]:
    """Within it, Python's last resort, which prints warnings when nobody set up logging, prints each once, clean."""
    handler, repeated = logging.lastResort, _Repeated()
    if handler is None:
        yield
        return
    formatter = handler.formatter
    handler.addFilter(repeated)
    handler.setFormatter(_Cleaned())
    try:
        yield
    finally:
        handler.setFormatter(formatter)
        handler.removeFilter(repeated)


def warn_of_corrupt(week: dt.date | str, error: StorageCorrupt) -> None:  # noqa: ARG001  the error names it
    """Say that a stored week cannot be read back, and what to do; the command goes on with the others."""
    warn(f"wod: {error}")
