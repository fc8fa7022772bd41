"""A week is late, still late when it is needed, or here after all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from wod_pipeline.messages._message import Message
from wod_pipeline.messages._words import Links, moment, sms, text_of
from wod_pipeline.watching.freshness import Cause, Notice, Rules
from wod_pipeline.wording import count, long_day, short_day


@dataclass(frozen=True)
class LastSeen:
    """The newest week that has sessions in the table."""

    week: dt.date
    sessions: int


CAUSES: Mapping[Cause, tuple[str, str, str]] = {
    Cause.NOT_PUBLISHED: (
        "not published by the coach",
        "The site was read completely; the coach has not published this week.",
        "Wait, or ask the coach. Once published it is fetched by itself within minutes.",
    ),
    Cause.NO_SESSION: (
        "published, but holds no session",
        "The coach has published a post for this week, but no session could be read from it.",
        "Open the post: is it an announcement, or protected? If it has training, look at the week's checks.",
    ),
    Cause.NOT_PROCESSED: (
        "published, but not stored",
        "The coach has published this week, but it is not in the session table.",
        "Look at the week's last run and its checks, clear what they name, and materialize the week.",
    ),
    Cause.DOUBTFUL: (
        "stored, but its checks fail",
        "The week is stored, but what is stored breaks a claim that should always hold.",
        "Compare the post with the stored sessions (`wod check`), then materialize the week again.",
    ),
    Cause.COULD_NOT_LOOK: (
        "we could not look",
        "The site could not be read, so nobody knows whether the coach has published.",
        "Check that the site can be reached. The sensors go on asking, and fetch the week once it answers.",
    ),
    Cause.STORE_UNREADABLE: (
        "the session table cannot be read",
        "The session table could not be read, so nobody knows whether the week is there.",
        "Check the store: disk, credentials, table name. The sensor goes on asking.",
    ),
}


def freshness(notice: Notice, rules: Rules, last_seen: LastSeen | None, links: Links) -> Message:
    """A week is late, still late when it is needed, or here after all."""
    if notice.kind == "recovered":
        return _recovered(notice, rules, links)
    week, cause = notice.episode.week, notice.standing.cause or Cause.NOT_PUBLISHED
    short, why, act = CAUSES[cause]
    late = "is late" if notice.kind == "warn" else "is needed now"
    subject = f"Training week of {short_day(week)} {late}: {short}"
    lines = [
        f"The training week of {long_day(week)} is not there as it should be.",
        f"Why: {_because(why, notice, rules.zone)}",
        f"Due: {moment(rules.deadline.of_week(week, rules.zone), rules.zone)}{_since(notice, rules)}.",
        f"Last seen: {_seen(last_seen)}.",
        f"What to do: {act}",
    ]
    return Message(
        kind="week_late",
        severity=notice.kind,
        week=week.isoformat(),
        subject=subject,
        text=text_of(lines, links.week(week)),
        sms=sms(subject, f"Last seen: {_seen(last_seen)}."),
        data={
            "cause": cause.value,
            "since": notice.episode.since.isoformat(),
            "last_seen": last_seen.week.isoformat() if last_seen else None,
        },
        identifier=notice.identifier,
    )


def _since(notice: Notice, rules: Rules) -> str:
    """When it went missing, where that is not the deadline."""
    due = rules.deadline.of_week(notice.episode.week, rules.zone)
    since = notice.episode.since
    return "" if since == due else f"; missing since {moment(since, rules.zone)}"


def _because(why: str, notice: Notice, zone: ZoneInfo) -> str:
    blind = notice.episode.blind_since
    since = f" We could not look since {moment(blind, zone)} at the latest." if blind else ""
    return f"{why}{since} {notice.standing.detail}".strip()


def _recovered(notice: Notice, rules: Rules, links: Links) -> Message:
    week, sessions = notice.episode.week, count(notice.standing.sessions, "session")
    subject = f"Training week of {short_day(week)} is here after all: {sessions}"
    lines = [
        f"The training week of {long_day(week)} is there now, with {sessions}.",
        f"It was missed since {moment(notice.episode.since, rules.zone)}. Nothing needs to be done.",
    ]
    return Message(
        kind="week_recovered",
        severity="info",
        week=week.isoformat(),
        subject=subject,
        text=text_of(lines, links.week(week)),
        sms=sms(subject),
        data={"sessions": notice.standing.sessions, "since": notice.episode.since.isoformat()},
        identifier=notice.identifier,
    )


def _seen(last_seen: LastSeen | None) -> str:
    if last_seen is None:
        return "no week at all"
    return (
        f"week of {short_day(last_seen.week)} {last_seen.week.year}, {count(last_seen.sessions, 'session')}"
    )
