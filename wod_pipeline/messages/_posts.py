"""The site cannot be read, can be read again, or lists posts no longer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from wod_pipeline.messages._message import Message
from wod_pipeline.messages._words import Links, digest, moment, sms, text_of
from wod_pipeline.watching.outage import Outage
from wod_pipeline.wording import count


def source_down(name: str, outage: Outage, zone: ZoneInfo, links: Links) -> Message:
    """The site cannot be read, and that has lasted or will not pass by itself."""
    subject = f"Posts cannot be read from {name} since {moment(outage.since, zone)}"
    act = (
        "Nothing yet: the sensor asks again, less often, and catches up on everything when it succeeds."
        if outage.passing
        else "This does not pass by itself: check the address, the category and the login in the settings."
    )
    lines = [
        f"{name} was asked {count(outage.failures, 'time')} without success.",
        f"Since: {moment(outage.since, zone)}.",
        f"Why: {outage.says}",
        f"What to do: {act}",
    ]
    return Message(
        kind="source_down",
        severity="warn",
        week=None,
        subject=subject,
        text=text_of(lines, links.automation()),
        sms=sms(subject),
        data={"source": name, "since": outage.since.isoformat(), "failures": outage.failures},
        identifier=outage.identifier,
    )


def source_back(name: str, outage: Outage, zone: ZoneInfo, links: Links) -> Message:
    """The site can be read again, after people were told that it could not."""
    subject = f"Posts can be read from {name} again"
    lines = [
        f"{name} answers again; it had not since {moment(outage.since, zone)}.",
        "Whatever was published or edited meanwhile is being fetched.",
    ]
    return Message(
        kind="source_back",
        severity="info",
        week=None,
        subject=subject,
        text=text_of(lines, links.automation()),
        sms=sms(subject),
        data={"source": name, "since": outage.since.isoformat()},
        identifier=f"{outage.identifier}/over",
    )


def posts_gone(name: str, gone: Mapping[int, dt.date], links: Links) -> Message:
    """Posts that are stored but no longer listed; `gone` is post id → week."""
    subject = f"{count(len(gone), 'post')} no longer listed by {name}"
    lines = [
        f"{name} no longer lists these posts; their sessions are kept:",
        *[f"- post {post_id}, week of {week}" for post_id, week in gone.items()],
        "What to do: nothing, if the coach withdrew them. Else compare their category with the one watched.",
    ]
    return Message(
        kind="posts_gone",
        severity="warn",
        week=None,
        subject=subject,
        text=text_of(lines, links.automation()),
        sms=sms(subject, f"Week of {min(gone.values())}." if len(gone) == 1 else ""),
        data={"posts": [{"post_id": post_id, "week": str(week)} for post_id, week in gone.items()]},
        identifier=f"gone/{digest(gone)}",
    )
