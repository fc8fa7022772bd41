"""`session_calendar`: each week's sessions as an iCalendar in the lake. A shell; the events are `calendar`'s.

The stored file is what remembers a session that has vanished from its post: its event stays, cancelled. The
web feed and whoever reads the files see the cancellation.
"""

import datetime as dt
from zoneinfo import ZoneInfo

import dagster as dg

from wod_pipeline.program import WeekRecords
from wod_pipeline.resources.lake import LakeResource
from wod_pipeline.resources.partitioned import storage_metadata
from wod_pipeline.resources.session_table import SessionTableResource
from wod_pipeline.weeks import days_of


def session_calendar(
    context: dg.AssetExecutionContext, lake: LakeResource, session_table: SessionTableResource
) -> None:
    """One all-day event a session, updated when the post is edited, cancelled when the session vanishes."""
    from wod_pipeline.reading.calendar import week_key

    mondays = [dt.date.fromisoformat(key) for key in context.partition_keys]
    zone = ZoneInfo(context.assets_def.partitions_def.timezone)
    store = lake.open()
    stored = {value.week: value for value in session_table.open().read_weeks(min(mondays), max(mondays))}
    keys = {monday: week_key(monday) for monday in mondays}
    published = store.read_many(list(keys.values()))
    calendars = {
        key: calendar_of(monday, stored.get(monday), published.get(key, b""), zone)
        for monday, key in keys.items()
    }
    written = store.write_many(calendars)
    for monday, key in keys.items():
        data = calendars[key]
        counts = {"events": data.count(b"BEGIN:VEVENT"), "cancelled": data.count(b"STATUS:CANCELLED")}
        context.add_asset_metadata(
            {**counts, **storage_metadata(written[key])}, partition_key=monday.isoformat()
        )


def calendar_of(monday: dt.date, value: WeekRecords | None, published: bytes, zone: ZoneInfo) -> bytes:
    """The week's calendar, carried on from the published one. A week that is not stored cancels nothing."""
    from wod_pipeline.reading.calendar import as_calendar

    days = frozenset(days_of(monday)) if value is not None else frozenset[dt.date]()
    return as_calendar(value.records if value else [], zone, previous=[published], covered=days)
