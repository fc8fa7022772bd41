"""Requests to one DynamoDB table: pages followed, batches cut to size, throttling waited out, errors in words.

Nothing here knows what the items mean. Every read is strongly consistent.
"""

from __future__ import annotations

import contextlib
import itertools
import uuid
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import botocore.exceptions as boto

from wod_pipeline.aws import PASSING, AwsFailure, code_of, in_words
from wod_pipeline.errors import StorageUnavailable
from wod_pipeline.pacing import backoff_s, batched
from wod_pipeline.storage._attributes import Attributes, item_from
from wod_pipeline.storage._items import Item, Key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TRANSACTION_ACTIONS = 100
TRANSACTION_BYTES = 4 * 1024 * 1024
_READ_BATCH = 100
_WRITE_BATCH = 25
_RETRIES = 7
_FIRST_WAIT_S = 0.05
_LONGEST_WAIT_S = 3.0
_CONDITION = {"ConditionalCheckFailed", "ConditionalCheckFailedException"}
_PASSING_REASONS = {"None", "ThrottlingError", "ProvisionedThroughputExceeded", "TransactionConflict"}


class Overtaken(Exception):  # noqa: N818 - not a failure: the caller looks again
    """A condition did not hold: somebody else has written meanwhile."""


class Requests:
    """Requests to `table`. `sleep` waits the given seconds between attempts."""

    def __init__(self, client: DynamoDBClient, table: str, sleep: Callable[[float], None]) -> None:
        self._client = client
        self._table = table
        self._sleep = sleep

    def pause(self, attempt: int) -> None:
        """Wait before the next attempt: longer each time, and never in step with others."""
        self._sleep(backoff_s(attempt, first_s=_FIRST_WAIT_S, longest_s=_LONGEST_WAIT_S))

    def call(self, operation: str, doing: str, **request: Any) -> dict[str, Any]:
        """Send a request until it is answered, within bounds.

        Raises `Overtaken` when a condition did not hold, else a `StorageError`.
        """
        for attempt in itertools.count():
            try:
                return dict(getattr(self._client, operation)(**request))
            except AwsFailure as error:
                if _CONDITION & _reasons(error):
                    raise Overtaken from error
                if attempt == _RETRIES or not _passes(error):
                    raise in_words(error, f"{doing} (table {self._table})") from error
            self.pause(attempt)
        raise AssertionError("unreachable")

    def get(self, key: Key) -> Item | None:
        """The item under `key`."""
        answer = self.call(
            "get_item", "An item could not be read", TableName=self._table, Key=_key(key), ConsistentRead=True
        )
        return item_from(answer["Item"]) if "Item" in answer else None

    def query(
        self, date: str, *, between: tuple[str, str] | None = None, descending: bool = False, **more: Any
    ) -> Iterator[Item]:
        """The items under one `date`, in order of their `session`, page after page."""
        condition, names, values = "#hash = :hash", {"#hash": "date"}, {":hash": {"S": date}}
        if between:
            condition += " AND #range BETWEEN :first AND :last"
            names["#range"] = "session"
            values |= {":first": {"S": between[0]}, ":last": {"S": between[1]}}
        request: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": condition,
            "ConsistentRead": True,
            "ScanIndexForward": not descending,
            **more,
            "ExpressionAttributeNames": names | more.get("ExpressionAttributeNames", {}),
            "ExpressionAttributeValues": values | more.get("ExpressionAttributeValues", {}),
        }
        while True:
            page = self.call("query", "Items could not be listed", **request)
            yield from map(item_from, page["Items"])
            if "LastEvaluatedKey" not in page:
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def get_all(self, keys: Iterable[Key]) -> dict[Key, Item]:
        """The items under many keys, each as of its own moment; missing ones are absent."""
        found: dict[Key, Item] = {}
        for batch in batched(map(_key, keys), _READ_BATCH):
            for items in self._repeated("batch_get_item", {"Keys": batch, "ConsistentRead": True}):
                found |= {(item["date"], item["session"]): item for item in map(item_from, items)}
        return found

    def put_all(self, items: Iterable[Attributes]) -> None:
        """Put many items, each alone."""
        self._write_all({"PutRequest": {"Item": item}} for item in items)

    def delete_all(self, keys: Iterable[Key]) -> None:
        """Delete many items, each alone."""
        self._write_all({"DeleteRequest": {"Key": _key(key)}} for key in keys)

    def transact(self, actions: list[dict[str, Any]], doing: str) -> None:
        """Do all actions or none. Sent again after a lost answer, they are not done twice."""
        self.call(
            "transact_write_items",
            doing,
            TransactItems=[
                {kind: {"TableName": self._table, **action}}
                for one in actions
                for kind, action in one.items()
            ],
            ClientRequestToken=str(uuid.uuid4()),
        )

    def prove_writable(self, item: Attributes) -> None:
        """Try to put an item on a condition that never holds: refused without the right, and never done."""
        with contextlib.suppress(Overtaken):
            self.call(
                "put_item",
                "The right to write could not be proved",
                TableName=self._table,
                Item=item,
                ConditionExpression="attribute_exists(#never)",
                ExpressionAttributeNames={"#never": "#never"},
            )

    def _write_all(self, requests: Iterable[dict[str, Any]]) -> None:
        for batch in batched(requests, _WRITE_BATCH):
            for _ in self._repeated("batch_write_item", batch):
                pass

    def _repeated(self, operation: str, batch: Any) -> Iterator[list[Attributes]]:
        """Send a batch, and what was left of it, until nothing is; yields what each answer holds."""
        left = "UnprocessedKeys" if operation == "batch_get_item" else "UnprocessedItems"
        pending = {self._table: batch}
        for attempt in range(_RETRIES):
            answer = self.call(operation, "Items could not be moved", RequestItems=pending)
            yield answer.get("Responses", {}).get(self._table, [])
            pending = answer.get(left) or {}
            if not pending:
                return
            self.pause(attempt)
        raise StorageUnavailable(f"Table {self._table} keeps putting off a part of each batch (throttling).")


def put(item: Attributes, **condition: Any) -> dict[str, Any]:
    """An action of a transaction: put the item."""
    return {"Put": {"Item": item, **condition}}


def delete(key: Key) -> dict[str, Any]:
    """An action of a transaction: delete the item, if it is there."""
    return {"Delete": {"Key": _key(key)}}


def check(key: Key, **condition: Any) -> dict[str, Any]:
    """An action of a transaction: go on only while a condition holds."""
    return {"ConditionCheck": {"Key": _key(key), **condition}}


def _key(key: Key) -> Attributes:
    return {"date": {"S": key[0]}, "session": {"S": key[1]}}


def _reasons(error: Exception) -> set[str]:
    """Why a request failed: its code, or each action's when a transaction was cancelled."""
    if isinstance(error, boto.ClientError) and code_of(error) == "TransactionCanceledException":
        return {reason.get("Code", "None") for reason in error.response.get("CancellationReasons", [])}
    return {code_of(error)}


def _passes(error: Exception) -> bool:
    reasons = _reasons(error)
    return bool(reasons) and (reasons <= _PASSING_REASONS or reasons <= PASSING)
