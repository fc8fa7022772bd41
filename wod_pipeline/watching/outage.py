"""When to ask a failing site again, and when to alert people that it fails."""

from __future__ import annotations

import datetime as dt

import msgspec
from msgspec import Struct

from wod_pipeline.errors import SourceChallenged, SourceError
from wod_pipeline.pacing import doubled_s

LONGEST_PAUSE = dt.timedelta(hours=1)
"""Between two requests to a site that keeps failing: the first post after an outage is at most this late."""
GRACE_PERIOD = dt.timedelta(minutes=30)
"""How long a transient failure may last before people are told."""


class Outage(
    Struct,
    frozen=True,
    omit_defaults=True,
    rename={"retry_at": "next_try", "reason": "says", "transient": "passing", "notified": "told"},
):
    """A site that cannot be read. It is kept in a sensor's cursor, under the names that `rename` gives."""

    since: dt.datetime
    failures: int
    """How often it has been asked without success."""
    retry_at: dt.datetime
    """It is not asked before this time."""
    reason: str
    """What the newest failure said."""
    transient: bool = True
    """Whether waiting can clear the newest failure."""
    notified: bool = False
    """Whether people have been told."""
    challenged: bool = False
    """Whether the newest failure was a page of HTML, which is a refusal when it lasts."""
    fix: str = ""
    """What the newest failure said can be done about it."""

    @property
    def identifier(self) -> str:
        """What messages about this outage are deduplicated by: the same at every tick of the same outage."""
        return f"outage/{self.since.astimezone(dt.timezone.utc):%Y-%m-%dT%H:%MZ}"


def after_failure(
    now: dt.datetime, outage: Outage | None, error: SourceError, *, first_pause: dt.timedelta
) -> Outage:
    """The outage after one more failure; the pause before the next attempt doubles each time, up to an hour.

    The pause is not varied at random as a client's is: a single sensor asks, and a tick that is repeated must
    come to the same state.
    """
    failures = outage.failures + 1 if outage else 1
    pause_s = doubled_s(
        failures - 1, first_s=first_pause.total_seconds(), longest_s=LONGEST_PAUSE.total_seconds()
    )
    return Outage(
        since=outage.since if outage else now.replace(second=0, microsecond=0),
        failures=failures,
        retry_at=now + dt.timedelta(seconds=pause_s),
        reason=error.what,
        transient=error.rerun_helps,
        notified=bool(outage and outage.notified),
        challenged=isinstance(error, SourceChallenged),
        fix=error.fix,
    )


def is_message_due(now: dt.datetime, outage: Outage) -> bool:
    """Whether to alert people now: about a permanent failure at once, a transient one after the grace period."""
    return not outage.notified and (not outage.transient or _has_lasted(now, outage))


def is_refusal(now: dt.datetime, outage: Outage) -> bool:
    """Whether a page of HTML did not pass within the grace period: then the site refuses to be read."""
    return outage.challenged and _has_lasted(now, outage)


def _has_lasted(now: dt.datetime, outage: Outage) -> bool:
    return now - outage.since >= GRACE_PERIOD


def mark_notified(outage: Outage) -> Outage:
    """The outage once people have been told of it."""
    return msgspec.structs.replace(outage, notified=True)
