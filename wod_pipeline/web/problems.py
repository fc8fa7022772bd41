"""Every problem that the API and the calendars may answer, for their description: in the words that are answered.

The words stand where the problem arises.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from wod_pipeline.web.connections import NO_REQUEST
from wod_pipeline.web.failures import UNREADABLE, WRONG_PARAMETER, other_methods, unforeseen
from wod_pipeline.web.feed import NOT_VALID, OFF
from wod_pipeline.web.hosts import NOT_ONE_HOST, not_allowed
from wod_pipeline.web.http import Problem
from wod_pipeline.web.turns import BUSY, LONG_ADDRESS, LONG_HEADERS

_DETAILS: Mapping[int, Mapping[str, str]] = {
    400: {"no_host": NOT_ONE_HOST, "no_request": f"Invalid HTTP request received. {NO_REQUEST}"},
    404: {
        "nothing_stored": "Nothing is stored for 2031-01-01. The week of Mon 30 Dec 2030 is not stored yet:"
        " nobody has looked for its post.",
        "unknown_movement": "No such movement is known. Nearest: Back Squat, Box Squat, Air Squat.",
        "unknown_program": "No session of this program is stored. Programs: gym-plan.",
        "invalid_calendar": NOT_VALID,
        "unknown_address": "Not Found",
    },
    405: {"other_method": other_methods("GET, HEAD, OPTIONS")},
    414: {"long_address": LONG_ADDRESS},
    421: {"unknown_host": not_allowed("pi.local")},
    422: {"wrong_parameter": WRONG_PARAMETER},
    431: {"long_headers": LONG_HEADERS},
    500: {"failed": unforeseen("5f2c9e017ab4")},
    503: {"unreadable": UNREADABLE, "busy": BUSY, "no_calendars": OFF},
}
_ERRORS: Mapping[int, list[str]] = {422: ["query.limt: is not a parameter here; nearest: limit"]}

EXAMPLES: Mapping[int, Mapping[str, Problem]] = {
    status: {
        name: Problem(HTTPStatus(status).phrase, status, detail, _ERRORS.get(status, []))
        for name, detail in details.items()
    }
    for status, details in _DETAILS.items()
}
"""The problems of each status, by what is wrong."""
