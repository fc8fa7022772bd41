"""Pure verdicts over a week: what is claimed, whether it holds, and what to do when it does not.

The asset checks, the freshness sensor and `wod check` all say what is said here; none has thresholds of its
own.

    claim (`CLAIMS`)  +  week and its surroundings (`Case`)  →  `judge`  →  a `Verdict` per claim

No Dagster, no storage: what the table holds and what was usual before is handed in.
"""

from wod_pipeline.quality._case import Case, Held, Row, Verdict
from wod_pipeline.quality._claims import BLOCKING, CLAIMS, LIMITS, Claim, Grade, Limits, Stage
from wod_pipeline.quality._verdicts import judge, judge_blocking, judge_stored, unsound
from wod_pipeline.quality._volume import Volume, exercises_in, past_of, robust_z, volume_of

__all__ = [
    "BLOCKING",
    "CLAIMS",
    "LIMITS",
    "Case",
    "Claim",
    "Grade",
    "Held",
    "Limits",
    "Row",
    "Stage",
    "Verdict",
    "Volume",
    "exercises_in",
    "judge",
    "judge_blocking",
    "judge_stored",
    "past_of",
    "robust_z",
    "unsound",
    "volume_of",
]
