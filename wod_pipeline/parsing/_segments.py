"""§5 Segments: the labels and titles that start a part of a session, and the kind of a part.

What a label line says behind its label is read elsewhere, as a line of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from msgspec.structs import replace

from wod_pipeline.parsing._text import Form, ReadValue, form_of
from wod_pipeline.program import SegmentKind


class Label(ReadValue, frozen=True):
    """A label or title at the start of a line; `behind` is where the rest of the matching form begins."""

    label: str | None
    kind: SegmentKind | None
    pair_of: str | None
    behind: int
    title: str | None = None


_LETTER = re.compile(
    r"(?P<label>[a-z](?:\.?[0-9])?)(?:(?!:[0-5][0-9])[.):]+(?![a-z]\.)(?: |(?=[^ .]))|[.):]*\Z)"
)
_NAMED = re.compile(r"(?P<label>part [a-z](?![a-z])|part [0-9]{1,2}|event [0-9]{1,2})(?:[.):]+ ?| ?- |\Z)")


_TITLE_WORDS: dict[SegmentKind, str] = {
    "warm_up": r"warm[ -]?ups?",
    "cool_down": r"cool[ -]?downs?",
    "main": r"strength(?: ?(?:/|&|and) ?skills?)?|skills?(?: ?(?:/|&|and) ?strength)?",
    "conditioning": r"conditioning|metcon|workout of the day|wod",
    "accessory": r"accessory|accessories",
}
_TITLE = re.compile(
    "(?:(?:suggested|general) )*(?:"
    + "|".join(f"(?P<{kind}>{words})" for kind, words in _TITLE_WORDS.items())
    + r")(?: work)?(?: ?\([^()]*\))?(?: ?[:.-]+)?(?: |\Z)"
)
_OPTIONAL = re.compile(r"(?:optional|extra work)(?![a-z])(?: ?: ?|.*)")
_COLON_BEFORE = re.compile(r"[:-] ?\Z")


def read_label(form: Form, at: int = 0) -> Label | None:
    """The label or title a line starts with, or what begins at `at` in its form.

    ``label = (LETTER [DIGIT] | "Part" X | "Event" N) ("." | ")" | ":")``, the sign left out only alone on a line;
    ``title = WARM-UP | COOL-DOWN | … [":"]``; or any line that starts with "optional" or "extra work".
    """
    label = _letter_label(form, at)
    if label is None:
        return _title(form, at)
    title = _title(form, label.behind)
    return label if title is None else replace(label, kind=title.kind, behind=title.behind, title=title.title)


def _letter_label(form: Form, at: int) -> Label | None:
    found = _LETTER.match(form.text, at) or _NAMED.match(form.text, at)
    if not found:
        return None
    name = form.words(*found.span("label"))
    name = name.replace(".", "") if len(name) == 3 else name
    short = len(name) <= 2
    label = name.upper() if short else name
    return Label(label, None, label[0] if len(label) == 2 else None, found.end())


def _title(form: Form, at: int) -> Label | None:
    optional = _OPTIONAL.match(form.text, at)
    if optional:
        return Label(None, "optional", None, optional.end(), form.words(*optional.span()).rstrip(" :-"))
    found = _TITLE.match(form.text, at)
    if found and (found.end() == len(form.text) or _COLON_BEFORE.search(found[0])):
        kind = next(kind for kind in _TITLE_WORDS if found[kind])
        return Label(None, kind, None, found.end(), form.words(*found.span()).rstrip(" :-."))
    return None


_MAYBE_LETTERED = re.compile(r"[\W_]*(?:[a-z][0-9]?(?:[.):]|\W*\Z)|part |event )", re.IGNORECASE)
_FIRST_LABELS = frozenset(("a", "a1", "part a", "part 1", "event 1"))


@lru_cache(maxsize=8192)
def starts_over(line: str, *, below: str) -> bool:
    """§4.6 Whether a line is a first label or a warm-up title; `A1` directly below the label `A` goes on with it."""
    found = read_label(form_of(line))
    if found is None:
        return False
    if found.label is None:
        return found.kind == "warm_up"
    return found.label.casefold() in _FIRST_LABELS and (found.label, below) != ("A1", "A")


@lru_cache(maxsize=8192)
def label_of(line: str) -> str | None:
    """The label of the segment a line starts, if it has one."""
    found = read_label(form_of(line)) if _MAYBE_LETTERED.match(line) else None
    return found.label if found else None


def segment_kind(schemes: Iterable[str], families: Iterable[tuple[str, bool]]) -> SegmentKind:
    """§5.4 The kind of a part without a telling title, from its schemes and its movements.

    `families` holds, for each movement, its family and whether a percent of it could be of anything.
    """
    if any(scheme in {"amrap", "for_time", "tabata"} for scheme in schemes):
        return "conditioning"
    movements = list(families)
    if any(has_reference for _, has_reference in movements):
        return "main"
    if any(family == "conditioning" for family, _ in movements):
        return "conditioning"
    return "accessory" if movements else "other"
