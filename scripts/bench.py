"""Times, memory and ratios, measured in one run: the table that `make bench` prints.

    python scripts/bench.py                  everything; about ten minutes
    python scripts/bench.py --quick          a tenth of the weeks, to try the script
    python scripts/bench.py --only backfill  one part: backfill, aws, ui, week, parser, post, start, …

Each part starts its own site on 127.0.0.1 with generated posts and works in a temporary folder. Every figure is
that of a whole process, start-up included. The results are also written to `bench-results/` as JSON. The programs
that the backfill is compared with are in `bench_bare`. Nothing here is a test.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import hashlib
import json
import os
import platform
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BARE = ROOT / "scripts" / "bench_bare.py"
RESULTS = ROOT / "bench-results"
PYTHON = sys.executable
WOD = [PYTHON, "-c", "import sys; from wod_pipeline.cli import main; main(sys.argv[1:])"]
WEEK = dt.timedelta(days=7)
PARTS = ("backfill", "aws", "ui", "week", "parser", "post", "start", "growth", "reading", "web", "hostile")

Value = float | str
Rows = dict[str, dict[str, Value]]
"""Name of the measurement → its figures by name (seconds, MB, ratios)."""


@dataclass(frozen=True)
class ProcessCost:
    """What a process took from start to end: wall and CPU seconds, largest resident memory."""

    seconds: float
    cpu_s: float
    peak_mb: float


def measure(command: Sequence[str | Path], environment: Mapping[str, str], folder: Path) -> ProcessCost:
    """Run a command to its end. When it fails, the benchmark ends with the last of its output."""
    log = folder / "output.txt"
    with log.open("wb") as output:
        start = time.perf_counter()
        process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=output, stderr=output)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
    if status:
        sys.exit(f"{' '.join(map(str, command))} ended with {status}:\n{log.read_text()[-4000:]}")
    return ProcessCost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


@contextlib.contextmanager
def site(weeks: int) -> Iterator[str]:
    """Run a site with a post for each of the last weeks, and yield its address."""
    command = [PYTHON, "-m", "wod_pipeline_tests.servers.wordpress", "--weeks", str(weeks + 1)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


@contextlib.contextmanager
def aws_services() -> Iterator[dict[str, str]]:
    """Run S3 and DynamoDB on 127.0.0.1, both empty, and yield the settings that use them. Needs Java and npm."""
    command = [PYTHON, "-m", "wod_pipeline_tests.servers.aws"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin
        assert process.stdout
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.stdin.close()


@dataclass(frozen=True)
class Deployment:
    """A data folder, the settings that use it, and the newest published week."""

    folder: Path
    url: str
    newest: dt.date
    services: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """The settings of every command of the deployment."""
        return {
            **self.services,
            "WOD_DATA_DIR": str(self.folder),
            "WOD_SOURCE": "wordpress",
            "WOD_WORDPRESS_URL": self.url,
            "WOD_WORDPRESS_PAUSE_S": "0",
            "WOD_START_WEEK": "2000-01-03",
            "DAGSTER_HOME": str(self.folder / "dagster"),
        }

    def range(self, weeks: int) -> tuple[str, str]:
        """The first and the last of the newest `weeks` weeks."""
        return str(self.newest - (weeks - 1) * WEEK), str(self.newest)

    def materialize(self, *arguments: str) -> ProcessCost:
        """Run `wod materialize` and return what it took."""
        return measure([*WOD, "materialize", *arguments], self.environment, self.folder)

    @property
    def objects(self) -> dict[str, str]:
        """The digest of every object of the local lake by its path, without index and looks (times)."""
        root = self.folder / "lake"
        others = {"looks", "session_index"}
        files = (path for path in root.rglob("*") if path.is_file() and not others & set(path.parts))
        return {str(path.relative_to(root)): digest(path.read_bytes()) for path in files}


@contextlib.contextmanager
def deployment(url: str, services: Mapping[str, str] | None = None) -> Iterator[Deployment]:
    """An empty deployment in a temporary folder; its values are kept there, or in the services given."""
    today = dt.datetime.now(dt.timezone.utc).date()
    with tempfile.TemporaryDirectory(prefix="wod-bench-", ignore_cleanup_errors=True) as folder:
        yield Deployment(Path(folder), url, today - dt.timedelta(days=today.weekday()) - WEEK, services or {})


def backfill(weeks: int) -> Rows:
    """A long backfill, compared with the same work without Dagster and with Dagster without the work."""
    with site(weeks) as url, deployment(url) as ours, deployment(url) as bare, deployment(url) as empty:
        span = ours.range(weeks)
        script = measure([PYTHON, BARE, "script", url, bare.folder, *span], {}, bare.folder)
        nothing = measure([PYTHON, BARE, "empty", empty.folder, str(weeks)], {}, empty.folder)
        first = ours.materialize("--from", span[0], "--to", span[1])
        assert ours.objects == bare.objects, "the bare script does not store what the backfill stores"
        again = ours.materialize("--from", span[0], "--to", span[1])
    rows = {
        f"backfill of {weeks} weeks": asdict(first),
        "the same again, nothing changed": asdict(again),
        "bare script, no Dagster": asdict(script),
        f"Dagster's {5 * weeks} empty materializations": asdict(nothing),
    }
    floor = script.seconds + nothing.seconds
    return rows | {
        "backfill ÷ (bare script + empty materializations)": {"ratio": first.seconds / floor},
        "backfill ÷ empty materializations": {"ratio": first.seconds / nothing.seconds},
    }


def aws(weeks: int) -> Rows:
    """A long backfill into S3 and DynamoDB, whose servers share this machine, and the same once more."""
    with (
        site(weeks) as url,
        aws_services() as services,
        deployment(url) as local,
        deployment(url, services) as ours,
    ):
        span = ours.range(weeks)
        first = ours.materialize("--from", span[0], "--to", span[1])
        again = ours.materialize("--from", span[0], "--to", span[1])
        local.materialize("--from", span[0], "--to", span[1])
        assert stored_values(services) == stored_values(local.environment), (
            "S3 and DynamoDB do not hold what the local stores hold"
        )
    return {
        f"backfill of {weeks} weeks into S3 and DynamoDB": asdict(first),
        "the same again, nothing changed, on AWS": asdict(again),
    }


def stored_values(environment: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """The digests of every object of the lake and of every week of the table that the settings name."""
    from wod_pipeline.adapters import open_lake, open_table
    from wod_pipeline.program import encode
    from wod_pipeline.settings import load_settings

    os.environ.update({name: value for name, value in environment.items() if name.startswith("AWS_")})
    settings = load_settings(dict(environment))
    lake, always = open_lake(settings), (dt.date(1990, 1, 1), dt.date(2100, 1, 1))
    objects = {key: digest(lake.read(key)) for key in lake.keys("")}
    return objects, [digest(encode(week)) for week in open_table(settings).read_weeks(*always)]


def digest(data: bytes) -> str:
    """The SHA-256 of a value, kept instead of the value so that this process stays small.

    The peak memory of a new process starts at that of the process that started it, so a large benchmark process
    would spoil what it measures.
    """
    return hashlib.sha256(data).hexdigest()


def ui(weeks: int) -> Rows:
    """The same backfill launched in the UI of `dagster dev`, whose daemon looks for new work every half minute."""
    with site(weeks) as url, deployment(url) as ours:
        where = {**os.environ, "PYTHONPATH": f"{ROOT / 'scripts'}:{ROOT}"}
        command = [PYTHON, ROOT / "scripts" / "bench_ui.py", url, ours.folder, *ours.range(weeks)]
        done = subprocess.run(command, env=where, check=True, capture_output=True, text=True)
    return {f"backfill of {weeks} weeks from the UI": json.loads(done.stdout)}


def week(_: int) -> Rows:
    """One week in an empty folder, and a second one."""
    with site(60) as url, deployment(url) as ours:
        first = ours.materialize("--week", str(ours.newest))
        second = ours.materialize("--week", str(ours.newest - WEEK))
    return {"a single week, first use": asdict(first), "a single week, later": asdict(second)}


def parser(weeks: int) -> Rows:
    """Posts per second and core, compared with splitting the text by weekday and letter."""
    code = f"import bench_parser; bench_parser.main({weeks})"
    where = {**os.environ, "PYTHONPATH": f"{ROOT / 'scripts'}:{ROOT}"}
    done = subprocess.run([PYTHON, "-c", code], env=where, check=True, capture_output=True, text=True)
    rows: Rows = json.loads(done.stdout)
    return rows


def post(_: int) -> Rows:
    """CPU times of every step of a post by its length: they should grow in proportion."""
    where = {**os.environ, "PYTHONPATH": f"{ROOT / 'scripts'}:{ROOT}"}
    command = [PYTHON, ROOT / "scripts" / "bench_growth.py"]
    done = subprocess.run(command, env=where, check=True, capture_output=True, text=True)
    rows: Rows = json.loads(done.stdout)
    return rows


def start(_: int) -> Rows:
    """Imports, the command line, and `dagster dev` until it has loaded its code location."""
    with site(60) as url, deployment(url) as ours:
        ours.materialize("--week", str(ours.newest))
        rows = {
            "python, nothing": measure([PYTHON, "-c", ""], {}, ours.folder),
            "import dagster": measure([PYTHON, "-c", "import dagster"], {}, ours.folder),
            "import wod_pipeline.definitions": measure(
                [PYTHON, "-c", "import wod_pipeline.definitions"], ours.environment, ours.folder
            ),
            "wod --help": measure([*WOD, "--help"], ours.environment, ours.folder),
            "wod week": measure([*WOD, "week", str(ours.newest)], ours.environment, ours.folder),
        }
        ready = dagster_dev_ready_s(ours)
    return {name: asdict(value) for name, value in rows.items()} | {"dagster dev ready": {"seconds": ready}}


def dagster_dev_ready_s(ours: Deployment) -> float:
    """Seconds from the start of `dagster dev` until it serves its repository."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [PYTHON, "-m", "dagster", "dev", "-h", "127.0.0.1", "-p", str(port)]
    environment = {**os.environ, **ours.environment, "WOD_AUTOMATION": "off"}
    with (ours.folder / "dev.txt").open("wb") as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=output, start_new_session=True
        )
        try:
            while not serves_repository(port) and time.perf_counter() - start < 180:
                time.sleep(0.2)
            return time.perf_counter() - start
        finally:
            end_group(process)


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End `dagster dev` and the four processes it started."""
    os.killpg(process.pid, signal.SIGINT)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(20)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def serves_repository(port: int) -> bool:
    """Whether the webserver answers and has loaded a repository."""
    query = json.dumps({"query": "{repositoriesOrError{... on RepositoryConnection{nodes{name}}}}"}).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/graphql", query, {"Content-Type": "application/json"}
    )
    with contextlib.suppress(OSError), urllib.request.urlopen(request, timeout=60) as answer:
        return bool(json.load(answer)["data"]["repositoriesOrError"].get("nodes"))
    return False


def growth(weeks: int) -> Rows:
    """Time and memory by number of weeks: time should grow in proportion, memory hardly at all."""
    rows: Rows = {}
    sizes = [weeks // 10, weeks // 5, weeks // 2, weeks, 2 * weeks]
    with site(sizes[-1]) as url:
        for size in sizes:
            with deployment(url) as ours:
                span = ours.range(size)
                cost = ours.materialize("--from", span[0], "--to", span[1])
            rows[f"{size} weeks"] = {**asdict(cost), "ms_per_week": 1000 * cost.seconds / size}
    return rows


QUICK_S, ALL_S = 0.5, 2.0
"""Seconds a command over ten years of sessions, and an export of all of them, should take at most."""

MONTH = ("--from", "2021-06-01", "--to", "2021-06-30")
READING: dict[str, tuple[tuple[str, ...], float]] = {
    "wod search": (("search", "snatch"), QUICK_S),
    "wod history": (("history", "back", "squat"), QUICK_S),
    "wod movements": (("movements",), QUICK_S),
    "wod load": (("load",), QUICK_S),
    "wod load, every month": (("load", "--by", "month", "--last", "1000"), QUICK_S),
    **{
        f"wod export --format {name}, {words}": (("export", "--format", name, *days), goal_s)
        for words, days, goal_s in (("a month", MONTH, QUICK_S), ("all", (), ALL_S))
        for name in ("csv", "json", "ics", "parquet")
    },
}
"""Commands over many weeks of stored sessions: their arguments, and the seconds each should take at most."""


def reading(weeks: int) -> Rows:
    """The commands that read many weeks of sessions, each the fastest of five calls, and their goals.

    The very first call finds no stored index, and makes it.
    """
    with tempfile.TemporaryDirectory(prefix="wod-bench-") as name:
        folder = Path(name)
        code = f"import bench_web; bench_web.fill_table(bench_web.Path({name!r}, 'sessions.sqlite'), {weeks})"
        where = {"PYTHONPATH": f"{ROOT / 'scripts'}:{ROOT}", "WOD_DATA_DIR": name}
        measure([PYTHON, "-c", code], where, folder)
        first = measure([*WOD, "search", "snatch"], where, folder)
        rows: Rows = {"wod search, without the stored index": asdict(first)}
        for words, (arguments, goal_s) in READING.items():
            calls = (measure([*WOD, *arguments], where, folder) for _ in range(5))
            fastest = min(calls, key=lambda cost: cost.seconds)
            rows[words] = {**asdict(fastest), "goal_s": goal_s}
    return rows


def web(weeks: int) -> Rows:
    """The page and the API over many weeks of sessions: median milliseconds of an answer."""
    import asyncio
    from zoneinfo import ZoneInfo

    import bench_web
    import httpx

    from wod_pipeline.storage.sqlite import SqliteSessionTable
    from wod_pipeline.web.app import create_app

    async def medians(table: SqliteSessionTable) -> Rows:
        app = create_app(table, ZoneInfo("America/Los_Angeles"), now=lambda: bench_web.NOW)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bench") as client:
            rows: Rows = {}
            for path in bench_web.PATHS:
                addresses = bench_web.addresses_of(path, 15)
                times = sorted([await bench_web.timed(client, address) for address in addresses])
                rows[f"GET {path}"] = {"median_ms": times[7], "slowest_ms": times[-1]}
            return rows

    with tempfile.TemporaryDirectory(prefix="wod-bench-") as folder:
        table = bench_web.fill_table(Path(folder) / "sessions.sqlite", weeks)
        return asyncio.run(medians(table))


def hostile(weeks: int) -> Rows:
    """A visitor's answers alone and beside hostile clients, against `wod serve` as a process of its own."""
    import bench_hostile

    return {
        label: {
            "median_ms": times.p50_ms,
            "p99_ms": times.p99_ms,
            "failed": f"{times.failed} of {times.answers}",
        }
        for label, times in bench_hostile.scenarios(weeks)
    }


def table_line(name: str, figures: Mapping[str, Value]) -> str:
    """One line of the table."""
    units = {"seconds": "s", "cpu_s": "s of CPU", "goal_s": "s at most", "peak_mb": "MB", "ratio": "×"}
    cells = []
    for key, value in figures.items():
        unit = units.get(key, key.replace("_", " "))
        cells.append(f"{value:9.2f} {unit}" if isinstance(value, float) else f"{value} {unit}")
    return f"  {name:<52}{'  '.join(cells)}"


def main() -> None:
    """Measure the parts, print each when it is done, and write all of them into one file."""
    arguments = argparse.ArgumentParser(description="Times, memory and ratios, measured in one run.")
    arguments.add_argument("--quick", action="store_true", help="measure a tenth of the weeks")
    arguments.add_argument(
        "--only", choices=PARTS, action="append", help="measure this part; may be repeated"
    )
    options = arguments.parse_args()
    weeks = 52 if options.quick else 520
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    print(machine)
    results: dict[str, Rows] = {}
    for part in options.only or PARTS:
        print(f"\n{part}", flush=True)
        results[part] = globals()[part](weeks)
        for name, figures in results[part].items():
            print(table_line(name, figures), flush=True)
    RESULTS.mkdir(exist_ok=True)
    moment = dt.datetime.now(dt.timezone.utc)
    file = RESULTS / f"{moment:%Y-%m-%dT%H%M%SZ}.json"
    file.write_text(json.dumps({"machine": machine, "at": str(moment), "results": results}, indent=2) + "\n")
    print(f"\n{file.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
