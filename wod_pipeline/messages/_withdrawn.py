"""A week lost its sessions on purpose, and why each post left a week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from wod_pipeline.messages._message import Message
from wod_pipeline.messages._words import Links, fit_sms, join_lines
from wod_pipeline.program import RawPost, Weekly
from wod_pipeline.removals import RemovedPost
from wod_pipeline.rendering import clean
from wod_pipeline.wording import count, first_of, short_day, shorten

_MAX_LINES = 10
_MAX_TITLE = 60


def week_withdrawn(
    week: dt.date, reasons: Sequence[str], *, today: dt.date, run_id: str, links: Links
) -> Message:
    """A week that had sessions has none any more; `reasons` are those of `reasons_of_leaving`."""
    subject = f"Training week of {short_day(week, today)} was withdrawn"
    first = f"The week of {short_day(week, today)} was withdrawn"
    lines = [f"{first}; {reasons[0]}."] if len(reasons) == 1 else [f"{first}:", *_listed(reasons)]
    return Message(
        kind="week_withdrawn",
        severity="warn",
        week=week.isoformat(),
        subject=subject,
        text=join_lines(
            [*lines, "It has no session now. Another post for it is stored as soon as it appears."],
            links.run(run_id),
        ),
        sms=fit_sms(subject, *(f"{reason[0].upper()}{reason[1:]}" for reason in reasons[:1])),
        data={"reasons": list(reasons), "run_id": run_id},
        identifier=f"withdrawn/{week}/{run_id}",
    )


def weeks_withdrawn(reasons: Mapping[dt.date, Sequence[str]], *, cause_id: str, link: str) -> Message:
    """Many weeks that had sessions have none any more, after one run or one backfill: its id and the link to it.

    It is of the same kind as the message about one week.
    """
    weeks = sorted(reasons)
    subject = f"{count(weeks, 'training week')} withdrawn: {weeks[0]} to {weeks[-1]}"
    lines = first_of([f"- {week}; {_first_reason(reasons[week])}" for week in weeks], _MAX_LINES)
    return Message(
        kind="week_withdrawn",
        severity="warn",
        subject=subject,
        text=join_lines([f"{count(weeks, 'week')} had sessions and have none now:", *lines], link),
        sms=fit_sms(subject),
        data={"weeks": [week.isoformat() for week in weeks], "cause_id": cause_id},
        identifier=f"withdrawn/{cause_id}",
    )


def _first_reason(reasons: Sequence[str]) -> str:
    more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
    return reasons[0] + more


def _listed(reasons: Sequence[str]) -> list[str]:
    return first_of([f"- {reason}" for reason in reasons], _MAX_LINES)


def reasons_of_leaving(posts: Iterable[int], raw: Weekly[RawPost] | None) -> list[str]:
    """Why each of the posts left the week, from the week as fetched; one clause per post.

    The day of another week has its year when that is not the year of this week.
    """
    moved_to = {number: short_day(to, raw.week) for number, to in raw.moved_to} if raw else {}
    removed = {post.post_id: post for post in raw.removed} if raw else {}
    ids = list(posts)
    name = "its post" if len(ids) == 1 else "post"
    return [_reason(name, number, moved_to.get(number), removed.get(number)) for number in ids]


def _reason(name: str, number: int, moved_to: str | None, removed: RemovedPost | None) -> str:
    if name == "post" or removed:
        name = f"{name} {number}"
    if moved_to:
        return f"{name} is now dated {moved_to}"
    if removed is None:
        return f"{name} is no longer of this week"
    titled = f"{name} “{shorten(clean(removed.title), _MAX_TITLE)}”"
    if removed.replaced_by is None:
        return f"{titled} was dropped by hand; the site lists it no longer"
    return f"{titled} is no longer on the site and was replaced by post {removed.replaced_by}"
