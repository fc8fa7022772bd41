"""Why a stored day or week has no session, for the command line, the page and the API."""

from __future__ import annotations

import datetime as dt
import logging

from wod_pipeline.absence import Absence, explain_absence
from wod_pipeline.errors import StorageError
from wod_pipeline.looks import Looks
from wod_pipeline.program import Outcome, WeekRecords
from wod_pipeline.storage import Lake
from wod_pipeline.storage.looks import read_looks
from wod_pipeline.storage.stages import read_stage

log = logging.getLogger(__name__)


def find_absence(lake: Lake | None, week: dt.date, stored: WeekRecords | None) -> Absence:
    """Why the week, or a day of it, has no session. The lake is read only when the table cannot tell.

    `stored` is what the session table holds of the week. Without a lake no look is known.
    """
    if lake is None or (stored and stored.outcome is not Outcome.NOT_PUBLISHED):
        return explain_absence(week, stored, Looks())
    return explain_absence(week, stored, read_looks(lake), is_fetched=_is_fetched(lake, week))


def _is_fetched(lake: Lake, week: dt.date) -> bool:
    """Whether the lake holds a post of the week."""
    try:
        fetched = read_stage(lake, "raw_posts", [week])
    except StorageError as error:
        log.warning("Whether a post of %s was fetched is not known: %s", week, error)
        return False
    return any(value.posts for value in fetched.values())
