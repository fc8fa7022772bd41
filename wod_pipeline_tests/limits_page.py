"""docs/limits.md: the tables of bounds are written from `wod_pipeline.bounds`.

After a change of a bound, write it anew with ``python -m wod_pipeline_tests.limits_page``.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from wod_pipeline.bounds import BOUNDS, READING_BOUNDS, Bound

PAGE = Path(__file__).parents[1] / "docs" / "limits.md"
MARK = "<!-- bounds -->\n"
"""Stands before and after what is written from the declarations."""
READING_MARK = "<!-- bounds of a reading -->\n"


def table(bounds: Iterable[Bound]) -> str:
    """Every bound in the order of its declaration."""
    rows = [
        f"| {bound.most:,} {bound.of} | {bound.why} | {bound.beyond} | {bound.seen} |" for bound in bounds
    ]
    return "\n".join(
        ["| at most | why | what happens to more | what a person sees |", "|---|---|---|---|", *rows]
    )


def page() -> str:
    """The page with its tables as declared."""
    text = PAGE.read_text(encoding="utf-8")
    for mark, bounds in ((MARK, BOUNDS), (READING_MARK, READING_BOUNDS)):
        before, _, after = text.split(mark)
        text = mark.join((before, f"\n{table(bounds)}\n\n", after))
    return text


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
