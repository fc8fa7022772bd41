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

from wod_pipeline.program import sha256_of
from wod_pipeline.storage import Written

ValueT = TypeVar("ValueT")
Describe = Callable[[Any], dict[str, Any]]
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
        if progress := _progress.get():
            progress(self._context.asset_key.path[-1], key, metadata)
        self._context.add_asset_metadata({**self._describe(value), **metadata}, partition_key=key)


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
