"""The run messages: one when a scheduled or sensor-requested week lands, one when a run fails, one per backfill.

This sensor reads the run records itself, because Dagster's run-status sensors move on when their body fails: a
message lost to an SNS outage would stay lost. Here a run is remembered as handled once its message is delivered.
"""

import datetime as dt
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import dagster as dg
import msgspec

from wod_pipeline import messages
from wod_pipeline.errors import StorageError
from wod_pipeline.jobs import backfill_tags, origin_of, weeks_of_run
from wod_pipeline.messages import Links, Message
from wod_pipeline.messages.delivery import Notifier
from wod_pipeline.program import WeekRecords
from wod_pipeline.resources.lake import LakeResource
from wod_pipeline.resources.notifier import NotifierResource
from wod_pipeline.resources.session_table import SessionTableResource
from wod_pipeline.sensors import events
from wod_pipeline.sensors.events import ChangedWeek
from wod_pipeline.sensors.ticks import default_status, read_cursor, send, write_cursor
from wod_pipeline.settings import Settings
from wod_pipeline.storage.stages import read_stage
from wod_pipeline.watching.runs import StepFailure
from wod_pipeline.weeks import weeks_in
from wod_pipeline.wording import count

READ_OVERLAP = dt.timedelta(minutes=1)
"""How far one reading of ended runs reaches back before the last: several processes write the times."""
MAX_RUNS = 200
"""Runs read in one tick."""
FAILED_RUNS = 20
"""Failed runs of a backfill whose reasons are read: those of the others are most likely the same."""
REMEMBERED = 500
"""Ids of handled runs and backfills kept in the cursor: far more than end within the overlap."""
_ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE]


class RunMessagesState(msgspec.Struct, frozen=True, omit_defaults=True, rename={"handled": "told"}):
    """What one tick leaves to the next. It is kept in the cursor, under the names that `rename` gives."""

    read_until: dt.datetime | None = None
    handled: list[str] = []
    """Ids of runs and backfills that ended and need no message any more, newest last."""


def run_messages_sensor(settings: Settings) -> dg.SensorDefinition:
    """The sensor, with the links of the settings in its messages."""
    links = Links(settings.base_url)

    @dg.sensor(
        name="run_messages",
        minimum_interval_seconds=min(settings.sensor_interval_s, 60),
        default_status=default_status(settings),
        description="Tells people when a week landed, a run failed or a backfill ended.",
    )
    def run_messages(
        context: dg.SensorEvaluationContext,
        session_table: SessionTableResource,
        notifier: NotifierResource,
        lake: LakeResource,
    ) -> dg.SensorResult:
        state = read_cursor(context.cursor, RunMessagesState, context.log)
        tick = RunMessagesTick(context.instance, links, session_table, notifier.open(), lake, context.log)
        state, reason = tick.run(dt.datetime.now(dt.timezone.utc), state)
        return dg.SensorResult(skip_reason=reason, cursor=write_cursor(state))

    return run_messages


@dataclass(frozen=True)
class RunMessagesTick:
    """One tick of the sensor, with everything it reads and the notifier it sends with."""

    instance: dg.DagsterInstance
    links: Links
    table: SessionTableResource
    notifier: Notifier
    lake: LakeResource
    log: logging.Logger

    def run(self, now: dt.datetime, state: RunMessagesState) -> tuple[RunMessagesState, str]:
        """Send a message about everything that ended since the last tick; the first tick only notes the time."""
        if state.read_until is None:
            return RunMessagesState(now), "Runs that end from now on give messages."
        handled = list(state.handled)
        undelivered = 0
        for ended_id, due in self._ended(state.read_until - READ_OVERLAP, set(handled)):
            unsent = sum(not send(self.notifier, message, self.log) for message in due)
            undelivered += unsent
            if not unsent:
                handled.append(ended_id)
        until = state.read_until if undelivered else now
        reason = f"{len(handled) - len(state.handled)} handled; {count(undelivered, 'message')} not sent yet."
        return RunMessagesState(until, handled[-REMEMBERED:]), reason

    def _ended(self, since: dt.datetime, handled: set[str]) -> Iterator[tuple[str, list[Message]]]:
        """Id of every run and backfill that ended and is not handled, with the messages that are due about it."""
        ended = dg.RunsFilter(statuses=_ENDED, updated_after=since)
        for record in self.instance.get_run_records(
            ended, limit=MAX_RUNS, order_by="update_timestamp", ascending=True
        ):
            if record.dagster_run.run_id not in handled:
                yield record.dagster_run.run_id, self._messages_of_run(record.dagster_run)
        for backfill_id, succeeded in events.ended_backfills(self.instance, since):
            if backfill_id not in handled:
                yield backfill_id, [self._message_of_backfill(backfill_id, succeeded=succeeded)]

    def _messages_of_run(self, run: dg.DagsterRun) -> list[Message]:
        """The messages about one run, if it needs any.

        A run of a backfill is part of the backfill's summary, and a person who started a run watches it succeed.
        """
        origin = origin_of(run.tags)
        if origin == "backfill":
            return []
        if run.status is dg.DagsterRunStatus.FAILURE:
            failures = list(events.failures_of(self.instance, run.run_id))
            weeks = weeks_of_run(run.tags)
            return [messages.run_failed(run.job_name, weeks, failures, run.run_id, self.links)]
        return self._messages_of_weeks(run.run_id) if origin in {"schedule", "sensor"} else []

    def _messages_of_weeks(self, run_id: str) -> list[Message]:
        """One message about the weeks that a run stored, and one about each week that it left without sessions."""
        changes = events.changed_weeks(self.instance, run_id)
        changed = {change.week: change for change in changes if change.is_visible}
        values = list(self._read_weeks(changed))
        stored = [value for value in values if value.records]
        withdrawn = [changed[value.week] for value in values if not value.records]
        return [
            *self._messages_of_stored(stored, changed, run_id),
            *(self._message_of_withdrawn(change, run_id) for change in withdrawn),
        ]

    def _messages_of_stored(
        self, values: list[WeekRecords], changed: Mapping[dt.date, ChangedWeek], run_id: str
    ) -> Iterator[Message]:
        weeks = [value.week for value in values]
        new = [week for week in weeks if not events.was_stored_before(self.instance, week, run_id)]
        if len(values) > 1:
            sessions = sum(len(value.records) for value in values)
            yield messages.weeks_landed(weeks, sessions, new=new, run_id=run_id, links=self.links)
        elif values:
            (value,) = values
            changes = self._changes(changed[value.week])
            yield messages.week_landed(
                value, before=not new, run_id=run_id, links=self.links, changes=changes
            )

    def _changes(self, change: ChangedWeek) -> list[str] | None:
        """What is different in a week: posts that left it, then its sessions and lifts; None when not known."""
        if change.changes is None:
            return None
        read_anew = [] if change.posts_changed else [messages.READ_ANEW]
        return [*self._reasons(change), *read_anew, *change.changes]

    def _message_of_withdrawn(self, change: ChangedWeek, run_id: str) -> Message:
        reasons = self._reasons(change) or ["its post holds no session any more"]
        return messages.week_withdrawn(change.week, reasons, run_id=run_id, links=self.links)

    def _reasons(self, change: ChangedWeek) -> list[str]:
        """Why posts left the week. A lake that cannot be read does not keep the message back."""
        if not change.posts_withdrawn:
            return []
        try:
            fetched = read_stage(self.lake.open(), "raw_posts", [change.week])
        except StorageError as error:
            self.log.warning("The message does not say why posts left week %s: %s", change.week, error)
            fetched = {}
        return messages.reasons_of_leaving(change.posts_withdrawn, fetched.get(change.week))

    def _read_weeks(self, weeks: Iterable[dt.date]) -> Iterator[WeekRecords]:
        table = self.table.open()
        for week in weeks:
            value = table.read_week(week)
            if value is not None:
                yield value

    def _message_of_backfill(self, backfill_id: str, *, succeeded: bool) -> Message:
        runs = self.instance.get_runs(dg.RunsFilter(tags=backfill_tags(backfill_id)))
        ranges = [weeks for run in runs if (weeks := weeks_of_run(run.tags))]
        counts = Counter(run.status.value.lower() for run in runs)
        failures = [] if succeeded else self._failures_of_backfill(backfill_id, runs)
        return messages.backfill_finished(
            backfill_id, len(weeks_in(ranges)), counts, failures, succeeded=succeeded, links=self.links
        )

    def _failures_of_backfill(self, backfill_id: str, runs: Iterable[dg.DagsterRun]) -> list[StepFailure]:
        """Why the backfill itself failed, and its failed runs."""
        failed = [run.run_id for run in runs if run.status is dg.DagsterRunStatus.FAILURE]
        return [
            *events.failures_of_backfill(self.instance, backfill_id),
            *(
                failure
                for run_id in failed[:FAILED_RUNS]
                for failure in events.failures_of(self.instance, run_id)
            ),
        ]
