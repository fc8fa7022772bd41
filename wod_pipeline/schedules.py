"""The weekly schedule: looks for the week that matters and requests a run only when there is something to store.

A tick first asks the site for the posts of one week, which costs little next to a run. An unpublished or
unchanged week is skipped with the reason. A site that cannot be read fails the tick, so that *could not look* is
never taken for *not published*.
"""

import datetime as dt
import logging

import dagster as dg

from wod_pipeline.errors import SourceBusy
from wod_pipeline.jobs import training_week_job
from wod_pipeline.parsing import weeks_of
from wod_pipeline.resources.session_table import SessionTableResource
from wod_pipeline.resources.source import SourceResource
from wod_pipeline.sensors.ticks import ask_site
from wod_pipeline.settings import Settings
from wod_pipeline.watching import posts
from wod_pipeline.weeks import key_of, week_for
from wod_pipeline.wordpress import gather_weeks

log = logging.getLogger(__name__)


def build_schedules(settings: Settings) -> list[dg.ScheduleDefinition]:
    """The schedule, at the times of the settings."""
    on = settings.automation == "on"

    @dg.schedule(
        name="weekly",
        job=training_week_job,
        cron_schedule=[settings.publish_cron, settings.recheck_cron],
        execution_timezone=settings.timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING if on else dg.DefaultScheduleStatus.STOPPED,
        description="Requests a run for the current week (from Sunday evening the coming one) if its posts changed.",
    )
    def weekly(
        context: dg.ScheduleEvaluationContext, source: SourceResource, session_table: SessionTableResource
    ) -> dg.RunRequest | dg.SkipReason:
        at = context.scheduled_execution_time
        week = week_for(at, settings.zone)
        reason = fetch_skip_reason(week, source, session_table)
        if reason:
            return dg.SkipReason(reason)
        return dg.RunRequest(partition_key=key_of(week), run_key=tick_key(week, at))

    return [weekly]


def fetch_skip_reason(week: dt.date, source: SourceResource, table: SessionTableResource) -> str:
    """Why the week needs no run now; empty when it does. Raises `SourceError` and `StorageError`.

    While a run asks the site, the week gets a run of its own, which waits until it may ask.
    """
    try:
        listed = ask_site(
            source, "the schedule weekly", log, lambda site: gather_weeks(site, [week], {})[week].posts
        )
    except SourceBusy:
        return ""
    stored = posts.stored_revisions((entry.week, entry.posts) for entry in table.open().weeks())
    return posts.reason_to_skip(week, listed, weeks_of, stored)


def tick_key(week: dt.date, at: dt.datetime) -> str:
    """Names a request by week and tick: with the week alone Dagster would drop every later request for it."""
    return f"weekly/{week}@{at.astimezone(dt.timezone.utc):%Y-%m-%dT%H:%MZ}"
