"""The freshness sensor: looks whether the week people need is stored, and tells them when it is not.

What is due and what to tell is decided in `watching.freshness`; here the table and the site are asked, and
messages are sent. A message that cannot be sent stays due.
"""

import datetime as dt
import logging
from collections.abc import Iterable
from dataclasses import dataclass

import dagster as dg

from wod_pipeline import messages
from wod_pipeline.errors import SourceError, StorageError
from wod_pipeline.messages import LastSeen, Links
from wod_pipeline.messages.delivery import Notifier
from wod_pipeline.program import RawPost, WeekRecords
from wod_pipeline.quality import Case, judge
from wod_pipeline.resources.notifier import NotifierResource
from wod_pipeline.resources.session_table import SessionTableResource
from wod_pipeline.resources.source import SourceResource
from wod_pipeline.sensors.ticks import default_status, read_cursor, send, within_a_tick, write_cursor
from wod_pipeline.settings import Settings
from wod_pipeline.watching import freshness
from wod_pipeline.watching.freshness import Cause, Revision, Rules, Standing, State
from wod_pipeline.wordpress import gather_weeks

RECORDS = dg.AssetKey("session_records")
POSTED_EARLY = dt.timedelta(days=3)
"""How long before the deadline a week may come and still count for the badge."""


def freshness_badge(settings: Settings) -> dg.FreshnessPolicy:
    """The same deadline as a badge in the UI. It knows no partitions: a week stored lately, whichever it is,
    turns it green. What counts is the sensor.
    """
    cron = settings.deadline.as_cron()
    return dg.FreshnessPolicy.cron(cron, lower_bound_delta=POSTED_EARLY, timezone=settings.timezone)


def with_badge(assets: Iterable[dg.AssetsDefinition], badge: dg.FreshnessPolicy) -> list[dg.AssetsDefinition]:
    """The assets, the badge on the last of a week: the session records."""

    def badged(spec: dg.AssetSpec) -> dg.AssetSpec:
        return dg.apply_freshness_policy(spec, badge) if spec.key == RECORDS else spec

    return [asset.map_asset_specs(badged) for asset in assets]


def freshness_sensor(settings: Settings) -> dg.SensorDefinition:
    """The sensor, with the deadlines of the settings."""
    rules = Rules(settings.zone, settings.deadline, settings.critical_from)
    links = Links(settings.base_url)

    @dg.sensor(
        name="freshness",
        minimum_interval_seconds=settings.sensor_interval_s,
        default_status=default_status(settings),
        description="Warns when the week people need is not stored by its deadline, and says when it is there.",
    )
    def freshness_(
        context: dg.SensorEvaluationContext,
        source: SourceResource,
        session_table: SessionTableResource,
        notifier: NotifierResource,
    ) -> dg.SensorResult:
        state = read_cursor(context.cursor, State, context.log)
        watch = Watch(rules, links, source, session_table, notifier.open(), context.log)
        state, reason = watch.tick(dt.datetime.now(dt.timezone.utc), state)
        return dg.SensorResult(skip_reason=reason, cursor=write_cursor(state))

    return freshness_


class Site:
    """The site for one tick: asked for each week that is missing, but not again once it failed."""

    def __init__(self, source: SourceResource) -> None:
        self._source = source
        self._failure: SourceError | None = None

    def standing(self, now: dt.datetime, week: dt.date, stored: WeekRecords | None, state: State) -> Standing:
        """Why the table lacks sessions of the week."""
        listed = [] if self._failure else self._posts_of(week)
        if self._failure:
            return Standing(Cause.COULD_NOT_LOOK, self._failure.what)
        taken = [Revision(stamp.content_sha256) for stamp in stored.posts] if stored else []
        return Standing(freshness.cause_of_absence(now, map(_revision, listed), taken, state))

    def _posts_of(self, week: dt.date) -> list[RawPost]:
        try:
            return within_a_tick(lambda: gather_weeks(self._source.open(), [week], {})[week].posts)
        except SourceError as error:
            self._failure = error
            return []


@dataclass(frozen=True)
class Watch:
    """Everything a tick looks at and speaks through."""

    rules: Rules
    links: Links
    source: SourceResource
    table: SessionTableResource
    notifier: Notifier
    log: logging.Logger

    def tick(self, now: dt.datetime, state: State) -> tuple[State, str]:
        """Judge the weeks that are due and send what is due; the new state, and what the tick found."""
        weeks = freshness.weeks_to_judge(now, self.rules, state)
        site = Site(self.source)
        standings = {week: self.standing(now, week, state, site) for week in weeks}
        state = freshness.advance(now, self.rules, standings, state)
        notices = freshness.due_notices(now, self.rules, standings, state)
        for notice in notices:
            message = messages.freshness(notice, self.rules, self.last_seen(), self.links)
            if send(self.notifier, message, self.log):
                state = freshness.delivered(state, notice)
        return state, _summary(standings)

    def standing(self, now: dt.datetime, week: dt.date, state: State, site: Site) -> Standing:
        """How the week stands: by the table first, and only when it lacks the week by the site."""
        try:
            stored = self.table.open().read_week(week)
        except StorageError as error:
            return Standing(Cause.STORE_UNREADABLE, error.what)
        if stored and stored.records:
            return standing_of_stored(stored)
        settled = freshness.settled_cause(week, state)
        return Standing(settled) if settled else site.standing(now, week, stored, state)

    def last_seen(self) -> LastSeen | None:
        """The newest week with sessions, as far as the table can say."""
        try:
            newest = self.table.open().newest_week()
        except StorageError as error:
            self.log.warning("The newest stored week is unknown: %s", error)
            return None
        return LastSeen(newest.week, newest.sessions) if newest else None


def standing_of_stored(stored: WeekRecords) -> Standing:
    """A stored week is good unless a claim about it alone is breached as an error."""
    broken = [verdict for verdict in judge(Case(stored)) if not verdict.passed and verdict.grade == "error"]
    if not broken:
        return Standing(None, sessions=len(stored.records))
    says = " ".join(f"{verdict.claim}: {verdict.says}" for verdict in broken)
    return Standing(Cause.DOUBTFUL, says, len(stored.records))


def _revision(post: RawPost) -> Revision:
    times = [time for time in (_utc(post.date_gmt), _utc(post.modified_gmt)) if time]
    return Revision(post.content_sha256, max(times, default=None))


def _utc(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text).replace(tzinfo=dt.timezone.utc)
    except ValueError:
        return None


def _summary(standings: dict[dt.date, Standing]) -> str:
    return "; ".join(
        f"week {week}: {standing.cause.value.replace('_', ' ')}. {standing.detail}".rstrip(" .")
        if standing.cause
        else f"week {week}: good, {standing.sessions} sessions"
        for week, standing in standings.items()
    )
