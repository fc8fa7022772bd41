"""One process of this machine at a time asks a site, with a pause between two: a lock that dies with its process.

The system releases such a lock when its process ends, also by ``kill -9``: whoever waits goes on at once. A slot of a
Dagster pool would stay taken. Machines without a common disk do not see each other's locks.
"""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from wod_pipeline.errors import SourceBusy
from wod_pipeline.wording import duration

LONGEST_WAIT_S = 3600.0
"""After this long a run gives up: even an archive on a slow site is fetched in less."""
REMINDER_S = 60.0
"""Time between two messages of one that waits."""
POLL_INTERVAL_S = 0.2
_LONGEST_NAME = 100
log = logging.getLogger(__name__)

Tell = Callable[[str], None]


class SiteLock:
    """The lock of a site, in a folder for the locks of all sites. It keeps `pause_s` between two holders."""

    def __init__(
        self,
        folder: Path,
        url: str,
        pause_s: float,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._site = urlsplit(url).netloc.rpartition("@")[2]
        name = re.sub(r"[^a-z0-9.-]", "_", self._site.lower())[:_LONGEST_NAME]
        self._path = folder / f"{name}.lock"
        self._holder = folder / f"{name}.holder"
        """Who holds the lock. Emptied on release, and so still filled when the holder was killed."""
        self._pause_s = pause_s
        self._sleep = sleep

    @contextmanager
    def hold(self, reader: str, tell: Tell, wait_s: float = LONGEST_WAIT_S) -> Iterator[None]:
        """Hold the lock as `reader`, a name for people; `tell` is called with whom one waits for, once a minute.

        Raises `SourceBusy` after `wait_s`. Where no lock can be made, `tell` is told so and the site is asked.
        """
        lock = FileLock(self._path)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._wait_for(lock, tell, wait_s)
        except OSError as error:
            why = error.strerror or error
            tell(f"{self._path} cannot be locked ({why}): others may ask {self._site} at the same time.")
        try:
            self._sleep(self._pause_left_s())
            self._write_holder(f"{reader} (process {os.getpid()})")
            yield
        finally:
            self._write_holder("")
            lock.release()

    def _wait_for(self, lock: FileLock, tell: Tell, wait_s: float) -> None:
        start, seconds = time.monotonic(), 0.0
        while True:
            with suppress(Timeout):
                lock.acquire(timeout=seconds, poll_interval=POLL_INTERVAL_S)
                return
            waited_s = time.monotonic() - start
            holder = self._read_holder() or "another process"
            waited = duration(round(waited_s))
            if waited_s >= wait_s:
                raise SourceBusy(f"{self._site} is asked by {holder}; gave up after {waited}.")
            tell(f"Waiting: {holder} asks {self._site}.")
            if seconds:  # long enough to be shown also where `tell` is not
                log.warning("Waiting for %s: %s asks %s.", waited, holder, self._site)
            seconds = min(REMINDER_S, wait_s - waited_s)

    def _pause_left_s(self) -> float:
        """What is left of the pause since the last holder; all of it when that one was killed, at an unknown time."""
        if self._read_holder():
            return self._pause_s
        with suppress(OSError):
            since_s = time.time() - self._holder.stat().st_mtime
            return min(max(self._pause_s - since_s, 0.0), self._pause_s)
        return 0.0

    def _read_holder(self) -> str:
        with suppress(OSError):
            return self._holder.read_text(encoding="utf-8", errors="replace").strip()
        return ""

    def _write_holder(self, text: str) -> None:
        with suppress(OSError):
            self._holder.write_text(text, encoding="utf-8")
