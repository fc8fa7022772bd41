"""Sessions without a day, the weekday an athlete gives them, and the next training day with them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from msgspec.structs import replace

from wod_pipeline.program import SessionRecord
from wod_pipeline.reading.undated import chosen_day, name_of, undated_of
from wod_pipeline.reading.upcoming import next_training_after
from wod_pipeline.storage.sqlite import SqliteSessionTable
from wod_pipeline.weeks import DAY, WEEK
from wod_pipeline_tests.builders import MONDAY, raw_post, record_of, week_records

DAYS = ("Day 1", "A.", "Dips", "Day 2 – Rest", "Day 3 (Heavy)", "A.", "Lunges")
CHOICES = {("gym-plan", "1"): "mon", ("gym-plan", "2"): "tue", ("gym-plan", "3"): "thu"}


def undated(monday: dt.date = MONDAY) -> list[SessionRecord]:
    return week_records(raw_post(*DAYS, monday=monday)).records


def test_a_numbered_day_has_the_same_name_in_every_week() -> None:
    assert [name_of(record) for record in undated()] == list(CHOICES)
    assert [name_of(record) for record in undated(MONDAY + WEEK)] == list(CHOICES)


def test_a_session_without_a_number_goes_by_its_label_or_its_place() -> None:
    first = replace(undated()[0], ordinal=None, label="  Pull   DAY ")
    assert name_of(first) == ("gym-plan", "pull day")
    assert name_of(replace(first, label="x" * 400)) == ("gym-plan", "x" * 40)
    assert name_of(replace(first, label=None)) == ("gym-plan", "n1")


def test_a_choice_makes_a_day_of_the_session_s_own_week() -> None:
    assert [chosen_day(record, CHOICES) for record in undated(MONDAY + WEEK)] == [
        MONDAY + WEEK + n * DAY for n in (0, 1, 3)
    ]
    assert chosen_day(undated()[0], {}) is None


def test_a_dated_session_keeps_its_day() -> None:
    dated = replace(record_of("A.", "Dips"), ordinal=1)
    assert undated_of([dated]) == []
    assert chosen_day(dated, CHOICES) is None


def test_the_next_training_day_counts_chosen_days_and_no_rest_day(tmp_path: Path) -> None:
    table = SqliteSessionTable(tmp_path / "sessions.sqlite")
    table.replace_week(week_records(raw_post(*DAYS)))
    assert next_training_after(table, MONDAY) is None
    found = next_training_after(table, MONDAY, CHOICES)
    assert found is not None
    assert (found[0], [record.label for record in found[1]]) == (MONDAY + 3 * DAY, ["Day 3 (Heavy)"])
    assert next_training_after(table, MONDAY + 3 * DAY, CHOICES) is None
