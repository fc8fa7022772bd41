"""`wod athlete`: write, check and show the file of maxes."""

from __future__ import annotations

from pathlib import Path

import click

from wod_pipeline.errors import AthleteFileError


@click.group()
def athlete() -> None:
    """Keep your maxes in a file, so that percentages become weights."""


_FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)


def _path(file: Path | None) -> Path:
    if file is not None:
        return file
    from wod_pipeline.settings import load_settings

    return load_settings().athlete_path


@athlete.command()
@_FILE
def init(file: Path | None) -> None:
    """Write a commented athlete file to fill in; an existing one is left alone."""
    from wod_pipeline.athlete import EXAMPLE

    path = _path(file)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as out:
            out.write(EXAMPLE)
    except FileExistsError as error:
        raise AthleteFileError(f"{path} exists already.", fix="Edit it, or delete it first.") from error
    except OSError as error:
        raise AthleteFileError(
            f"{path} cannot be written: {error.strerror}.", fix="Name another file."
        ) from error
    click.echo(f"Wrote {path}. Put your lifts in, then: wod athlete check")


@athlete.command()
@_FILE
def check(file: Path | None) -> None:
    """Read the athlete file, name everything that is wrong with it, and show what it says."""
    from wod_pipeline.athlete import read_athlete
    from wod_pipeline.training import decimal_text
    from wod_pipeline.vocabulary import movement_name

    path = _path(file)
    found = read_athlete(path)
    if found is None:
        raise AthleteFileError(f"There is no {path}.", fix="`wod athlete init` writes one to start from.")
    rack = found.rack
    unit = rack.unit
    click.echo(f"{path}: bar {decimal_text(rack.bar)} {unit}, steps of {decimal_text(rack.step)} {unit}")
    owned = ", ".join(f"{pairs} × {decimal_text(plate)}" for plate, pairs in rack.plates)
    click.echo(f"Pairs of plates: {owned or 'a well-equipped gym'}")
    for (movement, reps), weight in sorted(found.maxes.items()):
        click.echo(f"{reps:>3}-RM {movement_name(movement):<28} {weight}")
    if not found.maxes:
        click.echo("No max is given yet, so no weight will be shown.")
