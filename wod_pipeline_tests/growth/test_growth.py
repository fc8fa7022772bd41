"""Twice as much takes at most about twice the time: no step of reading, storing or showing a post is quadratic.

The only timed tests, since a quadratic step is no wrong value that another test could see. They compare the CPU time
of this process, the fastest of several rounds, and run by `make test-growth` alone.
"""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from wod_pipeline.reading.entries import index_week
from wod_pipeline.rendering import view_session
from wod_pipeline.training import doses_of
from wod_pipeline_tests.builders import MONDAY, record_of
from wod_pipeline_tests.growth.shapes import MARKUP, POSTS, SLUGS, lines
from wod_pipeline_tests.growth.stages import (
    Step,
    cpu_s,
    cut_stages,
    heading_stages,
    history_of,
    markup_stages,
    page_stages,
    pure_stages,
)

pytestmark = pytest.mark.growth

MOST = 2.6
"""CPU seconds of twice as much, divided by those of as much."""
LEAST_S = 0.02
"""A step that takes less time is not compared: at that length it is too quick to matter and to be measured."""
MOST_UNITS = 32_000
"""Units of markup beyond which no longer post is tried; by then a quadratic step takes minutes."""
LINES = 400

UNITS = (
    *(
        "<p <br <u <ul <li <b <a <td> <tr> <table> <script <style> <title> <template> <head <textarea <svg".split()
    ),
    *("</p </ul </script> <a=href= <!-- --> <![CDATA[ ]]> <? <! < > /> & &amp &amp; \" ' = / x".split()),
    *("<s> <del> <pre> <nav> <td>Monday <tr><td>Friday Dips\u00a0x\u00a05 [vc_row] [/row] [row] [a=".split()),
    *("<a href='#w'>", "<p hidden>", "<div class=toc>", "<i role=tab>", "<td rowspan=9 colspan=9>", "\n"),
    " ",
)
ENDS = ("", ">", '">', "'>", "-->", "/>", "</p>", "</script>")


def excess(small: Step, large: Step) -> float:
    """By what factor the time grows from a post to one twice as long; 0 when it is too short to be measured.

    The smallest of several comparisons, so that what else the machine does counts for nothing.
    """
    once = cpu_s(large, rounds=1)
    if once < 2 * LEAST_S:
        return 0.0
    factor = once / max(cpu_s(small), LEAST_S / 2)
    for _ in range(4):
        if factor <= MOST:
            break
        factor = min(factor, cpu_s(large) / max(cpu_s(small), LEAST_S / 2))
    return factor


def assert_linear(small: dict[str, Step], large: dict[str, Step]) -> None:
    """Every step with the factor it grows by, where that is too large."""
    factors = {name: round(excess(step, large[name]), 2) for name, step in small.items()}
    assert {name: factor for name, factor in factors.items() if factor > MOST} == {}


def assert_markup_is_linear(prefix: str, unit: str, end: str) -> None:
    """Double the units until they take long enough to be compared."""
    n = 4_000
    while n < MOST_UNITS and cpu_s(markup_stages(prefix + unit * n + end)["read HTML"], rounds=1) < LEAST_S:
        n *= 4
    assert_linear(*(markup_stages(prefix + unit * size + end) for size in (n, 2 * n)))


@pytest.mark.parametrize("name", MARKUP)
def test_markup_is_read_in_linear_time(name: str) -> None:
    n = 8_000
    assert_linear(*(markup_stages(MARKUP[name](size)) for size in (n, 2 * n)))


@seed(14)
@settings(max_examples=20, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(
    prefix=st.sampled_from(["", "<p>", "<script>", "<title>", "<textarea>", '<a "']),
    unit=st.lists(st.sampled_from(UNITS), min_size=1, max_size=4).map("".join),
    end=st.sampled_from(ENDS),
)
def test_any_mix_of_markup_is_read_in_linear_time(prefix: str, unit: str, end: str) -> None:
    assert_markup_is_linear(prefix, unit, end)


@pytest.mark.parametrize("name", POSTS)
def test_every_step_of_a_post_is_linear(name: str) -> None:
    assert_linear(*(pure_stages(POSTS[name](size)) for size in (LINES, 2 * LINES)))


@pytest.mark.parametrize("name", SLUGS)
def test_every_step_of_a_title_and_a_slug_is_linear(name: str) -> None:
    assert_linear(*(heading_stages(SLUGS[name](size)) for size in (20_000, 40_000)))


@seed(14)
@settings(max_examples=6, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(list(POSTS)), min_size=2, max_size=4, unique=True))
def test_every_step_of_a_mixed_post_is_linear(names: list[str]) -> None:
    small, large = (lines(POSTS[name](size // len(names)) for name in names) for size in (LINES, 2 * LINES))
    assert_linear(pure_stages(small), pure_stages(large))


def test_cutting_a_session_for_the_table_is_linear_where_both_are_too_large() -> None:
    small, large = (cut_stages(POSTS["labels and exercises"](size)) for size in (2_000, 4_000))
    assert_linear(small, large)


@pytest.mark.parametrize("name", ["exercises", "linked exercises", "labels and mistakes", "mixed"])
def test_storing_a_post_and_every_page_of_it_is_linear(name: str) -> None:
    with contextlib.ExitStack() as stack:
        both = [stack.enter_context(page_stages(POSTS[name](size))) for size in (LINES, 2 * LINES)]
        assert_linear(*both)


def test_showing_a_block_stored_before_there_were_bounds_is_linear() -> None:
    record = record_of("A.", "5 sets of:", *(f"Back Squat x {n} reps @ 70%" for n in range(1, 99)))
    (segment,) = record.segments
    (block,) = segment.blocks

    def steps(times: int) -> dict[str, Step]:
        exercises = [replace(exercise) for _ in range(times) for exercise in block.exercises]
        long = replace(record, segments=[replace(segment, blocks=[replace(block, exercises=exercises)])])
        return {
            "view": lambda: view_session(long, whole=True),
            "load": lambda: doses_of(long),
            "index": lambda: index_week(MONDAY, [long]),
            "lift's history": lambda: history_of([long]),
        }

    assert_linear(steps(10), steps(20))
