"""Dagster's SQLite storage with open files: each opened once, every commit visible to others, closed at the end."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.instance.ref import InstanceRef
from sqlalchemy import event
from sqlalchemy.pool import Pool

from wod_pipeline.resources.instance_storage import (
    MAX_SHARDS,
    PooledEventLogStorage,
    PooledRunStorage,
    PooledSqliteStorage,
)
from wod_pipeline.settings import write_instance_config
from wod_pipeline_tests.fakes import started_run

KEY = dg.AssetKey("weeks")
CUSTOM = {"module": PooledSqliteStorage.__module__, "class": PooledSqliteStorage.__name__}


def open_pooled(home: Path) -> dg.DagsterInstance:
    overrides = {"storage": {"custom": {**CUSTOM, "config": {"base_dir": str(home)}}}}
    return dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(home), overrides=overrides))


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with open_pooled(tmp_path) as instance:
        yield instance


def log_of(instance: dg.DagsterInstance) -> PooledEventLogStorage:
    storage = instance.event_log_storage
    assert isinstance(storage, PooledEventLogStorage)
    return storage


def run(instance: dg.DagsterInstance) -> str:
    """Record a run with an event in a file of its own; its id."""
    run_id = started_run(instance)
    instance.report_engine_event("Started.", instance.get_run_by_id(run_id))
    return run_id


def materialize(instance: dg.DagsterInstance, partition: str = "2026-03-02") -> None:
    instance.report_runless_asset_event(dg.AssetMaterialization(KEY, partition=partition))


def materializations(instance: dg.DagsterInstance) -> int:
    return len(instance.fetch_materializations(KEY, limit=100).records)


def open_files(folder: Path) -> set[str]:
    """Databases under the folder that this process has open."""
    links = {link.readlink() for link in Path("/proc/self/fd").iterdir() if link.is_symlink()}
    return {str(path) for path in links if folder in path.parents and path.suffix == ".db"}


needs_proc = pytest.mark.skipif(sys.platform != "linux", reason="open files are read from /proc")


def test_a_file_is_opened_once_however_many_events_are_stored(instance: dg.DagsterInstance) -> None:
    run_id = run(instance)
    materialize(instance)
    opened: list[object] = []

    def note(connection: object, _record: object) -> None:
        opened.append(connection)

    event.listen(Pool, "connect", note)
    try:
        for _ in range(5):
            materialize(instance)
            instance.get_run_by_id(run_id)
            instance.all_logs(run_id)
    finally:
        event.remove(Pool, "connect", note)
    assert not opened


def test_dagsters_own_storage_reads_every_event_while_the_files_are_open(
    instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    run_id = run(instance)
    materialize(instance)
    with dg.DagsterInstance.local_temp(str(tmp_path)) as plain:
        assert not isinstance(plain.event_log_storage, PooledEventLogStorage)
        assert materializations(plain) == 1
        assert [entry.message for entry in plain.all_logs(run_id)] == ["Started."]
        materialize(plain)
    assert materializations(instance) == 2


def test_events_of_several_threads_are_all_stored(instance: dg.DagsterInstance) -> None:
    threads = [
        threading.Thread(target=materialize, args=(instance, f"2026-03-{day:02}")) for day in range(1, 9)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert materializations(instance) == 8


def test_runs_are_read_and_written_by_several_threads_at_once(instance: dg.DagsterInstance) -> None:
    storage = instance.run_storage
    assert isinstance(storage, PooledRunStorage)
    run_id = run(instance)
    with storage.connect():
        found: list[dg.DagsterRun | None] = []
        thread = threading.Thread(target=lambda: found.append(instance.get_run_by_id(run_id)))
        thread.start()
        thread.join(10)
    assert [one.run_id for one in found if one] == [run_id]


@needs_proc
def test_only_the_files_used_last_stay_open(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    runs = [run(instance) for _ in range(MAX_SHARDS + 4)]
    shards = open_files(tmp_path / "history" / "runs")
    assert len(shards) == MAX_SHARDS
    assert not {path for path in shards if Path(path).stem in runs[:4]}
    assert all(len(instance.all_logs(run_id)) == 1 for run_id in runs)
    assert len(open_files(tmp_path / "history" / "runs")) == MAX_SHARDS


@needs_proc
def test_dispose_closes_every_file_and_a_later_use_opens_it_again(tmp_path: Path) -> None:
    with open_pooled(tmp_path) as instance:
        materialize(instance)
        run_id = run(instance)
        assert open_files(tmp_path)
    assert not open_files(tmp_path)
    assert not list(tmp_path.rglob("*-wal"))
    assert materializations(instance) == 1
    assert instance.get_run_by_id(run_id)
    instance.dispose()


def test_the_file_itself_changes_at_dispose_although_another_process_has_it_open(tmp_path: Path) -> None:
    """The UI hears of new events by a change of the file, not of the write-ahead log beside it."""
    with open_pooled(tmp_path) as reader, open_pooled(tmp_path) as writer:
        run_id = run(reader)
        assert len(writer.all_logs(run_id)) == 1
        shard = Path(log_of(writer).path_for_shard(run_id))
        log_of(reader).dispose()
        assert len(reader.all_logs(run_id)) == 1
        stored = writer.get_run_by_id(run_id)
        writer.report_engine_event("A word to look for.", stored)
        assert b"A word to look for." not in shard.read_bytes()
        log_of(writer).dispose()
        assert b"A word to look for." in shard.read_bytes()


def test_a_transaction_that_fails_leaves_nothing_on_the_kept_connection(instance: dg.DagsterInstance) -> None:
    materialize(instance)
    log = log_of(instance)

    def delete_and_fail() -> None:
        with log.index_connection() as connection:
            connection.exec_driver_sql("DELETE FROM event_logs")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        delete_and_fail()
    assert materializations(instance) == 1


def test_after_a_wipe_events_go_into_new_files(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    run_id = run(instance)
    materialize(instance)
    log_of(instance).wipe()
    assert materializations(instance) == 0
    instance.report_engine_event("After.", instance.get_run_by_id(run_id))
    with dg.DagsterInstance.local_temp(str(tmp_path)) as plain:
        assert [entry.message for entry in plain.all_logs(run_id)] == ["After."]


def test_the_configuration_of_a_new_instance_names_this_storage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    write_instance_config(tmp_path)
    with dg.DagsterInstance.get() as instance:
        assert isinstance(instance.event_log_storage, PooledEventLogStorage)
        assert not instance.telemetry_enabled
        materialize(instance)
        ref = instance.get_ref()
    with dg.DagsterInstance.from_ref(ref) as again:
        assert isinstance(again.event_log_storage, PooledEventLogStorage)
        assert isinstance(again.run_storage, PooledRunStorage)
        assert materializations(again) == 1


def test_the_module_imports_nothing_else_of_ours() -> None:
    imported = "import sys, wod_pipeline.resources.instance_storage"
    code = f"{imported}; print(*sorted(name for name in sys.modules if name.startswith('wod_')))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.split() == [
        "wod_pipeline",
        "wod_pipeline.resources",
        "wod_pipeline.resources.instance_storage",
    ]
