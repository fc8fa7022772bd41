"""The last asset: one self-contained record a session, in the session table."""

from collections.abc import Mapping

import dagster as dg

from wod_pipeline.assets import previews
from wod_pipeline.program import ParsedPost, Weekly, WeekRecords
from wod_pipeline.records import records_of
from wod_pipeline.resources.partitioned import week_output


def session_records(
    context: dg.AssetExecutionContext, segmented_exercises: Mapping[str, Weekly[ParsedPost]]
) -> dg.Output[Mapping[str, WeekRecords]]:
    """One record a session, ready to be read by date: what the athlete is shown."""
    return week_output(context, lambda key: records_of(segmented_exercises[key]), previews.of_records)
