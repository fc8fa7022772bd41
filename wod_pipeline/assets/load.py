"""`training_load`: what each week asks for, as a table for analysis, one Parquet file per week in the lake.

The table is made in `reading.load`, its sums in `training`.
"""

import datetime as dt

import dagster as dg

from wod_pipeline.assets.stored_weeks import read_stored_weeks, record_weeks
from wod_pipeline.reading.derived import LOAD, WEEKS_READ
from wod_pipeline.reading.load import Doses, as_parquet, doses_in, load_frame, sessions_between
from wod_pipeline.rendering import chart_markdown, days_markdown
from wod_pipeline.resources.lake import LakeResource
from wod_pipeline.resources.session_table import SessionTableResource
from wod_pipeline.resources.weekly import ROW_COUNT, storage_metadata
from wod_pipeline.storage.stages import load_key
from wod_pipeline.training import TrainingLoad, load_by
from wod_pipeline.weeks import WEEK

EARLIER = (WEEKS_READ[LOAD] - 1) * WEEK
"""How far back the chart of a week begins."""


def training_load(
    context: dg.AssetExecutionContext, lake: LakeResource, session_table: SessionTableResource
) -> None:
    """Lifts, average intensity, zones and hard sets of each day and week, as a whole and by family of lifts."""
    stored = read_stored_weeks(context, session_table.open())
    doses = {week: doses_in(value) for week, value in stored.values.items()}
    frames = {week: load_frame(doses, week) for week in stored.to_make}
    objects = {
        load_key(week): as_parquet(frame, stored.inputs.made_from(LOAD, week))
        for week, frame in frames.items()
    }
    written = lake.open().write_many(objects)
    metadata = {
        week: {**describe(doses, week), **storage_metadata(written[load_key(week)]), ROW_COUNT: len(frame)}
        for week, frame in frames.items()
    }
    record_weeks(context, metadata, stored.corrupt)


def describe(doses: Doses, monday: dt.date) -> dict[str, object]:
    """The week's figures, a table of its days, and a chart of the weeks up to it."""
    weeks = load_by("week", sessions_between(doses, monday - EARLIER, monday))
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
