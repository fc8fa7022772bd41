"""Which stored weeks breach a check, from its earlier results: the newest result must not hide what others found.

A run judges its own weeks only, but Dagster shows the newest result of a check. So each result says which weeks it
judged and which stored weeks breach the check, and the next one takes over those it has not judged itself.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import dagster as dg

from wod_pipeline.weeks import key_of, week_of_key

JUDGED, BREACHING, STORED = "weeks_judged", "weeks_breaching", "weeks_breaching_stored"
"""Keys of a result's metadata: first and last week judged; those of them that breach; of all stored weeks."""
HISTORY = 12
"""Results that are read: runs side by side do not see each other's, so the newest alone may lack some."""


@dataclass(frozen=True)
class EarlierResult:
    """What one result said: it judged every stored week from `first` to `last`."""

    first: dt.date
    last: dt.date
    breaching: frozenset[dt.date]
    stored: frozenset[dt.date]
    """Weeks that breach the check, of all that were stored, as far as it knew."""


def fold(results: Iterable[EarlierResult]) -> set[dt.date]:
    """The weeks that breach the check after these results, oldest first; the newest that judged a week decides."""
    breaching: set[dt.date] | None = None
    for result in results:
        if breaching is None:
            breaching = set(result.stored)
        breaching = {week for week in breaching if not result.first <= week <= result.last}
        breaching |= result.breaching
    return breaching or set()


def earlier_breaches(instance: dg.DagsterInstance, check: dg.AssetCheckKey) -> set[dt.date]:
    """The weeks that breach the check by its newest results."""
    history = instance.event_log_storage.get_asset_check_execution_history(check, limit=HISTORY)
    events = (record.event.dagster_event for record in reversed(history) if record.event)
    found = (event.event_specific_data for event in events if event)
    return fold(
        result
        for evaluation in found
        if isinstance(evaluation, dg.AssetCheckEvaluation)
        for result in _read(evaluation.metadata)
    )


def as_metadata(
    judged: Iterable[dt.date], breaching: Iterable[dt.date], stored: Iterable[dt.date]
) -> dict[str, Any]:
    """The metadata that the next result reads. Nothing when no week was judged."""
    weeks = sorted(judged)
    if not weeks:
        return {}
    return {
        JUDGED: [key_of(weeks[0]), key_of(weeks[-1])],
        BREACHING: [key_of(week) for week in sorted(breaching)],
        STORED: [key_of(week) for week in sorted(stored)],
    }


def _read(metadata: Mapping[str, dg.MetadataValue]) -> list[EarlierResult]:
    """The result, if its metadata have all that `as_metadata` writes."""
    values = [metadata.get(key) for key in (JUDGED, BREACHING, STORED)]
    lists = [value.data or [] for value in values if isinstance(value, dg.JsonMetadataValue)]
    if len(lists) < len(values):
        return []
    (first, last), breaching, stored = ([week_of_key(key) for key in keys] for keys in lists)
    return [EarlierResult(first, last, frozenset(breaching), frozenset(stored))]
