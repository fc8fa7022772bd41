"""The run messages: one when a scheduled or sensor-requested week lands, one when a run fails, one a
backfill.

A sensor of our own over the run records instead of Dagster's run-status sensors, because those move on when
their body fails: a message lost to an SNS outage would stay lost. Here a run counts as told of only once its
message is delivered.
"""

import datetime as dt
import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import dagster as dg
import msgspec

from wod_pipeline import messages
from wod_pipeline.jobs import origin_of, weeks_of_run
from wod_pipeline.messages import Links, Message
from wod_pipeline.messages.delivery import Notifier
from wod_pipeline.program import WeekRecords
from wod_pipeline.resources.notifier import NotifierResource
from wod_pipeline.resources.session_table import SessionTableResource
from wod_pipeline.sensors import _events
from wod_pipeline.sensors.ticks import default_status, read_cursor, send, write_cursor
from wod_pipeline.settings import Settings
from wod_pipeline.weeks import weeks_in

OVERLAP = dt.timedelta(minutes=1)
"""How far the readings of ended runs overlap: their times are those of several processes."""
AT_ONCE = 200
KEPT = 500
"""Ended runs and backfills remembered as told of; far more than end within the overlap."""
_ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE]


class State(msgspec.Struct, frozen=True, omit_defaults=True):
    """Up to when ended runs were read, and the ids of runs and backfills that were told of."""

    read_until: dt.datetime | None = None
    told: list[str] = []


def run_messages_sensor(settings: Settings) -> dg.SensorDefinition:
    """The sensor."""
    links = Links(settings.base_url)

    @dg.sensor(
        name="run_messages",
        minimum_interval_seconds=min(settings.sensor_interval_s, 60),
        default_status=default_status(settings),
        description="Tells people that a week landed, that a run failed, that a backfill ended.",
    )
    def run_messages(
        context: dg.SensorEvaluationContext, session_table: SessionTableResource, notifier: NotifierResource
    ) -> dg.SensorResult:
        state = read_cursor(context.cursor, State, context.log)
        watch = Watch(context.instance, links, session_table, notifier.open(), context.log)
        state, reason = watch.tick(dt.datetime.now(dt.timezone.utc), state)
        return dg.SensorResult(skip_reason=reason, cursor=write_cursor(state))

    return run_messages


@dataclass(frozen=True)
class Watch:
    """Everything a tick looks at and speaks through."""

    instance: dg.DagsterInstance
    links: Links
    table: SessionTableResource
    notifier: Notifier
    log: logging.Logger

    def tick(self, now: dt.datetime, state: State) -> tuple[State, str]:
        """Tell of everything that ended since the last tick; the first tick only remembers the time."""
        if state.read_until is None:
            return State(now), "Runs that end from now on are told of."
        since = state.read_until - OVERLAP
        told = list(state.told)
        undelivered = 0
        for ended, message in self._ended(since, set(told)):
            if message is None or send(self.notifier, message, self.log):
                told.append(ended)
            else:
                undelivered += 1
        until = state.read_until if undelivered else now
        return State(until, told[-KEPT:]), f"{len(told) - len(state.told)} ended; {undelivered} not sent yet."

    def _ended(self, since: dt.datetime, told: set[str]) -> Iterator[tuple[str, Message | None]]:
        """Id of every run and backfill that ended and was not told of, with what to tell, if anything."""
        found = dg.RunsFilter(statuses=_ENDED, updated_after=since)
        for record in self.instance.get_run_records(
            found, limit=AT_ONCE, order_by="update_timestamp", ascending=True
        ):
            if record.dagster_run.run_id not in told:
                yield record.dagster_run.run_id, self._of_run(record.dagster_run)
        for backfill_id, succeeded in _events.ended_backfills(self.instance, since):
            if backfill_id not in told:
                yield backfill_id, self._of_backfill(backfill_id, succeeded=succeeded)

    def _of_run(self, run: dg.DagsterRun) -> Message | None:
        origin = origin_of(run.tags)
        if origin == "backfill":
            return None
        if run.status is dg.DagsterRunStatus.FAILURE:
            troubles = list(_events.troubles_of(self.instance, run.run_id))
            weeks = weeks_of_run(run.tags)
            return messages.run_failed(run.job_name, weeks, troubles, run.run_id, self.links)
        return self._landed(run.run_id) if origin in {"schedule", "sensor"} else None

    def _landed(self, run_id: str) -> Message | None:
        """What came in with a run; None when nothing changed for a reader."""
        changed = _events.changed_weeks(self.instance, run_id)
        values = list(self._read(changed))
        if len(values) > 1:
            sessions = sum(len(value.records) for value in values)
            weeks = [value.week for value in values]
            return messages.weeks_landed(weeks, sessions, run_id=run_id, links=self.links)
        if not values:
            return None
        before = _events.was_there_before(self.instance, values[0].week, run_id)
        return messages.week_landed(values[0], before=before, run_id=run_id, links=self.links)

    def _read(self, weeks: Iterable[dt.date]) -> Iterator[WeekRecords]:
        table = self.table.open()
        for week in weeks:
            value = table.read_week(week)
            if value is not None and value.records:
                yield value

    def _of_backfill(self, backfill_id: str, *, succeeded: bool) -> Message:
        of_backfill = dg.RunsFilter(tags={"dagster/backfill": backfill_id})
        found = self.instance.get_runs(of_backfill)
        spans = [span for run in found if (span := weeks_of_run(run.tags))]
        counts = Counter(run.status.value.lower() for run in found)
        return messages.backfill_finished(
            backfill_id, len(weeks_in(spans)), counts, succeeded=succeeded, links=self.links
        )
