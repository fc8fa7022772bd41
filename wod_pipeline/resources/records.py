"""The records of parsed weeks in Dagster, which the preview, both steps of checks and the last asset need alike."""

import datetime as dt
from typing import Any

import dagster as dg
from pydantic import PrivateAttr

from wod_pipeline.program import ParsedPost, Weekly, WeekRecords
from wod_pipeline.records import records_of
from wod_pipeline.wordpress import CHUNK_WEEKS


class RecordsResource(dg.ConfigurableResource[Any]):
    """Makes the records of a parsed week, once for all steps of a run that execute in one process.

    Those of the last `CHUNK_WEEKS` weeks are kept, which is all of a backfill's run, so that memory stays level.
    """

    _made: dict[dt.date, tuple[Weekly[ParsedPost], WeekRecords]] = PrivateAttr(default_factory=dict)

    def of(self, parsed: Weekly[ParsedPost]) -> WeekRecords:
        """Return the week's records; computed again for another object, as after reading the week from the lake."""
        made_from, records = self._made.get(parsed.week, (None, None))
        if records is None or made_from is not parsed:
            records = records_of(parsed)
            self._made[parsed.week] = (parsed, records)
            if len(self._made) > CHUNK_WEEKS:
                del self._made[next(iter(self._made))]
        return records
