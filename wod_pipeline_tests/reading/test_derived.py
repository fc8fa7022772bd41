"""What the stored load and calendar were made from, and which weeks are old."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from icalendar import Calendar
from pyarrow import parquet

from wod_pipeline.errors import StorageCorrupt
from wod_pipeline.program import Outcome, StoredWeek
from wod_pipeline.reading import derived
from wod_pipeline.reading.calendar import week_calendar
from wod_pipeline.reading.derived import CALENDAR, LOAD, Inputs, inputs_of, read_made_from, read_old
from wod_pipeline.reading.load import COLUMNS, DTYPES, as_parquet, load_frame
from wod_pipeline.storage.stages import calendar_key, load_key
from wod_pipeline_tests.builders import MONDAY, raw_post, week_records
from wod_pipeline_tests.fakes import MemoryLake

WEEK = dt.timedelta(weeks=1)
ZONE = ZoneInfo("America/Los_Angeles")
WEEKS = [MONDAY + n * WEEK for n in range(-14, 14)]


def inputs(changed: dt.date | None = None, zone: str = ZONE.key, page_url: str = "") -> Inputs:
    """Inputs over all weeks; of `changed` the records are others."""
    return Inputs({week: "b" if week == changed else "a" for week in WEEKS}, zone, page_url)


def affected(asset: str, other: Inputs) -> list[int]:
    """For which weeks, counted from MONDAY, the asset is made from something else."""
    return [
        (week - MONDAY).days // 7
        for week in WEEKS
        if other.made_from(asset, week) != inputs().made_from(asset, week)
    ]


def test_the_load_of_a_week_reads_it_and_the_eleven_before_and_its_calendar_only_the_week() -> None:
    assert affected(LOAD, inputs(MONDAY)) == list(range(12))
    assert affected(CALENDAR, inputs(MONDAY)) == [0]
    later = derived.with_later_weeks([MONDAY])
    assert sorted((week - MONDAY).days // 7 for week in later) == list(range(12))


@pytest.mark.parametrize("other", [inputs(zone="Europe/Berlin"), inputs(page_url="https://gym.example")])
def test_time_zone_and_address_of_the_page_are_those_of_calendars_only(other: Inputs) -> None:
    assert affected(CALENDAR, other) == [(week - MONDAY).days // 7 for week in WEEKS]
    assert affected(LOAD, other) == []


@pytest.mark.parametrize("asset", [LOAD, CALENDAR])
def test_a_raised_code_version_makes_every_week_of_its_asset_old(
    asset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = inputs().made_from(asset, MONDAY)
    monkeypatch.setitem(derived.CODE_VERSIONS, asset, "next")
    assert inputs().made_from(asset, MONDAY) != before


def test_a_week_that_is_not_stored_is_another_input_than_an_empty_one() -> None:
    empty = Inputs({MONDAY: ""}, ZONE.key)
    assert empty.made_from(CALENDAR, MONDAY) != Inputs({}, ZONE.key).made_from(CALENDAR, MONDAY)


def test_a_week_that_could_not_be_read_is_another_input_than_the_stored_one() -> None:
    assert affected(LOAD, inputs().without({MONDAY})) == list(range(12))


def test_a_header_without_a_digest_is_known_by_its_version() -> None:
    def of(version: int) -> Inputs:
        return inputs_of([StoredWeek(MONDAY, Outcome.PUBLISHED, (), 3, version)], ZONE.key)

    assert of(1).of_week(MONDAY) != of(2).of_week(MONDAY)
    assert of(1).of_week(MONDAY) == of(1).of_week(MONDAY)


def parquet_of(made_from: str) -> bytes:
    return as_parquet(load_frame({}, MONDAY), made_from)


def calendar_of(made_from: str) -> bytes:
    value = week_records(raw_post("Monday", "A.", "Snatch x 2 reps @ 72%"))
    return week_calendar(MONDAY, value, b"", ZONE, made_from=made_from)


def lake_of(made_from: Inputs) -> MemoryLake:
    """A lake whose load and calendar of MONDAY were made from these inputs."""
    lake = MemoryLake()
    lake.write(load_key(MONDAY), parquet_of(made_from.made_from(LOAD, MONDAY)))
    lake.write(calendar_key(MONDAY), calendar_of(made_from.made_from(CALENDAR, MONDAY)))
    return lake


def test_stored_objects_say_what_they_were_made_from() -> None:
    assert read_made_from(lake_of(inputs()), [MONDAY, MONDAY + WEEK]) == {
        LOAD: {MONDAY: inputs().made_from(LOAD, MONDAY)},
        CALENDAR: {MONDAY: inputs().made_from(CALENDAR, MONDAY)},
    }


def test_a_load_with_its_digest_is_the_table_that_it_was() -> None:
    table = parquet.read_table(pa.BufferReader(parquet_of("0" * 32)))
    assert table.column_names == list(COLUMNS)
    assert dict(table.to_pandas().dtypes.astype(str)) == DTYPES


def test_a_calendar_with_its_digest_is_read_by_other_programs_as_before() -> None:
    with_digest, without = calendar_of("0" * 32), calendar_of("")
    lines = with_digest.split(b"\r\n")
    assert b"X-WOD-MADE-FROM:" + b"0" * 32 in lines
    assert [line for line in lines if not line.startswith(b"X-WOD-")] == without.split(b"\r\n")
    assert len(Calendar.from_ical(with_digest).walk("VEVENT")) == 1


def test_the_digest_of_a_calendar_is_not_taken_from_the_text_of_an_event() -> None:
    forged = calendar_of("").replace(b"END:VEVENT", b"X-WOD-MADE-FROM:" + b"0" * 32 + b"\r\nEND:VEVENT")
    assert derived.made_from_of_calendar(forged) == ""


def test_current_objects_are_not_old_and_missing_ones_are() -> None:
    assert read_old(lake_of(inputs()), inputs(), [MONDAY]) == {}
    assert read_old(MemoryLake(), inputs(), [MONDAY + WEEK, MONDAY]) == {
        MONDAY: (LOAD, CALENDAR),
        MONDAY + WEEK: (LOAD, CALENDAR),
    }


def test_only_the_asset_that_reads_what_changed_is_old() -> None:
    assert read_old(lake_of(inputs()), inputs(MONDAY - WEEK), [MONDAY]) == {MONDAY: (LOAD,)}


def test_a_week_that_is_not_stored_is_never_old() -> None:
    assert read_old(MemoryLake(), inputs(), [WEEKS[-1] + WEEK]) == {}


def without_digest() -> bytes:
    out = io.BytesIO()
    load_frame({}, MONDAY).to_parquet(out, index=False)
    return out.getvalue()


@pytest.mark.parametrize("data", [b"", b"PAR1", b"\x00" * 100, parquet_of("0" * 32)[:-20], without_digest()])
def test_a_load_that_is_corrupt_or_of_an_earlier_version_is_old(data: bytes) -> None:
    lake = lake_of(inputs())
    lake.objects[load_key(MONDAY)] = data
    assert read_old(lake, inputs(), [MONDAY]) == {MONDAY: (LOAD,)}


@pytest.mark.parametrize(
    "spoil", [lambda _: b"", lambda _: b"\xff", lambda ics: ics[:-40], lambda ics: ics[30:]]
)
def test_a_calendar_that_is_corrupt_is_old(spoil: Any) -> None:
    lake = lake_of(inputs())
    lake.objects[calendar_key(MONDAY)] = spoil(lake.objects[calendar_key(MONDAY)])
    assert read_old(lake, inputs(), [MONDAY]) == {MONDAY: (CALENDAR,)}


class RottenLake(MemoryLake):
    """A lake that itself finds an object corrupt, as S3 does by the checksum."""

    rotten = ""

    def read_many(self, keys: Any) -> dict[str, bytes]:
        if self.rotten in keys:
            raise StorageCorrupt(f"{self.rotten} does not match its checksum.")
        return super().read_many(keys)


def test_an_object_that_the_store_finds_corrupt_is_old_and_costs_no_other() -> None:
    lake = RottenLake()
    lake.objects = lake_of(inputs()).objects
    lake.rotten = load_key(MONDAY)
    next_week = MONDAY + WEEK
    lake.write(load_key(next_week), parquet_of(inputs().made_from(LOAD, next_week)))
    lake.write(calendar_key(next_week), calendar_of(inputs().made_from(CALENDAR, next_week)))
    assert read_old(lake, inputs(), [MONDAY, next_week]) == {MONDAY: (LOAD,)}
