"""The assets of a training week, in order: raw_posts → plain_text_posts → daily_sessions → segmented_exercises
→ session_records → training_load, session_calendar.

The modules `posts`, `sessions`, `records`, `load` and `calendar` hold the bodies, plain functions; this one makes
assets of them, in a function because their partitions depend on settings.
"""

from collections.abc import Callable, Mapping
from functools import partial
from inspect import getdoc, signature
from typing import Any

import dagster as dg

from wod_pipeline.assets.calendar import PAGE_URL, session_calendar
from wod_pipeline.assets.load import training_load
from wod_pipeline.assets.metadata import Places, definition_metadata, tags_of
from wod_pipeline.assets.posts import plain_text_posts, raw_posts
from wod_pipeline.assets.records import session_records
from wod_pipeline.assets.sessions import daily_sessions, segmented_exercises
from wod_pipeline.parser_version import PARSER_VERSION
from wod_pipeline.reading import derived
from wod_pipeline.resources.run_log import with_warnings
from wod_pipeline.resources.weekly import failures_in_words
from wod_pipeline.wordpress import CHUNK_WEEKS

OWNERS = ["team:coaching-data"]

CODE_VERSIONS = {
    "raw_posts": "1",
    **dict.fromkeys(
        ("plain_text_posts", "daily_sessions", "segmented_exercises", "session_records"), str(PARSER_VERSION)
    ),
    **derived.CODE_VERSIONS,
}
"""Raise a version when its asset makes another value from the same input: the UI then shows its weeks as stale.

That of the assets that read the posts is `PARSER_VERSION`. A test compares the outputs of all fixtures with those
pinned under these versions.
"""


WEEKS = dg.DagsterType(
    name="Weeks",
    description="One value for each week of the run.",
    type_check_fn=lambda _, value: isinstance(value, Mapping),
)

LAKE, TABLE = "lake_io_manager", "session_table_io_manager"

SITE_POOL = "wordpress_site"
"""The pool of the asset that asks a site, for a limit over several machines. On one machine the site's lock is
enough, so there the pool is without a limit."""

IN_CHUNKS = dg.BackfillPolicy.multi_run(CHUNK_WEEKS)
"""A backfill fetches in chunks of weeks, a run each: a fetch that fails costs no other chunk."""
IN_ONE_RUN = dg.BackfillPolicy.single_run()
"""The assets made from the raw posts: a command for a range of weeks demands this policy of everything it selects."""
BACKFILLS = {
    "raw_posts": IN_CHUNKS,
    "plain_text_posts": IN_ONE_RUN,
    "daily_sessions": IN_ONE_RUN,
    "segmented_exercises": IN_ONE_RUN,
    "session_records": IN_ONE_RUN,
    "training_load": IN_CHUNKS,
    "session_calendar": IN_CHUNKS,
}
"""Assets of different policies never share a run of a backfill. So those below `raw_posts` are requested for the
weeks that were fetched, and those below `session_records` for the weeks that the table took."""


def build_assets(
    weeks: dg.PartitionsDefinition[str],
    *,
    source_kind: str,
    places: Places,
    page_url: str = "",
) -> list[dg.AssetsDefinition]:
    """Make the assets over these weeks; the kinds of source and stores are the badges that the UI shows.

    Events of the calendar link to the page at `page_url`, if given.
    """
    calendar_metadata = {PAGE_URL: page_url} if page_url else {}
    asset = partial(_build_asset, weeks, places)
    lake_kind, table_kind = places.lake_kind, places.table_kind
    pool = SITE_POOL if source_kind == "wordpress" else None
    return [
        asset(raw_posts, "posts", {source_kind, lake_kind}, {**_kept_in(LAKE, raw_posts), "pool": pool}),
        asset(plain_text_posts, "posts", {"python", lake_kind}, _kept_in(LAKE, plain_text_posts)),
        asset(daily_sessions, "sessions", {"python", lake_kind}, _kept_in(LAKE, daily_sessions)),
        asset(segmented_exercises, "sessions", {"python", lake_kind}, _kept_in(LAKE, segmented_exercises)),
        asset(session_records, "sessions", {"python", table_kind}, _kept_in(TABLE, session_records)),
        asset(training_load, "sessions", {"pandas", lake_kind}, _from_earlier_weeks()),
        asset(
            session_calendar,
            "sessions",
            {"python", lake_kind},
            {**FROM_TABLE, "metadata": calendar_metadata},
        ),
    ]


def _build_asset(
    weeks: dg.PartitionsDefinition[str],
    places: Places,
    body: Callable[..., Any],
    group: str,
    kinds: set[str],
    options: dict[str, Any],
) -> dg.AssetsDefinition:
    definition: dg.AssetsDefinition = dg.asset(
        name=body.__name__,
        partitions_def=weeks,
        group_name=group,
        kinds=kinds,
        owners=OWNERS,
        code_version=CODE_VERSIONS[body.__name__],
        description=getdoc(body),
        backfill_policy=BACKFILLS[body.__name__],
        tags=tags_of(body.__name__, places),
        **{**options, "metadata": definition_metadata(body, places) | options.get("metadata", {})},
    )(with_warnings(failures_in_words()(body)))
    return definition


FROM_TABLE = {"deps": [session_records.__name__]}
"""Options of an asset that reads the stored sessions and writes its weeks itself."""


def _from_earlier_weeks() -> dict[str, Any]:
    """The same for `training_load`, which reads earlier weeks as well; before the first week there are none."""
    earlier = dg.TimeWindowPartitionMapping(
        start_offset=1 - derived.WEEKS_READ[derived.LOAD],
        end_offset=0,
        allow_nonexistent_upstream_partitions=True,
    )
    return {"deps": [dg.AssetDep(session_records.__name__, partition_mapping=earlier)]}


def _kept_in(store: str, body: Callable[..., Any]) -> dict[str, Any]:
    """Options of an asset that is stored by the IO manager `store` and reads the assets its arguments name."""
    upstream = [name for name in signature(body).parameters if name in CODE_VERSIONS]
    return {
        "ins": {name: dg.AssetIn(dagster_type=WEEKS) for name in upstream},
        "dagster_type": WEEKS,
        "io_manager_key": store,
    }
