"""Stage objects that cannot be read back are made again: raw posts from their kept revisions, the rest from those.

An object may be cut short by a full disk, or overwritten by another program. Its week alone is lost then, and not
for long: every revision of every post is kept, and each later stage is a pure function of the raw posts. So a later
stage may also be gone: in S3 a rule deletes it after some days.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import Any

from wod_pipeline.errors import StorageCorrupt
from wod_pipeline.parser_version import PARSER_VERSION
from wod_pipeline.parsing import outline_post, read_post, structure_post, weeks_of
from wod_pipeline.program import Outcome, RawPost, Weekly
from wod_pipeline.removals import RemovedPost
from wod_pipeline.storage import Lake, Written
from wod_pipeline.storage.stages import (
    REVISIONS,
    RawWeek,
    decode_revision,
    read_removals,
    read_sound,
    read_stage,
    write_each,
    write_stage,
)
from wod_pipeline.wording import plural

log = logging.getLogger(__name__)

Corrupt = dict[dt.date, StorageCorrupt]

_STEPS: Mapping[str, Callable[[Any], Any]] = {
    "plain_text_posts": read_post,
    "daily_sessions": outline_post,
    "segmented_exercises": structure_post,
}
"""How each stage is made of the one before it, from the raw posts on."""


def read_healed(
    lake: Lake, stage: str, weeks: Iterable[dt.date], warn: Callable[[str], None] = log.warning
) -> tuple[dict[dt.date, Any], Corrupt]:
    """The stored values of those weeks, and the errors of the corrupt ones that could not be made again.

    What replaces a corrupt object is stored, and `warn` is told. A stage that is gone is made from the raw posts and
    not stored: how long it is kept was somebody's choice. Weeks whose raw posts were never stored are absent from
    both.
    """
    weeks = list(weeks)
    corrupt: Corrupt = {}
    values = read_stage(lake, stage, weeks, corrupt.__setitem__)
    gone = [week for week in weeks if week not in values and week not in corrupt]
    if corrupt:
        made = _make_again(lake, stage, corrupt)
        for week, outcome in write_each(partial(write_stage, lake, stage), made).items():
            if isinstance(outcome, Written):
                values[week] = made[week]
                again = f"It was made again from the {_origin(stage)} ({_ids(made[week])})."
                warn(f"{corrupt.pop(week).what} {again}")
    made, lost = _make_gone(lake, stage, gone, warn)
    return values | made, corrupt | lost


def _make_gone(
    lake: Lake, stage: str, weeks: Collection[dt.date], warn: Callable[[str], None]
) -> tuple[dict[dt.date, Any], Corrupt]:
    if stage == "raw_posts" or not weeks:
        return {}, {}
    raw, corrupt = read_healed(lake, "raw_posts", weeks, warn)
    return {week: _derive(stage, value) for week, value in raw.items()}, corrupt


def _make_again(lake: Lake, stage: str, weeks: Collection[dt.date]) -> dict[dt.date, Any]:
    if stage == "raw_posts":
        return weeks_from_revisions(lake, weeks)
    raw, _ = read_healed(lake, "raw_posts", weeks)
    return {week: _derive(stage, value) for week, value in raw.items()}


def restore_raw_posts(
    lake: Lake, weeks: Collection[dt.date], warn: Callable[[str], None] = log.warning
) -> dict[dt.date, RawWeek]:
    """Those of the weeks whose raw posts are gone and whose revisions are kept, made again and stored.

    For weeks that something is to be made from; one that was never fetched costs reading the revisions of all posts.
    """
    made = weeks_from_revisions(lake, weeks)
    restored: dict[dt.date, RawWeek] = {}
    for week, outcome in write_each(partial(write_stage, lake, "raw_posts"), made).items():
        if isinstance(outcome, Written):
            restored[week] = made[week]
            warn(
                f"The raw posts of week {week} were gone. They were made again from the {_origin('raw_posts')} "
                f"({_ids(made[week])})."
            )
    return restored


def _derive(stage: str, raw: RawWeek) -> Any:
    value: Weekly[Any] = raw
    for name, make in _STEPS.items():
        value = value.with_posts([make(post) for post in value.posts], PARSER_VERSION)
        if name == stage:
            break
    return value


def weeks_from_revisions(lake: Lake, weeks: Collection[dt.date]) -> dict[dt.date, RawWeek]:
    """Those of the weeks that kept revisions belong to, each with the newest readable revision of its posts.

    Posts that were taken out of a week (`read_removals`) stay out of it.
    """
    found: dict[dt.date, list[RawPost]] = {}
    for post in _newest_revisions(lake):
        for week in set(weeks_of(post)).intersection(weeks):
            found.setdefault(week, []).append(post)
    removals = read_removals(lake, found)
    return {week: _rebuilt(week, posts, removals.get(week, [])) for week, posts in found.items()}


def _rebuilt(week: dt.date, revisions: list[RawPost], removed: list[RemovedPost]) -> RawWeek:
    out = {post.post_id for post in removed}
    posts = sorted((post for post in revisions if post.id not in out), key=lambda post: (post.date, post.id))
    outcome = Outcome.PUBLISHED if posts else Outcome.NOT_PUBLISHED
    return Weekly(week, outcome, posts, removed=removed)


def newest_revision(lake: Lake, post_id: int) -> RawPost | None:
    """The newest revision of the post that is kept and can be read."""
    return next(iter(_newest_revisions(lake, f"{REVISIONS}post={post_id}/")), None)


def _newest_revisions(lake: Lake, prefix: str = REVISIONS) -> Iterable[RawPost]:
    """The newest revision of every post that has an id; one that cannot be read gives way to the one before it."""
    keys_of: dict[str, list[str]] = {}
    for key in lake.keys(prefix):
        keys_of.setdefault(key.rpartition("/")[0], []).append(key)
    keys_of.pop(f"{REVISIONS}post=0", None)
    for keys in keys_of.values():
        keys.sort(key=_is_dated_then_name)
    while keys_of:
        objects = read_sound(lake, [keys[-1] for keys in keys_of.values()])
        for folder, keys in list(keys_of.items()):
            post = _readable(keys[-1], objects.get(keys[-1], b""))
            keys.pop()
            if post:
                yield post
            if post or not keys:
                del keys_of[folder]


def _is_dated_then_name(key: str) -> tuple[bool, str]:
    """Sorts revisions by the time in their names, those without one first."""
    name = key.rpartition("/")[2]
    return not name.startswith("undated"), name


def _readable(key: str, data: bytes) -> RawPost | None:
    try:
        return decode_revision(key, data)
    except StorageCorrupt as error:
        log.warning("%s", error.what)
        return None


def _origin(stage: str) -> str:
    return "kept revisions" if stage == "raw_posts" else "raw posts"


def _ids(value: Weekly[Any]) -> str:
    ids = [post.id if isinstance(post, RawPost) else post.source.post_id for post in value.posts]
    return f"{plural(len(ids), 'post')} {', '.join(map(str, ids))}" if ids else "no post"
