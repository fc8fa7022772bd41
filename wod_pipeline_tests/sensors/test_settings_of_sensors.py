"""What settings decide about the sensors: how often they tick, and whether they run from the start."""

from __future__ import annotations

import dagster as dg
import pytest

from wod_pipeline.sensors import build_sensors
from wod_pipeline.settings import load_settings

WEEKS = dg.StaticPartitionsDefinition(["2026-11-23"])


def sensors(**environ: str) -> dict[str, dg.SensorDefinition]:
    return {sensor.name: sensor for sensor in build_sensors(load_settings(environ), WEEKS)}


@pytest.mark.parametrize(("interval", "expected"), [("300", 60), ("5", 5)])
def test_what_looks_at_runs_ticks_every_minute_or_as_often_as_the_others(
    interval: str, expected: int
) -> None:
    intervals = {
        name: sensor.minimum_interval_seconds
        for name, sensor in sensors(WOD_SENSOR_INTERVAL_S=interval).items()
    }

    assert intervals == {
        "new_posts": int(interval),
        "derived_assets": int(interval),
        "freshness": int(interval),
        "run_messages": expected,
        "unfinished_weeks": expected,
        "daily_message": int(interval),
    }


@pytest.mark.parametrize(
    ("automation", "running"),
    [
        (
            "on",
            {"new_posts", "derived_assets", "freshness", "run_messages", "unfinished_weeks", "daily_message"},
        ),
        ("off", set()),
    ],
)
def test_automation_switches_every_sensor(automation: str, running: set[str]) -> None:
    built = sensors(WOD_AUTOMATION=automation, WOD_DAILY_MESSAGE_HOUR="7")

    assert {
        name for name, sensor in built.items() if sensor.default_status is dg.DefaultSensorStatus.RUNNING
    } == running
    assert built["daily_message"].description == (
        "Sends the next day's training at 7:00, short enough for a phone."
    )


def test_the_daily_message_started_by_hand_without_an_hour_is_sent_in_the_evening() -> None:
    assert "at 19:00" in str(sensors()["daily_message"].description)
