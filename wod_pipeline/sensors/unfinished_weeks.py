"""The sensor that finishes weeks which a failed run has stored, but not taken through its later assets.

A step of a run over many weeks stores what it can and then fails for the rest, and Dagster does not run the steps
below it, for any week. `wod materialize` launches a further run for the stored weeks itself; for runs of the UI, of
schedule and sensors this sensor does. Load and calendar have a sensor of their own.
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import dagster as dg
import msgspec

from wod_pipeline.jobs import SESSIONS, continuation_tags, finishes_itself, training_week_job, weeks_of_run
from wod_pipeline.sensors.events import stored_weeks
from wod_pipeline.sensors.ticks import default_status, read_cursor, write_cursor
from wod_pipeline.settings import Settings
from wod_pipeline.watching.runs import remaining_work
from wod_pipeline.weeks import key_of, ranges_of, weeks_in
from wod_pipeline.wording import count, name_weeks

READ_OVERLAP = dt.timedelta(minutes=1)
"""How far one reading of failed runs reaches back before the last: several processes write the times."""
MAX_RUNS = 50
"""Failed runs read at a time."""


class UnfinishedWeeksState(msgspec.Struct, frozen=True):
    """What one tick leaves to the next. A run key names what was requested, so Dagster drops a request made twice."""

    read_until: dt.datetime | None = None


def unfinished_weeks_sensor(settings: Settings, weeks: dg.PartitionsDefinition[str]) -> dg.SensorDefinition:
    """The sensor over these weeks."""

    @dg.sensor(
        name="unfinished_weeks",
        job=training_week_job,
        minimum_interval_seconds=min(settings.sensor_interval_s, 60),
        default_status=default_status(settings),
        description="Requests the later assets for weeks that a run stored before it failed for other weeks.",
    )
    def unfinished_weeks(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        state = read_cursor(context.cursor, UnfinishedWeeksState, context.log)
        tick = UnfinishedWeeksTick(context.instance, context.log, is_week)
        requests, state, reason = tick.run(dt.datetime.now(dt.timezone.utc), state)
        return dg.SensorResult(
            run_requests=requests, skip_reason=None if requests else reason, cursor=write_cursor(state)
        )

    def is_week(week: dt.date) -> bool:
        return weeks.has_partition_key(key_of(week))

    return unfinished_weeks


@dataclass(frozen=True)
class UnfinishedWeeksTick:
    """One tick of the sensor, with everything it reads."""

    instance: dg.DagsterInstance
    log: logging.Logger
    is_week: Callable[[dt.date], bool]
    """Whether the program has the week. A request for any other would fail the tick, and each one after it."""

    def run(
        self, now: dt.datetime, state: UnfinishedWeeksState
    ) -> tuple[list[dg.RunRequest], UnfinishedWeeksState, str]:
        """The runs to request for what has failed since the last tick; the first tick only notes the time."""
        if state.read_until is None:
            return [], UnfinishedWeeksState(now), "Runs that fail from now on are looked at."
        records = list(self._failed_runs(state.read_until - READ_OVERLAP))
        requests = [request for record in records for request in self._requests(record.dagster_run)]
        reason = f"{count(records, 'failed run')}; none left a week behind that can go on."
        return requests, UnfinishedWeeksState(now), reason

    def _failed_runs(self, since: dt.datetime) -> Iterator[dg.RunRecord]:
        """The runs that have failed since then. All of them: a rest left to the next tick would not be read there
        either, once more runs than are read at a time fail within the overlap.
        """
        while True:
            failed = dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE], updated_after=since)
            records = self.instance.get_run_records(
                failed, limit=MAX_RUNS, order_by="update_timestamp", ascending=True
            )
            yield from records
            if len(records) < MAX_RUNS:
                return
            since = records[-1].update_timestamp

    def _requests(self, run: dg.DagsterRun) -> Iterator[dg.RunRequest]:
        """One run for each range of weeks that the failed run left behind."""
        weeks = weeks_of_run(run.tags)
        if not weeks or weeks[0] == weeks[1] or finishes_itself(run.tags):
            return
        selected = run.asset_selection or {dg.AssetKey(name) for name in SESSIONS}
        assets = [name for name in SESSIONS if dg.AssetKey(name) in selected]
        left, later = remaining_work(weeks_in([weeks]), stored_weeks(self.instance, run.run_id, assets))
        for first, last in ranges_of(filter(self.is_week, left)) if later else []:
            self.log.info("Requesting %s for %s.", " and ".join(later), name_weeks((first, last)))
            yield dg.RunRequest(
                run_key=f"unfinished/{run.run_id}/{first}",
                partition_key=key_of(first) if first == last else None,
                tags=continuation_tags(run, (first, last)),
                asset_selection=[dg.AssetKey(name) for name in later],
            )
