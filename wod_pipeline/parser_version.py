"""The parser's version: which reading of the notation made a stored value, and whether a newer one exists. Pure.

The code version of the assets from plain_text_posts to session_records is this number, and so is `parser` in a
week's stamps and in each record. Values stored before that existed have 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

PARSER_VERSION = 5
"""Raise it by one whenever the same raw post gives another value at plain_text_posts, daily_sessions,
segmented_exercises or session_records: weeks stored before are then stale. A test compares the fixtures' outputs with
those pinned under this version; CONTRIBUTING.md says how to renew them.
"""


class Stamped(Protocol):
    """Made by a version of the parser."""

    @property
    def parser(self) -> int:
        """That version; 0 when it is not known."""
        ...


class StampedRevision(Stamped, Protocol):
    """The same, of one revision of a post."""

    @property
    def post_id(self) -> int:
        """Which post."""
        ...

    @property
    def modified_gmt(self) -> str:
        """When the post was last modified."""
        ...

    @property
    def content_sha256(self) -> str:
        """The digest of its text."""
        ...


def is_read_anew(stored: Iterable[StampedRevision], now: Iterable[StampedRevision]) -> bool:
    """Whether both are the same revisions of the same posts, so that only the parser can make a difference."""
    before, after = (
        {(one.post_id, one.modified_gmt, one.content_sha256) for one in stamps} for stamps in (stored, now)
    )
    return before == after


def made_from(earlier: Stamped) -> int:
    """The version to note with what this parser makes of an earlier value: the older of both."""
    return min(earlier.parser, PARSER_VERSION)


def oldest_parser(made: Iterable[Stamped]) -> int:
    """The lowest version among those that made these; this program's when there are none."""
    return min((one.parser for one in made), default=PARSER_VERSION)


def is_stale(made: Iterable[Stamped]) -> bool:
    """Whether an older parser than this program's made any of these. What a newer one made is not stale."""
    return oldest_parser(made) < PARSER_VERSION
