"""The lake's layout: under which key each stage of a week is stored, and how it is read back.

Hive style, one partition per week, so that Athena, DuckDB and pandas read it as it lies::

    raw_posts/week=2020-12-21/posts.json              the posts as last received
    raw_post_revisions/post=94860/<modified>-<sha>.json   every revision ever received, never overwritten
    removed_posts/week=2020-12-21/posts.json          posts that were taken out of the week, for a rebuild of it
    plain_text_posts/week=2020-12-21/posts.json
    daily_sessions/week=2020-12-21/posts.json
    segmented_exercises/week=2020-12-21/posts.json
    session_records/week=2020-12-21/sessions.jsonl    one record per line, as in the table
    training_load/week=2020-12-21/load.parquet
    session_calendar/week=2020-12-21/sessions.ics
    looks/…                                           when the site was last read: the module `looks`
    session_index/year=2020/weeks.jsonl.gz            what search, history and load start from

This module decides what an object's bytes mean; the lake decides how they are kept.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from wod_pipeline.errors import StorageCorrupt, StorageError, StorageRefused
from wod_pipeline.pacing import batched
from wod_pipeline.program import (
    OutlinedPost,
    ParsedPost,
    PlainPost,
    RawPost,
    SessionRecord,
    Weekly,
    WeekRecords,
    decode,
    encode,
)
from wod_pipeline.removals import RemovedPost
from wod_pipeline.storage import Lake, Written
from wod_pipeline.storage._keys import records_key as records_key  # noqa: PLC0414 a key of this layout too
from wod_pipeline.storage._older import with_slots
from wod_pipeline.storage._week import digest_of, sort_records
from wod_pipeline.weeks import monday_of

log = logging.getLogger(__name__)

RawWeek = Weekly[RawPost]

STAGES: dict[str, Any] = {
    "raw_posts": Weekly[RawPost],
    "plain_text_posts": Weekly[PlainPost],
    "daily_sessions": Weekly[OutlinedPost],
    "segmented_exercises": Weekly[ParsedPost],
}
"""The assets kept in the lake, with the type of one week's value."""

REVISIONS = "raw_post_revisions/"
"""What the keys of all kept revisions start with."""

BATCH = 32
"""Weeks read or written at a time: enough to keep a remote store busy, few enough to fit in memory."""

FEW = 3
"""Weeks that must fail one by one before the whole store is taken to have failed."""


def stage_key(stage: str, week: dt.date) -> str:
    """Where one week of a stage is kept."""
    return f"{stage}/week={week}/posts.json"


def fetched_weeks(lake: Lake) -> list[dt.date]:
    """The weeks whose raw posts are kept, oldest first."""
    weeks = (re.fullmatch(r"raw_posts/week=([^/]+)/posts\.json", key) for key in lake.keys("raw_posts/"))
    return sorted(week for found in weeks if found and (week := _as_monday(found[1])))


def _as_monday(text: str) -> dt.date | None:
    """The week of a key; None for a key that another program has put there."""
    try:
        week = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return week if monday_of(week) == week and week.isoformat() == text else None


def load_key(week: dt.date) -> str:
    """Where the week's training load is kept as Parquet."""
    return f"training_load/week={week}/load.parquet"


def calendar_key(week: dt.date) -> str:
    """Where the week's sessions are kept as a calendar."""
    return f"session_calendar/week={week}/sessions.ics"


def index_key(year: int) -> str:
    """Where the index of the weeks whose Monday is in that year is kept."""
    return f"session_index/year={year}/weeks.jsonl.gz"


def removals_key(week: dt.date) -> str:
    """Where it is kept which posts were last taken out of the week, apart from the raw posts."""
    return f"removed_posts/week={week}/posts.json"


def raw_revision_key(post: RawPost, data: bytes) -> str:
    """Where one revision of a post is kept for ever: by id, time of modification and hash of its bytes."""
    modified = re.sub(r"[^0-9T]", "", post.modified_gmt or post.modified) or "undated"
    return f"{REVISIONS}post={post.id}/{modified}-{_digest(data)}.json"


def count_revisions(lake: Lake) -> Counter[int]:
    """How many revisions of each post are kept, by its id; lists all of them."""
    posts = (re.match(rf"{REVISIONS}post=(\d{{1,19}})/", key) for key in lake.keys(REVISIONS))
    return Counter(int(found[1]) for found in posts if found)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def decode_revision(key: str, data: bytes) -> RawPost:
    """Read a kept revision back. Raises `StorageCorrupt` when the bytes are not those its name was made from."""
    if f"-{_digest(data)}." not in key:
        raise StorageCorrupt(f"The kept revision {key} is not what was written under that name.")
    return decode(data, RawPost)


def decode_stage(stage: str, week: dt.date, data: bytes) -> Any:
    """Read a stage's value back. Raises `StorageCorrupt` naming the object when the bytes are not that week's."""
    try:
        value = decode(data if stage == "raw_posts" else with_slots(data), STAGES[stage])
    except msgspec.MsgspecError as error:
        raise _corrupt(stage, week, str(error)) from error
    if value.week != week:
        raise _corrupt(stage, week, f"it holds the week of {value.week}")
    return value


def _corrupt(stage: str, week: dt.date, why: str) -> StorageCorrupt:
    return StorageCorrupt(
        f"The stored {stage} of week {week} ({stage_key(stage, week)}) cannot be read: {why}.",
        fix=f"Run the week again, which makes the object anew: wod materialize --week {week}.",
    )


def read_stage(
    lake: Lake,
    stage: str,
    weeks: Iterable[dt.date],
    on_corrupt: Callable[[dt.date, StorageCorrupt], None] | None = None,
) -> dict[dt.date, Any]:
    """The stored values of those weeks; weeks never stored are absent.

    A week that cannot be read is left out and given to `on_corrupt`; without that, `StorageCorrupt` is raised.
    """
    weeks = list(weeks)
    try:
        return _read_stage(lake, stage, weeks)
    except StorageCorrupt as error:
        if on_corrupt is None:
            raise
        if len(weeks) == 1:
            on_corrupt(weeks[0], error)
            return {}
    # One by one, since a store may find the corruption itself while it reads many objects.
    values: dict[dt.date, Any] = {}
    for week in weeks:
        values |= read_stage(lake, stage, [week], on_corrupt)
    return values


def _read_stage(lake: Lake, stage: str, weeks: list[dt.date]) -> dict[dt.date, Any]:
    keys = {stage_key(stage, week): week for week in weeks}
    objects = lake.read_many(list(keys))
    return {keys[key]: decode_stage(stage, keys[key], data) for key, data in objects.items()}


def write_stage(lake: Lake, stage: str, values: Mapping[dt.date, Any]) -> dict[dt.date, Written]:
    """Write those weeks' values, unchanged ones untouched; raw posts also as revisions, revisions first."""
    if stage == "raw_posts":
        _keep_revisions(lake, values.values())
        removals = {removals_key(week): value.removed for week, value in values.items() if value.removed}
        lake.write_many({key: encode(removed) for key, removed in removals.items()})
    written = lake.write_many({stage_key(stage, week): encode(value) for week, value in values.items()})
    return {week: written[stage_key(stage, week)] for week in values}


def read_sound(
    lake: Lake, keys: Sequence[str], on_corrupt: Callable[[str, StorageCorrupt], None] = lambda *_: None
) -> dict[str, bytes]:
    """The objects under these keys. One that the store itself finds corrupt is left out and given to `on_corrupt`."""
    try:
        return lake.read_many(keys)
    except StorageCorrupt as error:
        if len(keys) == 1:
            on_corrupt(keys[0], error)
            return {}
    return {key: data for one in keys for key, data in read_sound(lake, [one], on_corrupt).items()}


def read_removals(lake: Lake, weeks: Iterable[dt.date]) -> dict[dt.date, list[RemovedPost]]:
    """The posts last taken out of those weeks; weeks without any, or with an unreadable record, are absent.

    A post that the site has listed again since may be among them: the next look at the site brings it back.
    """
    keys = {removals_key(week): week for week in weeks}
    objects = read_sound(lake, list(keys))
    return {keys[key]: removed for key, data in objects.items() if (removed := _decode_removals(key, data))}


def _decode_removals(key: str, data: bytes) -> list[RemovedPost]:
    try:
        return decode(data, list[RemovedPost])
    except msgspec.MsgspecError as error:
        log.warning("%s cannot be read: %s", key, error)
        return []


def write_each(
    write: Callable[[Mapping[dt.date, Any]], Mapping[dt.date, Written]], values: Mapping[dt.date, Any]
) -> dict[dt.date, Written | StorageError]:
    """Write weeks together and, when that fails, one by one: each week's outcome is its own.

    When the first `FEW` fail one by one, the store is taken to have failed and the other weeks are not tried.
    """
    try:
        return dict(write(values))
    except StorageError:
        outcomes: dict[dt.date, Written | StorageError] = {}
    for week, value in values.items():
        failures = [outcome for outcome in outcomes.values() if isinstance(outcome, StorageError)]
        if len(failures) == len(outcomes) >= FEW:
            outcomes[week] = failures[-1]
            continue
        try:
            outcomes.update(write({week: value}))
        except StorageError as error:
            outcomes[week] = error
    return outcomes


def _keep_revisions(lake: Lake, weeks: Iterable[RawWeek]) -> None:
    """Keep each revision under its name for good. The name holds the digest of the bytes, so an object with others is
    corrupt, and the only one that is written over.
    """
    posts = ((post, encode(post)) for value in weeks for post in (*value.posts, *value.without_id))
    revisions = {raw_revision_key(post, data): data for post, data in posts}
    try:
        lake.write_many(revisions, once=True)
    except StorageRefused:
        lake.write_many(revisions)


def write_records(lake: Lake, values: Mapping[dt.date, WeekRecords]) -> dict[dt.date, Written]:
    """Write the session records of those weeks as JSON Lines, one record per line; what was done, by week."""
    objects = {records_key(week): b"".join(map(encode, value.records)) for week, value in values.items()}
    written = lake.write_many(objects)
    return {week: written[records_key(week)] for week in values}


def read_stored_records(lake: Lake, weeks: Iterable[dt.date]) -> dict[dt.date, list[SessionRecord]]:
    """The records that the lake has of those weeks; weeks without, or with unreadable ones, are absent."""
    objects = read_sound(lake, [records_key(week) for week in weeks])
    return {
        week: records
        for week in weeks
        if (data := objects.get(records_key(week))) is not None
        and (records := _try_decode_records(data)) is not None
    }


def _try_decode_records(data: bytes) -> list[SessionRecord] | None:
    try:
        return [decode(line, SessionRecord) for line in with_slots(data).splitlines()]
    except msgspec.MsgspecError:
        return None


def read_records(lake: Lake, digests: Mapping[dt.date, str]) -> Iterator[tuple[dt.date, list[SessionRecord]]]:
    """The records of the weeks of which the lake has exactly those with that digest (`StoredWeek.digest`).

    Reading ten years this way takes half as long as reading them from SQLite, and a fifth as long as from DynamoDB. A
    line has exactly the bytes that its digest was made from, so that comparing them needs no parsing.
    """
    for weeks in batched(digests, BATCH):
        objects = read_sound(lake, [records_key(week) for week in weeks])
        for week in weeks:
            if (data := objects.get(records_key(week))) is None:
                continue
            lines = data.splitlines(keepends=True)
            if digest_of(hashlib.sha256(line).hexdigest() for line in lines) == digests[week]:
                yield week, sort_records([decode(with_slots(line), SessionRecord) for line in lines])
