"""Weekly partitions: mappings by Monday that assets take and return, and what their IO managers share.

A run may cover one week or ten years, so a value is made when it is asked for: an asset body is the same for one
week and for many. Nothing here knows what a value is.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

import dagster as dg
from dagster._core.definitions.assets.definition.asset_spec import AssetExecutionType
from dagster._core.execution.plan.execute_step import _get_output_asset_events

from wod_pipeline.errors import RERUN_HELPS, NotStored, StorageCorrupt, WodError, rerun_clears_all
from wod_pipeline.program import sha256_of
from wod_pipeline.storage import Written
from wod_pipeline.weeks import key_of, weeks_of
from wod_pipeline.wording import count, first_of

ValueT = TypeVar("ValueT")
Metadata = dict[str, Any]
WEEKS_NAMED = 20
"""Failed weeks that the failure of a step writes out; its metadata has all."""
ROW_COUNT = "dagster/partition_row_count"
"""Dagster's name for the number of rows of a week; `assets.metadata.ABOUT` says what a row of each asset is."""
Progress = Callable[[str, dt.date, Metadata], None]
"""Called with asset, week and the week's metadata, once for every week that an asset has stored."""


class LazyWeeks(Mapping[dt.date, ValueT], Generic[ValueT]):
    """A read-only mapping by week whose values are made on access and not kept."""

    def __init__(self, weeks: Sequence[dt.date], make: Callable[[dt.date], ValueT]) -> None:
        self._weeks = dict.fromkeys(weeks)
        self._make = make

    def __getitem__(self, week: dt.date) -> ValueT:
        if week not in self._weeks:
            raise KeyError(week)
        return self._make(week)

    def __contains__(self, week: object) -> bool:
        return week in self._weeks

    def __iter__(self) -> Iterator[dt.date]:
        return iter(self._weeks)

    def __len__(self) -> int:
        return len(self._weeks)


class AssetWeeks(LazyWeeks[ValueT]):
    """The weeks an asset returns. The IO manager adds each week's metadata once the week is stored.

    `make` computes a week's value when it is read, `describe` the metadata of a value.
    """

    def __init__(
        self,
        context: dg.AssetExecutionContext,
        make: Callable[[dt.date], ValueT],
        describe: Callable[[ValueT], Metadata],
    ) -> None:
        super().__init__(weeks_of(context.partition_keys), make)
        self._context = context
        self._describe = describe

    def record(self, weeks: Iterable[dt.date]) -> None:
        """Record stored weeks as materialized, before the step fails for others."""
        record_stored(self._context, {week: {} for week in weeks})

    def add_metadata(self, week: dt.date, value: ValueT, storage: Metadata) -> Metadata:
        """Attach to the week's materialization what it holds and what storing it did, and return both."""
        metadata = {**self._describe(value), **storage}
        self._context.add_asset_metadata(metadata, partition_key=key_of(week))
        return metadata


def record_stored(context: dg.AssetExecutionContext, weeks: Mapping[dt.date, Metadata]) -> None:
    """Record weeks as materialized by a step that is about to fail, with these metadata and those added before.

    Dagster discards the outputs of such a step. The events are made by its own function, which is not public: it adds
    the tags that say by which code and from what they were made, without which the UI never shows them as stale.
    """
    step = context.get_step_execution_context()
    for week, metadata in weeks.items():
        context.add_asset_metadata(metadata, partition_key=key_of(week))
    keys = [key_of(week) for week in weeks]
    output, kind = dg.Output(None), AssetExecutionType.MATERIALIZATION
    definition = step.op_def.output_defs[0]
    for event in _get_output_asset_events(context.asset_key, keys, output, definition, {}, step, kind):
        context.log_event(event)


def week_output(
    context: dg.AssetExecutionContext,
    make: Callable[[dt.date], ValueT],
    describe: Callable[[ValueT], Metadata],
) -> dg.Output[Mapping[dt.date, ValueT]]:
    """Return an asset's weeks. A run over one week carries the content's hash as its data version.

    Dagster copies one data version to every week of a range run, so there none is given and it derives its own.
    """
    if len(context.partition_keys) > 1:
        return dg.Output(AssetWeeks(context, make, describe))
    value = make(weeks_of(context.partition_keys)[0])
    weeks = AssetWeeks(context, lambda _: value, describe)
    return dg.Output(weeks, data_version=dg.DataVersion(sha256_of(value)))


@contextmanager
def failures_in_words() -> Iterator[None]:
    """Raise an error of ours as `dg.Failure`, so that the UI begins with its sentence instead of with its cause.

    The answer whether a rerun helps goes into the metadata, and a permanent error is not retried.
    """
    try:
        yield
    except WodError as error:
        raise dg.Failure(
            description=str(error),
            metadata={RERUN_HELPS: error.rerun_helps},
            allow_retries=error.rerun_helps,
        ) from error


class WriteReport:
    """What became of each week of a step's output: stored, perhaps changed by that, or failed alone."""

    def __init__(
        self, context: dg.OutputContext, weeks: Mapping[dt.date, Any], progress: Progress | None
    ) -> None:
        self._context = context
        self._weeks = weeks
        self._progress = progress
        self.stored: list[dt.date] = []
        self._changed = 0
        self.failed: dict[dt.date, Exception] = {}

    def make(self, weeks: Iterable[dt.date]) -> dict[dt.date, Any]:
        """The values of those weeks. A week whose input is not stored or cannot be read back fails alone."""
        made = {week: self._make(week) for week in weeks}
        return {week: value for week, value in made.items() if week not in self.failed}

    def _make(self, week: dt.date) -> Any:
        try:
            return self._weeks[week]
        except (NotStored, StorageCorrupt) as error:
            self.failed[week] = error

    def add_stored(self, week: dt.date, value: Any, storage: Metadata, *, changed: bool) -> None:
        """Note a stored week, attach its metadata, and call `progress`. A plain mapping has no metadata."""
        self.stored.append(week)
        self._changed += changed
        if isinstance(self._weeks, AssetWeeks):
            metadata = self._weeks.add_metadata(week, value, storage)
            if self._progress:
                self._progress(self._context.asset_key.path[-1], week, metadata)

    def finish(self) -> None:
        """Log the totals. Raises `dg.Failure` naming the weeks that are not stored.

        The totals are no metadata, since Dagster copies an output's to every week of the run, whose own they are not.
        Stored weeks are recorded first, as the run's own: a backfill counts only what its runs have materialized.
        """
        self._context.log.info("Stored %s, %s changed", count(self.stored, "week"), self._changed)
        if not self.failed:
            return
        if isinstance(self._weeks, AssetWeeks) and self.stored:
            self._weeks.record(self.stored)
        rerun_helps = rerun_clears_all(self.failed.values())
        reasons = [f"{week}: {error}" for week, error in self.failed.items()]
        raise dg.Failure(
            description=f"{count(self.failed, 'week')} could not be stored; the old content stays:\n"
            + "\n".join(first_of(reasons, WEEKS_NAMED)),
            metadata={"weeks_failed": [key_of(week) for week in self.failed], RERUN_HELPS: rerun_helps},
            allow_retries=rerun_helps is True,
        )


class WeeklyIOManager(dg.ConfigurableIOManager):
    """An IO manager of weekly partitions, which calls `progress` for each stored week."""

    progress: dg.ResourceDependency[Progress | None] = None  # type: ignore[assignment]


def complete_weeks(context: dg.OutputContext, values: Mapping[dt.date, Any]) -> list[dt.date]:
    """List the run's weeks. Raises when `values` does not hold exactly these."""
    weeks = weeks_of(context.asset_partition_keys)
    if set(weeks) != set(values):
        differing = ", ".join(map(key_of, sorted(set(weeks) ^ set(values))))
        raise dg.DagsterInvariantViolationError(
            f"{context.asset_key.to_user_string()} must return exactly the weeks of the run; "
            f"these differ: {differing}."
        )
    return weeks


def storage_metadata(written: Written) -> Metadata:
    """Say where a week is kept and whether the object had to be written."""
    return {"stored_at": dg.MetadataValue.url(written.uri), "changed": written.changed}
