"""Claims about a week: what should hold, whether it does, and what to do when it does not. Pure.

The asset checks, the freshness sensor and `wod check` report these verdicts and have no thresholds of their own.

    claim (`CLAIMS`)  +  week and its surroundings (`Case`)  →  `judge`  →  a `Verdict` per claim

What the session table holds and what was usual before is handed in by the caller.
"""

from wod_pipeline.quality._case import Case, TableContent, Verdict
from wod_pipeline.quality._claims import CLAIMS, LIMITS, Claim, Stage
from wod_pipeline.quality._malformed import MALFORMED, cut_posts, malformed_posts, name_post
from wod_pipeline.quality._verdicts import judge, judge_stored, unsound
from wod_pipeline.quality._volume import Volume, volume_of

__all__ = [
    "CLAIMS",
    "LIMITS",
    "MALFORMED",
    "Case",
    "Claim",
    "Stage",
    "TableContent",
    "Verdict",
    "Volume",
    "cut_posts",
    "judge",
    "judge_stored",
    "malformed_posts",
    "name_post",
    "unsound",
    "volume_of",
]
