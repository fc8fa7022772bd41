"""A long range in several processes: the same result, and no process is left behind whatever happens to another."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from wod_pipeline.running._processes import FORKS
from wod_pipeline.storage import sqlite
from wod_pipeline_tests.e2e.dagster_dev import wait_for
from wod_pipeline_tests.e2e.house import CHUNK, FIRST, LAST, RANGE, WEEK, WEEKS, House, die, on_call
from wod_pipeline_tests.e2e.test_one_at_a_time import WAITING, said_in_the_runs
from wod_pipeline_tests.servers.wordpress import FakeWordPress
from wod_pipeline_tests.servers.wordpress_site import Reply, Request

pytestmark = pytest.mark.skipif(not FORKS, reason="trouble can be arranged only in processes that are forked")

SECOND = FIRST + CHUNK * WEEK
"""The first week of the second chunk, which a second process runs."""


@pytest.fixture
def pair(house: House) -> House:
    """An empty house whose commands use two processes."""
    house.processes = 2
    return house


def only_if_started_by_another(do: Callable[[], object]) -> Callable[[], None]:
    """What the second process does, and the first does not."""

    def act() -> None:
        if multiprocessing.parent_process():
            do()

    return act


def marks(house: House) -> list[Path]:
    """Runs that are marked as alive."""
    return list((house.folder / "data" / "dagster" / "running").iterdir())


def test_two_processes_store_what_one_does(pair: House, undisturbed: House) -> None:
    ended = pair.materialize()
    assert ended.code == 0, ended.said
    assert f"changed: {WEEKS}, unchanged: 0" in ended.said
    assert pair.content == undisturbed.content
    assert pair.run_statuses() == ["SUCCESS", "SUCCESS"]
    assert marks(pair) == []


def test_the_death_of_the_first_process_ends_the_second_and_running_again_heals(
    pair: House, undisturbed: House
) -> None:
    note = pair.folder / "second"

    def hang() -> None:
        note.write_text(str(os.getpid()))
        time.sleep(60)

    def die_after_the_note() -> None:
        while not note.exists() or not note.read_text():
            time.sleep(0.01)
        die()

    def act() -> None:
        (hang if multiprocessing.parent_process() else die_after_the_note)()

    assert pair.materialize(before=on_call(9, Path, "replace", act)).code == -signal.SIGKILL
    assert gone_within(int(note.read_text()), 5.0)
    again = pair.materialize()
    assert again.code == 0, again.said
    assert pair.content == undisturbed.content
    assert marks(pair) == []
    assert "STARTED" not in pair.run_statuses()


def gone_within(pid: int, seconds: float) -> bool:
    """Whether a process ends in that time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_the_death_of_another_process_is_told_with_its_weeks_and_costs_only_those(
    pair: House, undisturbed: House
) -> None:
    ended = pair.materialize(before=on_call(1, sqlite, "_carry_out", only_if_started_by_another(die)))
    assert ended.code == 1
    said = " ".join(ended.said.split())
    assert f"The process for the weeks {SECOND} to {LAST} was killed by signal 9." in said
    assert pair.states(*RANGE)[CHUNK:] == ["stored"] * CHUNK
    again = pair.materialize()
    assert again.code == 0, again.said
    assert pair.content == undisturbed.content
    assert sorted(pair.run_statuses()) == ["FAILURE", "SUCCESS", "SUCCESS", "SUCCESS"]


def test_a_chunk_that_another_process_cannot_fetch_is_named(
    wordpress: FakeWordPress, tmp_path: Path, undisturbed: House
) -> None:
    house = House(tmp_path, wordpress.url)
    house.processes = 2
    late = f"{SECOND - 12 * WEEK}"

    def refuse_the_second(request: Request) -> Reply | None:
        return Reply(500, b"<html>Down</html>") if request.query.get("after", "") > late else None

    wordpress.intercept = refuse_the_second
    ended = house.materialize()
    assert ended.code == 1
    assert f"{SECOND} to {LAST}" in ended.said
    assert "Traceback" not in ended.said
    assert house.states(*RANGE) == ["missing"] * CHUNK + ["stored"] * CHUNK
    wordpress.intercept = lambda request: None
    assert house.materialize().code == 0
    assert house.content == undisturbed.content


def test_an_instance_that_cannot_be_used_is_said_once(pair: House) -> None:
    pair.environment["DAGSTER_HOME"] = str(pair.folder / "home")
    storage = pair.folder / "home" / "history"
    storage.mkdir(parents=True)
    (storage / "runs.db").write_bytes(b"no database at all, but long enough to be taken for one" * 100)
    ended = pair.materialize()
    assert ended.code == 1
    assert ended.said.count("Dagster's instance in") == 1
    assert "Traceback" not in ended.said


def test_ctrl_c_cancels_the_run_that_asks_the_site_and_the_one_that_waits_for_it(
    wordpress: FakeWordPress, tmp_path: Path, undisturbed: House
) -> None:
    house = House(tmp_path, wordpress.url)
    house.processes = 2
    asked, ended_all = threading.Event(), threading.Event()

    def hold(request: Request) -> None:
        asked.set()
        ended_all.wait(20)

    def interrupt() -> None:
        asked.wait(60)
        wait_for(lambda: said_in_the_runs(house, WAITING), 60)
        os.killpg(int((tmp_path / "group").read_text()), signal.SIGINT)

    def lead_a_group() -> None:
        os.setpgid(0, 0)
        (tmp_path / "group").write_text(str(os.getpid()))
        signal.signal(signal.SIGINT, signal.default_int_handler)

    wordpress.intercept = hold
    thread = threading.Thread(target=interrupt)
    thread.start()
    ended = house.materialize(before=lead_a_group)
    thread.join()
    ended_all.set()
    assert ended.code == 130
    assert ended.said.startswith("wod: stopped.")
    assert "Traceback" not in ended.said
    assert house.run_statuses() == ["CANCELED", "CANCELED"]
    wordpress.intercept = lambda request: None
    assert house.materialize().code == 0
    assert house.content == undisturbed.content
