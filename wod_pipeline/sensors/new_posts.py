"""The new-post sensor: asks the site for new and edited posts and requests runs for exactly their weeks.

`watching` decides which weeks changed, when to ask a failing site again and which messages are due; here the site
and the table are asked, runs requested and messages sent. Dagster saves the cursor together with the requests.
"""

import datetime as dt
import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

import dagster as dg
import msgspec

from wod_pipeline import messages
from wod_pipeline.errors import SourceBusy, SourceError, WodError
from wod_pipeline.jobs import range_tags, training_week_job
from wod_pipeline.looks import LookFailure, SiteLook, failure_of
from wod_pipeline.messages import Links
from wod_pipeline.messages.delivery import Notifier
from wod_pipeline.parsing import week_of, weeks_of
from wod_pipeline.program import RawPost
from wod_pipeline.resources.lake import LakeResource
from wod_pipeline.resources.notifier import NotifierResource
from wod_pipeline.resources.session_table import SessionTableResource
from wod_pipeline.resources.source import SourceResource, post_tags
from wod_pipeline.sensors.ticks import (
    ask_site,
    default_status,
    read_cursor,
    send,
    within_a_tick,
    write_cursor,
)
from wod_pipeline.settings import Settings
from wod_pipeline.storage.looks import write_site_look
from wod_pipeline.watching import outage, posts
from wod_pipeline.watching.gone import too_many_gone, update_gone
from wod_pipeline.watching.posts import NewPostsState, StoredRevisions
from wod_pipeline.weeks import DAY, WeekRange, key_of, ranges_of
from wod_pipeline.wording import count
from wod_pipeline.wordpress import PostSource, is_published_near


def new_posts_sensor(settings: Settings, weeks: dg.PartitionsDefinition[str]) -> dg.SensorDefinition:
    """The sensor over these weeks."""
    links = Links(settings.base_url)

    @dg.sensor(
        name="new_posts",
        job=training_week_job,
        minimum_interval_seconds=settings.sensor_interval_s,
        default_status=default_status(settings),
        description="Requests runs for exactly the weeks whose posts are new, edited, moved or gone.",
    )
    def new_posts(
        context: dg.SensorEvaluationContext,
        source: SourceResource,
        session_table: SessionTableResource,
        notifier: NotifierResource,
        lake: LakeResource,
    ) -> dg.SensorResult:
        state = read_cursor(context.cursor, NewPostsState, context.log)
        tick = NewPostsTick(settings, links, source, session_table, notifier.open(), context.log, is_week)
        result = tick.run(dt.datetime.now(dt.timezone.utc), state)
        if result.look:
            _keep_look(lake, result.look, context.log)
        return dg.SensorResult(
            run_requests=[run_request(*request, result.state) for request in result.requests],
            skip_reason=None if result.requests else result.reason,
            cursor=write_cursor(result.state),
        )

    def is_week(week: dt.date) -> bool:
        return weeks.has_partition_key(key_of(week))

    return new_posts


LAKE_TIMEOUT_S = 5.0
"""How long a tick waits for the lake. The cursor is more important, and Dagster saves it after the tick only."""

Request = tuple[WeekRange, list[RawPost]]
"""The weeks of a run to request, and the posts that changed them."""


@dataclass(frozen=True)
class TickResult:
    """The runs to request, the new state, and the reason to show when no run is requested.

    `look` is None when the site was not asked.
    """

    requests: list[Request]
    state: NewPostsState
    reason: str
    look: SiteLook | None = None


@dataclass(frozen=True)
class SiteAnswer:
    """The site's recent posts and, when a sweep is due, every id it lists."""

    name: str
    posts: list[RawPost]
    listed: set[int] | None


@dataclass(frozen=True)
class NewPostsTick:
    """One tick of the sensor, with everything it reads and the notifier it sends with."""

    settings: Settings
    links: Links
    source: SourceResource
    table: SessionTableResource
    notifier: Notifier
    log: logging.Logger
    is_week: Callable[[dt.date], bool]

    def run(self, now: dt.datetime, state: NewPostsState) -> TickResult:
        """Ask the site, unless it failed a moment ago, and decide which weeks to run again."""
        if state.outage and now < state.outage.retry_at:
            return TickResult([], state, _waiting_reason(state.outage))
        stored = posts.stored_revisions((entry.week, entry.posts) for entry in self.table.open().weeks())
        retries = posts.posts_to_retry(now, stored, state)
        try:
            answer = ask_site(
                self.source, "the sensor new_posts", self.log, lambda site: _ask(site, now, state, retries)
            )
        except SourceBusy as busy:
            return TickResult([], state, f"{busy.what} The next tick asks again.")
        except SourceError as error:
            return self._after_failure(now, state, error)
        state = self._end_outage(answer.name, state)
        lost: set[dt.date] = set()
        if answer.listed is not None:
            state, lost = self._sweep(now, answer.name, answer.listed, stored, state)
        return self._decide(now, answer.posts, stored, state, lost)

    def _decide(
        self,
        now: dt.datetime,
        read: list[RawPost],
        stored: StoredRevisions,
        state: NewPostsState,
        lost: set[dt.date],
    ) -> TickResult:
        """Request runs for the weeks of changed posts, and for those in `lost`, whose posts are gone or back."""
        changed = posts.find_changed_weeks(now, read, self._weeks_of, stored, state, self.is_week)
        for week, unplaced in changed.no_partition.items():
            self.log.warning("No partition for the week of %s: not run (post ids: %s).", week, _ids(unplaced))
        # Posts without a partition are recorded as requested too, or every tick would warn of them again.
        handled = {
            post.id: post
            for of_week in [*changed.to_run.values(), *changed.no_partition.values()]
            for post in of_week
        }
        state = posts.record_requests(now, read, handled.values(), self._weeks_of, state)
        state = posts.record_found(now, changed.to_run, stored, state)
        state = posts.sweep_soon(changed.to_run, stored, state)
        to_run = {**{week: [] for week in lost if self.is_week(week)}, **changed.to_run}
        requests = [(weeks, _posts_in(weeks, to_run)) for weeks in ranges_of(to_run)]
        for (first, last), changing in requests:
            why = f"post ids: {_ids(changing)}" if changing else "posts are gone, or listed again"
            self.log.info("Requesting a run for %s to %s (%s).", first, last, why)
        reason = f"{count(read, 'post')} read, none new or edited."
        return TickResult(requests, state, reason, posts.look_of(now, state))

    def _weeks_of(self, post: RawPost) -> tuple[dt.date, ...]:
        """The weeks of the post that have a partition; without any, the one it names."""
        weeks = weeks_of(post)
        return tuple(week for week in weeks if self.is_week(week)) or weeks[:1]

    def _after_failure(self, now: dt.datetime, state: NewPostsState, error: SourceError) -> TickResult:
        failing = outage.after_failure(
            now,
            state.outage,
            error,
            first_pause=dt.timedelta(seconds=self.settings.sensor_interval_s),
        )
        if outage.is_message_due(now, failing):
            message = messages.source_down(self._name, failing, self.settings.zone, self.links)
            if send(self.notifier, message, self.log):
                failing = outage.mark_notified(failing)
        state = msgspec.structs.replace(state, outage=failing)
        failure = LookFailure.REFUSED if outage.is_refusal(now, failing) else failure_of(error)
        look = posts.look_of(now, state, failure)
        return TickResult([], state, _waiting_reason(failing), look)

    def _end_outage(self, name: str, state: NewPostsState) -> NewPostsState:
        """The state after an answer; an outage that people were told of ends when its end was delivered too."""
        if state.outage and state.outage.notified:
            message = messages.source_back(name, state.outage, self.settings.zone, self.links)
            if not send(self.notifier, message, self.log):
                return state
        return msgspec.structs.replace(state, outage=None)

    def _sweep(
        self, now: dt.datetime, name: str, listed: set[int], stored: StoredRevisions, state: NewPostsState
    ) -> tuple[NewPostsState, set[dt.date]]:
        """Tell people which posts are gone, and find the weeks to run because of it.

        If the message cannot be sent, the sweep is not recorded and the next tick repeats it.
        """
        gone = posts.newly_gone(listed, stored, state)
        in_doubt = too_many_gone(len(stored.keys() - listed), len(stored))
        message = messages.posts_gone(name, gone, self.links, in_doubt=in_doubt)
        if gone and not send(self.notifier, message, self.log):
            return state, set()
        weeks_of = {number: {each.week for each in revisions} for number, revisions in stored.items()}
        absent, weeks = update_gone(now, listed, weeks_of, state.gone_posts)
        return posts.record_sweep(now, listed, gone, state, absent), weeks

    @property
    def _name(self) -> str:
        """What to call the site in a message; a site that fails may not even open and give its own name."""
        return self.settings.wordpress_url if self.settings.source == "wordpress" else self.settings.source


def _keep_look(lake: LakeResource, look: SiteLook, log: logging.Logger) -> None:
    """Keep the look for those who read why a week is absent. A lake that fails or is slow does not fail the tick."""
    try:
        within_a_tick(lambda: write_site_look(lake.open(), look), LAKE_TIMEOUT_S)
    except WodError as error:
        log.warning("The look at the site could not be kept: %s", error)


def run_request(weeks: WeekRange, changed: Collection[RawPost], state: NewPostsState) -> dg.RunRequest:
    """One run for a week, or for a range of neighbours, whose posts changed.

    Posts dated so far from their publication that the run would not find them are named in its tags.
    """
    key = posts.run_key(weeks, changed, state)
    tags = post_tags(post.id for post in changed if not is_published_near(post, week_of(post)))
    if weeks[0] == weeks[1]:
        return dg.RunRequest(partition_key=key_of(weeks[0]), run_key=key, tags=tags)
    return dg.RunRequest(run_key=key, tags={**range_tags(weeks), **tags})


def _ask(site: PostSource, now: dt.datetime, state: NewPostsState, retries: set[int]) -> SiteAnswer:
    """The posts edited or published since the last reading, and those in `retries`.

    Publication is asked for apart from editing, because a scheduled post may appear with an old `modified` time.
    """
    since = posts.read_from(now, state)
    published = site.fetch_published(since.date() - DAY, now.date() + DAY)
    again = site.fetch_ids(retries) if retries else []
    by_id = {post.id: post for post in [*published, *site.fetch_modified(since), *again]}
    listed = site.list_ids() if posts.is_sweep_due(now, state) else None
    return SiteAnswer(site.name, list(by_id.values()), listed)


def _posts_in(weeks: WeekRange, changed: dict[dt.date, list[RawPost]]) -> list[RawPost]:
    """The posts that changed the weeks of this range, each once."""
    first, last = weeks
    in_range = (post for week, of_week in changed.items() if first <= week <= last for post in of_week)
    return list({post.id: post for post in in_range}.values())


def _ids(changed: Iterable[RawPost]) -> str:
    return ", ".join(str(post_id) for post_id in sorted(post.id for post in changed))


def _waiting_reason(failing: outage.Outage) -> str:
    since, retry_at = (time.astimezone(dt.timezone.utc) for time in (failing.since, failing.retry_at))
    return (
        f"The site has been unreadable since {since:%Y-%m-%d %H:%M} UTC ({count(failing.failures, 'failure')}); "
        f"asking again at {retry_at:%H:%M} UTC. {failing.reason}"
    )
