"""The state of each week, judged from what is stored, and why a week or a day has no session. Pure.

A week is judged by its outcome and by whether the session table holds what was fetched, not by whether a run
succeeded. What is absent is explained from the looks at the site too: *not published*, *could not look* and *nobody
has looked* are three different things.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from operator import itemgetter
from types import MappingProxyType

from msgspec import Struct

from wod_pipeline.errors import SourceError, SourceIncomplete, SourceMalformed, SourceRefused
from wod_pipeline.program import Outcome, PostStamp, RawPost, StoredWeek, Weekly, WeekRecords
from wod_pipeline.quality import MALFORMED, malformed_posts, unsound
from wod_pipeline.weeks import WEEK, monday_of
from wod_pipeline.wording import ago, plural, short_day


class WeekState(str, Enum):
    """The state of a week, in the words of `wod status`."""

    STORED = "stored"
    FLAGGED = "flagged"
    """Stored, with remarks a person should look at."""
    NO_SESSION = "no session"
    NOT_PUBLISHED = "not published"
    FAILED = "failed"
    """The table does not hold what was fetched: a run stopped before its end."""
    CORRUPT = "corrupt"
    """What is stored of the week cannot be read back; running it again makes it anew."""
    MISSING = "missing"
    """Never fetched."""


_STATES = {
    Outcome.PUBLISHED: WeekState.STORED,
    Outcome.NO_SESSION: WeekState.NO_SESSION,
    Outcome.NOT_PUBLISHED: WeekState.NOT_PUBLISHED,
}


class WeekStatus(Struct):
    """One week: its state, how many sessions are stored, the ids of its posts, and remarks for a person."""

    week: dt.date
    state: WeekState
    sessions: int
    posts: list[int]
    remarks: list[str]


def status_of(
    weeks: Iterable[dt.date],
    fetched: Mapping[dt.date, Weekly[RawPost]],
    stored: Mapping[dt.date, WeekRecords],
    corrupt: Mapping[dt.date, Sequence[str]] = MappingProxyType({}),
) -> list[WeekStatus]:
    """Judge each week, newest first, from what was fetched and what the table holds of it.

    `corrupt` says of a week what could not be read back.
    """
    return [
        _judge(week, fetched.get(week), stored.get(week), corrupt.get(week, ()))
        for week in sorted(weeks, reverse=True)
    ]


def _judge(
    week: dt.date, raw: Weekly[RawPost] | None, records: WeekRecords | None, corrupt: Sequence[str]
) -> WeekStatus:
    state = WeekState.CORRUPT if corrupt else _state(raw, records)
    failure = [_why_failed(raw, records)] if raw and state is WeekState.FAILED else []
    remarks = [*corrupt, *failure, *_remarks_on_posts(raw), *_remarks_on_records(records)]
    return WeekStatus(
        week=week,
        state=WeekState.FLAGGED if remarks and state is WeekState.STORED else state,
        sessions=len(records.records) if records else 0,
        posts=[post.id for post in raw.posts] if raw else [],
        remarks=remarks,
    )


def needs_run(raw: Weekly[RawPost] | None, stored: WeekRecords | StoredWeek | None) -> bool:
    """Whether the week has no stored sessions, or not those of its posts as last fetched: it may gain from a run."""
    return _state(raw, stored) is not WeekState.STORED


def _state(raw: Weekly[RawPost] | None, stored: WeekRecords | StoredWeek | None) -> WeekState:
    """The state of a week, remarks left aside."""
    if raw is None and stored is None:
        return WeekState.MISSING
    if stored is None or (raw is not None and not made_from(stored.posts, raw)):
        return WeekState.FAILED
    return _STATES[stored.outcome]


def made_from(stamps: Iterable[PostStamp], raw: Weekly[RawPost]) -> bool:
    """Whether records with these stamps were made from exactly the posts last fetched."""
    return {(stamp.post_id, stamp.content_sha256) for stamp in stamps} == {
        (p.id, p.content_sha256) for p in raw.posts
    }


def _why_failed(raw: Weekly[RawPost], stored: WeekRecords | None) -> str:
    """Why the table does not hold the posts as fetched: the table's own rules, tried again on what they parse to."""
    # Imported here, since most readers of this module need no parser.
    from wod_pipeline.parsing import parse_post
    from wod_pipeline.records import records_of

    fetched = records_of(raw.with_posts([parse_post(post) for post in raw.posts]))
    if reason := unsound(fetched):
        return f"not stored: {reason}"
    newest = {stamp.post_id: stamp.modified_gmt for stamp in stored.posts} if stored else {}
    older = [post.id for post in raw.posts if "" < post.modified_gmt < newest.get(post.id, "")]
    if older:
        return f"not stored: a newer revision of {_posts(older)} is"
    if stored and stored.records and not fetched.records:
        return (
            f"not stored: the posts as fetched hold no session, so the stored ones are kept; if they should go: "
            f"wod materialize --week {raw.week} --allow-empty"
        )
    return f"a run stopped before its end: wod materialize --week {raw.week}"


def _remarks_on_posts(raw: Weekly[RawPost] | None) -> list[str]:
    if raw is None:
        return []
    protected = [post.id for post in raw.posts if post.content.protected]
    remarks = ((raw.gone, "no longer on the site"), (protected, "password-protected"))
    malformed = [f"{name} was sent damaged: {problems}" for name, problems in malformed_posts(raw)]
    return [*(f"{_posts(ids)} {words}" for ids, words in remarks if ids), *malformed]


def _posts(ids: Sequence[int]) -> str:
    """``post 7``, ``posts 7, 8``."""
    return f"{plural(len(ids), 'post')} {', '.join(map(str, ids))}"


def _remarks_on_records(records: WeekRecords | None) -> list[str]:
    """Every different warning of the parser, in reading order."""
    if records is None:
        return []
    found = (d for record in records.records for d in record.diagnostics)
    # Malformed posts are named by `_remarks_on_posts`, with those that have no session.
    warnings = (d.message or d.code for d in found if d.severity != "info" and d.code != MALFORMED)
    return list(dict.fromkeys(warnings))


# --------------------------------------------------------------------------------------------------- looks
class LookFailure(str, Enum):
    """Why the site could not be read: as much of it as anybody may know."""

    NO_ANSWER = "no_answer"
    INCOMPLETE = "incomplete"
    REFUSED = "refused"
    UNREADABLE = "unreadable"


_FAILURES: dict[type[SourceError], LookFailure] = {
    SourceIncomplete: LookFailure.INCOMPLETE,
    SourceRefused: LookFailure.REFUSED,
    SourceMalformed: LookFailure.UNREADABLE,
}


def failure_of(error: SourceError) -> LookFailure:
    """The kind of an error, without its text, which may name hosts and addresses."""
    return _FAILURES.get(type(error), LookFailure.NO_ANSWER)


class Look(Struct, frozen=True, omit_defaults=True):
    """When the site was last read with success, and when and why it last could not be read."""

    read_at: dt.datetime | None = None
    failed_at: dt.datetime | None = None
    failure: LookFailure | None = None

    @property
    def is_failing(self) -> bool:
        """Whether the newest look failed."""
        return self.failed_at is not None and (self.read_at is None or self.failed_at > self.read_at)


def newest_look(looks: Iterable[Look]) -> Look:
    """The newest success and the newest failure of several looks."""
    known = list(looks)
    read_at = max((look.read_at for look in known if look.read_at), default=None)
    failures = [(look.failed_at, look.failure) for look in known if look.failed_at]
    failed_at, failure = max(failures, key=itemgetter(0), default=(None, None))
    return Look(read_at, failed_at, failure)


class SiteLook(Struct, frozen=True, omit_defaults=True):
    """The newest look for new and edited posts of any week."""

    look: Look = Look()
    reads_from: dt.datetime | None = None
    """Every post published or edited from this moment on has been seen, or is by the next look with success."""
    found: dict[dt.date, dt.datetime] = {}
    """Weeks whose post was found but is not stored yet, and when it was found."""


class Looks(Struct, frozen=True, omit_defaults=True):
    """What is known of the looks at the site: those for new posts, and the last one at each week by itself.

    `weeks` holds only weeks without a post when last looked, and those that could not be looked at.
    """

    site: SiteLook = SiteLook()
    weeks: dict[dt.date, Look] = {}


# ------------------------------------------------------------------------------------------------ absences
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
        said = f"The site has no post for {week}" if is_over else f"{_capital(post)} is not published yet"
        return [Phrase(said), *_phrase_look(absence.looked_at, now)]
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
