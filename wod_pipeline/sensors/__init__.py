"""Dagster's sensors: thin shells over the decisions in `watching` and the wording in `messages`.

- `new_posts`: requests runs for exactly the weeks whose posts are new or edited
- `derived_assets`: requests runs for the weeks whose load or calendar is older than the session table
- `freshness`: tells people that the expected week is late, and that it has come
- `unfinished_weeks`: requests the later assets for weeks that a failed run stored
- `run_messages`: tells people that a week landed, a run failed, a backfill ended
- `daily_message`: sends the next day's training
- `events`: what the event log says about runs and backfills, and why a run failed
- `ticks`: what all of them share: typed cursors, sending messages, a time limit for the site

The module of a sensor has a class `…Tick`, which does one tick with what it is given and is tested without
Dagster. The state between ticks is a typed value in the sensor's cursor. It changes only with what was requested
or delivered, so a daemon that is stopped loses nothing and repeats nothing.
"""

import dagster as dg

from wod_pipeline.sensors.daily_message import daily_message_sensor
from wod_pipeline.sensors.derived_assets import derived_assets_sensor
from wod_pipeline.sensors.freshness import freshness_sensor
from wod_pipeline.sensors.new_posts import new_posts_sensor
from wod_pipeline.sensors.run_messages import run_messages_sensor
from wod_pipeline.sensors.unfinished_weeks import unfinished_weeks_sensor
from wod_pipeline.settings import Settings


def build_sensors(settings: Settings, weeks: dg.PartitionsDefinition[str]) -> list[dg.SensorDefinition]:
    """Every sensor, with the intervals and deadlines of the settings."""
    return [
        new_posts_sensor(settings, weeks),
        derived_assets_sensor(settings, weeks),
        freshness_sensor(settings),
        unfinished_weeks_sensor(settings, weeks),
        run_messages_sensor(settings),
        daily_message_sensor(settings),
    ]
