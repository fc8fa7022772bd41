"""The first two assets: the posts of a week as received, and their plain text."""

import datetime as dt
from collections.abc import Mapping

import dagster as dg

from wod_pipeline.assets import previews
from wod_pipeline.errors import RERUN_HELPS, SourceBusy, SourceError, rerun_clears_all
from wod_pipeline.looks import Look, failure_of
from wod_pipeline.pacing import batched
from wod_pipeline.parser_version import PARSER_VERSION
from wod_pipeline.parsing import read_post
from wod_pipeline.program import Outcome, PlainPost, RawPost, Weekly
from wod_pipeline.quality import malformed_posts
from wod_pipeline.resources.lake import LakeResource
from wod_pipeline.resources.source import SourceResource, name_run, posts_of_run
from wod_pipeline.resources.weekly import Metadata, record_stored, storage_metadata, week_output
from wod_pipeline.storage import Lake
from wod_pipeline.storage.healing import read_healed
from wod_pipeline.storage.looks import write_week_looks
from wod_pipeline.storage.stages import BATCH, write_stage
from wod_pipeline.weeks import key_of, weeks_of
from wod_pipeline.wordpress import CHUNK_WEEKS, PostSource, gather_weeks

RawWeek = Weekly[RawPost]
PlainWeek = Weekly[PlainPost]


def raw_posts(
    context: dg.AssetExecutionContext, source: SourceResource, lake: LakeResource
) -> dg.Output[Mapping[dt.date, RawWeek]]:
    """The WordPress posts of each week exactly as received; a week without one is recorded as not published.

    The archive is requested in chunks of weeks. A chunk that cannot be fetched fails the run, but only after the
    other chunks are stored; the failure names the weeks that a rerun needs.
    """
    kept = lake.open()
    posts, named = _open_source(context, source, kept), posts_of_run(context.op_execution_context.run_tags)
    weeks: dict[dt.date, RawWeek] = {}
    failures: dict[tuple[dt.date, ...], SourceError] = {}
    for chunk in batched(weeks_of(context.partition_keys), CHUNK_WEEKS):
        previous = _previous(context, kept, chunk)
        try:
            with source.reserve(name_run(context.run_id), context.log.info):
                weeks |= gather_weeks(posts, chunk, previous, context.log.warning, also=named)
        except SourceError as error:
            failures[tuple(chunk)] = error
            continue
        context.log.info("Fetched weeks %s to %s from %s", chunk[0], chunk[-1], posts.name)
    _warn_of_malformed(context, weeks)
    write_week_looks(kept, _looks(weeks, failures))
    if failures:
        _store_fetched(context, kept, weeks)
        raise _failure(failures)
    _warn_of_absent(context, weeks)
    return week_output(context, weeks.__getitem__, previews.of_raw_week)


def _previous(
    context: dg.AssetExecutionContext, lake: Lake, weeks: list[dt.date]
) -> Mapping[dt.date, RawWeek]:
    """The weeks as last fetched. A corrupt one is made again first, so that it can be read without the source too."""
    previous, lost = read_healed(lake, "raw_posts", weeks, context.log.warning)
    for error in lost.values():
        context.log.warning("%s No revision of its posts is kept.", error.what)
    return previous


def _open_source(context: dg.AssetExecutionContext, source: SourceResource, lake: Lake) -> PostSource:
    """The source. One that cannot even be opened is a failed look at every week of the run."""
    try:
        return source.open()
    except SourceError as error:
        write_week_looks(lake, _looks({}, {tuple(weeks_of(context.partition_keys)): error}))
        raise


def _looks(
    weeks: Mapping[dt.date, RawWeek], failures: Mapping[tuple[dt.date, ...], SourceError]
) -> dict[dt.date, Look | None]:
    """The look at each week: that it is not published, or that it could not be read; None when it has a post."""
    now = dt.datetime.now(dt.timezone.utc).replace(microsecond=0)
    looks: dict[dt.date, Look | None] = {
        week: None if raw.posts else Look(now) for week, raw in weeks.items()
    }
    for failed, error in failures.items():
        if isinstance(error, SourceBusy):  # the site was not asked
            continue
        looks |= dict.fromkeys(failed, Look(failed_at=now, failure=failure_of(error)))
    return looks


def _store_fetched(context: dg.AssetExecutionContext, lake: Lake, weeks: Mapping[dt.date, RawWeek]) -> None:
    """Store and record the weeks that were fetched, before the run fails for the others."""
    stored: dict[dt.date, Metadata] = {}
    for batch in batched(weeks, BATCH):
        for week, written in write_stage(lake, "raw_posts", {week: weeks[week] for week in batch}).items():
            stored[week] = {**previews.of_raw_week(weeks[week]), **storage_metadata(written)}
    if stored:
        record_stored(context, stored)


def _failure(failures: Mapping[tuple[dt.date, ...], SourceError]) -> dg.Failure:
    return dg.Failure(
        description="These weeks could not be fetched; weeks of other chunks are stored:\n"
        + "\n".join(
            f"{' to '.join(dict.fromkeys(map(key_of, (weeks[0], weeks[-1]))))}: {error}"
            for weeks, error in failures.items()
        ),
        metadata={
            "weeks_failed": [key_of(week) for weeks in failures for week in weeks],
            RERUN_HELPS: rerun_clears_all(failures.values()),
        },
        allow_retries=any(error.rerun_helps for error in failures.values()),
    )


def _warn_of_absent(context: dg.AssetExecutionContext, weeks: Mapping[dt.date, RawWeek]) -> None:
    absent = [f"{monday}" for monday, week in weeks.items() if week.outcome is Outcome.NOT_PUBLISHED]
    if absent:
        context.log.warning("Not published: %s", ", ".join(absent))


def _warn_of_malformed(context: dg.AssetExecutionContext, weeks: Mapping[dt.date, RawWeek]) -> None:
    for week in weeks.values():
        for name, problems in malformed_posts(week):
            context.log.warning("Week %s, %s is not as WordPress sends posts: %s", week.week, name, problems)


def plain_text_posts(
    context: dg.AssetExecutionContext, raw_posts: Mapping[dt.date, RawWeek]
) -> dg.Output[Mapping[dt.date, PlainWeek]]:
    """Every visible line and every link of each post, without markup and without interpretation."""
    return week_output(context, lambda week: plain_week(raw_posts[week]), previews.of_plain_week)


def plain_week(raw: RawWeek) -> PlainWeek:
    """Read the lines of every post of a week."""
    return raw.with_posts([read_post(post) for post in raw.posts], PARSER_VERSION)
