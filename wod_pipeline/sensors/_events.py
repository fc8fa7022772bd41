"""What Dagster's event log says of runs and backfills that ended, as plain values."""

import datetime as dt
from collections.abc import Iterator

import dagster as dg

from wod_pipeline.watching import runs
from wod_pipeline.watching.runs import Trouble

RECORDS = dg.AssetKey("session_records")
_BACKFILL_SUCCEEDED = {
    "COMPLETED": True,
    "COMPLETED_SUCCESS": True,
    "COMPLETED_FAILED": False,
    "FAILED": False,
    "CANCELED": False,
}
"""Whether a backfill of this status went well; other statuses have not ended."""
_NEWEST = 50


def changed_weeks(instance: dg.DagsterInstance, run_id: str) -> list[dt.date]:
    """The weeks of the run whose stored sessions are different now, in order."""
    of_type = dg.DagsterEventType.ASSET_MATERIALIZATION
    found = instance.get_records_for_run(run_id, of_type=of_type).records
    stored = [record.event_log_entry.asset_materialization for record in found]
    return sorted(
        dt.date.fromisoformat(event.partition)
        for event in stored
        if event and event.asset_key == RECORDS and event.partition and _changed(event)
    )


def was_there_before(instance: dg.DagsterInstance, week: dt.date, run_id: str) -> bool:
    """Whether an earlier run stored sessions of the week."""
    of_week = dg.AssetRecordsFilter(asset_key=RECORDS, asset_partitions=[week.isoformat()])
    events = instance.fetch_materializations(of_week, limit=_NEWEST).records
    return any(
        record.run_id != run_id and _number(record.asset_materialization, "sessions") for record in events
    )


def ended_backfills(instance: dg.DagsterInstance, since: dt.datetime) -> Iterator[tuple[str, bool]]:
    """Backfills among the newest that ended after `since`, and whether they went well."""
    for backfill in instance.get_backfills(limit=_NEWEST):
        ended = backfill.backfill_end_timestamp
        succeeded = _BACKFILL_SUCCEEDED.get(backfill.status.value)
        if succeeded is not None and ended and ended > since.timestamp():
            yield backfill.backfill_id, succeeded


def troubles_of(instance: dg.DagsterInstance, run_id: str) -> Iterator[Trouble]:
    """Why the run failed: breached blocking checks, then failed steps, else what Dagster says of the run."""
    checks = list(_breached_checks(instance, run_id))
    yield from checks
    failures = instance.get_records_for_run(run_id, of_type=dg.DagsterEventType.STEP_FAILURE).records
    for record in failures:
        event = record.event_log_entry.dagster_event
        if event and not (checks and _is_check_failure(event)):
            yield _trouble(event)
    if not failures and not checks:
        yield Trouble("the run", "It ended without a failed step: its process may have been stopped.", None)


def _changed(event: dg.AssetMaterialization) -> bool:
    return bool(_number(event, "sessions_put") or _number(event, "sessions_deleted"))


def _number(event: dg.AssetMaterialization | None, name: str) -> int:
    value = event.metadata.get(name) if event else None
    return value.value if isinstance(value, dg.IntMetadataValue) and value.value else 0


def _breached_checks(instance: dg.DagsterInstance, run_id: str) -> Iterator[Trouble]:
    of_type = dg.DagsterEventType.ASSET_CHECK_EVALUATION
    for record in instance.get_records_for_run(run_id, of_type=of_type).records:
        event = record.event_log_entry.dagster_event
        check = event.asset_check_evaluation_data if event else None
        if check and check.blocking and not check.passed and check.severity is dg.AssetCheckSeverity.ERROR:
            yield Trouble(check.check_name, check.description or "breached", False)


def _is_check_failure(event: dg.DagsterEvent) -> bool:
    error = event.step_failure_data.error
    return bool(error and error.cls_name == "DagsterAssetCheckFailedError")


def _trouble(event: dg.DagsterEvent) -> Trouble:
    failure = event.step_failure_data
    chain = []
    error = failure.error
    while error:
        chain.append((error.cls_name or "", error.message))
        error = error.cause
    told = (failure.user_failure_data.description or "") if failure.user_failure_data else ""
    return runs.explain(event.step_key or "the run", chain, told)
