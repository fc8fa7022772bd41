"""What every tick needs around its decision: a typed cursor, a time limit for the site, and sending messages."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLongError
from typing import TypeVar

import dagster as dg
import msgspec

from wod_pipeline.bounded_json import decode_json
from wod_pipeline.errors import AlertError, SourceUnavailable
from wod_pipeline.messages import Message
from wod_pipeline.messages.delivery import Notifier
from wod_pipeline.resources.source import SourceResource
from wod_pipeline.settings import Settings
from wod_pipeline.wordpress import PostSource

StateT = TypeVar("StateT", bound=msgspec.Struct)
AnswerT = TypeVar("AnswerT")

SITE_TIMEOUT_S = 40.0
"""How long a tick waits for the site. Dagster ends a tick after 60 s without saving its cursor."""

RESERVE_WAIT_S = 5.0
"""How long a tick waits while a run asks the site; the time for its own requests must be left."""


def read_cursor(cursor: str | None, state: type[StateT], log: logging.Logger) -> StateT:
    """The state in a sensor's cursor; a new one when there is none, or one that cannot be read as this type."""
    if not cursor:
        return state()
    try:
        return decode_json(cursor, state)
    except msgspec.MsgspecError as error:
        log.warning("Starting without a cursor: the stored one cannot be read as this sensor's (%s).", error)
        return state()


def write_cursor(state: msgspec.Struct) -> str:
    """The state as the text of a cursor."""
    return msgspec.json.encode(state).decode()


def within_a_tick(ask: Callable[[], AnswerT], timeout_s: float = SITE_TIMEOUT_S) -> AnswerT:
    """The site's answer to `ask`. Raises `SourceError`, also when it takes longer than `timeout_s`.

    The source ends its requests by itself then; but neither the lookup of a name nor a folder that hangs can be
    ended, and their thread is left to end by itself.
    """
    threads = ThreadPoolExecutor(max_workers=1)
    try:
        return threads.submit(ask).result(timeout=timeout_s)
    except TookTooLongError as error:
        raise SourceUnavailable(f"The site gave no complete answer within {timeout_s:g} s.") from error
    finally:
        threads.shutdown(wait=False, cancel_futures=True)


def ask_site(
    source: SourceResource, reader: str, log: logging.Logger, ask: Callable[[PostSource], AnswerT]
) -> AnswerT:
    """The source's answer, reserved for `reader`. Raises `SourceError`; `SourceBusy` while a run asks the site."""

    def ask_reserved() -> AnswerT:
        with source.reserve(reader, log.info, RESERVE_WAIT_S):
            return ask(source.open(SITE_TIMEOUT_S))

    return within_a_tick(ask_reserved)


def send(notifier: Notifier, message: Message, log: logging.Logger) -> bool:
    """Deliver a message, unless it was delivered before. False when that failed and has to be tried again."""
    try:
        new = notifier.send(message)
    except AlertError as error:
        log.warning("Not sent, will be tried again at the next tick: %s (%s)", message.subject, error)
        return False
    log.info("%s: %s", "Sent" if new else "Already sent", message.subject)
    return True


def default_status(settings: Settings) -> dg.DefaultSensorStatus:
    """Whether sensors are switched on until somebody switches them in the UI."""
    on = settings.automation == "on"
    return dg.DefaultSensorStatus.RUNNING if on else dg.DefaultSensorStatus.STOPPED
