"""The time of a backfill launched in the Dagster UI, by the request that its button sends, until its last run ends.

python scripts/bench_ui.py URL FOLDER FIRST LAST    prints the seconds as JSON
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import time
from pathlib import Path
from typing import Any

from wod_pipeline.jobs import SESSIONS
from wod_pipeline_tests.e2e.dagster_dev import DagsterDev, wait_for

WEEK = dt.timedelta(days=7)
TIMEOUT_S = 1800


def backfill(url: str, folder: str, first: str, last: str) -> dict[str, Any]:
    """Backfill the five assets over the weeks; return its seconds, its final status and its number of runs."""
    days = (dt.date.fromisoformat(last) - dt.date.fromisoformat(first)).days
    weeks = [str(dt.date.fromisoformat(first) + n * WEEK) for n in range(days // 7 + 1)]
    settings = {
        "WOD_DATA_DIR": str(Path(folder).resolve()),
        "WOD_SOURCE": "wordpress",
        "WOD_WORDPRESS_URL": url,
        "WOD_WORDPRESS_PAUSE_S": "0",
        "WOD_START_WEEK": "2000-01-03",
        "WOD_AUTOMATION": "off",
    }
    with DagsterDev(Path(folder), settings) as dagster:
        start = time.perf_counter()
        backfill_id = dagster.launch_backfill(
            assetSelection=[{"path": [name]} for name in SESSIONS], partitionNames=weeks
        )
        status = wait_for(lambda: dagster.backfill_status(backfill_id), TIMEOUT_S)
        seconds = time.perf_counter() - start
        return {"seconds": seconds, "status": status, "runs": float(len(dagster.runs()))}


if __name__ == "__main__":
    print(json.dumps(backfill(*sys.argv[1:])))
