"""Counting what the runs of a command have stored, and showing it: as a bar on a terminal, otherwise as log lines.

Knows neither Dagster nor storage: every week that an asset has stored arrives as an event.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from wod_pipeline.jobs import SESSIONS
from wod_pipeline.terminal import warn
from wod_pipeline.watching.runs import remaining_work
from wod_pipeline.wording import count

LINE_INTERVAL_S = 10.0
"""Time between two log lines where there is no terminal."""


class WeekStored(NamedTuple):
    """An asset has stored a week of `posts` posts; `changed` is False when it reads as it did before.

    `malformed` has what is wrong with each post that is not as WordPress sends posts, by its name for people.
    """

    asset: str
    week: dt.date
    posts: int
    changed: bool
    malformed: tuple[tuple[str, str], ...] = ()


class Failure(NamedTuple):
    """A step of a run, or a whole process, has failed; `reason` is a sentence."""

    reason: str


Event = WeekStored | Failure


def as_event(asset: str, week: dt.date, metadata: Mapping[str, Any]) -> WeekStored:
    """The event of an asset that has stored a week and described it with this metadata.

    The stages between the posts and the sessions are left aside: another version of the parser writes them anew, also
    where every session reads as before.
    """
    names = ("changed",) if asset == SESSIONS[0] else ("sessions_put", "sessions_deleted", "posts_changed")
    malformed = tuple(metadata.get("posts_malformed", {}).items())
    changed = any(metadata.get(name) for name in names)
    return WeekStored(asset, week, metadata.get("posts", 0), changed, malformed)


@dataclass
class Report:
    """The weeks each asset has stored, which of them changed, how many posts, which were malformed, and what failed.

    `assets` are those that every week goes through. `forward` is called with every event recorded: a worker process
    sends its events to the first process.
    """

    assets: Sequence[str] = SESSIONS
    stored: dict[str, set[dt.date]] = field(init=False)
    changed: set[dt.date] = field(default_factory=set)
    posts: int = 0
    malformed: dict[tuple[str, str], dt.date] = field(default_factory=dict)
    """The newest week of each malformed post, by name and what is wrong."""
    failures: list[str] = field(default_factory=list)
    forward: Callable[[Event], None] | None = None

    def __post_init__(self) -> None:
        """Begin with nothing stored."""
        self.stored = {asset: set() for asset in self.assets}

    def record(self, event: Event) -> None:
        """Count the event."""
        if self.forward:
            self.forward(event)
        if isinstance(event, Failure):
            self.failures.append(event.reason)
            return
        asset, week, posts, changed, malformed = event
        for post in malformed:
            self.malformed[post] = max(week, self.malformed.get(post, week))
        if week not in self.stored[asset]:
            self.stored[asset].add(week)
            self.posts += posts if asset == self.assets[0] else 0
        if changed:
            self.changed.add(week)

    @property
    def weeks_done(self) -> int:
        """Weeks that went through all assets."""
        return len(self.stored[self.assets[-1]])

    @property
    def weeks_of_work(self) -> float:
        """The work done, in weeks: a week that is between two assets counts in part."""
        return sum(map(len, self.stored.values())) / len(self.assets)

    def remaining_work(self, weeks: Collection[dt.date]) -> tuple[list[dt.date], tuple[str, ...]]:
        """After a run over these weeks has failed: the weeks that can still go on, and through which assets."""
        return remaining_work(weeks, self.stored)


def progress_line(report: Report, weeks: int, seconds: float) -> str:
    """Work done, speed and time left: `104 of 520 weeks, 103 posts, 9.8 weeks/s, 0:42 left`."""
    posts = f", {count(report.posts, 'post')}" if SESSIONS[-1] in report.assets else " of load and calendar"
    line = f"{report.weeks_done} of {count(weeks, 'week')}{posts}"
    rate = report.weeks_of_work / seconds if seconds > 0 else 0.0
    if not rate:
        return line
    left = dt.timedelta(seconds=round((weeks - report.weeks_of_work) / rate))
    return f"{line}, {rate:.1f} weeks/s, {str(left).removeprefix('0:').removeprefix('0')} left"


@contextmanager
def show_progress(
    console: Console, report: Report, weeks: int, *, hidden: bool
) -> Iterator[Callable[[], None]]:
    """Show the report while it grows. Yields a function to be called a few times a second."""
    start = last = time.monotonic()

    def refresh() -> None:
        nonlocal last
        now = time.monotonic()
        if console.is_terminal:
            bar.update(task, completed=report.weeks_of_work, line=progress_line(report, weeks, now - start))
        elif now - last >= LINE_INTERVAL_S and not hidden:
            last = now
            warn(progress_line(report, weeks, now - start))

    columns = (BarColumn(), TextColumn("{task.fields[line]}"))
    with Progress(
        *columns, console=console, disable=hidden or not console.is_terminal, transient=True
    ) as bar:
        task = bar.add_task("", total=weeks, line="")
        yield refresh
