"""Parsing is pure: whatever a caller does to one result, the next post is parsed as if it were the first.

The parser caches what it reads per line, so results share values. Here every value reachable from the results of
all posts in `posts/` is changed wherever it lets itself be changed, then each post is parsed again.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from wod_pipeline.parsing import parse_post
from wod_pipeline.program import RawPost, decode, encode
from wod_pipeline_tests.test_posts import NAMES, POSTS


def post_of(name: str) -> RawPost:
    return decode((POSTS / f"{name}.post.json").read_bytes(), RawPost)


def change(value: Any) -> None:
    """Overwrite each field of each reachable struct that is not frozen, and the items of each list and dict."""
    if isinstance(value, msgspec.Struct):
        for field in value.__struct_fields__:
            change(getattr(value, field))
            if value.__struct_config__.frozen:
                with pytest.raises(AttributeError):
                    setattr(value, field, "changed")
            else:
                setattr(value, field, "changed")
    elif isinstance(value, (list, tuple, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            change(item)
        if isinstance(value, dict):
            value.update(dict.fromkeys(value, "changed"), added="changed")
        elif isinstance(value, list):
            value[:] = ["changed"] * (len(value) + 1)


@pytest.fixture(scope="module", autouse=True)
def _changed_results() -> None:
    for name in NAMES:
        change(parse_post(post_of(name)))


@pytest.mark.parametrize("name", NAMES)
def test_a_post_is_parsed_the_same_after_all_earlier_results_were_changed(name: str) -> None:
    expected = json.loads((POSTS / f"{name}.week.json").read_bytes())
    assert json.loads(encode(parse_post(post_of(name)))) == expected
