"""Posts and the Weeks they must become: every pair in `posts/`, compared whole.

`NAME.post.json` is a post as WordPress returns it, `NAME.week.json` the whole ParsedPost it must become. A new
case is a new pair and a row in `posts/README.md`; nothing here changes.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from wod_pipeline.parsing import parse_post
from wod_pipeline.program import RawPost, decode, encode

POSTS = Path(__file__).parent / "posts"
NOTATION = Path(__file__).parent.parent / "docs" / "notation.md"


def names(suffix: str) -> set[str]:
    return {path.name.removesuffix(suffix) for path in POSTS.glob(f"*{suffix}")}


def pretty(week: object) -> str:
    return json.dumps(week, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


NAMES = sorted(names(".post.json"))


@pytest.mark.parametrize("name", NAMES)
def test_the_post_becomes_exactly_the_expected_week(name: str) -> None:
    post = decode((POSTS / f"{name}.post.json").read_bytes(), RawPost)
    expected = (POSTS / f"{name}.week.json").read_text("utf-8")
    assert pretty(json.loads(encode(parse_post(post)))) == expected


def test_there_are_posts_and_every_one_has_its_week() -> None:
    assert NAMES, f"no NAME.post.json in {POSTS}"
    assert names(".week.json") == set(NAMES)


def test_every_post_is_listed_in_the_readme_with_what_it_covers_and_nothing_else_is() -> None:
    readme = (POSTS / "README.md").read_text("utf-8")
    assert sorted(re.findall(r"^\| `([a-z0-9-]+)` \| \S", readme, re.MULTILINE)) == NAMES


def test_every_section_of_the_notation_has_a_post_of_its_own() -> None:
    sections = re.findall(r"^## (\d+) ", NOTATION.read_text("utf-8"), re.MULTILINE)
    readme = (POSTS / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| `[a-z0-9-]+` \| .* \| ([\d, ]+) \|$", readme, re.MULTILINE)
    assert sections
    assert set(sections) <= {section for row in rows for section in row.split(", ")}


def test_no_two_posts_have_the_same_id() -> None:
    ids = [json.loads((POSTS / f"{name}.post.json").read_bytes())["id"] for name in NAMES]
    assert len(set(ids)) == len(ids)
