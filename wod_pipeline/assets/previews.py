"""What the UI shows of a week at each stage: counts, links, diagnostics as a table, the sessions as Markdown.

Each `of_…` takes one week's value and returns its metadata. Posts are untrusted: their text reaches the UI only
through `rendering`, which escapes it, or as plain text.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import dagster as dg

from wod_pipeline.program import (
    Exercise,
    Load,
    OutlinedPost,
    ParsedPost,
    PlainPost,
    RawPost,
    SessionRecord,
    Weekly,
    WeekRecords,
    walk_exercises,
)
from wod_pipeline.quality import malformed_posts
from wod_pipeline.rendering import as_markdown, escape_markdown, view_session, without_repeated_warnings
from wod_pipeline.resources.weekly import ROW_COUNT
from wod_pipeline.wording import first_of, is_web_address

Metadata = dict[str, Any]

TABLE_ROWS = 50
"""Rows shown of a table; the stored value has all."""
_LONGEST_LINK = 2_000
"""Browsers open longer ones too, but Dagster's event log keeps a preview of every run."""


def of_raw_week(week: Weekly[RawPost]) -> Metadata:
    """Count the posts received, link them, and name those that are gone, moved or protected."""
    malformed = dict(malformed_posts(week))
    return {
        "outcome": week.outcome.value,
        "posts": len(week.posts),
        ROW_COUNT: len(week.posts),
        **({"posts_malformed": malformed} if malformed else {}),
        "posts_protected": sum(post.content.protected for post in week.posts),
        "posts_gone": week.gone,
        "posts_moved": week.moved,
        "posts_removed": [post.post_id for post in week.removed],
        "links": dg.MetadataValue.md(_links((p.id, p.slug, p.link) for p in week.posts)),
    }


def of_plain_week(week: Weekly[PlainPost]) -> Metadata:
    """Count the lines and links read."""
    lines = sum(len(post.lines) for post in week.posts)
    return {
        "outcome": week.outcome.value,
        "posts": len(week.posts),
        "lines": lines,
        ROW_COUNT: lines,
        "links": sum(len(line.links) for post in week.posts for line in post.lines),
    }


def of_outlined_week(week: Weekly[OutlinedPost]) -> Metadata:
    """List the sessions with date, kind and number of lines, and how reliable the dates are."""
    sessions = [session for post in week.posts for session in post.sessions]
    rows = [
        f"| {s.date or 'no date'} | {s.kind} | {escape_markdown(s.label or '')} | {_size(s.lines)} |"
        for s in sessions
    ]
    return {
        "outcome": week.outcome.value,
        "sessions": len(sessions),
        ROW_COUNT: len(sessions),
        "dates": ", ".join(f"{p.dates.basis} ({p.dates.confidence})" for p in week.posts),
        "preview": dg.MetadataValue.md(_table(["date", "kind", "heading", "lines"], rows)),
    }


def of_parsed_week(week: Weekly[ParsedPost], records: WeekRecords) -> Metadata:
    """Say how much of the week was understood, show its diagnostics and its first training session.

    One session is enough to see whether parsing went well; `session_records` shows them all.
    """
    lines = [line for post in week.posts for line in post.lines]
    counts = count_of(week.posts)
    return {
        "outcome": week.outcome.value,
        "lines": len(lines),
        "lines_understood": _share(sum(line.role != "note" for line in lines), len(lines)),
        **counts,
        ROW_COUNT: counts["exercises"],
        "diagnostics": dg.MetadataValue.md(_diagnostics(week.posts)),
        "preview": dg.MetadataValue.md(sessions_markdown(_first_training(records))),
    }


def _first_training(week: WeekRecords) -> list[SessionRecord]:
    return [record for record in week.records if record.kind == "training"][:1] or week.records[:1]


def of_records(value: WeekRecords) -> Metadata:
    """Count the sessions and show them as an athlete would read them."""
    return {
        "outcome": value.outcome.value,
        "sessions": len(value.records),
        ROW_COUNT: len(value.records),
        "days": ", ".join(sorted({str(record.date) for record in value.records if record.date})),
        "preview": dg.MetadataValue.md(sessions_markdown(value.records)),
    }


def sessions_markdown(records: Iterable[SessionRecord]) -> str:
    """Every session, one below the other, escaped for Dagster's Markdown."""
    views = without_repeated_warnings(map(view_session, records))
    return "\n\n---\n\n".join(map(as_markdown, views)) or "No session."


def count_of(weeks: Iterable[ParsedPost]) -> Metadata:
    """Count exercises, loads, and how many percentages have a known reference."""
    sessions = (session for week in weeks for session in week.sessions)
    exercises = [exercise for session in sessions for *_, exercise in walk_exercises(session.segments)]
    loads = [load for e in exercises for load in _loads(e) if load.kind == "percent"]
    resolved = sum(bool(load.ref and load.ref.movement_id) for load in loads)
    return {
        "exercises": len(exercises),
        "percent_loads": len(loads),
        "percent_loads_resolved": _share(resolved, len(loads)),
    }


def _loads(exercise: Exercise) -> list[Load]:
    return [load for load in (exercise.load, *(row.load for row in exercise.set_rows)) if load]


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / whole:.1%})" if whole else "none"


def _size(span: tuple[int, int]) -> int:
    return span[1] - span[0] + 1


def _links(posts: Iterable[tuple[int, str, str]]) -> str:
    """Bullets of web links; an address that is none is shown as text."""
    return "\n".join(
        f"- [{escape_markdown(slug or str(number))}](<{link}>)"
        if _is_web(link)
        else f"- {escape_markdown(slug)}"
        for number, slug, link in posts
    )


def _is_web(link: str) -> bool:
    return is_web_address(link) and len(link) <= _LONGEST_LINK and not set(link) & set(' <>"\n\r\t')


def _diagnostics(weeks: list[ParsedPost]) -> str:
    diagnostics = [d for week in weeks for d in week.diagnostics]
    if not diagnostics:
        return "Nothing to flag."
    rows = [
        f"| {d.severity} | `{d.code}` | {'' if d.line is None else d.line} | {escape_markdown(d.message)} |"
        for d in diagnostics
    ]
    tally = ", ".join(f"{n} × {code}" for code, n in Counter(d.code for d in diagnostics).most_common())
    return f"{tally}\n\n{_table(['severity', 'code', 'line', 'what it means'], rows)}"


def _table(columns: list[str], rows: list[str]) -> str:
    head = f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}\n"
    lines = first_of(rows, TABLE_ROWS)
    more = lines[TABLE_ROWS:]  # behind a blank line: in Markdown it would become a row of the table
    return head + "\n".join(lines[:TABLE_ROWS]) + "".join(f"\n\n{line}" for line in more)
