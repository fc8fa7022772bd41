"""§11 What lines of work say that no rule of the grammar used: said beside the line, never dropped in silence."""

from __future__ import annotations

from collections.abc import Iterator

from wod_pipeline.parsing._diagnostics import diagnostic
from wod_pipeline.parsing._drafts import SessionDraft
from wod_pipeline.parsing._text import form_of
from wod_pipeline.parsing.grammar.names import name_at
from wod_pipeline.parsing.grammar.readings import Spans
from wod_pipeline.parsing.grammar.tokens import tokens_of
from wod_pipeline.program import Diagnostic, Severity, SourceLine
from wod_pipeline.unread_text import UNREAD_TEXT, quote


def unread_of(session: SessionDraft, lines: list[SourceLine]) -> Iterator[Diagnostic]:
    """A diagnostic for each line of work with a misspelt word or unread ones.

    It is a warning where the unread words hold a figure or name a movement.
    """
    for n, (written, word) in session.repairs.items():
        yield diagnostic("word_repaired", n, word=written, meant=word)
    for n, spans in session.unread.items():
        words = unread_words(lines[n].text, spans)
        if words:
            severity: Severity = "warn" if any(map(_tells, words)) else "info"
            yield diagnostic(UNREAD_TEXT, n, severity=severity, words=quote(words))


def unread_words(line: str, spans: Spans) -> list[str]:
    """The coach's words in the spans of a line, those that are only signs left out."""
    said = (line[start:end].strip(" .,;:-()[]") for start, end in spans)
    return [words for words in said if any(c.isalnum() for c in words)]


def _tells(words: str) -> bool:
    """Whether words hold a figure or name a movement."""
    t = tokens_of(form_of(words))
    if any(token.kind not in {"word", "sign", "end"} for token in t.all):
        return True
    return any(name_at(t, i, t.size) for i in range(t.size))
