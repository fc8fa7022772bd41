"""A generated segment is read as exactly the blocks that it was made from."""

from __future__ import annotations

import json

from wod_pipeline_tests.builders import parsed_post
from wod_pipeline_tests.parsing.metamorphic.passages import Passage
from wod_pipeline_tests.parsing.metamorphic.prescriptions import Facts, Prescription, random_prescriptions
from wod_pipeline_tests.parsing.metamorphic.trials import Trial
from wod_pipeline_tests.parsing.reading import short

GENERATED = 400
"""How many prescriptions are generated."""


def generated_passages() -> list[Passage]:
    """The generated prescriptions, each below a label."""
    return [Passage("generated", ("A.", *each.lines)) for each in random_prescriptions(GENERATED)]


def round_trip_trial(made: Prescription) -> Trial:
    """Whether the lines become the blocks; the facts that differ stand in place of the changed text."""
    week = parsed_post("Monday", "A.", *made.lines)
    blocks = [block for session in week.sessions for segment in session.segments for block in segment.blocks]
    read = [short(block, "notes") for block in blocks]
    said = [found for found in week.diagnostics if found.severity != "info"]
    outcome = "right" if read == made.blocks else "flagged" if said else "silent"
    return Trial("generated", 0, " ⏎ ".join(made.lines), _difference(made.blocks, read), outcome)


def _difference(expected: list[Facts], read: list[Facts]) -> str:
    if len(expected) != len(read):
        return f"{len(read)} blocks instead of {len(expected)}"
    want, got = next((pair for pair in zip(expected, read, strict=True) if pair[0] != pair[1]), ({}, {}))
    pairs = [("block", _without(want), _without(got))]
    pairs += [
        ("exercise", *pair) for pair in zip(want.get("exercises", []), got.get("exercises", []), strict=False)
    ]
    return "; ".join(
        f"{name}.{key}: {json.dumps(b.get(key))} for {json.dumps(a.get(key))}"
        for name, a, b in pairs
        for key in sorted(a.keys() | b.keys())
        if a.get(key) != b.get(key)
    )


def _without(block: Facts) -> Facts:
    return {**block, "exercises": len(block.get("exercises", []))}
