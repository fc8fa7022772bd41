"""The examples of the API's description: real answers over one short post, by the name of their type.

`python -m wod_pipeline_tests.web.examples` writes them to `wod_pipeline/web/examples.json`.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

import wod_pipeline.web
from wod_pipeline.storage.sqlite import SqliteSessionTable
from wod_pipeline.web.app import create_app
from wod_pipeline_tests.builders import MONDAY, raw_post, week_records
from wod_pipeline_tests.web.conftest import ZONE, noon_of

FILE = Path(wod_pipeline.web.__file__).with_name("examples.json")
PATHS = {
    "HealthAnswer": "/api/v1/health",
    "WeeksAnswer": "/api/v1/weeks",
    "WeekAnswer": f"/api/v1/weeks/{MONDAY}",
    "SessionsAnswer": f"/api/v1/sessions/{MONDAY}",
    "MovementsAnswer": "/api/v1/movements",
    "HistoryAnswer": "/api/v1/movements/snatch/history",
    "LoadAnswer": "/api/v1/load",
    "SearchAnswer": "/api/v1/search?q=hang+snatch",
}


def examples(folder: Path) -> dict[str, Any]:
    """The answer at each of `PATHS` for a visitor with one max; the sessions are kept in `folder`."""
    table = SqliteSessionTable(folder / "sessions.sqlite")
    lines = (
        "A. Every 2 minutes, for 12 minutes (6 sets):",
        "Hang Snatch + Snatch x 1 rep @ 70-75% of 1-RM Snatch",
    )
    table.replace_week(week_records(raw_post("Monday", *lines)))
    app = create_app(table, ZONE, now=noon_of(MONDAY))
    with TestClient(app, cookies={"maxes": "unit=kg&snatch=100"}) as client:
        return {name: client.get(path).json() for name, path in PATHS.items()}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        FILE.write_text(
            json.dumps(examples(Path(folder)), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
