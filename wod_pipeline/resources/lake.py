"""The lake in Dagster: the folder as a resource, and the IO manager that keeps one object a week in it."""

from abc import abstractmethod
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg

from wod_pipeline.errors import NotStored
from wod_pipeline.pacing import batched
from wod_pipeline.resources.partitioned import (
    Outcomes,
    Weeks,
    WeeksIOManager,
    complete_keys,
    storage_metadata,
)
from wod_pipeline.storage import Lake, Written
from wod_pipeline.storage.folder import FolderLake
from wod_pipeline.storage.stages import BATCH, read_stage, stage_key, write_each, write_stage

ALLOW_MISSING = "allow_missing_partitions"


class LakeResource(dg.ConfigurableResource[Lake]):
    """Somewhere to keep objects."""

    @abstractmethod
    def open(self) -> Lake:
        """Return the lake, ready to be read and written."""


class FolderLakeResource(LakeResource):
    """A lake in a folder of this machine."""

    path: str

    def open(self) -> Lake:
        """Open the folder; it is made when first written."""
        return FolderLake(Path(self.path))


class LakeIOManager(WeeksIOManager):
    """Keeps an asset's weeks in the lake, one object a week, for a run of one week or of many.

    Values are mappings by partition key, on both sides. Equal values are not written again. A key of the run
    that has no value, or that was never stored, is an error: Dagster would mark the week materialized. A week
    that cannot be written fails alone: the others are stored, then the run fails.
    """

    lake: dg.ResourceDependency[LakeResource]

    def handle_output(self, context: dg.OutputContext, obj: Mapping[str, Any]) -> None:
        """Write every week of the run. Raises `dg.Failure` naming each week that could not be stored."""
        stage, lake = context.asset_key.path[-1], self.lake.open()
        outcome = Outcomes(context, obj)
        for keys in batched(complete_keys(context, obj), BATCH):
            values = {key: obj[key] for key in keys}
            for key, written in write_each(partial(write_stage, lake, stage), values).items():
                if isinstance(written, Written):
                    outcome.stored(key, values[key], storage_metadata(written), changed=written.changed)
                else:
                    outcome.failed[key] = written
        outcome.report(self._instance)

    def load_input(self, context: dg.InputContext) -> Mapping[str, Any]:
        """Return the weeks of the run, read in batches when asked for.

        Raises `NotStored` naming the missing weeks, unless the input allows missing partitions.
        """
        stage, lake = context.asset_key.path[-1], self.lake.open()
        keys = list(context.asset_partition_keys)
        if context.definition_metadata.get(ALLOW_MISSING):
            return read_stage(lake, stage, keys)
        return StoredWeeks(lake, stage, keys)


class StoredWeeks(Weeks[Any]):
    """A stage's stored weeks, read a batch at a time; the first batch at once, so that errors come early."""

    def __init__(self, lake: Lake, stage: str, keys: list[str]) -> None:
        super().__init__(keys, self._read)
        self._lake = lake
        self._stage = stage
        self._order = {key: number for number, key in enumerate(keys)}
        self._batch: dict[str, Any] = {}
        if keys:
            self._load(keys[0])

    def _read(self, key: str) -> Any:
        if key not in self._batch:
            self._load(key)
        return self._batch[key]

    def _load(self, key: str) -> None:
        start = self._order[key] - self._order[key] % BATCH
        keys = list(self)[start : start + BATCH]
        self._batch = read_stage(self._lake, self._stage, keys)
        missing = [key for key in keys if key not in self._batch]
        if missing:
            where = self._lake.uri(stage_key(self._stage, missing[0]))
            raise NotStored(
                f"{self._stage} has no stored value for {', '.join(missing)} (looked for {where}).",
                fix=f"Materialize {self._stage} for {'that week' if len(missing) == 1 else 'those weeks'} first.",
            )
