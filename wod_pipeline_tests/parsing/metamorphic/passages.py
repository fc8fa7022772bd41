"""The lines of one session, what they become, and which sessions there are to try."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from wod_pipeline.demo import sample_posts
from wod_pipeline.parsing import explain_line, outline_post, read_post, structure_post
from wod_pipeline.program import (
    Dates,
    Diagnostic,
    Line,
    OutlinedPost,
    ParsedPost,
    RawPost,
    SessionOutline,
    Source,
    SourceLine,
    decode,
)

FIXTURES = Path(__file__).parents[2] / "posts"
SAMPLE_DAY = dt.date(2026, 3, 4)
"""The day for which the sample program is laid out."""
_WORDING = frozenset(("raw", "title", "label", "text", "video_url"))
"""What repeats the coach's words, and so changes with their spelling alone."""
_UNREAD_ROLES = frozenset(("note", "heading", "label"))


class Reading:
    """What the lines of a passage become: facts for comparing, and what is said of a line."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = tuple(lines)
        self._week = _week_of(self.lines)

    @cached_property
    def facts(self) -> Any:
        """The sessions without the coach's words, the role and owner of each line, the codes of the diagnostics."""
        sessions = bare(msgspec.json.decode(msgspec.json.encode(self._week.sessions)))
        codes = [(found.code, found.line) for found in self._week.diagnostics if found.code != "unread_text"]
        return sessions, [(line.role, line.owner) for line in self._week.lines], codes

    @cached_property
    def messages(self) -> list[Diagnostic]:
        """Every diagnostic with its message."""
        return self._week.diagnostics

    @cached_property
    def names(self) -> list[str]:
        """The words that name each movement, and each segment's label and title."""
        segments = [segment for session in self._week.sessions for segment in session.segments]
        exercises = [each for segment in segments for block in segment.blocks for each in block.exercises]
        return [
            *(part.raw for each in exercises for part in each.parts),
            *(text for segment in segments for text in (segment.label, segment.title) if text),
        ]

    @cached_property
    def prescriptions(self) -> list[int]:
        """The lines that are read as more than a note, a label or a title."""
        segments = [segment for session in self._week.sessions for segment in session.segments]
        firsts = {block.lines[0] for segment in segments for block in segment.blocks}
        lines = self._week.lines
        return [line.n for line in lines if line.role not in _UNREAD_ROLES or _is_labelled_work(line, firsts)]


class Passage:
    """The lines of one session, where they are from, and what they become."""

    def __init__(self, source: str, lines: Sequence[str]) -> None:
        self.source = source
        self.lines = tuple(lines)

    @cached_property
    def reading(self) -> Reading:
        """What the lines become as they stand."""
        return Reading(self.lines)

    def with_line(self, n: int, text: str) -> Reading:
        """What they become with another text of line `n`."""
        return Reading((*self.lines[:n], text, *self.lines[n + 1 :]))

    def unread_of(self, n: int, text: str) -> str:
        """The characters of `text`, in place of line `n`, that `explain_line` says nothing was made of."""
        spans = explain_line(text, above=self.lines[:n] or ("A.",)).unread
        return " ".join(text[start:end] for start, end in spans)


def _is_labelled_work(line: Line, firsts: set[int]) -> bool:
    """Whether a block starts on the line of a label: ``B. Rows 3 x 8``."""
    return line.role == "label" and line.n in firsts


def bare(value: Any) -> Any:
    """A node as JSON without the coach's words."""
    if isinstance(value, dict):
        return {name: bare(part) for name, part in value.items() if name not in _WORDING}
    return [bare(part) for part in value] if isinstance(value, (list, tuple)) else value


def _week_of(lines: Sequence[str]) -> ParsedPost:
    """A post of these lines only, in one undated session."""
    outline = SessionOutline(None, None, None, "training", (0, len(lines) - 1))
    return structure_post(
        OutlinedPost(
            source=Source("", None, "", ""),
            title="",
            program="",
            week=None,
            dates=Dates(None, None, "none", "unknown"),
            lines=[SourceLine(n, line) for n, line in enumerate(lines)],
            sessions=[outline],
            diagnostics=[],
        )
    )


# ------------------------------------------------------------------------------------------------- sources
def passages_of(source: str, post: RawPost) -> Iterator[Passage]:
    """Every session of a post that has lines below its heading."""
    outline = outline_post(read_post(post))
    for session in outline.sessions:
        first, last = session.lines
        lines = [line.text for line in outline.lines[first : last + 1] if line.n not in session.heading_lines]
        if lines:
            yield Passage(source, lines)


def fixture_passages() -> list[Passage]:
    """Every session of the posts in `wod_pipeline_tests/posts`, once."""
    return _distinct(passages_in(FIXTURES.glob("*.post.json")))


def sample_passages() -> list[Passage]:
    """Every session of the sample program, once."""
    posts = sample_posts(SAMPLE_DAY)
    return _distinct(passage for post in posts for passage in passages_of(post.slug, post))


def passages_in(files: Iterable[Path]) -> Iterator[Passage]:
    """Every session of the posts in these files: a post as WordPress returns it, or a list of them."""
    for path in sorted(files):
        content = path.read_bytes()
        is_list = content.lstrip().startswith(b"[")
        posts = decode(content, list[RawPost]) if is_list else [decode(content, RawPost)]
        for post in posts:
            yield from passages_of(path.name.removesuffix(".json").removesuffix(".post"), post)


def _distinct(passages: Iterable[Passage]) -> list[Passage]:
    return list({passage.lines: passage for passage in passages}.values())
