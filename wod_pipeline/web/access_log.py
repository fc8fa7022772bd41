"""What the server logs: as uvicorn does, without addresses of personal calendars and without maxes in parameters.

The address of a personal calendar is a key to the athlete's weights. Both may be in the line of a request, also of a
mistyped one, and in the message or the traceback of an error.
"""

from __future__ import annotations

import copy
import logging
import re
from typing import Any

from uvicorn.config import LOGGING_CONFIG

from wod_pipeline.web.max_parameters import PARAMETERS
from wod_pipeline.web.personal import SHORTEST_TOKEN

HIDDEN = "[personal]"
_ADDRESS = re.compile(rf"(?<=/calendar/)[^\s/?\"']+(?=\.ics)|[A-Za-z0-9_-]{{{SHORTEST_TOKEN},}}")
"""The name of a calendar, and anything else as long as one, wherever it stands."""
_MAXES = re.compile(rf"(?<=[?&])({'|'.join(PARAMETERS)})=[^&\s]*")


def hide_personal(text: str) -> str:
    """The text with `[personal]` for each address of a personal calendar, `...` for each parameter about maxes."""
    return _MAXES.sub(r"\1=...", _ADDRESS.sub(HIDDEN, text))


class HidePersonal(logging.Filter):
    """Hide what is personal in a record's message, arguments and traceback, before it is formatted."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record and let it pass."""
        if isinstance(record.msg, str):
            record.msg = hide_personal(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(map(_hidden, record.args))
        if record.exc_info:
            record.exc_text = hide_personal(logging.Formatter().formatException(record.exc_info))
        return True


def _hidden(value: object) -> object:
    """The value itself unless its text has something personal."""
    text = str(value)
    hidden = hide_personal(text)
    return value if hidden == text else hidden


def log_config() -> dict[str, Any]:
    """Uvicorn's configuration of logging, with all that is logged going through `HidePersonal`."""
    config = copy.deepcopy(LOGGING_CONFIG)
    config["filters"] = {"hide_personal": {"()": HidePersonal}}
    for handler in config["handlers"].values():
        handler["filters"] = ["hide_personal"]
    config["root"] = {"handlers": ["default"], "level": "WARNING"}
    return config
