"""Conversion between session records and items: the same attributes and keys in DynamoDB and SQLite. Pure.

An item is a plain dict of JSON values. Its key is ``date`` (partition key) and ``session`` (sort key).

========================  ===========================  ==================================================
item                      ``date``                     ``session``
========================  ===========================  ==================================================
a session                 ``2020-12-21``               ``program/post_id/n``
… dated outside its week  ``2020-12-27``               ``program/post_id/n@2020-12-28`` (its week)
… without a date          ``undated#2020-12-21``       ``program/post_id/n``
the header of a week      ``#weeks``                   ``2020-12-21`` (see `_week.Header`)
========================  ===========================  ==================================================

So two weeks never share a key. Only sessions have a ``week`` attribute, so that the index on it lists nothing else.
A scan of the table must skip keys that start with ``#``.

The attributes are the fields of `SessionRecord`. The text of each segment is an attribute of its own (``warm_up``,
``segment_a``, …), structured segments are maps and lists, absent values are left out at every depth, and whole
numbers are integers. ``parser`` is text: version 0.1.0 takes an attribute that it does not know for a segment's text,
and a number there for corrupt. ``record_sha256`` is the digest of the record, which the week's header lists too.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import typing
from collections.abc import Iterable
from typing import Any

import msgspec

from wod_pipeline.errors import StorageCorrupt
from wod_pipeline.program import SessionRecord
from wod_pipeline.storage._older import name_slots
from wod_pipeline.weeks import monday_of

Item = dict[str, Any]
Key = tuple[str, str]
"""An item's ``date`` and ``session``."""

WEEKS = "#weeks"
"""The partition key of all headers."""
DIGEST = "record_sha256"
_PARSER = "parser"
_PLAIN = {str, int, bool}
"""Types that stay as they are. Most values have one, so testing for them first saves a call each."""
_FIELDS = frozenset(SessionRecord.__struct_fields__)


def item_key(record: SessionRecord) -> Key:
    """The key of a record, unique in the table."""
    if record.date is None:
        return f"undated#{record.week.isoformat()}", record.session
    if monday_of(record.date) != record.week:
        return record.date.isoformat(), f"{record.session}@{record.week.isoformat()}"
    return record.date.isoformat(), record.session


def by_key(items: Iterable[Item]) -> dict[Key, Item]:
    """The items under their keys."""
    return {(item["date"], item["session"]): item for item in items}


def as_item(record: SessionRecord, digest: str) -> Item:
    """The item of a record. `digest` is the record's `sha256_of`, which the week's header lists too."""
    item: Item = _without_nulls(msgspec.to_builtins(record))
    texts = item.pop("texts", {})
    # A segment named like a field of the record stays in `texts`, since the item can hold the name only once.
    clashing = {name: text for name, text in texts.items() if name in _FIELDS or name == DIGEST}
    item |= {name: text for name, text in texts.items() if name not in clashing}
    if clashing:
        item["texts"] = clashing
    item["date"], item["session"] = item_key(record)
    item[DIGEST] = digest
    if record.parser:
        item[_PARSER] = str(record.parser)
    return item


def record_from_item(item: Item) -> SessionRecord:
    """The record of an item. Raises `StorageCorrupt` when the item is not a valid record."""
    fields = {name: value for name, value in item.items() if name in _FIELDS}
    texts = {name: value for name, value in item.items() if name not in _FIELDS and name != DIGEST}
    if texts:
        fields["texts"] = {**texts, **fields.get("texts", {})}
    if str(fields.get("date", "")).startswith("undated#"):
        fields["date"] = None
    try:
        if _PARSER in fields:
            fields[_PARSER] = msgspec.convert(fields[_PARSER], int, strict=False)
        name_slots(fields.get("segments"))
        record = msgspec.convert(_with_nulls(fields, SessionRecord), SessionRecord)
    except msgspec.ValidationError as error:
        raise corrupt_item((str(item.get("date")), str(item.get("session"))), error) from error
    if record.date and monday_of(record.date) != record.week:
        record.session = record.session.removesuffix(f"@{record.week.isoformat()}")
    return record


def corrupt_item(key: Key, why: object) -> StorageCorrupt:
    """The error for an item of the table that cannot be read back."""
    if key[0] == WEEKS:
        return StorageCorrupt(
            f"The header of week {key[1]} in the session table cannot be read: {why}.",
            fix=f"Run the week again, which writes it anew: wod materialize --week {key[1]}."
            if _is_day(key[1])
            else "It belongs to no week, and another program wrote it: delete it.",
        )
    day = key[0] if _is_day(key[0]) else "DATE"
    return StorageCorrupt(
        f"The stored session (date {key[0]!r}, session {key[1]!r}) cannot be read: {why}.",
        fix=f"Run its week again, which writes it anew: wod materialize --week {day}.",
    )


def _is_day(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def idempotency_key(operation: str, identifier: str) -> str:
    """The ledger's key for a side effect: the SHA-256 of operation and identifier as a JSON array, in hex."""
    return hashlib.sha256(msgspec.json.encode([operation, identifier])).hexdigest()


def _without_nulls(value: Any) -> Any:
    """The value without nulls, with tuples as lists and whole floats as integers."""
    if isinstance(value, dict):
        return {
            name: inner if type(inner) in _PLAIN else _without_nulls(inner)
            for name, inner in value.items()
            if inner is not None
        }
    if isinstance(value, (list, tuple)):
        return [inner if type(inner) in _PLAIN else _without_nulls(inner) for inner in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _with_nulls(value: Item, struct: type) -> Item:
    """A copy of the value with the nulls that `struct` requires, at every depth: the inverse of `_without_nulls`."""
    nulls, nested = _required_nulls(struct)
    complete = {**nulls, **value}
    for name, inner in nested:
        child = value.get(name)
        if type(child) is dict:
            complete[name] = _with_nulls(child, inner)
        elif type(child) is list:
            complete[name] = [_with_nulls(one, inner) if type(one) is dict else one for one in child]
    return complete


@functools.cache
def _required_nulls(struct: type) -> tuple[dict[str, None], tuple[tuple[str, type], ...]]:
    """The required fields of a struct that may be null, each with None; and the struct in each field that has some.

    A field without any at any depth, such as a record's many lines, is not named: nothing is missing there.
    """
    fields = msgspec.structs.fields(struct)
    nulls = {f.encode_name: None for f in fields if f.required and type(None) in typing.get_args(f.type)}
    structs = ((f.encode_name, _struct_in(f.type)) for f in fields)
    return nulls, tuple((name, inner) for name, inner in structs if inner and any(_required_nulls(inner)))


def _struct_in(annotation: Any) -> type | None:
    """The struct in a type annotation, which may be a list or a union of it; None if there is none."""
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return annotation
    return next(filter(None, map(_struct_in, typing.get_args(annotation))), None)
