"""The check that no stored week was made by an older parser: in the UI, what `wod status` lists as stale.

After an upgrade Dagster marks single partitions only, and launches nothing. So every run judges all stored weeks, and
the sensor `derived_assets` records a result whenever other weeks are stale than before.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import dagster as dg

from wod_pipeline.parser_version import PARSER_VERSION, is_stale
from wod_pipeline.program import StoredWeek
from wod_pipeline.weeks import ranges_of
from wod_pipeline.wording import count, first_of, name_weeks

NAME = "every_week_was_made_by_this_parser"
SAYS = "Every stored week was made by the parser of this program, not by an older one."
ACT = (
    "Make them again from the kept posts, without the site: `wod materialize --from-stored --missing`, or select the "
    "assets from `plain_text_posts` to `session_records` and the weeks named here. `wod status` gives the reason for "
    "a week that stays stale."
)
GRADE = "warn"
RANGES_NAMED = 10
"""Ranges of weeks written out in a result."""


def stale_weeks(stored: Iterable[StoredWeek]) -> list[dt.date]:
    """The weeks that an older parser had a part in, oldest first."""
    return sorted(week.week for week in stored if is_stale(week.posts))


def check_spec(asset: dg.AssetKey) -> dg.AssetCheckSpec:
    """The check, on the asset that is kept in the session table."""
    return dg.AssetCheckSpec(NAME, asset=asset, description=f"{SAYS} {ACT}")


def check_result(asset: dg.AssetKey, stale: Sequence[dt.date]) -> dg.AssetCheckResult:
    """The result of a run's check when these weeks are stale; it names them."""
    return dg.AssetCheckResult(asset_key=asset, **_facts(stale))


def check_evaluation(asset: dg.AssetKey, stale: Sequence[dt.date]) -> dg.AssetCheckEvaluation:
    """The same as an event that needs no run."""
    return dg.AssetCheckEvaluation(asset_key=asset, **_facts(stale))


def _facts(stale: Sequence[dt.date]) -> dict[str, Any]:
    return {
        "check_name": NAME,
        "passed": not stale,
        "severity": dg.AssetCheckSeverity.WARN,
        "description": _describe(stale),
        "metadata": {
            "weeks_stale": len(stale),
            **({"what_to_do": ACT} if stale else {}),
        },
    }


def _describe(stale: Sequence[dt.date]) -> str:
    if not stale:
        return "No stored week was made by an older parser."
    named = ", ".join(first_of([name_weeks(weeks) for weeks in reversed(ranges_of(stale))], RANGES_NAMED))
    were = "was" if len(stale) == 1 else "were"
    return (
        f"{count(stale, 'stored week')} {were} made by an older parser than this program's, version "
        f"{PARSER_VERSION}: {named}."
    )
