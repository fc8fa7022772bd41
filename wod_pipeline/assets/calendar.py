"""`session_calendar`: each week's sessions as an iCalendar file in the lake; `reading.calendar` makes the events.

Only the stored file remembers a session that has vanished from its post: its event stays, cancelled, so that
the web feed and readers of the files see the cancellation.
"""

import datetime as dt
from functools import partial
from zoneinfo import ZoneInfo

import dagster as dg

from wod_pipeline.assets.stored_weeks import read_stored_weeks, record_weeks
from wod_pipeline.program import WeekRecords
from wod_pipeline.reading.derived import CALENDAR, Inputs
from wod_pipeline.resources.lake import LakeResource
from wod_pipeline.resources.session_table import SessionTableResource
from wod_pipeline.resources.weekly import ROW_COUNT, storage_metadata
from wod_pipeline.storage.stages import calendar_key, read_sound

PAGE_URL = "page_url"
"""The asset's metadata with the address of the page that its events link to."""


def session_calendar(
    context: dg.AssetExecutionContext, lake: LakeResource, session_table: SessionTableResource
) -> None:
    """One all-day event per session, updated when the post is edited, cancelled when the session vanishes."""
    store = lake.open()
    stored = read_stored_weeks(context, session_table.open(), _page_url(context))
    keys = {week: calendar_key(week) for week in stored.to_make}
    published = read_sound(
        store, list(keys.values()), lambda key, error: _say_what_is_lost(context, key, error)
    )
    calendars = {
        key: _make(context, stored.inputs, week, stored.values.get(week), published.get(key))
        for week, key in keys.items()
    }
    written = store.write_many(calendars)
    metadata = {
        week: {**_counts(calendars[key]), **storage_metadata(written[key])} for week, key in keys.items()
    }
    record_weeks(context, metadata, stored.corrupt)


def _counts(calendar: bytes) -> dict[str, int]:
    events = calendar.count(b"BEGIN:VEVENT")
    return {"events": events, ROW_COUNT: events, "cancelled": calendar.count(b"STATUS:CANCELLED")}


def _page_url(context: dg.AssetExecutionContext) -> str:
    return str(context.assets_def.metadata_by_key[context.asset_key].get(PAGE_URL, ""))


def _make(
    context: dg.AssetExecutionContext,
    inputs: Inputs,
    week: dt.date,
    value: WeekRecords | None,
    published: bytes | None,
) -> bytes:
    """The week's calendar, carried on from the published one unless that cannot be parsed."""
    from wod_pipeline.reading.calendar import week_calendar

    make = partial(
        week_calendar,
        week,
        value,
        zone=ZoneInfo(inputs.zone),
        page_url=inputs.page_url,
        made_from=inputs.made_from(CALENDAR, week),
    )
    if published == b"":
        _say_what_is_lost(context, calendar_key(week), "it is empty")
    try:
        return make(published or b"")
    except ValueError as error:
        _say_what_is_lost(context, calendar_key(week), error)
        return make(b"")


def _say_what_is_lost(context: dg.AssetExecutionContext, key: str, why: object) -> None:
    context.log.warning(
        "The stored calendar %s cannot be read: %s. It is made again from the stored sessions; the cancelled events "
        "of sessions that had vanished from their post are lost.",
        key,
        str(why).removesuffix("."),
    )
