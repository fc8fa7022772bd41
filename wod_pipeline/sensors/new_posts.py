"""The new-post sensor: asks the site for new and edited posts and requests runs for exactly their weeks.

What is new, when to ask a failing site again and what to tell is decided in `watching`; here the site and the
table are asked, runs requested and messages sent. The cursor moves together with the requests.
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import dagster as dg
import msgspec

from wod_pipeline import messages
from wod_pipeline.errors import SourceError
from wod_pipeline.jobs import range_tags, training_week_job
from wod_pipeline.messages import Links
from wod_pipeline.messages.delivery import Notifier
from wod_pipeline.parsing import week_of
from wod_pipeline.program import RawPost
from wod_pipeline.resources.notifier import NotifierResource
from wod_pipeline.resources.session_table import SessionTableResource
from wod_pipeline.resources.source import SourceResource
from wod_pipeline.sensors.ticks import default_status, read_cursor, send, within_a_tick, write_cursor
from wod_pipeline.settings import Settings
from wod_pipeline.watching import outage, posts
from wod_pipeline.watching.posts import Known, State
from wod_pipeline.weeks import DAY, ranges_of


def new_posts_sensor(settings: Settings, weeks: dg.PartitionsDefinition[str]) -> dg.SensorDefinition:
    """The sensor over these weeks."""
    links = Links(settings.base_url)

    @dg.sensor(
        name="new_posts",
        job=training_week_job,
        minimum_interval_seconds=settings.sensor_interval_s,
        default_status=default_status(settings),
        description="Requests a run for exactly the weeks whose posts are new, edited or moved.",
    )
    def new_posts(
        context: dg.SensorEvaluationContext,
        source: SourceResource,
        session_table: SessionTableResource,
        notifier: NotifierResource,
    ) -> dg.SensorResult:
        state = read_cursor(context.cursor, State, context.log)
        watch = Watch(settings, links, source, session_table, notifier.open(), context.log, is_week)
        found = watch.tick(dt.datetime.now(dt.timezone.utc), state)
        return dg.SensorResult(
            run_requests=[run_request(*request, found.state) for request in found.requests],
            skip_reason=None if found.requests else found.reason,
            cursor=write_cursor(found.state),
        )

    def is_week(week: dt.date) -> bool:
        return weeks.has_partition_key(week.isoformat())

    return new_posts


Request = tuple[tuple[dt.date, dt.date], list[RawPost]]
"""First and last week, and the posts that ask for them."""


@dataclass(frozen=True)
class Found:
    """What a tick leaves: runs to request, the new state, and what it found."""

    requests: list[Request]
    state: State
    reason: str


@dataclass(frozen=True)
class Reading:
    """What the site said: its posts of late and, when a sweep is due, every id it lists."""

    name: str
    posts: list[RawPost]
    listed: set[int] | None


@dataclass(frozen=True)
class Watch:
    """Everything a tick looks at and speaks through."""

    settings: Settings
    links: Links
    source: SourceResource
    table: SessionTableResource
    notifier: Notifier
    log: logging.Logger
    is_week: Callable[[dt.date], bool]

    def tick(self, now: dt.datetime, state: State) -> Found:
        """Ask the site, unless it failed a moment ago, and decide which weeks to run again."""
        if state.outage and now < state.outage.next_try:
            return Found([], state, _waiting(state.outage))
        known = self._known()
        missing = posts.overdue(now, known, state)
        try:
            site = within_a_tick(lambda: _read(self.source, now, state, missing))
        except SourceError as error:
            return self._failed(now, state, error)
        state = self._recovered(site.name, state)
        if site.listed is not None:
            state = self._swept(now, site.name, site.listed, known, state)
        return self._decide(now, site.posts, known, state)

    def _decide(
        self, now: dt.datetime, read: list[RawPost], known: dict[int, list[Known]], state: State
    ) -> Found:
        news = posts.news(now, read, week_of, known, state, self.is_week)
        for week, unknown in news.unknown.items():
            ids = ", ".join(str(post.id) for post in unknown)
            self.log.warning("Post %s belongs to the week of %s, which is no partition: not run.", ids, week)
        wanted = {
            post.id: post for asking in [*news.weeks.values(), *news.unknown.values()] for post in asking
        }
        state = posts.asked(now, read, wanted.values(), week_of, state)
        requests = [(span, _posts_of(span, news.weeks)) for span in ranges_of(set(news.weeks))]
        for (first, last), asking in requests:
            self.log.info("Weeks %s to %s, for posts %s", first, last, sorted(post.id for post in asking))
        return Found(requests, state, f"{len(read)} posts read, none new or edited.")

    def _known(self) -> dict[int, list[Known]]:
        return posts.known_posts((stored.week, stored.posts) for stored in self.table.open().weeks())

    def _failed(self, now: dt.datetime, state: State, error: SourceError) -> Found:
        failing = outage.failed(
            now,
            state.outage,
            error.what,
            passing=error.rerun_helps,
            first_pause=dt.timedelta(seconds=self.settings.sensor_interval_s),
        )
        if outage.is_worth_telling(now, failing):
            message = messages.source_down(self._name, failing, self.settings.zone, self.links)
            if send(self.notifier, message, self.log):
                failing = outage.told(failing)
        return Found([], msgspec.structs.replace(state, outage=failing), _waiting(failing))

    def _recovered(self, name: str, state: State) -> State:
        if state.outage and state.outage.told:
            message = messages.source_back(name, state.outage, self.settings.zone, self.links)
            if not send(self.notifier, message, self.log):
                return state
        return msgspec.structs.replace(state, outage=None)

    def _swept(
        self, now: dt.datetime, name: str, listed: set[int], known: dict[int, list[Known]], state: State
    ) -> State:
        gone = posts.newly_gone(listed, known, state)
        if gone and not send(self.notifier, messages.posts_gone(name, gone, self.links), self.log):
            return state
        return posts.swept(now, listed, gone, state)

    @property
    def _name(self) -> str:
        """What to call a site that may not even open."""
        return self.settings.wordpress_url if self.settings.source == "wordpress" else self.settings.source


def run_request(weeks: tuple[dt.date, dt.date], asking: Iterable[RawPost], state: State) -> dg.RunRequest:
    """One run for one week or for a range of neighbours."""
    key = posts.run_key(weeks, asking, state)
    if weeks[0] == weeks[1]:
        return dg.RunRequest(partition_key=weeks[0].isoformat(), run_key=key)
    return dg.RunRequest(run_key=key, tags=range_tags(weeks))


def _read(source: SourceResource, now: dt.datetime, state: State, missing: set[int]) -> Reading:
    """Posts edited since the last reading, posts published since (a scheduled one may not be edited), and
    those that are missing in the table.
    """
    site, since = source.open(), posts.read_since(now, state)
    published = site.fetch_published(since.date() - DAY, now.date() + DAY)
    again = site.fetch_ids(missing) if missing else []
    found = {post.id: post for post in [*published, *site.fetch_modified(since), *again]}
    return Reading(
        site.name, list(found.values()), site.list_ids() if posts.is_sweep_due(now, state) else None
    )


def _posts_of(span: tuple[dt.date, dt.date], weeks: dict[dt.date, list[RawPost]]) -> list[RawPost]:
    """The posts that ask for weeks of the span, each once."""
    asking = (post for week, found in weeks.items() if span[0] <= week <= span[1] for post in found)
    return list({post.id: post for post in asking}.values())


def _waiting(failing: outage.Outage) -> str:
    since, again = (time.astimezone(dt.timezone.utc) for time in (failing.since, failing.next_try))
    return (
        f"The site could not be read since {since:%Y-%m-%d %H:%M} UTC (asked {failing.failures}x); "
        f"asking again at {again:%H:%M} UTC. {failing.says}"
    )
