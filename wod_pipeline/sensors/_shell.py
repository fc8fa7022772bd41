"""What every sensor here needs around its decision: a cursor that is a typed value, and sending messages."""

import logging
from typing import TypeVar

import dagster as dg
import msgspec

from wod_pipeline.alerts import Message, Notifier
from wod_pipeline.errors import AlertError
from wod_pipeline.settings import Settings

StateT = TypeVar("StateT", bound=msgspec.Struct)


def read_cursor(cursor: str | None, state: type[StateT], log: logging.Logger) -> StateT:
    """The state in a sensor's cursor; a new one when there is none, or when another version wrote it."""
    if not cursor:
        return state()
    try:
        return msgspec.json.decode(cursor, type=state)
    except msgspec.MsgspecError as error:
        log.warning("Starting anew: the cursor is not one of this sensor (%s).", error)
        return state()


def write_cursor(state: msgspec.Struct) -> str:
    """The state as a cursor."""
    return msgspec.json.encode(state).decode()


def send(notifier: Notifier, message: Message, log: logging.Logger) -> bool:
    """Deliver a message, unless it was before. False when it could not be and has to be tried again."""
    try:
        new = notifier.send(message)
    except AlertError as error:
        log.warning("Not sent, will be tried again: %s (%s)", message.subject, error)
        return False
    log.info("%s: %s", "Sent" if new else "Already sent", message.subject)
    return True


def default_status(settings: Settings) -> dg.DefaultSensorStatus:
    """Whether sensors run from the start."""
    on = settings.automation == "on"
    return dg.DefaultSensorStatus.RUNNING if on else dg.DefaultSensorStatus.STOPPED
