"""How a session is shown to people: one view, laid out as text or Markdown (and as HTML by `web`).

Pure. Numbers and weights come from `training`; nothing here reads storage or knows a medium's framework.
"""

from __future__ import annotations

from wod_pipeline.rendering._load import chart_markdown, days_markdown
from wod_pipeline.rendering._markdown import as_markdown, escape_markdown
from wod_pipeline.rendering._text import (
    as_lines,
    as_text,
    day_name,
    facts_of,
    headline,
    lines_of,
    links_of,
    preamble_as_text,
    rows_of,
    set_line,
    shortened,
)
from wod_pipeline.rendering._view import (
    BlockView,
    ExerciseView,
    NoteView,
    Run,
    SegmentView,
    SessionView,
    SetView,
    exercises_of,
    title_of,
    view_exercise,
    view_session,
)
from wod_pipeline.rendering._words import (
    clean,
    clock,
    load_words,
    quantity,
    reps_words,
    rest_words,
    scheme_sentence,
    span,
)

__all__ = [
    "BlockView",
    "ExerciseView",
    "NoteView",
    "Run",
    "SegmentView",
    "SessionView",
    "SetView",
    "as_lines",
    "as_markdown",
    "as_text",
    "chart_markdown",
    "clean",
    "clock",
    "day_name",
    "days_markdown",
    "escape_markdown",
    "exercises_of",
    "facts_of",
    "headline",
    "lines_of",
    "links_of",
    "load_words",
    "preamble_as_text",
    "quantity",
    "reps_words",
    "rest_words",
    "rows_of",
    "scheme_sentence",
    "set_line",
    "shortened",
    "span",
    "title_of",
    "view_exercise",
    "view_session",
]
