"""Every error this package raises on purpose, in one tree; nothing else belongs here.

Each leaf answers the first question of the person who reads it: can a rerun clear this? Programs read the answer
from the class (`rerun_helps`), people from the sentence at the end of the message. The sentence is written from
the class and never read back::

    WodError
    ├── SettingsError          permanent   a setting is missing or wrong (all problems at once)
    ├── SourceError
    │   ├── SourceUnavailable  transient   network, timeout, 429, 5xx, maintenance page
    │   ├── SourceIncomplete   transient   the pages did not add up to the announced total
    │   ├── SourceBusy         transient   another process asks the site, and the wait for it was too long
    │   ├── SourceChallenged   transient   a page of HTML instead of an answer, usually for seconds
    │   ├── SourceRefused      permanent   401, 403, other 4xx, a login that does not hold
    │   └── SourceMalformed    permanent   an answer (or file) other than a list of posts
    ├── StorageError
    │   ├── StorageUnavailable transient   disk full, database locked, throttling, network
    │   ├── StorageRefused     permanent   permission denied, no such bucket or table
    │   ├── NotStored          permanent   a week or object that was never written
    │   ├── StorageCorrupt     transient   an object or row that cannot be read back; a run makes it anew
    │   ├── ItemTooLarge       permanent   a week's list of sessions beyond the table's item limit
    │   ├── StaleRevision      permanent   an older revision of a post than the stored one
    │   ├── StillListed        permanent   a post to be dropped that the next run would bring back
    │   ├── WouldEmptyWeek     permanent   a week with sessions would be left without any
    │   └── UnsoundWeek        permanent   a week that breaks a claim which must hold before it is stored
    ├── AlertError             transient   a message could not be delivered
    └── AthleteFileError       permanent   the athlete file cannot be used as it is
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import ClassVar

RERUN_SENTENCES = {True: "A rerun can clear this.", False: "A rerun alone will not help."}
"""How the answer is worded at the end of every message."""
RERUN_HELPS = "rerun_helps"
"""The key under which a failed step's metadata hold the answer: true, false, or null when it is unknown."""

_LOGIN = re.compile(r"(?<=://)(?:[^\s/?#]*|[^\s/?#:@]*:(?![0-9]+/)[^\s@]*)@")
"""What stands before the host of an address; a password that is typed may hold a slash."""


def hide_logins(text: str) -> str:
    """The text with `[login]@` for the user and password of each address in it."""
    return _LOGIN.sub("[login]@", text) if "://" in text and "@" in text else text


class WodError(Exception):
    """Base of the tree. `what` says what happened and where, `fix` what to do about it."""

    rerun_helps: ClassVar[bool] = False
    """Whether running the same again, with nothing changed, can succeed."""

    def __init__(self, what: str, *, fix: str = "") -> None:
        self.what = hide_logins(what)
        self.fix = hide_logins(fix)
        super().__init__(self.what)  # with `fix`, which is by name only, the error could not be unpickled

    def __str__(self) -> str:
        what, *advice = (part for part in (self.what, self.fix, RERUN_SENTENCES[self.rerun_helps]) if part)
        below_a_list = "\n" if "\n" in what else " "
        return what + below_a_list + " ".join(advice)


def rerun_clears_all(errors: Iterable[BaseException]) -> bool | None:
    """Whether one rerun can clear all of these errors; None when that is unknown.

    One permanent error is enough for False. An error that is not ours says nothing about a rerun, so it makes
    the answer unknown unless a permanent one is among them.
    """
    answers = {error.rerun_helps if isinstance(error, WodError) else None for error in errors}
    if False in answers:
        return False
    return True if answers == {True} else None


class SettingsError(WodError):
    """A setting is missing or wrong."""


class SourceError(WodError):
    """The posts could not be read: *could not look*, never *nothing there*."""


class SourceUnavailable(SourceError):
    """The site did not answer, or answered with an error that usually passes: a timeout, 429, 5xx, maintenance."""

    rerun_helps = True


class SourceIncomplete(SourceError):
    """The site's pages did not add up to the number of posts it announced."""

    rerun_helps = True


class SourceBusy(SourceError):
    """Another process asks the site, and the wait for it was too long; nothing was asked."""

    rerun_helps = True


class SourceChallenged(SourceError):
    """A page of HTML came instead of an answer: a check for robots, a network login. Usually it passes in seconds."""

    rerun_helps = True


class SourceRefused(SourceError):
    """The site refused the request or the login."""


class SourceMalformed(SourceError):
    """The answer, or a file, is not a list of WordPress posts."""


class StorageError(WodError):
    """The lake, the table or the ledger could not do what was asked."""


class StorageUnavailable(StorageError):
    """The store cannot be used at the moment; what it held is unchanged."""

    rerun_helps = True


class StorageRefused(StorageError):
    """The store exists but denies the operation, or does not exist."""


class NotStored(StorageError):
    """What was asked for has never been written."""


class StorageCorrupt(StorageError):
    """What was read back is not what can have been written; running its week again makes it anew."""

    rerun_helps = True


class ItemTooLarge(StorageError):
    """The list of a week's sessions does not fit into one item of the table."""


class StaleRevision(StorageError):
    """The table holds a newer revision of the post."""


class StillListed(StorageError):
    """The post to be dropped is still on the site."""


class WouldEmptyWeek(StorageError):
    """Writing would leave a week without the sessions it has."""


class UnsoundWeek(StorageError):
    """The week breaks a claim that must hold before it is stored."""


class AlertError(WodError):
    """A message could not be delivered."""

    rerun_helps = True


class AthleteFileError(WodError):
    """The athlete file cannot be used as it is."""
