"""Answer times of the page and the API over ten and twenty years of sessions: median and 95th percentile.

Times are those of the application alone: requests go into it directly, without a network. The table is SQLite in
a temporary folder, filled with the sample program repeated week after week.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import msgspec

from wod_pipeline.demo import sample_posts
from wod_pipeline.parsing import parse_post
from wod_pipeline.program import Outcome, SessionRecord, Weekly, WeekRecords
from wod_pipeline.records import records_of
from wod_pipeline.storage.sqlite import SqliteSessionTable
from wod_pipeline.web.app import create_app

TODAY = dt.date(2026, 11, 17)
NOW = dt.datetime(2026, 11, 17, 20, tzinfo=dt.timezone.utc)
NEWEST = dt.date(2026, 11, 23)
WEEK = dt.timedelta(days=7)
MAXES = "unit=kg&snatch=100&clean_and_jerk=125&power_clean=105&back_squat=160&front_squat=140"
PATHS = (
    "/",
    "/week",
    "/lifts",
    "/lifts/back_squat",
    "/charts/lift/back_squat.svg",
    "/load",
    "/load?by=month",
    "/search?q=snatch",
    "/maxes",
    "/calendar.ics",
    "/calendar.ics?from={other_day}",
    "/api/v1/sessions/2026-11-17",
    "/api/v1/weeks/2026-11-17",
    "/api/v1/movements/snatch/history",
    "/api/v1/load",
    "/api/v1/search?q=snatch",
)


def many_weeks(count: int) -> Iterator[WeekRecords]:
    """So many weeks, the newest first: the sample program, repeated."""
    parsed = [week for week in map(parse_post, sample_posts(TODAY)) if week.week]
    pattern = [records_of(Weekly(week.week, Outcome.PUBLISHED, [week])) for week in parsed if week.week]
    for n in range(count):
        yield move_week(NEWEST - n * WEEK, 10_000 + n, pattern[-1 - n % len(pattern)])


def fill_table(path: Path, weeks: int) -> SqliteSessionTable:
    """A table in a new file, with so many weeks."""
    table = SqliteSessionTable(path)
    table.replace_weeks(many_weeks(weeks))
    return table


def move_week(monday: dt.date, post_id: int, value: WeekRecords) -> WeekRecords:
    """The same sessions in another week, as those of another post."""

    def record(old: SessionRecord) -> SessionRecord:
        number = old.session.rpartition("/")[2]
        return msgspec.structs.replace(
            old,
            date=old.date and old.date + (monday - value.week),
            week=monday,
            post_id=post_id,
            session=f"{old.program}/{post_id}/{number}",
        )

    posts = [msgspec.structs.replace(stamp, post_id=post_id) for stamp in value.posts]
    return WeekRecords(monday, value.outcome, posts, [record(old) for old in value.records])


async def measure(table: SqliteSessionTable, rounds: int) -> None:
    """Print the times of each address, asked for `rounds` times."""
    app = create_app(table, ZoneInfo("America/Los_Angeles"), now=lambda: NOW)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://bench", cookies={"maxes": MAXES}
    ) as client:
        start = time.perf_counter()
        await client.get("/search?q=snatch")
        print(f"  index of all sessions, once at start  {time.perf_counter() - start:8.2f} s")
        for path in PATHS:
            times = [await timed(client, each) for each in addresses_of(path, rounds)]
            p95 = statistics.quantiles(times, n=20)[-1]
            print(f"  {path:<32} median {statistics.median(times):7.1f} ms   p95 {p95:7.1f} ms")


def addresses_of(path: str, rounds: int) -> list[str]:
    """The addresses of a path to ask for. A calendar is kept while nothing changes; other days are made anew."""
    return [path.format(other_day=TODAY - dt.timedelta(days=40 + n)) for n in range(rounds)]


async def timed(client: httpx.AsyncClient, path: str) -> float:
    """Fetch one address; the milliseconds it took."""
    start = time.perf_counter()
    answer = await client.get(path)
    answer.raise_for_status()
    return (time.perf_counter() - start) * 1000


def main(rounds: int = 30) -> None:
    """Measure over ten years and over twenty."""
    for weeks in (520, 1040):
        with tempfile.TemporaryDirectory() as folder:
            table = fill_table(Path(folder) / "sessions.sqlite", weeks)
            print(f"page and API over {weeks} weeks, {rounds} answers each:")
            asyncio.run(measure(table, rounds))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
