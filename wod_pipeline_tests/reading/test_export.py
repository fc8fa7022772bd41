"""Tables of sessions for other programs, read back by those programs."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pandas as pd

from wod_pipeline.reading.export import COLUMNS, as_csv, as_frame, export_rows
from wod_pipeline.training import Athlete, Rack, Weight
from wod_pipeline_tests.builders import MONDAY, record_of
from wod_pipeline_tests.hostile import FORBIDDEN_CHARACTERS, hostile_record

LIFTER = Athlete(Rack(), {("snatch", 1): Weight(Fraction(100), "kg")})
SESSION = (
    "A.",
    "Every 2 minutes, for 8 minutes (4 sets):",
    "Snatch + Hip Snatch",
    "*Sets 1-2 = 2 reps @ 70% of 1-RM Snatch",
    "*Sets 3-4 = 1 rep @ 75-80% of 1-RM Snatch",
    "B.",
    "Two sets of:",
    "Power Snatch x 7 reps @ 75/55 lb",
    "Rest 90 seconds",
)


def test_a_row_for_each_exercise_and_its_sets() -> None:
    first, second, third = export_rows(record_of(*SESSION), LIFTER)
    assert (first.date, first.segment, first.scheme) == (MONDAY, "A", "Every 2:00 for 8:00 (4 sets)")
    assert (first.exercise, first.movements) == ("Snatch + Hip Snatch", "snatch+hip_snatch")
    assert (first.set_from, first.set_to, first.reps_min, first.reps_max) == (1, 2, 2, 2)
    assert (second.percent_min, second.percent_max, second.reference) == (75, 80, "snatch")
    assert (second.weight_min, second.weight_max, second.weight_unit) == (75.0, 80.0, "kg")
    assert (third.load, third.weight_min, third.weight_unit, third.rest) == ("absolute", 75, "lb", "1:30")


def test_without_maxes_there_are_percentages_and_no_weights() -> None:
    first, *_ = export_rows(record_of(*SESSION))
    assert (first.percent_min, first.weight_min, first.weight_unit) == (70, None, None)


def test_pandas_reads_the_csv() -> None:
    frame = pd.read_csv(
        io.StringIO(as_csv(export_rows(record_of(*SESSION), LIFTER))), parse_dates=["date", "week"]
    )
    assert tuple(frame.columns) == COLUMNS
    assert frame["weight_max"].tolist() == [70, 80, 75]
    assert frame["date"].dt.date.unique().tolist() == [MONDAY]


def test_parquet_keeps_the_types(tmp_path: Path) -> None:
    as_frame(export_rows(record_of(*SESSION), LIFTER)).to_parquet(tmp_path / "rows.parquet")
    frame = pd.read_parquet(tmp_path / "rows.parquet")
    assert str(frame["set_from"].dtype) == "Int64"
    assert str(frame["percent_min"].dtype) == "Float64"
    assert frame["percent_min"].tolist()[:2] == [70, 75]
    assert as_frame([]).columns.tolist() == list(COLUMNS)


def test_a_spreadsheet_runs_nothing_of_a_hostile_post() -> None:
    rows = list(export_rows(hostile_record(), LIFTER))
    text = as_csv([*rows, replace(rows[0], exercise="=cmd|'/c calc'!A1", label="@SUM(A1)")])
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)
    assert not FORBIDDEN_CHARACTERS & set(text)
    assert {"'=cmd|'/c calc'!A1", "'@SUM(A1)"} <= set(cells), "shown as the text it is"
