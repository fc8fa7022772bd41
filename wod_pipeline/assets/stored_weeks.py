"""What load and calendar have in common: they read the session table, and record each week that they made.

A week that cannot be read back costs only itself: the others are made and recorded, then the step fails and names it.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import dagster as dg

from wod_pipeline.errors import RERUN_HELPS, StorageCorrupt, rerun_clears_all
from wod_pipeline.program import WeekRecords
from wod_pipeline.reading.derived import WEEKS_READ, Inputs, inputs_of
from wod_pipeline.resources.weekly import Metadata
from wod_pipeline.storage import SessionTable, log_corrupt
from wod_pipeline.weeks import WEEK, key_of, weeks_of
from wod_pipeline.wording import count


@dataclass(frozen=True)
class StoredWeeks:
    """What a run reads: the stored weeks, and earlier ones where the asset reads them; what they are made from."""

    values: Mapping[dt.date, WeekRecords]
    inputs: Inputs
    to_make: list[dt.date]
    """The weeks of the run, without those in `corrupt`."""
    corrupt: Mapping[dt.date, StorageCorrupt]
    """Weeks of the run that cannot be read back. To go on would take them for weeks without sessions."""


def read_stored_weeks(
    context: dg.AssetExecutionContext, table: SessionTable, page_url: str = ""
) -> StoredWeeks:
    """Read what the asset needs for the weeks of the run."""
    of_run, asset = weeks_of(context.partition_keys), context.asset_key.path[-1]
    first, last = min(of_run) - (WEEKS_READ[asset] - 1) * WEEK, max(of_run)
    by_key: dict[str, StorageCorrupt] = {}

    def note(key: str, error: StorageCorrupt) -> None:
        log_corrupt(key, error)
        by_key[key] = error

    # Listed before they are read: a week that changes in between makes its object old, never wrongly current.
    inputs = inputs_of(table.weeks(), context.assets_def.partitions_def.timezone, page_url)
    values = {value.week: value for value in table.read_weeks(first, last, note)}
    unreadable = {week for week in inputs.digests if first <= week <= last} - values.keys()
    corrupt = {week: by_key[key_of(week)] for week in of_run if key_of(week) in by_key}
    to_make = [week for week in of_run if week not in corrupt]
    return StoredWeeks(values, inputs.without(unreadable), to_make, corrupt)


def record_weeks(
    context: dg.AssetExecutionContext,
    made: Mapping[dt.date, Metadata],
    corrupt: Mapping[dt.date, StorageCorrupt],
) -> None:
    """Attach the metadata of each week that was made. Raises `dg.Failure` naming the weeks in `corrupt`."""
    if not corrupt:
        for week, metadata in made.items():
            context.add_asset_metadata(metadata, partition_key=key_of(week))
        return
    # Dagster discards the outputs of a failed step, so what was made is recorded first.
    for week, metadata in made.items():
        context.log_event(
            dg.AssetMaterialization(context.asset_key, partition=key_of(week), metadata=metadata)
        )
    raise dg.Failure(
        description=f"{count(corrupt, 'week')} could not be read; what was made of {_it(corrupt)} before stays:\n"
        + "\n".join(f"{week}: {error}" for week, error in sorted(corrupt.items())),
        metadata={
            "weeks_failed": [key_of(week) for week in sorted(corrupt)],
            RERUN_HELPS: rerun_clears_all(corrupt.values()),
        },
    )


def _it(weeks: Mapping[dt.date, object]) -> str:
    return "it" if len(weeks) == 1 else "them"
