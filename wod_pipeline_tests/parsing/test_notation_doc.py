"""The examples of docs/notation.md are run, and its tables are compared with the code."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from wod_pipeline.parsing import parse_post
from wod_pipeline.parsing._diagnostics import DIAGNOSTICS
from wod_pipeline.program import ParsedPost
from wod_pipeline_tests.parsing.reading import post, short

DOC = (Path(__file__).parents[2] / "docs" / "notation.md").read_text(encoding="utf-8")
_EXAMPLE = re.compile(r"```(text|post|html)\n(.*?)\n```\n```json\n(.*?)\n?```", re.DOTALL)
_SETTING = re.compile(r"(title|slug|published): (.*)")
EXAMPLES = [found.groups() for found in _EXAMPLE.finditer(DOC)]


def week_of_example(kind: str, body: str) -> ParsedPost:
    """The ParsedPost of an example's text, post or HTML."""
    if kind == "html":
        return parse_post(post((), content=body))
    settings: dict[str, str] = {}
    lines = body.split("\n")
    if kind == "text":
        lines = ["Monday", "A.", *lines]
    while found := _SETTING.fullmatch(lines[0]):
        settings[found[1]] = found[2]
        lines = lines[1:]
    return parse_post(post(lines, **settings))


def facts(week: ParsedPost) -> dict[str, Any]:
    """Everything an example may state, by name."""
    segments = [segment for session in week.sessions for segment in session.segments]
    blocks = [block for segment in segments for block in segment.blocks]
    exercises = [exercise for block in blocks for exercise in block.exercises]
    dates = week.dates
    return {
        "lines": [line.text for line in week.lines],
        "struck": [[line.n, *line.struck] for line in week.lines if line.struck],
        "links": [[link.start, link.end, link.href] for line in week.lines for link in line.links],
        "roles": [[line.text, line.role, _owner(line.owner)] for line in week.lines],
        "week": str(week.week) if week.week else None,
        "program": week.program,
        "dates": f"{dates.start} to {dates.end}, {dates.basis}, {dates.confidence}",
        "sessions": [short(session, "segments", "notes") for session in week.sessions],
        "segments": [short(segment, "blocks", "notes") for segment in segments],
        "blocks": [short(block, "notes") for block in blocks],
        "exercises": [short(exercise, "notes") for exercise in exercises],
        "notes": [[line.text, *_note(week, line.owner)] for line in week.lines if line.role == "note"],
        "diagnostics": [[found.code, found.line] for found in week.diagnostics],
        "unread": [
            [found.line, found.severity, *re.findall("“(.*?)”", found.message)]
            for found in week.diagnostics
            if found.code == "unread_text"
        ],
    }


def _owner(pointer: str) -> str:
    return next(name for name in pointer.split("/")[::-1] if not name.isdigit()).removesuffix("s")


def _note(week: ParsedPost, pointer: str) -> tuple[str, str]:
    node: Any = week
    for name in pointer.split("/")[1:]:
        node = node[int(name)] if name.isdigit() else getattr(node, name)
    steps = pointer.split("/")
    return node.kind, steps[-4].removesuffix("s") if len(steps) > 4 else "week"


def test_the_page_has_examples_for_every_section() -> None:
    sections = re.split(r"^## ", DOC, flags=re.MULTILINE)[1:]
    without = [text.split("\n")[0] for text in sections if text[0].isdigit() and not _EXAMPLE.search(text)]
    assert without == []


@pytest.mark.parametrize(
    ("kind", "body", "expected"), EXAMPLES, ids=[e[1].split("\n")[-1][:40] for e in EXAMPLES]
)
def test_an_example_reads_as_the_page_says(kind: str, body: str, expected: str) -> None:
    stated = json.loads(expected)
    got = json.loads(json.dumps(facts(week_of_example(kind, body))))
    assert stated
    assert {name: got[name] for name in stated} == stated


def test_the_table_of_diagnostics_is_the_registry() -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \| (info|warn|error) \| (.*?) \|$", DOC, flags=re.MULTILINE)
    assert rows == [(code, kind.severity, kind.meaning) for code, kind in DIAGNOSTICS.items()]


def _rows_under(title: str) -> list[list[str]]:
    section = DOC.split(f"## {title}\n")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.split("\n") if line.startswith("| ")]
    return [row for row in rows[1:] if not set(row[0]) <= {"-", "|"}]


@pytest.mark.parametrize("row", _rows_under("Still read as notes"), ids=lambda row: row[0][:40])
def test_a_form_listed_as_a_note_is_still_a_note(row: list[str]) -> None:
    line = row[1].strip("`")
    week = parse_post(post(["Monday", "A.", "Two sets of:", "Ring Rows x 8", line]))
    assert week.lines[-1].role == "note"
