"""The daily message: the next day's training, once, and only when it is asked for."""

from __future__ import annotations

import datetime as dt
import logging

import dagster as dg
import pytest

from wod_pipeline.sensors.daily_message import DailyMessageState, DailyMessageTick, daily_message_sensor
from wod_pipeline.settings import load_settings
from wod_pipeline_tests.sensors.world import World, local, post_for

WEEK = dt.date(2026, 11, 23)
MONDAY, WEDNESDAY, SUNDAY = WEEK, WEEK + dt.timedelta(days=2), WEEK + dt.timedelta(days=6)
LOG = logging.getLogger("sensor")


@pytest.fixture
def world() -> World:
    world = World()
    world.site.will_publish(local("2026-11-22 17:30"), post_for(WEEK, 1))
    world.tick(local("2026-11-22 18:00"))
    world.phone.received.clear()
    return world


class Dates:
    """A table read by date."""

    def __init__(self, world: World) -> None:
        self.records = [r for value in world.table.values.values() for r in value.records]

    def read_dates(self, first: dt.date, last: dt.date) -> list[object]:
        return [r for r in self.records if r.date and first <= r.date <= last]


def tick(world: World, day: dt.date | None, state: DailyMessageState) -> tuple[DailyMessageState, str]:
    return DailyMessageTick(Dates(world), world.phone, LOG).run(day, state)  # type: ignore[arg-type]


def test_the_next_day_is_sent_once_in_the_length_of_a_text_message(world: World) -> None:
    state, _ = tick(world, MONDAY, DailyMessageState())
    state, reason = tick(world, MONDAY, state)

    (message,) = world.phone.received
    assert message.sms == "Mon 23 Nov: A Snatch 5x2 70%"
    assert message.subject == "Training on Monday 23 November 2026"
    assert reason == "2026-11-23: already sent."


def test_a_rest_day_is_sent_as_one(world: World) -> None:
    tick(world, WEDNESDAY, DailyMessageState())

    assert world.phone.received[0].sms == "Wed 25 Nov: rest day"


def test_a_day_without_a_session_and_the_hours_before_are_silent(world: World) -> None:
    assert tick(world, SUNDAY, DailyMessageState())[1] == "2026-11-29: no session is stored."
    assert tick(world, None, DailyMessageState())[1] == "Not the hour yet."
    assert world.phone.received == []


def test_a_message_that_could_not_be_sent_is_tried_again(world: World) -> None:
    world.phone.down = True
    state, reason = tick(world, MONDAY, DailyMessageState())
    assert (state, reason) == (DailyMessageState(), "2026-11-23: not sent yet.")

    world.phone.down = False
    tick(world, MONDAY, state)
    assert world.told == ["info tomorrow 2026-11-23"]


def test_it_is_off_unless_an_hour_is_set() -> None:
    off = daily_message_sensor(load_settings({}))
    on = daily_message_sensor(load_settings({"WOD_DAILY_MESSAGE_HOUR": "19"}))

    assert off.default_status is dg.DefaultSensorStatus.STOPPED
    assert on.default_status is dg.DefaultSensorStatus.RUNNING
