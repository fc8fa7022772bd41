"""What the event log says about backfills that ended and weeks that were stored."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import dagster as dg
import pytest
from dagster._core.execution.backfill import BulkActionStatus

from wod_pipeline.assets.checks import RECORDS
from wod_pipeline.errors import StorageRefused, StorageUnavailable
from wod_pipeline.resources.weekly import failures_in_words
from wod_pipeline.sensors.events import changed_weeks, ended_backfills, failures_of, was_stored_before

SINCE = dt.datetime(2026, 11, 22, tzinfo=dt.timezone.utc)
WEEK = dt.date(2026, 11, 23)


@dataclass
class Backfills:
    """An instance with one backfill."""

    status: BulkActionStatus
    ended: float | None

    def get_backfills(self, limit: int) -> list[Any]:
        backfill = SimpleNamespace(backfill_id="b1", status=self.status, backfill_end_timestamp=self.ended)
        return [backfill][:limit]


SUCCEEDED = {BulkActionStatus.COMPLETED, BulkActionStatus.COMPLETED_SUCCESS}
FAILED = {BulkActionStatus.COMPLETED_FAILED, BulkActionStatus.FAILED, BulkActionStatus.CANCELED}


@pytest.mark.parametrize("status", BulkActionStatus)
def test_every_status_of_a_backfill_is_known(status: BulkActionStatus) -> None:
    instance: Any = Backfills(status, SINCE.timestamp() + 1)
    expected = [("b1", status in SUCCEEDED)] if status in SUCCEEDED | FAILED else []

    assert list(ended_backfills(instance, SINCE)) == expected


@pytest.mark.parametrize("ended", [None, SINCE.timestamp()])
def test_a_backfill_that_ended_before_is_not_named_again(ended: float | None) -> None:
    instance: Any = Backfills(BulkActionStatus.COMPLETED_SUCCESS, ended)

    assert list(ended_backfills(instance, SINCE)) == []


def stored(
    instance: dg.DagsterInstance, week: dt.date, run_id: str, asset: str = "session_records", **counts: int
) -> None:
    """Record in the log that a run stored the week of an asset."""
    job = dg.GraphDefinition(name="job", node_defs=[]).to_job()
    if not instance.has_run(run_id):
        instance.create_run_for_job(job, run_id=run_id)
    event = dg.AssetMaterialization(asset, partition=str(week), metadata=dict(counts))
    instance.report_dagster_event(materialization(event), run_id=run_id)


def materialization(event: dg.AssetMaterialization) -> dg.DagsterEvent:
    from dagster._core.events import StepMaterializationData

    return dg.DagsterEvent(
        event_type_value=dg.DagsterEventType.ASSET_MATERIALIZATION.value,
        job_name="job",
        event_specific_data=StepMaterializationData(event),
    )


def test_changed_weeks_are_those_whose_sessions_were_put_or_deleted_in_order() -> None:
    weeks = [WEEK + n * dt.timedelta(weeks=1) for n in range(4)]
    with dg.DagsterInstance.ephemeral() as instance:
        run_id = str(uuid4())
        stored(instance, weeks[2], run_id, sessions_put=1)
        stored(instance, weeks[0], run_id, sessions_deleted=2)
        stored(instance, weeks[1], run_id, sessions_put=0, sessions_deleted=0)
        stored(instance, weeks[3], run_id, asset="raw_posts", sessions_put=1)

        assert [change.week for change in changed_weeks(instance, run_id)] == [weeks[0], weeks[2]]


def test_a_week_was_stored_before_when_another_run_stored_sessions_of_it() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        first, empty, this = (str(uuid4()) for _ in range(3))
        stored(instance, WEEK, this, sessions=5)
        stored(instance, WEEK, empty, sessions=0)
        assert not was_stored_before(instance, WEEK, this)

        stored(instance, WEEK, first, sessions=5)
        assert was_stored_before(instance, WEEK, this)
        assert not was_stored_before(instance, WEEK + dt.timedelta(weeks=1), this)
    assert dg.AssetKey("session_records") == RECORDS


@pytest.mark.parametrize(("blocking", "steps"), [(True, ["claim"]), (False, [])])
def test_only_a_check_that_blocks_is_why_a_run_failed(blocking: bool, steps: list[str]) -> None:
    @dg.asset
    def week() -> None: ...

    @dg.asset_check(asset=week, blocking=blocking)
    def claim() -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=False, severity=dg.AssetCheckSeverity.ERROR)

    @dg.asset(deps=[week])
    def later() -> None:
        raise KeyError

    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize([week, claim, later], instance=instance, raise_on_error=False)
        failures = failures_of(instance, result.run_id)
        assert [failure.step for failure in failures] == (steps or ["later"])


def failing_resource(_: dg.InitResourceContext) -> None:
    raise StorageRefused("No such bucket.", fix="Run `wod aws init`.") from ValueError("botocore's words")


def test_an_error_before_the_first_step_is_the_reason_in_our_words() -> None:
    @dg.op(required_resource_keys={"lake"})
    def read() -> None: ...

    @dg.job(resource_defs={"lake": dg.ResourceDefinition(failing_resource)})
    def job() -> None:
        read()

    with dg.DagsterInstance.ephemeral() as instance:
        result = job.execute_in_process(instance=instance, raise_on_error=False)
        (failure,) = failures_of(instance, result.run_id)
    assert failure.reason == "No such bucket. Run `wod aws init`."
    assert failure.rerun_helps is False


def test_an_error_of_ours_in_an_asset_is_a_failure_that_begins_with_its_sentence() -> None:
    @dg.op
    @failures_in_words()
    def read() -> None:
        raise StorageUnavailable("The lake does not answer.", fix="Wait.") from ValueError("botocore's words")

    @dg.job
    def job() -> None:
        read()

    with dg.DagsterInstance.ephemeral() as instance:
        result = job.execute_in_process(instance=instance, raise_on_error=False)
        (failure,) = failures_of(instance, result.run_id)
        of_type = dg.DagsterEventType.STEP_FAILURE
        (record,) = instance.get_records_for_run(result.run_id, of_type=of_type).records
    event = record.event_log_entry.dagster_event
    assert event is not None
    data = event.step_failure_data
    assert data.user_failure_data is not None
    assert data.user_failure_data.description == "The lake does not answer. Wait. A rerun can clear this."
    assert (failure.reason, failure.rerun_helps) == ("The lake does not answer. Wait.", True)
