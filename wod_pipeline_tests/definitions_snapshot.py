"""What Dagster loads, as text with one fact per line: names, policies, partitions, times, resources.

`definitions_local.txt` and `definitions_aws.txt` are the two snapshots. After a change that is meant, write both
anew with ``python -m wod_pipeline_tests.definitions_snapshot`` and commit the difference. Descriptions are words
for people and are left out; so are modules, which may move.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._config.pythonic_config.resource import PartialResource

from wod_pipeline.definitions import build_defs
from wod_pipeline.settings import Settings, load_settings

ENVIRONMENTS: dict[str, dict[str, str]] = {
    "local": {"WOD_DATA_DIR": "/data", "WOD_SAMPLE_DATE": "2026-03-04"},
    "aws": {
        "WOD_STORAGE": "aws",
        "WOD_DATA_DIR": "/data",
        "WOD_SOURCE": "wordpress",
        "WOD_WORDPRESS_URL": "https://coach.example",
        "WOD_S3_BUCKET": "lake",
        "WOD_SNS_TOPIC_ARN": "arn:aws:sns:us-west-2:123456789012:wod",
        "WOD_DAILY_MESSAGE_HOUR": "19",
        "AWS_REGION": "us-west-2",
    },
}
Facts = Mapping[str, Any]


def snapshot_path(name: str) -> Path:
    """The snapshot of the definitions for an environment."""
    return Path(__file__).with_name(f"definitions_{name}.txt")


def definitions_for(name: str) -> dg.Definitions:
    """The definitions for an environment."""
    return build_defs(load_settings(ENVIRONMENTS[name], dotenv=Path("/none")))


def as_text(definitions: dg.Definitions) -> str:
    """Every definition: its kind and name in brackets, then each fact that is not empty."""
    return "\n".join(f"[{name}]\n{_lines(facts)}" for name, facts in _facts(definitions))


def _lines(facts: Facts) -> str:
    return "".join(
        f"{key} = {json.dumps(value)}\n" for key, value in facts.items() if value not in (None, [], {})
    )


def _facts(definitions: dg.Definitions) -> Iterator[tuple[str, Facts]]:
    repository = definitions.get_repository_def()
    graph = definitions.resolve_asset_graph()
    for spec in sorted(definitions.resolve_all_asset_specs(), key=lambda spec: spec.key):
        yield f"asset {_name(spec.key)}", _asset(definitions.resolve_assets_def(spec.key), spec)
    for key in sorted(graph.asset_check_keys):
        yield f"check {key.name}", _check(repository.asset_checks_defs_by_key[key], graph.get_check_spec(key))
    for job in sorted(repository.get_all_jobs(), key=lambda job: job.name):
        if not job.name.startswith("__"):
            yield f"job {job.name}", _job(job)
    for schedule in sorted(repository.schedule_defs, key=lambda schedule: schedule.name):
        yield f"schedule {schedule.name}", _schedule(schedule)
    for sensor in sorted(repository.sensor_defs, key=lambda sensor: sensor.name):
        yield f"sensor {sensor.name}", _sensor(sensor)
    resources = dict(definitions.resources or {})
    for name in sorted(resources):
        others = {other: value for other, value in resources.items() if other != name}
        yield f"resource {name}", dict(_resource(resources[name], others))
    yield "executor", {"name": definitions.executor.name if definitions.executor else None}


def _name(key: dg.AssetKey) -> str:
    return key.to_user_string()


def _asset(asset: dg.AssetsDefinition, spec: dg.AssetSpec) -> Facts:
    return {
        "group": spec.group_name,
        "kinds": sorted(spec.kinds),
        "owners": list(spec.owners),
        "tags": {key: value for key, value in spec.tags.items() if not key.startswith("dagster/kind/")},
        "metadata": dict(_metadata(spec.metadata)),
        "code_version": spec.code_version,
        "deps": sorted(_name(dep.asset_key) for dep in spec.deps),
        "partition_mappings": {
            _name(dep.asset_key): _mapping(dep.partition_mapping)
            for dep in spec.deps
            if dep.partition_mapping
        },
        "partitions": _partitions(spec.partitions_def),
        "backfill_policy": _backfill(asset.backfill_policy),
        "automation_condition": _if_any(spec.automation_condition),
        "freshness_policy": _if_any(spec.freshness_policy),
        "io_manager_key": asset.get_io_manager_key_for_asset_key(spec.key),
        "required_resource_keys": sorted(asset.required_resource_keys),
        "retry_policy": _if_any(asset.op.retry_policy),
        "pool": asset.op.pool,
    }


def _metadata(metadata: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Names of columns instead of a schema; without words for people and without paths of source code."""
    for key, value in metadata.items():
        if isinstance(value, dg.TableSchema):
            yield key, [f"{column.name} {column.type}" for column in value.columns]
        elif isinstance(value, str):
            yield key, value


def _partitions(partitions: dg.PartitionsDefinition[str] | None) -> Facts | None:
    if partitions is None:
        return None
    assert isinstance(partitions, dg.TimeWindowPartitionsDefinition)
    return {
        "start": f"{partitions.start:%Y-%m-%d %H:%M}",
        "cron_schedule": partitions.cron_schedule,
        "timezone": partitions.timezone,
        "fmt": partitions.fmt,
        "end_offset": partitions.end_offset,
    }


def _mapping(mapping: dg.PartitionMapping) -> Facts:
    assert isinstance(mapping, dg.TimeWindowPartitionMapping)
    return {
        "start_offset": mapping.start_offset,
        "end_offset": mapping.end_offset,
        "allow_nonexistent_upstream_partitions": mapping.allow_nonexistent_upstream_partitions,
    }


def _backfill(policy: dg.BackfillPolicy | None) -> Facts | None:
    if policy is None:
        return None
    return {"type": policy.policy_type.value, "max_partitions_per_run": policy.max_partitions_per_run}


def _check(checks: dg.AssetChecksDefinition, spec: dg.AssetCheckSpec) -> Facts:
    return {
        "asset": _name(spec.asset_key),
        "blocking": spec.blocking,
        "step": checks.op.name,
        "can_subset": checks.can_subset,
        "required_resource_keys": sorted(checks.required_resource_keys),
    }


def _job(job: dg.JobDefinition) -> Facts:
    return {
        "assets": sorted(_name(key) for key in job.asset_layer.selected_asset_keys),
        "checks": sorted(key.name for key in job.asset_layer.asset_graph.asset_check_keys),
        "partitions": _partitions(job.partitions_def),
        "executor": job.executor_def.name,
        "tags": dict(job.tags),
        "run_tags": dict(job.run_tags),
    }


def _schedule(schedule: dg.ScheduleDefinition) -> Facts:
    return {
        "job": schedule.job_name,
        "cron_schedule": schedule.cron_schedule,
        "execution_timezone": schedule.execution_timezone,
        "default_status": schedule.default_status.value,
        "required_resource_keys": sorted(schedule.required_resource_keys),
    }


def _sensor(sensor: dg.SensorDefinition) -> Facts:
    return {
        "type": sensor.sensor_type.value,
        "jobs": sorted(target.job_name for target in sensor.targets or ()),
        "minimum_interval_seconds": sensor.minimum_interval_seconds,
        "default_status": sensor.default_status.value,
        "required_resource_keys": sorted(sensor.required_resource_keys),
    }


def _resource(resource: Any, others: Facts, at: str = "") -> Iterator[tuple[str, Any]]:
    """The class and what was set, a nested resource below its field unless it is one of the `others`."""
    if isinstance(resource, PartialResource):
        yield from {f"{at}class": resource.resource_cls.__name__, f"{at}at_launch": resource.data}.items()
        return
    yield f"{at}class", type(resource).__name__
    for field in sorted(resource.model_fields_set):
        value = getattr(resource, field)
        if isinstance(value, Settings):
            yield f"{at}{field}", "those of the code location"
        elif not isinstance(value, (dg.ConfigurableResource, PartialResource)):
            yield f"{at}{field}", value
        elif shared := next((name for name, other in others.items() if other == value), None):
            yield f"{at}{field}", f"resource {shared}"
        else:
            yield from _resource(value, others, f"{at}{field}.")


def _if_any(policy: object) -> str | None:
    return str(policy) if policy else None


if __name__ == "__main__":
    for _environment in ENVIRONMENTS:
        snapshot_path(_environment).write_text(as_text(definitions_for(_environment)), encoding="utf-8")
