"""One trial of a relation: a line, its changed text, and what came of it."""

from __future__ import annotations

from typing import Literal, NamedTuple

Outcome = Literal["right", "silent", "lost", "flagged"]
"""`right`: the relation holds. Else `lost`: the line became a note; `flagged`: read otherwise, and a diagnostic of
the line says so; `silent`: read otherwise, or as before where it must not be, without a word."""


class Trial(NamedTuple):
    """A line (its session's source and its number there), the changed text, and the outcome."""

    source: str
    n: int
    line: str
    changed: str
    outcome: Outcome

    def __str__(self) -> str:
        return f"{self.outcome}  {self.source}:{self.n}  {self.line!r} -> {self.changed!r}"
