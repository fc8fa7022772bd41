"""Reading the coach's notation: a post's HTML becomes a structured ParsedPost. Pure, and never raises on any input.

Three stages, each a value another stage can be run from::

    RawPost --read_post--> PlainPost --outline_post--> OutlinedPost --structure_post--> ParsedPost

One module a concern, named for the section of the notation (docs/notation.md) it reads:
`_html`, `_effects`, `_builder_tags`, `_layout` and `_extent` §1, `_text` §1.6, `_owners` §2, `_dates` §3,
`_outline` §4, `_segments` §5, `_schemes`, `_counted`, `_every`, `_building`, `_behind`, `_times`, `_connectors`,
`_open_places` and `_blocks` §6, `_continuations` §7, `_references` and `_note_loads` §8, `_notes` §10,
`_diagnostics`, `_contradictions` and `_unread` §11; the words within a line, §7 to §9, in `grammar`. No Dagster, no
network, no storage here.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator

from wod_pipeline.date_habits import US_WEEKLY
from wod_pipeline.parsing._dates import UNDATED_WEEK, date_post, published_day
from wod_pipeline.parsing._explain import explain_line
from wod_pipeline.parsing._extent import within_bounds
from wod_pipeline.parsing._html import read_text
from wod_pipeline.parsing._layout import read_lines
from wod_pipeline.parsing._outline import headings_of, outline_post
from wod_pipeline.parsing._references import NO_OVERRIDES, Policy
from wod_pipeline.parsing._structure import structure_post
from wod_pipeline.program import ParsedPost, PlainPost, RawPost, Source
from wod_pipeline.removals import RemovedPost
from wod_pipeline.weeks import monday_of

__all__ = [
    "UNDATED_WEEK",
    "explain_line",
    "heading_digest",
    "heading_sha256",
    "is_of_week",
    "outline_post",
    "parse_post",
    "read_lines",
    "read_post",
    "removed_post",
    "structure_post",
    "week_of",
    "weeks_of",
]


def read_post(post: RawPost) -> PlainPost:
    """§1 The post without markup: every visible line and link within the bounds, the title as text."""
    lines, unread = within_bounds(read_lines(post.content.rendered))
    source = Source(
        url=post.link,
        post_id=post.id,
        content_sha256=post.content_sha256,
        modified_gmt=post.modified_gmt,
        slug=post.slug,
        published=post.date,
    )
    return PlainPost(
        source=source,
        title=read_text(post.title.rendered),
        lines=lines,
        protected=post.content.protected,
        problems=post.problems,
        habits=post.habits,
        unread=unread,
    )


def parse_post(post: RawPost, *, references: Policy = NO_OVERRIDES) -> ParsedPost:
    """The structured ParsedPost of a post: `read_post`, `outline_post`, `structure_post` in a row."""
    return structure_post(outline_post(read_post(post)), references=references)


def week_of(post: RawPost) -> dt.date:
    """The Monday of the training week a post belongs to, whether or not it is a programme.

    Title, slug and dated headings decide, else the publication. When not even that can be read: the day of the
    last modification, else `UNDATED_WEEK`.
    """
    source = Source(post.link, post.id, "", post.modified_gmt, post.slug, post.date)
    week = date_post(read_text(post.title.rendered), source, _headings(post), post.habits or US_WEEKLY).week
    if week is not None:
        return week
    day = published_day(Source("", None, "", post.modified_gmt, published=post.modified), post.date_gmt)
    return monday_of(day) if day else UNDATED_WEEK


def weeks_of(post: RawPost) -> tuple[dt.date, ...]:
    """The Mondays of the weeks a post belongs to: `week_of`, then every other that it has sessions in, in order."""
    outline = outline_post(read_post(post))
    first = outline.week or week_of(post)  # the same, unless not even the publication can be read
    dates = [session.date for session in outline.sessions if session.date]
    return (first, *sorted({monday_of(date) for date in dates} - {first}))


def is_of_week(post: RawPost, week: dt.date) -> bool:
    """Whether the post belongs to that week (its Monday)."""
    return week in weeks_of(post)


def removed_post(post: RawPost, gone_since: dt.datetime, *, replaced_by: int | None) -> RemovedPost:
    """What is kept with the week of a post that leaves it."""
    outline = outline_post(read_post(post))
    return RemovedPost(post.id, outline.program, outline.title, gone_since, replaced_by)


def heading_digest(title: str, slug: str, published: str) -> str:
    """SHA-256 of a post's title as text, its slug and its date, in hex: what decides its week beside its content."""
    return hashlib.sha256(f"{title}\n{slug}\n{published}".encode("utf-8", "surrogatepass")).hexdigest()


def heading_sha256(post: RawPost) -> str:
    """The digest of the post's title, slug and date, as the stamp of its records has it."""
    return heading_digest(read_text(post.title.rendered), post.slug, post.date)


def _headings(post: RawPost) -> Iterator[str]:
    """Day headings, read only when asked for: mostly the title says enough, and a body costs much more."""
    texts = [line.text for line in within_bounds(read_lines(post.content.rendered))[0]]
    yield from (texts[n] for n in headings_of(texts))
