"""Sessions as tables for other programs: one row per exercise and run of sets with the same prescription.

`export_rows` makes the rows, `as_csv` and `as_frame` format them. JSON exports keep the structure of a session and
do not use this module.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, fields
from typing import TYPE_CHECKING, Any

from wod_pipeline.program import Block, Exercise, Load, Number, Segment, SessionRecord, walk_exercises
from wod_pipeline.rendering import clean, quantity, reps_words, rest_words, scheme_sentence, title_of
from wod_pipeline.training import Athlete, SetRun, Weight, sets_of, working_weight

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Row:
    """Sets `set_from` to `set_to` of one exercise, both included; None when the post gives no number of sets.

    `percent_…` are percents of the max that `reference` and `reference_rm` name. `weight_…`, in `weight_unit`, are
    the athlete's weights for them, empty when their plates cannot make any, or the absolute load as prescribed.
    """

    date: dt.date | None
    week: dt.date
    program: str
    session: str
    kind: str
    label: str
    segment: str
    segment_kind: str
    scheme: str
    exercise: str
    movements: str
    set_from: int | None
    set_to: int | None
    reps_min: Number | None
    reps_max: Number | None
    quantity: str
    load: str | None
    percent_min: Number | None
    percent_max: Number | None
    reference: str | None
    reference_rm: int | None
    weight_min: Number | None
    weight_max: Number | None
    weight_unit: str | None
    rest: str
    post_url: str


COLUMNS = tuple(field.name for field in fields(Row))


def export_rows(record: SessionRecord, athlete: Athlete | None = None) -> Iterator[Row]:
    """The rows of a session in reading order; none for a rest day without exercises."""
    for segment, block, exercise in walk_exercises(record.segments):
        for run in sets_of(block, exercise):
            yield _row(record, segment, block, exercise, run, athlete)


def _row(
    record: SessionRecord,
    segment: Segment,
    block: Block,
    exercise: Exercise,
    run: SetRun,
    athlete: Athlete | None,
) -> Row:
    reps = run.reps
    return Row(
        **_session(record),
        **_prescription(run.load, athlete, attempt=record.kind == "test" or block.rm_target is not None),
        segment=clean(segment.label or segment.title or ""),
        segment_kind=segment.kind,
        scheme=scheme_sentence(block),
        exercise=title_of(exercise),
        movements="+".join(part.movement_id or "?" for part in exercise.parts),
        set_from=run.first if run.last is not None else None,
        set_to=run.last,
        reps_min=reps.min if reps else None,
        reps_max=reps.max if reps else None,
        quantity=reps_words(reps) if reps and reps is not exercise.reps else quantity(exercise),
        rest=rest_words(exercise.rest or block.rest),
    )


def _session(record: SessionRecord) -> dict[str, Any]:
    return {
        "date": record.date,
        "week": record.week,
        "program": clean(record.program),
        "session": clean(record.session),
        "kind": record.kind,
        "label": clean(record.label or ""),
        "post_url": clean(record.post_url),
    }


def _prescription(load: Load | None, athlete: Athlete | None, *, attempt: bool) -> dict[str, Any]:
    percent = load.pct if load is not None and load.kind == "percent" else None
    ref = load.ref if load is not None else None
    low, high, unit = _weights(load, athlete, attempt)
    return {
        "load": load.kind if load else None,
        "percent_min": percent.min if percent else None,
        "percent_max": percent.max if percent else None,
        "reference": ref.movement_id if ref else None,
        "reference_rm": ref.rm if ref and ref.movement_id else None,
        "weight_min": low,
        "weight_max": high,
        "weight_unit": unit,
    }


def _weights(
    load: Load | None, athlete: Athlete | None, attempt: bool
) -> tuple[Number | None, Number | None, str | None]:
    if load is not None and load.kind == "absolute" and load.abs is not None:
        return load.abs.min, load.abs.max, load.abs.unit
    working = working_weight(load, athlete, attempt=attempt) if load is not None else None
    if working is None or athlete is None or not working.ends:
        return None, None, None
    return _amount(working.low), _amount(working.high), athlete.rack.unit


def _amount(weight: Weight | None) -> float | None:
    return None if weight is None else float(weight.amount)


# -------------------------------------------------------------------------------------------------- formats
def as_csv(rows: Iterable[Row]) -> str:
    """Rows as CSV (RFC 4180) with a header. Text that a spreadsheet would run as a formula is prefixed with a '."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([_escape_formula(value) for value in astuple(row)] for row in rows)
    return out.getvalue()


def _escape_formula(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@")) else value


def as_frame(rows: Iterable[Row]) -> pd.DataFrame:
    """Rows as a pandas table with typed columns."""
    import pandas as pd

    frame = pd.DataFrame([astuple(row) for row in rows], columns=pd.Index(COLUMNS))
    for name in ("date", "week"):
        frame[name] = pd.to_datetime(frame[name])
    for name in COLUMNS:
        if name.startswith(("set_", "reference_rm")):
            frame[name] = frame[name].astype("Int64")
        elif name.startswith(("reps_", "percent_", "weight_m")):
            frame[name] = frame[name].astype("Float64")
    return frame
