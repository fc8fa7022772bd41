"""`training_load`: what each week asks for, as a table for analysis. A shell; the sums are `training`'s.

A row is a day or the whole week (`by`), and all lifts or those of one family (`family`). Kept as Parquet, one
file a week: ``training_load/week=2020-12-21/load.parquet``.
"""

import datetime as dt
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import dagster as dg

from wod_pipeline.program import WeekRecords
from wod_pipeline.resources.lake import LakeResource
from wod_pipeline.resources.partitioned import storage_metadata
from wod_pipeline.resources.session_table import SessionTableResource
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

ALL = "all"
WEEKS_SHOWN = 12
"""Weeks in the chart: this one and those before it."""
BAR_LIFTS = 10
"""Lifts that one block of the chart stands for."""

_SHADES = "░▒▓█"
_ZONE_COLUMNS = ("lifts_below_70", "lifts_70_79", "lifts_80_89", "lifts_90_up")


def training_load(
    context: dg.AssetExecutionContext, lake: LakeResource, session_table: SessionTableResource
) -> None:
    """Lifts, average intensity, zones and hard sets of each day and week, as a whole and by family of lifts."""
    mondays = [dt.date.fromisoformat(key) for key in context.partition_keys]
    stored = session_table.open().read_weeks(min(mondays) - WEEKS_SHOWN * WEEK, max(mondays))
    doses = {value.week: doses_in(value) for value in stored}
    frames = {monday: load_frame(doses, monday) for monday in mondays}
    written = lake.open().write_many({load_key(day): as_parquet(frame) for day, frame in frames.items()})
    for monday, frame in frames.items():
        stored_at = storage_metadata(written[load_key(monday)])
        metadata = {**describe(doses, monday), **stored_at, "rows": len(frame)}
        context.add_asset_metadata(metadata, partition_key=monday.isoformat())


def load_key(monday: dt.date) -> str:
    """Where a week's load is kept in the lake."""
    return f"training_load/week={monday}/load.parquet"


def doses_in(value: WeekRecords) -> tuple[SessionDoses, ...]:
    """What the sessions of a week ask for."""
    return tuple(map(session_doses, value.records))


def as_parquet(frame: "pd.DataFrame") -> bytes:
    """The table as Parquet; equal tables are equal bytes."""
    out = io.BytesIO()
    frame.to_parquet(out, index=False)
    return out.getvalue()


# --------------------------------------------------------------------------------------------------- table
def load_frame(doses: Mapping[dt.date, Sequence[SessionDoses]], monday: dt.date) -> "pd.DataFrame":
    """The rows of one week; its change is against the week before, its days' against the day before."""
    import pandas as pd

    periods: tuple[Period, ...] = ("week", "day")
    rows = [
        record
        for by in periods
        for row in load_by(by, _sessions(doses, monday - WEEK, monday))
        if monday_of(row.start) == monday
        for record in _records(by, row)
    ]
    return pd.DataFrame(rows, columns=pd.Index(COLUMNS)).astype(COLUMNS)


COLUMNS: dict[str, str] = {
    "week": "datetime64[ms]",
    "by": "string",
    "start": "datetime64[ms]",
    "family": "string",
    "sessions": "Int64",
    "lifts": "Float64",
    "rated_lifts": "Float64",
    "average_intensity_percent": "Float64",
    **dict.fromkeys(_ZONE_COLUMNS, "Float64"),
    "hard_sets": "Float64",
    "builds_to_max": "Int64",
    "uncounted_exercises": "Int64",
    "lifts_change_percent": "Float64",
}
"""Column → pandas type."""


def _sessions(
    doses: Mapping[dt.date, Sequence[SessionDoses]], first: dt.date, last: dt.date
) -> list[SessionDoses]:
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


# ------------------------------------------------------------------------------------------------- metadata
def describe(doses: Mapping[dt.date, Sequence[SessionDoses]], monday: dt.date) -> dict[str, object]:
    """The week's figures, a table of its days, and a chart of the weeks up to it."""
    weeks = load_by("week", _sessions(doses, monday - (WEEKS_SHOWN - 1) * WEEK, monday))
    days = load_by("day", doses.get(monday, ()))
    total = next((row.summary.total for row in weeks if row.start == monday), TrainingLoad())
    average = total.average_intensity
    return {
        "lifts": float(total.lifts),
        "hard_sets": float(total.hard_sets),
        **({"average_intensity_percent": float(average)} if average is not None else {}),
        "by_day": dg.MetadataValue.md(days_markdown(days)),
        "chart": dg.MetadataValue.md(chart_markdown(weeks)),
    }


def days_markdown(rows: Sequence[LoadRow]) -> str:
    """The days of a week as a Markdown table."""
    zones = "".join(f" {zone} |".replace("<", "&lt;") for zone in ZONES)
    lines = [f"| day | lifts | average % |{zones} hard sets |", "|---|" + "---:|" * (len(ZONES) + 3)]
    for row in rows:
        load = row.summary.total
        counts = "".join(f" {as_number(lifts)} |" for lifts in load.zones)
        average = "–" if load.average_intensity is None else load.average_intensity
        lines.append(
            f"| {row.start} | {as_number(load.lifts)} | {average} |{counts} {as_number(load.hard_sets)} |"
        )
    return "\n".join(lines)


def chart_markdown(rows: Sequence[LoadRow]) -> str:
    """Lifts of each week as bars in the shades of their zones, in a block of fixed-width text."""
    legend = "  ".join(f"{shade} {zone}%" for shade, zone in zip(_SHADES, ZONES, strict=True))
    bars = [f"{row.start} {as_number(row.summary.total.lifts):>5} {_bar(row.summary.total)}" for row in rows]
    return "\n".join(["```text", f"{legend}  (one block: {BAR_LIFTS} lifts)", *bars, "```"])


def _bar(load: TrainingLoad) -> str:
    return "".join(shade * round(lifts / BAR_LIFTS) for shade, lifts in zip(_SHADES, load.zones, strict=True))
