"""A backfill from a faulty site, killed on the way: is every post stored once, and exactly as without faults?

    python scripts/faults.py                     520 weeks, 5 % of the requests go wrong, one kill
    python scripts/faults.py --rate 0.4 --kills 5 --weeks 104

One data folder is filled without faults. Another is filled from the same posts through a site that answers a share
of the requests with 429, 5xx, truncated bodies, HTML pages, resets or delays. Its command is killed (`kill -9`) at
random moments and run again until it succeeds. Then every object and every row of both folders is compared.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from wod_pipeline.wording import count
from wod_pipeline_tests.servers.faults import Faults
from wod_pipeline_tests.servers.posts import generate_posts
from wod_pipeline_tests.servers.wordpress import FakeWordPress

FIRST = dt.date(2015, 1, 5)
WOD = [sys.executable, "-c", "import sys; from wod_pipeline.cli import main; main(sys.argv[1:])"]
ATTEMPTS = 20


def start(folder: Path, url: str, weeks: int) -> subprocess.Popen[bytes]:
    """Start a process that materializes all weeks into the folder."""
    environment = {
        "WOD_DATA_DIR": str(folder),
        "WOD_SOURCE": "wordpress",
        "WOD_WORDPRESS_URL": url,
        "WOD_WORDPRESS_PAUSE_S": "0",
        "WOD_START_WEEK": str(FIRST),
    }
    last = FIRST + dt.timedelta(weeks=weeks - 1)
    output = (folder / "output.txt").open("ab")
    command = [*WOD, "materialize", "--from", str(FIRST), "--to", str(last)]
    return subprocess.Popen(command, env={**os.environ, **environment}, stdout=output, stderr=output)


def fill(folder: Path, url: str, weeks: int, kill_after_s: Sequence[float]) -> tuple[int, int]:
    """Run the command until it succeeds, after killing it at each of the moments given, in seconds from its start.

    Returns how often it was killed and how often it failed.
    """
    killed = failed = 0
    for after_s in [*kill_after_s, *[None] * ATTEMPTS]:
        process = start(folder, url, weeks)
        with contextlib.suppress(subprocess.TimeoutExpired):
            if process.wait(after_s) == 0:
                return killed, failed
            failed += 1
            continue
        process.kill()
        process.wait()
        killed += 1
    sys.exit(f"No success in {ATTEMPTS} attempts:\n{(folder / 'output.txt').read_text()[-3000:]}")


def objects(folder: Path) -> dict[str, bytes]:
    """Every object of the lake by its path, without the looks and a killed process's temporary files."""
    root = folder / "lake"
    files = (
        path
        for path in root.rglob("*")
        if path.is_file() and not path.name.startswith(".") and path.parent.name != "looks"
    )
    return {str(path.relative_to(root)): path.read_bytes() for path in files}


def rows(folder: Path) -> list[tuple[Any, ...]]:
    """Every row of the session table."""
    with contextlib.closing(sqlite3.connect(folder / "sessions.sqlite")) as connection:
        return connection.execute("SELECT * FROM sessions ORDER BY date, session").fetchall()


def stored_posts(lake: dict[str, bytes]) -> Counter[int]:
    """In how many weeks each post is stored."""
    weeks = (json.loads(data) for key, data in lake.items() if key.startswith("raw_posts/"))
    return Counter(post["id"] for week in weeks for post in week["posts"])


def main() -> None:
    """Fill both folders, compare them and print the differences."""
    arguments = argparse.ArgumentParser(description="A backfill from a faulty site, killed on the way.")
    arguments.add_argument("--weeks", type=int, default=520)
    arguments.add_argument(
        "--rate", type=float, default=0.05, help="share of the requests answered with a fault"
    )
    arguments.add_argument("--kills", type=int, default=1)
    arguments.add_argument(
        "--within", type=float, default=20.0, help="kill at most so many seconds after the start"
    )
    arguments.add_argument("--seed", type=int, default=1)
    options = arguments.parse_args()
    posts, dice = generate_posts(options.weeks, FIRST), random.Random(options.seed)
    with tempfile.TemporaryDirectory(prefix="wod-faults-") as folder:
        undisturbed, faulty = Path(folder, "undisturbed"), Path(folder, "faulty")
        undisturbed.mkdir()
        faulty.mkdir()
        with FakeWordPress(posts) as site:
            fill(undisturbed, site.url, options.weeks, [])
        with FakeWordPress(posts, faults=Faults(rate=options.rate, seed=options.seed)) as site:
            moments = [dice.uniform(4.0, options.within) for _ in range(options.kills)]
            killed, failed = fill(faulty, site.url, options.weeks, moments)
            faults = Counter(entry.fault.value for entry in site.log if entry.fault)
            requests = len(site.log)
        expected, actual = objects(undisturbed), objects(faulty)
        stored = stored_posts(actual)
        print(
            f"{count(options.weeks, 'week')}, {count(requests, 'request')}, {faults.total()} answered with a fault:"
        )
        for name, times in faults.most_common():
            print(f"  {times:4} × {name}")
        print(f"killed {count(killed, 'time')}, failed {count(failed, 'time')}, then succeeded")
        print(f"posts lost: {len({post['id'] for post in posts} - set(stored))}")
        print(f"posts duplicated: {sum(weeks - 1 for weeks in stored.values())}")
        same_rows = rows(undisturbed) == rows(faulty)
        different = [key for key in expected.keys() | actual.keys() if expected.get(key) != actual.get(key)]
        print(f"objects: {len(expected)}, different: {len(different)}")
        print(f"rows: {len(rows(undisturbed))}, {'all equal' if same_rows else 'DIFFERENT'}")
    sys.exit(0 if same_rows and not different and set(stored.values()) == {1} else 1)


if __name__ == "__main__":
    main()
