"""Requests to one DynamoDB table: pages, batches, retries after throttling, errors in words.

What items mean belongs in `_items` and `_week`. Every read is strongly consistent.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import botocore.exceptions as boto

from wod_pipeline.aws import PASSING, AwsFailure, code_of, in_words
from wod_pipeline.errors import StorageUnavailable
from wod_pipeline.pacing import backoff_s, batched
from wod_pipeline.storage._attributes import Attributes, item_from
from wod_pipeline.storage._items import Item, Key, by_key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# DynamoDB's limits for TransactWriteItems, BatchGetItem and BatchWriteItem.
TRANSACTION_ACTIONS = 100
TRANSACTION_BYTES = 4 * 1024 * 1024
_READ_BATCH = 100
_WRITE_BATCH = 25
# In addition to the client's own retries: an on-demand table may throttle for longer while it scales up.
_RETRIES = 7
_FIRST_WAIT_S = 0.05
_LONGEST_WAIT_S = 3.0
"""See `backoff_s`. DynamoDB counts capacity by the second, so a throttled table may take requests again after one."""
_CONDITION_CODES = {"ConditionalCheckFailed", "ConditionalCheckFailedException"}
_TRANSIENT_REASONS = {"None", "ThrottlingError", "ProvisionedThroughputExceeded", "TransactionConflict"}
"""Reasons of a cancelled transaction that a retry can clear; actions that could have run have the reason "None"."""


class ConditionFailed(Exception):  # noqa: N818 - not an error: the caller reads again and retries
    """The condition of a write did not hold, since another writer changed the item first."""


class Requests:
    """Requests to `table`. `sleep` is called with the seconds to wait between attempts."""

    def __init__(self, client: DynamoDBClient, table: str, sleep: Callable[[float], None]) -> None:
        self._client = client
        self._table = table
        self._sleep = sleep

    def pause(self, attempt: int) -> None:
        """Wait before retry `attempt` (from 0), with exponential backoff and jitter."""
        self._sleep(backoff_s(attempt, first_s=_FIRST_WAIT_S, longest_s=_LONGEST_WAIT_S))

    def call(self, operation: str, what: str, **request: Any) -> dict[str, Any]:
        """Send a request, with retries while it fails transiently. `what` begins the message of a failure.

        Raises `ConditionFailed` when its condition did not hold, and `StorageError`.
        """
        attempt = 0
        while True:
            try:
                return dict(getattr(self._client, operation)(**request))
            except AwsFailure as error:
                if _CONDITION_CODES & _reasons(error):
                    raise ConditionFailed from error
                if attempt == _RETRIES or not _is_transient(error):
                    raise in_words(error, f"{what} (table {self._table})") from error
            self.pause(attempt)
            attempt += 1

    def get(self, key: Key) -> Item | None:
        """The item under `key`; None when there is none."""
        response = self.call(
            "get_item", "An item could not be read", TableName=self._table, Key=_key(key), ConsistentRead=True
        )
        return item_from(response["Item"]) if "Item" in response else None

    def query(
        self, date: str, *, between: tuple[str, str] | None = None, descending: bool = False, **more: Any
    ) -> Iterator[Item]:
        """The items under one `date`, sorted by `session`; all pages. `more` is added to the request."""
        # Names and values go through placeholders: `date` and `session` are reserved words of DynamoDB.
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
            if "Items" not in page:
                raise StorageUnavailable(
                    f"Table {self._table} answered a query without items: it was cut short."
                )
            yield from map(item_from, page["Items"])
            if "LastEvaluatedKey" not in page:
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def get_all(self, keys: Iterable[Key]) -> dict[Key, Item]:
        """The items under many keys, not read at one moment; missing ones are absent."""
        items: dict[Key, Item] = {}
        for batch in batched(map(_key, keys), _READ_BATCH):
            for response in self._send_batch("batch_get_item", {"Keys": batch, "ConsistentRead": True}):
                items |= by_key(map(item_from, response))
        return items

    def put_all(self, items: Iterable[Attributes]) -> None:
        """Put many items, not atomically."""
        self._write_all({"PutRequest": {"Item": item}} for item in items)

    def delete_all(self, keys: Iterable[Key]) -> None:
        """Delete many items, not atomically."""
        self._write_all({"DeleteRequest": {"Key": _key(key)}} for key in keys)

    def transact(self, actions: list[dict[str, Any]], what: str) -> None:
        """Execute all actions or none. `what` begins the message of a failure."""
        self.call(
            "transact_write_items",
            what,
            TransactItems=[
                {kind: {"TableName": self._table, **request}}
                for action in actions
                for kind, request in action.items()
            ],
            # Makes the transaction idempotent: after a lost response it is sent again, but not executed again.
            ClientRequestToken=str(uuid.uuid4()),
        )

    def verify_writable(self, item: Attributes) -> None:
        """Raise `StorageError` without write permission.

        Puts an item on a condition that never holds: DynamoDB checks the permission first and stores nothing.
        """
        with contextlib.suppress(ConditionFailed):
            self.call(
                "put_item",
                "Could not verify write permission",
                TableName=self._table,
                Item=item,
                ConditionExpression="attribute_exists(#never)",
                ExpressionAttributeNames={"#never": "#never"},
            )

    def _write_all(self, requests: Iterable[dict[str, Any]]) -> None:
        for batch in batched(requests, _WRITE_BATCH):
            for _ in self._send_batch("batch_write_item", batch):
                pass

    def _send_batch(self, operation: str, batch: Any) -> Iterator[list[Attributes]]:
        """Send a batch, then whatever DynamoDB left unprocessed; yields the items of each response."""
        reading = operation == "batch_get_item"
        what = f"Items could not be {'read' if reading else 'written'}"
        pending = {self._table: batch}
        for attempt in range(_RETRIES):
            response = self.call(operation, what, RequestItems=pending)
            yield response.get("Responses", {}).get(self._table, [])
            pending = response.get("UnprocessedKeys" if reading else "UnprocessedItems") or {}
            if not pending:
                return
            self.pause(attempt)
        raise StorageUnavailable(
            f"Table {self._table} left part of a batch unprocessed in {_RETRIES} attempts (throttling)."
        )


def put(item: Attributes, **condition: Any) -> dict[str, Any]:
    """An action of a transaction: put the item."""
    return {"Put": {"Item": item, **condition}}


def delete(key: Key) -> dict[str, Any]:
    """An action of a transaction: delete the item if it exists."""
    return {"Delete": {"Key": _key(key)}}


def check(key: Key, **condition: Any) -> dict[str, Any]:
    """An action of a transaction: cancel it unless the condition holds."""
    return {"ConditionCheck": {"Key": _key(key), **condition}}


def _key(key: Key) -> Attributes:
    return {"date": {"S": key[0]}, "session": {"S": key[1]}}


def _reasons(error: Exception) -> set[str]:
    """The code of a failed request, or the codes of all actions of a cancelled transaction."""
    if isinstance(error, boto.ClientError) and code_of(error) == "TransactionCanceledException":
        return {reason.get("Code", "None") for reason in error.response.get("CancellationReasons", [])}
    return {code_of(error)}


def _is_transient(error: Exception) -> bool:
    reasons = _reasons(error)
    return bool(reasons) and (reasons <= _TRANSIENT_REASONS or reasons <= PASSING)
