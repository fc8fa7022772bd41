"""One trial of a relation: a line, its changed text, and what came of it."""

from __future__ import annotations

from typing import Literal, NamedTuple

from wod_pipeline_tests.parsing.metamorphic.passages import Reading

Outcome = Literal["right", "silent", "lost", "flagged"]
"""`right`: the relation holds. Else `lost`: the line became a note or a title; `flagged`: read otherwise, and a new
diagnostic of the line says so; `silent`: read otherwise, or as before where it must not be, without a word."""


def outcome_of(before: Reading, changed: Reading, n: int, *, is_right: bool) -> Outcome:
    """What came of another text of line `n`, where the relation does or does not hold."""
    if is_right:
        return "right"
    if n not in changed.prescriptions:
        return "lost"
    codes, known = (
        {each.code for each in reading.messages if each.line == n} for reading in (changed, before)
    )
    return "flagged" if codes - known else "silent"


class Trial(NamedTuple):
    """A line (its session's source and its number there), the changed text, and the outcome."""

    source: str
    n: int
    line: str
    changed: str
    outcome: Outcome

    def __str__(self) -> str:
        return f"{self.outcome}  {self.source}:{self.n}  {self.line!r} -> {self.changed!r}"
