"""The sensor that lets load and calendar follow the session table, whoever changed it.

A tick lists the weeks of the table, and reads the stored objects of those that may be old. `watching` decides which
runs to request; here table and lake are read. While weeks are being run nothing is requested, since those runs may
make the same objects.

A tick also records which weeks an older parser made, when these have changed: an upgrade starts no run whose check
would say it.
"""

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

import dagster as dg

from wod_pipeline.assets.checks import RECORDS
from wod_pipeline.assets.stale_weeks import check_evaluation, stale_weeks
from wod_pipeline.jobs import derived_job, range_tags
from wod_pipeline.reading.derived import inputs_of, read_old
from wod_pipeline.resources.lake import LakeResource
from wod_pipeline.resources.session_table import SessionTableResource
from wod_pipeline.sensors.events import are_weeks_being_run
from wod_pipeline.sensors.ticks import default_status, read_cursor, write_cursor
from wod_pipeline.settings import Settings
from wod_pipeline.watching import derived
from wod_pipeline.watching.derived import DerivedState, Request
from wod_pipeline.weeks import key_of
from wod_pipeline.wording import count, name_weeks
from wod_pipeline.wordpress import CHUNK_WEEKS

LONGEST_RUN = dt.timedelta(hours=2)
"""A run or backfill that began earlier and has not ended is taken to be dead: its process may have been killed."""


def derived_assets_sensor(settings: Settings, weeks: dg.PartitionsDefinition[str]) -> dg.SensorDefinition:
    """The sensor over these weeks."""

    @dg.sensor(
        name="derived_assets",
        job=derived_job,
        minimum_interval_seconds=settings.sensor_interval_s,
        default_status=default_status(settings),
        description="Requests runs for the weeks whose load or calendar is older than the session table.",
    )
    def derived_assets(
        context: dg.SensorEvaluationContext, session_table: SessionTableResource, lake: LakeResource
    ) -> dg.SensorResult:
        state = read_cursor(context.cursor, DerivedState, context.log)
        now = dt.datetime.now(dt.timezone.utc)
        tick = DerivedAssetsTick(settings, session_table, lake, context.log, is_week)
        busy = are_weeks_being_run(context.instance, now - LONGEST_RUN)
        result = tick.run(now, state, busy=busy)
        return dg.SensorResult(
            run_requests=[run_request(request, result.state) for request in result.requests],
            skip_reason=None if result.requests else result.reason,
            asset_events=stale_events(state, result),
            cursor=write_cursor(result.state),
        )

    def is_week(week: dt.date) -> bool:
        return weeks.has_partition_key(key_of(week))

    return derived_assets


@dataclass(frozen=True)
class TickResult:
    """The runs to request, the new state, and the reason to show when no run is requested."""

    requests: list[Request]
    state: DerivedState
    reason: str
    stale: list[dt.date] = field(default_factory=list)
    """The weeks that an older parser made."""


@dataclass(frozen=True)
class DerivedAssetsTick:
    """One tick of the sensor, with everything it reads."""

    settings: Settings
    table: SessionTableResource
    lake: LakeResource
    log: logging.Logger
    is_week: Callable[[dt.date], bool]

    def run(self, now: dt.datetime, state: DerivedState, *, busy: bool) -> TickResult:
        """Compare load and calendar with the table, unless weeks are being run."""
        if busy:
            return TickResult([], state, "Weeks are being run; looking again at the next tick.")
        stored = list(self.table.open().weeks())
        inputs = inputs_of(stored, self.settings.timezone, self.settings.page_url)
        expected = {week: inputs.of_week(week) for week in inputs.digests if self.is_week(week)}
        read = derived.weeks_to_read(now, expected, state)
        old = read_old(self.lake.open(), inputs, read)
        requests, state = derived.decide(now, expected, read, old, state, chunk_weeks=CHUNK_WEEKS)
        for request in requests:
            self.log.info("Requesting %s for %s.", " and ".join(request.assets), name_weeks(request.weeks))
        stale = stale_weeks(stored)
        return TickResult(requests, derived.after_stale_weeks(stale, state), _reason(expected, state), stale)


def stale_events(before: DerivedState, result: TickResult) -> list[dg.AssetCheckEvaluation]:
    """A result of the check for stale weeks, when others are stale than at the last one."""
    if result.state.stale == before.stale:
        return []
    return [check_evaluation(RECORDS, result.stale)]


def run_request(request: Request, state: DerivedState) -> dg.RunRequest:
    """One run for a week, or for a range of neighbours, of the assets that are old there."""
    (first, last), key = request.weeks, derived.run_key(request.weeks, state)
    assets = [dg.AssetKey(asset) for asset in request.assets]
    if first == last:
        return dg.RunRequest(partition_key=key_of(first), run_key=key, asset_selection=assets)
    return dg.RunRequest(run_key=key, tags=range_tags(request.weeks), asset_selection=assets)


def _reason(expected: derived.Expected, state: DerivedState) -> str:
    """What is known after a tick without a request; weeks are old from earlier ticks too."""
    unread = derived.weeks_not_read(expected, state)
    later = f" {count(unread, 'other week')} will be compared at the next ticks." if unread else ""
    if not state.requested:
        compared = count(len(expected) - len(unread), "stored week")
        return f"{compared}: load and calendar are as the session table has them.{later}"
    again = derived.next_request_at(state).astimezone(dt.timezone.utc)
    return (
        f"{count(state.requested, 'week')} of load or calendar still old; runs were requested, the next request is "
        f"due at {again:%Y-%m-%d %H:%M} UTC.{later}"
    )
