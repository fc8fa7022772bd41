"""The check that names the weeks an older parser made."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from wod_pipeline.assets import stale_weeks
from wod_pipeline.assets.checks import RECORDS
from wod_pipeline.assets.stale_weeks import check_result
from wod_pipeline.parser_version import PARSER_VERSION
from wod_pipeline.weeks import WEEK
from wod_pipeline_tests.assets.test_checks import Platform
from wod_pipeline_tests.builders import MONDAY, raw_post
from wod_pipeline_tests.fakes import use_parser_version


def test_every_run_names_all_stored_weeks_that_an_older_parser_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weeks = [MONDAY + n * WEEK for n in range(3)]
    platform = Platform(tmp_path, [raw_post(monday=week, number=n + 1) for n, week in enumerate(weeks)])
    with dg.DagsterInstance.ephemeral() as instance:
        platform.instance = instance
        platform.run(weeks[0], weeks[2])
        assert latest(instance).passed
        use_parser_version(monkeypatch, PARSER_VERSION + 1)
        platform.run(weeks[2])
        found = latest(instance)
        assert (found.passed, found.severity) == (False, dg.AssetCheckSeverity.WARN)
        assert found.description == (
            f"2 stored weeks were made by an older parser than this program's, version {PARSER_VERSION + 1}: "
            f"the weeks {weeks[0]} to {weeks[1]}."
        )
        assert found.metadata["weeks_stale"].value == 2
        assert "wod materialize --from-stored --missing" in str(found.metadata["what_to_do"].value)
        platform.run(weeks[0], weeks[1])
        assert latest(instance).passed


def latest(instance: dg.DagsterInstance) -> dg.AssetCheckEvaluation:
    record = instance.get_latest_asset_check_evaluation_record(dg.AssetCheckKey(RECORDS, stale_weeks.NAME))
    assert record is not None
    assert record.evaluation is not None
    return record.evaluation


def test_few_of_many_ranges_are_named_newest_first() -> None:
    stale = [MONDAY + 2 * n * WEEK for n in range(12)]
    description = str(check_result(RECORDS, stale).description)
    assert description.startswith("12 stored weeks were made by an older parser")
    assert f": the week of {stale[11]}, the week of {stale[10]}, " in description
    assert description.endswith("… and 2 more.")


def test_one_stale_week_is_written_in_the_singular() -> None:
    assert str(check_result(RECORDS, [MONDAY]).description).startswith("1 stored week was made by")
