"""`wod export`: write stored sessions for a spreadsheet, a data frame, a calendar or another program."""

from __future__ import annotations

import datetime as dt
import gc
import os
import secrets
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wod_pipeline.cli.context import STANDARD_STREAM, ReadContext, athlete_option
from wod_pipeline.cli.dates import DATE, check_range
from wod_pipeline.errors import StorageRefused
from wod_pipeline.program import SessionRecord, encode
from wod_pipeline.terminal import warn, write_file, write_json
from wod_pipeline.weeks import FIRST_DAY, LAST_DAY, days_of, monday_of
from wod_pipeline.wording import count

if TYPE_CHECKING:
    from wod_pipeline.reading.rows import Row


@click.command()
@click.option("--format", "format_", type=click.Choice(["csv", "parquet", "ics", "json"]), required=True)
@click.option("--from", "first", type=DATE, help="First day; default: the oldest stored.")
@click.option("--to", "last", type=DATE, help="Last day; default: the newest stored.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path, allow_dash=True),
    help="File to write; default: standard output. An existing file is replaced, an existing .ics file"
    " updated: sessions it had that are no longer stored are marked as cancelled.",
)
@click.option("--no-rest-days", is_flag=True, help="Leave rest days out of the calendar (ics).")
@athlete_option
def export(
    format_: str,
    first: dt.date | None,
    last: dt.date | None,
    out: Path | None,
    no_rest_days: bool,
    athlete_file: Path | None,
) -> None:
    """Write stored sessions.

    csv and parquet have one row per exercise and run of equal sets, with a column for every field (docs/export.md
    lists them); ics is a calendar; json has everything but the athlete's weights.

    \b
    wod export --format csv --from 2020-12-21 --to 2020-12-27 --out week.csv
    wod export --format parquet --out sessions.parquet
    """
    check_range(first, last)
    if no_rest_days and format_ != "ics":
        raise click.UsageError("--no-rest-days is for --format ics; in the others each session has its kind.")
    if athlete_file and format_ == "json":
        raise click.UsageError(
            "--athlete is for csv, parquet and ics; json has what the post says, without weights."
        )
    out = None if out == STANDARD_STREAM else out
    if out is not None:
        _verify_target(out)
    context = ReadContext(as_json=False, athlete_file=athlete_file)
    with _without_garbage_collection():
        selection = _select(context, first or FIRST_DAY, last or LAST_DAY, rest_days=not no_rest_days)
        data = _WRITERS[format_](context, selection, out)
    if out is None:
        (write_json if format_ == "json" else write_file)(data)
        return
    _write(out, data)
    shown = [record for record in selection.records if selection.rest_days or record.kind != "rest"]
    warn(f"{count(shown, 'session')} in {out}")


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Do not look for cycles: records have none, and over ten years the search takes a sixth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@dataclass(frozen=True)
class Selection:
    """The stored sessions of a range of days, and those of its days whose week is stored."""

    records: Sequence[SessionRecord]
    days: frozenset[dt.date]
    rest_days: bool = True
    """Whether rest days are shown in a calendar. They are among the records, which number the events of a day."""


def _select(context: ReadContext, first: dt.date, last: dt.date, *, rest_days: bool) -> Selection:
    """The sessions from `first` to `last`. A session without a date counts as one of its week's Monday."""
    weeks = list(context.table.read_weeks(monday_of(first), last))
    records = [record for week in weeks for record in week.records]
    days = {day for week in weeks for day in days_of(week.week)}
    return Selection(
        [record for record in records if first <= (record.date or record.week) <= last],
        frozenset(day for day in days if first <= day <= last),
        rest_days,
    )


def _rows(context: ReadContext, selection: Selection) -> Iterator[Row]:
    from wod_pipeline.reading.rows import RowMaker

    maker = RowMaker(context.athlete)
    return (row for record in selection.records for row in maker.rows(record))


def _csv(context: ReadContext, selection: Selection, _: Path | None) -> bytes:
    from wod_pipeline.reading.export import as_csv

    return as_csv(_rows(context, selection)).encode()


def _parquet(context: ReadContext, selection: Selection, _: Path | None) -> bytes:
    from wod_pipeline.reading.export import as_parquet

    return as_parquet(_rows(context, selection))


def _ics(context: ReadContext, selection: Selection, out: Path | None) -> bytes:
    from wod_pipeline.reading.calendar import as_calendar

    previous = [out.read_bytes()] if out is not None and out.is_file() else []
    try:
        return as_calendar(
            selection.records,
            context.settings.zone,
            context.athlete,
            previous,
            selection.days,
            page_url=context.settings.page_url,
            rest_days=selection.rest_days,
        )
    except ValueError as error:
        raise StorageRefused(
            f"{out} cannot be updated, because it is not a calendar: {error}.",
            fix="Name another file, or delete it.",
        ) from error


def _json(_: ReadContext, selection: Selection, __: Path | None) -> bytes:
    return encode(selection.records)


_WRITERS: dict[str, Callable[[ReadContext, Selection, Path | None], bytes]] = {
    "csv": _csv,
    "parquet": _parquet,
    "ics": _ics,
    "json": _json,
}


def _verify_target(path: Path) -> None:
    """Raise `StorageRefused` for a link, which may lead anywhere, and for anything else that is not a plain file."""
    with _errors_in_words(path):
        mode = path.lstat().st_mode if os.path.lexists(path) else stat.S_IFREG
    if not stat.S_ISREG(mode):
        what = "a link" if stat.S_ISLNK(mode) else "a folder" if stat.S_ISDIR(mode) else "a pipe or device"
        raise StorageRefused(
            f"{path} is {what}, and is not written to.",
            fix="Name a file, or leave --out away and redirect standard output.",
        )


def _write(path: Path, data: bytes) -> None:
    """Write the file under a new name and rename it: nobody reads half of it, and a link in its place is replaced."""
    _verify_target(path)
    part = path.with_name(f".{path.name[:100]}.{secrets.token_hex(8)}.part")
    with _errors_in_words(path):
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(descriptor)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)


@contextmanager
def _errors_in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageRefused(
            f"{path} cannot be written: {error.strerror}.", fix="Name another file."
        ) from error
