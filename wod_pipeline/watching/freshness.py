"""Is the week people need there? From what is stored to the notices due: one an episode and severity.

An *episode* opens when a week is not good at its deadline (or stops being good later), and closes when it is
good again or too old to matter. The state is a value that fits into a sensor's cursor. A notice changes the
state only once it is delivered (`delivered`), so nothing is lost when sending fails, and its identifier is
the same when a tick is repeated, so nothing is sent twice.

    standings of the weeks in `weeks_to_judge`  →  `advance`  →  `due_notices`  →  send  →  `delivered`
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from wod_pipeline.weeks import WEEK, WeeklyTime, newest_due

Urgency = Literal["warn", "critical"]
NoticeKind = Literal["warn", "critical", "recovered"]

KEPT_OPEN = dt.timedelta(weeks=4)
"""How long a week that never came stays an open episode."""
ARRIVAL = dt.timedelta(minutes=30)
"""How long after its publication a week may take to be stored: a sensor's interval, and a run."""


class Cause(str, Enum):
    """Why a week is not good. *Not published* and *could not look* are never confused."""

    NOT_PUBLISHED = "not_published"
    NO_SESSION = "no_session"
    ARRIVING = "arriving"
    """Published moments ago: the run that stores it has had no time to end. Nobody is told."""
    NOT_PROCESSED = "not_processed"
    DOUBTFUL = "doubtful"
    COULD_NOT_LOOK = "could_not_look"
    STORE_UNREADABLE = "store_unreadable"


@dataclass(frozen=True)
class Standing:
    """How a week stands now: good when `cause` is None; `detail` says more in a sentence or nothing."""

    cause: Cause | None
    detail: str = ""
    sessions: int = 0


@dataclass(frozen=True)
class Rules:
    """When a week must be there, and from when on its absence is critical."""

    zone: ZoneInfo
    deadline: WeeklyTime
    critical: WeeklyTime


@dataclass(frozen=True)
class Revision:
    """One state of a post's content, and when it appeared (None: unknown)."""

    content_sha256: str
    appeared: dt.datetime | None = None


class Episode(Struct, frozen=True, omit_defaults=True):
    """A week that is not good: since when and why, what was told, and since when nobody could look."""

    week: dt.date
    since: dt.datetime
    cause: Cause
    told: Urgency | None = None
    blind_since: dt.datetime | None = None


class State(Struct, frozen=True, omit_defaults=True):
    """What a tick leaves to the next: since when this is watched, the newest week ever judged, open episodes."""

    watching_since: dt.datetime | None = None
    judged: dt.date | None = None
    episodes: list[Episode] = []


@dataclass(frozen=True)
class Notice:
    """Something a person should be told about a week."""

    kind: NoticeKind
    episode: Episode
    standing: Standing

    @property
    def identifier(self) -> str:
        """The same for the same notice, whenever it is made."""
        since = self.episode.since.astimezone(dt.timezone.utc)
        return f"freshness/{self.episode.week}/{since:%Y-%m-%dT%H:%MZ}/{self.kind}"


def weeks_to_judge(now: dt.datetime, rules: Rules, state: State) -> list[dt.date]:
    """The newest week that is due, those that became due since the last tick, and those of open episodes."""
    due = newest_due(now, rules.deadline, rules.zone)
    weeks = {due} | {episode.week for episode in state.episodes}
    missed = state.judged + WEEK if state.judged else due
    while missed < due:
        weeks.add(missed)
        missed += WEEK
    return sorted(week for week in weeks if due - week < KEPT_OPEN)


def settled_cause(week: dt.date, state: State) -> Cause | None:
    """Why the week is missing, when the gravest was told and only a recovery can follow: no need to look again."""
    told = (episode for episode in state.episodes if episode.week == week and episode.told == "critical")
    return next((episode.cause for episode in told), None)


def cause_of_absence(
    now: dt.datetime, published: Iterable[Revision], stored: Iterable[Revision], state: State
) -> Cause:
    """Why a week without stored sessions is so, from its posts as listed now and as last taken in.

    Where watching has only begun, even an old post is as good as new: nobody has taken it in yet.
    """
    listed, taken = list(published), {revision.content_sha256 for revision in stored}
    if not listed:
        return Cause.NOT_PUBLISHED
    if {revision.content_sha256 for revision in listed} <= taken:
        return Cause.NO_SESSION
    seen = [revision.appeared for revision in listed if revision.appeared]
    appeared = max([*seen, state.watching_since or now])
    return Cause.ARRIVING if now - appeared < ARRIVAL else Cause.NOT_PROCESSED


def advance(now: dt.datetime, rules: Rules, standings: Mapping[dt.date, Standing], state: State) -> State:
    """Open and close episodes. One that was told of closes only when its recovery is delivered."""
    episodes = {episode.week: episode for episode in state.episodes if episode.week in standings}
    for week, standing in standings.items():
        if standing.cause is not None:
            since = _since(now, week, rules, state)
            episodes[week] = _seen(episodes.get(week), week, since, standing.cause, now)
        elif week in episodes and episodes[week].told is None:
            del episodes[week]
    judged = max([*standings, *([state.judged] if state.judged else [])], default=None)
    return State(state.watching_since or now, judged, [episodes[week] for week in sorted(episodes)])


def due_notices(
    now: dt.datetime, rules: Rules, standings: Mapping[dt.date, Standing], state: State
) -> list[Notice]:
    """The notices that are due and not delivered yet, at most one a week: the gravest."""
    notices = []
    for episode in state.episodes:
        standing = standings[episode.week]
        if standing.cause is Cause.ARRIVING:
            continue
        kind: NoticeKind = "recovered" if standing.cause is None else _urgency(now, episode.week, rules)
        if kind not in _already_told(episode):
            notices.append(Notice(kind, episode, standing))
    return notices


def delivered(state: State, notice: Notice) -> State:
    """The state after the notice has been sent."""
    rest = [episode for episode in state.episodes if episode.week != notice.episode.week]
    if notice.kind == "recovered":
        return msgspec.structs.replace(state, episodes=rest)
    told = msgspec.structs.replace(notice.episode, told=notice.kind)
    episodes = sorted([*rest, told], key=lambda episode: episode.week)
    return msgspec.structs.replace(state, episodes=episodes)


def _already_told(episode: Episode) -> set[str]:
    return {"warn": {"warn"}, "critical": {"warn", "critical"}}.get(episode.told or "", set())


def _urgency(now: dt.datetime, week: dt.date, rules: Rules) -> Urgency:
    return "critical" if now >= rules.critical.of_week(week, rules.zone) else "warn"


def _since(now: dt.datetime, week: dt.date, rules: Rules, state: State) -> dt.datetime:
    """The deadline for a week judged for the first time; for one that was good before, this hour."""
    if state.judged is None or week > state.judged:
        return rules.deadline.of_week(week, rules.zone)
    return now.replace(minute=0, second=0, microsecond=0)


def _seen(
    before: Episode | None, week: dt.date, since: dt.datetime, cause: Cause, now: dt.datetime
) -> Episode:
    episode = before or Episode(week, since, cause)
    blind = (episode.blind_since or now) if cause is Cause.COULD_NOT_LOOK else None
    return msgspec.structs.replace(episode, cause=cause, blind_since=blind)
