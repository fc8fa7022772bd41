"""The protocol of a source of posts, and what every source shares: JSON to `RawPost`, and WordPress's times.

No network and no files here; the parser interprets what a post says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any, Protocol

import msgspec

from wod_pipeline.errors import SourceMalformed
from wod_pipeline.program import RawPost


class PostSource(Protocol):
    """A place that publishes posts. Every method returns the complete result or raises a `SourceError`."""

    @property
    def name(self) -> str:
        """The source's name for people: ``sample``, ``folder <path>`` or ``https://…``."""
        ...

    def fetch_published(self, first: dt.date, last: dt.date) -> list[RawPost]:
        """All posts published on a site-local day in `[first, last]`."""
        ...

    def fetch_modified(self, since: dt.datetime) -> list[RawPost]:
        """All posts edited at `since` or later; a `since` without zone is UTC."""
        ...

    def fetch_ids(self, ids: Collection[int]) -> list[RawPost]:
        """The posts with these ids that the source still lists in its category."""
        ...

    def list_ids(self) -> set[int]:
        """The id of every post listed, without its contents; a stored post not among them was deleted or hidden."""
        ...

    def check(self) -> str:
        """Make one small request and describe the source in a sentence."""
        ...


def decode_posts(value: object, where: str) -> list[RawPost]:
    """The posts of a decoded JSON list; `where` names the list in errors. Raises `SourceMalformed`."""
    if not isinstance(value, list):
        raise SourceMalformed(f"{where} is {_type_name(value)} instead of a list of posts.")
    return [decode_post(item, f"{where}, post {n}") for n, item in enumerate(value, start=1)]


def decode_post(value: object, where: str) -> RawPost:
    """One post of decoded JSON: unknown fields are ignored, absent and null ones get their default.

    Raises `SourceMalformed`.
    """
    if not isinstance(value, dict):
        raise SourceMalformed(f"{where} is {_type_name(value)} instead of a post.")
    if type(value.get("id")) is not int:
        raise SourceMalformed(f"{where} has no id.")
    fields = {name: value[name] for name in RawPost.__struct_fields__ if name in value}
    try:
        return msgspec.convert(_storable(fields), RawPost)
    except msgspec.ValidationError as e:
        raise SourceMalformed(
            f"{where} (id {value['id']}) does not have the fields of a WordPress post: {e}."
        ) from e


def as_utc(value: dt.datetime) -> dt.datetime:
    """The moment in UTC, in whole seconds and without zone, as WordPress writes `modified_gmt`."""
    utc = value.astimezone(dt.timezone.utc) if value.tzinfo else value
    return utc.replace(tzinfo=None, microsecond=0)


def _storable(value: Any) -> Any:
    """The value without nulls, and with ``?`` for each lone surrogate, which UTF-8 cannot encode."""
    if isinstance(value, dict):
        return {k: _storable(v) for k, v in value.items() if v is not None}
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _type_name(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a string", type(None): "null", bool: "a boolean"}
    return names.get(type(value), "a number")
