"""How JSON becomes a post: tolerant of what sites leave out, strict about what a post is."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wod_pipeline.errors import SourceMalformed
from wod_pipeline.program import RawPost, Rendered, decode, encode, time_of
from wod_pipeline.wordpress import decode_post
from wod_pipeline.wordpress._source import decode_posts

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def test_a_post_of_nothing_but_an_id_is_a_post() -> None:
    assert decode_post({"id": 5}, "x") == RawPost(id=5)


@pytest.mark.parametrize("meta", [[], {"views": 3}, None])
def test_fields_that_are_not_asked_for_do_not_matter(meta: object) -> None:
    post = {"id": 5, "meta": meta, "guid": {"rendered": "x"}, "author": "?", "_links": {}}
    assert decode_post(post, "x") == RawPost(id=5)


def test_null_is_as_good_as_absent() -> None:
    post = {"id": 5, "date": None, "title": None, "content": {"rendered": None}, "categories": None}
    assert decode_post(post, "x") == RawPost(id=5)


def test_half_a_character_becomes_a_question_mark_since_nothing_could_store_it() -> None:
    post = decode_post({"id": 5, "content": {"rendered": "a\ud83d b 💪"}}, "x")
    assert post.content == Rendered(rendered="a? b 💪")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"slug": "x"}, "Page 1, post 2 has no id."),
        ({"id": "12"}, "Page 1, post 2 has no id."),
        ({"id": True}, "Page 1, post 2 has no id."),
        ([], "Page 1, post 2 is a list instead of a post."),
        (None, "Page 1, post 2 is null instead of a post."),
        (7, "Page 1, post 2 is a number instead of a post."),
    ],
)
def test_what_is_no_post_is_named_by_its_place(value: object, text: str) -> None:
    with pytest.raises(SourceMalformed) as error:
        decode_posts([{"id": 1}, value], "Page 1")
    assert error.value.what == text


def test_a_field_of_another_shape_is_named() -> None:
    with pytest.raises(SourceMalformed, match=r"x \(id 5\) does not have the fields .*at `\$\.slug`"):
        decode_post({"id": 5, "slug": ["a"]}, "x")


@pytest.mark.parametrize("value", [None, {}, "[]", 0, True])
def test_a_list_of_posts_is_a_list(value: object) -> None:
    with pytest.raises(SourceMalformed, match="instead of a list of posts"):
        decode_posts(value, "x")


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(RawPost.__struct_fields__, JSON)))
def test_any_object_is_a_storable_post_or_malformed(value: dict[str, Any]) -> None:
    try:
        post = decode_post(value, "x")
    except SourceMalformed:
        return
    assert decode(encode(post), RawPost) == post
    assert msgspec.to_builtins(post)["id"] == value["id"]


def test_times_are_read_as_wordpress_writes_them() -> None:
    assert time_of("2020-12-20T17:00:21") == dt.datetime.fromisoformat("2020-12-20T17:00:21")
    assert time_of("2020-12-20T17:00:21Z") == dt.datetime.fromisoformat("2020-12-20T17:00:21")


@pytest.mark.parametrize("text", ["", "0000-00-00T00:00:00", "yesterday", "2020-02-30T00:00:00", "٢٠٢٠"])
def test_a_time_that_cannot_be_read_is_none(text: str) -> None:
    assert time_of(text) is None
