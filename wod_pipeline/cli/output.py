"""What commands print beside their answer: warnings on the error output."""

from __future__ import annotations

import datetime as dt

import click

from wod_pipeline.errors import StorageCorrupt


def warn_of_corrupt(week: dt.date | str, error: StorageCorrupt) -> None:  # noqa: ARG001  the error names it
    """Say that a stored week cannot be read back, and what to do; the command goes on with the others."""
    click.echo(f"wod: {error}", err=True)
