"""The looks at the site: when it was last read, for which weeks, and why it could not be. Pure.

They are kept in the lake by `storage.looks`; what they say of a week without a session is in `absence`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from enum import Enum
from operator import itemgetter

from msgspec import Struct

from wod_pipeline.errors import SourceError, SourceIncomplete, SourceMalformed, SourceRefused


class LookFailure(str, Enum):
    """Why the site could not be read: as much of it as anybody may know."""

    NO_ANSWER = "no_answer"
    INCOMPLETE = "incomplete"
    REFUSED = "refused"
    UNREADABLE = "unreadable"


_FAILURES: dict[type[SourceError], LookFailure] = {
    SourceIncomplete: LookFailure.INCOMPLETE,
    SourceRefused: LookFailure.REFUSED,
    SourceMalformed: LookFailure.UNREADABLE,
}


def failure_of(error: SourceError) -> LookFailure:
    """The kind of an error, without its text, which may name hosts and addresses."""
    return _FAILURES.get(type(error), LookFailure.NO_ANSWER)


class Look(Struct, frozen=True, omit_defaults=True):
    """When the site was last read with success, and when and why it last could not be read."""

    read_at: dt.datetime | None = None
    failed_at: dt.datetime | None = None
    failure: LookFailure | None = None

    @property
    def is_failing(self) -> bool:
        """Whether the newest look failed."""
        return self.failed_at is not None and (self.read_at is None or self.failed_at > self.read_at)


def newest_look(looks: Iterable[Look]) -> Look:
    """The newest success and the newest failure of several looks."""
    known = list(looks)
    read_at = max((look.read_at for look in known if look.read_at), default=None)
    failures = [(look.failed_at, look.failure) for look in known if look.failed_at]
    failed_at, failure = max(failures, key=itemgetter(0), default=(None, None))
    return Look(read_at, failed_at, failure)


class SiteLook(Struct, frozen=True, omit_defaults=True):
    """The newest look for new and edited posts of any week."""

    look: Look = Look()
    reads_from: dt.datetime | None = None
    """Every post published or edited from this moment on has been seen, or is by the next look with success."""
    found: dict[dt.date, dt.datetime] = {}
    """Weeks whose post was found but is not stored yet, and when it was found."""


class Looks(Struct, frozen=True, omit_defaults=True):
    """What is known of the looks at the site: those for new posts, and the last one at each week by itself.

    `weeks` holds only weeks without a post when last looked, and those that could not be looked at.
    """

    site: SiteLook = SiteLook()
    weeks: dict[dt.date, Look] = {}
