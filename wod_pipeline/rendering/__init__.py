"""How a session is shown to people: one view, laid out as text or Markdown (and as HTML by `web`). Pure.

`_extent` decides how much is shown, `_view` what and in which order, `_sets` the rows of an exercise, `_words`
words single values, `_weights` what stands on the bar, `_numbers` the same as numbers, `_text` and `_markdown` lay
the view out, `_load` makes the Markdown of training load. Numbers and weights come from `training`; nothing here
reads storage or knows a medium's framework.
"""

from __future__ import annotations

from wod_pipeline.rendering._extent import cut_long_line
from wod_pipeline.rendering._load import chart_markdown, days_markdown
from wod_pipeline.rendering._markdown import as_markdown, escape_markdown
from wod_pipeline.rendering._text import (
    as_lines,
    as_text,
    facts_of,
    is_own_max,
    lines_of,
    links_of,
    note_alone,
    preamble_as_text,
    rows_of,
    versions_of,
)
from wod_pipeline.rendering._view import (
    BlockView,
    SegmentView,
    SessionView,
    exercises_of,
    session_title,
    text_with_addresses,
    title_of,
    view_exercise,
    view_session,
    web_address,
    without_repeated_warnings,
)
from wod_pipeline.rendering._weights import weight_note, working_words
from wod_pipeline.rendering._words import (
    clean,
    height_words,
    load_words,
    part_counts,
    quantity,
    reference_words,
    reps_words,
    rest_words,
    scheme_sentence,
    slot_words,
    span,
    variant_words,
)

__all__ = [
    "BlockView",
    "SegmentView",
    "SessionView",
    "as_lines",
    "as_markdown",
    "as_text",
    "chart_markdown",
    "clean",
    "cut_long_line",
    "days_markdown",
    "escape_markdown",
    "exercises_of",
    "facts_of",
    "height_words",
    "is_own_max",
    "lines_of",
    "links_of",
    "load_words",
    "note_alone",
    "part_counts",
    "preamble_as_text",
    "quantity",
    "reference_words",
    "reps_words",
    "rest_words",
    "rows_of",
    "scheme_sentence",
    "session_title",
    "slot_words",
    "span",
    "text_with_addresses",
    "title_of",
    "variant_words",
    "versions_of",
    "view_exercise",
    "view_session",
    "web_address",
    "weight_note",
    "without_repeated_warnings",
    "working_words",
]
