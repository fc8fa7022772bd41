"""The contract of a lake, the same for every adapter."""

from __future__ import annotations

import concurrent.futures
import datetime as dt

import pytest

from wod_pipeline.errors import NotStored, StorageRefused
from wod_pipeline.storage import Lake
from wod_pipeline.storage.stages import fetched_weeks

KEY = "raw_posts/week=2021-03-01/posts.json"


def test_what_was_written_is_read_back_byte_for_byte(lake: Lake) -> None:
    data = '{"title":"Übung × 3"}\n'.encode()
    assert lake.write(KEY, data).changed
    assert lake.read(KEY) == data


def test_an_empty_object_is_an_object(lake: Lake) -> None:
    assert lake.write(KEY, b"").changed
    assert lake.read(KEY) == b""
    assert not lake.write(KEY, b"").changed


def test_an_object_never_written_is_not_stored(lake: Lake) -> None:
    with pytest.raises(NotStored, match=r"posts\.json"):
        lake.read(KEY)


def test_equal_bytes_are_not_written_again(lake: Lake) -> None:
    lake.write(KEY, b"a\n")
    assert not lake.write(KEY, b"a\n").changed
    assert lake.write(KEY, b"b\n").changed
    assert lake.read(KEY) == b"b\n"


def test_an_object_written_once_is_never_overwritten(lake: Lake) -> None:
    assert lake.write_once(KEY, b"first\n").changed
    assert not lake.write_once(KEY, b"first\n").changed
    with pytest.raises(StorageRefused, match="never overwritten"):
        lake.write_once(KEY, b"second\n")
    assert lake.read(KEY) == b"first\n"


def test_of_many_who_write_an_object_once_exactly_one_wins(lake: Lake) -> None:
    def attempt(n: int) -> bool:
        try:
            return lake.write_once(KEY, b"%d\n" % n).changed
        except StorageRefused:
            return False

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(8))) == 1


def test_many_objects_are_read_in_one_call_and_missing_ones_are_absent(lake: Lake) -> None:
    objects = {f"plain/week=2021-{n:03}/x.json": b"%d\n" % n for n in range(40)}
    assert all(one.changed for one in lake.write_many(objects).values())
    assert not any(one.changed for one in lake.write_many(objects).values())
    assert lake.read_many([*objects, "plain/week=none/x.json"]) == objects


def test_many_objects_written_once_are_never_overwritten(lake: Lake) -> None:
    first = {"r/1": b"1", "r/2": b"2"}
    assert all(one.changed for one in lake.write_many(first, once=True).values())
    assert not any(one.changed for one in lake.write_many(first, once=True).values())
    with pytest.raises(StorageRefused, match="never overwritten"):
        lake.write_many({"r/1": b"other", "r/3": b"3"}, once=True)
    assert lake.read_many(["r/1", "r/2", "r/3"]) == {**first, "r/3": b"3"}


def test_one_refused_object_among_many_is_raised_and_the_others_are_written(lake: Lake) -> None:
    with pytest.raises(StorageRefused):
        lake.write_many({"a/1": b"1", "a/../2": b"2", "a/3": b"3"})
    assert lake.read_many(["a/1", "a/3"]) == {"a/1": b"1", "a/3": b"3"}


def test_keys_come_in_order_and_only_under_the_prefix(lake: Lake) -> None:
    names = ["b/1", "a-b", "a/2", "a/1", "a/week=10/x", "a/week=1/x", "ab"]
    for name in names:
        lake.write(name, b"x")
    assert list(lake.keys("")) == sorted(names)
    assert list(lake.keys("a/")) == ["a/1", "a/2", "a/week=1/x", "a/week=10/x"]
    assert list(lake.keys("a/week=1")) == ["a/week=1/x", "a/week=10/x"]
    assert list(lake.keys("nothing/here/")) == []


def test_the_uri_names_the_object(lake: Lake) -> None:
    assert lake.write(KEY, b"x").uri == lake.uri(KEY)
    assert lake.uri(KEY).split("://")[0] in {"file", "s3"}


@pytest.mark.parametrize(
    "key", ["", "/etc/passwd", "../x", "a/../../x", "a//b", "a/", "./a", "a/.wod-1", "a\\b", "a\0b", "a\nb"]
)
def test_a_key_that_is_no_plain_path_is_refused(lake: Lake, key: str) -> None:
    for use in (
        lake.read,
        lake.uri,
        lambda key: lake.write(key, b"x"),
        lambda key: lake.write_once(key, b"x"),
    ):
        with pytest.raises(StorageRefused, match="not a valid lake key"):
            use(key)


def test_the_weeks_with_raw_posts_are_listed_in_order(lake: Lake) -> None:
    assert fetched_weeks(lake) == []
    others = ["plain_text_posts/week=2021-02-01/posts.json", "raw_post_revisions/post=7/20210201-a.json"]
    lake.write_many(dict.fromkeys(["raw_posts/week=2021-03-08/posts.json", KEY, *others], b"{}"))
    assert fetched_weeks(lake) == [dt.date(2021, 3, 1), dt.date(2021, 3, 8)]


def test_a_key_of_raw_posts_that_names_no_monday_is_no_fetched_week(lake: Lake) -> None:
    odd = ("2021-03-01.bak", "2021-02-30", "2021-03-03", "20210308", "__HIVE_DEFAULT_PARTITION__")
    lake.write_many(dict.fromkeys([KEY, *(f"raw_posts/week={name}/posts.json" for name in odd)], b"{}"))
    assert fetched_weeks(lake) == [dt.date(2021, 3, 1)]
