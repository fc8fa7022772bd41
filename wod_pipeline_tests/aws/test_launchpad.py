"""The launchpad shows no private setting, and runs use it all the same, wherever it is set."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.remote_representation.external_data import RepositorySnap
from dagster._core.snap import JobSnap
from dagster._core.snap.snap_to_yaml import default_values_yaml_from_type_snap
from dagster_shared.yaml_utils import load_run_config_yaml

from wod_pipeline import adapters
from wod_pipeline.definitions import build_defs
from wod_pipeline.jobs import TRAINING_WEEK
from wod_pipeline.resources.wiring import build_resources
from wod_pipeline.settings import Settings, load_settings
from wod_pipeline_tests.aws.test_wiring import opened_by_dagster, state

LOGIN = {"WOD_WORDPRESS_USER": "editor-name", "WOD_WORDPRESS_PASSWORD": "open sesame"}
SITE = {"WOD_SOURCE": "wordpress", "WOD_WORDPRESS_URL": "https://coach.example", **LOGIN}
SMS = {"WOD_SNS_PHONE": "+16195550123", "AWS_REGION": "us-west-2"}
TOPIC = {"WOD_SNS_TOPIC_ARN": "arn:aws:sns:us-west-2:123456789012:wod"}
AWS = {
    "WOD_STORAGE": "aws",
    "AWS_REGION": "us-west-2",
    "WOD_S3_BUCKET": "the-bucket",
    "WOD_S3_PREFIX": "the-prefix",
    "WOD_SESSIONS_TABLE": "the-sessions",
    "WOD_LEDGER_TABLE": "the-ledger",
    "WOD_FEED_KEY": "0123456789abcdef0123456789abcdef",
}
PRIVATE = (
    "editor-name",
    "open sesame",
    "+16195550123",
    "arn:aws",
    "the-bucket",
    "the-prefix",
    "the-sessions",
    "the-ledger",
    "0123456789abcdef",
)
MODES: dict[str, Mapping[str, str]] = {
    "local": {**SMS},
    "site": {**SITE, **SMS},
    "folder": {
        **TOPIC,
        "AWS_REGION": "us-west-2",
        "WOD_SOURCE": "{folder}/posts",
        "WOD_START_WEEK": "2026-01-05",
    },
    "aws": {**AWS, **SITE, **TOPIC},
    "aws_phone": {**AWS, **SMS},
}
PLACES = ("environment", "dotenv")


@pytest.fixture(params=["environment", "dotenv"])
def place(request: pytest.FixtureRequest) -> str:
    """Where the settings are set."""
    return str(request.param)


@pytest.fixture(params=MODES)
def settings(
    request: pytest.FixtureRequest,
    place: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    aws_environment: None,
) -> Settings:
    """The settings of a mode, from the environment or a `.env`."""
    texts = {
        "WOD_DATA_DIR": str(tmp_path / "data"),
        "WOD_SAMPLE_DATE": "2026-03-04",
        **{name: text.format(folder=tmp_path) for name, text in MODES[request.param].items()},
    }
    (tmp_path / "posts").mkdir()
    dotenv = tmp_path / ".env"
    if place == "dotenv":
        dotenv.write_text("".join(f"{name}='{text}'\n" for name, text in texts.items()), encoding="utf-8")
    else:
        for name, text in texts.items():
            monkeypatch.setenv(name, text)
    return load_settings(dotenv=dotenv)


def launchpads(definitions: dg.Definitions) -> dict[str, str]:
    """What the launchpad of each job scaffolds."""
    shown = {}
    for job in definitions.get_repository_def().get_all_jobs():
        snapshot = JobSnap.from_job_def(job)
        schema, (mode,) = snapshot.config_schema_snapshot, snapshot.mode_def_snaps
        root = schema.get_config_snap(str(mode.root_config_key))
        shown[job.name] = default_values_yaml_from_type_snap(schema, root)
    return shown


def test_no_job_shows_a_private_setting(settings: Settings, tmp_path: Path) -> None:
    definitions = build_defs(settings)
    repository = definitions.get_repository_def()
    jobs = [dg.serialize_value(job.get_job_snapshot()) for job in repository.get_all_jobs()]
    resources = RepositorySnap.from_def(repository, defer_snapshots=True).resources or ()
    shown = [*launchpads(definitions).values(), *jobs, *map(dg.serialize_value, resources)]
    assert len(jobs) >= 3
    assert len(resources) >= 7
    for private in (*PRIVATE, str(tmp_path)):
        assert not [text for text in shown if private in text], private


def test_dagster_opens_what_is_set_wherever_that_is(settings: Settings) -> None:
    by_command = {
        "lake": adapters.open_lake(settings),
        "session_table": adapters.open_table(settings),
        "notifier": adapters.open_notifier(settings),
        "source": adapters.open_source(settings),
    }
    for key, store in by_command.items():
        assert state(opened_by_dagster(settings, key)) == state(store), key


@pytest.mark.parametrize(
    ("place", "bucket", "prefix"),
    [("environment", {"env": "WOD_S3_BUCKET"}, {"env": "WOD_S3_PREFIX"}), ("dotenv", "", "")],
    indirect=["place"],
)
@pytest.mark.parametrize("settings", ["aws"], indirect=True)
def test_a_variable_is_shown_by_name_where_it_is_set(
    settings: Settings, bucket: object, prefix: object
) -> None:
    config = load_run_config_yaml(launchpads(build_defs(settings))[TRAINING_WEEK])
    assert config["resources"]["lake"]["config"] == {"bucket": bucket, "prefix": prefix}


def test_a_default_of_the_project_is_shown_as_it_is(tmp_path: Path, aws_environment: None) -> None:
    environ = {"WOD_STORAGE": "aws", "WOD_S3_BUCKET": "b", "AWS_REGION": "us-west-2"}
    settings = load_settings({**environ, "WOD_DATA_DIR": str(tmp_path)}, dotenv=tmp_path / "none")
    config = load_run_config_yaml(launchpads(build_defs(settings))[TRAINING_WEEK])
    assert config["resources"]["session_table"]["config"] == {"table": "wod-sessions"}


@pytest.mark.parametrize("settings", ["local"], indirect=True)
def test_a_folder_written_into_the_launchpad_is_the_one_that_is_used(
    settings: Settings, tmp_path: Path
) -> None:
    folder = str(tmp_path / "elsewhere")
    config = {"lake": {"config": {"path": folder}}}
    with dg.build_resources(build_resources(settings), resource_config=config) as resources:
        assert resources.lake.open().uri("a/b.json") == f"file://{folder}/a/b.json"


@pytest.mark.parametrize("settings", ["local"], indirect=True)
def test_a_topic_written_into_the_launchpad_is_used_instead_of_the_phone(settings: Settings) -> None:
    topic = "arn:aws:sns:us-west-2:123456789012:other"
    config = {"notifier": {"config": {"topic_arn": topic, "phone_number": ""}}}
    with dg.build_resources(build_resources(settings), resource_config=config) as resources:
        opened = state(resources.notifier.open())
    assert (opened["_topic_arn"], opened["_phone_number"]) == (topic, "")


@pytest.mark.parametrize("settings", ["local", "folder"], indirect=True)
def test_a_run_with_what_the_launchpad_scaffolds_stores_the_week(settings: Settings) -> None:
    job = build_defs(settings).resolve_job_def(TRAINING_WEEK)
    config = load_run_config_yaml(launchpads(build_defs(settings))[TRAINING_WEEK])
    with dg.DagsterInstance.ephemeral() as instance:
        assert job.execute_in_process(
            run_config=config, partition_key="2026-03-02", instance=instance
        ).success
    assert [entry.week for entry in adapters.open_table(settings).weeks()] == [dt.date(2026, 3, 2)]
