"""From the parsed posts of a week to one self-contained record per session dated in it. Pure.

A record carries its own lines, texts, notes and diagnostics: a reader needs nothing but the record.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from itertools import count

import msgspec

from wod_pipeline.bounds import INTRODUCTION_LINES
from wod_pipeline.parser_version import made_from
from wod_pipeline.parsing import heading_digest
from wod_pipeline.program import (
    Diagnostic,
    Line,
    Outcome,
    ParsedPost,
    PostStamp,
    Segment,
    Session,
    SessionRecord,
    Span,
    Weekly,
    WeekRecords,
)
from wod_pipeline.weeks import monday_of


def records_of(weekly: Weekly[ParsedPost]) -> WeekRecords:
    """Every session of a week as records, in order of the posts and their sessions."""
    records = [record for post in weekly.posts for record in _records_of_post(weekly, post)]
    return WeekRecords(
        week=weekly.week,
        outcome=_outcome(weekly, records),
        posts=[_stamp(weekly, post) for post in weekly.posts],
        records=records,
        withdrawn=_withdrawn(weekly),
    )


def _withdrawn(weekly: Weekly[ParsedPost]) -> list[int]:
    """Ids of posts whose sessions leave the week on purpose."""
    return sorted({*weekly.moved, *(post.post_id for post in weekly.removed)})


def _outcome(weekly: Weekly[ParsedPost], records: list[SessionRecord]) -> Outcome:
    if weekly.outcome is Outcome.PUBLISHED and not records:
        return Outcome.NO_SESSION
    return weekly.outcome


def _stamp(weekly: Weekly[ParsedPost], post: ParsedPost) -> PostStamp:
    source = post.source
    return PostStamp(
        post_id=source.post_id or 0,
        program=post.program,
        modified_gmt=source.modified_gmt,
        content_sha256=source.content_sha256,
        heading_sha256=heading_digest(post.title, source.slug, source.published),
        parser=made_from(weekly),
    )


def _records_of_post(weekly: Weekly[ParsedPost], post: ParsedPost) -> Iterator[SessionRecord]:
    """The key `session` counts the sessions of a date within the post, so that an edit of another day keeps it."""
    of_date: Counter[dt.date | None] = Counter()
    preamble = _lines_of(post, (note.lines for note in post.preamble[: INTRODUCTION_LINES.most]), root="")
    for number, session in enumerate(post.sessions):
        of_date[session.date] += 1
        if (monday_of(session.date) if session.date else post.week) != weekly.week:
            continue  # it is in the records of another week, which has the post too
        lines = _lines_of(post, [session.lines], root=f"/sessions/{number}")
        yield SessionRecord(
            date=session.date,
            session=f"{post.program}/{post.source.post_id or 0}/{of_date[session.date]}",
            week=weekly.week,
            program=post.program,
            post_id=post.source.post_id or 0,
            post_title=post.title,
            post_url=post.source.url,
            modified_gmt=post.source.modified_gmt,
            content_sha256=post.source.content_sha256,
            parser=made_from(weekly),
            weekday=session.weekday,
            label=session.label,
            kind=session.kind,
            ordinal=session.ordinal,
            texts=_texts(session, lines),
            preamble=preamble,
            notes=session.notes,
            segments=session.segments,
            lines=lines,
            diagnostics=_diagnostics(post, session.lines),
        )


def _lines_of(post: ParsedPost, spans: Iterable[Span], root: str) -> list[Line]:
    """The post's lines within the spans, their owner pointers relative to the node at `root`."""
    return [
        msgspec.structs.replace(line, owner=line.owner.removeprefix(root))
        for first, last in spans
        for line in post.lines[first : last + 1]
    ]


def _texts(session: Session, lines: list[Line]) -> dict[str, str]:
    """Each segment as plain text by name, and the session's own notes as `session_notes`."""
    text_of = {line.n: line.text for line in lines}
    texts: dict[str, str] = {}
    used: Counter[str] = Counter()
    if session.notes:
        texts["session_notes"] = _join_lines(text_of, (note.lines for note in session.notes))
    for segment in session.segments:
        texts[_unused_name(_segment_name(segment), texts, used)] = _join_lines(text_of, [segment.lines])
    return texts


def _join_lines(text_of: dict[int, str], spans: Iterable[Span]) -> str:
    return "\n".join(text_of[n] for first, last in spans for n in range(first, last + 1) if n in text_of)


def _segment_name(segment: Segment) -> str:
    """`segment_a` for a labelled segment, otherwise its kind: `warm_up`, `cool_down`, …"""
    if segment.label is None:
        return segment.kind
    return "segment_" + re.sub(r"[^a-z0-9]+", "_", segment.label.lower()).strip("_")


def _unused_name(name: str, taken: Collection[str], used: Counter[str]) -> str:
    """The name, numbered from 2 on when it is taken; `used` keeps the last number of each name."""
    if name not in taken:
        return name
    number = next(n for n in count(max(used[name] + 1, 2)) if f"{name}_{n}" not in taken)
    used[name] = number
    return f"{name}_{number}"


def _diagnostics(post: ParsedPost, span: Span) -> list[Diagnostic]:
    """The diagnostics of these lines and of the post as a whole."""
    first, last = span
    return [d for d in post.diagnostics if d.line is None or first <= d.line <= last]
