"""Values for the storage tests: weeks of session records in our own words, as small as can be."""

from __future__ import annotations

import datetime as dt

from wod_pipeline.program import (
    Block,
    Exercise,
    Line,
    Load,
    Outcome,
    Part,
    PostStamp,
    Range,
    Segment,
    SessionRecord,
    WeekRecords,
)

MONDAY = dt.date(2021, 3, 1)
POST = 4711
PROGRAM = "harbour-plan"


def week_of(
    *words: str,
    week: dt.date = MONDAY,
    post: int = POST,
    modified: str = "2021-02-28T18:00:00",
    moved: list[int] | None = None,
) -> WeekRecords:
    """A week of one post with a session a word, from Monday on; no words: a post without sessions."""
    records = [session(word, n, week, post, modified) for n, word in enumerate(words)]
    stamp = PostStamp(post, PROGRAM, modified, f"sha-of-{'-'.join(words)}")
    outcome = Outcome.PUBLISHED if words else Outcome.NO_SESSION
    return WeekRecords(week, outcome, [stamp], records, moved or [])


def together(*weeks: WeekRecords) -> WeekRecords:
    """The posts of several values of one week in one value."""
    posts = [post for one in weeks for post in one.posts]
    records = sorted((r for one in weeks for r in one.records), key=lambda r: (r.date, r.session))
    return WeekRecords(weeks[0].week, Outcome.PUBLISHED, posts, records)


def not_published(week: dt.date = MONDAY, moved: list[int] | None = None) -> WeekRecords:
    return WeekRecords(week, Outcome.NOT_PUBLISHED, [], [], moved or [])


def session(
    word: str, n: int = 0, week: dt.date = MONDAY, post: int = POST, modified: str = "2021-02-28T18:00:00"
) -> SessionRecord:
    day = week + dt.timedelta(days=n % 7)
    return SessionRecord(
        date=day,
        session=f"{PROGRAM}/{post}/{n:03}",
        week=week,
        program=PROGRAM,
        post_id=post,
        post_title="Harbour plan",
        post_url=f"https://coach.example/{post}",
        modified_gmt=modified,
        content_sha256="c0ffee",
        weekday=("mon", "tue", "wed", "thu", "fri", "sat", "sun")[day.weekday()],
        label=None,
        kind="training",
        texts={"warm_up": "Row easy for 5 minutes", "segment_a": f"A. {word} 5 x 3 @ 72.5%"},
        segments=[segment(word)],
        lines=[Line(n=4, text=f"A. {word} 5 x 3 @ 72.5%", role="movement", owner="/sessions/0/segments/0")],
    )


def segment(word: str) -> Segment:
    load = Load(kind="percent", pct=Range(min=72.5, max=None))
    exercise = Exercise(
        parts=[Part(raw=word, movement_id=None)],
        lines=(4, 4),
        reps=Range(min=3, max=3),
        distance_m=Range(min=30.48, max=30.48),
        load=load,
    )
    block = Block(scheme="sets", lines=(4, 4), exercises=[exercise], sets=Range(min=5, max=5))
    return Segment(label="A", kind="main", lines=(4, 4), blocks=[block])
