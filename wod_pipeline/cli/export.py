"""`wod export`: stored sessions for a spreadsheet, a data frame, a calendar or another program."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from wod_pipeline.cli.dates import DATE
from wod_pipeline.cli.reading import Reading, reading_options
from wod_pipeline.errors import StorageRefused
from wod_pipeline.program import SessionRecord, encode
from wod_pipeline.weeks import WEEK, days_of, monday_of

FIRST, LAST = dt.date(1990, 1, 1), dt.date(2999, 12, 31)


@click.command()
@click.option("--format", "format_", type=click.Choice(["csv", "parquet", "ics", "json"]), required=True)
@click.option("--from", "first", type=DATE, help="First day; default: the oldest stored.")
@click.option("--to", "last", type=DATE, help="Last day; default: the newest stored.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write, whole or not at all; default: standard output. An .ics file that is written again"
    " carries on: sessions it had that are gone are marked cancelled.",
)
@reading_options
def export(
    reading: Reading, format_: str, first: dt.date | None, last: dt.date | None, out: Path | None
) -> None:
    """Write sessions as csv, parquet (a row per exercise and sets), ics (a calendar) or json (whole)."""
    stored = _stored(reading, first or FIRST, last or LAST)
    data = _WRITERS[format_](reading, stored, out)
    if out is None:
        sys.stdout.buffer.write(data)
        return
    _write(out, data)
    click.echo(f"{len(stored.records)} sessions in {out}", err=True)


@dataclass(frozen=True)
class Stored:
    """The stored sessions of some days, and those of the days whose week is stored."""

    records: Sequence[SessionRecord]
    days: frozenset[dt.date]


def _stored(reading: Reading, first: dt.date, last: dt.date) -> Stored:
    """An undated session belongs to its week's Monday."""
    weeks = list(reading.table.read_weeks(monday_of(first) - WEEK, last))
    records = [record for week in weeks for record in week.records]
    days = {day for week in weeks for day in days_of(week.week)}
    return Stored(
        [record for record in records if first <= (record.date or record.week) <= last],
        frozenset(day for day in days if first <= day <= last),
    )


def _csv(reading: Reading, stored: Stored, _: Path | None) -> bytes:
    from wod_pipeline.reading.export import as_csv, export_rows

    return as_csv(row for record in stored.records for row in export_rows(record, reading.athlete)).encode()


def _parquet(reading: Reading, stored: Stored, _: Path | None) -> bytes:
    from wod_pipeline.reading.export import as_frame, export_rows

    data: bytes = as_frame(
        row for record in stored.records for row in export_rows(record, reading.athlete)
    ).to_parquet()
    return data


def _ics(reading: Reading, stored: Stored, out: Path | None) -> bytes:
    from wod_pipeline.reading.calendar import as_calendar

    previous = [out.read_bytes()] if out is not None and out.exists() else []
    try:
        return as_calendar(stored.records, reading.settings.zone, reading.athlete, previous, stored.days)
    except ValueError as error:
        raise StorageRefused(
            f"{out} is no calendar to carry on from: {error}.", fix="Name another file, or delete it."
        ) from error


def _json(_: Reading, stored: Stored, __: Path | None) -> bytes:
    return encode(stored.records)


_WRITERS: dict[str, Callable[[Reading, Stored, Path | None], bytes]] = {
    "csv": _csv,
    "parquet": _parquet,
    "ics": _ics,
    "json": _json,
}


def _write(path: Path, data: bytes) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        raise StorageRefused(
            f"{path} cannot be written: {error.strerror}.", fix="Name another file."
        ) from error
