"""What every tick needs around its decision: a cursor that is a typed value, patience, sending messages."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLongError
from typing import TypeVar

import dagster as dg
import msgspec

from wod_pipeline.errors import AlertError, SourceUnavailable
from wod_pipeline.messages import Message
from wod_pipeline.messages.delivery import Notifier
from wod_pipeline.settings import Settings

StateT = TypeVar("StateT", bound=msgspec.Struct)
AnswerT = TypeVar("AnswerT")

PATIENCE_S = 40.0
"""How long a tick waits for the site. Dagster gives up on a tick after 60 s, and its state would be lost."""


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


def within_a_tick(ask: Callable[[], AnswerT], patience_s: float = PATIENCE_S) -> AnswerT:
    """What asking the site gives, unless that takes longer than a tick may. Raises `SourceError`."""
    waiting = ThreadPoolExecutor(max_workers=1)
    try:
        return waiting.submit(ask).result(timeout=patience_s)
    except TookTooLongError as error:
        raise SourceUnavailable(f"The site gave no complete answer within {patience_s:g} s.") from error
    finally:
        waiting.shutdown(wait=False, cancel_futures=True)


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
