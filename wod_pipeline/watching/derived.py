"""Which weeks' load and calendar to make again because they are old, and how soon a run is requested once more.

What the load and calendar of a week should be made from is a text here, which changes with table, settings and code.
To keep the cursor small, what was found is remembered by year, one digest each: after a change in a year, while a
week of it is old, and once a day, the objects of that year are read again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from msgspec import Struct, structs

from wod_pipeline.pacing import doubled_s
from wod_pipeline.weeks import WeekRange, chunks_of, weeks_in

MAX_RUNS = 2
"""Runs requested in one tick. The next ones follow when these have ended."""
MAX_YEARS = 5
"""Years whose objects are read in one tick: a tick has a minute, and a remote store needs seconds for these."""
RECHECK = dt.timedelta(days=1)
"""How often the objects of a year are read though nothing changed: one of them may have been damaged or deleted."""
FIRST_PAUSE, LONGEST_PAUSE = dt.timedelta(hours=1), dt.timedelta(days=1)
"""How long after a request the next one for the same weeks follows when they are still old: doubled each time."""

Expected = Mapping[dt.date, str]
"""What the load and calendar of each stored week should be made from."""


class RequestedWeek(Struct, frozen=True):
    """The last run requested for a week. It is kept in the cursor."""

    expected: str
    at: dt.datetime
    requests: int = 1
    """How many runs have been requested for that."""

    @property
    def next_at(self) -> dt.datetime:
        """When the next run is requested, if the week is still old."""
        pause_s = doubled_s(
            self.requests - 1, first_s=FIRST_PAUSE.total_seconds(), longest_s=LONGEST_PAUSE.total_seconds()
        )
        return self.at + dt.timedelta(seconds=pause_s)


class CheckedYear(Struct, frozen=True, omit_defaults=True):
    """A year whose objects were read. It is kept in the cursor."""

    digest: str
    """Of what was expected of its weeks."""
    at: dt.datetime
    has_old: bool = False
    """Whether a week of it was old."""

    def is_due(self, now: dt.datetime) -> bool:
        """Whether to read it again, though nothing is expected that was not expected then."""
        return self.has_old or now - self.at >= RECHECK


class DerivedState(Struct, frozen=True, omit_defaults=True):
    """What one tick leaves to the next. It is kept in the cursor."""

    checked: dict[int, CheckedYear] = {}
    """By year."""
    requested: dict[dt.date, RequestedWeek] = {}
    """Weeks that were old."""
    stale: str = ""
    """A digest of the weeks made by an older parser, as last recorded; empty for none."""


@dataclass(frozen=True)
class Request:
    """A run to request: from the first week to the last, and the assets of which one of them is old."""

    weeks: WeekRange
    assets: tuple[str, ...]


def weeks_to_read(now: dt.datetime, expected: Expected, state: DerivedState) -> list[dt.date]:
    """The stored weeks whose objects may be old: of the newest years that changed, then of those read longest ago.

    So a week that cannot be made, whose year is read at every tick, keeps no other year from being read.
    """
    digests = _by_year(expected)
    checked = _still_checked(digests, state)
    changed = sorted(digests.keys() - checked.keys(), reverse=True)
    again = [year for year in sorted(checked, reverse=True) if checked[year].is_due(now)]
    years = [*changed, *sorted(again, key=lambda year: checked[year].at)][:MAX_YEARS]
    return sorted(week for week in expected if week.year in years)


def weeks_not_read(expected: Expected, state: DerivedState) -> list[dt.date]:
    """The stored weeks whose objects were not read since their year changed; the next ticks read them."""
    checked = _still_checked(_by_year(expected), state)
    return [week for week in expected if week.year not in checked]


def decide(
    now: dt.datetime,
    expected: Expected,
    read: Collection[dt.date],
    old: Mapping[dt.date, Collection[str]],
    state: DerivedState,
    *,
    chunk_weeks: int,
) -> tuple[list[Request], DerivedState]:
    """The runs to request, newest weeks first, and the new state, after the weeks in `read` were read.

    `old` are those of them that are old or missing, with the assets to make again.
    """
    due = [week for week in old if _is_due(now, expected[week], state.requested.get(week))]
    chunks = chunks_of(due, chunk_weeks)[::-1][:MAX_RUNS]
    requests = [
        Request((chunk[0], chunk[-1]), tuple(dict.fromkeys(asset for week in chunk for asset in old[week])))
        for chunk in chunks
    ]
    unread = {week: run for week, run in state.requested.items() if week in expected and week not in read}
    pending = {week: state.requested[week] for week in old if week in state.requested}
    new = {
        week: _next_request(now, expected[week], state.requested.get(week))
        for week in weeks_in(request.weeks for request in requests)
    }
    return requests, DerivedState(
        _checked(now, expected, read, old, state), {**unread, **pending, **new}, state.stale
    )


def next_request_at(state: DerivedState) -> dt.datetime:
    """When the first of the requested weeks is due again; there must be one."""
    return min(run.next_at for run in state.requested.values())


def after_stale_weeks(stale: Iterable[dt.date], state: DerivedState) -> DerivedState:
    """The state once these weeks are recorded as made by an older parser; the same when they were already."""
    weeks = [str(week) for week in sorted(stale)]
    return structs.replace(state, stale=_digest(weeks) if weeks else "")


def run_key(weeks: WeekRange, state: DerivedState) -> str:
    """Dagster's run key: the same request has the same key and is launched only once, every later one another.

    Dagster never launches a key twice. The time is in it since a week can be old once more with the same content of
    the table: an edit is taken back, an object is deleted.
    """
    first, last = weeks
    runs = [
        f"{week} {run.expected} {run.at.isoformat()}"
        for week, run in sorted(state.requested.items())
        if first <= week <= last
    ]
    return f"derived/{first}/{last}/{_digest(runs)}"


def _checked(
    now: dt.datetime,
    expected: Expected,
    read: Collection[dt.date],
    old: Collection[dt.date],
    state: DerivedState,
) -> dict[int, CheckedYear]:
    """The years that have not changed since they were read, with those read now."""
    digests, with_old = _by_year(expected), {week.year for week in old}
    read_now = {
        year: CheckedYear(digests[year], now, year in with_old)
        for year in sorted({week.year for week in read})
    }
    return {**_still_checked(digests, state), **read_now}


def _still_checked(digests: Mapping[int, str], state: DerivedState) -> dict[int, CheckedYear]:
    """The checked years in which nothing has changed since."""
    return {year: check for year, check in state.checked.items() if check.digest == digests.get(year)}


def _is_due(now: dt.datetime, expected: str, run: RequestedWeek | None) -> bool:
    return run is None or run.expected != expected or now >= run.next_at


def _next_request(now: dt.datetime, expected: str, run: RequestedWeek | None) -> RequestedWeek:
    again = run is not None and run.expected == expected
    return RequestedWeek(expected, now, run.requests + 1 if run and again else 1)


def _by_year(expected: Expected) -> dict[int, str]:
    years: dict[int, list[str]] = {}
    for week, made_from in sorted(expected.items()):
        years.setdefault(week.year, []).append(f"{week} {made_from}")
    return {year: _digest(lines) for year, lines in years.items()}


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
