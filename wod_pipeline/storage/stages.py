"""The lake's layout: under which key each stage of a week is stored, and how it is read back.

Hive style, one partition per week, so that Athena, DuckDB and pandas read it as it lies::

    raw_posts/week=2020-12-21/posts.json              the posts as last received
    raw_post_revisions/post=94860/<modified>-<sha>.json   every revision ever received, never overwritten
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
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec

from wod_pipeline.errors import StorageCorrupt, StorageError
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
from wod_pipeline.storage import Lake, Written
from wod_pipeline.storage._week import digest_of, sort_records

STAGES: dict[str, Any] = {
    "raw_posts": Weekly[RawPost],
    "plain_text_posts": Weekly[PlainPost],
    "daily_sessions": Weekly[OutlinedPost],
    "segmented_exercises": Weekly[ParsedPost],
}
"""The assets kept in the lake, with the type of one week's value."""

BATCH = 32
"""Weeks read or written at a time: enough to keep a remote store busy, few enough to fit in memory."""

FEW = 3
"""Weeks that must fail one by one before the whole store is taken to have failed."""


def stage_key(stage: str, week: dt.date) -> str:
    """Where one week of a stage is kept."""
    return f"{stage}/week={week}/posts.json"


def records_key(week: dt.date) -> str:
    """Where the week's session records are kept as JSON Lines."""
    return f"session_records/week={week}/sessions.jsonl"


def load_key(week: dt.date) -> str:
    """Where the week's training load is kept as Parquet."""
    return f"training_load/week={week}/load.parquet"


def calendar_key(week: dt.date) -> str:
    """Where the week's sessions are kept as a calendar."""
    return f"session_calendar/week={week}/sessions.ics"


def index_key(year: int) -> str:
    """Where the index of the weeks whose Monday is in that year is kept."""
    return f"session_index/year={year}/weeks.jsonl.gz"


def raw_revision_key(post: RawPost, data: bytes) -> str:
    """Where one revision of a post is kept for ever: by id, time of modification and hash of its bytes."""
    modified = re.sub(r"[^0-9T]", "", post.modified_gmt or post.modified) or "undated"
    return f"raw_post_revisions/post={post.id}/{modified}-{hashlib.sha256(data).hexdigest()[:16]}.json"


def decode_stage(stage: str, week: dt.date, data: bytes) -> Any:
    """Read a stage's value back. Raises `StorageCorrupt` naming the object when the bytes are not one."""
    try:
        return decode(data, STAGES[stage])
    except msgspec.MsgspecError as error:
        raise StorageCorrupt(
            f"The stored {stage} of week {week} ({stage_key(stage, week)}) cannot be read: {error}.",
            fix=f"Delete the object and materialize {stage} for that week again.",
        ) from error


def read_stage(lake: Lake, stage: str, weeks: Iterable[dt.date]) -> dict[dt.date, Any]:
    """The stored values of those weeks; weeks never stored are absent. Raises `StorageCorrupt`."""
    keys = {stage_key(stage, week): week for week in weeks}
    objects = lake.read_many(list(keys))
    return {keys[key]: decode_stage(stage, keys[key], data) for key, data in objects.items()}


def write_stage(lake: Lake, stage: str, values: Mapping[dt.date, Any]) -> dict[dt.date, Written]:
    """Write those weeks' values, unchanged ones untouched; raw posts also as revisions, revisions first."""
    if stage == "raw_posts":
        _keep_revisions(lake, values.values())
    written = lake.write_many({stage_key(stage, week): encode(value) for week, value in values.items()})
    return {week: written[stage_key(stage, week)] for week in values}


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


def _keep_revisions(lake: Lake, weeks: Iterable[Weekly[RawPost]]) -> None:
    posts = ((post, encode(post)) for value in weeks for post in value.posts)
    lake.write_many({raw_revision_key(post, data): data for post, data in posts}, once=True)


def write_records(lake: Lake, values: Mapping[dt.date, WeekRecords]) -> dict[dt.date, Written]:
    """Write the session records of those weeks as JSON Lines, one record per line; what was done, by week."""
    objects = {records_key(week): b"".join(map(encode, value.records)) for week, value in values.items()}
    written = lake.write_many(objects)
    return {week: written[records_key(week)] for week in values}


def read_records(lake: Lake, digests: Mapping[dt.date, str]) -> Iterator[tuple[dt.date, list[SessionRecord]]]:
    """The records of the weeks of which the lake has exactly those with that digest (`StoredWeek.digest`).

    Reading ten years this way takes half as long as reading them from SQLite, and a fifth as long as from DynamoDB. A
    line has exactly the bytes that its digest was made from, so that comparing them needs no parsing.
    """
    for weeks in batched(digests, BATCH):
        objects = lake.read_many([records_key(week) for week in weeks])
        for week in weeks:
            if (data := objects.get(records_key(week))) is None:
                continue
            lines = data.splitlines(keepends=True)
            if digest_of(hashlib.sha256(line).hexdigest() for line in lines) == digests[week]:
                yield week, sort_records([decode(line, SessionRecord) for line in lines])
