"""`session_calendar`: each week's sessions as an iCalendar in the lake. A shell; `reading.calendar` makes the events.

The stored file is what remembers a session that has vanished from its post: its event stays, cancelled. The
web feed and whoever reads the files see the cancellation.
"""

import datetime as dt
from zoneinfo import ZoneInfo

import dagster as dg

from wod_pipeline.resources.lake import LakeResource
from wod_pipeline.resources.partitioned import storage_metadata
from wod_pipeline.resources.session_table import SessionTableResource


def session_calendar(
    context: dg.AssetExecutionContext, lake: LakeResource, session_table: SessionTableResource
) -> None:
    """One all-day event a session, updated when the post is edited, cancelled when the session vanishes."""
    from wod_pipeline.reading.calendar import week_calendar, week_key

    mondays = [dt.date.fromisoformat(key) for key in context.partition_keys]
    zone = ZoneInfo(context.assets_def.partitions_def.timezone)
    store = lake.open()
    stored = {value.week: value for value in session_table.open().read_weeks(min(mondays), max(mondays))}
    keys = {monday: week_key(monday) for monday in mondays}
    published = store.read_many(list(keys.values()))
    calendars = {
        key: week_calendar(monday, stored.get(monday), published.get(key, b""), zone)
        for monday, key in keys.items()
    }
    written = store.write_many(calendars)
    for monday, key in keys.items():
        data = calendars[key]
        counts = {"events": data.count(b"BEGIN:VEVENT"), "cancelled": data.count(b"STATUS:CANCELLED")}
        context.add_asset_metadata(
            {**counts, **storage_metadata(written[key])}, partition_key=monday.isoformat()
        )
