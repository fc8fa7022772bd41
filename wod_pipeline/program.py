"""The data model: what a post is at each stage, and the structured ParsedPost it becomes.

Here live plain values and their JSON form, nothing that reads, parses, stores or renders. A value that crosses
an asset boundary is defined here. The shapes from `ParsedPost` down follow the published contract of a parsed
post (`parsing/week.schema.json`, version 1.0): a field without a default is always written, one with a default
is left out while it is absent, and absent means null.

Stages, each a value per post, gathered per training week by `Weekly`::

    RawPost → PlainPost → OutlinedPost → ParsedPost → SessionRecord

Nodes below a session are many and form trees, never cycles: they are left out of garbage collection (`gc=False`),
which would otherwise walk them again and again. Leaves, whose fields are all immutable, are frozen: the parser
caches what it reads per line, so the results for several posts share them.

JSON is canonical (`encode`): keys sorted, UTF-8, one newline at the end; equal values are equal bytes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated, Any, Generic, Literal, TypeVar

import msgspec
from msgspec import Struct

from wod_pipeline.bounded_json import decode_json
from wod_pipeline.bounds import PostId
from wod_pipeline.date_habits import DateHabits
from wod_pipeline.post_times import time_of, utc_of
from wod_pipeline.removals import RemovedPost

SCHEMA_VERSION = "2.0"

Number = int | float
LAST_LINE = 20_000
"""The largest number of a line: a post is read to `LINES_READ`, an older version read further."""
_LineNumber = Annotated[int, msgspec.Meta(ge=0, le=LAST_LINE)]
Span = tuple[_LineNumber, _LineNumber]
"""First and last line number of a node, inclusive."""

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

SessionKind = Literal["training", "rest", "optional", "test"]
SegmentKind = Literal["warm_up", "main", "accessory", "conditioning", "optional", "cool_down", "other"]
Scheme = Literal["every", "sets", "rounds", "amrap", "for_time", "tabata", "build_to_max", "free"]
Role = Literal["heading", "label", "scheme", "movement", "set_row", "rest", "connector", "note"]
NoteKind = Literal["load", "scale", "score", "schedule", "cue", "program"]
LoadKind = Literal["percent", "absolute", "bodyweight", "relative_past", "rpe", "empty_bar", "described"]
RefSource = Literal["explicit", "inherited", "inferred", "ambiguous"]
Side = Literal["leg", "arm", "side"]
MaxOf = Literal["reps", "calories", "distance", "time"]
PausePlace = Literal[
    "below_knee", "knee", "mid_thigh", "hip", "dip", "catch", "bottom", "top", "overhead", "other"
]
DatesBasis = Literal["title", "slug", "headings", "published", "none"]
Confidence = Literal["exact", "repaired", "inferred", "unknown"]
Severity = Literal["info", "warn", "error"]


class Outcome(str, Enum):
    """What looking for a week's post found. *Could not look* is not here: it is an exception."""

    PUBLISHED = "published"
    """A post for the week exists (from `ParsedPost` on: and holds at least one session)."""
    NO_SESSION = "no_session"
    """A post for the week exists but holds no session: an announcement, an empty or a protected post."""
    NOT_PUBLISHED = "not_published"
    """The source was read completely and has no post for the week."""


# ------------------------------------------------------------------------------------------------ posts
class Rendered(Struct, omit_defaults=True, frozen=True):
    """A WordPress text field: HTML as rendered; `protected` when a password hides it."""

    rendered: str = ""
    protected: bool = False


class RawPost(Struct, omit_defaults=True, kw_only=True):
    """A post as received, cut to the fields asked for; `*_gmt` are UTC, other times site-local, all without zone."""

    id: PostId
    date: str = ""
    date_gmt: str = ""
    modified: str = ""
    modified_gmt: str = ""
    slug: str = ""
    link: str = ""
    title: Rendered = msgspec.field(default_factory=Rendered)
    content: Rendered = msgspec.field(default_factory=Rendered)
    categories: list[int] = []
    problems: list[str] = []
    """What was not as WordPress sends it; then `received` holds the post's JSON. Without an id, `id` is 0."""
    received: str = ""
    habits: DateHabits | None = None
    """The program's, where they are not the usual ones; the source sets them, a site does not send them."""

    @property
    def content_sha256(self) -> str:
        """SHA-256 of `content.rendered` as UTF-8, in hex."""
        return hashlib.sha256(self.content.rendered.encode("utf-8", "surrogatepass")).hexdigest()

    def was_published_within(self, first: dt.date, last: dt.date) -> bool:
        """Whether the post was published on a site-local day in `[first, last]`; also true without a valid day."""
        published = time_of(self.date)
        return published is None or first <= published.date() <= last

    def was_modified_since(self, since: dt.datetime) -> bool:
        """Whether the post was edited at `since` (UTC when without zone) or later; also true without a valid time."""
        modified = utc_of(self.modified_gmt)
        since = since if since.tzinfo else since.replace(tzinfo=dt.timezone.utc)
        return modified is None or modified >= since


class Source(Struct, omit_defaults=True, frozen=True):
    """Where a ParsedPost came from."""

    url: str
    post_id: PostId | None
    content_sha256: str
    modified_gmt: str
    slug: str = ""
    published: str = ""
    """Site-local time, as in the post's `date`."""


class Link(Struct, gc=False, frozen=True):
    """A link on a line: `[start, end)` in code points of the line's text."""

    start: int
    end: int
    href: str


class SourceLine(Struct, gc=False, omit_defaults=True, frozen=True):
    """One visible, non-empty line of a post, numbered from 0."""

    n: int
    text: str
    links: tuple[Link, ...] = ()
    struck: tuple[str, ...] = ()  # what the coach struck out of it, and the struck lines below it


class PlainPost(Struct, omit_defaults=True):
    """A post without markup: every visible line and every link, nothing interpreted."""

    source: Source
    title: str
    lines: list[SourceLine]
    protected: bool = False
    problems: list[str] = []
    habits: DateHabits | None = None
    unread: list[str] = []
    """What is beyond the bounds of reading, in words: ``15,000 more lines``."""


class Dates(Struct, frozen=True):
    """First and last day a post is meant for, where that was read, and how surely."""

    start: dt.date | None
    end: dt.date | None
    basis: DatesBasis
    confidence: Confidence


class Diagnostic(Struct, gc=False, omit_defaults=True, frozen=True):
    """Something a person should know about a line (`line` None: about the post as a whole)."""

    code: str
    severity: Severity
    line: int | None
    message: str = ""


class SessionOutline(Struct, omit_defaults=True, frozen=True):
    """A session before its contents are read: its heading, its date and the lines it spans."""

    date: dt.date | None
    weekday: Weekday | None
    label: str | None
    kind: SessionKind
    lines: Span
    ordinal: int | None = None
    heading_lines: tuple[int, ...] = ()


class OutlinedPost(Struct, omit_defaults=True):
    """A post cut into dated sessions. Lines outside every session are its preamble."""

    source: Source
    title: str
    program: str
    week: dt.date | None
    dates: Dates
    lines: list[SourceLine]
    sessions: list[SessionOutline]
    diagnostics: list[Diagnostic]
    protected: bool = False


# ------------------------------------------------------------------------------------------- prescription
class Range(Struct, gc=False, omit_defaults=True, frozen=True):
    """A quantity: `min == max` exact, `min` None at most, `max` None at least; `f` the women's value of a pair."""

    min: Number | None
    max: Number | None
    f: Number | None = None


class Rest(Struct, gc=False, omit_defaults=True, frozen=True):
    """A rest: seconds, or said in words."""

    s: Range | None = None
    qual: Literal["as_needed", "equal_to_work"] | None = None


class Note(Struct, gc=False, frozen=True):
    """Free text kept as text: the lines hold the words."""

    kind: NoteKind
    lines: Span


class Reference(Struct, gc=False, omit_defaults=True, frozen=True):
    """What a percent is of: an `rm`-repetition maximum of a movement, and how that was decided."""

    movement_id: str | None
    rm: int
    source: RefSource
    candidates: tuple[str, ...] = ()


class AbsoluteLoad(Struct, gc=False, omit_defaults=True, frozen=True):
    """A weight as written; `unit` None when the post names none."""

    unit: Literal["kg", "lb", "pood"] | None
    min: Number | None
    max: Number | None
    f: Number | None = None


class Load(Struct, gc=False, omit_defaults=True, frozen=True):
    """How heavy: exactly one kind, with the fields that kind uses."""

    kind: LoadKind
    pct: Range | None = None
    ref: Reference | None = None
    abs: AbsoluteLoad | None = None
    past: str | None = None
    delta_pct: Range | None = None
    rpe: Range | None = None
    word: Literal["light", "moderate", "heavy"] | None = None
    ramp: bool = False


class Pause(Struct, gc=False, omit_defaults=True, frozen=True):
    """A pause within a movement: how long, and where."""

    s: Range | None = None
    at: PausePlace | None = None


class Part(Struct, gc=False, omit_defaults=True, frozen=True):
    """One movement of an exercise; `reps` counts it within one rep of a complex."""

    raw: str
    movement_id: str | None
    reps: int | None = None
    pause: Pause | None = None
    video_url: str | None = None


class SetRow(Struct, gc=False, omit_defaults=True, frozen=True, rename={"first": "from", "last": "to"}):
    """What sets `first` to `last` of an exercise prescribe, where they differ."""

    first: int
    last: int
    lines: Span
    reps: Range | None = None
    load: Load | None = None
    part_reps: tuple[int, ...] = ()


class Exercise(Struct, gc=False, omit_defaults=True):
    """One movement, or a complex of several done as one rep, with its quantity and load."""

    parts: list[Part]
    lines: Span
    reps: Range | None = None
    rep_scheme: list[int] = []
    max_of: MaxOf | None = None
    duration_s: Range | None = None
    distance_m: Range | None = None
    calories: Range | None = None
    per_side: Side | None = None
    load: Load | None = None
    tempo: str | None = None
    slot: int | None = None
    height_cm: Range | None = None
    rest: Rest | None = None
    set_rows: list[SetRow] = []
    choice: int | None = None
    notes: list[Note] = []


class RmTarget(Struct, gc=False, frozen=True):
    """What a block builds to: an N-rep maximum, or a heavy set of N."""

    reps: int
    kind: Literal["rm", "heavy"]


class Block(Struct, gc=False, omit_defaults=True):
    """Exercises done under one scheme; a `variant` other than `rx` is another version of the work beside it."""

    scheme: Scheme
    lines: Span
    exercises: list[Exercise]
    start_s: int | None = None
    rest_before_s: int | None = None
    interval_s: int | None = None
    duration_s: int | None = None
    cap_s: int | None = None
    variant: str | None = None
    sets: Range | None = None
    rm_target: RmTarget | None = None
    rest: Rest | None = None
    notes: list[Note] = []

    @property
    def is_other_version(self) -> bool:
        """Whether its work is done instead of other work of the session, never beside it: the scaled version."""
        return self.variant not in {None, "rx"}


class Segment(Struct, gc=False, omit_defaults=True):
    """A lettered or titled part of a session."""

    label: str | None
    kind: SegmentKind
    lines: Span
    blocks: list[Block]
    title: str | None = None
    pair_of: str | None = None
    notes: list[Note] = []


def walk_exercises(segments: Iterable[Segment]) -> Iterator[tuple[Segment, Block, Exercise]]:
    """Every exercise with its segment and block, in reading order."""
    for segment in segments:
        for block in segment.blocks:
            for exercise in block.exercises:
                yield segment, block, exercise


class Session(Struct, omit_defaults=True):
    """One training session (or rest day) of a week."""

    date: dt.date | None
    weekday: Weekday | None
    label: str | None
    kind: SessionKind
    lines: Span
    segments: list[Segment]
    ordinal: int | None = None
    notes: list[Note] = []


class Line(Struct, gc=False, omit_defaults=True, frozen=True):
    """A source line with what it does and the one node that owns it (a JSON pointer into the ParsedPost)."""

    n: int
    text: str
    role: Role
    owner: str
    links: tuple[Link, ...] = ()
    struck: tuple[str, ...] = ()


class ParsedPost(Struct, kw_only=True):
    """One post, parsed completely."""

    schema_version: str = SCHEMA_VERSION
    week: dt.date | None
    program: str
    source: Source
    title: str
    dates: Dates
    lines: list[Line]
    preamble: list[Note]
    sessions: list[Session]
    diagnostics: list[Diagnostic]


# ------------------------------------------------------------------------------------- values per partition
PostT = TypeVar("PostT")
NextT = TypeVar("NextT")


class Weekly(Struct, Generic[PostT], omit_defaults=True):
    """All posts of one training week at one stage: the value of one partition of an asset."""

    week: dt.date
    outcome: Outcome
    posts: list[PostT]
    gone: list[PostId] = []
    """Ids of posts kept here although the source no longer lists them."""
    moved: list[PostId] = []
    """Ids of posts that were in this week and now belong to another."""
    without_id: list[RawPost] = []
    """Posts that cannot be stored under an id; no later stage reads them."""
    gone_since: list[tuple[PostId, dt.datetime]] = []
    """Each post in `gone` and when it was first seen to be absent."""
    moved_to: list[tuple[PostId, dt.date]] = []
    """Posts in `moved` and the week they belong to now, where that is known."""
    removed: list[RemovedPost] = []
    """Posts that are gone and no longer in `posts`: another one replaced them, or a person dropped them."""
    parser: int = 0
    """The oldest version of the parser (`parser_version`) that had a part in `posts`; 0: none, or not known."""

    def with_posts(self, posts: list[NextT], parser: int = 0) -> Weekly[NextT]:
        """The same week, its posts made one stage further by that version of the parser."""
        absent = (self.gone, self.moved, self.without_id, self.gone_since, self.moved_to, self.removed)
        return Weekly(self.week, self.outcome, posts, *absent, parser)


class PostStamp(Struct, frozen=True):
    """Which revision of which post a week's records were made from; `parser` is as in `Weekly`."""

    post_id: PostId
    program: str
    modified_gmt: str
    content_sha256: str
    heading_sha256: str = ""
    """Digest of title, slug and date; empty where an older version stored the week."""
    parser: int = 0


class SessionRecord(Struct, omit_defaults=True, kw_only=True):
    """One session, self-contained: what the table holds and what an athlete is shown.

    `session` is unique within a date: ``program/post_id/n``; `parser` is as in `Weekly`. `texts` holds each
    segment as plain text under ``warm_up``, …; `lines` only this session's lines, numbered as in the post, their
    owners relative to the record; `preamble` what the post says before its first session.
    """

    schema_version: str = SCHEMA_VERSION
    date: dt.date | None
    session: str
    week: dt.date
    program: str
    post_id: PostId
    post_title: str
    post_url: str
    modified_gmt: str
    content_sha256: str
    parser: int = 0
    weekday: Weekday | None
    label: str | None
    kind: SessionKind
    ordinal: int | None = None
    texts: dict[str, str] = {}
    preamble: list[Line] = []
    notes: list[Note] = []
    segments: list[Segment] = []
    lines: list[Line] = []
    diagnostics: list[Diagnostic] = []


class WeekRecords(Struct, omit_defaults=True):
    """Every session record of one week, with the outcome and the posts they were made from."""

    week: dt.date
    outcome: Outcome
    posts: list[PostStamp]
    records: list[SessionRecord]
    withdrawn: list[PostId] = []
    """Ids of posts whose sessions leave the week on purpose: dated for another week now, replaced or dropped."""


@dataclass(frozen=True)
class StoredWeek:
    """A stored week without its records: their `digest` is equal exactly when they are; `version` counts writes."""

    week: dt.date
    outcome: Outcome
    posts: tuple[PostStamp, ...]
    sessions: int
    version: int = field(default=0, compare=False)
    digest: str = field(default="", compare=False)


# ------------------------------------------------------------------------------------------------- JSON
T = TypeVar("T")
for _shape in (WeekRecords, Weekly[RawPost], Weekly[PlainPost], Weekly[OutlinedPost], Weekly[ParsedPost]):
    # msgspec learns a type when it is first decoded, and crashes the process when two threads do that at once.
    msgspec.json.Decoder(_shape)


def encode(value: Any) -> bytes:
    """Canonical JSON of a model value: keys sorted, UTF-8, one newline at the end."""
    return msgspec.json.encode(value, order="sorted") + b"\n"


def decode(data: bytes, type_: type[T]) -> T:
    """Read `type_` from JSON. Raises `msgspec.MsgspecError`, naming the path when the shape is wrong."""
    return decode_json(data, type_)


def sha256_of(value: Any) -> str:
    """SHA-256 of the canonical JSON, in hex: equal exactly when the values are."""
    return hashlib.sha256(encode(value)).hexdigest()
