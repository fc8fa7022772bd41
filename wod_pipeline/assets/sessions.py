"""The middle assets: each post cut into dated sessions, then parsed into a structured ParsedPost."""

import datetime as dt
from collections.abc import Mapping

import dagster as dg

from wod_pipeline.assets import previews
from wod_pipeline.parser_version import made_from
from wod_pipeline.parsing import outline_post, structure_post
from wod_pipeline.program import OutlinedPost, ParsedPost, PlainPost, Weekly
from wod_pipeline.resources.records import RecordsResource
from wod_pipeline.resources.weekly import week_output

PlainWeek = Weekly[PlainPost]
OutlinedWeek = Weekly[OutlinedPost]
ParsedWeek = Weekly[ParsedPost]


def daily_sessions(
    context: dg.AssetExecutionContext, plain_text_posts: Mapping[dt.date, PlainWeek]
) -> dg.Output[Mapping[dt.date, OutlinedWeek]]:
    """The lines of each post grouped by dated session: heading, weekday, date and kind of day."""
    return week_output(context, lambda week: outlined_week(plain_text_posts[week]), previews.of_outlined_week)


def outlined_week(plain: PlainWeek) -> OutlinedWeek:
    """Cut every post of a week into sessions."""
    return plain.with_posts([outline_post(post) for post in plain.posts], made_from(plain))


def segmented_exercises(
    context: dg.AssetExecutionContext,
    daily_sessions: Mapping[dt.date, OutlinedWeek],
    week_records: RecordsResource,
) -> dg.Output[Mapping[dt.date, ParsedWeek]]:
    """The structured ParsedPost: segments, blocks, exercises, loads, set rows, notes and diagnostics of each post."""
    return week_output(
        context,
        lambda week: parsed_week(daily_sessions[week]),
        lambda parsed: previews.of_parsed_week(parsed, week_records.of(parsed)),
    )


def parsed_week(outlined: OutlinedWeek) -> ParsedWeek:
    """Parse every post of a week."""
    return outlined.with_posts([structure_post(post) for post in outlined.posts], made_from(outlined))
