"""What a source of posts is, and how JSON becomes a `RawPost`: what every source shares.

No network and no files here; what a post means is the parser's business.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any, Protocol

import msgspec

from wod_pipeline.errors import SourceMalformed
from wod_pipeline.program import RawPost


class PostSource(Protocol):
    """A place that publishes posts. Every method answers completely or raises a `SourceError`."""

    @property
    def name(self) -> str:
        """What people call it: ``sample``, ``folder <path>`` or ``https://…``."""
        ...

    def fetch_published(self, first: dt.date, last: dt.date) -> list[RawPost]:
        """All posts whose site-local publication day lies in `[first, last]`."""
        ...

    def fetch_modified(self, since: dt.datetime) -> list[RawPost]:
        """All posts edited at `since` or later; a `since` without zone is UTC."""
        ...

    def fetch_ids(self, ids: Collection[int]) -> list[RawPost]:
        """Those of the posts that the source lists (still, and in its category)."""
        ...

    def list_ids(self) -> set[int]:
        """The id of every post listed, cheaply: what is stored but not here was deleted or hidden."""
        ...

    def check(self) -> str:
        """Ask once, cheaply, and say in a sentence what answered."""
        ...


def read_posts(value: object, where: str) -> list[RawPost]:
    """The posts of a decoded JSON list; `where` names it in errors. Raises `SourceMalformed`."""
    if not isinstance(value, list):
        raise SourceMalformed(f"{where} is {_kind_of(value)} where a list of posts was expected.")
    return [read_post(item, f"{where}, post {n}") for n, item in enumerate(value, start=1)]


def read_post(value: object, where: str) -> RawPost:
    """One post of decoded JSON: unknown fields are left, absent or null ones get their default."""
    if not isinstance(value, dict):
        raise SourceMalformed(f"{where} is {_kind_of(value)} where a post was expected.")
    if type(value.get("id")) is not int:
        raise SourceMalformed(f"{where} has no id.")
    fields = {name: value[name] for name in RawPost.__struct_fields__ if name in value}
    try:
        return msgspec.convert(_tidied(fields), RawPost)
    except msgspec.ValidationError as e:
        raise SourceMalformed(
            f"{where} (id {value['id']}) has another shape than a WordPress post: {e}."
        ) from e


def parse_time(text: str) -> dt.datetime | None:
    """A WordPress time, without zone as received; None where it cannot be read (``0000-00-00T00:00:00``)."""
    try:
        return dt.datetime.fromisoformat(text.strip().removesuffix("Z")).replace(tzinfo=None)
    except ValueError:
        return None


def as_day(value: dt.date) -> dt.date:
    """The day of a date or a date with time."""
    return value.date() if isinstance(value, dt.datetime) else value


def as_utc(value: dt.datetime) -> dt.datetime:
    """The instant in UTC, in whole seconds and without zone, as WordPress writes `modified_gmt`."""
    utc = value.astimezone(dt.timezone.utc) if value.tzinfo else value
    return utc.replace(tzinfo=None, microsecond=0)


def was_modified_since(post: RawPost, since: dt.datetime) -> bool:
    """Whether a post may have been edited at `since` (UTC, no zone) or later; an unreadable time may be."""
    modified = parse_time(post.modified_gmt)
    return modified is None or modified >= since


def _tidied(value: Any) -> Any:
    """Without nulls, and with ``?`` for half a character (a lone surrogate), which nothing can store."""
    if isinstance(value, dict):
        return {k: _tidied(v) for k, v in value.items() if v is not None}
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _kind_of(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a text", type(None): "null", bool: "true or false"}
    return names.get(type(value), "a number")
