"""The jobs a person or a schedule launches, and the tags of their runs: which weeks, launched by whom."""

import datetime as dt
from collections.abc import Mapping
from typing import Literal, cast

import dagster as dg

from wod_pipeline.bounds import LARGEST_POST_ID
from wod_pipeline.errors import NotStored
from wod_pipeline.reading.derived import CALENDAR, LOAD
from wod_pipeline.resources.lake import LakeResource
from wod_pipeline.resources.session_table import SessionTableResource, withdrawal_event
from wod_pipeline.resources.source import SourceResource, name_run
from wod_pipeline.resources.weekly import failures_in_words
from wod_pipeline.storage.withdrawal import drop_post
from wod_pipeline.weeks import WeekRange, key_of, week_of_key
from wod_pipeline.wording import count

Origin = Literal["schedule", "sensor", "backfill", "person"]

TRAINING_WEEK = "training_week"
SESSIONS = ("raw_posts", "plain_text_posts", "daily_sessions", "segmented_exercises", "session_records")
"""From the site to the session table, each made from the one before."""
DERIVED = (LOAD, CALENDAR)
"""Made from the session table; nothing else waits for them."""

training_week_job = dg.define_asset_job(
    TRAINING_WEEK,
    selection=dg.AssetSelection.assets(*SESSIONS, *DERIVED),
    description="From the site's posts to sessions, load and calendar, for one week or a range of weeks.",
)

derived_job = dg.define_asset_job(
    "load_and_calendar",
    selection=dg.AssetSelection.assets(*DERIVED),
    description="Load and calendar from the stored sessions, for one week or a range of weeks.",
)


class DroppedPost(dg.Config):
    """Which post to drop, by its WordPress id, and whether its week may be left without a session."""

    post_id: int
    allow_empty: bool = False


@dg.op
def drop_gone_post(
    context: dg.OpExecutionContext,
    config: DroppedPost,
    source: SourceResource,
    lake: LakeResource,
    session_table: SessionTableResource,
) -> None:
    """Take a post that the site no longer lists out of its week; its revisions stay in the lake."""
    now = dt.datetime.now(dt.timezone.utc).replace(microsecond=0)
    with failures_in_words():
        _verify_id(config.post_id)
    with failures_in_words(), source.reserve(name_run(context.run_id), context.log.info):
        listed = source.open().fetch_ids
        results = drop_post(
            lake.open(), session_table.open(), config.post_id, listed, now, allow_empty=config.allow_empty
        )
    for result in results:
        context.log.info("Week %s: %s removed", result.after.week, count(result.change.deleted, "session"))
        context.log_event(withdrawal_event(result))


def _verify_id(post_id: int) -> None:
    if not 1 <= post_id <= LARGEST_POST_ID:
        raise NotStored(f"The ids of posts are 1 to {LARGEST_POST_ID}.", fix="`wod posts gone` lists ids.")


@dg.job(
    name="drop_post", description="Removes a post that the site no longer lists; `wod posts gone` lists them."
)
def drop_post_job() -> None:
    """The job for the Launchpad, with the post's id as its configuration."""
    drop_gone_post()


_BACKFILL = "dagster/backfill"
_RANGE_START = "dagster/asset_partition_range_start"
_RANGE_END = "dagster/asset_partition_range_end"
_LAUNCHER = "wod/launcher"
_COMMAND = "wod materialize"
_CONTINUES = "wod/continues"
_STARTED_BY = "wod/started_by"
_ORIGINS: tuple[tuple[str, Origin], ...] = (
    (_BACKFILL, "backfill"),
    ("dagster/schedule_name", "schedule"),
    ("dagster/sensor_name", "sensor"),
)


def range_tags(weeks: WeekRange) -> dict[str, str]:
    """The tags that make one run cover every week from the first to the last."""
    return {_RANGE_START: key_of(weeks[0]), _RANGE_END: key_of(weeks[1])}


def command_tags(weeks: WeekRange) -> dict[str, str]:
    """The tags of a run that `wod materialize` launches, over a range or one week."""
    return {_LAUNCHER: _COMMAND, **(range_tags(weeks) if weeks[0] != weeks[1] else {})}


def finishes_itself(tags: Mapping[str, str]) -> bool:
    """Whether whoever launched the run also launches the next for the weeks that it leaves behind."""
    return tags.get(_LAUNCHER) == _COMMAND


def continuation_tags(run: dg.DagsterRun, weeks: WeekRange) -> dict[str, str]:
    """The tags of a run that takes these weeks of a failed run further.

    It counts as started by whoever started that one. A backfill has ended and told its end when the run is launched,
    so of a backfill's weeks people hear as of those of a person's run: only when it fails.
    """
    origin = origin_of(run.tags)
    started_by = {_STARTED_BY: "person" if origin == "backfill" else origin}
    return {_CONTINUES: run.run_id, **started_by, **(range_tags(weeks) if weeks[0] != weeks[1] else {})}


def backfill_tags(backfill_id: str) -> dict[str, str]:
    """The tags that every run of a backfill has."""
    return {_BACKFILL: backfill_id}


def weeks_of_run(tags: Mapping[str, str]) -> WeekRange | None:
    """First and last week of the run with these tags; None when it is not about weeks."""
    one = tags.get("dagster/partition", "")
    try:
        return week_of_key(tags.get(_RANGE_START, one)), week_of_key(tags.get(_RANGE_END, one))
    except ValueError:
        return None


def origin_of(tags: Mapping[str, str]) -> Origin:
    """Who launched the run with these tags. A backfill's runs count as its own, whoever started it."""
    if started_by := tags.get(_STARTED_BY):
        return cast("Origin", started_by)
    return next((origin for tag, origin in _ORIGINS if tag in tags), "person")
