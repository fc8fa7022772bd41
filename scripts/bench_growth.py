"""CPU milliseconds of every step of a post of n, 2n and 4n lines: the part `post` of `bench.py`."""

from __future__ import annotations

import json

from wod_pipeline_tests.growth.shapes import MARKUP, POSTS
from wod_pipeline_tests.growth.stages import Step, cpu_s, cut_stages, markup_stages, page_stages, pure_stages

LINES = 500
SHAPES = ("exercises", "linked exercises", "labels and mistakes", "mixed")
MARKUP_SHAPES = ("unclosed p", "open quotes", "cells", "comments", "links without end")


def main() -> None:
    """Print the table as JSON: the name of a step and a post, and the times at each length."""
    rows: dict[str, dict[str, float]] = {}
    for name in MARKUP_SHAPES:
        _add(rows, name, *(markup_stages(MARKUP[name](8 * size)) for size in _sizes()))
    for name in SHAPES:
        contents = [POSTS[name](size) for size in _sizes()]
        _add(rows, name, *({**cut_stages(each), **pure_stages(each)} for each in contents))
        with (
            page_stages(contents[0]) as one,
            page_stages(contents[1]) as two,
            page_stages(contents[2]) as four,
        ):
            _add(rows, name, one, two, four)
    print(json.dumps(rows))


def _sizes() -> tuple[int, int, int]:
    return LINES, 2 * LINES, 4 * LINES


def _add(rows: dict[str, dict[str, float]], name: str, *sizes: dict[str, Step]) -> None:
    for step in sizes[0]:
        times = [1000 * cpu_s(each[step]) for each in sizes]
        rows[f"{step}: {name}"] = dict(zip(("ms", "ms_at_2n", "ms_at_4n"), times, strict=True))


if __name__ == "__main__":
    main()
