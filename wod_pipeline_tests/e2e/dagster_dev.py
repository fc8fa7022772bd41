"""A real `dagster dev` for tests: started in a process group of its own, asked over GraphQL, stopped for sure."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from wod_pipeline.settings import write_instance_config

LAUNCH_BACKFILL = """
mutation ($params: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $params) {
    __typename
    ... on LaunchBackfillSuccess { backfillId }
    ... on PythonError { message }
  }
}
"""
BACKFILL_STATUS = """
query ($id: String!) {
  partitionBackfillOrError(backfillId: $id) { __typename ... on PartitionBackfill { status } }
}
"""
START_SENSOR = """
mutation ($sensor: SensorSelector!) { startSensor(sensorSelector: $sensor) { __typename } }
"""
OPEN = {"REQUESTED", "CANCELING", "COMPLETING"}
"""Statuses of a backfill that has not ended."""
ROOT = Path(__file__).parents[2]
READY_S = 180
ResultT = TypeVar("ResultT")


class DagsterDev:
    """`dagster dev` over a folder: webserver, daemon and code location. Use as a context manager."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self.folder = folder
        self.log = folder / "dagster-dev.log"
        self.port = free_port()
        home = folder / "home"
        home.mkdir(exist_ok=True)
        write_instance_config(home)
        own = {"DAGSTER_HOME": str(home), "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("WOD_", "AWS_"))}
        self.environ = {**clean, **own, **environ}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> DagsterDev:
        command = [sys.executable, "-m", "dagster", "dev", "-w", str(ROOT / "workspace.yaml")]
        command += ["-h", "127.0.0.1", "-p", str(self.port)]
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                command, cwd=self.folder, env=self.environ, stdout=log, stderr=log, start_new_session=True
            )
        wait_for(
            self._is_ready, READY_S, lambda: f"dagster dev is not ready:\n{self.log.read_text()[-3000:]}"
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=30)
        self._signal(signal.SIGKILL)
        self._process.wait(timeout=30)

    def ask(self, query: str, **variables: Any) -> Any:
        """The data of a GraphQL answer."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(
            f"{self.url}/graphql", body, {"Content-Type": "application/json"}, method="POST"
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)["data"]

    def runs(self) -> list[dict[str, Any]]:
        """Every run, newest first, with its status and tags."""
        found = self.ask("{ runsOrError { ... on Runs { results { runId status tags { key value } } } } }")
        return [
            {**run, "tags": {tag["key"]: tag["value"] for tag in run["tags"]}}
            for run in found["runsOrError"]["results"]
        ]

    def launch_backfill(self, **params: Any) -> str:
        """Launch a backfill with the request that the UI's button sends; the backfill's id."""
        launched = self.ask(LAUNCH_BACKFILL, params=params)["launchPartitionBackfill"]
        assert "backfillId" in launched, launched
        return str(launched["backfillId"])

    def backfill_status(self, backfill_id: str) -> str:
        """The status of a backfill once it has ended; empty before."""
        status = self.ask(BACKFILL_STATUS, id=backfill_id)["partitionBackfillOrError"]["status"]
        return "" if status in OPEN else str(status)

    def start_sensor(self, name: str) -> None:
        """Switch a sensor on, as in the UI."""
        where = {"repositoryName": "__repository__", "repositoryLocationName": "wod_pipeline"}
        started = self.ask(START_SENSOR, sensor={**where, "sensorName": name})["startSensor"]
        assert started == {"__typename": "Sensor"}, started

    def _is_ready(self) -> bool:
        try:
            found = self.ask("{ repositoriesOrError { ... on RepositoryConnection { nodes { name } } } }")
        except OSError:
            return False
        return bool(found["repositoriesOrError"].get("nodes"))

    def _signal(self, number: int) -> None:
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:
            return


def wait_for(
    found: Callable[[], ResultT], seconds: float, otherwise: Callable[[], str] = lambda: "it never came"
) -> ResultT:
    """What `found` returns once that is true. Fails with a sentence when it takes too long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if result := found():
            return result
        time.sleep(0.5)
    raise AssertionError(f"Waited {seconds:.0f} s: {otherwise()}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
