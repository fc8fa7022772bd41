"""What the adapters warn of, in the log of the run: they know only Python's logging, which the UI does not show."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeVar

import dagster as dg

_PACKAGE = "wod_pipeline"
_ReturnT = TypeVar("_ReturnT")


class _RunLogHandler(logging.Handler):
    """Passes warnings on to a run's log, and to where they go without it."""

    def __init__(self, log: dg.DagsterLogManager) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        self._log.log(record.levelno, record.getMessage())
        # Python's last resort prints a warning only while no logger has a handler.
        if not logging.getLogger().handlers and logging.lastResort:
            logging.lastResort.handle(record)


@contextmanager
def warnings_in_run_log(log: dg.DagsterLogManager) -> Iterator[None]:
    """Within it, a warning of any of our modules is in the run's log too."""
    handler, logger = _RunLogHandler(log), logging.getLogger(_PACKAGE)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


def with_warnings(step: Callable[..., _ReturnT]) -> Callable[..., _ReturnT]:
    """Decorate a step, or a method of an IO manager, that takes Dagster's context as `context`."""

    @wraps(step)
    def step_with_warnings(*args: Any, **kwargs: Any) -> _ReturnT:
        context = kwargs.get("context") or next(arg for arg in args if hasattr(arg, "log"))
        with warnings_in_run_log(context.log):
            return step(*args, **kwargs)

    return step_with_warnings
