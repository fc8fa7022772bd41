"""Tables of sessions for other programs, read back by those programs."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from wod_pipeline.bounds import TEXT_REPEATED
from wod_pipeline.program import SessionRecord
from wod_pipeline.reading.export import _csv_cell, as_csv, as_parquet, as_table
from wod_pipeline.reading.rows import COLUMNS
from wod_pipeline.rendering import exercises_of, view_session
from wod_pipeline.training import Athlete, Rack, Weight
from wod_pipeline_tests.builders import MONDAY, record_of
from wod_pipeline_tests.hostile import FORBIDDEN_CHARACTERS, hostile_record
from wod_pipeline_tests.reading.rows import cells_by_column, export_rows

LIFTER = Athlete(Rack(), {("snatch", 1): Weight(Fraction(100), "kg")})
FEW_PLATES = Athlete(Rack(plates=((Fraction(10), 1),)), {("snatch", 1): Weight(Fraction(100), "kg")})
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


def rows_of(record: SessionRecord, athlete: Athlete | None = None) -> list[dict[str, Any]]:
    return [cells_by_column(row) for row in export_rows(record, athlete)]


def the_row(*lines: str, athlete: Athlete | None = None, **fields: Any) -> dict[str, Any]:
    (row,) = rows_of(record_of("A.", *lines, **fields), athlete)
    return row


def cells(row: dict[str, Any], names: str) -> tuple[Any, ...]:
    return tuple(row[name] for name in names.split())


def read_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


# ---------------------------------------------------------------------------------------------------- grain
def test_a_row_for_each_exercise_and_its_sets() -> None:
    first, second, third = rows_of(record_of(*SESSION), LIFTER)
    assert cells(first, "date segment_label scheme_words") == (MONDAY, "A", "Every 2:00 for 8:00 (4 sets)")
    assert cells(first, "exercise movement_ids") == ("Snatch + Hip Snatch", ("snatch", "hip_snatch"))
    assert cells(first, "set_from set_to sets_min sets_max reps_min reps_max") == (1, 2, 2, 2, 2, 2)
    assert cells(second, "percent_min percent_max reference_movement_id") == (75, 80, "snatch")
    numbers = "segment_number block_number exercise_number run_number"
    assert [cells(row, numbers) for row in (first, second, third)] == [
        (1, 1, 1, 1),
        (1, 1, 1, 2),
        (2, 1, 1, 1),
    ]


def test_slots_heights_counts_of_parts_and_versions_have_columns() -> None:
    lines = ("A.", "EMOM x 4:", 'Minute 2 - Box Jumps x 5 reps (24/20")', "Scaled:", "Step-Ups x 5 reps")
    jumps, steps = rows_of(record_of(*lines))
    assert cells(jumps, "slot height_cm_min height_cm_women block_variant") == (2, 60.96, 50.8, None)
    assert cells(steps, "slot height_cm_min block_variant") == (None, None, "scaled")
    row = the_row("Power Clean + Jerk 70% x 2 (1+1) x 4")
    assert cells(row, "reps_min set_part_reps part_reps") == (2, (1, 1), (1, 1))


def test_a_rest_day_and_a_note_have_a_row_without_an_exercise() -> None:
    record = msgspec.structs.replace(record_of(*SESSION), segments=[])
    (row,) = rows_of(record)
    assert cells(row, "date session_kind segment_number exercise_number set_from") == (
        *(MONDAY, "training"),
        *(None, None, None),
    )
    segment = record_of(*SESSION).segments[0]
    segment.blocks[0].exercises = []
    without_exercise = msgspec.structs.replace(record, segments=[segment])
    (row,) = rows_of(without_exercise)
    assert cells(row, "segment_label block_number block_interval_s exercise") == ("A", 1, 120, None)
    segment.blocks = []
    (row,) = rows_of(without_exercise)
    assert cells(row, "segment_label block_number exercise") == ("A", None, None)


# ------------------------------------------------------------------------------------------------- what was lost
@pytest.mark.parametrize(
    ("line", "names", "values"),
    [
        (
            "Snatch x 7 reps @ 75/55 lb",
            "absolute_load_min absolute_load_max absolute_load_women absolute_load_unit load_words",
            (75, 75, 55, "lb", "75/55 lb"),
        ),
        ("Snatch x 5 @ RPE 7-8", "load_kind rpe_min rpe_max", ("rpe", 7, 8)),
        ("Row 15/12 calories", "calories_min calories_women", (15, 12)),
        ("Dips x 10-12 reps", "reps_min reps_max", (10, 12)),
        ("2 Snatch + 1 Hip Snatch", "part_names part_reps", (("Snatch", "Hip Snatch"), (2, 1))),
        ("Plank 45 seconds", "duration_s_min duration_s_max", (45, 45)),
        ("Run 400 meters", "distance_m_min", (400,)),
        ("Lunges x 8 reps each leg", "per_side reps_min", ("leg", 8)),
        ("Front Squat x 3 reps @ 31X1", "tempo", ("31X1",)),
    ],
)
def test_what_a_line_prescribes_is_in_columns(line: str, names: str, values: tuple[Any, ...]) -> None:
    assert cells(the_row("Three sets of:", line), names) == values


def test_rests_notes_and_links_are_kept_apart_by_what_they_are_about() -> None:
    row = rows_of(record_of(*SESSION))[-1]
    assert cells(row, "block_rest_s_min block_rest_s_max block_rest_qual rest_s_min") == (90, 90, None, None)
    record = record_of(
        content='<p>Monday</p><p>A.</p><p>Dips x 5</p><p>See <a href="https://a.example/">this</a></p>'
    )
    notes = [
        note
        for name in ("session", "segment", "block", "exercise")
        for note in rows_of(record)[0][f"{name}_notes"]
    ]
    assert notes == ["See this (https://a.example/)"]


def test_an_ambiguous_reference_names_its_candidates() -> None:
    first, *_ = rows_of(record_of("A.", "Three sets of:", "Snatch + Clean x 2 @ 70%"), LIFTER)
    assert cells(first, "reference_source reference_movement_id working_weight_min") == (
        "ambiguous",
        None,
        None,
    )
    assert first["reference_candidates"]


# ------------------------------------------------------------------------------------------- working weights
def test_a_working_weight_and_an_absolute_load_have_their_own_columns_and_units() -> None:
    first, second, third = rows_of(record_of(*SESSION), LIFTER)
    names = "working_weight_min working_weight_max working_weight_unit absolute_load_min"
    assert cells(second, names) == (75.0, 80.0, "kg", None)
    assert cells(third, names) == (35.0, 35.0, "kg", 75)
    assert third["working_weight_women"] == 25.0
    assert cells(first, "working_plates_min working_percent_min working_weight_fit") == (
        (25.0,),
        70.0,
        "within",
    )


def test_what_cannot_be_loaded_says_so_and_has_no_weight() -> None:
    row = the_row("Snatch x 2 @ 70% of 1-RM Snatch", athlete=FEW_PLATES)
    assert cells(row, "working_weight_min working_weight_unit working_weight_fit") == (
        None,
        None,
        "too_heavy",
    )
    assert row["working_weight_note"] == "cannot be loaded with your plates: heaviest 40 kg, asked 70 kg"


def test_a_max_that_is_not_given_is_named() -> None:
    row = the_row("Back Squat x 2 @ 70% of 1-RM Back Squat", athlete=LIFTER)
    assert cells(row, "working_weight_min working_weight_fit") == (None, None)
    assert row["working_weight_note"] == "your 1-RM Back Squat is not given"


def test_the_percent_on_the_bar_is_that_of_the_weight_loaded() -> None:
    row = the_row("Snatch x 2 @ below 56% of 1-RM Snatch", athlete=LIFTER)
    assert cells(row, "percent_max working_weight_max working_percent_max") == (56, 55.0, 55.0)
    assert cells(row, "percent_min working_weight_min working_percent_min") == (None, None, None)


def test_a_dumbbell_s_weight_is_not_put_on_a_bar() -> None:
    row = the_row("Dumbbell Snatch x 5 @ 20 kg", athlete=LIFTER)
    assert cells(row, "absolute_load_min working_weight_min") == (20, None)


def test_without_maxes_there_are_percentages_and_no_weights() -> None:
    first, *_ = rows_of(record_of(*SESSION))
    assert cells(first, "percent_min working_weight_min working_weight_note") == (70, None, None)


@given(
    st.integers(30, 130),
    st.integers(0, 20),
    st.sampled_from([LIFTER, FEW_PLATES, Athlete(Rack("lb", Fraction(45), Fraction(5)), LIFTER.maxes)]),
)
def test_the_weights_exported_are_those_that_are_shown(low: int, width: int, athlete: Athlete) -> None:
    record = record_of("A.", "Three sets of:", f"Snatch x 2 @ {low}-{low + width}% of 1-RM Snatch")
    (exercise,) = exercises_of(view_session(record, athlete).items)
    (row,) = rows_of(record, athlete)
    shown = exercise.sets[0]
    assert (row["working_weight_words"] or "") == shown.weight
    assert (row["working_weight_note"] or "") == (shown.note or shown.missing)
    ends = {row["working_weight_min"], row["working_weight_max"]} - {None}
    assert bool(ends) == bool(shown.weight)
    assert all(f"{end:g}" in shown.weight for end in ends)


# ---------------------------------------------------------------------------------------------------- formats
def test_pandas_reads_the_csv() -> None:
    text = as_csv(export_rows(record_of(*SESSION), LIFTER))
    frame = pd.read_csv(io.StringIO(text), parse_dates=["date", "week", "post_modified_utc"])
    assert list(frame.columns) == [column.name for column in COLUMNS]
    assert frame["working_weight_max"].tolist() == [70, 80, 35]
    assert frame["date"].dt.date.unique().tolist() == [MONDAY]
    assert frame["load_is_ramp"].tolist() == [False, False, False]


def test_the_items_of_a_list_can_be_told_apart_in_csv() -> None:
    record = record_of("A.", "Snatch + Hip Snatch")
    record.segments[0].blocks[0].exercises[0].parts[0] = msgspec.structs.replace(
        record.segments[0].blocks[0].exercises[0].parts[0], raw="a|b\\c", reps=None
    )
    (row,) = read_csv(as_csv(export_rows(record)))
    assert (row["part_names"], row["part_reps"]) == ("a\\|b\\\\c|Hip Snatch", "|1")


def test_numbers_flags_and_moments_in_csv() -> None:
    (row,) = read_csv(as_csv(export_rows(record_of("A.", "Snatch x 2 @ 72.5% of 1-RM Snatch"), LIFTER)))
    assert (row["percent_min"], row["working_weight_min"], row["load_is_ramp"]) == ("72.5", "72.5", "false")
    assert (row["date"], row["post_modified_utc"]) == ("2026-03-02", "2026-03-02T01:00:00+00:00")


def test_parquet_keeps_types_lists_and_meanings(tmp_path: Path) -> None:
    (tmp_path / "rows.parquet").write_bytes(as_parquet(export_rows(record_of(*SESSION), LIFTER)))
    table = parquet.read_table(tmp_path / "rows.parquet")
    assert table.column_names == [column.name for column in COLUMNS]
    types = {
        name: table.schema.field(name).type for name in ("date", "set_from", "percent_min", "movement_ids")
    }
    assert types == {
        "date": pa.date32(),
        "set_from": pa.int64(),
        "percent_min": pa.float64(),
        "movement_ids": pa.list_(pa.string()),
    }
    assert list(table.schema.types) == list(as_table([]).schema.types)
    assert table["movement_ids"].to_pylist() == [["snatch", "hip_snatch"]] * 2 + [["power_snatch"]]
    assert table.schema.field("rest_s_min").metadata == {
        b"description": b"Rest after it, in seconds: at least"
    }


def test_neither_format_loads_pandas() -> None:
    code = (
        "import sys\n"
        "from wod_pipeline.reading.export import as_csv, as_parquet\n"
        "as_csv([]), as_parquet([])\n"
        "print('pandas' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_csv_and_parquet_hold_the_same_cells() -> None:
    rows = list(export_rows(record_of(*SESSION), LIFTER))
    columns = as_table(rows).to_pydict()
    for n, row in enumerate(rows):
        for name, value in cells_by_column(row).items():
            read_back = columns[name][n]
            assert (tuple(read_back) if isinstance(read_back, list) else read_back) == value, name


def test_no_rows_are_a_table_with_every_column() -> None:
    assert as_table([]).num_rows == 0
    assert as_table([]).column_names == as_csv([]).strip().split(",") == [column.name for column in COLUMNS]


def test_a_spreadsheet_runs_nothing_of_a_hostile_post() -> None:
    record = hostile_record()
    harmful = msgspec.structs.replace(record, label="=cmd|'/c calc'!A1", post_title="@SUM(A1)")
    text = as_csv([*export_rows(record, LIFTER), *export_rows(harmful, LIFTER)])
    cells_ = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells_)
    assert not FORBIDDEN_CHARACTERS & set(text)
    assert {"'=cmd|'/c calc'!A1", "'@SUM(A1)"} <= set(cells_), "shown as the text it is"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("  =1+1", "'  =1+1"),
        ("\u3000\xa0@x", "'\u3000\xa0@x"),
        ("\uff1d1", "'\uff1d1"),
        ("\uff0b1", "'\uff0b1"),
        (" \uff0d1", "' \uff0d1"),
        ("\uff20x", "'\uff20x"),
        ("\ufe661", "'\ufe661"),
        ("\t1", "'\t1"),
        ("\r1", "'\r1"),
        ("1=1", "1=1"),
        ("3 x 5 - heavy", "3 x 5 - heavy"),
        ("(+ 5 kg)", "(+ 5 kg)"),
    ],
)
def test_a_cell_that_some_spreadsheet_would_run_is_shown_as_text(text: str, cell: str) -> None:
    assert _csv_cell(text) == cell
    assert _csv_cell((text, "b")) == f"{cell}|b"


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_a_list_that_rows_repeat_is_whole_in_the_first_row_and_in_all_up_to_its_bound(more: int) -> None:
    notes = ("Breathe.", "x" * (TEXT_REPEATED.most - len("Breathe.") + more))
    first, second, third = rows_of(
        record_of(*notes, "A.", "Back Squat", "Set 1: 3 @ 70%", "Set 2: 3 @ 75%", "B.", "Rest")
    )
    said = ("… (2 items, in the first row of this session only)",) if more > 0 else notes
    assert [row["session_notes"] for row in (first, second, third)] == [notes, said, said]
    assert [len(row["session_note_kinds"]) for row in (first, second)] == [2, len(said)]
    assert (second["session"], second["block_notes"]) == (first["session"], first["block_notes"])


def test_the_lines_of_many_set_rows_are_in_the_first_row_of_their_exercise() -> None:
    sets = [f"Set {n}: 3 reps @ {50 + n % 40}%" for n in range(1, 200)]
    rows = rows_of(record_of("A.", "Back Squat", *sets, "B.", "Snatch", *sets))
    whole = [n for n, row in enumerate(rows) if len(row["exercise_lines"]) == 200]
    assert (whole, len(rows)) == ([0, 199], 398)
    assert rows[1]["exercise_lines"] == ("… (200 items, in the first row of this exercise only)",)
    assert [row["percent_min"] for row in rows[:3]] == [51, 52, 53]


def test_a_long_title_is_cut_in_further_rows() -> None:
    title = "word " * 1_000 + "end"
    first, second = rows_of(
        msgspec.structs.replace(
            record_of("A.", "Back Squat", "Set 1: 3 @ 70%", "Set 2: 3 @ 75%"), post_title=title
        )
    )
    assert first["post_title"] == title
    assert second["post_title"].endswith("word…")
    assert len(second["post_title"]) <= TEXT_REPEATED.most
