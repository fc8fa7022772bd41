"""docs/operations.md names every message, cause, check, error, sensor and schedule there is, and nothing else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from wod_pipeline import errors
from wod_pipeline.assets import stale_weeks
from wod_pipeline.errors import WodError
from wod_pipeline.quality import CLAIMS, LIMITS
from wod_pipeline.schedules import build_schedules
from wod_pipeline.sensors.daily_message import daily_message_sensor
from wod_pipeline.sensors.derived_assets import derived_assets_sensor
from wod_pipeline.sensors.freshness import freshness_sensor
from wod_pipeline.sensors.new_posts import new_posts_sensor
from wod_pipeline.sensors.run_messages import run_messages_sensor
from wod_pipeline.sensors.unfinished_weeks import unfinished_weeks_sensor
from wod_pipeline.settings import INSTANCE_CONFIG, VARIABLES, load_settings
from wod_pipeline.watching.freshness import Cause

ROOT = Path(__file__).parents[1]
DOC = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """The text below a heading, up to the next of any level."""
    return DOC.split(f"# {title}\n", 1)[1].split("\n#", 1)[0]


def first_cells(title: str) -> list[str]:
    """The names in the first column of the section's table."""
    return re.findall(r"^\| (?:\w+ )?`(\w+)` \|", section(title), re.MULTILINE)


def leaves(kind: type[WodError] = WodError) -> Iterator[type[WodError]]:
    subclasses = kind.__subclasses__()
    if not subclasses:
        yield kind
    for subclass in subclasses:
        yield from leaves(subclass)


def message_kinds() -> set[str]:
    """Every `kind=` a message is made with, read from the source."""
    kinds: set[str] = set()
    for path in (ROOT / "wod_pipeline" / "messages").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "kind":
                kinds |= {
                    c.value
                    for c in ast.walk(node.value)
                    if isinstance(c, ast.Constant) and isinstance(c.value, str)
                }
    return kinds


def test_every_message_is_described_and_none_that_does_not_exist() -> None:
    kinds = message_kinds()

    assert len(kinds) > 8
    assert sorted(first_cells("Messages")) == sorted(kinds)


def test_every_cause_of_a_late_week_is_described() -> None:
    assert sorted(first_cells("Why a week is late")) == sorted(cause.value for cause in Cause)


def test_every_check_is_described_in_the_words_of_its_claim() -> None:
    for claim in CLAIMS.values():
        grade = f"{claim.grade}, blocking" if claim.blocking else claim.grade
        assert f"| `{claim.name}` | {grade} | {claim.says} {claim.act} |" in section("Checks")
    of_all_weeks = f"| `{stale_weeks.NAME}` | {stale_weeks.GRADE} | {stale_weeks.SAYS} {stale_weeks.ACT} |"
    assert of_all_weeks in section("Checks")
    assert first_cells("Checks") == [*CLAIMS, stale_weeks.NAME]


def test_every_error_is_described_with_what_a_rerun_does() -> None:
    verdicts = dict(re.findall(r"^\| `(\w+)` \| ([\w ]+) \|", section("Errors"), re.MULTILINE))

    assert verdicts == {
        leaf.__name__: "can clear it" if leaf.rerun_helps else "will not help" for leaf in leaves()
    }


def test_the_tree_of_errors_names_every_leaf() -> None:
    for leaf in leaves():
        verdict = "transient" if leaf.rerun_helps else "permanent"
        assert re.search(rf"─ {leaf.__name__} +{verdict} ", errors.__doc__ or ""), leaf.__name__


def test_every_schedule_and_sensor_is_described() -> None:
    settings = load_settings({})
    sensors = [
        new_posts_sensor(settings, None),  # type: ignore[arg-type]
        derived_assets_sensor(settings, None),  # type: ignore[arg-type]
        freshness_sensor(settings),
        run_messages_sensor(settings),
        unfinished_weeks_sensor(settings, None),  # type: ignore[arg-type]
        daily_message_sensor(settings),
    ]
    names = [schedule.name for schedule in build_schedules(settings)] + [sensor.name for sensor in sensors]

    assert first_cells("What runs by itself") == names


@pytest.mark.parametrize(
    "number", [LIMITS.past_weeks, LIMITS.warn_beyond_z, LIMITS.error_beyond_z, LIMITS.least_past_weeks]
)
def test_the_thresholds_stated_are_the_thresholds_used(number: float) -> None:
    assert f"{number}" in section("Checks")


def test_only_variables_that_exist_are_named() -> None:
    known = {name for variable in VARIABLES for name in variable.names}

    assert set(re.findall(r"WOD_[A-Z_]+[A-Z]", DOC)) <= known


def test_the_storage_named_for_an_instance_is_that_of_a_new_one() -> None:
    example = re.search(r"```yaml\n(.*?)```", section("How to"), re.DOTALL)
    assert example
    assert INSTANCE_CONFIG.endswith(example[1])
