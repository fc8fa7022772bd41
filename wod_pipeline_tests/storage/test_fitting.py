"""Sessions that are too large for an item of the table: what is left out, and what is not."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from wod_pipeline.program import Diagnostic, Line, SessionRecord, encode
from wod_pipeline.rendering import as_text, view_session
from wod_pipeline.storage._attributes import ITEM_BYTES, as_attributes, size_of
from wod_pipeline.storage._items import as_item
from wod_pipeline.storage._keys import records_key
from wod_pipeline.storage.fitting import CUT, fit_record, fit_week
from wod_pipeline_tests.builders import raw_post, record_of, week_records

SMALL = record_of("A.", "Back Squat x 5 reps @ 75%", "Keep the chest up.")


def notes(number: int, size: int) -> list[Line]:
    return [Line(n, "x" * size, "note", "/notes/0") for n in range(100, 100 + number)]


LARGE: dict[str, dict[str, Any]] = {
    "texts": {"texts": {"segment_a": "x" * 500_000}},
    "one line": {"lines": [*SMALL.lines, *notes(1, 900_000)]},
    "introduction": {"preamble": notes(300, 1_900)},
    "many notes": {"lines": [*SMALL.lines, *notes(1_000, 1_900)]},
    "many short notes": {"lines": [*SMALL.lines, *notes(30_000, 5)]},
    "title and label": {"post_title": "x" * 500_000, "label": "y" * 500_000, "post_url": "z" * 500_000},
    "many diagnostics": {"diagnostics": [Diagnostic("unreadable_load", "warn", 1, "x" * 900)] * 900},
    "many segments": {"segments": SMALL.segments * 5_000},
    "umlauts": {"lines": [*SMALL.lines, *notes(1, 5)], "texts": {"segment_a": "ü" * 300_000}},
}


@pytest.mark.parametrize("what", LARGE)
def test_whatever_makes_a_session_too_large_it_fits_says_so_and_names_the_whole_one(what: str) -> None:
    fitted = fit_record(replace(SMALL, **LARGE[what]))
    assert size_of(as_attributes(as_item(fitted, "0" * 64))) <= ITEM_BYTES
    (cut,) = [d for d in fitted.diagnostics if d.code == CUT]
    assert records_key(SMALL.week) in cut.message
    assert fit_record(fitted) is fitted
    assert (fitted.date, fitted.session, fitted.content_sha256) == (
        SMALL.date,
        SMALL.session,
        SMALL.content_sha256,
    )
    assert "too long to be stored whole" in as_text(view_session(fitted))


@pytest.mark.parametrize("what", ["texts", "one line", "introduction", "many notes", "umlauts"])
def test_what_there_is_to_lift_stays_as_long_as_notes_can_go(what: str) -> None:
    fitted = fit_record(replace(SMALL, **LARGE[what]))
    assert fitted.segments == SMALL.segments
    assert fitted.lines[: len(SMALL.lines)] == SMALL.lines


def test_a_link_to_a_huge_address_costs_the_link_and_not_the_lift() -> None:
    href = f"https://example.org/{'x' * 500_000}"
    link = f'<a href="{href}">'
    lines = f"<p>Monday</p><p>A.</p><p>{link}Snatch</a> x 3 reps @ 70%</p><p>See {link}it</a></p>"
    (record,) = week_records(raw_post(content=lines)).records
    fitted = fit_record(record)
    assert size_of(as_attributes(as_item(fitted, "0" * 64))) <= ITEM_BYTES
    assert [line.text for line in fitted.lines] == [line.text for line in record.lines]
    assert "Snatch" in as_text(view_session(fitted))
    (exercise,) = fitted.segments[0].blocks[0].exercises
    assert (exercise.parts[0].video_url, exercise.load is not None) == (None, True)
    assert href in str(record), "the record itself is not changed"


def test_a_slug_of_any_length_leaves_a_session_key_that_dynamodb_can_hold() -> None:
    (record,) = week_records(raw_post("Monday", "A.", "Snatch x 3", slug="🏋" * 500_000)).records
    assert len(record.session.encode()) <= 1_024
    assert fit_record(record) is record


def test_a_session_that_fits_is_the_very_same() -> None:
    value = week_records(raw_post())
    assert fit_week(value) is value
    assert fit_record(value.records[0]) is value.records[0]


def test_the_json_of_a_record_is_never_smaller_than_its_item() -> None:
    for record in [SMALL, *week_records(raw_post()).records, large_but_fitting()]:
        assert size_of(as_attributes(as_item(record, ""))) <= len(encode(record)) + 100


def large_but_fitting() -> SessionRecord:
    return replace(SMALL, lines=notes(2_000, 100), segments=SMALL.segments * 100)
