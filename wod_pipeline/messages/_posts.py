"""The site cannot be read, can be read again, or no longer lists stored posts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from wod_pipeline.messages._message import Message
from wod_pipeline.messages._words import Links, digest, fit_sms, join_lines, local_time
from wod_pipeline.watching.outage import Outage
from wod_pipeline.wording import count


def source_down(name: str, outage: Outage, zone: ZoneInfo, links: Links) -> Message:
    """The site cannot be read: permanently, or for longer than the grace period."""
    since = local_time(outage.since, zone)
    subject = f"Posts from {name} have been unreadable since {since}"
    lines = [
        f"Reading posts from {name} has failed {count(outage.failures, 'time')}.",
        f"Since: {since}.",
        f"Why: {outage.reason}",
        f"What to do: {_advice(outage)}",
    ]
    return Message(
        kind="source_down",
        severity="warn",
        subject=subject,
        text=join_lines(lines, links.automation()),
        sms=fit_sms(subject),
        data={"source": name, "since": outage.since.isoformat(), "failures": outage.failures},
        identifier=outage.identifier,
    )


def _advice(outage: Outage) -> str:
    """What to do about it. A page of HTML is told of only once it has lasted, and then it is a refusal."""
    if outage.challenged:
        return f"The site refuses to be read, and has not stopped by itself. {outage.fix}".rstrip()
    if outage.transient:
        return (
            "Nothing yet. The sensor keeps trying, at growing intervals, and then fetches whatever it missed."
        )
    advice = outage.fix or "Check the address, the category and the login in the settings."
    return f"Waiting will not help. {advice}"


def source_back(name: str, outage: Outage, zone: ZoneInfo, links: Links) -> Message:
    """The site can be read again, after people were told that it could not."""
    subject = f"Posts can be read from {name} again"
    lines = [
        f"{name} answers again. It had been unreadable since {local_time(outage.since, zone)}.",
        "Posts that were published or edited meanwhile are being fetched.",
    ]
    return Message(
        kind="source_back",
        severity="info",
        subject=subject,
        text=join_lines(lines, links.automation()),
        sms=fit_sms(subject),
        data={"source": name, "since": outage.since.isoformat()},
        identifier=f"{outage.identifier}/over",
    )


_KEPT = "Their sessions are kept, unless a listed post of the same week and program takes their place."
_ADVICE_GONE = (
    "What to do: Nothing if the coach meant it; `wod posts gone` lists them, and `wod posts drop` removes one. "
    "Otherwise compare each post's category with the setting."
)
_IN_DOUBT = "So many at once suggest that the list is incomplete: their sessions are kept."


def posts_gone(name: str, gone: Mapping[int, dt.date], links: Links, *, in_doubt: bool = False) -> Message:
    """Posts that are stored but no longer listed by the site; `gone` is post id → newest week.

    `in_doubt`: so many are absent that the listing is more likely wrong than the posts deleted.
    """
    what_follows = _IN_DOUBT if in_doubt else _KEPT
    subject = f"{count(len(gone), 'post')} no longer listed by {name}"
    lines = [
        f"No longer listed by {name}:",
        *[f"- post {post_id}, week of {week}" for post_id, week in gone.items()],
        what_follows,
        _ADVICE_GONE,
    ]
    return Message(
        kind="posts_gone",
        severity="warn",
        subject=subject,
        text=join_lines(lines, links.automation()),
        sms=fit_sms(subject, f"Week of {min(gone.values())}." if len(gone) == 1 else ""),
        data={"posts": [{"post_id": post_id, "week": str(week)} for post_id, week in gone.items()]},
        identifier=f"gone/{digest(gone)}",
    )
