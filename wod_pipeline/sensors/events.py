"""What Dagster's event log says about runs and backfills that ended, as plain values."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import dagster as dg

from wod_pipeline.assets.checks import RECORDS
from wod_pipeline.errors import RERUN_HELPS
from wod_pipeline.jobs import weeks_of_run
from wod_pipeline.resources.session_table import CHANGES, POSTS_CHANGED, POSTS_WITHDRAWN
from wod_pipeline.watching.runs import StepFailure, explain_error, explain_failure
from wod_pipeline.weeks import key_of, week_of_key

_BACKFILL_SUCCEEDED = {
    "COMPLETED": True,
    "COMPLETED_SUCCESS": True,
    "COMPLETED_FAILED": False,
    "FAILED": False,
    "CANCELED": False,
}
"""Whether a backfill of this status succeeded; one of any other status has not ended."""
_UNFINISHED = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
_STOPPED = {"DagsterExecutionInterruptedError", "KeyboardInterrupt"}
"""Errors of a run whose process was asked to stop."""
_PAGE = 500
"""Materializations read at a time."""
_NEWEST = 50
"""How many backfills, or materializations of a week, are looked at: the newest."""


@dataclass(frozen=True)
class ChangedWeek:
    """A week whose stored sessions a run changed. `changes` None: what is different is not known."""

    week: dt.date
    run_id: str
    changes: list[str] | None = None
    posts_withdrawn: list[int] = field(default_factory=list)
    """Posts that left the week and had sessions in it."""
    is_emptied: bool = False
    """Whether the run left the week without a session."""
    posts_changed: bool = True
    """Whether its posts, or their revisions, are others than before; otherwise only the program reads them anew."""

    @property
    def is_visible(self) -> bool:
        """Whether a reader can tell the week from what it was. A new date or address of a post counts as an edit."""
        return self.changes != [] or self.posts_changed or self.is_emptied or bool(self.posts_withdrawn)


def changed_weeks(instance: dg.DagsterInstance, run_id: str) -> list[ChangedWeek]:
    """The weeks whose stored sessions the run changed, in order; weeks outside the run that lost a post too."""
    of_type = dg.DagsterEventType.ASSET_MATERIALIZATION
    records = instance.get_records_for_run(run_id, of_type=of_type).records
    events = [record.event_log_entry.asset_materialization for record in records]
    changed = [
        _changed_week(event, run_id)
        for event in events
        if event and event.asset_key == RECORDS and event.partition and _has_changes(event)
    ]
    return sorted(changed, key=lambda change: change.week)


def emptied_weeks(instance: dg.DagsterInstance, run_ids: Collection[str]) -> dict[dt.date, ChangedWeek]:
    """The weeks that had sessions before the last of the runs that changed them, and have had none since."""
    of_asset = dg.AssetRecordsFilter(asset_key=RECORDS, after_timestamp=_start_of(instance, run_ids))
    changed: dict[dt.date, ChangedWeek] = {}
    cursor = None
    while True:
        page = instance.fetch_materializations(of_asset, limit=_PAGE, cursor=cursor, ascending=True)
        for record in page.records:
            event = record.asset_materialization
            if record.run_id in run_ids and event and event.partition and _has_changes(event):
                change = _changed_week(event, record.run_id)
                changed[change.week] = change
        if not page.has_more:
            return {week: change for week, change in sorted(changed.items()) if change.is_emptied}
        cursor = page.cursor


def _start_of(instance: dg.DagsterInstance, run_ids: Collection[str]) -> float | None:
    """When the first of the runs was made."""
    records = instance.get_run_records(dg.RunsFilter(run_ids=list(run_ids))) if run_ids else []
    return min((record.create_timestamp.timestamp() for record in records), default=None)


def _changed_week(event: dg.AssetMaterialization, run_id: str) -> ChangedWeek:
    week = week_of_key(event.partition or "")
    left = _list(event, POSTS_WITHDRAWN) or []
    return ChangedWeek(
        week,
        run_id,
        _list(event, CHANGES),
        left,
        is_emptied=not _number(event, "sessions"),
        posts_changed=_is_true(event, POSTS_CHANGED),
    )


def stored_weeks(instance: dg.DagsterInstance, run_id: str, assets: Iterable[str]) -> dict[str, set[dt.date]]:
    """The weeks that the run stored of each of these assets."""
    of_type = dg.DagsterEventType.ASSET_MATERIALIZATION
    stored: dict[str, set[dt.date]] = {asset: set() for asset in assets}
    for record in instance.get_records_for_run(run_id, of_type=of_type).records:
        event = record.event_log_entry.asset_materialization
        if event and event.partition and event.asset_key.path[-1] in stored:
            stored[event.asset_key.path[-1]].add(week_of_key(event.partition))
    return stored


def was_stored_before(instance: dg.DagsterInstance, week: dt.date, run_id: str) -> bool:
    """Whether an earlier run stored sessions of the week."""
    of_week = dg.AssetRecordsFilter(asset_key=RECORDS, asset_partitions=[key_of(week)])
    events = instance.fetch_materializations(of_week, limit=_NEWEST).records
    return any(
        record.run_id != run_id and _number(record.asset_materialization, "sessions") for record in events
    )


def are_weeks_being_run(instance: dg.DagsterInstance, since: dt.datetime) -> bool:
    """Whether a run over weeks, or a backfill, that began after `since` has not ended."""
    unfinished = dg.RunsFilter(statuses=_UNFINISHED, created_after=since)
    if any(weeks_of_run(run.tags) for run in instance.get_runs(unfinished)):
        return True
    return any(
        backfill.status.value not in _BACKFILL_SUCCEEDED and backfill.backfill_timestamp > since.timestamp()
        for backfill in instance.get_backfills(limit=_NEWEST)
    )


def ended_backfills(instance: dg.DagsterInstance, since: dt.datetime) -> Iterator[tuple[str, bool]]:
    """Id of each recent backfill that ended after `since`, and whether it succeeded."""
    for backfill in instance.get_backfills(limit=_NEWEST):
        ended = backfill.backfill_end_timestamp
        succeeded = _BACKFILL_SUCCEEDED.get(backfill.status.value)
        if succeeded is not None and ended and ended > since.timestamp():
            yield backfill.backfill_id, succeeded


def failures_of_backfill(instance: dg.DagsterInstance, backfill_id: str) -> Iterator[StepFailure]:
    """Why the backfill itself failed, apart from its runs: it was canceled, or could not request them."""
    backfill = instance.get_backfill(backfill_id)
    if backfill and backfill.error:
        yield explain_error("the backfill", _chain(backfill.error))
    elif backfill and backfill.status.value == "CANCELED":
        yield StepFailure("the backfill", "It was canceled.", None)


def failures_of(instance: dg.DagsterInstance, run_id: str) -> Iterator[StepFailure]:
    """Why the run failed: breached blocking checks, then failed steps; without either, the error of the run itself.

    A breached blocking check also fails its step. That step is left out: the check says more.
    """
    checks = list(_breached_checks(instance, run_id))
    yield from checks
    steps = instance.get_records_for_run(run_id, of_type=dg.DagsterEventType.STEP_FAILURE).records
    for record in steps:
        event = record.event_log_entry.dagster_event
        if event and not (checks and _is_check_failure(event)):
            yield _explain(event)
    if not steps and not checks:
        yield _failure_of_run(instance, run_id)


def _has_changes(event: dg.AssetMaterialization) -> bool:
    return bool(_number(event, "sessions_put") or _number(event, "sessions_deleted"))


def _list(event: dg.AssetMaterialization, name: str) -> list[Any] | None:
    value = event.metadata.get(name)
    return value.value if isinstance(value, dg.JsonMetadataValue) and isinstance(value.value, list) else None


def _is_true(event: dg.AssetMaterialization, name: str) -> bool:
    """The value of that metadata; True where an older program did not write it."""
    value = event.metadata.get(name)
    return value.value is not False if isinstance(value, dg.BoolMetadataValue) else True


def _number(event: dg.AssetMaterialization | None, name: str) -> int:
    value = event.metadata.get(name) if event else None
    return value.value if isinstance(value, dg.IntMetadataValue) and value.value else 0


def _breached_checks(instance: dg.DagsterInstance, run_id: str) -> Iterator[StepFailure]:
    of_type = dg.DagsterEventType.ASSET_CHECK_EVALUATION
    for record in instance.get_records_for_run(run_id, of_type=of_type).records:
        event = record.event_log_entry.dagster_event
        check = event.asset_check_evaluation_data if event else None
        if check and check.blocking and not check.passed and check.severity is dg.AssetCheckSeverity.ERROR:
            # The same posts breach the check again, so a rerun alone cannot help.
            yield StepFailure(check.check_name, check.description or "breached", False)


def _failure_of_run(instance: dg.DagsterInstance, run_id: str) -> StepFailure:
    """The error that ended a run before its first step, such as that of a resource; otherwise that there was none."""
    for record in instance.get_records_for_run(run_id, of_type=dg.DagsterEventType.RUN_FAILURE).records:
        event = record.event_log_entry.dagster_event
        error = event.job_failure_data.error if event and event.event_specific_data else None
        if error and error.cls_name not in _STOPPED:
            return explain_error("the run", _chain(error))
    return StepFailure("the run", "It ended without a failed step: its process may have been stopped.", None)


def _is_check_failure(event: dg.DagsterEvent) -> bool:
    error = event.step_failure_data.error
    return bool(error and error.cls_name == "DagsterAssetCheckFailedError")


def _explain(event: dg.DagsterEvent) -> StepFailure:
    step, failure = event.step_key or "the run", event.step_failure_data
    on_purpose = failure.user_failure_data
    if on_purpose and on_purpose.description:
        answer = on_purpose.metadata.get(RERUN_HELPS)
        rerun_helps = answer.value if isinstance(answer, dg.BoolMetadataValue) else None
        return explain_failure(step, on_purpose.description, rerun_helps=rerun_helps)
    return explain_error(step, _chain(failure.error))


def _chain(error: Any) -> Iterator[tuple[str, str]]:
    """Class name and message of an error and of its causes, outermost first."""
    while error:
        yield error.cls_name or "", error.message
        error = error.cause
