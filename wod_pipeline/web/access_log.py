"""What the server logs: as uvicorn does, without addresses of personal calendars and without maxes in parameters.

The address of a personal calendar is a key to the athlete's weights. Both may be in the line of a request, also of a
mistyped one, and in the message or the traceback of an error. So may control characters, which are removed: somebody
reads the log in a terminal.
"""

from __future__ import annotations

import copy
import logging
import re
from typing import Any

from uvicorn.config import LOGGING_CONFIG

from wod_pipeline.terminal import clean_lines
from wod_pipeline.web.personal import SHORTEST_TOKEN

HIDDEN = "[personal]"
_ADDRESS = re.compile(rf"(?<=/calendar/)[^\s/?\"']+(?=\.ics)|[A-Za-z0-9_-]{{{SHORTEST_TOKEN},}}")
"""The name of a calendar, and anything else as long as one, wherever it stands."""
_PARAMETER = re.compile(r"(?<=[?&])([^=&\s]*)=[^&\s]*")
_LOGGED = {"by", "from", "kind", "limit", "offset", "page", "program", "q", "rest", "to", "tz"}
"""The parameters whose values are logged. One of maxes may be mistyped, or be written with %-escapes."""


def hide_addresses(text: str) -> str:
    """The text with `[personal]` for each address of a personal calendar."""
    return _ADDRESS.sub(HIDDEN, text)


def hide_parameters(text: str) -> str:
    """The text with `...` for the value of each parameter that is not one of `_LOGGED`."""
    return _PARAMETER.sub(_loggable, text)


def _loggable(parameter: re.Match[str]) -> str:
    return parameter[0] if parameter[1] in _LOGGED else f"{parameter[1]}=..."


def hide_personal(text: str) -> str:
    """The text without addresses of personal calendars and without maxes."""
    return hide_parameters(hide_addresses(text))


def _loggable_text(text: str) -> str:
    return clean_lines(hide_personal(text))


class HidePersonal(logging.Filter):
    """Hide what is personal in a record's message, arguments and traceback, and clean them, before formatting."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record and let it pass."""
        if isinstance(record.msg, str):
            record.msg = _loggable_text(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(map(_hidden, record.args))
        if record.exc_info:
            record.exc_text = _loggable_text(logging.Formatter().formatException(record.exc_info))
        return True


def _hidden(value: object) -> object:
    """The value itself unless its text has something that is not logged."""
    text = str(value)
    hidden = _loggable_text(text)
    return value if hidden == text else hidden


def log_config() -> dict[str, Any]:
    """Uvicorn's configuration of logging, with all that is logged going through `HidePersonal`."""
    config = copy.deepcopy(LOGGING_CONFIG)
    config["filters"] = {"hide_personal": {"()": HidePersonal}}
    for handler in config["handlers"].values():
        handler["filters"] = ["hide_personal"]
    config["root"] = {"handlers": ["default"], "level": "WARNING"}
    return config
