"""Sessions from lines as a coach writes them, through the real parser: what the readers' tests start from."""

from __future__ import annotations

import datetime as dt
import html

from wod_pipeline.parsing import parse_post
from wod_pipeline.program import (
    Block,
    Exercise,
    Outcome,
    RawPost,
    Rendered,
    SessionRecord,
    Weekly,
    WeekRecords,
)
from wod_pipeline.records import records_of

MONDAY = dt.date(2026, 3, 2)


def post_of(*lines: str, monday: dt.date = MONDAY, number: int = 7, modified: str = "") -> RawPost:
    """A post for the week of `monday` whose content is these lines, each a paragraph of plain text."""
    return raw_post("".join(f"<p>{html.escape(line)}</p>\n" for line in lines), monday, number, modified)


def raw_post(content: str, monday: dt.date = MONDAY, number: int = 7, modified: str = "") -> RawPost:
    """A post for the week of `monday` with this HTML."""
    sunday, before = monday + dt.timedelta(days=6), monday - dt.timedelta(days=1)
    days = f"{monday:%B} {monday.day}, {monday.year} - {sunday:%B} {sunday.day}, {sunday.year}"
    return RawPost(
        id=number,
        date=f"{before}T17:00:00",
        date_gmt=f"{monday}T01:00:00",
        modified=modified or f"{before}T17:00:00",
        modified_gmt=modified or f"{monday}T01:00:00",
        slug="gym-plan",
        link=f"https://gym.example.com/{number}/",
        title=Rendered(f"{days} Gym Plan"),
        content=Rendered(content),
    )


def week_of(post: RawPost) -> WeekRecords:
    """The week's records that a post becomes."""
    week = parse_post(post)
    assert week.week is not None
    return records_of(Weekly(week.week, Outcome.PUBLISHED, [week]))


def record_of(*lines: str) -> SessionRecord:
    """The one session of a Monday with these lines."""
    (record,) = week_of(post_of("Monday", *lines)).records
    return record


def exercise_of(*lines: str) -> tuple[Block, Exercise]:
    """The first exercise of these lines, with its block."""
    block = next(block for segment in record_of(*lines).segments for block in segment.blocks)
    return block, block.exercises[0]
