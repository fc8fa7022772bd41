"""Writing a week to DynamoDB: in one transaction, or through a staging area if it is too large for one.

A large week is written in five steps; the process may be killed after any of them:

1. The new and changed sessions are copied to a new staging area, which no header refers to yet.
2. The header is replaced, on the condition of its version. From now on readers see the new week; its new and
   changed sessions are read from the staging area.
3. These sessions are put under their own keys and obsolete ones deleted, in transactions on the condition that the
   header is that of step 2. So a writer that has been overtaken cannot damage a newer week.
4. The header is replaced again: all sessions are read from their own keys.
5. The staging area is deleted.

A writer that finds a week left after step 2 or 3 finishes it first (steps 3 to 5). Copies left by a kill before
step 2 or after step 4 are never read: their ``date`` starts with ``#staged#``, and no header refers to them.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from wod_pipeline.errors import ItemTooLarge, StorageRefused
from wod_pipeline.storage._attributes import ITEM_BYTES, Attributes, as_attributes, size_of
from wod_pipeline.storage._dynamo_requests import (
    TRANSACTION_ACTIONS,
    TRANSACTION_BYTES,
    ConditionFailed,
    Requests,
    check,
    delete,
    put,
)
from wod_pipeline.storage._items import WEEKS, Item, Key, by_key
from wod_pipeline.storage._week import Header, Plan, header_item

_KEY_BYTES = 2_048
"""Size counted for a delete or a condition check, which send only a key and a version: more than they ever need."""

Action = tuple[dict[str, Any], int]
"""An action of a transaction and its size in bytes."""


class WeekWriter:
    """Writes the plans for weeks with `requests`."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests

    def carry_out(self, week: dt.date, plan: Plan) -> None:
        """Write the plan. Raises `ConditionFailed` when the stored week is not the one it was made for any more."""
        if plan.header is None:
            return
        actions = [_put(item) for item in plan.puts] + [_delete(key) for key in plan.deletes]
        everything = [_replace_header(week, plan.header), *actions]
        if _fits_transaction(everything):
            self._transact(week, everything)
        else:
            self.finish_staged(week, self._stage(week, plan, plan.header))

    def finish_staged(self, week: dt.date, staged: Header) -> Header:
        """Steps 3 to 5: move the staged sessions to their own keys. Returns the header of step 4."""
        copies = staged_items(self._requests, staged)
        actions = [_put(item) for item in copies.values()] + [_delete(key) for key in staged.leaving]
        for group in _transaction_groups(actions):
            self._transact(week, [_check_version(week, staged.version), *group])
        finished = msgspec.structs.replace(
            staged, version=staged.version + 1, staged="", unsettled=[], leaving=[]
        )
        self._transact(week, [_replace_header(week, finished)])
        self._requests.delete_all((staged.staged, _staging_session(key)) for key in copies)
        return finished

    def _stage(self, week: dt.date, plan: Plan, header: Header) -> Header:
        """Steps 1 and 2. Returns the header of step 2."""
        area = f"#staged#{week}#{uuid.uuid4()}"
        keys = list(by_key(plan.puts))
        staged = msgspec.structs.replace(header, staged=area, unsettled=keys, leaving=plan.deletes)
        replace_header = _replace_header(week, staged)
        # A list, so that a session too large is refused before any copy is sent.
        self._requests.put_all([_with_size(_staging_copy(area, item))[0] for item in plan.puts])
        try:
            self._transact(week, [replace_header])
        except ConditionFailed:
            self._requests.delete_all((area, _staging_session(key)) for key in keys)
            raise
        return staged

    def _transact(self, week: dt.date, actions: Iterable[Action]) -> None:
        self._requests.transact([action for action, _ in actions], f"Week {week} could not be replaced")


def staged_items(requests: Requests, header: Header) -> dict[Key, Item]:
    """The sessions in a header's staging area, under their own keys."""
    copies = requests.get_all((header.staged, _staging_session(key)) for key in header.unsettled)
    return by_key(copy["item"] for copy in copies.values())


def _staging_copy(area: str, item: Item) -> Item:
    """A copy without a ``week`` attribute, so that the index on it does not list the session twice."""
    return {"date": area, "session": _staging_session((item["date"], item["session"])), "item": item}


def _staging_session(key: Key) -> str:
    """The sort key of a session's copy."""
    return "|".join(key)


def _put(item: Item) -> Action:
    attributes, size = _with_size(item)
    return put(attributes), size


def _delete(key: Key) -> Action:
    return delete(key), _KEY_BYTES


def _replace_header(week: dt.date, header: Header) -> Action:
    """Put the header on the condition that the stored one is its predecessor."""
    attributes, size = _with_size(header_item(week, header))
    return put(attributes, **_version_condition(header.version - 1)), size


def _check_version(week: dt.date, version: int) -> Action:
    return check((WEEKS, week.isoformat()), **_version_condition(version)), _KEY_BYTES


def _version_condition(version: int) -> dict[str, Any]:
    """The condition that the stored header has this version; 0 means that there is no header."""
    if version == 0:
        return {
            "ConditionExpression": "attribute_not_exists(#session)",
            "ExpressionAttributeNames": {"#session": "session"},
        }
    return {
        "ConditionExpression": "#version = :version",
        "ExpressionAttributeNames": {"#version": "version"},
        "ExpressionAttributeValues": {":version": {"N": str(version)}},
    }


def _with_size(item: Item) -> tuple[Attributes, int]:
    """The item as attribute values, and its size in bytes. Raises `ItemTooLarge` and `StorageRefused`."""
    if item["date"] == WEEKS:
        session = f"Week {item['session']}: the list of its sessions and posts"
    else:
        session = f"The session {item['session']!r} of {item['date']}"
    try:
        attributes = as_attributes(item)
    except ValueError as error:
        raise StorageRefused(f"{session} cannot be stored: {error}. Its week is unchanged.") from error
    size = size_of(attributes)
    if size > ITEM_BYTES:
        raise ItemTooLarge(
            f"{session} takes {size:,} bytes, more than the {ITEM_BYTES:,} bytes that DynamoDB allows for an "
            "item. Its week is unchanged.",
            fix="Look at the posts: something other than training was pasted into them.",
        )
    return attributes, size


def _fits_transaction(actions: list[Action]) -> bool:
    return len(actions) <= TRANSACTION_ACTIONS and sum(size for _, size in actions) <= TRANSACTION_BYTES


def _transaction_groups(actions: list[Action]) -> Iterator[list[Action]]:
    """The actions in groups that fit into one transaction together with a condition check."""
    group: list[Action] = []
    for action in actions:
        # 2: this action and the condition check.
        if len(group) + 2 > TRANSACTION_ACTIONS or not _fits_transaction([*group, action, ({}, _KEY_BYTES)]):
            yield group
            group = []
        group.append(action)
    if group:
        yield group
