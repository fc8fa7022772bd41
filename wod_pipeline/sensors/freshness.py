"""The freshness sensor: tells people when the week they need is not stored, and when it has come.

`watching.freshness` decides which weeks to judge and which messages are due; here the table and the site are
asked, and the messages are sent. A message that cannot be sent stays due.
"""

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass

import dagster as dg

from wod_pipeline import messages
from wod_pipeline.errors import SourceBusy, SourceError, StorageError
from wod_pipeline.messages import LastSeen, Links
from wod_pipeline.messages.delivery import Notifier
from wod_pipeline.parsing import week_of
from wod_pipeline.post_times import utc_of
from wod_pipeline.program import RawPost, WeekRecords
from wod_pipeline.quality import Case, judge
from wod_pipeline.resources.notifier import NotifierResource
from wod_pipeline.resources.session_table import SessionTableResource
from wod_pipeline.resources.source import SourceResource
from wod_pipeline.sensors.ticks import (
    SITE_TIMEOUT_S,
    AnswerT,
    ask_site,
    default_status,
    read_cursor,
    send,
    within_a_tick,
    write_cursor,
)
from wod_pipeline.settings import Settings
from wod_pipeline.status import is_dated_elsewhere, name_elsewhere, publication_days
from wod_pipeline.watching import freshness
from wod_pipeline.watching.freshness import Cause, Deadlines, FreshnessState, Revision, Standing
from wod_pipeline.wording import count
from wod_pipeline.wordpress import PostSource, gather_weeks

log = logging.getLogger(__name__)


def freshness_sensor(settings: Settings) -> dg.SensorDefinition:
    """The sensor, with the deadlines of the settings."""
    deadlines = Deadlines(settings.zone, settings.deadline, settings.critical_from)
    links = Links(settings.base_url)

    @dg.sensor(
        name="freshness",
        minimum_interval_seconds=settings.sensor_interval_s,
        default_status=default_status(settings),
        description="Tells people when the week they need is not stored by its deadline, and when it has come.",
    )
    def freshness_(
        context: dg.SensorEvaluationContext,
        source: SourceResource,
        session_table: SessionTableResource,
        notifier: NotifierResource,
    ) -> dg.SensorResult:
        state = read_cursor(context.cursor, FreshnessState, context.log)
        tick = FreshnessTick(deadlines, links, source, session_table, notifier.open(), context.log)
        state, reason = tick.run(dt.datetime.now(dt.timezone.utc), state)
        return dg.SensorResult(skip_reason=reason, cursor=write_cursor(state))

    return freshness_


class SiteInTick:
    """The site for one tick: asked for each missing week, but not again after a failure.

    A site that is down answers each request only after a timeout, and a tick has time for one of those.
    """

    def __init__(self, source: SourceResource) -> None:
        self._source = source
        self._failure: SourceError | None = None

    def standing(
        self, now: dt.datetime, week: dt.date, stored: WeekRecords | None, state: FreshnessState
    ) -> Standing:
        """Why the table lacks sessions of the week."""
        listed, elsewhere = ([], []) if self._failure else self._fetch_posts(week)
        if self._failure:
            return Standing(Cause.COULD_NOT_LOOK, self._failure.what)
        revisions = [Revision(stamp.content_sha256) for stamp in stored.posts] if stored else []
        cause = freshness.cause_of_absence(now, map(_revision, listed), revisions, state)
        if cause is Cause.NOT_PUBLISHED and elsewhere:
            return Standing(Cause.DATED_ELSEWHERE, " ".join(f"{each}." for each in elsewhere))
        return Standing(cause)

    def _fetch_posts(self, week: dt.date) -> tuple[list[RawPost], list[str]]:
        """The week's posts; without any, those published in their place that name a week far off, in words."""
        try:
            return self._ask(lambda site: _week_and_elsewhere(site, week))
        except SourceError as error:
            self._failure = error
            return [], []

    def _ask(self, ask: Callable[[PostSource], AnswerT]) -> AnswerT:
        """The site's answer. While a run asks it, it is asked all the same: no run may keep an alert back."""
        try:
            return ask_site(self._source, "the sensor freshness", log, ask)
        except SourceBusy:
            return within_a_tick(lambda: ask(self._source.open(SITE_TIMEOUT_S)))


def _week_and_elsewhere(source: PostSource, week: dt.date) -> tuple[list[RawPost], list[str]]:
    posts = gather_weeks(source, [week], {})[week].posts
    if posts:
        return posts, []
    published = ((post, week_of(post)) for post in source.fetch_published(*publication_days(week)))
    return [], name_elsewhere((post, named) for post, named in published if is_dated_elsewhere(post, named))


@dataclass(frozen=True)
class FreshnessTick:
    """One tick of the sensor, with everything it reads and the notifier it sends with."""

    deadlines: Deadlines
    links: Links
    source: SourceResource
    table: SessionTableResource
    notifier: Notifier
    log: logging.Logger

    def run(self, now: dt.datetime, state: FreshnessState) -> tuple[FreshnessState, str]:
        """Judge the weeks that are due and send the notices that are due; the new state, and how the weeks stand."""
        weeks = freshness.weeks_to_judge(now, self.deadlines, state)
        site = SiteInTick(self.source)
        standings = {week: self.standing(now, week, state, site) for week in weeks}
        state = freshness.update_episodes(now, self.deadlines, standings, state)
        notices = freshness.due_notices(now, self.deadlines, standings, state)
        for notice in notices:
            today = now.astimezone(self.deadlines.zone).date()
            message = messages.freshness(notice, self.deadlines, self.last_seen(), self.links, today)
            if send(self.notifier, message, self.log):
                state = freshness.mark_delivered(state, notice)
        return state, _summary(standings)

    def standing(self, now: dt.datetime, week: dt.date, state: FreshnessState, site: SiteInTick) -> Standing:
        """How the week stands. The site is asked only when the table lacks the week."""
        try:
            stored = self.table.open().read_week(week)
        except StorageError as error:
            return Standing(Cause.STORE_UNREADABLE, error.what)
        if stored and stored.records:
            return standing_of_stored(stored)
        settled = freshness.settled_cause(week, state)
        return Standing(settled) if settled else site.standing(now, week, stored, state)

    def last_seen(self) -> LastSeen | None:
        """The newest week with stored sessions; None when there is none or the table cannot be read."""
        try:
            newest = self.table.open().newest_week()
        except StorageError as error:
            self.log.warning(
                "The message does not name the newest stored week, which could not be read: %s", error
            )
            return None
        return LastSeen(newest.week, newest.sessions) if newest else None


def standing_of_stored(stored: WeekRecords) -> Standing:
    """How a stored week stands: good, unless it breaches a check as an error.

    Only checks that need nothing but the week itself are judged: a tick does not read the weeks before it.
    """
    breached = [verdict for verdict in judge(Case(stored)) if not verdict.passed and verdict.grade == "error"]
    if not breached:
        return Standing(None, sessions=len(stored.records))
    detail = " ".join(f"{verdict.claim}: {verdict.says}" for verdict in breached)
    return Standing(Cause.DOUBTFUL, detail, len(stored.records))


def _revision(post: RawPost) -> Revision:
    times = [time for time in (utc_of(post.date_gmt), utc_of(post.modified_gmt)) if time]
    return Revision(post.content_sha256, max(times, default=None))


def _summary(standings: dict[dt.date, Standing]) -> str:
    return "; ".join(
        f"week {week}: {standing.cause.value.replace('_', ' ')}. {standing.detail}".rstrip(" .")
        if standing.cause
        else f"week {week}: good, {count(standing.sessions, 'session')}"
        for week, standing in standings.items()
    )
