"""§10 The kind of a note: the first of the kinds whose words occur in it."""

from __future__ import annotations

import re
from functools import lru_cache

from wod_pipeline.parsing._text import form_of
from wod_pipeline.program import NoteKind

_KINDS: tuple[tuple[re.Pattern[str], re.Pattern[str], NoteKind], ...] = (
    (
        re.compile("scale|substitute|regress|instead|flexib|limitation|option|not able|if you"),
        re.compile(
            r"""
    \b(?:scale|substitute|regress|instead|flexibility|limitations?|option|not[ ]able[ ]to)\b
    |\bif[ ]you[ ](?:can't|cannot|don't|aren't|are[ ]not)\b
    |\bif[ ]you're[ ]not\b
    """,
            re.VERBOSE,
        ),
        "scale",
    ),
    (
        re.compile("score|record|log|comment|result"),
        re.compile(r"\b(?:score|record|log|comments?|results?)\b"),
        "score",
    ),
    (
        re.compile("weight|load|heav|light|percent|build|work|%|kg|lb|pounds|rm|rpe"),
        re.compile(
            r"""
    \b
    (?:
      weights?
      |loads?
      |heavy
      |heavier
      |heaviest
      |light
      |lighter
      |percent
      |percentages
      |build(?:ing)?
      |work(?:ing)?[ ]up
    )\b
    |%
    |(?<![a-z])(?:kgs?|lbs?|pounds|rm|rpe)\b
    """,
            re.VERBOSE,
        ),
        "load",
    ),
    (
        re.compile("day|tomorrow|tonight|week|cycle|session|deload"),
        re.compile(
            r"""
    \b
    (?:
      today
      |tomorrow
      |tonight
      |yesterday
      |week
      |cycle
      |sessions?
      |deload
      |(?:mon|tues|wednes|thurs|fri|satur|sun)days?
    )\b
    """,
            re.VERBOSE,
        ),
        "schedule",
    ),
)
"""What a line must contain for a kind to be worth looking for, its words, and the kind."""


@lru_cache(maxsize=8192)
def note_kind(line: str) -> NoteKind:
    """The first kind whose words occur in the line."""
    text = form_of(line).text
    return next((kind for hint, words, kind in _KINDS if hint.search(text) and words.search(text)), "cue")
