"""The item form of a session record: the same attributes under the same keys in every table. Pure.

An item is a plain dict of JSON values. Keys: ``date`` (HASH) and ``session`` (RANGE).

========================  ===========================  ==================================================
item                      ``date``                     ``session``
========================  ===========================  ==================================================
a session                 ``2020-12-21``               ``program/post_id/n``
… dated outside its week  ``2020-12-27``               ``program/post_id/n@2020-12-28`` (its week)
… without a date          ``undated#2020-12-21``       ``program/post_id/n``
what is known of a week   ``#weeks``                   ``2020-12-21`` (see `_week.Header`)
========================  ===========================  ==================================================

So no two weeks ever share a key, and only sessions carry a ``week`` attribute: the index on it lists nothing
else. A scan of the table must skip keys that start with ``#``.

Attributes are those of `SessionRecord`, with the text of each segment at the top level (``warm_up``,
``segment_a``, …), structured segments as maps and lists, absent values left out at every depth, and numbers
without a fraction as integers. ``record_sha256`` is the digest of the record, by which readers recognise it.
"""

from __future__ import annotations

import functools
import hashlib
import typing
from typing import Any

import msgspec

from wod_pipeline.errors import StorageCorrupt
from wod_pipeline.program import SessionRecord
from wod_pipeline.weeks import monday_of

Item = dict[str, Any]
Key = tuple[str, str]
"""An item's ``date`` and ``session``."""

WEEKS = "#weeks"
DIGEST = "record_sha256"
_PLAIN = {str, int, bool}
"""Types that stay as they are. Most values have one, so testing for them first saves a call each."""
_FIELDS = frozenset(SessionRecord.__struct_fields__)


def key_of(record: SessionRecord) -> Key:
    """The key a record is stored under: unique over all weeks."""
    if record.date is None:
        return f"undated#{record.week.isoformat()}", record.session
    if monday_of(record.date) != record.week:
        return record.date.isoformat(), f"{record.session}@{record.week.isoformat()}"
    return record.date.isoformat(), record.session


def as_item(record: SessionRecord, digest: str) -> Item:
    """The record as an item: what is absent is left out, segment texts are attributes of their own.

    `digest` is the record's `sha256_of`, which the week's header has as well.
    """
    item: Item = _present(msgspec.to_builtins(record))
    texts = item.pop("texts", {})
    clashing = {name: text for name, text in texts.items() if name in _FIELDS or name == DIGEST}
    item |= {name: text for name, text in texts.items() if name not in clashing}
    if clashing:
        item["texts"] = clashing
    item["date"], item["session"] = key_of(record)
    item[DIGEST] = digest
    return item


def record_from_item(item: Item) -> SessionRecord:
    """The record an item holds. Raises `StorageCorrupt` when it is none."""
    known = {name: value for name, value in item.items() if name in _FIELDS}
    texts = {name: value for name, value in item.items() if name not in _FIELDS and name != DIGEST}
    if texts:
        known["texts"] = {**texts, **known.get("texts", {})}
    if str(known.get("date", "")).startswith("undated#"):
        known["date"] = None
    try:
        record = msgspec.convert(_restored(known, SessionRecord), SessionRecord)
    except msgspec.ValidationError as error:
        where = f"date {item.get('date')!r}, session {item.get('session')!r}"
        raise StorageCorrupt(
            f"The stored session ({where}) cannot be read: {error}.", fix="Materialize its week again."
        ) from error
    if record.date and monday_of(record.date) != record.week:
        record.session = record.session.removesuffix(f"@{record.week.isoformat()}")
    return record


def idempotency_key(operation: str, identifier: str) -> str:
    """The ledger's key for a side effect: SHA-256, in hex, of operation and identifier as a JSON array."""
    return hashlib.sha256(msgspec.json.encode([operation, identifier])).hexdigest()


def _present(value: Any) -> Any:
    """The value without absent entries, tuples as lists, integral floats as integers."""
    if isinstance(value, dict):
        return {
            name: inner if type(inner) in _PLAIN else _present(inner)
            for name, inner in value.items()
            if inner is not None
        }
    if isinstance(value, (list, tuple)):
        return [inner if type(inner) in _PLAIN else _present(inner) for inner in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _restored(value: Item, shape: type) -> Item:
    """The value with absent entries back where its shape demands a null; changes nothing in place."""
    nulls, nested = _shape_of(shape)
    whole = {**nulls, **value}
    for name in nested.keys() & value.keys():
        child, inner = value[name], nested[name]
        if type(child) is dict:
            whole[name] = _restored(child, inner)
        elif type(child) is list:
            whole[name] = [_restored(one, inner) if type(one) is dict else one for one in child]
    return whole


@functools.cache
def _shape_of(shape: type) -> tuple[dict[str, None], dict[str, type]]:
    """Of a struct: a null for each name that must be written though it may be null, and its nested structs."""
    fields = msgspec.structs.fields(shape)
    nulls = {f.encode_name: None for f in fields if f.required and type(None) in typing.get_args(f.type)}
    structs = {f.encode_name: _struct_in(f.type) for f in fields}
    return nulls, {name: inner for name, inner in structs.items() if inner is not None}


def _struct_in(annotation: Any) -> type | None:
    """The struct an annotation is, lists or may be; None when there is none."""
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return annotation
    return next(filter(None, map(_struct_in, typing.get_args(annotation))), None)
