"""A session view as Markdown for Dagster's metadata and GitHub-flavoured renderers.

Everything from a post is escaped (HTML, Markdown syntax, table pipes), so it is shown as text; only the view's own
http(s) links become links.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import quote

from wod_pipeline.rendering._extent import cut_long_line
from wod_pipeline.rendering._text import (
    LONGEST_TEXT,
    facts_of,
    lines_of,
    more_words,
    rows_of,
    session_heading,
    set_line,
    versions_of,
)
from wod_pipeline.rendering._view import BlockView, ExerciseView, NoteView, SegmentView, SessionView, TextRun

_SYNTAX = re.compile(r"([\\`*_{}\[\]|~#$])")
_LIST_NUMBER = re.compile(r"^(\s*\d+)([.)])(?=\s|$)")
_LIST_MARK = re.compile(r"^(\s*)([-+=:])")
_SCHEME = re.compile(r"(?i)(https?|ftp|www|mailto|xmpp)([:.])")
_AUTOLINK = re.compile(r"(?i)(https?|ftp|www|mailto|xmpp)(?=[:.])|(?<=[-.\w+])@(?=[-\w]+\.[-\w.]*[A-Za-z])")
"""Where a renderer would begin a link of its own. Escapes do not stop Dagster's, which looks at the text after it has
read them; it does not look into code, and not from one piece of text into the next."""


@lru_cache(maxsize=8192)
def escape_markdown(text: str) -> str:
    """`text` escaped so that a Markdown renderer shows exactly these characters, and makes no link of an address.

    Cached, because posts repeat most of their names and loads.
    """
    return _AUTOLINK.sub(r"`\g<0>`", _escape_syntax(text))


def _escape_syntax(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = _SYNTAX.sub(r"\\\1", cut_long_line(text, LONGEST_TEXT))
    return _LIST_MARK.sub(r"\1\\\2", _LIST_NUMBER.sub(r"\1\\\2", text))


def as_markdown(view: SessionView) -> str:
    """The whole session as Markdown ending in a newline."""
    return "\n".join(_session(view)) + "\n"


def _session(view: SessionView) -> Iterator[str]:
    yield f"### {escape_markdown(session_heading(view))}"
    yield from _warnings((*view.post_warnings, *view.warnings))
    for item in view.items:
        yield ""
        if isinstance(item, NoteView):
            yield f"*{_text_runs(item.runs)}*" if item.text.strip() else ""
        else:
            yield from _segment(item)
    if view.more:
        yield f"\n> {escape_markdown(more_words(view))}"
    if view.missing:
        yield f"\n> Some weights are missing: {escape_markdown('; '.join(view.missing))}."


def _warnings(warnings: tuple[str, ...]) -> Iterator[str]:
    for warning in warnings:
        yield f"\n> **Note** {escape_markdown(warning)}"


def _segment(segment: SegmentView) -> Iterator[str]:
    if segment.heading:
        yield f"**{escape_markdown(segment.heading)}**\n"
    for warning in segment.warnings:
        yield _bullet(0, f"**Note** {escape_markdown(warning)}")
    for version in versions_of(segment.items):
        if version.heading:
            yield _bullet(0, f"**{escape_markdown(version.heading)}**")
        depth = 1 if version.heading else 0
        for item in version.items:
            if isinstance(item, NoteView):
                yield _bullet(depth, f"*{_text_runs(item.runs)}*")
            else:
                yield from _block(item, depth)


def _block(block: BlockView, depth: int) -> Iterator[str]:
    if block.scheme:
        yield _bullet(depth, escape_markdown(block.scheme))
        depth += 1
    for group in lines_of(block):
        if isinstance(group, NoteView):
            yield _bullet(depth, f"*{_text_runs(group.runs)}*")
        else:
            yield _bullet(depth, " · ".join(map(_headline, group)))
            for exercise in group:
                yield from _details(exercise, depth + 1)


def _headline(exercise: ExerciseView) -> str:
    facts = ", ".join(map(escape_markdown, facts_of(exercise)))
    return f"{'or ' if exercise.alternative else ''}**{_text_runs(exercise.name)}** {facts}".rstrip()


def _details(exercise: ExerciseView, depth: int) -> Iterator[str]:
    for row in rows_of(exercise):
        yield _bullet(depth, escape_markdown(set_line(row)))
    for run in exercise.links:
        yield _bullet(depth, _link(run))
    for note in exercise.notes:
        yield _bullet(depth, f"*{_text_runs(note.runs)}*")


def _bullet(depth: int, text: str) -> str:
    return f"{'  ' * depth}- {text}"


def _text_runs(runs: tuple[TextRun, ...]) -> str:
    return "".join(map(_run, runs)).strip()


def _run(run: TextRun) -> str:
    if run.struck:
        return f"~~{escape_markdown(run.text)}~~"
    return _link(run) if run.href else escape_markdown(run.text)


def _link(run: TextRun) -> str:
    href = quote(run.href, safe=":/?#@!$&'*+,;=%~-._")
    words = _SCHEME.sub(r"\1\\\2", _escape_syntax(run.text.strip() or run.href))
    return f"[{words}]({href})"
