"""Why a day or a week has no session, decided from what is stored and the looks at the site, and put in words. Pure.

*Not published*, *could not look* and *nobody has looked* are three different things.
"""

from __future__ import annotations

import datetime as dt
from enum import Enum

from msgspec import Struct

from wod_pipeline.looks import Look, LookFailure, Looks, newest_look
from wod_pipeline.program import Outcome, WeekRecords
from wod_pipeline.weeks import WEEK, monday_of
from wod_pipeline.wording import ago, short_day


class AbsenceReason(str, Enum):
    """Why there is no session."""

    NOT_STORED = "not_stored"
    """Nobody has looked for the week yet."""
    NOT_PUBLISHED = "not_published"
    """The site was read completely and has no post for the week."""
    COULD_NOT_LOOK = "could_not_look"
    """The newest look failed."""
    NOT_READ = "not_read"
    """The post was found, but its sessions are not stored yet."""
    NO_SESSION = "no_session"
    """The post holds no session."""
    UNDATED = "undated"
    """The post names no day for any of the week's sessions."""
    NOTHING_ON_DAY = "nothing_on_day"
    """The week has sessions, but none on the day."""


class Absence(Struct, frozen=True, omit_defaults=True):
    """Why a day or week has no session. `looked_at` is the last look with success, `failed_at` a failed one since."""

    week: dt.date
    reason: AbsenceReason
    looked_at: dt.datetime | None = None
    failed_at: dt.datetime | None = None
    failure: LookFailure | None = None


def explain_absence(
    week: dt.date, stored: WeekRecords | None, looks: Looks, *, is_fetched: bool = False
) -> Absence:
    """Why the week, or a day of it, has no session.

    `stored` is what the session table holds of it. `is_fetched` says that the lake holds a post of the week.
    """
    if stored and stored.outcome is not Outcome.NOT_PUBLISHED:
        return Absence(week, _reason_of_post(stored))
    look = _look_at(week, looks)
    if is_fetched or _is_found(week, looks):
        return Absence(week, AbsenceReason.NOT_READ)
    if look.is_failing:
        return Absence(week, AbsenceReason.COULD_NOT_LOOK, look.read_at, look.failed_at, look.failure)
    known = stored is not None or look.read_at is not None
    return Absence(week, AbsenceReason.NOT_PUBLISHED if known else AbsenceReason.NOT_STORED, look.read_at)


def _reason_of_post(stored: WeekRecords) -> AbsenceReason:
    if not stored.records:
        return AbsenceReason.NO_SESSION
    is_dated = any(record.date for record in stored.records)
    return AbsenceReason.NOTHING_ON_DAY if is_dated else AbsenceReason.UNDATED


def _look_at(week: dt.date, looks: Looks) -> Look:
    """The newest look that would have seen a post for the week.

    A look for new posts would have seen it when everything has been read since the last look at the week itself, or
    since a week before it starts: coaches publish in that week.
    """
    own, start = looks.weeks.get(week, Look()), looks.site.reads_from
    if start is None:
        return own
    sees = start.date() <= week - WEEK or (own.read_at is not None and start <= own.read_at)
    return newest_look([own, looks.site.look]) if sees else own


def _is_found(week: dt.date, looks: Looks) -> bool:
    """Whether the post was found and no look at the week itself has missed it since."""
    found_at, own = looks.site.found.get(week), looks.weeks.get(week, Look())
    return found_at is not None and (own.read_at is None or own.read_at < found_at)


class Phrase(Struct, frozen=True):
    """A stretch of a sentence; `moment` is the time that it tells in words."""

    text: str
    moment: dt.datetime | None = None


def say_absence(absence: Absence, now: dt.datetime, today: dt.date | None = None) -> str:
    """The sentence that tells a person why there is no session.

    It says "this week" only of the week of `today`, the reader's day, which is that of `now` if not given.
    """
    return "".join(phrase.text for phrase in phrase_absence(absence, now, today))


def phrase_absence(absence: Absence, now: dt.datetime, today: dt.date | None = None) -> list[Phrase]:
    """The sentence of `say_absence` in phrases, for a page that marks up its times."""
    today = today or now.date()
    is_current = absence.week == monday_of(today)
    week = "this week" if is_current else f"the week of {short_day(absence.week, today)}"
    post = "this week's post" if is_current else f"the post for {week}"
    if absence.reason is AbsenceReason.COULD_NOT_LOOK:
        return _phrase_failure(absence, post if is_current else f"{post},", now)
    if absence.reason is AbsenceReason.NOT_PUBLISHED:
        is_over = today >= absence.week + WEEK
        text = f"The site has no post for {week}" if is_over else f"{_capital(post)} is not published yet"
        return [Phrase(text), *_phrase_look(absence.looked_at, now)]
    return [Phrase(_capital(_SENTENCES[absence.reason].format(week=week, post=post)))]


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


_SENTENCES = {
    AbsenceReason.NOT_STORED: "{week} is not stored yet: nobody has looked for its post.",
    AbsenceReason.NOT_READ: "{post} is published, but its sessions are not stored yet.",
    AbsenceReason.NO_SESSION: "{post} has no sessions.",
    AbsenceReason.UNDATED: "{post} names no day for its sessions.",
    AbsenceReason.NOTHING_ON_DAY: "{post} has nothing on this day.",
}
_WHY = {
    LookFailure.NO_ANSWER: "the site did not answer",
    LookFailure.INCOMPLETE: "the site did not list all of its posts",
    LookFailure.REFUSED: "the site refused the request",
    LookFailure.UNREADABLE: "the site's answer was not a list of posts",
}


def _phrase_look(looked_at: dt.datetime | None, now: dt.datetime) -> list[Phrase]:
    if looked_at is None:
        return [Phrase(", as of the last look.")]
    return [Phrase("; last looked "), Phrase(ago(looked_at, now), looked_at), Phrase(".")]


def _phrase_failure(absence: Absence, post: str, now: dt.datetime) -> list[Phrase]:
    failed_at = absence.failed_at or now
    why = _WHY[absence.failure or LookFailure.NO_ANSWER]
    failed = [
        Phrase(f"Could not look for {post} "),
        Phrase(ago(failed_at, now), failed_at),
        Phrase(f": {why}."),
    ]
    if absence.looked_at is None:
        return [*failed, Phrase(" Every look for it so far has failed.")]
    return [
        *failed,
        Phrase(" It was not published at the last look that succeeded, "),
        Phrase(ago(absence.looked_at, now), absence.looked_at),
        Phrase("."),
    ]
