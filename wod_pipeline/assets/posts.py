"""The first two assets: the posts of a week as received, and their plain text."""

import datetime as dt
from collections.abc import Mapping

import dagster as dg

from wod_pipeline.assets import previews
from wod_pipeline.errors import RERUN_HELPS, SourceError, rerun_clears_all
from wod_pipeline.pacing import batched
from wod_pipeline.parsing import read_post
from wod_pipeline.program import Outcome, PlainPost, RawPost, Weekly
from wod_pipeline.resources.lake import LakeResource
from wod_pipeline.resources.partitioned import storage_metadata, week_output
from wod_pipeline.resources.source import SourceResource
from wod_pipeline.storage import Lake
from wod_pipeline.storage.stages import BATCH, read_stage, write_stage
from wod_pipeline.wordpress import CHUNK_WEEKS, PostSource, gather_weeks

RawWeek = Weekly[RawPost]
PlainWeek = Weekly[PlainPost]


def raw_posts(
    context: dg.AssetExecutionContext, source: SourceResource, lake: LakeResource
) -> dg.Output[Mapping[str, RawWeek]]:
    """The WordPress posts of each week exactly as received; a week without one is recorded as not published.

    The archive is asked for in chunks of weeks. A chunk that cannot be fetched fails the run at the end and is
    named; the other chunks are stored first, and a rerun needs only the named weeks.
    """
    posts, kept = source.open(), lake.open()
    weeks: dict[str, RawWeek] = {}
    failures: dict[str, SourceError] = {}
    for keys in batched(context.partition_keys, CHUNK_WEEKS):
        try:
            weeks |= _fetch(posts, kept, keys)
        except SourceError as error:
            failures[f"{keys[0]} to {keys[-1]}" if len(keys) > 1 else keys[0]] = error
            continue
        context.log.info("Fetched weeks %s to %s from %s", keys[0], keys[-1], posts.name)
    if failures:
        _store_what_came(context, kept, weeks)
        raise _failure(failures)
    _warn_of_absent(context, weeks)
    return week_output(context, weeks.__getitem__, previews.of_raw_week)


def _fetch(source: PostSource, lake: Lake, keys: list[str]) -> dict[str, RawWeek]:
    """Fetch one chunk of weeks, holding on to stored posts that the source lists no longer."""
    previous = {dt.date.fromisoformat(k): v for k, v in read_stage(lake, "raw_posts", keys).items()}
    found = gather_weeks(source, [dt.date.fromisoformat(key) for key in keys], previous)
    return {week.isoformat(): value for week, value in found.items()}


def _store_what_came(context: dg.AssetExecutionContext, lake: Lake, weeks: Mapping[str, RawWeek]) -> None:
    """Store and record the weeks of the chunks that were fetched, before the run fails for the others."""
    for keys in batched(weeks, BATCH):
        for key, written in write_stage(lake, "raw_posts", {key: weeks[key] for key in keys}).items():
            metadata = {**previews.of_raw_week(weeks[key]), **storage_metadata(written)}
            context.log_event(dg.AssetMaterialization(context.asset_key, partition=key, metadata=metadata))


def _failure(failures: Mapping[str, SourceError]) -> dg.Failure:
    return dg.Failure(
        description="These weeks could not be fetched; weeks of other chunks are stored:\n"
        + "\n".join(f"{weeks}: {error}" for weeks, error in failures.items()),
        metadata={"weeks_failed": list(failures), RERUN_HELPS: rerun_clears_all(failures.values())},
        allow_retries=any(error.rerun_helps for error in failures.values()),
    )


def _warn_of_absent(context: dg.AssetExecutionContext, weeks: Mapping[str, RawWeek]) -> None:
    absent = [key for key, week in weeks.items() if week.outcome is Outcome.NOT_PUBLISHED]
    if absent:
        context.log.warning("Not published: %s", ", ".join(absent))


def plain_text_posts(
    context: dg.AssetExecutionContext, raw_posts: Mapping[str, RawWeek]
) -> dg.Output[Mapping[str, PlainWeek]]:
    """Every visible line and every link of each post, without markup and without interpretation."""
    return week_output(context, lambda key: plain_week(raw_posts[key]), previews.of_plain_week)


def plain_week(raw: RawWeek) -> PlainWeek:
    """Read the lines of every post of a week."""
    return raw.with_posts([read_post(post) for post in raw.posts])
