"""A whole house in a folder, driven through its command line: `wod materialize` against a fake site.

Each command runs in a forked process of its own, so that it may be killed; a `before` is called in that process
first and may arrange for trouble. Starting Python and importing Dagster anew each time would take seconds.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import shutil
import signal
import sqlite3
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest import mock

import dagster as dg

from wod_pipeline.cli import main
from wod_pipeline.running import _launcher, _processes
from wod_pipeline.wordpress import _http
from wod_pipeline_tests.servers.posts import generate_posts
from wod_pipeline_tests.servers.wordpress import FakeWordPress
from wod_pipeline_tests.servers.wordpress_site import Reply, Request

FIRST = dt.date(2024, 1, 1)
WEEK = dt.timedelta(days=7)
WEEKS = 8
CHUNK = 4
LAST = FIRST + (WEEKS - 1) * WEEK
RANGE = ("--from", str(FIRST), "--to", str(LAST))


def site(weeks: int = WEEKS) -> FakeWordPress:
    """A site with a post for each week from FIRST on; to be entered."""
    return FakeWordPress(generate_posts(weeks, FIRST))


def without_link(wordpress: FakeWordPress, request: Request, post_id: int) -> Reply:
    """The site's answer to a request, with ``"link": false`` in one post."""
    reply = wordpress.site.answer(request)
    posts = json.loads(reply.body)
    for post in posts if isinstance(posts, list) else ():
        if post["id"] == post_id and "link" in post:
            post["link"] = False
    return replace(reply, body=json.dumps(posts).encode())


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code (negative: the signal that killed it) and all it said."""

    code: int
    said: str


class House:
    """A data folder and the commands that work on it."""

    def __init__(self, folder: Path, url: str, **settings: str) -> None:
        self.folder = folder
        self.processes = 1
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "WOD_DATA_DIR": str(folder / "data"),
            "WOD_SOURCE": "wordpress",
            "WOD_WORDPRESS_URL": url,
            "WOD_WORDPRESS_PAUSE_S": "0",
            "WOD_START_WEEK": str(FIRST),
            **settings,
        }

    def moved_into(self, folder: Path) -> House:
        """A copy of the house in another folder."""
        shutil.copytree(self.folder / "data", folder / "data")
        copy = House(folder, "")
        copy.environment |= {"WOD_WORDPRESS_URL": self.environment["WOD_WORDPRESS_URL"]}
        return copy

    def wod(self, *arguments: str, before: Callable[[], object] = lambda: None) -> Ended:
        """Run a command to its end in a process of its own."""
        heard = self.folder / "said.txt"
        child = os.fork()
        if not child:
            self._be_the_command(heard, arguments, before)
        _, status = os.waitpid(child, 0)
        return Ended(os.waitstatus_to_exitcode(status), heard.read_text())

    def materialize(self, *arguments: str, before: Callable[[], object] = lambda: None) -> Ended:
        """Materialize all weeks, or those of the arguments."""
        return self.wod("materialize", *(arguments or RANGE), before=before)

    def states(self, *arguments: str) -> list[str]:
        """What `wod status` says of the weeks, newest first; a flagged week is a stored one."""
        weeks = json.loads(self.wod("status", *arguments, "--json").said)
        return [week["state"].replace("flagged", "stored") for week in weeks]

    def _be_the_command(self, heard: Path, arguments: tuple[str, ...], before: Callable[[], object]) -> None:
        code = 70
        try:
            os.environ.clear()
            os.environ.update(self.environment)
            os.chdir(self.folder)
            descriptor = os.open(heard, os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
            os.dup2(descriptor, 1)
            os.dup2(descriptor, 2)
            _let_go_of_the_rest()
            sys.stdout = open(1, "w", buffering=1, closefd=False)  # noqa: SIM115
            sys.stderr = open(2, "w", buffering=1, closefd=False)  # noqa: SIM115
            _launcher.CHUNK_WEEKS = CHUNK
            _processes._cores = lambda: self.processes
            _http.BACKOFF_S = 0.001
            before()
            main(list(arguments))
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 70
        except BaseException:  # noqa: BLE001 the test is shown it
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(code)

    @property
    def lake(self) -> dict[str, bytes]:
        """Every object of the lake but the index, and the looks, which hold times.

        What a killed writer left behind is none.
        """
        root = self.folder / "data" / "lake"
        files = (path for path in root.rglob("*") if path.is_file() and not path.name.startswith("."))
        objects = {path.relative_to(root).as_posix(): path.read_bytes() for path in files}
        others = ("looks/", "session_index/")
        return {key: data for key, data in objects.items() if not key.startswith(others)}

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        """Every row of the session table."""
        path = self.folder / "data" / "sessions.sqlite"
        with contextlib.closing(sqlite3.connect(path)) as connection:
            return connection.execute("SELECT * FROM sessions ORDER BY date, session").fetchall()

    @property
    def content(self) -> tuple[dict[str, bytes], list[tuple[Any, ...]]]:
        """All that is stored, for comparison."""
        return self.lake, self.rows

    @contextlib.contextmanager
    def instance(self) -> Iterator[dg.DagsterInstance]:
        """The Dagster instance the commands recorded their runs in."""
        home = {"DAGSTER_HOME": str(self.folder / "data" / "dagster")}
        with mock.patch.dict(os.environ, home), dg.DagsterInstance.get() as instance:
            yield instance

    def run_statuses(self) -> list[str]:
        """How the runs ended, oldest first."""
        with self.instance() as instance:
            return [run.status.value for run in reversed(instance.get_runs())]


def _let_go_of_the_rest() -> None:
    """Inherited files lead nowhere: a site's socket would stay open here when the site goes down.

    They are not closed, because objects of the parent that still hold their numbers may close them later.
    """
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in map(int, os.listdir("/dev/fd")):  # noqa: PTH208
        if descriptor > 2:
            with contextlib.suppress(OSError):
                os.dup2(nowhere, descriptor)


def die() -> None:
    """End this process as `kill -9` does."""
    os.kill(os.getpid(), signal.SIGKILL)


def on_call(number: int, owner: Any, name: str, do: Callable[[], object]) -> Callable[[], None]:
    """An arrangement: `do` comes in front of the `number`-th call of `owner.name`."""

    def arrange() -> None:
        original, calls = getattr(owner, name), iter(range(1, 10**9))

        def counted(*arguments: Any, **named: Any) -> Any:
            if next(calls) == number:
                do()
            return original(*arguments, **named)

        setattr(owner, name, counted)

    return arrange
