"""`wod athlete`: create, check and show the file of the athlete's maxes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wod_pipeline.cli.context import STANDARD_STREAM, read_existing_athlete
from wod_pipeline.errors import AthleteFileError
from wod_pipeline.own_files import make_data_folder, open_own
from wod_pipeline.terminal import write

if TYPE_CHECKING:
    from wod_pipeline.training import Rack


@click.group()
def athlete() -> None:
    """Keep your maxes in a file, so that sessions show weights beside percentages."""


_FILE = click.argument(
    "file", type=click.Path(dir_okay=False, path_type=Path, allow_dash=True), required=False
)


def _path(file: Path | None) -> Path:
    if file is not None:
        return file
    from wod_pipeline.settings import load_settings

    return load_settings(no_source=True).athlete_path


@athlete.command()
@_FILE
def init(file: Path | None) -> None:
    """Write an athlete file with comments, to fill in. An existing file is not changed; - is standard output."""
    from wod_pipeline.athlete import EXAMPLE

    path = _path(file)
    if path == STANDARD_STREAM:
        write(EXAMPLE, end="")
        return
    try:
        make_data_folder(path.parent)
        with open(path, "x", encoding="utf-8", opener=open_own) as out:
            out.write(EXAMPLE)
    except FileExistsError as error:
        raise AthleteFileError(f"{path} already exists.", fix="Edit it, or delete it first.") from error
    except OSError as error:
        raise AthleteFileError(
            f"{path} cannot be written: {error.strerror}.", fix="Name another file."
        ) from error
    write(f"Wrote {path}. Enter your maxes in it, then run: wod athlete check")


@athlete.command()
@_FILE
def check(file: Path | None) -> None:
    """Check the athlete file (- is standard input): list everything that is wrong, or show what it says."""
    from wod_pipeline.training import decimal_text, largest_percent
    from wod_pipeline.vocabulary import movement_name

    path = _path(file)
    contents = read_existing_athlete(path)
    rack, unit = contents.rack, contents.rack.unit
    write(f"{path}: bar {rack.own_bar}, steps of {decimal_text(rack.step)} {unit}")
    plates = ", ".join(f"{pairs} × {decimal_text(plate)}" for plate, pairs in rack.plates)
    write(f"Pairs of plates: {plates or 'those of a well-equipped gym'}")
    for line in _plate_warnings(rack):
        write(line)
    for (movement, reps), weight in sorted(contents.maxes.items()):
        percent = largest_percent(rack, weight)
        limit = "" if percent is None else f"{'':<3}your plates make at most {percent}%"
        write(f"{reps:>3}-RM {movement_name(movement):<28} {weight!s:<9}{limit}".rstrip())
    if not contents.maxes:
        write("It holds no maxes yet, so sessions show percentages without weights.")


def _plate_warnings(rack: Rack) -> Iterator[str]:
    """What the plates cannot do in the rack's steps."""
    from wod_pipeline.training import decimal_text

    step = f"steps of {decimal_text(rack.step)} {rack.unit}"
    if rack.unused_plates:
        unused = ", ".join(map(decimal_text, rack.unused_plates))
        yield f"Never used in {step}: plates of {unused} {rack.unit}. Write a smaller step to use them."
    if rack.misses_plates:
        yield f"The usual plates do not make {step}: list yours under [plates], or weights come without plates."
