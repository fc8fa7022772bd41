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
LAUNCH = """
mutation ($params: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $params) {
    __typename
    ... on LaunchBackfillSuccess { backfillId }
    ... on PythonError { message }
  }
}
"""
STATUS = """
query ($id: String!) {
  partitionBackfillOrError(backfillId: $id) { __typename ... on PartitionBackfill { status } }
}
"""
TIMEOUT_S = 1800
OPEN = {"REQUESTED", "CANCELING", "COMPLETING"}


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
        params = {"assetSelection": [{"path": [name]} for name in SESSIONS], "partitionNames": weeks}
        launched = dagster.ask(LAUNCH, params=params)["launchPartitionBackfill"]
        assert "backfillId" in launched, launched

        def final_status() -> str:
            """The status of the backfill once it has ended; empty before."""
            backfill = dagster.ask(STATUS, id=launched["backfillId"])["partitionBackfillOrError"]
            return "" if backfill["status"] in OPEN else str(backfill["status"])

        status = wait_for(final_status, TIMEOUT_S)
        seconds = time.perf_counter() - start
        return {"seconds": seconds, "status": status, "runs": float(len(dagster.runs()))}


if __name__ == "__main__":
    print(json.dumps(backfill(*sys.argv[1:])))
