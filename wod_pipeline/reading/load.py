"""Training load as a table for analysis, one Parquet file per week.

A row covers a day or the whole week (`by`), and all lifts or those of one family (`family`). `training` computes the
sums; callers store the files.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from wod_pipeline.program import WeekRecords
from wod_pipeline.reading.derived import MADE_FROM
from wod_pipeline.training import (
    ZONES,
    LoadRow,
    Period,
    SessionDoses,
    TrainingLoad,
    as_number,
    load_by,
    session_doses,
)
from wod_pipeline.weeks import WEEK, monday_of

if TYPE_CHECKING:
    import pandas as pd

Doses = Mapping[dt.date, Sequence[SessionDoses]]
"""The doses of every session, by week (Monday)."""

ALL = "all"
_ZONE_COLUMNS = ("lifts_below_70", "lifts_70_79", "lifts_80_89", "lifts_90_up")


class LoadColumn(NamedTuple):
    """One column of the table: its pandas type, its meaning, and whether a cell may be empty."""

    dtype: str
    meaning: str
    nullable: bool = False


COLUMNS: dict[str, LoadColumn] = {
    "week": LoadColumn("datetime64[ms]", "Monday of the training week"),
    "by": LoadColumn("string", "What the row sums up: `week` or `day`"),
    "start": LoadColumn("datetime64[ms]", "The day, or the first day of the week"),
    "family": LoadColumn("string", f"Family of lifts such as `snatch`; `{ALL}` for the sum of all lifts"),
    "sessions": LoadColumn("Int64", "Number of sessions"),
    "lifts": LoadColumn("Float64", "Number of lifts"),
    "rated_lifts": LoadColumn("Float64", "Lifts whose percentage of a 1-RM is known"),
    "average_intensity_percent": LoadColumn(
        "Float64", "Mean percentage of 1-RM over the rated lifts; empty without any", nullable=True
    ),
    **{
        name: LoadColumn("Float64", f"Rated lifts at {zone} percent of 1-RM")
        for name, zone in zip(_ZONE_COLUMNS, ZONES, strict=True)
    },
    "hard_sets": LoadColumn("Float64", "Number of hard sets"),
    "builds_to_max": LoadColumn("Int64", "Builds to a max of the day"),
    "uncounted_exercises": LoadColumn(
        "Int64", "Exercises at working weight without a number of repetitions: not in `lifts`"
    ),
    "lifts_change_percent": LoadColumn(
        "Float64",
        f"Change of `lifts` since the week or day before, of rows of `{ALL}`; empty without lifts there",
        nullable=True,
    ),
}
"""The columns in order. `training` defines lifts, zones and hard sets."""
DTYPES = {name: column.dtype for name, column in COLUMNS.items()}


def doses_in(value: WeekRecords) -> tuple[SessionDoses, ...]:
    """The doses of every session of a week."""
    return tuple(map(session_doses, value.records))


def as_parquet(frame: pd.DataFrame, made_from: str) -> bytes:
    """The table as Parquet, with what it was made from in its metadata; equal tables are equal bytes."""
    import pyarrow as pa
    from pyarrow import parquet

    table = pa.Table.from_pandas(frame, preserve_index=False)
    out = io.BytesIO()
    parquet.write_table(table.replace_schema_metadata({**table.schema.metadata, MADE_FROM: made_from}), out)
    return out.getvalue()


def load_frame(doses: Doses, monday: dt.date) -> pd.DataFrame:
    """The rows of one week; changes of the week are since the week before, changes of a day since the day before."""
    import pandas as pd

    periods: tuple[Period, ...] = ("week", "day")
    rows = [
        record
        for by in periods
        for row in load_by(by, sessions_between(doses, monday - WEEK, monday))
        if monday_of(row.start) == monday
        for record in _records(by, row)
    ]
    return pd.DataFrame(rows, columns=pd.Index(COLUMNS)).astype(DTYPES)


def sessions_between(doses: Doses, first: dt.date, last: dt.date) -> list[SessionDoses]:
    """The sessions of the weeks from `first` to `last`, in order."""
    return [
        session for week, sessions in sorted(doses.items()) if first <= week <= last for session in sessions
    ]


def _records(by: Period, row: LoadRow) -> Iterator[dict[str, object]]:
    change = row.lifts_change_pct
    facts = {"week": monday_of(row.start), "by": by, "start": row.start, "sessions": row.summary.sessions}
    yield {
        **facts,
        "family": ALL,
        **_figures(row.summary.total),
        "lifts_change_percent": None if change is None else as_number(change),
    }
    for family, load in sorted(row.summary.families.items()):
        yield {**facts, "family": family, **_figures(load), "lifts_change_percent": None}


def _figures(load: TrainingLoad) -> dict[str, object]:
    average = load.average_intensity
    return {
        "lifts": as_number(load.lifts),
        "rated_lifts": as_number(load.rated_lifts),
        "average_intensity_percent": None if average is None else as_number(average),
        **{name: as_number(lifts) for name, lifts in zip(_ZONE_COLUMNS, load.zones, strict=True)},
        "hard_sets": as_number(load.hard_sets),
        "builds_to_max": load.max_efforts,
        "uncounted_exercises": load.uncounted,
    }
