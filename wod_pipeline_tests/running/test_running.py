"""Cutting weeks into runs, and the Dagster instance."""

from __future__ import annotations

import datetime as dt
import sqlite3
from pathlib import Path

import dagster as dg
import pytest

from wod_pipeline import running
from wod_pipeline.adapters import open_table, program_today
from wod_pipeline.assets import SITE_POOL
from wod_pipeline.errors import SettingsError, StorageError, StorageRefused, StorageUnavailable
from wod_pipeline.jobs import SESSIONS
from wod_pipeline.resources.instance_storage import PooledEventLogStorage
from wod_pipeline.running import _launcher, _store_index, _summary_lines
from wod_pipeline.running._instance import end_run, lock_run, open_instance
from wod_pipeline.running._launcher import Launcher, Options, chunks
from wod_pipeline.running._progress import Failure, Report, WeekStored, as_event
from wod_pipeline.settings import Settings, load_settings
from wod_pipeline.weeks import monday_of
from wod_pipeline_tests.builders import not_published, raw_post, week_records
from wod_pipeline_tests.fakes import started_run

MONDAY = dt.date(2024, 1, 1)
WEEK = dt.timedelta(days=7)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of an empty data folder."""
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))
    return load_settings({"WOD_DATA_DIR": str(tmp_path)})


def test_weeks_are_cut_where_one_is_missing() -> None:
    weeks = [MONDAY, MONDAY + WEEK, MONDAY + 3 * WEEK]
    assert chunks(weeks) == [[MONDAY, MONDAY + WEEK], [MONDAY + 3 * WEEK]]


def test_a_run_has_no_more_weeks_than_are_fetched_at_once() -> None:
    assert [len(keys) for keys in chunks(MONDAY + n * WEEK for n in range(120))] == [52, 52, 16]
    assert chunks([]) == []


def test_an_index_that_cannot_be_made_fails_no_run(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.database_path.write_text("Not a database, and longer than a header of one. " * 4)
    _store_index(settings)
    assert "The index of all sessions could not be made" in caplog.text


def status_of(instance: dg.DagsterInstance, run_id: str) -> str:
    run = instance.get_run_by_id(run_id)
    assert run is not None
    return run.status.value


def test_the_run_of_a_killed_process_is_failed_when_the_instance_is_opened_next(settings: Settings) -> None:
    with open_instance(settings) as instance:
        run_id = started_run(instance)
        marks = Path(instance.root_directory) / "running"
        (marks / f"{run_id}.lock").touch()
    with open_instance(settings) as instance:
        assert status_of(instance, run_id) == "FAILURE"
        assert list(marks.iterdir()) == []


def test_ended_runs_give_back_their_slots_of_a_pool_and_one_in_progress_keeps_its_own(
    settings: Settings,
) -> None:
    with open_instance(settings) as instance:
        log = instance.event_log_storage
        log.set_concurrency_slots(SITE_POOL, 3)
        killed, failed, in_progress = (started_run(instance) for _ in range(3))
        for run_id in (killed, failed, in_progress):
            assert log.claim_concurrency_slot(SITE_POOL, run_id, "raw_posts").is_claimed
        (Path(instance.root_directory) / "running" / f"{killed}.lock").touch()
        end_run(instance, failed, "Killed, and recorded as failed by the UI.")
    with open_instance(settings) as instance:
        slots = instance.event_log_storage.get_concurrency_info(SITE_POOL).claimed_slots
        assert [slot.run_id for slot in slots] == [in_progress]


def test_the_run_of_a_living_process_is_left_alone(settings: Settings) -> None:
    with open_instance(settings) as instance:
        run_id = started_run(instance)
        with lock_run(settings, run_id), open_instance(settings) as other:
            assert status_of(other, run_id) == "STARTED"


def test_a_run_that_was_asked_to_stop_ends_as_cancelled_and_an_ended_one_stays(settings: Settings) -> None:
    with open_instance(settings) as instance:
        run_id = started_run(instance)
        run = instance.get_run_by_id(run_id)
        assert run is not None
        instance.report_run_canceling(run)
        end_run(instance, run_id, "Asked to.")
        end_run(instance, run_id, "Again.")
        end_run(instance, "no such run", "Never was.")
        assert status_of(instance, run_id) == "CANCELED"


@pytest.mark.parametrize("step_before_the_run_exists", ["lock_run", "command_tags"])
def test_a_stop_before_the_run_exists_leaves_a_cancelled_run_or_none(
    settings: Settings, step_before_the_run_exists: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = getattr(_launcher, step_before_the_run_exists)
    with open_instance(settings) as instance:
        launcher = Launcher(settings, Options(), instance, Report())

        def stop_and_step(*arguments: object) -> object:
            launcher._stopped.set()
            return step(*arguments)

        monkeypatch.setattr(_launcher, step_before_the_run_exists, stop_and_step)
        launcher.start([[monday_of(program_today(settings))]])
        launcher.wait(60)
        launcher.stop()
        assert {run.status.value for run in instance.get_runs()} <= {"CANCELED"}


def test_a_new_instance_keeps_its_files_open_and_sends_nothing(settings: Settings) -> None:
    with open_instance(settings) as instance:
        assert isinstance(instance.event_log_storage, PooledEventLogStorage)
        assert not instance.telemetry_enabled


def test_an_instance_configured_by_someone_else_is_used_as_it_is(settings: Settings) -> None:
    settings.dagster_home.mkdir()
    config = settings.dagster_home / "dagster.yaml"
    config.write_text("telemetry:\n  enabled: true\n")
    with open_instance(settings) as instance:
        assert not isinstance(instance.event_log_storage, PooledEventLogStorage)
        assert instance.telemetry_enabled
        assert status_of(instance, started_run(instance)) == "STARTED"
    assert config.read_text() == "telemetry:\n  enabled: true\n"


def test_an_empty_configuration_is_written_anew(settings: Settings) -> None:
    settings.dagster_home.mkdir()
    (settings.dagster_home / "dagster.yaml").write_text("\n")
    with open_instance(settings) as instance:
        assert not instance.telemetry_enabled


def test_an_instance_that_cannot_be_read_is_an_error_in_words(settings: Settings) -> None:
    with open_instance(settings) as instance:
        database = Path(instance.root_directory) / "history" / "runs.db"
    database.write_bytes(b"no database at all, but long enough to be taken for one" * 100)
    with (
        pytest.raises(
            StorageRefused, match=r"instance in .* cannot be used: .*a database.* move the folder away"
        ),
        open_instance(settings),
    ):
        pass


@pytest.mark.parametrize(
    ("cause", "kind", "fix"),
    [
        ("database disk image is malformed", StorageRefused, "move the folder away"),
        ("attempt to write a readonly database", StorageRefused, "to a folder that can be written"),
        ("[Errno 30] Read-only file system: 'x'", StorageRefused, "to a folder that can be written"),
        ("unable to open database file", StorageRefused, "to a folder that can be written"),
        ("database or disk is full", StorageUnavailable, "Free some space"),
        ("database is locked", StorageUnavailable, "End other programs"),
    ],
)
def test_each_trouble_of_an_instance_has_its_own_advice(
    settings: Settings, cause: str, kind: type[StorageError], fix: str
) -> None:
    with pytest.raises(kind, match=fix) as raised, open_instance(settings):
        raise sqlite3.OperationalError(cause)
    assert cause in str(raised.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"storage: [", "while parsing"),
        (b"nonsense: 1", 'unexpected config entry "nonsense"'),
        (b"\xff\xfe", "codec can't decode"),
        (b"run_storage: {module: nowhere, class: Storage}", "Couldn't import module nowhere"),
        (b"event_log_storage: {module: dagster, class: Nothing}", "used: class Nothing in module dagster"),
    ],
)
def test_a_configuration_that_cannot_be_read_is_named_with_its_fault(
    settings: Settings, text: bytes, says: str
) -> None:
    settings.dagster_home.mkdir()
    (settings.dagster_home / "dagster.yaml").write_bytes(text)
    expected = pytest.raises(SettingsError, match=rf"dagster\.yaml cannot be .*{says}")
    with expected as error, open_instance(settings):
        pass
    assert len(str(error.value)) < 600


def test_a_folder_whose_name_would_put_the_database_elsewhere_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", "")
    settings = load_settings({"WOD_DATA_DIR": str(tmp_path / "p?x")}, dotenv=tmp_path / "none")
    with pytest.raises(SettingsError, match="has a question mark in its path"), open_instance(settings):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_week_that_did_not_get_through_is_failed_and_not_unchanged(settings: Settings) -> None:
    open_table(settings).replace_weeks([week_records(raw_post(monday=MONDAY)), not_published(MONDAY + WEEK)])
    report = Report()
    for asset in SESSIONS:
        report.record(WeekStored(asset, MONDAY, 1, changed=True))
    report.record(WeekStored(SESSIONS[0], MONDAY + WEEK, 1, changed=True))
    report.record(Failure("The lake does not answer."))
    lines = list(_summary_lines(settings, [MONDAY, MONDAY + WEEK], report))
    assert "  changed: 1, unchanged: 0" in lines
    assert f"  failed: {MONDAY + WEEK}; what was stored of it before stays" in lines


def test_a_malformed_post_is_in_the_summary_once_with_its_newest_week(settings: Settings) -> None:
    report = Report()
    for n in (0, 1):
        metadata = {
            "posts": 1,
            "posts_malformed": {"a post without an id (7)": "it is a number; it was left out"},
        }
        report.record(as_event(SESSIONS[0], MONDAY + n * WEEK, metadata))
    lines = [*_summary_lines(settings, [MONDAY, MONDAY + WEEK], report)]
    assert [line for line in lines if "damaged" in line] == [
        f"  {MONDAY + WEEK}: a post without an id (7) was sent damaged: it is a number; it was left out"
    ]


def test_of_a_store_that_cannot_be_used_the_failed_run_is_the_first_word(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(_: object, __: object, ___: object, report: Report, ____: object) -> None:
        report.record(Failure("raw_posts: The lake does not answer."))

    monkeypatch.setattr(running, "_run", fail)
    monkeypatch.setattr(running, "_store_index", lambda _: pytest.fail("the index was made"))
    assert not running.run_weeks(settings, [MONDAY])
    assert capfd.readouterr().err == "Failed: raw_posts: The lake does not answer.\n"
