"""The daily message: the next day's training, sent once a day at the hour in the settings. Off without one."""

import datetime as dt
import logging
from dataclasses import dataclass

import dagster as dg
import msgspec

from wod_pipeline import messages
from wod_pipeline.messages.delivery import Notifier
from wod_pipeline.resources.notifier import NotifierResource
from wod_pipeline.resources.session_table import SessionTableResource
from wod_pipeline.sensors.ticks import default_status, read_cursor, send, write_cursor
from wod_pipeline.settings import Settings
from wod_pipeline.storage import SessionTable
from wod_pipeline.weeks import day_to_announce
from wod_pipeline.wording import count

USUAL_HOUR = 19
"""The hour used when the settings have none and somebody starts the sensor in the UI."""


class DailyMessageState(msgspec.Struct, frozen=True, omit_defaults=True):
    """The day whose training was sent last, kept in the cursor."""

    announced: dt.date | None = None


def daily_message_sensor(settings: Settings) -> dg.SensorDefinition:
    """The sensor; it is switched on from the start only when an hour is set."""
    off = settings.daily_message_hour is None
    hour = USUAL_HOUR if settings.daily_message_hour is None else settings.daily_message_hour

    @dg.sensor(
        name="daily_message",
        minimum_interval_seconds=settings.sensor_interval_s,
        default_status=dg.DefaultSensorStatus.STOPPED if off else default_status(settings),
        description=f"Sends the next day's training at {hour}:00, short enough for a phone.",
    )
    def daily_message(
        context: dg.SensorEvaluationContext, session_table: SessionTableResource, notifier: NotifierResource
    ) -> dg.SensorResult:
        state = read_cursor(context.cursor, DailyMessageState, context.log)
        day = day_to_announce(dt.datetime.now(dt.timezone.utc), hour, settings.zone)
        tick = DailyMessageTick(session_table.open(), notifier.open(), context.log)
        state, reason = tick.run(day, state)
        return dg.SensorResult(skip_reason=reason, cursor=write_cursor(state))

    return daily_message


@dataclass(frozen=True)
class DailyMessageTick:
    """One tick of the sensor, with the table it reads and the notifier it sends with."""

    table: SessionTable
    notifier: Notifier
    log: logging.Logger

    def run(self, day: dt.date | None, state: DailyMessageState) -> tuple[DailyMessageState, str]:
        """Send the training of `day` unless it was sent; the new state, and what the tick did.

        `day` is None before the hour of the message. A day without a stored session gets no message.
        """
        if day is None:
            return state, "Not the hour yet."
        if state.announced == day:
            return state, f"{day}: already sent."
        records = self.table.read_dates(day, day)
        if not records:
            return state, f"{day}: no session is stored."
        if not send(self.notifier, messages.tomorrow(day, records), self.log):
            return state, f"{day}: not sent yet."
        return DailyMessageState(day), f"{day}: sent, {count(records, 'session')}."
