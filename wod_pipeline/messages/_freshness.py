"""A week is late, or has come after a message said that it was late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from wod_pipeline.messages._message import Message
from wod_pipeline.messages._words import Links, fit_sms, join_lines, local_time
from wod_pipeline.watching.freshness import Cause, Deadlines, Notice
from wod_pipeline.wording import count, long_day, short_day


@dataclass(frozen=True)
class LastSeen:
    """The newest week that has sessions in the table."""

    week: dt.date
    sessions: int


CAUSES: Mapping[Cause, tuple[str, str, str]] = {  # for the subject, for the text, what to do
    Cause.NOT_PUBLISHED: (
        "not published by the coach",
        "The site was read completely; the coach has not published this week.",
        "Wait, or ask the coach. Once published, the week is fetched automatically within minutes.",
    ),
    Cause.DATED_ELSEWHERE: (
        "a post published in its place names another date",
        "The site has no post for this week, but one that was published in its place names a week far off.",
        "If it is meant for this week, tell the coach that its title is misdated; a correction is fetched soon.",
    ),
    Cause.NO_SESSION: (
        "published, but without a session",
        "The coach has published a post for this week, but no session could be read from it.",
        "Open the post: is it an announcement, or protected? If it holds training, look at the week's checks.",
    ),
    Cause.NOT_PROCESSED: (
        "published, but not stored",
        "The coach has published this week, but it is not in the session table.",
        "Look at the week's last run and its checks, clear what they name, and materialize the week.",
    ),
    Cause.DOUBTFUL: (
        "stored, but its checks fail",
        "The week is stored, but a check of it fails.",
        "Compare the post with the stored sessions (`wod check`), then materialize the week again.",
    ),
    Cause.COULD_NOT_LOOK: (
        "the site cannot be read",
        "The site could not be read, so nobody knows whether the coach has published.",
        "Check that the site can be reached. The sensors keep trying and fetch the week once it answers.",
    ),
    Cause.STORE_UNREADABLE: (
        "the session table cannot be read",
        "The session table could not be read, so nobody knows whether the week is there.",
        "Check the table's disk space, credentials and name. The sensor keeps trying.",
    ),
}


def freshness(
    notice: Notice, deadlines: Deadlines, last_seen: LastSeen | None, links: Links, today: dt.date
) -> Message:
    """A week is late (a warning, or critical once it is needed), or has come after all.

    The subject names the year of a week that is not of this one.
    """
    if notice.kind == "recovered":
        return _recovered(notice, deadlines.zone, links, today)
    week, cause = notice.episode.week, notice.standing.cause or Cause.NOT_PUBLISHED
    short, why, advice = CAUSES[cause]
    late = "is late" if notice.kind == "warn" else "is needed now"
    subject = f"Training week of {short_day(week, today)} {late}: {short}"
    lines = [
        f"The training week of {long_day(week)} is not stored as it should be.",
        f"Why: {_explain(why, notice, deadlines.zone)}",
        f"Due: {_due(notice, deadlines)}.",
        f"Last seen: {_describe(last_seen)}.",
        f"What to do: {advice}",
    ]
    return Message(
        kind="week_late",
        severity=notice.kind,
        week=week.isoformat(),
        subject=subject,
        text=join_lines(lines, links.week(week)),
        sms=fit_sms(subject, f"Last seen: {_describe(last_seen)}."),
        data={
            "cause": cause.value,
            "since": notice.episode.since.isoformat(),
            "last_seen": last_seen.week.isoformat() if last_seen else None,
        },
        identifier=notice.identifier,
    )


def _due(notice: Notice, deadlines: Deadlines) -> str:
    """The deadline, and since when the week is missing where that is another time."""
    due = deadlines.due.of_week(notice.episode.week, deadlines.zone)
    since = notice.episode.since
    missing = "" if since == due else f"; missing since {local_time(since, deadlines.zone)}"
    return local_time(due, deadlines.zone) + missing


def _explain(why: str, notice: Notice, zone: ZoneInfo) -> str:
    unreadable = notice.episode.unreadable_since
    since = (
        f" The site has been unreadable since {local_time(unreadable, zone)} or earlier."
        if unreadable
        else ""
    )
    return f"{why}{since} {notice.standing.detail}".strip()


def _recovered(notice: Notice, zone: ZoneInfo, links: Links, today: dt.date) -> Message:
    week, sessions = notice.episode.week, count(notice.standing.sessions, "session")
    subject = f"Training week of {short_day(week, today)} is here after all: {sessions}"
    lines = [
        f"The training week of {long_day(week)} is stored now, with {sessions}.",
        f"It was missing since {local_time(notice.episode.since, zone)}. Nothing needs to be done.",
    ]
    return Message(
        kind="week_recovered",
        severity="info",
        week=week.isoformat(),
        subject=subject,
        text=join_lines(lines, links.week(week)),
        sms=fit_sms(subject),
        data={"sessions": notice.standing.sessions, "since": notice.episode.since.isoformat()},
        identifier=notice.identifier,
    )


def _describe(last_seen: LastSeen | None) -> str:
    if last_seen is None:
        return "no week"
    return (
        f"week of {short_day(last_seen.week)} {last_seen.week.year}, {count(last_seen.sessions, 'session')}"
    )
