"""The session table in Dagster: SQLite as a resource, and the IO manager that replaces whole weeks in it."""

import datetime as dt
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from pydantic import PrivateAttr

from wod_pipeline.errors import NotStored, StorageError, UnsoundWeek
from wod_pipeline.program import WeekRecords
from wod_pipeline.quality import unsound
from wod_pipeline.resources.lake import LakeResource, complete_keys, totals
from wod_pipeline.resources.weeks import DescribedWeeks
from wod_pipeline.storage import SessionTable, WeekChange, Written
from wod_pipeline.storage._sqlite import SqliteSessionTable
from wod_pipeline.storage.stages import batched, write_records


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


class SessionTableIOManager(dg.ConfigurableIOManager):
    """Keeps session records in the table, and beside it in the lake as JSON Lines.

    A week is replaced atomically and fails alone: the other weeks of the run are stored, then the run fails and
    names the weeks that were not, whose old content is untouched.
    """

    session_table: dg.ResourceDependency[SessionTableResource]
    lake: dg.ResourceDependency[LakeResource]
    allow_empty: bool = False
    _instance: dg.DagsterInstance | None = PrivateAttr(default=None)

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Keep hold of the run's instance."""
        self._instance = context.instance

    def handle_output(self, context: dg.OutputContext, obj: Mapping[str, WeekRecords]) -> None:
        """Replace every week of the run. Raises `dg.Failure` naming each week that could not be."""
        keys = complete_keys(context, obj)
        changed: list[str] = []
        failed: dict[str, Exception] = {}
        for batch in batched(keys):
            values = [obj[key] for key in batch]
            for value, change, written in self._store(values, failed):
                key = value.week.isoformat()
                changed += [key] if change.changed else []
                if isinstance(obj, DescribedWeeks):
                    obj.stored(key, value, change_metadata(change, written))
        context.add_output_metadata(totals(context, changed))
        if failed:
            self._mark_stored(context, [key for key in keys if key not in failed])
            raise _failure(failed)

    def load_input(self, context: dg.InputContext) -> Mapping[str, WeekRecords]:
        """Read the weeks of the run back. Raises `NotStored` naming the first that never was."""
        table = self.session_table.open()
        return {key: _stored_week(table, key) for key in context.asset_partition_keys}

    def _store(
        self, values: list[WeekRecords], failed: dict[str, Exception]
    ) -> Iterator[tuple[WeekRecords, WeekChange, Written]]:
        table, lake = self.session_table.open(), self.lake.open()
        refused = {value.week: error for value in values if (error := _refusal(value))}
        sound = [value for value in values if value.week not in refused]
        changes = {**table.replace_weeks(sound, allow_empty=self.allow_empty), **refused}
        good = [value for value in values if isinstance(changes[value.week], WeekChange)]
        written = write_records(lake, good)
        for value in values:
            change = changes[value.week]
            if isinstance(change, WeekChange):
                yield value, change, written[value.week.isoformat()]
            else:
                failed[value.week.isoformat()] = change

    def _mark_stored(self, context: dg.OutputContext, keys: list[str]) -> None:
        """Record the weeks that were stored although the step fails: Dagster would forget them."""
        for key in keys if self._instance else []:
            self._instance.report_runless_asset_event(
                dg.AssetMaterialization(context.asset_key, partition=key)
            )


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


def _failure(failed: Mapping[str, Exception]) -> dg.Failure:
    helps = all(isinstance(error, StorageError) and error.rerun_helps for error in failed.values())
    return dg.Failure(
        description=f"{len(failed)} week(s) could not be stored, their old content is untouched:\n"
        + "\n".join(f"{key}: {error}" for key, error in failed.items()),
        metadata={"weeks_failed": list(failed)},
        allow_retries=helps,
    )
