"""What the runs of a command have done so far, and showing it: a bar on a terminal, else a line now and then.

Knows neither Dagster nor storage; it is told of every week an asset has stored.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from wod_pipeline.jobs import SESSIONS
from wod_pipeline.wording import count

SECONDS_BETWEEN_LINES = 10.0
"""Where there is no terminal, a log is kept readable."""


class Stored(NamedTuple):
    """An asset has stored a week of so many posts, and had to write it or not."""

    asset: str
    week: dt.date
    posts: int
    changed: bool


class Failed(NamedTuple):
    """A step of a run, or a whole process, has failed; the sentence that says why."""

    why: str


Event = Stored | Failed


def stored_week(asset: str, week: dt.date, metadata: Mapping[str, Any]) -> Stored:
    """What an asset says of a week it has stored, as an event."""
    written = metadata.get("changed") or metadata.get("sessions_put") or metadata.get("sessions_deleted")
    return Stored(asset, week, metadata.get("posts", 0), bool(written))


@dataclass
class Report:
    """The weeks each asset has stored, which of them changed, how many posts, and what failed."""

    stored: dict[str, set[dt.date]] = field(default_factory=lambda: {asset: set() for asset in SESSIONS})
    changed: set[dt.date] = field(default_factory=set)
    posts: int = 0
    failures: list[str] = field(default_factory=list)

    def note(self, event: Event) -> None:
        """Count what has happened."""
        if isinstance(event, Failed):
            self.failures.append(event.why)
            return
        asset, week, posts, changed = event
        if week not in self.stored[asset]:
            self.stored[asset].add(week)
            self.posts += posts if asset == SESSIONS[0] else 0
        if changed:
            self.changed.add(week)

    @property
    def done(self) -> int:
        """Weeks that went through all assets."""
        return len(self.stored[SESSIONS[-1]])

    @property
    def share(self) -> float:
        """Weeks' worth of work done: a week on its way counts in part."""
        return sum(map(len, self.stored.values())) / len(SESSIONS)

    def rest(self, weeks: Collection[dt.date]) -> tuple[list[dt.date], tuple[str, ...]]:
        """After a run over these weeks has failed: which of them can still go on, and through which assets.

        The first asset that did not store all of them is the one that failed. What it did store goes on.
        """
        for n, asset in enumerate(SESSIONS, start=1):
            stored = self.stored[asset] & set(weeks)
            if len(stored) < len(weeks):
                return sorted(stored), SESSIONS[n:]
        return [], ()


def progress_line(report: Report, weeks: int, seconds: float) -> str:
    """How far, how fast, how long yet: `104 of 520 weeks, 103 posts, 9.8 weeks/s, 0:42 left`."""
    line = f"{report.done} of {count(weeks, 'week')}, {count(report.posts, 'post')}"
    rate = report.share / seconds if seconds > 0 else 0.0
    if not rate:
        return line
    left = dt.timedelta(seconds=round((weeks - report.share) / rate))
    return f"{line}, {rate:.1f} weeks/s, {str(left).removeprefix('0:').removeprefix('0')} left"


@contextmanager
def display(console: Console, report: Report, weeks: int, *, hidden: bool) -> Iterator[Callable[[], None]]:
    """Show the report while it grows. What this yields is to be called a few times a second."""
    start = last = time.monotonic()

    def refresh() -> None:
        nonlocal last
        now = time.monotonic()
        if console.is_terminal:
            bar.update(task, completed=report.share, line=progress_line(report, weeks, now - start))
        elif now - last >= SECONDS_BETWEEN_LINES and not hidden:
            last = now
            console.print(progress_line(report, weeks, now - start), highlight=False)

    columns = (BarColumn(), TextColumn("{task.fields[line]}"))
    with Progress(
        *columns, console=console, disable=hidden or not console.is_terminal, transient=True
    ) as bar:
        task = bar.add_task("", total=weeks, line="")
        yield refresh
