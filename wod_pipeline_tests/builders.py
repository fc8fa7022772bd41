"""The posts, weeks and records that tests start from: every one of them is made here.

`raw_post` makes a post of the lines a coach would write; `parsed_post`, `week_records`, `record_of`, `segments_of`
and `exercise_of` are what the parser makes of such lines. Only `week_of_words` makes records by hand: what a store
keeps must not change with the parser, and needs numbers and keys that no post leads to.
"""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Collection, Iterable
from typing import Any, TypeVar

import msgspec

from wod_pipeline import parser_version
from wod_pipeline.parsing import parse_post, week_of
from wod_pipeline.program import (
    WEEKDAYS,
    Block,
    Exercise,
    Line,
    Load,
    Outcome,
    ParsedPost,
    Part,
    PostStamp,
    Range,
    RawPost,
    Rendered,
    Segment,
    SessionRecord,
    Weekly,
    WeekRecords,
)
from wod_pipeline.records import records_of
from wod_pipeline.weeks import DAY, WEEK, sunday_of

PostT = TypeVar("PostT")

MONDAY = dt.date(2026, 3, 2)
"""The week of a post, unless told otherwise."""
STORED_MONDAY = dt.date(2021, 3, 1)
"""The week of `plain_week` and `week_of_words`, unless told otherwise."""

# --------------------------------------------------------------------------------------------------- posts
SMALL_WEEK = "<br />\n".join(  # noqa: FLY002
    (
        "<p><strong>Monday</strong>",
        "A.",
        "Every 2 minutes, for 10 minutes (5 sets):",
        '<a href="https://example.com/videos/snatch">Snatch</a> x 2 reps @ 70% of 1-RM Snatch',
        "<strong>Wednesday (Rest Day)</strong>",
        "<strong>Friday</strong>",
        "A.",
        "Three sets of:",
        "Back Squat x 5 reps @ 75%",
        "Rest 2 minutes</p>\n",
    )
)
"""Two training days and a rest day, as HTML."""


def raw_post(
    *lines: str, monday: dt.date = MONDAY, number: int = 1, program: str = "Gym Plan", **fields: Any
) -> RawPost:
    """A post for the week of `monday` with a paragraph for each line, or with `SMALL_WEEK` when there are none.

    `fields` replace those of the post; `title` and `content` may be HTML text.
    """
    sunday, evening = sunday_of(monday), f"{monday - DAY}T17:00:00"
    given = {
        name: Rendered(value) if name in {"title", "content"} and isinstance(value, str) else value
        for name, value in fields.items()
    }
    post = RawPost(
        id=number,
        date=evening,
        date_gmt=f"{monday}T01:00:00",
        modified=evening,
        modified_gmt=f"{monday}T01:00:00",
        slug=slug_of(monday, program),
        link=f"https://coach.example/{number}/",
        title=Rendered(f"{_long(monday)} - {_long(sunday)} {program}"),
        content=Rendered(paragraphs(lines) or SMALL_WEEK),
    )
    return msgspec.structs.replace(post, **given)


def paragraphs(lines: Iterable[str]) -> str:
    """The lines as HTML, a paragraph each."""
    return "".join(f"<p>{html.escape(line)}</p>\n" for line in lines)


def slug_of(monday: dt.date, program: str) -> str:
    """The slug WordPress would make of a post's title."""
    title = f"{_long(monday)} {_long(sunday_of(monday))} {program}"
    return title.lower().replace(",", "").replace(" ", "-")


def _long(day: dt.date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def edited(post: RawPost, old: str, new: str) -> RawPost:
    """The post after the coach changed some words, a day later."""
    content = Rendered(post.content.rendered.replace(old, new))
    assert content != post.content, f"{old!r} is not in the post"
    modified = dt.datetime.fromisoformat(post.modified_gmt) + DAY
    return msgspec.structs.replace(post, content=content, modified_gmt=modified.isoformat())


def weekly(
    *posts: PostT, week: dt.date = MONDAY, gone: Collection[int] = (), moved: Collection[int] = ()
) -> Weekly[PostT]:
    """The week with these posts at any stage: not published when there are none."""
    outcome = Outcome.PUBLISHED if posts else Outcome.NOT_PUBLISHED
    return Weekly(week, outcome, list(posts), gone=list(gone), moved=list(moved))


# -------------------------------------------------------------------------------------- what the parser makes
def parsed_weekly(*posts: ParsedPost, **fields: Any) -> Weekly[ParsedPost]:
    """The week as `weekly` has it, parsed by this program."""
    return msgspec.structs.replace(weekly(*posts, **fields), parser=parser_version.PARSER_VERSION)


def parsed_post(*lines: str, **fields: Any) -> ParsedPost:
    """What the parser makes of `raw_post` with these lines and fields."""
    return parse_post(raw_post(*lines, **fields))


def week_records(*posts: RawPost) -> WeekRecords:
    """The records of the posts, which are all for one week."""
    (week,) = {week_of(post) for post in posts}
    return records_of(parsed_weekly(*map(parse_post, posts), week=week))


def weeks_of(posts: Iterable[RawPost]) -> list[WeekRecords]:
    """The records of each post, posts without a week left out."""
    parsed = [parse_post(post) for post in posts]
    return [records_of(parsed_weekly(post, week=post.week)) for post in parsed if post.week]


def not_published(week: dt.date = STORED_MONDAY, moved: Collection[int] = ()) -> WeekRecords:
    """The records of a week without a post."""
    return records_of(parsed_weekly(week=week, moved=moved))


def record_of(*lines: str, **fields: Any) -> SessionRecord:
    """The one session of a Monday with these lines."""
    (record,) = week_records(raw_post("Monday", *lines, **fields)).records
    return record


def segments_of(*lines: str) -> list[Segment]:
    """The segments of these lines."""
    return record_of(*lines).segments


def exercise_of(*lines: str) -> tuple[Block, Exercise]:
    """The first exercise of these lines, with its block."""
    block = next(block for segment in segments_of(*lines) for block in segment.blocks)
    return block, block.exercises[0]


PLAIN_DAY = ("A.", "5 sets of:", "Back Squat x 3 reps @ 70%")


def plain_week(
    week: dt.date = STORED_MONDAY, days: Collection[int] = (0, 1, 2, 4, 5), notes: Collection[str] = ()
) -> WeekRecords:
    """A week of one post, 7 of the program ``strength``: five sets of three squats on each of the days.

    The notes stand below the last day.
    """
    lines = [line for day in days for line in (f"{week + day * DAY:%A}", *PLAIN_DAY)]
    return week_records(raw_post(*lines, *notes, monday=week, number=7, program="Strength"))


def weeks_before(week: dt.date, n: int) -> list[WeekRecords]:
    """The `n` plain weeks before, in order."""
    return [plain_week(week - back * WEEK) for back in range(n, 0, -1)]


def with_session(week: WeekRecords, nth: int, **changes: Any) -> WeekRecords:
    """The week with its nth session changed."""
    records = list(week.records)
    records[nth] = msgspec.structs.replace(records[nth], **changes)
    return msgspec.structs.replace(week, records=records)


# ------------------------------------------------------------------------------------------ records by hand
STORED_POST = 4711


def week_of_words(
    *words: str,
    week: dt.date = STORED_MONDAY,
    post: int = STORED_POST,
    modified: str = "2021-02-28T18:00:00",
    moved: Collection[int] = (),
) -> WeekRecords:
    """A week of one post with a session for each word, from Monday on; no words: a post without sessions."""
    records = [
        session_of_word(word, n, week=week, post=post, modified=modified) for n, word in enumerate(words)
    ]
    stamp = PostStamp(post, "harbour-plan", modified, f"sha-of-{'-'.join(words)}")
    outcome = Outcome.PUBLISHED if words else Outcome.NO_SESSION
    return WeekRecords(week, outcome, [stamp], records, list(moved))


def merged(*weeks: WeekRecords) -> WeekRecords:
    """The posts of several values of one week in one value."""
    posts = [post for one in weeks for post in one.posts]
    records = sorted((r for one in weeks for r in one.records), key=lambda r: (r.date, r.session))
    return WeekRecords(weeks[0].week, Outcome.PUBLISHED, posts, records)


def session_of_word(
    word: str,
    n: int = 0,
    *,
    week: dt.date = STORED_MONDAY,
    post: int = STORED_POST,
    modified: str = "2021-02-28T18:00:00",
) -> SessionRecord:
    """The nth session of a post, about the word: the same whatever the other sessions are."""
    day, text = week + n % 7 * DAY, f"A. {word} 5 x 3 @ 72.5%"
    return SessionRecord(
        date=day,
        session=f"harbour-plan/{post}/{n:03}",
        week=week,
        program="harbour-plan",
        post_id=post,
        post_title="Harbour plan",
        post_url=f"https://coach.example/{post}",
        modified_gmt=modified,
        content_sha256="c0ffee",
        weekday=WEEKDAYS[day.weekday()],
        label=None,
        kind="training",
        texts={"warm_up": "Row easy for 5 minutes", "segment_a": text},
        segments=[_segment(word)],
        lines=[Line(n=4, text=text, role="movement", owner="/sessions/0/segments/0")],
    )


def _segment(word: str) -> Segment:
    exercise = Exercise(
        parts=[Part(raw=word, movement_id=None)],
        lines=(4, 4),
        reps=Range(min=3, max=3),
        distance_m=Range(min=30.48, max=30.48),
        load=Load(kind="percent", pct=Range(min=72.5, max=None)),
    )
    block = Block(scheme="sets", lines=(4, 4), exercises=[exercise], sets=Range(min=5, max=5))
    return Segment(label="A", kind="main", lines=(4, 4), blocks=[block])
