"""Ten years through a site in trouble, with a `kill -9` on the way: is everything there, once, and the same?

    python scripts/faults.py                     520 weeks, 5 % of the requests go wrong, one kill
    python scripts/faults.py --rate 0.4 --kills 5 --weeks 104

One house is filled without trouble. Another is filled from the same posts through a site that answers a share of
the requests with 429, 5xx, cut bodies, pages of HTML, resets or delays, by commands that are killed at random
moments and run again until one succeeds. Then every object and every row of both houses is compared.
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

from wod_pipeline_tests.servers.faults import Faults
from wod_pipeline_tests.servers.posts import generate_posts
from wod_pipeline_tests.servers.wordpress import FakeWordPress

FIRST = dt.date(2015, 1, 5)
WOD = [sys.executable, "-c", "import sys; from wod_pipeline.cli import main; main(sys.argv[1:])"]
ATTEMPTS = 20


def start(folder: Path, url: str, weeks: int) -> subprocess.Popen[bytes]:
    """Start to materialize all weeks into the folder."""
    environment = {
        "WOD_DATA_DIR": str(folder),
        "WOD_SOURCE": "wordpress",
        "WOD_WORDPRESS_URL": url,
        "WOD_WORDPRESS_PAUSE_S": "0",
        "WOD_START_WEEK": str(FIRST),
    }
    last = FIRST + dt.timedelta(weeks=weeks - 1)
    said = (folder / "said.txt").open("ab")
    command = [*WOD, "materialize", "--from", str(FIRST), "--to", str(last)]
    return subprocess.Popen(command, env={**os.environ, **environment}, stdout=said, stderr=said)


def fill(folder: Path, url: str, weeks: int, kill_after_s: Sequence[float]) -> tuple[int, int]:
    """Run the command until it succeeds, killing it first as often as asked; how often it was killed and failed."""
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
    sys.exit(f"No success in {ATTEMPTS} attempts:\n{(folder / 'said.txt').read_text()[-3000:]}")


def objects(folder: Path) -> dict[str, bytes]:
    """Every object of the lake; what a killed writer left behind is none."""
    root = folder / "lake"
    files = (path for path in root.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {str(path.relative_to(root)): path.read_bytes() for path in files}


def rows(folder: Path) -> list[tuple[Any, ...]]:
    """Every row of the session table."""
    with contextlib.closing(sqlite3.connect(folder / "sessions.sqlite")) as connection:
        return connection.execute("SELECT * FROM sessions ORDER BY date, session").fetchall()


def stored_posts(lake: dict[str, bytes]) -> Counter[int]:
    """How often each post is stored under a week."""
    weeks = (json.loads(data) for key, data in lake.items() if key.startswith("raw_posts/"))
    return Counter(post["id"] for week in weeks for post in week["posts"])


def main() -> None:
    """Fill both houses, compare, and say what was found."""
    asked = argparse.ArgumentParser(description="Ten years through a site in trouble.")
    asked.add_argument("--weeks", type=int, default=520)
    asked.add_argument("--rate", type=float, default=0.05, help="share of the requests that go wrong")
    asked.add_argument("--kills", type=int, default=1)
    asked.add_argument("--within", type=float, default=20.0, help="a kill comes within so many seconds")
    asked.add_argument("--seed", type=int, default=1)
    options = asked.parse_args()
    posts, dice = generate_posts(options.weeks, FIRST), random.Random(options.seed)
    with tempfile.TemporaryDirectory(prefix="wod-faults-") as folder:
        calm, rough = Path(folder, "calm"), Path(folder, "rough")
        calm.mkdir()
        rough.mkdir()
        with FakeWordPress(posts) as site:
            fill(calm, site.url, options.weeks, [])
        with FakeWordPress(posts, faults=Faults(rate=options.rate, seed=options.seed)) as site:
            moments = [dice.uniform(4.0, options.within) for _ in range(options.kills)]
            killed, failed = fill(rough, site.url, options.weeks, moments)
            faults = Counter(entry.fault.value for entry in site.log if entry.fault)
            requests = len(site.log)
        expected, found = objects(calm), objects(rough)
        stored = stored_posts(found)
        print(f"{options.weeks} weeks, {requests} requests, {sum(faults.values())} of them answered badly:")
        for name, count in faults.most_common():
            print(f"  {count:4} × {name}")
        print(f"killed {killed} times, failed {failed} times, then ended well")
        print(f"posts lost: {len({post['id'] for post in posts} - set(stored))}")
        print(f"posts duplicated: {sum(count - 1 for count in stored.values())}")
        same_rows = rows(calm) == rows(rough)
        different = [key for key in expected.keys() | found.keys() if expected.get(key) != found.get(key)]
        print(f"objects: {len(expected)}, different: {len(different)}")
        print(f"rows: {len(rows(calm))}, {'all equal' if same_rows else 'DIFFERENT'}")
    sys.exit(0 if same_rows and not different and set(stored.values()) == {1} else 1)


if __name__ == "__main__":
    main()
