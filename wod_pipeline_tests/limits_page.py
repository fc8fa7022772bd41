"""docs/limits.md: the table of bounds is written from `wod_pipeline.bounds`.

After a change of a bound, write it anew with ``python -m wod_pipeline_tests.limits_page``.
"""

from __future__ import annotations

from pathlib import Path

from wod_pipeline.bounds import BOUNDS

PAGE = Path(__file__).parents[1] / "docs" / "limits.md"
MARK = "<!-- bounds -->\n"
"""Stands before and after what is written from the declarations."""


def table() -> str:
    """Every bound in the order in which a post meets them."""
    rows = [
        f"| {bound.most:,} {bound.of} | {bound.why} | {bound.beyond} | {bound.seen} |" for bound in BOUNDS
    ]
    return "\n".join(
        ["| at most | why | what happens to more | what a person sees |", "|---|---|---|---|", *rows]
    )


def page() -> str:
    """The page with its table as declared."""
    before, _, after = PAGE.read_text(encoding="utf-8").split(MARK)
    return MARK.join((before, f"\n{table()}\n\n", after))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
