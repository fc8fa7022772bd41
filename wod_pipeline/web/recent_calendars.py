"""The calendars made last, kept by all they depend on, within bounds of number and bytes.

A program's next request is answered from memory. The ETags of many more are kept: a program that has the calendar
already is told so though it is no longer in memory. Safe to use from many threads; of those that want the same
calendar, one makes it.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from wod_pipeline.web.etags import etag_of

MOST_CALENDARS, MOST_BYTES, MOST_ETAGS = 200, 32 * 2**20, 5_000
"""Calendars and their bytes, and ETags (of 100 bytes with their keys) kept at once."""


@dataclass
class RecentCalendars:
    """The calendars made last."""

    most: int = MOST_CALENDARS
    most_bytes: int = MOST_BYTES
    most_etags: int = MOST_ETAGS
    _bodies: OrderedDict[bytes, bytes] = field(default_factory=OrderedDict)
    _etags: OrderedDict[bytes, str] = field(default_factory=OrderedDict)
    _making: dict[bytes, threading.Lock] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _bytes: int = 0

    def etag(self, parts: object) -> str | None:
        """The ETag of the calendar made from `parts`, which have a complete `repr`; None when it is not known."""
        with self._lock:
            return self._etags.get(_key(parts))

    def get_or_make(self, parts: object, make: Callable[[], bytes]) -> tuple[bytes, str]:
        """The calendar made from `parts`, and its ETag."""
        key = _key(parts)
        with self._lock:
            making = self._making.setdefault(key, threading.Lock())
        with making:
            try:
                body = self._kept(key) or make()
                return body, self._keep(key, body)
            finally:
                with self._lock:
                    self._making.pop(key, None)

    def _kept(self, key: bytes) -> bytes | None:
        with self._lock:
            return self._bodies.get(key)

    def _keep(self, key: bytes, body: bytes) -> str:
        with self._lock:
            etag = self._etags.pop(key, None) or etag_of(body)
            self._etags[key] = etag
            self._bytes += len(body) - len(self._bodies.pop(key, b""))
            self._bodies[key] = body
            while len(self._bodies) > self.most or self._bytes > self.most_bytes:
                self._bytes -= len(self._bodies.popitem(last=False)[1])
            while len(self._etags) > self.most_etags:
                self._etags.popitem(last=False)
            return etag


def _key(parts: object) -> bytes:
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).digest()
