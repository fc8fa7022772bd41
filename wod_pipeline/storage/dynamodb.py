"""The session table and the ledger in DynamoDB.

A week is a header and the sessions that the header lists (see `_items` for the keys). It is replaced in one
transaction on the condition that the header still has the version the plan was made for. If another writer was
first, the week is read and planned again: the value may then be stale, still valid, or already stored. A week too
large for one transaction goes through a staging area (`_dynamo_staging`).

Reads need no transaction: the header lists the digest of each session, so a reader detects a mixture of two
versions and reads again. The index on ``week`` is for other tools and not used here, since its reads are only
eventually consistent.
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
from wod_pipeline.program import SessionRecord, StoredWeek, WeekRecords
from wod_pipeline.storage import OnCorrupt, WeekChange, log_corrupt
from wod_pipeline.storage._dynamo_requests import ConditionFailed, Requests
from wod_pipeline.storage._dynamo_staging import WeekWriter, staged_items
from wod_pipeline.storage._items import (
    DIGEST,
    WEEKS,
    Item,
    Key,
    corrupt_item,
    idempotency_key,
    record_from_item,
)
from wod_pipeline.storage._week import (
    Header,
    assemble,
    header_from_item,
    inconsistent,
    plan_replacement,
    sort_records,
    sound,
    stored_week,
    week_of_header,
)
from wod_pipeline.storage._workers import run_all, run_each
from wod_pipeline.weeks import DAY, WEEK, days_between, monday_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_WORKERS = 8
"""Requests at once: most of a request's time is spent waiting for the answer."""
_ATTEMPTS = 12
"""Attempts at a week that others replace at the same time; each lost attempt means that another writer succeeded."""
_WEEKS_PER_READ = 12
"""About 84 sessions: most often a single BatchGetItem, which takes 100 keys."""
_SUMMARY: dict[str, Any] = {
    "ProjectionExpression": "#range, #outcome, #posts, #version, #count, #digest",
    "ExpressionAttributeNames": {
        "#range": "session",
        "#outcome": "outcome",
        "#posts": "posts",
        "#version": "version",
        "#count": "count",
        "#digest": "digest",
    },
}
"""Reads headers without their lists of sessions, which are most of their size."""


class DynamoSessionTable:
    """Session records in `table`. `sleep` is called with the seconds to wait between attempts."""

    def __init__(
        self, client: DynamoDBClient, table: str, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._table = table
        self._requests = Requests(client, table, sleep)
        self._writer = WeekWriter(self._requests)

    def replace_week(self, value: WeekRecords, *, allow_empty: bool = False) -> WeekChange:
        for attempt in range(_ATTEMPTS):
            stored = self._header_or_clear(value.week)
            try:
                if stored is not None and stored.staged:
                    stored = self._writer.finish_staged(value.week, stored)
                plan = plan_replacement(stored, value, allow_empty=allow_empty)
                if corrupt := plan.corrupt(self._requests.get_all(plan.kept)):
                    plan = plan_replacement(stored, value, allow_empty=allow_empty, corrupt=corrupt)
                self._writer.carry_out(value.week, plan)
            except ConditionFailed:
                self._requests.pause(attempt)
            else:
                return plan.change
        raise StorageUnavailable(f"Week {value.week} could not be replaced: other writers kept replacing it.")

    def replace_weeks(
        self, values: Iterable[WeekRecords], *, allow_empty: bool = False
    ) -> dict[dt.date, WeekChange | Exception]:
        def replace(value: WeekRecords) -> WeekChange:
            return self.replace_week(value, allow_empty=allow_empty)

        return {value.week: outcome for value, outcome in run_each(replace, values, workers=_WORKERS)}

    def read_week(self, week: dt.date) -> WeekRecords | None:
        previous_version = 0
        for attempt in range(_ATTEMPTS):
            header = self._header(week)
            if header is None:
                return None
            value = assemble(week, header, self._sessions([(week, header)]))
            if value is not None:
                return value
            if header.version == previous_version:
                # Nobody replaced the week between two attempts, so its items are not a mixture of two versions.
                raise inconsistent(week)
            previous_version = header.version
            self._requests.pause(attempt)
        raise StorageUnavailable(f"Week {week} could not be read: it was replaced during every attempt.")

    def read_weeks(
        self, first: dt.date, last: dt.date, on_corrupt: OnCorrupt = log_corrupt
    ) -> Iterator[WeekRecords]:
        batches = batched(self._headers(first, last, on_corrupt), _WEEKS_PER_READ)
        for _, weeks in run_each(self._read_batch, batches, workers=_WORKERS):
            if isinstance(weeks, Exception):
                raise weeks
            for week, value in weeks:
                if isinstance(value, StorageCorrupt):
                    on_corrupt(week.isoformat(), value)
                else:
                    yield value

    def read_dates(self, first: dt.date, last: dt.date) -> list[SessionRecord]:
        days = {day.isoformat() for day in days_between(first, last)}
        by_day = run_all(lambda day: list(self._requests.query(day)), days, workers=_WORKERS)
        by_week: dict[str, dict[Key, Item]] = {}
        for item in itertools.chain.from_iterable(by_day.values()):
            by_week.setdefault(_week_of_item(item), {})[item["date"], item["session"]] = item
        # The headers are read after the sessions, so that a week replaced in between is detected by its digests.
        # A session may be dated in the week before or after its own; those weeks' headers are needed too.
        corrupt: dict[str, StorageCorrupt] = {}
        nearby = self._headers(monday_of(first) - WEEK, monday_of(last) + WEEK, corrupt.__setitem__)
        headers = {week.isoformat(): header for week, header in nearby}
        if lost := corrupt.keys() & by_week.keys():
            raise corrupt[min(lost)]
        records = (
            self._records_on(days, dt.date.fromisoformat(week), headers.get(week), by_week.get(week, {}))
            for week in {*by_week, *headers}
        )
        return sort_records(list(itertools.chain.from_iterable(records)))

    def weeks(self, on_corrupt: OnCorrupt = log_corrupt) -> list[StoredWeek]:
        weeks, corrupt = self._list_weeks(**_SUMMARY)
        if not all(week.digest for week in weeks):
            # The digest of a header that has none is made from its list of sessions.
            weeks, corrupt = self._list_weeks()
        for week, error in corrupt.items():
            on_corrupt(week, error)
        return weeks

    def newest_week(self) -> StoredWeek | None:
        newest_first = self._requests.query(
            WEEKS,
            descending=True,
            Limit=8,  # the newest week with sessions is almost always among the newest eight
            FilterExpression="#count > :none",
            ExpressionAttributeValues={":none": {"N": "0"}},
            **_SUMMARY,
        )
        return next(sound(_by_session(newest_first), stored_week, log_corrupt), None)

    def check(self) -> str:
        newest = self.newest_week()
        self._requests.verify_writable({"date": {"S": "#check"}, "session": {"S": "#check"}})
        contents = f"its newest week with sessions is {newest.week}" if newest else "it holds no sessions yet"
        return f"table {self._table} can be read and written; {contents}"

    def _header(self, week: dt.date) -> Header | None:
        item = self._requests.get((WEEKS, week.isoformat()))
        return header_from_item(item) if item else None

    def _list_weeks(self, **more: Any) -> tuple[list[StoredWeek], dict[str, StorageCorrupt]]:
        """Every sound week, newest first, and the errors of the others; `more` is added to the request."""
        corrupt: dict[str, StorageCorrupt] = {}
        headers = self._requests.query(WEEKS, descending=True, **more)
        return list(sound(_by_session(headers), stored_week, corrupt.__setitem__)), corrupt

    def _header_or_clear(self, week: dt.date) -> Header | None:
        """The stored header; None when there is none. A week with a corrupt header is deleted: nobody can read it."""
        try:
            return self._header(week)
        except StorageCorrupt as error:
            log_corrupt(week.isoformat(), error)
        dates = [day.isoformat() for day in days_between(week, week + WEEK - DAY)]
        items = [item for date in [*dates, f"undated#{week}"] for item in self._requests.query(date)]
        left = [(item["date"], item["session"]) for item in items if item.get("week") == week.isoformat()]
        self._requests.delete_all([*left, (WEEKS, week.isoformat())])
        return None

    def _headers(
        self, first: dt.date, last: dt.date, on_corrupt: OnCorrupt
    ) -> Iterator[tuple[dt.date, Header]]:
        items = self._requests.query(WEEKS, between=(first.isoformat(), last.isoformat()))
        return sound(
            _by_session(items), lambda item: (week_of_header(item), header_from_item(item)), on_corrupt
        )

    def _sessions(self, headers: list[tuple[dt.date, Header]]) -> dict[Key, Item]:
        """The items that the headers list, from the staging area or from their own keys."""
        keys = {session.key for _, header in headers for session in header.sessions}
        staged: dict[Key, Item] = {}
        for _, header in headers:
            staged |= staged_items(self._requests, header)
        return self._requests.get_all(keys - staged.keys()) | staged

    def _read_batch(
        self, headers: list[tuple[dt.date, Header]]
    ) -> list[tuple[dt.date, WeekRecords | StorageCorrupt]]:
        """Several weeks in few requests; a week that was replaced meanwhile is read again by itself."""
        items = self._sessions(headers)
        values = [(week, self._assemble(week, header, items)) for week, header in headers]
        return [(week, value) for week, value in values if value is not None]

    def _assemble(
        self, week: dt.date, header: Header, items: dict[Key, Item]
    ) -> WeekRecords | StorageCorrupt | None:
        try:
            return assemble(week, header, items) or self.read_week(week)
        except StorageCorrupt as error:
            return error

    def _records_on(
        self, days: set[str], week: dt.date, header: Header | None, items: dict[Key, Item]
    ) -> list[SessionRecord]:
        """A week's sessions on the days: from `items` if they are what its header lists, otherwise read again."""
        if header and not header.staged:
            listed = {one.key: one.sha256 for one in header.sessions if one.date in days}
            if listed == {key: item.get(DIGEST) for key, item in items.items()}:
                return [record_from_item(item) for item in items.values()]
        value = self.read_week(week)
        records = value.records if value else []
        return [record for record in records if record.date and record.date.isoformat() in days]


def _by_session(items: Iterable[Item]) -> Iterator[tuple[str, Item]]:
    """Each header under its key."""
    return ((item["session"], item) for item in items)


def _week_of_item(item: Item) -> str:
    """The week of a session item. Raises `StorageCorrupt` when it does not say."""
    try:
        return dt.date.fromisoformat(item["week"]).isoformat()
    except (KeyError, TypeError, ValueError) as error:
        raise corrupt_item((item["date"], item["session"]), "it does not say its week") from error


class DynamoLedger:
    """Reservations in `table`; DynamoDB deletes expired ones by their ``ttl``."""

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

    def reserve(self, operation: str, identifier: str, *, ttl_s: int = 86_400) -> bool:
        # DynamoDB may delete an expired item hours late, so the condition compares `ttl` itself. It also accepts
        # our own id (`claimant`): a put whose response was lost is sent again and finds the reservation it made.
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
                "A reservation could not be made",
                TableName=self._table,
                Item=item,
                ConditionExpression="attribute_not_exists(idempotency_key) OR #ttl <= :now OR claimant = :me",
                ExpressionAttributeNames={"#ttl": "ttl"},
                ExpressionAttributeValues={":now": {"N": str(now)}, ":me": claimant},
            )
        except ConditionFailed:
            return False
        return True

    def release(self, operation: str, identifier: str) -> None:
        key = {"idempotency_key": {"S": idempotency_key(operation, identifier)}}
        self._requests.call(
            "delete_item", "A reservation could not be released", TableName=self._table, Key=key
        )

    def check(self) -> str:
        self._requests.verify_writable({"idempotency_key": {"S": "#check"}})
        return f"table {self._table} can be written"
