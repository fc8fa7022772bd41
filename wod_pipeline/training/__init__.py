"""What a prescription means for one athlete: working weights, and the training load a week holds.

Pure: values in, values out. The athlete file is read in `wod_pipeline.athlete`; sentences about all this are
written in `wod_pipeline.rendering`.
"""

from __future__ import annotations

from wod_pipeline.training._implements import Implement, is_attempt_at_max
from wod_pipeline.training._lifts import Dose, LiftCounter, doses_of, lifts_in, top_percent
from wod_pipeline.training._load import (
    ZONES,
    LoadRow,
    Period,
    SessionDoses,
    TrainingLoad,
    load_by,
    period_holding,
    period_start,
    session_doses,
)
from wod_pipeline.training._rack import (
    STANDARD_PLATES,
    STANDARD_RACKS,
    WOMENS_BARS,
    Rack,
    Unit,
    Weight,
    as_number,
    decimal_text,
    exact,
)
from wod_pipeline.training._sets import SetRun, sets_of
from wod_pipeline.training._weights import (
    Athlete,
    Fit,
    LoadedBar,
    WorkingWeight,
    largest_percent,
    ramp_weights,
    working_weight,
)

__all__ = [
    "STANDARD_PLATES",
    "STANDARD_RACKS",
    "WOMENS_BARS",
    "ZONES",
    "Athlete",
    "Dose",
    "Fit",
    "Implement",
    "LiftCounter",
    "LoadRow",
    "LoadedBar",
    "Period",
    "Rack",
    "SessionDoses",
    "SetRun",
    "TrainingLoad",
    "Unit",
    "Weight",
    "WorkingWeight",
    "as_number",
    "decimal_text",
    "doses_of",
    "exact",
    "is_attempt_at_max",
    "largest_percent",
    "lifts_in",
    "load_by",
    "period_holding",
    "period_start",
    "ramp_weights",
    "session_doses",
    "sets_of",
    "top_percent",
    "working_weight",
]
