"""`session_calendar`: each week's sessions as an iCalendar file in the lake; `reading.calendar` makes the events.

Only the stored file remembers a session that has vanished from its post: its event stays, cancelled, so that
the web feed and readers of the files see the cancellation.
"""

from zoneinfo import ZoneInfo

import dagster as dg

from wod_pipeline.resources.lake import LakeResource
from wod_pipeline.resources.session_table import SessionTableResource
from wod_pipeline.resources.weekly import ROW_COUNT, storage_metadata
from wod_pipeline.storage import require_sound
from wod_pipeline.storage.stages import calendar_key
from wod_pipeline.weeks import key_of, weeks_of

PAGE_URL = "page_url"
"""The asset's metadata with the address of the page that its events link to."""


def session_calendar(
    context: dg.AssetExecutionContext, lake: LakeResource, session_table: SessionTableResource
) -> None:
    """One all-day event per session, updated when the post is edited, cancelled when the session vanishes."""
    from wod_pipeline.reading.calendar import week_calendar

    mondays = weeks_of(context.partition_keys)
    zone = ZoneInfo(context.assets_def.partitions_def.timezone)
    page_url = str(context.assets_def.metadata_by_key[context.asset_key].get(PAGE_URL, ""))
    store = lake.open()
    span = min(mondays), max(mondays), require_sound(mondays)
    stored = {value.week: value for value in session_table.open().read_weeks(*span)}
    keys = {monday: calendar_key(monday) for monday in mondays}
    published = store.read_many(list(keys.values()))
    calendars = {
        key: week_calendar(monday, stored.get(monday), published.get(key, b""), zone, page_url)
        for monday, key in keys.items()
    }
    written = store.write_many(calendars)
    for monday, key in keys.items():
        data = calendars[key]
        events = data.count(b"BEGIN:VEVENT")
        counts = {"events": events, ROW_COUNT: events, "cancelled": data.count(b"STATUS:CANCELLED")}
        context.add_asset_metadata({**counts, **storage_metadata(written[key])}, partition_key=key_of(monday))
