"""The session table and the ledger in DynamoDB.

A week is its header and the sessions the header lists (see `_items` for the keys). Replacing it is one
transaction, conditional on the version of the header it was planned against: whoever is overtaken looks again,
and then finds itself stale, or right, or with nothing left to do. A week of more than a transaction holds goes
through a staging area (`_dynamo_staging`).

Reading takes no transaction: a header says by digest what its sessions are, so a reader recognises a mixture and
reads again. Nothing here uses the index on ``week``, whose reads lag; it is there for other tools.
"""

from __future__ import annotations

import datetime as dt
import itertools
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from wod_pipeline.errors import StorageCorrupt, StorageUnavailable
from wod_pipeline.pacing import batched
from wod_pipeline.program import SessionRecord, WeekRecords
from wod_pipeline.storage import StoredWeek, WeekChange
from wod_pipeline.storage._dynamo_requests import Overtaken, Requests
from wod_pipeline.storage._dynamo_staging import WeekWriter, staged_items
from wod_pipeline.storage._items import WEEKS, Item, Key, idempotency_key, record_from_item
from wod_pipeline.storage._week import (
    Header,
    assemble,
    header_from_item,
    in_order,
    plan_replacement,
    stored_week,
)
from wod_pipeline.storage._workers import all_of, each
from wod_pipeline.weeks import WEEK, monday_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_WORKERS = 8
_ATTEMPTS = 12
_WEEKS_A_READ = 12
_FACTS: dict[str, Any] = {
    "ProjectionExpression": "#range, #outcome, #posts, #version, #count",
    "ExpressionAttributeNames": {
        "#range": "session",
        "#outcome": "outcome",
        "#posts": "posts",
        "#version": "version",
        "#count": "count",
    },
}


class DynamoSessionTable:
    """Session records in `table`. `sleep` is waited with between attempts."""

    def __init__(
        self, client: DynamoDBClient, table: str, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._table = table
        self._requests = Requests(client, table, sleep)
        self._writer = WeekWriter(self._requests)

    def replace_week(self, value: WeekRecords, *, allow_empty: bool = False) -> WeekChange:
        for attempt in range(_ATTEMPTS):
            stored = self._header(value.week)
            try:
                if stored is not None and stored.staged:
                    stored = self._writer.settle(value.week, stored)
                plan = plan_replacement(stored, value, allow_empty=allow_empty)
                self._writer.carry_out(value.week, plan)
            except Overtaken:
                self._requests.pause(attempt)
            else:
                return plan.change
        raise StorageUnavailable(f"Week {value.week} could not be replaced: others keep replacing it.")

    def replace_weeks(
        self, values: Iterable[WeekRecords], *, allow_empty: bool = False
    ) -> dict[dt.date, WeekChange | Exception]:
        def replace(value: WeekRecords) -> WeekChange:
            return self.replace_week(value, allow_empty=allow_empty)

        return {value.week: outcome for value, outcome in each(replace, values, workers=_WORKERS)}

    def read_week(self, week: dt.date) -> WeekRecords | None:
        seen = 0
        for attempt in range(_ATTEMPTS):
            header = self._header(week)
            if header is None:
                return None
            value = assemble(week, header, self._sessions([(week, header)]))
            if value is not None:
                return value
            if header.version == seen:
                break  # nothing was replaced between the two looks, so this is no mixture
            seen = header.version
            self._requests.pause(attempt)
        else:
            raise StorageUnavailable(
                f"Week {week} could not be read whole: it is being replaced all the time."
            )
        raise StorageCorrupt(
            f"Week {week} in table {self._table} is not whole: something else has written to it.",
            fix=f"Delete the item ('{WEEKS}', '{week}') and materialize the week again.",
        )

    def read_weeks(self, first: dt.date, last: dt.date) -> Iterator[WeekRecords]:
        chunks = batched(self._headers(first, last), _WEEKS_A_READ)
        for _, outcome in each(self._read_chunk, chunks, workers=_WORKERS):
            if isinstance(outcome, Exception):
                raise outcome
            yield from outcome

    def read_dates(self, first: dt.date, last: dt.date) -> list[SessionRecord]:
        days = {(first + dt.timedelta(n)).isoformat() for n in range((last - first).days + 1)}
        found = all_of(lambda day: list(self._requests.query(day)), days, workers=_WORKERS)
        by_week: dict[str, dict[Key, Item]] = {}
        for item in itertools.chain.from_iterable(found):
            by_week.setdefault(item["week"], {})[item["date"], item["session"]] = item
        near = self._headers(monday_of(first) - WEEK, monday_of(last) + WEEK)
        headers = {week.isoformat(): header for week, header in near}
        records = (
            self._dated(dt.date.fromisoformat(week), headers.get(week), by_week.get(week, {}), days)
            for week in {*by_week, *headers}
        )
        return in_order(list(itertools.chain.from_iterable(records)))

    def weeks(self) -> list[StoredWeek]:
        return [stored_week(item) for item in self._requests.query(WEEKS, descending=True, **_FACTS)]

    def newest_week(self) -> StoredWeek | None:
        newest_first = self._requests.query(
            WEEKS,
            descending=True,
            Limit=8,
            FilterExpression="#count > :none",
            ExpressionAttributeValues={":none": {"N": "0"}},
            **_FACTS,
        )
        return next(map(stored_week, newest_first), None)

    def check(self) -> str:
        newest = self.newest_week()
        self._requests.prove_writable({"date": {"S": "#check"}, "session": {"S": "#check"}})
        what = f"its newest week with sessions is {newest.week}" if newest else "it holds no session yet"
        return f"table {self._table} can be read and written; {what}"

    def _header(self, week: dt.date) -> Header | None:
        item = self._requests.get((WEEKS, week.isoformat()))
        return header_from_item(item) if item else None

    def _headers(self, first: dt.date, last: dt.date) -> Iterator[tuple[dt.date, Header]]:
        for item in self._requests.query(WEEKS, between=(first.isoformat(), last.isoformat())):
            yield dt.date.fromisoformat(item["session"]), header_from_item(item)

    def _sessions(self, headers: list[tuple[dt.date, Header]]) -> dict[Key, Item]:
        """The items the headers list: those in staging from there, the others from their own place."""
        keys = {entry.key for _, header in headers for entry in header.sessions}
        staged: dict[Key, Item] = {}
        for _, header in headers:
            if header.staged:
                staged |= staged_items(self._requests, header)
        return self._requests.get_all(keys - staged.keys()) | staged

    def _read_chunk(self, headers: list[tuple[dt.date, Header]]) -> list[WeekRecords]:
        """Several weeks in few requests; one that was replaced meanwhile is read again alone."""
        items = self._sessions(headers)
        values = [assemble(week, header, items) or self.read_week(week) for week, header in headers]
        return [value for value in values if value is not None]

    def _dated(
        self, week: dt.date, header: Header | None, items: dict[Key, Item], days: set[str]
    ) -> list[SessionRecord]:
        """A week's sessions of the given days: `items` when they are what its header lists, else read anew."""
        listed = {entry.key: entry.sha256 for entry in header.sessions} if header else {}
        wanted = {key: digest for key, digest in listed.items() if key[0] in days}
        if (
            header
            and not header.staged
            and wanted == {key: item["record_sha256"] for key, item in items.items()}
        ):
            return [record_from_item(item) for item in items.values()]
        value = self.read_week(week)
        records = value.records if value else []
        return [record for record in records if record.date and record.date.isoformat() in days]


class DynamoLedger:
    """Done-once marks in `table`; DynamoDB removes expired ones by their ``ttl``."""

    def __init__(
        self,
        client: DynamoDBClient,
        table: str,
        *,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._table = table
        self._now = now
        self._requests = Requests(client, table, sleep)

    def claim(self, operation: str, identifier: str, *, ttl_s: int = 86_400) -> bool:
        """Claim; the claimant's own mark lets a request through whose answer was lost and that is sent again."""
        now, claimant = int(self._now()), {"S": str(uuid.uuid4())}
        item: dict[str, Any] = {
            "idempotency_key": {"S": idempotency_key(operation, identifier)},
            "operation": {"S": operation},
            "claimant": claimant,
            "ttl": {"N": str(now + ttl_s)},
        }
        try:
            self._requests.call(
                "put_item",
                "A claim could not be made",
                TableName=self._table,
                Item=item,
                ConditionExpression="attribute_not_exists(idempotency_key) OR #ttl <= :now OR claimant = :me",
                ExpressionAttributeNames={"#ttl": "ttl"},
                ExpressionAttributeValues={":now": {"N": str(now)}, ":me": claimant},
            )
        except Overtaken:
            return False
        return True

    def release(self, operation: str, identifier: str) -> None:
        key = {"idempotency_key": {"S": idempotency_key(operation, identifier)}}
        self._requests.call("delete_item", "A claim could not be released", TableName=self._table, Key=key)

    def check(self) -> str:
        self._requests.prove_writable({"idempotency_key": {"S": "#check"}})
        return f"table {self._table} can be written"
