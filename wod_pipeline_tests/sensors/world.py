"""A small world that ticks: a coach who publishes, a site that may be down, a table, runs, and a phone.

The sensors' ticks are the real ones, and so are the parser and the table; only Dagster's daemon is left out. A
cursor goes through its text form at every tick, as over a restart.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import msgspec

from wod_pipeline import messages
from wod_pipeline.assets.posts import plain_week
from wod_pipeline.assets.sessions import outlined_week, parsed_week
from wod_pipeline.errors import AlertError, SourceUnavailable, StorageUnavailable
from wod_pipeline.looks import SiteLook
from wod_pipeline.messages import Links, Message
from wod_pipeline.program import RawPost, Rendered, StoredWeek, Weekly, WeekRecords
from wod_pipeline.records import records_of
from wod_pipeline.resources.notifier import NotifierResource
from wod_pipeline.schedules import fetch_skip_reason
from wod_pipeline.sensors import freshness as freshness_sensor
from wod_pipeline.sensors import new_posts as new_posts_sensor
from wod_pipeline.sensors.ticks import read_cursor, write_cursor
from wod_pipeline.settings import load_settings
from wod_pipeline.storage import WeekChange
from wod_pipeline.watching import freshness, posts
from wod_pipeline.weeks import week_for
from wod_pipeline.wordpress import gather_weeks
from wod_pipeline_tests.builders import raw_post
from wod_pipeline_tests.fakes import FakeSource, source_around, table_around

ZONE = ZoneInfo("America/Los_Angeles")
UTC = dt.timezone.utc
LOG = logging.getLogger("world")
HOUR = dt.timedelta(hours=1)


def local(text: str) -> dt.datetime:
    """``2026-11-01 21:00`` in the program's zone."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE)


class Phone:
    """Keeps what it receives, once an identifier; silent while `down`."""

    def __init__(self) -> None:
        self.received: list[Message] = []
        self.down = False

    def send(self, message: Message) -> bool:
        if self.down:
            raise AlertError("SNS does not answer.")
        if any(message.identifier == earlier.identifier for earlier in self.received):
            return False
        self.received.append(message)
        return True


class Site(FakeSource):
    """A source whose posts appear and change at their times, and that can be down."""

    name = "https://coach.example"

    def __init__(self) -> None:
        super().__init__()
        self.events: list[tuple[dt.datetime, RawPost]] = []
        self.down = False

    def will_publish(self, at: dt.datetime, post: RawPost) -> None:
        """The post appears, or takes this form, at that moment."""
        self.events.append((at, stamped(post, at)))
        self.events.sort(key=lambda event: event[0])

    def move_to(self, now: dt.datetime) -> None:
        while self.events and self.events[0][0] <= now:
            post = self.events.pop(0)[1]
            self.posts = [*(p for p in self.posts if p.id != post.id), post]

    def fetch_published(self, first: dt.date, last: dt.date) -> list[RawPost]:
        self._check()
        return super().fetch_published(first, last)

    def fetch_modified(self, since: dt.datetime) -> list[RawPost]:
        self._check()
        return super().fetch_modified(since.astimezone(UTC).replace(tzinfo=None))

    def list_ids(self) -> set[int]:
        self._check()
        return super().list_ids()

    def _check(self) -> None:
        if self.down:
            raise SourceUnavailable("https://coach.example did not answer within 30 s.")


class MemoryTable:
    """The part of a session table that sensors and runs use."""

    def __init__(self) -> None:
        self.values: dict[dt.date, WeekRecords] = {}
        self.unreadable = False

    def replace_week(self, value: WeekRecords) -> WeekChange:
        before = self.values.get(value.week)
        self.values[value.week] = value
        return WeekChange(len(value.records) if value != before else 0, 0, 0)

    def read_week(self, week: dt.date) -> WeekRecords | None:
        self._check()
        return self.values.get(week)

    def weeks(self) -> list[StoredWeek]:
        self._check()
        return [
            StoredWeek(week, value.outcome, tuple(value.posts), len(value.records))
            for week, value in sorted(self.values.items(), reverse=True)
        ]

    def newest_week(self) -> StoredWeek | None:
        return next((stored for stored in self.weeks() if stored.sessions), None)

    def _check(self) -> None:
        if self.unreadable:
            raise StorageUnavailable("The table does not answer.")


def stamped(post: RawPost, at: dt.datetime) -> RawPost:
    """The post as saved at that moment."""
    when = at.astimezone(ZONE).replace(tzinfo=None).isoformat(timespec="seconds")
    utc = at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
    return msgspec.structs.replace(post, date=when, date_gmt=utc, modified=when, modified_gmt=utc)


def post_for(monday: dt.date, number: int, words: str = "") -> RawPost:
    """The week's post; other words are another revision."""
    post = raw_post(monday=monday, number=number)
    return msgspec.structs.replace(post, content=Rendered(post.content.rendered + f"<p>{words}</p>"))


@dataclass
class World:
    """Everything, and the cursors between ticks."""

    base_url: str = ""
    site: Site = field(default_factory=Site)
    phone: Phone = field(default_factory=Phone)
    runs: list[str] = field(default_factory=list)
    runs_fail: bool = False
    first_week: dt.date = dt.date(2020, 1, 6)
    posts_cursor: str | None = None
    look: SiteLook = field(default_factory=SiteLook)
    """The newest look for new posts."""
    freshness_cursor: str | None = None
    fetched: dict[dt.date, Weekly[RawPost]] = field(default_factory=dict)
    """The weeks as last fetched."""
    now: dt.datetime | None = None
    """When the last tick for new posts was."""

    def __post_init__(self) -> None:
        self.settings = load_settings({"WOD_SOURCE": "wordpress", "WOD_WORDPRESS_URL": self.site.name})
        self.table = MemoryTable()
        self.source_resource = source_around(self.site)
        self.table_resource = table_around(self.table)

    @property
    def told(self) -> list[str]:
        """What was received, as ``severity kind week``."""
        return [f"{m.severity} {m.kind} {m.week or ''}".strip() for m in self.phone.received]

    def tick(self, now: dt.datetime) -> None:
        """One round of the daemon at that moment: new posts, their runs, freshness."""
        self.site.move_to(now)
        self.tick_new_posts(now)
        self.tick_freshness(now)

    def tick_new_posts(self, now: dt.datetime) -> str:
        self.now = now
        tick = new_posts_sensor.NewPostsTick(
            self.settings,
            Links(self.base_url),
            self.source_resource,
            self.table_resource,
            self.phone,
            LOG,
            lambda week: week >= self.first_week,
        )
        result = tick.run(now, read_cursor(self.posts_cursor, posts.NewPostsState, LOG))
        self.posts_cursor = write_cursor(result.state)
        self.look = result.look or self.look
        for (first, last), asking in result.requests:
            request = new_posts_sensor.run_request((first, last), asking, result.state)
            assert request.run_key not in self.runs, "a repeated key would be swallowed by Dagster"
            self.runs.append(str(request.run_key))
            self.run(first, last)
        return result.reason

    def tick_freshness(self, now: dt.datetime) -> str:
        deadlines = freshness.Deadlines(
            self.settings.zone, self.settings.deadline, self.settings.critical_from
        )
        tick = freshness_sensor.FreshnessTick(
            deadlines,
            Links(self.base_url),
            self.source_resource,
            self.table_resource,
            self.phone,
            LOG,
        )
        state = read_cursor(self.freshness_cursor, freshness.FreshnessState, LOG)
        state, reason = tick.run(now, state)
        self.freshness_cursor = write_cursor(state)
        return reason

    def scheduled_look(self, now: dt.datetime) -> str:
        """Why the schedule skips at that moment; empty when it requests a run."""
        week = week_for(now, ZONE)
        return fetch_skip_reason(week, self.source_resource, self.table_resource)

    def run(self, first: dt.date, last: dt.date) -> None:
        """What a run does: take the weeks in, and tell of those that changed."""
        if self.runs_fail:
            return
        weeks = [first + dt.timedelta(weeks=n) for n in range((last - first).days // 7 + 1)]
        stored = {week: self.table.read_week(week) for week in weeks}
        for week, raw in gather_weeks(self.site, weeks, self.fetched, now=self.now).items():
            self.fetched[week] = raw
            value = records_of(parsed_week(outlined_week(plain_week(raw))))
            if self.table.replace_week(value).changed and value.records:
                known = stored[week]
                before = bool(known and known.records)
                number = f"run-{len(self.runs)}"
                self.phone.send(messages.week_landed(value, before=before, run_id=number, links=Links()))


def hours(first: dt.datetime, n: int) -> Iterable[dt.datetime]:
    """`n` moments an hour apart, in UTC, so that no change of clocks is stepped over."""
    start = first.astimezone(UTC)
    return (start + k * HOUR for k in range(n))


def notifier_around(phone: Phone) -> NotifierResource:
    """A notifier resource around a phone."""

    class Around(NotifierResource):
        def open(self) -> Phone:  # type: ignore[override]
            return phone

    return Around()
