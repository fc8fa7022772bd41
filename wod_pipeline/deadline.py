"""The deadline of an exchange with a server: its sockets are shut down when its time is over.

A timeout of a socket is for the next bytes only: a server that sends a byte now and then, of a status line, of
headers, of the size of a chunk or of one `100 Continue` after another, would be waited for without end. So the
exchange has a timer, which shuts its sockets down: whatever waits for them then ends. Only the lookup of a name
cannot be ended; the resolver of the system bounds it. What an exchange is, and how a library's connections come
under it, stands in `wordpress/_connections.py` and `aws/_connections.py`.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Deadline:
    """Ends the connections of the exchange in progress when its time is over. One exchange at a time."""

    def __init__(self) -> None:
        self.is_over = False
        """Whether the last exchange was ended by its deadline."""
        self._lock = threading.Lock()
        self._watched: list[socket.socket] = []
        self._is_running = False
        self._ends_at = 0.0

    @contextmanager
    def running(self, seconds: float) -> Iterator[None]:
        """Within it, watched connections end when `seconds` have passed."""
        self.is_over, self._is_running = False, True
        self._ends_at = time.monotonic() + seconds
        timer = threading.Timer(seconds, self._end)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            with self._lock:
                self._is_running = False
                watched, self._watched = self._watched, []
            for each in watched:
                each.close()

    def at_most(self, seconds: float | None) -> float:
        """The seconds, or what is left of the exchange when that is less."""
        left = max(self._ends_at - time.monotonic(), 0.001)
        return left if seconds is None else min(seconds, left)

    def watch(self, connected: socket.socket) -> None:
        """Shut the socket down at the deadline, even when TLS has taken it over by then."""
        with self._lock:
            if not self._is_running:
                return
            # A second handle on the connection: TLS detaches the first.
            self._watched.append(socket.socket(fileno=os.dup(connected.fileno())))
            if self.is_over:
                _shut_down(self._watched[-1])

    def _end(self) -> None:
        with self._lock:
            if not self._is_running:
                return
            self.is_over = True
            for each in self._watched:
                _shut_down(each)


def _shut_down(connected: socket.socket) -> None:
    with suppress(OSError):  # it is closed already
        connected.shutdown(socket.SHUT_RDWR)
