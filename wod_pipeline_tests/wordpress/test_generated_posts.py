"""The synthetic posts that benchmarks and fault runs are made of."""

from __future__ import annotations

import datetime as dt

from wod_pipeline.parsing import read_lines, week_of
from wod_pipeline.wordpress import decode_post
from wod_pipeline_tests.servers.posts import generate_posts, week_title

FIRST = dt.date(2016, 1, 4)


def test_every_week_has_one_post_that_is_dated_for_it() -> None:
    posts = generate_posts(120, FIRST)
    weeks = [week_of(decode_post(post)) for post in posts]
    assert weeks == [FIRST + dt.timedelta(weeks=n) for n in range(120)]
    assert len({post["id"] for post in posts}) == len({post["slug"] for post in posts}) == 120


def test_posts_are_of_full_size_and_all_different() -> None:
    contents = [post["content"]["rendered"] for post in generate_posts(40, FIRST)]
    assert all(120 <= len(read_lines(content)) <= 170 for content in contents)
    assert len(set(contents)) == 40


def test_the_same_seed_gives_the_same_posts_and_another_seed_others() -> None:
    assert generate_posts(3, FIRST, 1) == generate_posts(3, FIRST, 1) != generate_posts(3, FIRST, 2)


def test_titles_name_both_months_or_years_where_a_week_crosses_them() -> None:
    assert week_title(dt.date(2021, 3, 1)) == "March 1-7, 2021"
    assert week_title(dt.date(2021, 3, 29)) == "March 29 - April 4, 2021"
    assert week_title(dt.date(2020, 12, 28)) == "December 28, 2020 - January 3, 2021"
