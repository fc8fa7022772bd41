"""How JSON becomes a post: tolerant of what sites leave out, strict about what a post is."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wod_pipeline.errors import SourceMalformed
from wod_pipeline.post_times import time_of
from wod_pipeline.program import RawPost, Rendered, decode, encode
from wod_pipeline.wordpress import decode_post
from wod_pipeline.wordpress._decoding import choose_post, decode_posts

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


CONTENT = {"rendered": "<p>Snatch</p>", "protected": False}
GOOD = {"id": 5, "link": "https://coach.example/5/", "title": {"rendered": "Barn"}, "content": CONTENT}


def odd(**fields: Any) -> RawPost:
    """The good post with other fields; `...` leaves one out."""
    return decode_post({name: value for name, value in {**GOOD, **fields}.items() if value is not ...})


def test_a_post_may_leave_out_all_but_id_and_content() -> None:
    post = decode_post({"id": 5, "content": CONTENT})
    assert post == RawPost(id=5, content=Rendered("<p>Snatch</p>"))


@pytest.mark.parametrize("meta", [[], {"views": 3}, None])
def test_fields_that_are_not_asked_for_do_not_matter(meta: object) -> None:
    post = {"meta": meta, "guid": {"rendered": "x"}, "author": "?", "_links": {}, "problems": ["mine"]}
    assert decode_post({**GOOD, **post}) == decode_post(GOOD)
    assert not decode_post(GOOD).problems


def test_null_is_as_good_as_absent() -> None:
    nulls = {"date": None, "title": None, "categories": None, "content": {**CONTENT, "protected": None}}
    assert decode_post({"id": 5, **nulls}) == RawPost(id=5, content=Rendered("<p>Snatch</p>"))


def test_half_a_character_becomes_a_question_mark_since_nothing_could_store_it() -> None:
    post = decode_post({"id": 5, "content": {"rendered": "a\ud83d b 💪"}})
    assert post.content == Rendered(rendered="a? b 💪")


@pytest.mark.parametrize(
    ("fields", "problem", "kept"),
    [
        ({"link": False}, "link is false instead of text", {"link": ""}),
        ({"slug": ["a"]}, "slug is a list instead of text", {"slug": ""}),
        ({"date": 5}, "date is a number instead of text", {"date": ""}),
        ({"title": ["Barn"]}, "title is a list instead of an object", {"title": Rendered()}),
        (
            {"title": "Barn"},
            "title is a text instead of an object, and taken as it is",
            {"title": Rendered("Barn")},
        ),
        (
            {"content": {"rendered": "<p>A</p>", "protected": "no"}},
            "content.protected is a text instead of true or false",
            {"content": Rendered("<p>A</p>")},
        ),
        ({"content": {"rendered": 7}}, "content.rendered is a number instead of text", {}),
        ({"content": ...}, "content is missing", {"content": Rendered()}),
        ({"content": None}, "content is missing", {"content": Rendered()}),
        (
            {"categories": {"a": 1}},
            "categories is an object instead of a list of numbers",
            {"categories": []},
        ),
        (
            {"modified_gmt": "9" * 5_000},
            "modified_gmt is a text of 5,000 characters instead of a time",
            {"modified_gmt": ""},
        ),
        ({"id": "5"}, "id is a text instead of a number above 0", {"id": 5}),
    ],
)
def test_an_odd_field_costs_only_itself_and_the_json_is_kept(
    fields: dict[str, Any], problem: str, kept: dict[str, Any]
) -> None:
    post = odd(**fields)
    assert post.problems == [problem]
    assert {name: getattr(post, name) for name in kept} == kept
    untouched = {"link", "title", "content", "id"} - fields.keys()
    assert all(getattr(post, name) == getattr(decode_post(GOOD), name) for name in untouched)
    received = {name: value for name, value in {**GOOD, **fields}.items() if value is not ...}
    assert json.loads(post.received) == received


@pytest.mark.parametrize("post_id", [..., None, True, 0, -4, 2**63, 5.5, "five", "٥", "", [5], "9" * 5_000])
def test_a_post_without_a_usable_id_has_none_and_says_so(post_id: object) -> None:
    post = odd(id=post_id)
    assert post.id == 0
    assert post.problems[0].startswith("id is ")
    assert post.title == Rendered("Barn")


@pytest.mark.parametrize(
    ("item", "problem"),
    [
        ([], "it is a list instead of an object"),
        (None, "it is null instead of an object"),
        (7, "it is a number instead of an object"),
    ],
)
def test_an_item_that_is_no_post_costs_the_others_nothing(item: object, problem: str) -> None:
    good, bad = decode_posts([GOOD, item], "Page 1")
    assert good == decode_post(GOOD)
    assert (bad.id, bad.problems, json.loads(bad.received)) == (0, [problem], item)


@pytest.mark.parametrize("value", [None, {}, "[]", 0, True])
def test_a_list_of_posts_is_a_list(value: object) -> None:
    with pytest.raises(SourceMalformed, match="instead of a list of posts"):
        decode_posts(value, "x")


@given(st.dictionaries(st.sampled_from([*RawPost.__struct_fields__, "meta"]), JSON) | JSON)
def test_whatever_a_site_sends_for_a_post_can_be_stored_and_loses_nothing(value: Any) -> None:
    post = decode_post(value)
    assert decode(encode(post), RawPost) == post
    if post.problems:
        assert json.loads(post.received) == value


def test_times_are_read_as_wordpress_writes_them() -> None:
    assert time_of("2020-12-20T17:00:21") == dt.datetime.fromisoformat("2020-12-20T17:00:21")
    assert time_of("2020-12-20T17:00:21Z") == dt.datetime.fromisoformat("2020-12-20T17:00:21")


@pytest.mark.parametrize("text", ["", "0000-00-00T00:00:00", "yesterday", "2020-02-30T00:00:00", "٢٠٢٠"])
def test_a_time_that_cannot_be_read_is_none(text: str) -> None:
    assert time_of(text) is None


def test_of_many_posts_with_the_same_id_the_json_of_each_is_kept_once() -> None:
    posts = [
        decode_post({"id": 5, "modified_gmt": f"2026-03-0{day}T00:00:00", "content": CONTENT})
        for day in (2, 3, 1, 3)
    ]
    chosen = choose_post(posts)
    assert (chosen.modified_gmt, chosen.problems) == ("2026-03-03T00:00:00", ["another post has the same id"])
    assert [each["modified_gmt"][9] for each in json.loads(chosen.received)] == ["2", "3", "1"]
