"""Dagster's sensors: thin shells over the decisions in `watching` and the words in `messages`.

- `new_posts`: new and edited posts → runs for exactly their weeks
- `freshness`: the expected week is late, or here after all
- `run_messages`: a week landed, a run failed, a backfill ended
- `daily_message`: the next day's training

Each keeps its state as a typed value in its cursor, which moves only with what was really requested or
delivered: a daemon that stops loses nothing and repeats nothing.
"""

import dagster as dg

from wod_pipeline.sensors.daily_message import daily_message_sensor
from wod_pipeline.sensors.freshness import freshness_sensor
from wod_pipeline.sensors.new_posts import new_posts_sensor
from wod_pipeline.sensors.run_messages import run_messages_sensor
from wod_pipeline.settings import Settings


def build_sensors(settings: Settings, weeks: dg.PartitionsDefinition[str]) -> list[dg.SensorDefinition]:
    """Every sensor, with the intervals and deadlines of the settings."""
    return [
        new_posts_sensor(settings, weeks),
        freshness_sensor(settings),
        run_messages_sensor(settings),
        daily_message_sensor(settings),
    ]
