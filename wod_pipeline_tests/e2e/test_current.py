"""It keeps itself current and says so: a real `dagster dev`, a WordPress-like server, SNS over HTTP.

Minutes long, since daemons tick in real time: run with ``WOD_E2E=1``. The messages received are printed (``-s``).
"""

from __future__ import annotations

import datetime as dt
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from wod_pipeline.adapters import sqlite_table
from wod_pipeline.program import WEEKDAYS, WeekRecords
from wod_pipeline.weeks import newest_due, parse_weekly_time
from wod_pipeline_tests.e2e.dagster_dev import DagsterDev, wait_for
from wod_pipeline_tests.e2e.house import without_link
from wod_pipeline_tests.servers.aws import ENVIRONMENT, AwsServer, aws, aws_environment, moto_server
from wod_pipeline_tests.servers.posts import generate_posts, week_title
from wod_pipeline_tests.servers.wordpress import FakeWordPress
from wod_pipeline_tests.servers.wordpress_site import Reply, Request, as_page

__all__ = ["aws", "aws_environment", "moto_server"]

pytestmark = pytest.mark.skipif(
    os.environ.get("WOD_E2E") != "1", reason="takes minutes of real ticks; set WOD_E2E=1 to run it"
)
ZONE = ZoneInfo("America/Los_Angeles")
WEEK = dt.timedelta(weeks=1)
PATIENCE_S = 150
OUTAGE_PATIENCE_S = 500
"""After an outage the site is asked again no later than the outage lasted; it lasts here up to six minutes."""
QUIET_S = 20
"""How long to listen for a message that must not come: four ticks."""


@dataclass
class Inbox:
    """What people receive: an SQS queue subscribed to the topic."""

    aws: AwsServer
    received: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        sns, self._sqs = self.aws.client("sns"), self.aws.client("sqs")
        self.topic = sns.create_topic(Name="wod")["TopicArn"]
        self._queue = self._sqs.create_queue(QueueName="inbox")["QueueUrl"]
        attributes = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])
        sns.subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=attributes["Attributes"]["QueueArn"])

    @property
    def kinds(self) -> list[str]:
        """Kind and week of everything received so far."""
        self._read()
        return [f"{message['kind']} {message['week'] or ''}".strip() for message in self.received]

    def _read(self) -> None:
        while found := self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for item in found:
                message = json.loads(json.loads(item["Body"])["Message"])
                self.received.append(message)
                print(f"\n[{message['severity']}] {message['subject']}\n{message['text']}")  # noqa: T201
                self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=item["ReceiptHandle"])


@pytest.fixture
def inbox(aws: AwsServer) -> Inbox:
    return Inbox(aws)


@pytest.fixture
def site() -> Iterator[FakeWordPress]:
    with FakeWordPress() as site:
        yield site


def content_for(week: dt.date) -> str:
    (post,) = generate_posts(1, week)
    return str(post["content"]["rendered"])


def publish(site: FakeWordPress, week: dt.date) -> int:
    """The coach publishes the week now; the post's id."""
    now = dt.datetime.now(ZONE).replace(tzinfo=None, microsecond=0)
    return site.site.write(f"{week_title(week)} &#8211; Plan", content_for(week), at=now)


def deadline_soon() -> str:
    """A deadline at a full minute, far enough off for `dagster dev` to start and a week to be taken in."""
    soon = dt.datetime.now(ZONE) + dt.timedelta(minutes=4)
    return f"{WEEKDAYS[soon.weekday()]} {soon:%H:%M}"


def environment(folder: Path, inbox: Inbox, site: FakeWordPress, *, first: dt.date) -> dict[str, str]:
    """What a code location with its data in the folder is started with."""
    return {
        **ENVIRONMENT,
        "AWS_ENDPOINT_URL": inbox.aws.endpoint_url,
        "WOD_SNS_TOPIC_ARN": inbox.topic,
        "WOD_SOURCE": "wordpress",
        "WOD_WORDPRESS_URL": site.url,
        "WOD_WORDPRESS_PAUSE_S": "0",
        "WOD_DATA_DIR": str(folder / "data"),
        "WOD_START_WEEK": str(first),
        "WOD_BASE_URL": "http://dagster.example",
        "WOD_SENSOR_INTERVAL_S": "5",
    }


def test_a_week_from_post_to_message_and_a_deadline_missed_and_made_good(
    tmp_path: Path, inbox: Inbox, site: FakeWordPress
) -> None:
    deadline = deadline_soon()
    missed = newest_due(dt.datetime.now(ZONE) + dt.timedelta(minutes=5), parse_weekly_time(deadline), ZONE)
    week = missed - WEEK
    environ = {**environment(tmp_path, inbox, site, first=week - 20 * WEEK), "WOD_DEADLINE": deadline}
    number = publish(site, week)

    with DagsterDev(tmp_path, environ) as dagster:
        # A new post: sensor, run, records, message.
        wait_for(lambda: inbox.kinds == [f"week_landed {week}"], PATIENCE_S, lambda: f"{inbox.kinds}")

        # The post edited: the same again, for its week only.
        site.site.edit(number, content=content_for(week) + "<p>Sleep well.</p>")
        wait_for(lambda: f"week_updated {week}" in inbox.kinds, PATIENCE_S, lambda: f"{inbox.kinds}")
        assert [run["tags"]["dagster/partition"] for run in dagster.runs()] == [str(week)] * 2

        # The server is down at the deadline: one alert.
        site.down()
        wait_for(lambda: f"week_late {missed}" in inbox.kinds, 360, lambda: f"{inbox.kinds}")
        assert "nobody knows whether the coach has published" in inbox.received[-1]["text"]

    with DagsterDev(tmp_path, environ):
        # The daemon restarted: none.
        time.sleep(QUIET_S)
        assert inbox.kinds[2:] == [f"week_late {missed}"]

        # The server is back: recovery.
        publish(site, missed)
        site.up()
        made_good = [f"week_landed {missed}", f"week_recovered {missed}"]
        wait_for(lambda: sorted(inbox.kinds[3:]) == made_good, OUTAGE_PATIENCE_S, lambda: f"{inbox.kinds}")


def test_posts_that_are_moved_replaced_or_damaged_and_a_page_in_between(
    tmp_path: Path, inbox: Inbox, site: FakeWordPress
) -> None:
    week = newest_due(dt.datetime.now(ZONE), parse_weekly_time("sun 18:00"), ZONE) - WEEK
    before, earlier = week - WEEK, week - 3 * WEEK
    replaced, moved = publish(site, week), publish(site, before)

    with DagsterDev(tmp_path, environment(tmp_path, inbox, site, first=week - 20 * WEEK)):
        wait_for(lambda: stored_posts(tmp_path) == {week: {replaced}, before: {moved}}, PATIENCE_S)
        wait_for(lambda: "weeks_landed" in inbox.kinds, PATIENCE_S, lambda: f"{inbox.kinds}")

        # A page of a guard for 20 seconds: nobody is told.
        told = len(inbox.kinds)
        site.intercept = answer_with_a_page
        time.sleep(20)
        site.intercept = lambda request: None
        time.sleep(QUIET_S)
        assert inbox.kinds[told:] == []

        # Dated for another week: that week landed, the one it left was withdrawn.
        site.site.edit(moved, title=f"{week_title(earlier)} &#8211; Plan", content=content_for(earlier))
        both = {f"week_landed {earlier}", f"week_withdrawn {before}"}
        wait_for(lambda: both <= set(inbox.kinds), PATIENCE_S, lambda: f"{inbox.kinds}")
        (withdrawn,) = (m for m in inbox.received if m["kind"] == "week_withdrawn")
        assert f"its post is now dated Mon {earlier:%-d %b}" in withdrawn["text"]

        # Deleted and published again: the new post takes the place of the old one.
        site.site.delete(replaced)
        again = publish(site, week)
        wait_for(lambda: stored_posts(tmp_path)[week] == {again}, PATIENCE_S)
        wait_for(lambda: f"week_updated {week}" in inbox.kinds, PATIENCE_S, lambda: f"{inbox.kinds}")

        # One odd post among good ones, in a page of the same answer: stored, flagged and named.
        site.intercept = lambda request: without_link(site, request, odd)
        odd = publish(site, before)
        wait_for(lambda: stored_posts(tmp_path).get(before) == {odd}, PATIENCE_S)
    assert "not as WordPress does: link is false instead of text" in remarks_on(tmp_path, before)
    assert "not as WordPress does" not in remarks_on(tmp_path, week)
    assert stored_posts(tmp_path) == {week: {again}, before: {odd}, earlier: {moved}}


def answer_with_a_page(request: Request) -> Reply:
    return as_page(200, b"<!doctype html><title>Just a moment...</title><p>Checking your browser.")


def stored_weeks(folder: Path) -> list[WeekRecords]:
    path = folder / "data" / "sessions.sqlite"
    return list(sqlite_table(path).read_weeks(dt.date.min, dt.date.max)) if path.exists() else []


def stored_posts(folder: Path) -> dict[dt.date, set[int]]:
    """Of each stored week with sessions: the posts that they are from."""
    posts = {value.week: {record.post_id for record in value.records} for value in stored_weeks(folder)}
    return {week: ids for week, ids in posts.items() if ids}


def remarks_on(folder: Path, week: dt.date) -> str:
    (value,) = (value for value in stored_weeks(folder) if value.week == week)
    return " ".join(remark.message for record in value.records for remark in record.diagnostics)
