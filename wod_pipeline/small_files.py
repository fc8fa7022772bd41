"""Reading small files that people write: no more of them than a bound, and no waiting for ever."""

from __future__ import annotations

import errno
import os
import select
import stat
from pathlib import Path

WAIT_S = 5.0
"""How long a pipe may stay silent; password managers write a file of secrets into one when it is opened."""


def read_start(path: Path, most: int) -> bytes:
    """At most `most` bytes from the start of a file, or of what is written into a pipe of that name.

    Raises `OSError`, a `TimeoutError` when nobody writes into the pipe.
    """
    with open(path, "rb", buffering=0, opener=_open_without_waiting) as file:
        piped = stat.S_ISFIFO(os.fstat(file.fileno()).st_mode)
        data = bytearray()
        while len(data) < most:
            if piped and not select.select([file], [], [], WAIT_S)[0]:
                raise TimeoutError(errno.ETIMEDOUT, "it is a pipe into which nothing is written", str(path))
            if not (more := file.read(most - len(data))):
                break
            data += more
    return bytes(data)


def _open_without_waiting(path: str, flags: int) -> int:
    """Opening a pipe would wait for its writer."""
    return os.open(path, flags | os.O_NONBLOCK)
