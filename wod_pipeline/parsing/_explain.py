"""One line read out loud: every step of matching with its result, the role, the nodes, and what was left unread.

For people who wonder why a line was read as it was; `parse_post` does not use it.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from wod_pipeline.parsing._headings import read_heading
from wod_pipeline.parsing._lines import LineReading, read_line
from wod_pipeline.parsing._references import NO_OVERRIDES, Policy
from wod_pipeline.parsing._structure import structure_post
from wod_pipeline.parsing._text import ReadValue, form_of, steps
from wod_pipeline.parsing.grammar.tokens import Tokens, tokens_of
from wod_pipeline.program import (
    Dates,
    Diagnostic,
    OutlinedPost,
    ParsedPost,
    Role,
    SessionOutline,
    Source,
    SourceLine,
    Span,
)

_WIDTH = 80
_LONG_NAME = 20
"""The name of a step from which on its result stands below it, and not beside it."""


@dataclass(frozen=True)
class Step:
    """One step on the way from the line to its meaning, and what came of it."""

    name: str
    result: str


@dataclass(frozen=True)
class Explanation:
    """How a line is read.

    `nodes` are its nodes as in a ParsedPost, `unread` the spans of the line that nothing was made of.
    """

    line: str
    role: Role
    steps: tuple[Step, ...]
    nodes: tuple[dict[str, Any], ...]
    unread: tuple[Span, ...]
    diagnostics: tuple[Diagnostic, ...]

    def render(self) -> str:
        """Plain text of at most 80 columns, the unread part of the line underlined."""
        out = [*self._marked(), "", *self._stepped(), "", f"role: {self.role}"]
        for node in self.nodes:
            out += ["", *_folded(node)]
        for found in self.diagnostics:
            out += ["", *textwrap.wrap(f"{found.severity} {found.code}: {found.message}", _WIDTH)]
        return "\n".join(line.rstrip() for line in out)

    def _marked(self) -> Iterator[str]:
        unread = {at for start, end in self.unread for at in range(start, end)}
        for start in range(0, max(len(self.line), 1), _WIDTH):
            piece = self.line[start : start + _WIDTH]
            marks = "".join("~" if start + k in unread and c != " " else " " for k, c in enumerate(piece))
            yield piece
            if marks.strip():
                yield marks
        yield "(~ unread)" if unread else "(everything was read)"

    def _stepped(self) -> Iterator[str]:
        width = max(len(step.name) for step in self.steps if len(step.name) < _LONG_NAME) + 2
        before = None
        for step in self.steps:
            lead = f"{step.name}:".ljust(width)
            if len(lead) > width:
                yield lead
                lead = " " * width
            unchanged, before = step.result == before and step.result != "no", step.result
            yield from textwrap.wrap(
                "(unchanged)" if unchanged else step.result or "(nothing)",
                _WIDTH,
                initial_indent=lead,
                subsequent_indent=" " * width,
            )


def explain_line(text: str, *, above: Sequence[str] = (), references: Policy = NO_OVERRIDES) -> Explanation:
    """How `text` is read below the lines `above` of the same segment (set rows, for one, need an exercise there).

    Without any the line is read as the first below a label. `references` as in `structure_post`.
    """
    line = " ".join(text.split())
    reading = read_line(line)
    if read_heading(line) and not above:
        return Explanation(line, "heading", _steps(line, reading), (), (), ())
    before = above or ["A."]
    week = _week_of_lines([*before, line], references)
    n = len(before)
    role, nodes = week.lines[n].role, tuple(_nodes(week, n))
    if role == "note" and (reading.rows or reading.rest):
        role = "set_row" if reading.rows else "rest"
        nodes = tuple(_alone(reading))
    unread = ((0, len(line)),) if role == "note" else reading.unread
    found = tuple(item for item in week.diagnostics if item.line == n)
    return Explanation(line, role, _steps(line, reading), nodes, unread, found)


def _steps(line: str, reading: LineReading) -> tuple[Step, ...]:
    """The matching form step by step, then each grammar in the order of roles."""
    heading = read_heading(line)
    tried = (
        ("heading?", f"{heading.weekday or 'numbered'}" if heading else ""),
        ("label or title?", _said(reading.label)),
        ("connector?", _said(reading.connector)),
        ("rest?", _said(reading.rest)),
        ("set rows?", "; ".join(_said(row) for row in reading.rows)),
        ("scheme?", _said(reading.scheme)),
        ("movements?", _said(reading.movements)),
        ("misspelt word?", "{} for {}".format(*reading.repair) if reading.repair else ""),
        ("unread?", "; ".join(line[start:end] for start, end in reading.unread)),
    )
    return (
        *(Step(name, result) for name, result in steps(line)),
        Step("tokens", _written(tokens_of(form_of(line)))),
        *(Step(name, result or "no") for name, result in tried),
    )


def _written(t: Tokens) -> str:
    """The tokens one by one; figures with their kind: `back · squat · x · 5 reps (reps)`."""
    said = (
        token.text if token.kind in {"word", "sign"} else f"{token.text} ({token.kind})"
        for token in t.all[: t.size]
    )
    return " · ".join(said)


def _said(value: Any) -> str:
    """A reading as `name value` pairs, without what it leaves open."""
    if value is None or value == ():
        return ""
    if isinstance(value, ReadValue):
        pairs = (
            (name, _said(getattr(value, name))) for name in value.__struct_fields__ if name not in _PLACES
        )
        return ", ".join(f"{name} {said}" for name, said in pairs if said)
    if isinstance(value, tuple):
        return " + ".join(said for part in value if (said := _said(part)))
    if isinstance(value, msgspec.Struct):
        return json.dumps(_without_none(msgspec.to_builtins(value)), ensure_ascii=False)
    return "" if value is False else str(value)


_PLACES = frozenset(
    ("start", "end", "behind", "by_word", "open_ended", "behind_x", "words", "load_words", "unread")
)


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_none(part) for key, part in value.items() if part is not None}
    return [_without_none(part) for part in value] if isinstance(value, list) else value


def _alone(reading: LineReading) -> Iterator[dict[str, Any]]:
    """What a set row or a rest says without the exercise it belongs to."""
    for row in reading.rows:
        yield {
            "set_row": _without_none(
                {
                    "from": row.first,
                    "to": row.last,
                    "reps": msgspec.to_builtins(row.reps),
                    "load": msgspec.to_builtins(row.load.load) if row.load else None,
                }
            )
        }
    if reading.rest:
        yield {"rest": _without_none(msgspec.to_builtins(reading.rest.rest))}


def _week_of_lines(lines: list[str], references: Policy) -> ParsedPost:
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
        ),
        references=references,
    )


def _nodes(week: ParsedPost, n: int) -> Iterator[dict[str, Any]]:
    """The innermost nodes that stand on line `n`, as they are written in a ParsedPost."""
    for session in week.sessions:
        for segment in session.segments:
            if segment.lines[0] == n and segment.label:
                yield {"segment": {"label": segment.label, "kind": segment.kind}}
            for block in segment.blocks:
                if block.lines[0] == n or n == block.lines[1]:
                    yield {"block": _bare(block, "exercises", "notes", "lines")}
                for exercise in block.exercises:
                    if exercise.lines[0] <= n <= exercise.lines[1]:
                        yield {"exercise": _bare(exercise, "lines", "notes")}


def _bare(node: Any, *without: str) -> dict[str, Any]:
    written = _without_none(msgspec.to_builtins(node))
    return {key: value for key, value in written.items() if key not in without}


def _folded(node: dict[str, Any]) -> list[str]:
    """A node as indented JSON, short enough values on one line each."""
    text = json.dumps(node, ensure_ascii=False)
    if len(text) <= _WIDTH:
        return [text]
    out: list[str] = []
    for name, value in node.items():
        out.append(f"{name}:")
        pairs = value.items() if isinstance(value, dict) else [("", value)]
        for key, part in pairs:
            lead = f"  {key}: " if key else "  "
            out += textwrap.wrap(
                json.dumps(part, ensure_ascii=False), _WIDTH, initial_indent=lead, subsequent_indent="    "
            )
    return out
