"""The item form of a record, and an item in DynamoDB's notation: nothing is lost, nothing is absent twice."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from wod_pipeline.errors import StorageCorrupt
from wod_pipeline.program import Range, SessionRecord, encode, sha256_of
from wod_pipeline.storage._attributes import as_attributes, item_from, size_of
from wod_pipeline.storage._items import Item, as_item, idempotency_key, item_key, record_from_item
from wod_pipeline_tests.builders import STORED_MONDAY as MONDAY
from wod_pipeline_tests.builders import session_of_word
from wod_pipeline_tests.strategies import records

values: st.SearchStrategy[Any] = st.recursive(
    st.text(st.characters(exclude_categories=["Cs"]))
    | st.booleans()
    | st.integers(-(10**37), 10**37)
    | st.floats(-1e100, 1e100).filter(lambda value: abs(value) > 1e-100 and value % 1),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def item_of(record: SessionRecord) -> Item:
    return as_item(record, sha256_of(record))


@settings(max_examples=60)
@given(records())
def test_a_record_comes_back_from_its_item_byte_for_byte(record: SessionRecord) -> None:
    stored = json.loads(json.dumps(item_of(record)))
    assert encode(record_from_item(stored)) == encode(record)


@settings(max_examples=60)
@given(records())
def test_a_record_comes_back_from_dynamodb_byte_for_byte(record: SessionRecord) -> None:
    assert encode(record_from_item(item_from(as_attributes(item_of(record))))) == encode(record)


@settings(max_examples=40)
@given(records())
def test_nothing_absent_is_written_at_any_depth(record: SessionRecord) -> None:
    assert "null" not in json.dumps(item_of(record)).replace('"null', "")


@settings(max_examples=40)
@given(records(), records())
def test_two_records_share_a_key_only_when_date_session_and_week_are_the_same(
    one: SessionRecord, other: SessionRecord
) -> None:
    same = (one.date, one.session, one.week) == (other.date, other.session, other.week)
    assert (item_key(one) == item_key(other)) == same


def test_an_item_shows_what_other_tools_look_for() -> None:
    item = item_of(session_of_word("Snatch"))
    assert (item["date"], item["week"], item["post_id"]) == ("2021-03-01", "2021-03-01", 4711)
    assert item["segment_a"] == "A. Snatch 5 x 3 @ 72.5%"
    exercise = item["segments"][0]["blocks"][0]["exercises"][0]
    assert exercise["load"] == {"kind": "percent", "pct": {"min": 72.5}}
    assert "label" not in item


def test_the_parser_s_version_is_text_which_an_older_program_can_read() -> None:
    record = replace(session_of_word("Snatch"), parser=12)
    item = item_of(record)
    assert item["parser"] == "12"
    assert record_from_item(item) == record
    assert "parser" not in item_of(replace(record, parser=0))


def test_other_tools_read_numbers_as_exact_decimals() -> None:
    attributes = as_attributes({"metres": 30.48, "reps": 5, "tiny": 1e-07})
    found = {name: TypeDeserializer().deserialize(value) for name, value in attributes.items()}
    assert found == {"metres": Decimal("30.48"), "reps": Decimal(5), "tiny": Decimal("1E-7")}


def test_a_number_without_a_fraction_is_an_integer() -> None:
    record = session_of_word("Row")
    record.segments[0].blocks[0].exercises[0].distance_m = Range(min=500.0, max=500.0)
    item = item_of(record)
    assert repr(item["segments"][0]["blocks"][0]["exercises"][0]["distance_m"]["min"]) == "500"


@given(values)
def test_a_value_comes_back_from_its_attribute(value: Any) -> None:
    back = item_from(as_attributes({"v": value}))["v"]
    assert back == value
    assert json.dumps(back) == json.dumps(value)


@pytest.mark.parametrize("number", [10**38, -(10**40), 1e126, 1e-131, float("inf"), float("nan")])
def test_a_number_beyond_dynamodb_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="outside the range of DynamoDB"):
        as_attributes({"n": number})


@pytest.mark.parametrize(
    ("item", "size"),
    [
        ({"date": "2021-03-01"}, 4 + 10),
        ({"ü": "日本"}, 2 + 6),
        ({"n": 27}, 1 + 3),
        ({"b": True}, 1 + 1),
        ({"l": ["ab", "c"]}, 1 + 3 + 1 + 2 + 1 + 1),
        ({"m": {"k": "v"}}, 1 + 3 + 1 + 1 + 1),
    ],
)
def test_an_item_is_as_large_as_dynamodb_says(item: dict[str, Any], size: int) -> None:
    assert size_of(as_attributes(item)) == size


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "holiday"}, "kind"),
        ({"post_id": "x"}, "post_id"),
        ({"segments": [{"label": "A"}]}, "segments"),
        ({"week": "soon"}, "week"),
        ({"parser": "newest"}, "Expected `int`"),
    ],
)
def test_an_item_that_is_no_record_is_corrupt_and_named(change: dict[str, Any], said: str) -> None:
    with pytest.raises(StorageCorrupt, match=rf"date '2021-03-01', session 'harbour.*{said}"):
        record_from_item({**item_of(session_of_word("Snatch")), **change})


def test_an_item_without_its_date_is_corrupt() -> None:
    item = item_of(session_of_word("Snatch"))
    del item["week"]
    with pytest.raises(StorageCorrupt, match="week"):
        record_from_item(item)


def test_the_ledger_key_is_a_digest() -> None:
    assert len(idempotency_key("alert", "week_late/2021-03-01")) == 64
    assert str(MONDAY) not in idempotency_key("alert", str(MONDAY))
