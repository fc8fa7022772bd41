"""Values of many weeks at once: what an asset takes and returns, one value a partition key.

A run may cover one week or ten years, so a value is made when it is asked for and not kept: memory stays flat
and an asset body is the same for one week and for many. Nothing here knows what a value is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Generic, TypeVar

import dagster as dg
from pydantic import PrivateAttr

from wod_pipeline.errors import WodError
from wod_pipeline.program import sha256_of
from wod_pipeline.storage import Written

ValueT = TypeVar("ValueT")
Metadata = dict[str, Any]
Progress = Callable[[str, str, Metadata], None]
"""Told asset, week and what storing did, once for every week an asset has stored."""

_progress: ContextVar[Progress | None] = ContextVar("progress", default=None)


@contextmanager
def watched_by(progress: Progress) -> Iterator[None]:
    """Tell `progress` of every week stored by a run within this context."""
    token = _progress.set(progress)
    try:
        yield
    finally:
        _progress.reset(token)


class Weeks(Mapping[str, ValueT], Generic[ValueT]):
    """A read-only mapping by partition key whose values are made on access and not kept."""

    def __init__(self, keys: Sequence[str], make: Callable[[str], ValueT]) -> None:
        self._keys = tuple(keys)
        self._known = frozenset(keys)
        self._make = make

    def __getitem__(self, key: str) -> ValueT:
        if key not in self._known:
            raise KeyError(key)
        return self._make(key)

    def __contains__(self, key: object) -> bool:
        return key in self._known

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)


class DescribedWeeks(Weeks[ValueT]):
    """Weeks an asset returns: the IO manager reports where each went, which becomes the week's metadata."""

    def __init__(
        self,
        context: dg.AssetExecutionContext,
        make: Callable[[str], ValueT],
        describe: Callable[[ValueT], Metadata],
    ) -> None:
        super().__init__(context.partition_keys, make)
        self._context = context
        self._describe = describe

    def stored(self, key: str, value: ValueT, metadata: Metadata) -> None:
        """Attach to the week what it holds and what storing it did."""
        shown = {**self._describe(value), **metadata}
        self._context.add_asset_metadata(shown, partition_key=key)
        if progress := _progress.get():
            progress(self._context.asset_key.path[-1], key, shown)


class Outcomes:
    """What became of each week of a run in an IO manager: stored, perhaps changed by it, or failed alone."""

    def __init__(self, context: dg.OutputContext, weeks: Mapping[str, Any]) -> None:
        self._context = context
        self._weeks = weeks
        self._stored: list[str] = []
        self._changed = 0
        self.failed: dict[str, Exception] = {}

    def stored(self, key: str, value: Any, metadata: Metadata, *, changed: bool) -> None:
        """Note a stored week, and tell the asset's weeks; a plain mapping has no one to tell."""
        self._stored.append(key)
        self._changed += changed
        if isinstance(self._weeks, DescribedWeeks):
            self._weeks.stored(key, value, metadata)

    def report(self, instance: dg.DagsterInstance | None) -> None:
        """Say how many weeks had to be written. Raises `dg.Failure` naming those that could not be.

        Of a step that fails Dagster forgets what it did; the stored weeks are recorded before.
        """
        stored = len(self._stored)
        totals = {"weeks": stored, "weeks_changed": self._changed, "weeks_unchanged": stored - self._changed}
        self._context.add_output_metadata(totals)
        if not self.failed:
            return
        if instance:
            self._record(instance)
        raise dg.Failure(
            description=f"{len(self.failed)} week(s) could not be stored, their old content is untouched:\n"
            + "\n".join(f"{key}: {error}" for key, error in self.failed.items()),
            metadata={"weeks_failed": list(self.failed)},
            allow_retries=all(isinstance(e, WodError) and e.rerun_helps for e in self.failed.values()),
        )

    def _record(self, instance: dg.DagsterInstance) -> None:
        for key in self._stored:
            materialization = dg.AssetMaterialization(self._context.asset_key, partition=key)
            instance.report_runless_asset_event(materialization)


class WeeksIOManager(dg.ConfigurableIOManager):
    """An IO manager of weeks. It takes the run's instance, to record what it stored when a step then fails."""

    _instance: dg.DagsterInstance | None = PrivateAttr(default=None)

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Take the instance of the run."""
        self._instance = context.instance


def complete_keys(context: dg.OutputContext, values: Mapping[str, Any]) -> list[str]:
    """List the run's partition keys. Raises when `values` does not hold exactly these."""
    keys = list(context.asset_partition_keys)
    if set(keys) != set(values):
        odd = ", ".join(sorted(set(keys) ^ set(values)))
        raise dg.DagsterInvariantViolationError(
            f"{context.asset_key.to_user_string()} must return exactly the weeks of the run; these differ: {odd}."
        )
    return keys


def storage_metadata(written: Written) -> Metadata:
    """Say where a week is kept and whether the object had to be written."""
    return {"stored_at": dg.MetadataValue.url(written.uri), "changed": written.changed}


def week_output(
    context: dg.AssetExecutionContext,
    make: Callable[[str], ValueT],
    describe: Callable[[ValueT], Metadata],
) -> dg.Output[Mapping[str, ValueT]]:
    """Return an asset's weeks. A run over one week carries the content's hash as its data version.

    Dagster copies one data version to every week of a range run, so there none is given and it derives its own.
    """
    keys = context.partition_keys
    if len(keys) > 1:
        return dg.Output(DescribedWeeks(context, make, describe))
    value = make(keys[0])
    weeks = DescribedWeeks(context, lambda _: value, describe)
    return dg.Output(weeks, data_version=dg.DataVersion(sha256_of(value)))
