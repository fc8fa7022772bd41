"""DynamoDB: races, failing requests, and weeks larger than a transaction; on moto and on DynamoDB Local."""

from __future__ import annotations

import concurrent.futures
import contextlib
import datetime as dt
import random
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from msgspec.structs import replace

from wod_pipeline.aws.setup import ensure_ledger_table, ensure_sessions_table
from wod_pipeline.errors import (
    ItemTooLarge,
    StaleRevision,
    StorageCorrupt,
    StorageError,
    StorageRefused,
    StorageUnavailable,
)
from wod_pipeline.program import WeekRecords
from wod_pipeline.storage import WeekChange
from wod_pipeline.storage._attributes import ITEM_BYTES
from wod_pipeline.storage.dynamodb import DynamoLedger, DynamoSessionTable
from wod_pipeline.storage.fitting import fit_record, fit_week
from wod_pipeline.weeks import WEEK
from wod_pipeline_tests.builders import STORED_MONDAY as MONDAY
from wod_pipeline_tests.builders import not_published, session_of_word, week_of_words
from wod_pipeline_tests.servers.aws import AwsServer
from wod_pipeline_tests.servers.aws_faults import answer, before_next, operations, with_parameters
from wod_pipeline_tests.storage.conftest import Clock

NEWER = "2021-03-02T09:00:00"
NEWEST = "2021-03-03T09:00:00"
THROTTLED = [
    "ThrottlingException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "InternalServerError",
    "TransactionInProgressException",
    "TransactionConflictException",
]


@dataclass
class Store:
    """A table on a server, and the seconds waited between its attempts."""

    server: AwsServer
    name: str = field(default_factory=lambda: f"sessions-{uuid.uuid4().hex}")
    waits: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client = self.server.client("dynamodb", max_attempts=1)
        self.table = DynamoSessionTable(self.client, self.name, sleep=self.waits.append)

    def another(self) -> DynamoSessionTable:
        """Another writer or reader, with a client of its own, that really waits."""
        return DynamoSessionTable(self.server.client("dynamodb"), self.name)

    def keys(self) -> list[str]:
        pages = self.client.get_paginator("scan").paginate(TableName=self.name, ConsistentRead=True)
        return sorted(
            f"{item['date']['S']} {item['session']['S']}" for page in pages for item in page["Items"]
        )


@pytest.fixture
def store(dynamodb: AwsServer) -> Store:
    made = Store(dynamodb)
    ensure_sessions_table(made.client, made.name)
    return made


def large_week(count: int, word: str, modified: str = "2021-02-28T18:00:00") -> WeekRecords:
    value = week_of_words(*[f"{word} {n}" for n in range(count)], modified=modified)
    value.records.sort(key=lambda record: (record.date or dt.date.max, record.session))
    return value


# ---------------------------------------------------------------------------------------------- requests
def test_an_unchanged_week_costs_two_reads_and_no_write(store: Store) -> None:
    store.table.replace_week(week_of_words("Snatch", "Clean"))
    sent = operations(store.client)
    assert not store.table.replace_week(week_of_words("Snatch", "Clean")).changed
    assert sent == ["GetItem", "BatchGetItem"], "the header, and whether its sessions are as they should be"


def test_an_edit_writes_only_what_changed_in_one_transaction(store: Store) -> None:
    store.table.replace_week(week_of_words("Snatch", "Clean", "Jerk"))
    written: list[Any] = []
    store.client.meta.events.register(
        "provide-client-params.dynamodb.TransactWriteItems",
        lambda params, **_: written.extend(params["TransactItems"]),
    )
    store.table.replace_week(week_of_words("Snatch", "Squat"))
    assert [next(iter(action)) for action in written] == ["Put", "Put", "Delete"]


def test_many_weeks_are_read_in_few_requests(store: Store) -> None:
    values = [week_of_words("Row", "Run", week=MONDAY + dt.timedelta(weeks=n)) for n in range(12)]
    store.table.replace_weeks(values)
    sent = operations(store.client)
    assert list(store.table.read_weeks(MONDAY, values[-1].week)) == values
    assert sent == ["Query", "BatchGetItem"]


def test_every_read_is_strongly_consistent(store: Store) -> None:
    """Otherwise a reader may get a week as it was before the last write."""
    store.table.replace_week(week_of_words("Row", "Run"))
    consistent: list[tuple[str, Any]] = []

    def note(model: Any, params: dict[str, Any], **_: Any) -> None:
        requests = params.get("RequestItems", {store.name: params})
        consistent.append((model.name, requests[store.name].get("ConsistentRead")))

    store.client.meta.events.register("provide-client-params.dynamodb", note)
    store.table.read_week(MONDAY)
    list(store.table.read_weeks(MONDAY, MONDAY))
    store.table.read_dates(MONDAY, MONDAY)
    store.table.weeks()
    store.table.newest_week()
    assert {operation for operation, _ in consistent} == {"GetItem", "Query", "BatchGetItem"}
    assert {strongly for _, strongly in consistent} == {True}


def test_headers_without_a_digest_are_read_with_their_sessions(store: Store) -> None:
    """Those of version 0.1.0. The list of weeks is one request, and for them one more."""
    store.table.replace_weeks([week_of_words("Row", "Run"), not_published(MONDAY + dt.timedelta(7))])
    sent = operations(store.client)
    weeks = store.table.weeks()
    assert sent == ["Query"]
    store.client.update_item(
        TableName=store.name,
        Key={"date": {"S": "#weeks"}, "session": {"S": str(MONDAY)}},
        UpdateExpression="REMOVE digest",
    )
    sent.clear()
    assert [week.digest for week in store.table.weeks()] == [week.digest for week in weeks]
    assert sent == ["Query", "Query"]


def test_pages_are_followed(store: Store) -> None:
    weeks = [MONDAY + dt.timedelta(weeks=n) for n in range(5)]
    store.table.replace_weeks(
        [week_of_words("Row", week=week) if n < 2 else not_published(week) for n, week in enumerate(weeks)]
    )
    with_parameters(store.client, "Query", lambda params: {**params, "Limit": 1})
    assert [one.week for one in store.table.weeks()] == weeks[::-1]
    newest = store.table.newest_week()
    assert newest is not None
    assert newest.week == weeks[1]
    assert [value.week for value in store.table.read_weeks(weeks[1], weeks[3])] == weeks[1:4]
    assert len(store.table.read_dates(MONDAY, weeks[4])) == 2


def test_what_a_batch_leaves_undone_is_asked_for_again(store: Store) -> None:
    value = week_of_words("Row", "Run", "Ski")
    store.table.replace_week(value)
    leave_all_but_one(store)
    assert store.table.read_week(MONDAY) == value
    assert len(store.waits) == 2


def test_a_batch_that_is_always_left_undone_is_given_up(store: Store) -> None:
    store.table.replace_week(week_of_words("Row"))
    store.client.meta.events.register("after-call.dynamodb.BatchGetItem", leave_everything(store))
    with pytest.raises(StorageUnavailable, match="throttling"):
        store.table.read_week(MONDAY)
    assert len(store.waits) == 7


def leave_all_but_one(store: Store) -> None:
    rest: list[Any] = []

    def cut(params: dict[str, Any]) -> dict[str, Any]:
        keys = params["RequestItems"][store.name]["Keys"]
        rest[:] = keys[1:]
        return {"RequestItems": {store.name: {"Keys": keys[:1], "ConsistentRead": True}}}

    def leave(parsed: dict[str, Any], **_: Any) -> None:
        parsed["UnprocessedKeys"] = {store.name: {"Keys": list(rest), "ConsistentRead": True}} if rest else {}

    with_parameters(store.client, "BatchGetItem", cut)
    store.client.meta.events.register("after-call.dynamodb.BatchGetItem", leave)


def leave_everything(store: Store) -> Callable[..., None]:
    def leave(parsed: dict[str, Any], **_: Any) -> None:
        keys = [{"date": {"S": "2021-03-01"}, "session": {"S": "harbour-plan/4711/000"}}]
        parsed["Responses"], parsed["UnprocessedKeys"] = {}, {store.name: {"Keys": keys}}

    return leave


# ----------------------------------------------------------------------------------------------- trouble
@pytest.mark.parametrize("code", THROTTLED)
@pytest.mark.parametrize("operation", ["GetItem", "TransactWriteItems"])
def test_throttled_requests_are_retried_with_longer_waits(store: Store, operation: str, code: str) -> None:
    answer(store.client, operation, 400, code, times=3)
    assert store.table.replace_week(week_of_words("Snatch")).put == 1
    assert store.table.read_week(MONDAY) == week_of_words("Snatch")
    assert len(store.waits) == 3
    assert store.waits == sorted(store.waits)


def test_endless_throttling_is_given_up_and_the_week_is_unchanged(store: Store) -> None:
    store.table.replace_week(week_of_words("Snatch"))
    given = answer(store.client, "TransactWriteItems", 400, "ThrottlingException")
    with pytest.raises(
        StorageUnavailable, match=r"Week 2021-03-01 could not be replaced.*ThrottlingException"
    ):
        store.table.replace_week(week_of_words("Clean"))
    assert len(given) == 8
    assert store.table.read_week(MONDAY) == week_of_words("Snatch")


@pytest.mark.parametrize(
    "reason", ["ThrottlingError", "ProvisionedThroughputExceeded", "TransactionConflict"]
)
def test_a_transaction_cancelled_for_a_transient_reason_is_sent_again(store: Store, reason: str) -> None:
    cancel(store, "None", reason, times=2)
    assert store.table.replace_week(week_of_words("Snatch")).put == 1
    assert len(store.waits) == 2


def test_a_transaction_cancelled_for_good_is_refused_and_the_week_stays(store: Store) -> None:
    store.table.replace_week(week_of_words("Snatch"))
    cancel(store, "ValidationError", "None", times=1)
    with pytest.raises(StorageRefused, match="TransactionCanceledException"):
        store.table.replace_week(week_of_words("Clean"))
    assert store.table.read_week(MONDAY) == week_of_words("Snatch")


def test_a_writer_that_is_overtaken_every_time_gives_up(store: Store) -> None:
    cancel(store, "ConditionalCheckFailed", times=99)
    with pytest.raises(StorageUnavailable, match="other writers kept replacing it"):
        store.table.replace_week(week_of_words("Snatch"))


def cancel(store: Store, *reasons: str, times: int) -> None:
    answer(
        store.client,
        "TransactWriteItems",
        400,
        "TransactionCanceledException",
        times=times,
        CancellationReasons=[{"Code": reason} for reason in reasons],
    )


def test_a_transaction_whose_answer_was_lost_is_not_done_twice(store: Store) -> None:
    store.table.replace_week(week_of_words("Snatch"))
    answer(store.client, "TransactWriteItems", 500, "InternalServerError", times=1, done=True)
    store.table.replace_week(week_of_words("Clean", modified=NEWER))
    assert store.table.read_week(MONDAY) == week_of_words("Clean", modified=NEWER)
    assert not store.table.replace_week(week_of_words("Clean", modified=NEWER)).changed


@pytest.mark.parametrize(
    ("status", "code", "kind", "advice"),
    [
        (400, "ResourceNotFoundException", StorageRefused, "wod aws init"),
        (400, "AccessDeniedException", StorageRefused, "the right it lacks"),
        (400, "UnrecognizedClientException", StorageRefused, "Check the credentials"),
        (400, "ExpiredTokenException", StorageRefused, "Log in again"),
        (503, "ServiceUnavailable", StorageUnavailable, "A rerun can clear this"),
    ],
)
def test_an_error_of_dynamodb_is_reported_with_a_fix(
    store: Store, status: int, code: str, kind: type[StorageError], advice: str
) -> None:
    for operation in ("GetItem", "Query", "TransactWriteItems"):
        mine = Store(store.server, store.name)
        answer(mine.client, operation, status, code)
        attempts: dict[str, Callable[[], object]] = {
            "GetItem": lambda table=mine.table: table.read_week(MONDAY),
            "Query": mine.table.weeks,
            "TransactWriteItems": lambda table=mine.table: table.replace_week(week_of_words("Snatch")),
        }
        with pytest.raises(kind, match=rf"{store.name}.*{code}.*{advice}"):
            attempts[operation]()


def test_a_table_that_does_not_exist_is_not_an_empty_one(dynamodb: AwsServer) -> None:
    nowhere = DynamoSessionTable(dynamodb.client("dynamodb"), "nowhere")
    for attempt in (nowhere.weeks, nowhere.newest_week, lambda: nowhere.read_week(MONDAY)):
        with pytest.raises(StorageRefused, match="wod aws init"):
            attempt()


def test_a_server_out_of_reach_can_be_tried_again(aws_environment: None) -> None:
    client = AwsServer("http://127.0.0.1:9").client("dynamodb", max_attempts=1, connect_timeout_s=0.2)
    with pytest.raises(StorageUnavailable, match="could not be reached"):
        DynamoSessionTable(client, "t").read_week(MONDAY)


# -------------------------------------------------------------------------------------------------- size
def test_a_session_too_large_for_an_item_is_stored_cut_and_the_others_whole(store: Store) -> None:
    value = week_of_words("Snatch", "Clean")
    value.records[1].texts["segment_b"] = "x" * 410_000
    assert store.table.replace_week(value).put == 2
    stored = store.table.read_week(MONDAY)
    assert stored == fit_week(value)
    assert stored.records[0] == value.records[0]
    assert stored.records[1].diagnostics[0].code == "session_cut"
    assert not store.table.replace_week(value).changed, "storing it again writes nothing"


@pytest.mark.servers
@pytest.mark.parametrize("over", [0, 1])
def test_the_largest_session_that_is_not_cut_is_accepted_by_dynamodb(
    over: int, dynamodb_local: AwsServer, aws_environment: None
) -> None:
    store, value = Store(dynamodb_local), week_of_words("Snatch")
    ensure_sessions_table(store.client, store.name)
    (record,) = value.records
    low, high = 0, ITEM_BYTES
    while high - low > 1:
        middle = (low + high) // 2
        record.texts["segment_b"] = "x" * middle
        low, high = (middle, high) if fit_record(record) is record else (low, middle)
    record.texts["segment_b"] = "x" * (low + over)
    store.table.replace_week(value)
    assert (store.table.read_week(MONDAY) == value) is not bool(over)


def test_a_number_dynamodb_cannot_hold_is_refused_naming_the_session(store: Store) -> None:
    value = week_of_words("Snatch")
    value.records[0].segments[0].blocks[0].exercises[0].slot = 10**39
    with pytest.raises(
        StorageRefused, match=r"session .harbour-plan/4711/000. of 2021-03-01 .* outside the range"
    ):
        store.table.replace_week(value)
    assert store.table.read_week(MONDAY) is None


# ------------------------------------------------------------------------------------------------- races
def test_a_newer_revision_that_is_overtaken_by_an_older_one_still_wins(store: Store) -> None:
    older, newer = week_of_words("Snatch"), week_of_words("Clean", "Jerk", modified=NEWER)
    other = store.another()
    before_next(store.client, "TransactWriteItems", lambda: other.replace_week(older))
    change = store.table.replace_week(newer)
    assert (change.put, change.deleted) == (2, 0)
    assert store.table.read_week(MONDAY) == newer
    assert len(store.keys()) == 3


def test_an_older_revision_that_is_overtaken_by_a_newer_one_is_stale(store: Store) -> None:
    older, newer = week_of_words("Snatch", "Row"), week_of_words("Clean", modified=NEWER)
    other = store.another()
    before_next(store.client, "TransactWriteItems", lambda: other.replace_week(newer))
    with pytest.raises(StaleRevision):
        store.table.replace_week(older)
    assert store.table.read_week(MONDAY) == newer
    assert len(store.keys()) == 2


def test_a_writer_overtaken_by_the_same_value_has_nothing_left_to_do(store: Store) -> None:
    other = store.another()
    before_next(store.client, "TransactWriteItems", lambda: other.replace_week(week_of_words("Snatch")))
    assert store.table.replace_week(week_of_words("Snatch")) == WeekChange(put=0, deleted=0, unchanged=1)


def test_of_eight_runs_for_a_week_at_once_the_newest_revision_remains_whole(store: Store) -> None:
    values = [large_week(n + 1, f"r{n}", f"2021-03-0{n + 1}T00:00:00") for n in range(8)]
    random.Random(4).shuffle(values)

    def replace(value: WeekRecords) -> None:
        with contextlib.suppress(StaleRevision):
            store.another().replace_week(value)

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(replace, values))
    newest = max(values, key=lambda value: value.posts[0].modified_gmt)
    assert store.table.read_week(MONDAY) == newest
    assert len(store.keys()) == 9


def test_readers_of_a_week_replaced_50_times_never_see_a_mixture(store: Store) -> None:
    """Every session of a revision carries the same word, and their number differs from one to the next."""
    writer = store.another()
    writer.replace_week(revision(0))
    done = threading.Event()

    def read() -> int:
        reader, count = store.another(), 0
        while not done.is_set() or count == 0:
            value = reader.read_week(MONDAY)
            assert value in revisions
            count += 1
            days = reader.read_dates(MONDAY, MONDAY)
            assert any(days == whole.records[:1] for whole in revisions)
        return count

    revisions = [revision(n) for n in range(51)]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        try:
            for value in revisions[1:]:
                writer.replace_week(value)
        finally:
            done.set()
        assert all(reader.result() for reader in readers)


def revision(n: int) -> WeekRecords:
    return week_of_words(*[f"w{n}"] * (1 + n % 3), modified=f"2021-03-01T00:00:{n:02}")


def test_a_week_replaced_between_header_and_sessions_is_read_again(store: Store) -> None:
    store.table.replace_week(week_of_words("Snatch", "Clean"))
    new = week_of_words("Row", "Run", modified=NEWER)
    before_next(store.client, "BatchGetItem", lambda: store.another().replace_week(new))
    assert store.table.read_week(MONDAY) == new
    assert len(store.waits) == 1


def test_a_day_replaced_between_its_sessions_and_the_header_is_read_again(store: Store) -> None:
    store.table.replace_week(week_of_words("Snatch", "Clean"))
    new = week_of_words("Row", "Run", modified=NEWER)
    queries = operations(store.client)

    def replace_before_the_header(params: dict[str, Any]) -> dict[str, Any]:
        if queries.count("Query") == 1:
            store.another().replace_week(new)
        return params

    with_parameters(store.client, "Query", replace_before_the_header)
    assert store.table.read_dates(MONDAY, MONDAY) == new.records[:1]


def test_a_session_deleted_by_another_program_is_reported_and_not_skipped(store: Store) -> None:
    store.table.replace_week(week_of_words("Snatch", "Clean"))
    key = {"date": {"S": "2021-03-02"}, "session": {"S": "harbour-plan/4711/001"}}
    store.client.delete_item(TableName=store.name, Key=key)
    with pytest.raises(StorageCorrupt, match="is inconsistent"):
        store.table.read_week(MONDAY)
    assert len(store.waits) == 1


SESSION_KEY = {"date": {"S": "2021-03-01"}, "session": {"S": "harbour-plan/4711/000"}}
HEADER_KEY = {"date": {"S": "#weeks"}, "session": {"S": "2021-03-01"}}


@pytest.mark.parametrize(
    ("key", "attributes"),
    [
        (SESSION_KEY, {"kind": {"S": "x"}}),
        (SESSION_KEY, {"week": {"S": "x"}}),
        (SESSION_KEY, {"lines": {"B": b"x"}}),
        (SESSION_KEY, None),
        (HEADER_KEY, {"posts": {"S": "x"}}),
        (HEADER_KEY, {"outcome": {"N": "1"}}),
    ],
)
def test_a_damaged_item_costs_only_its_week_and_heals_when_that_is_replaced(
    key: dict[str, Any], attributes: dict[str, Any] | None, store: Store
) -> None:
    other = MONDAY + WEEK
    store.table.replace_weeks([week_of_words("Snatch"), week_of_words("Clean", week=other)])
    item = store.client.get_item(TableName=store.name, Key=key)["Item"]
    if attributes is None:
        store.client.delete_item(TableName=store.name, Key=key)
    else:
        store.client.put_item(TableName=store.name, Item={**item, **attributes})
    with pytest.raises(StorageCorrupt):
        store.table.read_week(MONDAY)
    said: dict[str, StorageCorrupt] = {}
    assert [week.week for week in store.table.read_weeks(MONDAY, other, said.__setitem__)] == [other]
    assert list(said) == [str(MONDAY)]
    assert other in [week.week for week in store.table.weeks(said.__setitem__)]
    assert len(store.table.read_dates(other, other)) == 1

    assert store.table.replace_week(week_of_words("Snatch")).changed
    assert store.table.read_week(MONDAY) == week_of_words("Snatch")
    assert not store.table.replace_week(week_of_words("Snatch")).changed


def test_a_week_that_is_replaced_at_every_look_is_given_up(store: Store) -> None:
    other, words = store.another(), iter(range(99))
    other.replace_week(week_of_words("Snatch"))

    def replace(params: dict[str, Any]) -> dict[str, Any]:
        other.replace_week(week_of_words(f"w{next(words)}"))
        return params

    with_parameters(store.client, "BatchGetItem", replace)
    with pytest.raises(StorageUnavailable, match="replaced during every attempt"):
        store.table.read_week(MONDAY)
    assert len(store.waits) == 12


# ------------------------------------------------------------------------------------------- large weeks
class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def small_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five actions per transaction, so that a week of a few sessions is a large one."""
    monkeypatch.setattr("wod_pipeline.storage._dynamo_staging.TRANSACTION_ACTIONS", 5)


def test_a_large_week_is_replaced_and_leaves_no_staging(store: Store, small_transactions: None) -> None:
    old, new = large_week(13, "Row"), large_week(12, "Run", NEWER)
    assert store.table.replace_week(old).put == 13
    assert store.table.read_week(MONDAY) == old
    change = store.table.replace_week(new)
    assert (change.put, change.deleted) == (12, 1)
    assert store.table.read_week(MONDAY) == new
    assert len(store.keys()) == 13
    assert not store.table.replace_week(new).changed


def test_a_large_week_killed_anywhere_is_the_old_or_the_new_one_and_the_next_run_ends_it(
    store: Store, small_transactions: None
) -> None:
    old, new = large_week(8, "Row"), large_week(7, "Run", NEWER)
    seen = []
    for step in range(1, 9):
        value = killed_at(store, step, old, new)
        assert value in (old, new)
        seen.append(value == new)
        days = store.another().read_dates(MONDAY, MONDAY + dt.timedelta(6))
        assert days == (value.records if value else [])
        store.another().replace_week(new)
        assert store.another().read_week(MONDAY) == new
        reset(store)
    assert seen == sorted(seen)
    assert seen.count(False) == 2, "old until the header is replaced: after staging and its transaction"


def killed_at(store: Store, step: int, old: WeekRecords, new: WeekRecords) -> WeekRecords | None:
    """Kill a replacement before its `step`-th write, and read what is there."""
    store.another().replace_week(old)
    writer = Store(store.server, store.name)
    left = [step]

    def kill(model: Any, **_: Any) -> None:
        if model.name in {"TransactWriteItems", "BatchWriteItem"}:
            left[0] -= 1
            if left[0] == 0:
                raise Killed

    writer.client.meta.events.register("before-call.dynamodb", kill)
    with contextlib.suppress(Killed):
        writer.table.replace_week(new)
    return store.another().read_week(MONDAY)


def reset(store: Store) -> None:
    """An empty table under another name."""
    store.name = f"sessions-{uuid.uuid4().hex}"
    ensure_sessions_table(store.client, store.name)


def test_a_writer_overtaken_while_finishing_a_large_week_does_no_harm(
    store: Store, small_transactions: None
) -> None:
    old, newest = large_week(8, "Row"), large_week(8, "Ski", NEWEST)
    store.table.replace_week(old)
    transactions = iter(range(99))

    def overtake_in_the_middle(params: dict[str, Any]) -> dict[str, Any]:
        if next(transactions) == 2:
            store.another().replace_week(newest)
        return params

    with_parameters(store.client, "TransactWriteItems", overtake_in_the_middle)
    with pytest.raises(StaleRevision):
        store.table.replace_week(large_week(8, "Run", NEWER))
    assert store.table.read_week(MONDAY) == newest


def test_a_writer_overtaken_after_staging_a_large_week_deletes_its_copies(
    store: Store, small_transactions: None
) -> None:
    newest = large_week(8, "Ski", NEWEST)
    before_next(store.client, "TransactWriteItems", lambda: store.another().replace_week(newest))
    with pytest.raises(StaleRevision):
        store.table.replace_week(large_week(8, "Run", NEWER))
    assert store.table.read_week(MONDAY) == newest
    assert len(store.keys()) == 9


def test_a_large_session_of_a_large_week_is_stored_cut_like_any_other(
    store: Store, small_transactions: None
) -> None:
    value = large_week(8, "Row")
    value.records[3].texts["segment_b"] = "x" * 410_000
    store.table.replace_week(value)
    assert store.table.read_week(MONDAY) == fit_week(value)
    assert not store.table.replace_week(value).changed


def test_a_week_whose_list_of_sessions_is_too_large_is_refused_before_anything_is_sent(store: Store) -> None:
    value = week_of_words("Row")
    stamp = value.posts[0]
    value.posts = [replace(stamp, post_id=n, program="x" * 100) for n in range(3_000)]
    sent = operations(store.client)
    with pytest.raises(ItemTooLarge, match="the list of its sessions and posts takes"):
        store.table.replace_week(value)
    assert sent == ["GetItem"]


def test_readers_of_a_large_week_never_see_a_mixture(store: Store, small_transactions: None) -> None:
    writer, revisions = (
        store.another(),
        [large_week(7 + n % 2, f"w{n}", f"2021-03-01T00:00:{n:02}") for n in range(8)],
    )
    writer.replace_week(revisions[0])
    done = threading.Event()

    def read() -> int:
        reader, count = store.another(), 0
        while not done.is_set() or count == 0:
            assert reader.read_week(MONDAY) in revisions
            assert reader.read_dates(MONDAY, MONDAY) in [
                [record for record in value.records if record.date == MONDAY] for value in revisions
            ]
            count += 1
        return count

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read)
        try:
            for value in revisions[1:]:
                writer.replace_week(value)
        finally:
            done.set()
        assert reading.result()


@pytest.mark.servers
def test_a_week_of_250_sessions_and_one_of_5_mb_are_replaced_on_dynamodb(
    dynamodb_local: AwsServer, aws_environment: None
) -> None:
    store = Store(dynamodb_local)
    ensure_sessions_table(store.client, store.name)
    heavy = large_week(14, "Ski", NEWEST)
    for record in heavy.records:
        record.texts["segment_b"] = "x" * 350_000
    for value in (large_week(250, "Row"), large_week(249, "Run", NEWER), heavy):
        store.table.replace_week(value)
        assert store.table.read_week(MONDAY) == value
        assert len(store.keys()) == len(value.records) + 1


# ------------------------------------------------------------------------------------------------ ledger
@pytest.fixture
def ledger_client(dynamodb: AwsServer) -> Any:
    client = dynamodb.client("dynamodb", max_attempts=1)
    client.ledger_name = f"ledger-{uuid.uuid4().hex}"
    ensure_ledger_table(client, client.ledger_name)
    return client


def test_a_reservation_whose_answer_was_lost_is_still_ours(ledger_client: Any, clock: Clock) -> None:
    ledger = DynamoLedger(ledger_client, ledger_client.ledger_name, now=clock, sleep=lambda _: None)
    answer(ledger_client, "PutItem", 500, "InternalServerError", times=1, done=True)
    assert ledger.reserve("alert", "x")
    assert not ledger.reserve("alert", "x")


def test_a_reservation_is_a_digest_with_a_time_to_live(ledger_client: Any, clock: Clock) -> None:
    DynamoLedger(ledger_client, ledger_client.ledger_name, now=clock).reserve("alert", "x", ttl_s=60)
    (item,) = ledger_client.scan(TableName=ledger_client.ledger_name)["Items"]
    assert item["ttl"] == {"N": str(int(clock.now) + 60)}
    assert len(item["idempotency_key"]["S"]) == 64


def test_a_ledger_that_does_not_exist_says_how_to_make_it(dynamodb: AwsServer) -> None:
    ledger = DynamoLedger(dynamodb.client("dynamodb"), "nowhere")
    for attempt in (lambda: ledger.reserve("alert", "x"), lambda: ledger.release("alert", "x"), ledger.check):
        with pytest.raises(StorageRefused, match="wod aws init"):
            attempt()


def test_a_throttled_reservation_is_tried_again(ledger_client: Any) -> None:
    waits: list[float] = []
    answer(ledger_client, "PutItem", 400, "ThrottlingException", times=2)
    assert DynamoLedger(ledger_client, ledger_client.ledger_name, sleep=waits.append).reserve("alert", "x")
    assert len(waits) == 2


def test_a_table_read_by_other_tools_lists_sessions_by_week(store: Store) -> None:
    store.table.replace_week(week_of_words("Snatch", "Clean"))
    found = store.client.query(
        TableName=store.name,
        IndexName="week-index",
        KeyConditionExpression="week = :week",
        ExpressionAttributeValues={":week": {"S": "2021-03-01"}},
    )["Items"]
    assert [item["session"]["S"] for item in found] == [session_of_word("x", n).session for n in range(2)]
