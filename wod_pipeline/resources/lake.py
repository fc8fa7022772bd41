"""The lake in Dagster: the folder as a resource, and the IO manager that keeps one object per week in it."""

import datetime as dt
from abc import abstractmethod
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg
from pydantic import Field, PrivateAttr

from wod_pipeline.adapters import folder_lake
from wod_pipeline.errors import NotStored, StorageError
from wod_pipeline.pacing import batched
from wod_pipeline.resources.run_log import with_warnings
from wod_pipeline.resources.weekly import (
    LazyWeeks,
    WeeklyIOManager,
    WriteReport,
    complete_weeks,
    storage_metadata,
)
from wod_pipeline.settings import Settings
from wod_pipeline.storage import Lake, Written
from wod_pipeline.storage.healing import read_healed, restore_raw_posts
from wod_pipeline.storage.stages import BATCH, fetched_weeks, stage_key, write_each, write_stage
from wod_pipeline.weeks import weeks_of
from wod_pipeline.wordpress import CHUNK_WEEKS

ALLOW_MISSING = "allow_missing_partitions"


class LakeResource(dg.ConfigurableResource[Lake]):
    """Stores objects under keys."""

    @abstractmethod
    def open(self) -> Lake:
        """Return the lake, ready for use."""


class FolderLakeResource(LakeResource):
    """A lake in a folder of this machine."""

    path: str = Field(default="", description="The folder; if empty, lake in WOD_DATA_DIR.")
    settings: dg.ResourceDependency[Settings]

    def open(self) -> Lake:
        """Open the folder, which is made by the first write."""
        return folder_lake(Path(self.path or self.settings.lake_path))


class LakeIOManager(WeeklyIOManager):
    """Keeps an asset's weeks in the lake, one object per week, for a run of one week or of many.

    Values are mappings by week, on both sides. Equal values are not written again. A week of the run that has no
    value, or that was never stored, is an error: Dagster would mark it materialized. A week that cannot be written
    fails alone: the others are stored, then the run fails.

    What a step has stored goes to the next steps of its process as it is; any other week is read from the lake.
    """

    lake: dg.ResourceDependency[LakeResource]
    _written: dict[str, dict[dt.date, Any]] = PrivateAttr(default_factory=dict)
    """What the latest asset step of this run has stored. One asset's `CHUNK_WEEKS` at most: memory stays level."""

    @with_warnings
    def handle_output(self, context: dg.OutputContext, obj: Mapping[dt.date, Any]) -> None:
        """Write every week of the run. Raises `dg.Failure` naming each week that could not be stored."""
        stage, lake = context.asset_key.path[-1], self.lake.open()
        report, stored = WriteReport(context, obj, self.progress), {}
        weeks_of_run = complete_weeks(context, obj)
        for weeks in batched(weeks_of_run, BATCH):
            values = report.make(weeks)
            for week, written in write_each(partial(write_stage, lake, stage), values).items():
                if isinstance(written, Written):
                    if len(weeks_of_run) <= CHUNK_WEEKS:
                        stored[week] = values[week]
                    report.add_stored(week, values[week], storage_metadata(written), changed=written.changed)
                else:
                    report.failed[week] = written
        self._written = {stage: stored}
        report.finish()

    @with_warnings
    def load_input(self, context: dg.InputContext) -> Mapping[dt.date, Any]:
        """Return the weeks of the run, read in batches when asked for; a missing one raises `NotStored` then.

        An input that allows missing partitions has only the stored weeks.
        """
        stage, weeks = context.asset_key.path[-1], weeks_of(context.asset_partition_keys)
        if context.definition_metadata.get(ALLOW_MISSING):
            return read_healed(self.lake.open(), stage, weeks)[0]
        return self.stored_weeks(stage, weeks)

    def stored_weeks(self, stage: str, weeks: Iterable[dt.date]) -> "StoredWeeks":
        """Return those weeks of a stage, read when asked for."""
        return StoredWeeks(self.lake.open(), stage, list(weeks), self._written.get(stage, {}))


class StoredWeeks(LazyWeeks[Any]):
    """A stage's stored weeks: those `known` as they are, the others read from the lake a batch at a time.

    The first batch is read at once, so that errors of the store come early. A week that is corrupt or gone is made
    again (`storage.healing`); one that cannot be raises `StorageCorrupt` or `NotStored` when it is asked for.
    """

    def __init__(
        self, lake: Lake, stage: str, weeks: list[dt.date], known: Mapping[dt.date, Any] | None = None
    ) -> None:
        super().__init__(weeks, self._value)
        self._lake = lake
        self._stage = stage
        self._known = known or {}
        self._unknown = [week for week in weeks if week not in self._known]
        self._order = {week: number for number, week in enumerate(self._unknown)}
        self._batch: dict[dt.date, Any] = {}
        self._failed: dict[dt.date, StorageError] = {}
        self._restored = False
        if self._unknown:
            self._read_batch(self._unknown[0])

    def _value(self, week: dt.date) -> Any:
        if week in self._known:
            return self._known[week]
        if week not in self._batch and week not in self._failed:
            self._read_batch(week)
        if week in self._failed:
            raise self._failed[week]
        return self._batch[week]

    def _read_batch(self, week: dt.date) -> None:
        start = self._order[week] - self._order[week] % BATCH
        weeks = self._unknown[start : start + BATCH]
        self._batch, corrupt = read_healed(self._lake, self._stage, weeks)
        missing = [week for week in weeks if week not in self._batch and week not in corrupt]
        if missing and self._restore():
            self._read_batch(week)
            return
        self._failed = {**corrupt, **{week: _never_fetched(self._lake, week) for week in missing}}

    def _restore(self) -> bool:
        """Make the raw posts of all these weeks again that are gone, once: it reads the revisions of every post."""
        if self._restored:
            return False
        self._restored = True
        kept = set(fetched_weeks(self._lake))
        return bool(restore_raw_posts(self._lake, [week for week in self._unknown if week not in kept]))


def _never_fetched(lake: Lake, week: dt.date) -> NotStored:
    """The error of a week without raw posts, which everything else is made from."""
    return NotStored(
        f"The posts of week {week} were never fetched ({lake.uri(stage_key('raw_posts', week))} does not exist), or "
        "are gone together with their kept revisions.",
        fix=f"Fetch and parse them: wod materialize --week {week}, or in the UI raw_posts and the assets below it.",
    )
