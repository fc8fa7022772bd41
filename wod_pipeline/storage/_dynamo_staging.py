"""Writing a week to DynamoDB: in one transaction, or by way of a staging area when it is too large for one.

The way of a large week, each step safe to be killed after:

1. its new and changed sessions are copied to a staging area of their own, where nobody looks;
2. the header is replaced, on condition of its version: from here on the week *is* the new one, its changed
   sessions read from staging;
3. the sessions are put in their own places and vanished ones deleted, in transactions conditional on the header
   of step 2, so that somebody who was overtaken can do no harm;
4. the header is replaced again: everything is read from its own place;
5. the staging area is deleted.

Whoever next replaces a week that was left after step 2 does steps 3 to 5 first. What a kill leaves in staging
before step 2 or after step 4 is never read: items whose ``date`` starts with ``#staged#`` and that no header
names.
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
    Overtaken,
    Requests,
    check,
    delete,
    put,
)
from wod_pipeline.storage._items import WEEKS, Item, Key
from wod_pipeline.storage._week import Header, Plan, header_item

_KEY_BYTES = 2_048
"""What a delete or a check may count for in a transaction: the longest key."""

Action = tuple[dict[str, Any], int]
"""An action of a transaction and its size in bytes."""


class WeekWriter:
    """Carries out plans on the table behind `requests`."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests

    def carry_out(self, week: dt.date, plan: Plan) -> None:
        """Make the week what the plan says. Raises `Overtaken` when the stored week is no longer as planned."""
        if plan.header is None:
            return
        actions = [_put(item) for item in plan.puts] + [_delete(key) for key in plan.deletes]
        everything = [_replace_header(week, plan.header), *actions]
        if _fits(everything):
            self._transact(week, everything)
        else:
            self.settle(week, self._stage(week, plan, plan.header))

    def settle(self, week: dt.date, staged: Header) -> Header:
        """Steps 3 to 5: put what is staged in its own place; the header without staging."""
        copies = staged_items(self._requests, staged)
        actions = [_put(item) for item in copies.values()] + [_delete(key) for key in staged.leaving]
        for group in _groups(actions):
            self._transact(week, [_unchanged(week, staged.version), *group])
        settled = msgspec.structs.replace(
            staged, version=staged.version + 1, staged="", unsettled=[], leaving=[]
        )
        self._transact(week, [_replace_header(week, settled)])
        self._requests.delete_all((staged.staged, _staged_session(key)) for key in copies)
        return settled

    def _stage(self, week: dt.date, plan: Plan, header: Header) -> Header:
        """Steps 1 and 2."""
        area = f"#staged#{week}#{uuid.uuid4()}"
        keys = [(item["date"], item["session"]) for item in plan.puts]
        staged = msgspec.structs.replace(header, staged=area, unsettled=keys, leaving=plan.deletes)
        flip = _replace_header(week, staged)
        self._requests.put_all([_sized(_staged(area, item))[0] for item in plan.puts])
        try:
            self._transact(week, [flip])
        except Overtaken:
            self._requests.delete_all((area, _staged_session(key)) for key in keys)
            raise
        return staged

    def _transact(self, week: dt.date, actions: Iterable[Action]) -> None:
        self._requests.transact([action for action, _ in actions], f"Week {week} could not be replaced")


def staged_items(requests: Requests, header: Header) -> dict[Key, Item]:
    """The sessions that are read from a header's staging area, under their own keys."""
    copies = requests.get_all((header.staged, _staged_session(key)) for key in header.unsettled)
    return {(copy["item"]["date"], copy["item"]["session"]): copy["item"] for copy in copies.values()}


def _staged(area: str, item: Item) -> Item:
    """A copy without a ``week`` of its own, so that no index lists it."""
    return {"date": area, "session": _staged_session((item["date"], item["session"])), "item": item}


def _staged_session(key: Key) -> str:
    return "|".join(key)


def _put(item: Item) -> Action:
    attributes, size = _sized(item)
    return put(attributes), size


def _delete(key: Key) -> Action:
    return delete(key), _KEY_BYTES


def _replace_header(week: dt.date, header: Header) -> Action:
    """Put the header if its predecessor is the stored one."""
    attributes, size = _sized(header_item(week, header))
    if header.version == 1:
        first = "attribute_not_exists(#session)"
        return put(
            attributes, ConditionExpression=first, ExpressionAttributeNames={"#session": "session"}
        ), size
    return put(attributes, **_version_is(header.version - 1)), size


def _unchanged(week: dt.date, version: int) -> Action:
    return check((WEEKS, week.isoformat()), **_version_is(version)), _KEY_BYTES


def _version_is(version: int) -> dict[str, Any]:
    return {
        "ConditionExpression": "#version = :version",
        "ExpressionAttributeNames": {"#version": "version"},
        "ExpressionAttributeValues": {":version": {"N": str(version)}},
    }


def _sized(item: Item) -> tuple[Attributes, int]:
    """The item as attributes, with its size. Raises `ItemTooLarge` and `StorageRefused`, naming the session."""
    where = f"The session {item['session']!r} of {item['date']}"
    try:
        attributes = as_attributes(item)
    except ValueError as error:
        raise StorageRefused(f"{where} cannot be stored: {error}. Its week stays as it was.") from error
    size = size_of(attributes)
    if size > ITEM_BYTES:
        raise ItemTooLarge(
            f"{where} takes {size:,} bytes, more than the {ITEM_BYTES:,} DynamoDB allows an item. "
            "Its week stays as it was.",
            fix="Look at the post: a session of that size is usually a page pasted into it.",
        )
    return attributes, size


def _fits(actions: list[Action]) -> bool:
    return len(actions) <= TRANSACTION_ACTIONS and sum(size for _, size in actions) <= TRANSACTION_BYTES


def _groups(actions: list[Action]) -> Iterator[list[Action]]:
    """The actions in groups that fit into a transaction beside a check."""
    group: list[Action] = []
    for action in actions:
        if len(group) + 2 > TRANSACTION_ACTIONS or not _fits([*group, action, ({}, _KEY_BYTES)]):
            yield group
            group = []
        group.append(action)
    if group:
        yield group
