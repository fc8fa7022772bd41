"""The score table: what counts as a fact, and what an error costs."""

from __future__ import annotations

import copy
import hashlib
import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parent.parent / "scripts" / "score.py"
POSTS = Path(__file__).parent / "posts"

spec = importlib.util.spec_from_file_location("score_script", SCRIPT)
assert spec
assert spec.loader
score = importlib.util.module_from_spec(spec)
spec.loader.exec_module(score)


@pytest.fixture
def week() -> dict[str, Any]:
    return json.loads((POSTS / "full-week-spring.week.json").read_bytes())


def off(expected: dict[str, Any], parsed: dict[str, Any]) -> dict[str, int]:
    """Say how many facts of which level are not right."""
    counts = score.tally(score.facts_of(expected), score.facts_of(parsed))
    return {
        level: total - right
        for level, (right, total) in counts.items()
        if right != total and level != "total"
    }


def first_block(week: dict[str, Any]) -> dict[str, Any]:
    return week["sessions"][0]["segments"][1]["blocks"][0]


def test_a_week_agrees_with_itself(week: dict[str, Any]) -> None:
    assert off(week, week) == {}


def test_null_empty_and_absent_are_the_same(week: dict[str, Any]) -> None:
    other = copy.deepcopy(week)
    other["preamble"] = None
    first_block(other).update(cap_s=None, notes=first_block(other).get("notes", []), rest={"s": None})
    assert off(week, other) == {}


def test_wording_is_no_fact(week: dict[str, Any]) -> None:
    other = copy.deepcopy(week)
    other["title"] = "Another title"
    other["sessions"][0]["label"] = "another label"
    first_block(other)["exercises"][0]["parts"][0]["raw"] = "other words"
    assert off(week, other) == {}


def test_a_wrong_field_costs_one_fact_of_its_level(week: dict[str, Any]) -> None:
    other = copy.deepcopy(week)
    first_block(other)["interval_s"] = 7
    other["sessions"][0]["date"] = None
    assert off(week, other) == {"sessions": 1, "blocks": 1}


def test_an_invented_fact_costs_as_much_as_a_missed_one(week: dict[str, Any]) -> None:
    other = copy.deepcopy(week)
    first_block(other)["exercises"][0]["tempo"] = "2011"
    assert off(week, other) == off(other, week) == {"exercises": 1}


def test_loads_notes_links_and_diagnostics_are_levels_of_their_own(week: dict[str, Any]) -> None:
    other = copy.deepcopy(week)
    block = first_block(other)
    block["exercises"][0]["load"] = None
    block["exercises"][0]["parts"][0]["video_url"] = "https://example.com/another"
    block["notes"][0]["kind"] = "cue"
    other["diagnostics"].append({"code": "every_mismatch", "severity": "warn", "line": 3})
    assert off(week, other) == {"loads": 2, "notes": 1, "links": 1, "diagnostics": 1}


def test_labels_may_give_the_hash_of_a_line_instead_of_its_text(week: dict[str, Any]) -> None:
    gold = copy.deepcopy(week)
    for line in gold["lines"]:
        line["sha8"] = hashlib.sha256(line.pop("text").encode()).hexdigest()[:8]
    assert off(gold, week) == {}
    gold["lines"][2]["sha8"] = "00000000"
    assert off(gold, week) == {"lines": 1}


def test_the_table_has_a_row_per_post_and_adds_them_up() -> None:
    one = {**dict.fromkeys(score.LEVELS, (0, 0)), "blocks": (1, 2), "total": (1, 2)}
    rows = score.table({"a": one, "b": one}).splitlines()
    assert [row.split()[0] for row in rows[1:]] == ["a", "b", "all"]
    assert rows[-1].split()[-2:] == ["2/4", "50.00"]


def test_a_folder_without_posts_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert score.main(["--posts", str(tmp_path)]) == 1
    assert "nothing to score" in capsys.readouterr().err


def test_one_post_is_scored_against_its_labels(capsys: pytest.CaptureFixture[str]) -> None:
    name = str(POSTS / "every-mismatch")
    assert score.main(["--post", f"{name}.post.json", "--gold", f"{name}.week.json", "--misses"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith("100.00")
