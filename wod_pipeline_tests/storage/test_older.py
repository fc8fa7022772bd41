"""Weeks stored by version 1.0 of the data model are read as version 2.0."""

from __future__ import annotations

import msgspec

from wod_pipeline.program import SessionRecord, encode
from wod_pipeline.storage._items import as_item, record_from_item
from wod_pipeline.storage._older import name_slots, with_slots
from wod_pipeline_tests.builders import record_of

RECORD = record_of(
    "A.", "EMOM x 6:", "Minute 1 – Dips x 6 reps", 'Minute 2 – Rows x 6 reps, say "minute": go'
)


def of_1_0(data: bytes) -> bytes:
    assert b'"slot":' in data
    return data.replace(b'"slot":', b'"minute":')


def test_a_record_of_the_lake_has_its_slots() -> None:
    read = msgspec.json.decode(with_slots(of_1_0(encode(RECORD))), type=SessionRecord)
    assert read == RECORD


def test_an_item_of_the_table_has_its_slots() -> None:
    item = msgspec.json.decode(of_1_0(msgspec.json.encode(as_item(RECORD, "digest"))))
    assert record_from_item(item) == RECORD


def test_segments_of_another_shape_stay_as_they_are() -> None:
    for segments in (None, "text", [1], [{"blocks": 2}], [{"blocks": [{"exercises": ["x"]}]}]):
        name_slots(segments)
