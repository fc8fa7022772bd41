"""Worker processes for the chunks of a long range: a Python process uses one core, and a backfill is all Python.

Each worker takes consecutive chunks and runs them as the first process would, with a launcher of its own on the
same instance. It sends an event through a pipe for every week it stores, and receives `STOP` through the same pipe.
When the pipe breaks, because the first process was killed, the worker ends at once.
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
from wod_pipeline.running._launcher import STOP_TIMEOUT_S, Options, open_launcher
from wod_pipeline.running._progress import Event, Failure, Report
from wod_pipeline.settings import Settings
from wod_pipeline.wording import name_weeks

MAX_PROCESSES = 4
"""More would wait for each other at Dagster's log, and at the site, which one process at a time asks."""

STOP = "stop"
"""Sent to a worker, which may be in the middle of a write: a signal would end it there."""
POLL_INTERVAL_S = 0.2
"""How soon an interrupt is noticed and the progress bar redrawn; polling more often costs a backfill CPU time."""
FORKS = sys.platform == "linux"
"""A fork need not import Dagster again, which takes seconds. On other systems, libraries may not survive a fork."""

Chunks = Sequence[list[dt.date]]


def divide(work: Chunks) -> list[Chunks]:
    """Divide the chunks among processes, about equally many for each.

    A process gets consecutive chunks, because neighbours share most of the posts they request from a site.
    """
    count = max(1, min(len(work), _cores(), MAX_PROCESSES))
    bounds = [round(n * len(work) / count) for n in range(count + 1)]
    return [work[start:end] for start, end in pairwise(bounds)]


def _cores() -> int:
    """Number of cores this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


@contextmanager
def start_workers(
    settings: Settings, options: Options, work: Sequence[Chunks], record: Callable[[Event], None]
) -> Iterator[Workers]:
    """A worker for each part of the work; enter it before this process starts a thread or opens the instance."""
    workers = Workers([_start(settings, options, part) for part in work], record)
    try:
        yield workers
    finally:
        workers.end()


@dataclass
class _Worker:
    """A worker process, the first process's end of the pipe, and the chunks to run."""

    process: BaseProcess
    pipe: Connection
    work: Chunks


class Workers:
    """The worker processes. `record` is called with every event they send."""

    def __init__(self, workers: Sequence[_Worker], record: Callable[[Event], None]) -> None:
        self._workers = list(workers)
        self._record = record

    @property
    def running(self) -> bool:
        """Whether one of them is at work."""
        return bool(self._workers)

    def receive(self, seconds: float) -> None:
        """Record the events they have sent, waiting for one at most `seconds`."""
        ready = wait([worker.pipe for worker in self._workers], seconds)
        for worker in [worker for worker in self._workers if worker.pipe in ready]:
            self._receive_from(worker)

    def interrupt(self) -> None:
        """Send `STOP` to every worker, which ends its run as cancelled."""
        for worker in self._workers:
            with suppress(OSError):  # it has just ended
                worker.pipe.send(STOP)

    def end(self) -> None:
        """Wait for every worker to stop; one that does not is killed."""
        self.interrupt()
        for worker in self._workers:
            worker.process.join(STOP_TIMEOUT_S + 1)
            worker.process.kill()
            worker.process.join()
            worker.pipe.close()
        self._workers = []

    def _receive_from(self, worker: _Worker) -> None:
        try:
            while worker.pipe.poll():
                self._record(worker.pipe.recv())
        except (EOFError, ConnectionResetError):
            self._workers.remove(worker)
            worker.pipe.close()
            worker.process.join()
            if worker.process.exitcode:
                self._record(Failure(_exit_reason(worker)))


def _exit_reason(worker: _Worker) -> str:
    """How a worker ended that did not end by itself, and for which weeks."""
    code = worker.process.exitcode or 0
    how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
    return (
        f"The process for {name_weeks((worker.work[0][0], worker.work[-1][-1]))} {how}. "
        "Weeks it stored are kept; run the same command again for the rest."
    )


def _start(settings: Settings, options: Options, work: Chunks) -> _Worker:
    context = multiprocessing.get_context("fork") if FORKS else multiprocessing.get_context("spawn")
    first_end, worker_end = context.Pipe()
    inherited = first_end if FORKS else None
    process = context.Process(
        target=_run_worker,
        args=(worker_end, inherited, settings, options, work),
        name="wod-runs",
        daemon=True,
    )
    process.start()
    worker_end.close()
    return _Worker(process, first_end, work)


def _run_worker(
    pipe: Connection, inherited: Connection | None, settings: Settings, options: Options, work: Chunks
) -> None:
    """The body of a worker process. Signals are ignored: the first process receives them too and sends `STOP`.

    `inherited` is a forked copy of the other end of the pipe; while it is open, the pipe would never break.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if inherited:
        inherited.close()
    report = Report(options.counted, forward=pipe.send)
    try:
        with open_launcher(settings, options, report) as launcher:
            launcher.start(work)
            while launcher.running:
                if pipe.poll(POLL_INTERVAL_S):
                    pipe.recv()
                    launcher.stop()
                    return
    except EOFError:
        os._exit(1)  # the first process was killed: nothing may be tidied up or waited for
    except WodError as error:
        report.record(Failure(str(error)))
