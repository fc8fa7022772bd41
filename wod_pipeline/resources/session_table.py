"""The session table in Dagster: SQLite as a resource, and the IO manager that replaces whole weeks in it."""

import datetime as dt
from abc import abstractmethod
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg

from wod_pipeline.errors import NotStored, UnsoundWeek
from wod_pipeline.pacing import batched
from wod_pipeline.program import WeekRecords
from wod_pipeline.quality import unsound
from wod_pipeline.resources.lake import LakeResource
from wod_pipeline.resources.partitioned import Outcomes, WeeksIOManager, complete_keys
from wod_pipeline.storage import SessionTable, WeekChange, Written
from wod_pipeline.storage.sqlite import SqliteSessionTable
from wod_pipeline.storage.stages import BATCH, write_each, write_records


class SessionTableResource(dg.ConfigurableResource[SessionTable]):
    """A table of session records."""

    @abstractmethod
    def open(self) -> SessionTable:
        """Return the table, ready to be read and written."""


class SqliteSessionTableResource(SessionTableResource):
    """A session table in a SQLite file of this machine."""

    path: str

    def open(self) -> SessionTable:
        """Open the file; it is made when first written."""
        return SqliteSessionTable(Path(self.path))


class SessionTableIOManager(WeeksIOManager):
    """Keeps session records in the table, and beside it in the lake as JSON Lines.

    A week is replaced atomically and fails alone: the other weeks of the run are stored, then the run fails and
    names the weeks that were not, whose old content is untouched.
    """

    session_table: dg.ResourceDependency[SessionTableResource]
    lake: dg.ResourceDependency[LakeResource]
    allow_empty: bool = False

    def handle_output(self, context: dg.OutputContext, obj: Mapping[str, WeekRecords]) -> None:
        """Replace every week of the run. Raises `dg.Failure` naming each week that could not be."""
        outcome = Outcomes(context, obj)
        for keys in batched(complete_keys(context, obj), BATCH):
            self._store({key: obj[key] for key in keys}, outcome)
        outcome.report(self._instance)

    def load_input(self, context: dg.InputContext) -> Mapping[str, WeekRecords]:
        """Read the weeks of the run back. Raises `NotStored` naming the first that never was."""
        table = self.session_table.open()
        return {key: _stored_week(table, key) for key in context.asset_partition_keys}

    def _store(self, values: Mapping[str, WeekRecords], outcome: Outcomes) -> None:
        """Replace the weeks in the table; those that were, in the lake too."""
        table, lake = self.session_table.open(), self.lake.open()
        refused = {key: error for key, value in values.items() if (error := _refusal(value))}
        sound = [value for key, value in values.items() if key not in refused]
        outcome.failed.update(refused)
        changes: dict[str, WeekChange] = {}
        for week, change in table.replace_weeks(sound, allow_empty=self.allow_empty).items():
            if isinstance(change, WeekChange):
                changes[week.isoformat()] = change
            else:
                outcome.failed[week.isoformat()] = change
        good = {key: values[key] for key in changes}
        for key, written in write_each(partial(write_records, lake), good).items():
            if isinstance(written, Written):
                metadata = change_metadata(changes[key], written)
                outcome.stored(key, values[key], metadata, changed=changes[key].changed)
            else:
                outcome.failed[key] = written


def change_metadata(change: WeekChange, written: Written) -> dict[str, Any]:
    """Say what replacing the week did to the table, and where its JSON Lines are."""
    return {
        "sessions_put": change.put,
        "sessions_deleted": change.deleted,
        "sessions_unchanged": change.unchanged,
        "stored_at": dg.MetadataValue.url(written.uri),
    }


def _refusal(value: WeekRecords) -> UnsoundWeek | None:
    """Why the week must not be stored. In a run over many weeks its checks alone would not keep it out."""
    reason = unsound(value)
    fix = "Its checks show what to look at; correct the post or the parser and run the week again."
    return UnsoundWeek(reason, fix=fix) if reason else None


def _stored_week(table: SessionTable, key: str) -> WeekRecords:
    value = table.read_week(dt.date.fromisoformat(key))
    if value is None:
        raise NotStored(
            f"The session table has nothing for week {key}.",
            fix=f"Materialize it: wod materialize --week {key}.",
        )
    return value
