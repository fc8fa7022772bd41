"""`training_load`: what each week asks for, as a table for analysis, one Parquet file per week in the lake.

The table is made in `reading.load`, its sums in `training`.
"""

import datetime as dt

import dagster as dg

from wod_pipeline.reading.load import Doses, as_parquet, doses_in, load_frame, sessions_between
from wod_pipeline.rendering import chart_markdown, days_markdown
from wod_pipeline.resources.lake import LakeResource
from wod_pipeline.resources.session_table import SessionTableResource
from wod_pipeline.resources.weekly import ROW_COUNT, storage_metadata
from wod_pipeline.storage import require_sound
from wod_pipeline.storage.stages import load_key
from wod_pipeline.training import TrainingLoad, load_by
from wod_pipeline.weeks import WEEK, key_of, weeks_of

WEEKS_SHOWN = 12
"""Weeks in the chart: this one and those before it."""


def training_load(
    context: dg.AssetExecutionContext, lake: LakeResource, session_table: SessionTableResource
) -> None:
    """Lifts, average intensity, zones and hard sets of each day and week, as a whole and by family of lifts."""
    mondays = weeks_of(context.partition_keys)
    first = min(mondays) - WEEKS_SHOWN * WEEK
    stored = session_table.open().read_weeks(first, max(mondays), require_sound(mondays))
    doses = {value.week: doses_in(value) for value in stored}
    frames = {monday: load_frame(doses, monday) for monday in mondays}
    written = lake.open().write_many({load_key(day): as_parquet(frame) for day, frame in frames.items()})
    for monday, frame in frames.items():
        stored_at = storage_metadata(written[load_key(monday)])
        metadata = {**describe(doses, monday), **stored_at, ROW_COUNT: len(frame)}
        context.add_asset_metadata(metadata, partition_key=key_of(monday))


def describe(doses: Doses, monday: dt.date) -> dict[str, object]:
    """The week's figures, a table of its days, and a chart of the weeks up to it."""
    weeks = load_by("week", sessions_between(doses, monday - (WEEKS_SHOWN - 1) * WEEK, monday))
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
