"""Trouble on purpose: what goes wrong between a site and its reader, seeded or on demand."""

from __future__ import annotations

import random
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from wod_pipeline_tests.servers.wordpress_site import Reply, as_page

MAINTENANCE_PAGE = (
    b"<!DOCTYPE html>\n<html><body>Briefly unavailable for scheduled maintenance.</body></html>\n"
)
DATABASE_PAGE = b"<!DOCTYPE html>\n<html><body>Error establishing a database connection</body></html>\n"
PORTAL_PAGE = b"<!DOCTYPE html>\n<html><body>Welcome to the gym's Wi-Fi. Please sign in.</body></html>\n"
NOTICE = b"<br />\n<b>Notice</b>:  Undefined index in <b>/srv/www/plugins/x.php</b> on line <b>12</b><br />\n"


class Fault(str, Enum):
    """What happens to an answer."""

    TOO_MANY = "429 with Retry-After"
    DATABASE_DOWN = "500 HTML"
    MAINTENANCE = "503 HTML with Retry-After"
    CUT_BODY = "fewer bytes than announced"
    CUT_SILENTLY = "half the body, no length announced"
    PORTAL = "200 with a page of HTML"
    NOTICE = "200 with HTML in front of the JSON"
    EMPTY = "200 with nothing"
    DELAY = "a pause before the answer"
    RESET = "the connection is reset"


REPLACED = {
    Fault.DATABASE_DOWN: as_page(500, DATABASE_PAGE),
    Fault.PORTAL: as_page(200, PORTAL_PAGE),
}


@dataclass
class Faults:
    """Which requests go wrong: a share of them at random, and the next ones asked for."""

    rate: float = 0.0
    seed: int = 1
    kinds: Sequence[Fault] = tuple(Fault)
    retry_after: str = "1"
    delay_s: float = 0.2

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._next: deque[Fault] = deque()
        self._lock = threading.Lock()

    def fail_next(self, *faults: Fault) -> None:
        """Let the next requests go wrong in these ways, one each."""
        self._next.extend(faults)

    def draw(self) -> Fault | None:
        """What goes wrong with this request, if anything."""
        with self._lock:
            if self._next:
                return self._next.popleft()
            return self._random.choice(self.kinds) if self._random.random() < self.rate else None

    def spoil(self, fault: Fault | None, reply: Reply) -> Reply:
        """The reply with the fault in it, as far as that is a matter of content."""
        waiting = {"Retry-After": self.retry_after}
        if fault is Fault.TOO_MANY:
            return replace(as_page(429, b"<html><body>Slow down.</body></html>"), headers=waiting)
        if fault is Fault.MAINTENANCE:
            return replace(as_page(503, MAINTENANCE_PAGE), headers=waiting)
        if fault is Fault.NOTICE:
            return replace(reply, body=NOTICE + reply.body)
        if fault is Fault.EMPTY:
            return replace(reply, body=b"")
        return REPLACED.get(fault, reply) if fault else reply
