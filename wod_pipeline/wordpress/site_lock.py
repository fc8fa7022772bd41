"""One process at a time asks a site, with a pause between two: a lock that dies with its process.

The system releases such a lock when its process ends, also by ``kill -9``: whoever waits goes on at once. A slot of a
Dagster pool would stay taken. Machines without a common disk do not see each other's locks, nor do two data folders.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from wod_pipeline.errors import SourceBusy
from wod_pipeline.own_files import make_folder_inside, mode_of_file, open_own
from wod_pipeline.wording import elapsed

LONGEST_TURN_S = 3600.0
"""A run gives up after this long behind one holder: even an archive on a slow site is fetched in less."""
REMINDER_S = 60.0
"""Time between two messages of one that waits."""
POLL_INTERVAL_S = 0.2
_LONGEST_NAME = 100

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
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._site = urlsplit(url).netloc.rpartition("@")[2]
        name = re.sub(r"[^a-z0-9.-]", "_", self._site.lower())[:_LONGEST_NAME]
        self._path = folder / f"{name}.lock"
        self._next = folder / f"{name}.next"
        """Locked by the one who is next: a holder that comes again at once would be faster than one who polls."""
        self._holder = folder / f"{name}.holder"
        """Who holds the lock. Emptied on release, and so still filled when the holder was killed."""
        self._pause_s = pause_s
        self._sleep = sleep
        self._clock = clock

    @contextmanager
    def hold(
        self, reader: str, tell: Tell, wait_s: float | None = None, *, warn: Tell | None = None
    ) -> Iterator[None]:
        """Hold the lock as `reader`, a name for people.

        `tell` is called at once with whom one waits for; `warn`, by default the same, each minute after that, and
        where no lock can be made: then the site is asked without one. Raises `SourceBusy` after `wait_s`. If that is
        None one waits as long as the holders change, and gives up after `LONGEST_TURN_S` behind one.
        """
        warn = warn or tell
        lock = FileLock(self._path)
        try:
            make_folder_inside(self._path.parent)
            lock = self._file_lock(self._path)
            self._wait_for(lock, _Wait(wait_s, self._turn(), self._clock), tell, warn)
        except OSError as error:
            why = error.strerror or error
            warn(f"{self._path} cannot be locked ({why}): others may ask {self._site} at the same time.")
        try:
            pause_s = self._pause_left_s()
            self._write_holder(f"{reader} (process {os.getpid()})")
            self._sleep(pause_s)
            yield
        finally:
            self._write_holder("")
            lock.release()

    def _wait_for(self, lock: FileLock, wait: _Wait, tell: Tell, warn: Tell) -> None:
        """Take the lock, after those who came earlier; but for a minute at most, since one of them may be stopped."""
        line = self._file_lock(self._next)
        try:
            if _take(line, 0.0) and _take(lock, 0.0):
                return
            tell(f"Waiting: {self._reader()} asks {self._site}.")
            if not (line.is_locked or _take(line, wait.next_s)):
                self._remind(wait, warn)
            while not _take(lock, wait.next_s):
                self._remind(wait, warn)
        finally:
            line.release()

    def _remind(self, wait: _Wait, warn: Tell) -> None:
        wait.look(self._turn())
        waited = elapsed(wait.waited_s)
        if wait.left_s <= 0:
            raise SourceBusy(f"{self._site} is asked by {self._reader()}; gave up after {waited}.")
        warn(f"Waiting for {waited}: {self._reader()} asks {self._site}.")

    def _reader(self) -> str:
        return self._read_holder() or "another process"

    def _turn(self) -> int:
        """Changes when another takes the lock, or the same once more."""
        with suppress(OSError):
            return self._holder.stat().st_mtime_ns
        return 0

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
        with suppress(OSError), open(self._holder, "w", encoding="utf-8", opener=open_own) as file:
            file.write(text)

    def _file_lock(self, path: Path) -> FileLock:
        return FileLock(path, mode=mode_of_file(path.parent))


class _Wait:
    """How long one has waited: up to a limit, or if that is None, behind each holder up to `LONGEST_TURN_S`."""

    def __init__(self, limit_s: float | None, turn: int, clock: Callable[[], float]) -> None:
        self._limit_s = limit_s
        self._turn = turn
        self._clock = clock
        self._start = self._turn_start = clock()

    def look(self, turn: int) -> None:
        """Take note of whose turn it is."""
        if turn != self._turn:
            self._turn, self._turn_start = turn, self._clock()

    @property
    def waited_s(self) -> float:
        return self._clock() - self._start

    @property
    def left_s(self) -> float:
        """Until one gives up."""
        if self._limit_s is None:
            return LONGEST_TURN_S - (self._clock() - self._turn_start)
        return self._limit_s - self.waited_s

    @property
    def next_s(self) -> float:
        """Until the next message."""
        return max(min(REMINDER_S, self.left_s), 0.0)


def _take(lock: FileLock, wait_s: float) -> bool:
    with suppress(Timeout):
        lock.acquire(timeout=wait_s, poll_interval=POLL_INTERVAL_S)
    return lock.is_locked
