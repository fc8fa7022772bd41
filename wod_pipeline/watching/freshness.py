"""Is the week that people need stored and sound? If not, which messages are due: one per severity, and a recovery.

An *episode* opens when a week is not good at its deadline, or stops being good later. It closes when the week is
good again, or four weeks after its deadline. Open episodes are kept in the sensor's cursor. An episode records a
message only after it was delivered (`mark_delivered`), so a failed delivery is tried again; a repeated tick makes
the same identifier, so nothing is sent twice.

One tick: `weeks_to_judge` → a `Standing` for each → `update_episodes` → `due_notices` → send → `mark_delivered`.
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

from wod_pipeline.weeks import WEEK, WeeklyTime, newest_due, weeks_between

Severity = Literal["warn", "critical"]
NoticeKind = Literal["warn", "critical", "recovered"]

EPISODE_LIFETIME = dt.timedelta(weeks=4)
"""How long after its deadline a week that never came is still looked for."""
STORING_TIME = dt.timedelta(minutes=30)
"""How long after its publication a week may take to be stored: a sensor's interval and a run."""


class Cause(str, Enum):
    """Why a week is not good. *Not published*, *no session* and *could not look* are three different things."""

    NOT_PUBLISHED = "not_published"
    DATED_ELSEWHERE = "dated_elsewhere"
    """Not published; but a post that was published in its place names a week far off, perhaps by mistake."""
    NO_SESSION = "no_session"
    """Published and stored, but its posts hold no session."""
    ARRIVING = "arriving"
    """Published within `STORING_TIME`: the run that stores it may still be going. Nobody is told."""
    NOT_PROCESSED = "not_processed"
    """Published longer ago, but not stored."""
    DOUBTFUL = "doubtful"
    """Stored, but a check of it fails as an error."""
    COULD_NOT_LOOK = "could_not_look"
    """The table lacks the week and the site cannot be read."""
    STORE_UNREADABLE = "store_unreadable"


@dataclass(frozen=True)
class Standing:
    """How a week stands at this tick: good when `cause` is None."""

    cause: Cause | None
    detail: str = ""
    """More about the cause, as a sentence; may be empty."""
    sessions: int = 0
    """How many sessions are stored."""


@dataclass(frozen=True)
class Deadlines:
    """When a week must be stored: from `due` on its absence is a warning, from `critical` on it is critical."""

    zone: ZoneInfo
    due: WeeklyTime
    critical: WeeklyTime


@dataclass(frozen=True)
class Revision:
    """One version of a post's content, and when it was published or edited (None: unknown)."""

    content_sha256: str
    published_at: dt.datetime | None = None


class Episode(
    Struct, frozen=True, omit_defaults=True, rename={"notified": "told", "unreadable_since": "blind_since"}
):
    """A week that is not good. It is kept in the cursor, under the names that `rename` gives."""

    week: dt.date
    since: dt.datetime
    cause: Cause
    notified: Severity | None = None
    """The highest severity that people have been told."""
    unreadable_since: dt.datetime | None = None
    """Since when the site could not be read, while that is the cause."""


class FreshnessState(
    Struct,
    frozen=True,
    omit_defaults=True,
    rename={"started_at": "watching_since", "newest_judged": "judged"},
):
    """What one tick leaves to the next. It is kept in the cursor, under the names that `rename` gives."""

    started_at: dt.datetime | None = None
    """The sensor's first tick."""
    newest_judged: dt.date | None = None
    """The newest week that any tick has judged."""
    episodes: list[Episode] = []


@dataclass(frozen=True)
class Notice:
    """A message that is due about a week."""

    kind: NoticeKind
    episode: Episode
    standing: Standing

    @property
    def identifier(self) -> str:
        """What the message is deduplicated by: the same at every tick of the same episode."""
        since = self.episode.since.astimezone(dt.timezone.utc)
        return f"freshness/{self.episode.week}/{since:%Y-%m-%dT%H:%MZ}/{self.kind}"


def weeks_to_judge(now: dt.datetime, deadlines: Deadlines, state: FreshnessState) -> list[dt.date]:
    """The newest week that is due, those that became due since the last tick, and those of open episodes."""
    due = newest_due(now, deadlines.due, deadlines.zone)
    first = state.newest_judged + WEEK if state.newest_judged else due
    weeks = {due, *weeks_between(first, due), *(episode.week for episode in state.episodes)}
    return sorted(week for week in weeks if due - week < EPISODE_LIFETIME)


def settled_cause(week: dt.date, state: FreshnessState) -> Cause | None:
    """The cause that was told as critical, if one was.

    From then on only a recovery can follow, which the table shows: the site need not be asked at every tick.
    """
    critical = (
        episode for episode in state.episodes if episode.week == week and episode.notified == "critical"
    )
    return next((episode.cause for episode in critical), None)


def cause_of_absence(
    now: dt.datetime, listed: Iterable[Revision], stored: Iterable[Revision], state: FreshnessState
) -> Cause:
    """Why no sessions of a week are stored, from its posts as the site lists them and as they were stored last.

    At the sensor's first tick even an old post counts as arriving: no run has had the time to store it.
    """
    revisions, stored_contents = list(listed), {revision.content_sha256 for revision in stored}
    if not revisions:
        return Cause.NOT_PUBLISHED
    if {revision.content_sha256 for revision in revisions} <= stored_contents:
        return Cause.NO_SESSION
    times = [revision.published_at for revision in revisions if revision.published_at]
    newest = max([*times, state.started_at or now])
    return Cause.ARRIVING if now - newest < STORING_TIME else Cause.NOT_PROCESSED


def update_episodes(
    now: dt.datetime, deadlines: Deadlines, standings: Mapping[dt.date, Standing], state: FreshnessState
) -> FreshnessState:
    """Open, update and close episodes. One that was reported stays open until its recovery message is delivered."""
    episodes = {episode.week: episode for episode in state.episodes if episode.week in standings}
    for week, standing in standings.items():
        if standing.cause is not None:
            episode = episodes.get(week) or Episode(
                week, _start_of_episode(now, week, deadlines, state), standing.cause
            )
            episodes[week] = _with_cause(episode, standing.cause, now)
        elif week in episodes and episodes[week].notified is None:
            del episodes[week]
    newest = max([*standings, *([state.newest_judged] if state.newest_judged else [])], default=None)
    return FreshnessState(state.started_at or now, newest, [episodes[week] for week in sorted(episodes)])


def due_notices(
    now: dt.datetime, deadlines: Deadlines, standings: Mapping[dt.date, Standing], state: FreshnessState
) -> list[Notice]:
    """The notices that are due and not delivered yet, at most one per week: that of the highest severity."""
    notices = []
    for episode in state.episodes:
        standing = standings[episode.week]
        if standing.cause is Cause.ARRIVING:
            continue
        kind: NoticeKind = (
            "recovered" if standing.cause is None else _severity_at(now, episode.week, deadlines)
        )
        if kind not in _kinds_delivered(episode):
            notices.append(Notice(kind, episode, standing))
    return notices


def mark_delivered(state: FreshnessState, notice: Notice) -> FreshnessState:
    """The state after the notice has been sent; a recovery closes the episode."""
    others = [episode for episode in state.episodes if episode.week != notice.episode.week]
    if notice.kind == "recovered":
        return msgspec.structs.replace(state, episodes=others)
    notified = msgspec.structs.replace(notice.episode, notified=notice.kind)
    episodes = sorted([*others, notified], key=lambda episode: episode.week)
    return msgspec.structs.replace(state, episodes=episodes)


def _kinds_delivered(episode: Episode) -> set[str]:
    """The kinds that need not be sent any more: after a critical notice a warning is pointless."""
    return {"warn": {"warn"}, "critical": {"warn", "critical"}}.get(episode.notified or "", set())


def _severity_at(now: dt.datetime, week: dt.date, deadlines: Deadlines) -> Severity:
    return "critical" if now >= deadlines.critical.of_week(week, deadlines.zone) else "warn"


def _start_of_episode(
    now: dt.datetime, week: dt.date, deadlines: Deadlines, state: FreshnessState
) -> dt.datetime:
    """The deadline of a week judged for the first time; for a week that was good before, the current hour.

    It is part of the notices' identifiers. A whole hour keeps it the same when a tick that crashed before its
    cursor was saved is repeated minutes later, and makes a week that goes bad again another episode.
    """
    if state.newest_judged is None or week > state.newest_judged:
        return deadlines.due.of_week(week, deadlines.zone)
    return now.replace(minute=0, second=0, microsecond=0)


def _with_cause(episode: Episode, cause: Cause, now: dt.datetime) -> Episode:
    unreadable_since = (episode.unreadable_since or now) if cause is Cause.COULD_NOT_LOOK else None
    return msgspec.structs.replace(episode, cause=cause, unreadable_since=unreadable_since)
