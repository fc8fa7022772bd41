"""The verbs of the parser's tests: read a few lines as a post, and say briefly what came out.

Ranges are written short: 5, "5-6", "101+", "≤55", "95/65" (men/women); a part that is only a movement is its id; a
reference is how it was decided and the lift: "inferred snatch", "explicit 3-RM jerk", "ambiguous clean or deadlift".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec

from wod_pipeline.parsing import parse_post
from wod_pipeline.program import Exercise, ParsedPost, RawPost, walk_exercises
from wod_pipeline_tests.builders import paragraphs, raw_post, segments_of

WEEK = dt.date(2020, 6, 1)


def post(lines: Sequence[str] | str, *, published: str = "2020-05-31T16:00:00", **fields: Any) -> RawPost:
    """A post of these lines, each a paragraph, for the first week of June 2020 unless the fields say otherwise."""
    content = paragraphs(lines.split("\n") if isinstance(lines, str) else lines)
    return raw_post(
        **{"monday": WEEK, "program": "Barn Barbell", "content": content, "date": published, **fields}
    )


def read(lines: Sequence[str] | str, **fields: Any) -> ParsedPost:
    """The ParsedPost of a post of these lines."""
    return parse_post(post(lines, **fields))


def exercises(lines: Sequence[str] | str) -> list[Exercise]:
    """All exercises of lines below a label."""
    lines = lines.split("\n") if isinstance(lines, str) else lines
    return [exercise for *_, exercise in walk_exercises(segments_of("A.", *lines))]


def check_line(line: str, *expected: dict[str, Any], above: str = "") -> None:
    """Below the lines `above`, `line` prescribes exactly these exercises (and no fewer of their facts)."""
    before = above.split("\n") if above else []
    found = exercises([*before, line])[len(exercises(before)) if before else 0 :]
    assert [short(exercise) for exercise in found] == list(expected)


def codes(week: ParsedPost) -> list[tuple[str, int | None]]:
    """Every diagnostic with its line."""
    return [(found.code, found.line) for found in week.diagnostics]


_PLACES = frozenset(("lines", "raw", "video_url"))


def short(value: Any, *without: str) -> Any:
    """A node with its ranges written short, without its lines and words."""
    return _short(msgspec.to_builtins(value), frozenset(without) | _PLACES)


def _short(value: Any, without: frozenset[str]) -> Any:
    if isinstance(value, list):
        return [_short(item, without) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) <= {"min", "max", "f"} and {"min", "max"} <= set(value):
        return _range(**value)
    if "rm" in value and "movement_id" in value:
        return _reference(value)
    if "parts" in value:
        value = {**value, "parts": [_part(part) for part in value["parts"]]}
    if "unit" in value:
        return f"{_range(value['min'], value['max'], value.get('f'))} {value['unit']}"
    kept = {
        key: _short(item, without) for key, item in value.items() if key not in without and item is not None
    }
    return {
        key: item
        for key, item in kept.items()
        if item is not False and (item not in ([], {}) or key == "pause")
    }


def _reference(ref: dict[str, Any]) -> str:
    lift = ref["movement_id"] or " or ".join(ref.get("candidates", [])) or "?"
    return f"{ref['source']} {'' if ref['rm'] == 1 else str(ref['rm']) + '-RM '}{lift}"


def _range(min: float | None, max: float | None, f: float | None = None) -> Any:  # noqa: A002
    if f is not None:
        return f"{min}/{f}"
    if min == max:
        return min
    if min is None:
        return f"≤{max}"
    return f"{min}+" if max is None else f"{min}-{max}"


def _part(part: dict[str, Any]) -> Any:
    facts = {key: part[key] for key in ("reps", "pause") if part.get(key) is not None}
    return {"movement": part["movement_id"], **facts} if facts else part["movement_id"]
