"""The freshness sensor at its ticks: what it asks, what it says, and that nothing is lost or repeated."""

from __future__ import annotations

import datetime as dt
import logging

import dagster as dg
import msgspec
import pytest

from wod_pipeline.program import Rendered
from wod_pipeline.quality import Case, judge
from wod_pipeline.sensors import freshness as module
from wod_pipeline.sensors.freshness import freshness_sensor, standing_of_stored
from wod_pipeline.settings import load_settings
from wod_pipeline.watching.freshness import Standing
from wod_pipeline_tests.fakes import busy_source_around
from wod_pipeline_tests.sensors.world import Phone, World, hours, local, notifier_around, post_for

WEEK = dt.date(2026, 11, 23)
BEFORE = dt.date(2026, 11, 16)
DUE, NEEDED = local("2026-11-22 21:00"), local("2026-11-23 05:00")


@pytest.fixture
def world() -> World:
    """The week before is stored; the next is not published."""
    world = World(base_url="http://dagster.example")
    world.site.will_publish(local("2026-11-15 17:30"), post_for(BEFORE, 1))
    world.tick(local("2026-11-16 12:00"))
    world.phone.received.clear()
    return world


def test_a_late_week_is_told_with_all_a_person_needs(world: World) -> None:
    world.tick(DUE)

    (message,) = world.phone.received
    assert message.subject == "Training week of Mon 23 Nov is late: not published by the coach"
    assert message.text == (
        "The training week of Monday 23 November 2026 is not stored as it should be.\n"
        "Why: The site was read completely; the coach has not published this week.\n"
        "Due: Sun 22 Nov 2026, 21:00 PST.\n"
        "Last seen: week of Mon 16 Nov 2026, 3 sessions.\n"
        "What to do: Wait, or ask the coach. Once published, the week is fetched automatically within minutes.\n"
        "Look: http://dagster.example/assets/session_records?view=partitions&partition=2026-11-23"
    )
    assert len(message.sms) <= 140


def test_could_not_look_is_never_told_as_not_published(world: World) -> None:
    world.site.down = True
    world.tick(DUE)

    (message,) = world.phone.received
    assert message.subject == "Training week of Mon 23 Nov is late: the site cannot be read"
    assert "nobody knows whether the coach has published" in message.text
    assert "The site has been unreadable since Sun 22 Nov 2026, 21:00 PST or earlier." in message.text
    assert "https://coach.example did not answer within 30 s." in message.text


def test_a_run_that_asks_the_site_keeps_no_alert_back(world: World) -> None:
    world.source_resource = busy_source_around(world.site)
    world.tick_freshness(DUE)

    (message,) = world.phone.received
    assert message.subject == "Training week of Mon 23 Nov is late: not published by the coach"


def test_a_site_down_at_the_deadline_gives_one_alert_and_its_return_one_recovery(world: World) -> None:
    world.site.will_publish(local("2026-11-22 17:30"), post_for(WEEK, 2))
    world.site.down = True
    for now in (DUE, DUE + dt.timedelta(minutes=5), DUE + dt.timedelta(minutes=10)):
        world.tick(now)
    world.site.down = False
    for now in hours(DUE + dt.timedelta(minutes=40), 3):
        world.tick(now)

    assert world.told == [
        "warn week_late 2026-11-23",
        "info week_landed 2026-11-23",
        "info week_recovered 2026-11-23",
    ]


def test_a_published_post_without_a_session_is_told_as_that(world: World) -> None:
    empty = msgspec.structs.replace(post_for(WEEK, 2), content=Rendered("<p>No training this week.</p>"))
    world.site.will_publish(local("2026-11-22 17:30"), empty)
    world.tick(local("2026-11-22 18:00"))
    world.tick(DUE)

    (message,) = world.phone.received
    assert message.subject.endswith("is late: published, but without a session")


def test_a_week_that_was_announced_and_then_dated_for_another_week_is_absent(world: World) -> None:
    world.site.will_publish(local("2026-11-22 17:30"), post_for(WEEK, 2))
    world.tick(local("2026-11-22 18:00"))
    assert world.told == ["info week_landed 2026-11-23"]
    world.site.will_publish(local("2026-11-22 19:00"), post_for(dt.date(2026, 11, 30), 2))
    world.tick(local("2026-11-22 19:05"))
    world.tick(DUE)

    assert world.phone.received[-1].subject == (
        "Training week of Mon 23 Nov is late: not published by the coach"
    )


def test_a_published_week_that_no_run_could_store_is_told_as_that(world: World) -> None:
    world.runs_fail = True
    world.site.will_publish(local("2026-11-22 17:30"), post_for(WEEK, 2))
    world.tick(local("2026-11-22 18:00"))
    world.tick(DUE)

    (message,) = world.phone.received
    assert message.subject.endswith("is late: published, but not stored")


def test_a_week_published_a_minute_before_the_deadline_is_given_time_to_be_stored(world: World) -> None:
    world.site.will_publish(local("2026-11-22 20:59"), post_for(WEEK, 2))
    world.site.move_to(DUE)
    world.tick_freshness(DUE)
    assert world.told == []

    world.tick(DUE + dt.timedelta(minutes=5))
    assert world.told == ["info week_landed 2026-11-23"]


def test_a_stored_week_of_which_nothing_was_understood_is_told_as_doubtful(world: World) -> None:
    world.site.will_publish(local("2026-11-22 17:30"), post_for(WEEK, 2))
    world.tick(local("2026-11-22 18:00"))
    value = world.table.values[WEEK]
    value.records = [msgspec.structs.replace(record, segments=[]) for record in value.records]
    world.phone.received.clear()
    world.tick(DUE)

    (message,) = world.phone.received
    assert message.subject.endswith("is late: stored, but its checks fail")
    assert "every_training_day_has_a_session: 2 of 2 training days without a single exercise." in message.text


def test_a_stored_week_whose_checks_only_warn_is_good(world: World) -> None:
    world.site.will_publish(local("2026-11-22 17:30"), post_for(WEEK, 2))
    world.tick(local("2026-11-22 18:00"))
    value = world.table.values[WEEK]
    value.posts = [*value.posts, msgspec.structs.replace(value.posts[0], post_id=99)]

    failing = {verdict.grade for verdict in judge(Case(value)) if not verdict.passed}
    assert (failing, standing_of_stored(value)) == ({"warn"}, Standing(None, sessions=3))


def test_a_table_that_cannot_be_read_is_told_as_that_and_recovers(world: World) -> None:
    world.site.will_publish(local("2026-11-22 17:30"), post_for(WEEK, 2))
    world.tick(local("2026-11-22 18:00"))
    world.table.unreadable = True
    world.tick_freshness(DUE)
    world.table.unreadable = False
    world.tick_freshness(DUE + dt.timedelta(minutes=5))

    assert [m.subject for m in world.phone.received[1:]] == [
        "Training week of Mon 23 Nov is late: the session table cannot be read",
        "Training week of Mon 23 Nov is here after all: 3 sessions",
    ]


def test_an_sns_outage_delays_messages_and_loses_and_repeats_none(world: World) -> None:
    world.phone.down = True
    world.tick(DUE)
    world.tick(DUE + dt.timedelta(minutes=5))
    world.phone.down = False
    for now in hours(DUE + dt.timedelta(minutes=10), 12):
        world.tick(now)

    assert world.told == ["warn week_late 2026-11-23", "critical week_late 2026-11-23"]


def test_a_tick_that_was_sent_but_not_remembered_is_not_sent_again(world: World) -> None:
    cursor = world.freshness_cursor
    world.tick_freshness(DUE)
    world.freshness_cursor = cursor
    world.tick_freshness(DUE + dt.timedelta(minutes=5))

    assert world.told == ["warn week_late 2026-11-23"]


def test_the_site_is_not_asked_while_the_week_is_stored(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "gather_weeks", lambda *_: pytest.fail("the site was asked"))

    assert world.tick_freshness(local("2026-11-18 12:00")) == "week 2026-11-16: good, 3 sessions"


def test_the_tick_says_what_it_found(world: World) -> None:
    assert world.tick_freshness(DUE) == "week 2026-11-23: not published"


def sensor_context(cursor: str | None = None, **resources: object) -> dg.SensorEvaluationContext:
    return dg.build_sensor_context(cursor=cursor, resources=resources)


def test_the_dagster_sensor_skips_with_its_finding_and_a_readable_cursor() -> None:
    world = World()
    sensor = freshness_sensor(load_settings({"WOD_SENSOR_INTERVAL_S": "60"}))
    phone = Phone()
    resources = {
        "source": world.source_resource,
        "session_table": world.table_resource,
        "notifier": notifier_around(phone),
    }

    first = sensor(sensor_context(None, **resources))
    second = sensor(sensor_context(first.cursor, **resources))

    assert sensor.minimum_interval_seconds == 60
    assert "not published" in (first.skip_reason.skip_message or "")
    assert len(phone.received) == 1
    assert second.cursor == first.cursor


def test_a_cursor_of_another_version_starts_anew_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    from wod_pipeline.sensors.ticks import read_cursor
    from wod_pipeline.watching.freshness import FreshnessState

    with caplog.at_level(logging.WARNING):
        assert read_cursor('{"episodes": 7}', FreshnessState, logging.getLogger("sensor")) == FreshnessState()
    assert "Starting without a cursor" in caplog.text


def test_no_asset_has_a_badge_that_knows_no_weeks() -> None:
    from wod_pipeline.definitions import build_defs

    specs = build_defs(load_settings({})).resolve_all_asset_specs()
    assert [spec.key for spec in specs if spec.freshness_policy] == []


def test_a_post_published_in_the_weeks_place_under_another_date_is_told_as_that(world: World) -> None:
    world.site.will_publish(local("2026-11-22 17:00"), post_for(dt.date(2025, 11, 24), 7002))
    world.tick(DUE)

    late = world.phone.received[-1]
    assert late.data["cause"] == "dated_elsewhere"
    assert late.subject == (
        "Training week of Mon 23 Nov is late: a post published in its place names another date"
    )
    assert "post 7002, published on 2026-11-22, names the week of 2025-11-24." in late.text


def test_next_weeks_post_is_not_taken_for_a_misdated_one(world: World) -> None:
    world.site.will_publish(local("2026-11-22 17:00"), post_for(dt.date(2026, 11, 30), 2))
    world.tick(DUE)

    assert world.phone.received[-1].data["cause"] == "not_published"
