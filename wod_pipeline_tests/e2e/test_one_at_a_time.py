"""A site is asked by one process at a time, with the pause between two; a killed one holds up nobody."""

from __future__ import annotations

import os
import signal
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from wod_pipeline.running._processes import FORKS
from wod_pipeline_tests.e2e.dagster_dev import wait_for
from wod_pipeline_tests.e2e.house import House
from wod_pipeline_tests.servers.wordpress import FakeWordPress
from wod_pipeline_tests.servers.wordpress_site import Request

pytestmark = pytest.mark.skipif(not FORKS, reason="trouble can be arranged only in processes that are forked")
PAUSE_S = 0.3
WAITING = "Waiting: run "


@dataclass
class Turnstile:
    """Keeps the first request until another process waits or asks; notes the times, and how many asked at once."""

    house: House
    present: int = 0
    most: int = 0
    arrivals: list[float] = field(default_factory=list)
    departures: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, request: Request) -> None:
        with self.lock:
            self.arrivals.append(time.monotonic())
            self.present += 1
            self.most = max(self.most, self.present)
        if len(self.arrivals) == 1:
            wait_for(lambda: self.most > 1 or said_in_the_runs(self.house, WAITING), 60)
        with self.lock:
            self.present -= 1
            self.departures.append(time.monotonic())

    @property
    def shortest_gap_s(self) -> float:
        """The shortest time from the end of a request to the next."""
        return min(b - a for a, b in zip(self.departures, self.arrivals[1:], strict=False))


def said_in_the_runs(house: House, start: str) -> list[str]:
    """What the runs logged that starts so."""
    with house.instance() as instance:
        logs = [entry for run in instance.get_runs() for entry in instance.all_logs(run.run_id)]
    return [entry.user_message for entry in logs if entry.user_message.startswith(start)]


def test_two_processes_never_ask_at_the_same_time_and_the_pause_lies_between_them(
    wordpress: FakeWordPress, tmp_path: Path, undisturbed: House
) -> None:
    house = House(tmp_path, wordpress.url, WOD_WORDPRESS_PAUSE_S=str(PAUSE_S))
    house.processes = 2
    wordpress.intercept = turnstile = Turnstile(house)
    ended = house.materialize()
    assert ended.code == 0, ended.said
    assert len(turnstile.arrivals) == 2
    assert turnstile.most == 1
    assert turnstile.shortest_gap_s >= PAUSE_S
    assert house.content == undisturbed.content
    assert len(said_in_the_runs(house, WAITING)) == 1


def test_after_a_kill_in_the_middle_of_a_fetch_the_next_run_asks_at_once_and_stores_the_same(
    wordpress: FakeWordPress, tmp_path: Path, undisturbed: House
) -> None:
    house, pid = House(tmp_path, wordpress.url), tmp_path / "pid"

    def kill_the_reader(request: Request) -> None:
        wordpress.intercept = lambda request: None
        os.kill(int(pid.read_text()), signal.SIGKILL)

    wordpress.intercept = kill_the_reader
    ended = house.materialize(before=lambda: pid.write_text(str(os.getpid())))
    assert ended.code == -signal.SIGKILL
    assert house.run_statuses() == ["STARTED"]
    holders = list((tmp_path / "data" / "site_locks").glob("*.holder"))
    assert [path.read_text().startswith("run ") for path in holders] == [True]

    again = house.materialize()
    assert again.code == 0, again.said
    assert house.run_statuses() == ["FAILURE", "SUCCESS", "SUCCESS"]
    assert house.content == undisturbed.content
    assert said_in_the_runs(house, WAITING) == []
