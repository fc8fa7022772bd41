"""A site and a folder that hold the same posts give the same answers, and the same weeks."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from wod_pipeline.program import RawPost
from wod_pipeline.wordpress import FolderSource, PostSource, WordPressSource, gather_weeks
from wod_pipeline_tests.servers.posts import generate_posts
from wod_pipeline_tests.servers.wordpress import FakeWordPress
from wod_pipeline_tests.wordpress.conftest import at

FIRST = dt.date(2020, 8, 3)
POSTS = generate_posts(30, FIRST)
MONDAYS = [FIRST + dt.timedelta(weeks=n) for n in range(-1, 31)]

QUESTIONS: dict[str, Callable[[PostSource], list[RawPost]]] = {
    "one day": lambda source: source.fetch_published(dt.date(2020, 9, 6), dt.date(2020, 9, 6)),
    "a season": lambda source: source.fetch_published(dt.date(2020, 9, 1), dt.date(2020, 11, 30)),
    "a year without posts": lambda source: source.fetch_published(dt.date(2010, 1, 1), dt.date(2010, 12, 31)),
    "edits": lambda source: source.fetch_modified(at("2020-12-01 01:00")),
    "some ids": lambda source: source.fetch_ids([POSTS[3]["id"], POSTS[9]["id"], 1]),
}


@pytest.fixture
def folder(tmp_path: Path) -> FolderSource:
    (tmp_path / "posts.json").write_text(json.dumps(POSTS))
    return FolderSource(tmp_path)


@pytest.fixture
def site(wp: FakeWordPress, source: WordPressSource) -> WordPressSource:
    wp.site.load(POSTS)
    return source


@pytest.mark.parametrize("question", QUESTIONS)
def test_both_give_the_same_posts(question: str, site: PostSource, folder: PostSource) -> None:
    def found(source: PostSource) -> list[RawPost]:
        return sorted(QUESTIONS[question](source), key=lambda post: post.id)

    assert found(site) == found(folder)


def test_both_list_the_same_ids(site: PostSource, folder: PostSource) -> None:
    assert site.list_ids() == folder.list_ids() == {post["id"] for post in POSTS}


def test_both_fill_the_same_weeks(site: PostSource, folder: PostSource) -> None:
    weeks = gather_weeks(site, MONDAYS, {})
    assert weeks == gather_weeks(folder, MONDAYS, {})
    assert list(weeks) == MONDAYS
    assert [len(week.posts) for week in weeks.values()] == [0] + [1] * 30 + [0]
