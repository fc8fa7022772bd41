"""When to ask a failing site again, and when its failure is worth telling: back-off and grace as a value."""

from __future__ import annotations

import datetime as dt

import msgspec
from msgspec import Struct

LONGEST_PAUSE = dt.timedelta(hours=1)
GRACE = dt.timedelta(minutes=30)
"""How long a failure that may pass by itself is kept from people."""


class Outage(Struct, frozen=True, omit_defaults=True):
    """A site that does not answer: since when, how often it was asked, when to ask again, what it said."""

    since: dt.datetime
    failures: int
    next_try: dt.datetime
    says: str
    passing: bool = True
    """Whether it can pass by itself."""
    told: bool = False

    @property
    def identifier(self) -> str:
        """The same for the same outage, whenever it is told."""
        return f"outage/{self.since.astimezone(dt.timezone.utc):%Y-%m-%dT%H:%MZ}"


def failed(
    now: dt.datetime, before: Outage | None, says: str, *, passing: bool, first_pause: dt.timedelta
) -> Outage:
    """The outage after one more failure; the pause doubles each time."""
    failures = before.failures + 1 if before else 1
    pause = min(first_pause * 2 ** min(failures - 1, 10), LONGEST_PAUSE)
    return Outage(
        since=before.since if before else now.replace(second=0, microsecond=0),
        failures=failures,
        next_try=now + pause,
        says=says,
        passing=passing,
        told=bool(before and before.told),
    )


def is_worth_telling(now: dt.datetime, outage: Outage) -> bool:
    """Whether a person should hear of it now: at once when it cannot pass by itself, else after the grace."""
    return not outage.told and (not outage.passing or now - outage.since >= GRACE)


def told(outage: Outage) -> Outage:
    """The outage after a person has been told."""
    return msgspec.structs.replace(outage, told=True)
