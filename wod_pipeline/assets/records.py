"""`session_records`: one self-contained record per session, in the session table."""

import datetime as dt
from collections.abc import Mapping

import dagster as dg

from wod_pipeline.assets import previews
from wod_pipeline.program import ParsedPost, Weekly, WeekRecords
from wod_pipeline.resources.records import RecordsResource
from wod_pipeline.resources.weekly import week_output


def session_records(
    context: dg.AssetExecutionContext,
    segmented_exercises: Mapping[dt.date, Weekly[ParsedPost]],
    week_records: RecordsResource,
) -> dg.Output[Mapping[dt.date, WeekRecords]]:
    """One record per session, ready to be read by date: what the athlete is shown."""
    return week_output(context, lambda week: week_records.of(segmented_exercises[week]), previews.of_records)
