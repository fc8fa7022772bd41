"""Several processes for the chunks of a long range: Python uses one core a process, and a backfill is all Python.

Each takes a stretch of consecutive chunks and runs it as this process would, with a launcher of its own on the
same instance. It tells what it has stored through a pipe. The same pipe tells it to stop; and when the pipe breaks,
because this process was killed, it ends at once, as this process did.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from wod_pipeline.errors import WodError
from wod_pipeline.running._launcher import PATIENCE_S, Options, open_launcher
from wod_pipeline.running._progress import Event, Failed, Report
from wod_pipeline.settings import Settings

MAX_PROCESSES = 4
"""More would wait for each other at Dagster's log, and ask too much of a site at once."""

STOP = "stop"
TICK_S = 0.2
FORKS = sys.platform == "linux"
"""A fork need not import Dagster again, which takes seconds; elsewhere than on Linux, libraries may not bear it."""

Chunks = Sequence[list[dt.date]]


def shares(work: Chunks) -> list[Chunks]:
    """Cut the chunks into stretches of about equal length, one a process.

    Stretches, because neighbouring chunks share most of what they ask a site for.
    """
    count = max(1, min(len(work), _cores(), MAX_PROCESSES))
    bounds = [round(n * len(work) / count) for n in range(count + 1)]
    return [work[start:end] for start, end in pairwise(bounds)]


def _cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


@contextmanager
def processes(
    settings: Settings, options: Options, work: Sequence[Chunks], tell: Callable[[Event], None]
) -> Iterator[Processes]:
    """A process for each share; to be entered before this process starts a thread or opens the instance."""
    started = [_start(settings, options, share) for share in work]
    running = Processes(started, tell)
    try:
        yield running
    finally:
        running.end()


@dataclass
class _Process:
    """A process, our end of the pipe, and what it was given."""

    process: BaseProcess
    pipe: Connection
    share: Chunks


class Processes:
    """The processes at work, and what they tell."""

    def __init__(self, started: Sequence[_Process], tell: Callable[[Event], None]) -> None:
        self._running = list(started)
        self._tell = tell

    @property
    def running(self) -> bool:
        """Whether one of them has more to do."""
        return bool(self._running)

    def listen(self, seconds: float) -> None:
        """Pass on what they have told, waiting for that no longer than the seconds given."""
        ready = wait([one.pipe for one in self._running], seconds)
        for one in [one for one in self._running if one.pipe in ready]:
            self._hear(one)

    def interrupt(self) -> None:
        """Ask every process to end its run as cancelled."""
        for one in self._running:
            with suppress(OSError):  # it has just ended
                one.pipe.send(STOP)

    def end(self) -> None:
        """Wait for every process to stop; one that does not is killed."""
        self.interrupt()
        for one in self._running:
            one.process.join(PATIENCE_S + 1)
            one.process.kill()
            one.process.join()
            one.pipe.close()
        self._running = []

    def _hear(self, one: _Process) -> None:
        try:
            while one.pipe.poll():
                self._tell(one.pipe.recv())
        except (EOFError, ConnectionResetError):
            self._running.remove(one)
            one.pipe.close()
            one.process.join()
            if one.process.exitcode:
                self._tell(Failed(_lost(one)))


def _lost(one: _Process) -> str:
    code = one.process.exitcode or 0
    how = f"was killed by signal {-code}" if code < 0 else f"ended with {code}"
    return (
        f"The process for the weeks {one.share[0][0]} to {one.share[-1][-1]} {how}. "
        "What it stored stays; run the same command again for the rest."
    )


def _start(settings: Settings, options: Options, share: Chunks) -> _Process:
    context = multiprocessing.get_context("fork") if FORKS else multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    inherited = ours if FORKS else None
    process = context.Process(
        target=_serve, args=(theirs, inherited, settings, options, share), name="wod-runs", daemon=True
    )
    process.start()
    theirs.close()
    return _Process(process, ours, share)


def _serve(
    pipe: Connection, inherited: Connection | None, settings: Settings, options: Options, share: Chunks
) -> None:
    """What such a process does. An interrupt is for the first process to hear: it decides, and says so here."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if inherited:
        inherited.close()
    report = Report()

    def tell(event: Event) -> None:
        report.note(event)
        pipe.send(event)

    try:
        with open_launcher(settings, options, report, tell) as launcher:
            launcher.start(share)
            while launcher.running:
                if pipe.poll(TICK_S):
                    pipe.recv()
                    launcher.stop()
                    return
    except EOFError:
        os._exit(1)  # whoever started us was killed: nothing may be tidied up, or waited for
    except WodError as error:
        tell(Failed(str(error)))
