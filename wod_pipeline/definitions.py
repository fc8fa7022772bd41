"""What Dagster loads: assets, jobs, schedules, sensors, checks and resources, put together from the settings.

`build_defs` makes them for any settings; `defs` are those of this process, which Dagster finds by name. They are
made when they are first asked for, since a command that opens no source runs whatever is set as one.
"""

import warnings
from functools import cache
from typing import Any

import dagster as dg

from wod_pipeline.adapters import first_week
from wod_pipeline.assets import build_assets
from wod_pipeline.assets.checks import build_checks
from wod_pipeline.assets.metadata import places_of
from wod_pipeline.assets.partitions import training_weeks
from wod_pipeline.jobs import derived_job, drop_post_job, training_week_job
from wod_pipeline.resources.weekly import Progress
from wod_pipeline.resources.wiring import build_resources
from wod_pipeline.schedules import build_schedules
from wod_pipeline.sensors import build_sensors
from wod_pipeline.settings import SAMPLE, WORDPRESS, Settings, load_settings

warnings.filterwarnings("ignore", category=dg.BetaWarning, message=".*data_version.*")
warnings.filterwarnings("ignore", category=dg.BetaWarning, message=".*backfill_policy.*")
# Meant so: a backfill of the job takes the smaller policy, chunks, and one of the assets a run for each policy.
warnings.filterwarnings("ignore", message="Asset job training_week materializes assets with varying Backfill")
warnings.filterwarnings("ignore", category=dg.BetaWarning, message=".*CodeReference.*")
warnings.filterwarnings("ignore", category=dg.BetaWarning, message=".*allow_nonexistent_upstream.*")


def build_defs(
    settings: Settings, *, allow_empty: bool = False, progress: Progress | None = None, **overrides: Any
) -> dg.Definitions:
    """Put the code location together; `overrides` replace resources by key.

    `allow_empty` lets a week that has sessions become empty, which is otherwise refused. `progress` is called with
    asset, week and metadata for every week that an asset has stored.
    """
    weeks = training_weeks(first_week(settings), settings.timezone)
    assets = build_assets(
        weeks,
        source_kind={SAMPLE: "python", WORDPRESS: "wordpress"}.get(settings.source, "json"),
        places=places_of(settings),
        page_url=settings.page_url,
    )
    return dg.Definitions(
        assets=assets,
        asset_checks=build_checks(),
        jobs=[training_week_job, derived_job, drop_post_job],
        schedules=build_schedules(settings),
        sensors=build_sensors(settings, weeks),
        resources={**build_resources(settings, allow_empty=allow_empty, progress=progress), **overrides},
        executor=dg.in_process_executor,
    )


@cache
def _defs() -> dg.Definitions:
    return build_defs(load_settings())


def __getattr__(name: str) -> dg.Definitions:
    """Make `defs` when they are asked for."""
    if name != "defs":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _defs()


def __dir__() -> list[str]:
    """Name `defs` too: Dagster looks for them in this list."""
    return [*globals(), "defs"]
