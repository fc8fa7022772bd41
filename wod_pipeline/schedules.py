"""The weekly schedule: looks for the week that matters and requests a run only when it has something to
take in.

A tick asks the site first, cheaply. An unpublished or unchanged week is a skip with its reason; a site that
cannot be read fails the tick, so that *could not look* never passes for *nothing there*.
"""

import datetime as dt

import dagster as dg

from wod_pipeline.jobs import training_week_job
from wod_pipeline.resources.session_table import SessionTableResource
from wod_pipeline.resources.source import SourceResource
from wod_pipeline.sensors.ticks import within_a_tick
from wod_pipeline.settings import Settings
from wod_pipeline.watching import posts
from wod_pipeline.weeks import week_for
from wod_pipeline.wordpress import gather_weeks


def build_schedules(settings: Settings) -> list[dg.ScheduleDefinition]:
    """The schedule, at the times of the settings."""
    on = settings.automation == "on"

    @dg.schedule(
        name="weekly",
        job=training_week_job,
        cron_schedule=[settings.publish_cron, settings.recheck_cron],
        execution_timezone=settings.timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING if on else dg.DefaultScheduleStatus.STOPPED,
        description="Looks for the coming week on Sunday evening, and again until it is there or when it changed.",
    )
    def weekly(
        context: dg.ScheduleEvaluationContext, source: SourceResource, session_table: SessionTableResource
    ) -> dg.RunRequest | dg.SkipReason:
        at = context.scheduled_execution_time
        week = week_for(at, settings.zone)
        reason = reason_to_skip(week, source, session_table)
        if reason:
            return dg.SkipReason(reason)
        return dg.RunRequest(partition_key=week.isoformat(), run_key=run_key(week, at))

    return [weekly]


def reason_to_skip(week: dt.date, source: SourceResource, table: SessionTableResource) -> str:
    """Why the week needs no run now; empty when it does. Raises `SourceError` and `StorageError`."""
    listed = within_a_tick(lambda: gather_weeks(source.open(), [week], {})[week].posts)
    known = posts.known_posts((stored.week, stored.posts) for stored in table.open().weeks())
    return posts.reason_to_skip(week, listed, known)


def run_key(week: dt.date, at: dt.datetime) -> str:
    """Names a request by week and tick, so that a later look at the same week is never taken for a repeat."""
    return f"weekly/{week}@{at.astimezone(dt.timezone.utc):%Y-%m-%dT%H:%MZ}"
