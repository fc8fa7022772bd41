"""A session view as lines for a terminal, plain or coloured, wrapped between words to the width asked for.

A word longer than the width is broken. `lines_of`, `rows_of`, `facts_of` and `links_of` decide what goes on which
line; Markdown and the page use them too.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from msgspec.structs import replace

from wod_pipeline.bounds import LINE_SHOWN
from wod_pipeline.rendering._extent import cut_long_line
from wod_pipeline.rendering._sets import SetView
from wod_pipeline.rendering._view import (
    BlockView,
    ExerciseView,
    NoteView,
    SegmentView,
    SessionView,
    TextRun,
    with_addresses,
)
from wod_pipeline.rendering._words import with_reference
from wod_pipeline.wording import long_day

LONGEST_TEXT = LINE_SHOWN.most + 40
"""Characters shown of a text of a view. A line of a post has been cut by then, and says how much more there is."""

_BOLD, _DIM, _GREEN, _YELLOW, _RESET = "\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[33m", "\x1b[0m"


def as_text(view: SessionView, width: int = 80, colour: bool = False) -> str:
    """The whole session as text ending in a newline; ANSI colours only with `colour`.

    `width` counts characters; less than 20 is taken as 20.
    """
    return "\n".join(_Page(max(width, 20), colour).session(view)) + "\n"


def preamble_as_text(view: SessionView, width: int = 80, colour: bool = False) -> str:
    """What the post says before its first session; empty when it says nothing."""
    return "".join(f"{line}\n" for line in _Page(max(width, 20), colour).preamble(view))


def as_lines(block: BlockView, width: int = 80, colour: bool = False) -> Iterator[str]:
    """One block as lines; `width` as in `as_text`."""
    page = _Page(max(width, 20), colour)
    for version in versions_of([block]):
        yield from page.version(version)


def session_heading(view: SessionView) -> str:
    """`Monday 21 December 2020 — Test`, or `Day 1 (no day in the post)`."""
    return f"{long_day(view.date)} — {view.title}" if view.date else f"{view.title} (no day in the post)"


def more_words(view: SessionView) -> str:
    """What of the session is not shown, and where all of it is."""
    return f"{view.more} All of it is in the post{f': {view.post_url}' if view.post_url else '.'}"


class _Page:
    def __init__(self, width: int, colour: bool) -> None:
        self._width = width
        self._colour = colour

    def session(self, view: SessionView) -> Iterator[str]:
        yield from self._wrap(session_heading(view), style=_BOLD)
        if view.post_title:
            yield from self._wrap(view.post_title, style=_DIM)
        yield from self._warnings((*view.post_warnings, *view.warnings))
        for item in view.items:
            yield ""
            yield from self._note(item, 0) if isinstance(item, NoteView) else self._segment(item)
        if view.more:
            yield ""
            yield from self._wrap(more_words(view), style=_YELLOW)
        if view.missing:
            yield ""
            yield from self._wrap("Some weights are missing: " + "; ".join(view.missing) + ".", style=_YELLOW)

    def preamble(self, view: SessionView) -> Iterator[str]:
        for note in view.preamble:
            yield from self._note(note, 0)

    def _segment(self, segment: SegmentView) -> Iterator[str]:
        if segment.heading:
            yield from self._wrap(segment.heading, style=_BOLD)
        yield from self._warnings(segment.warnings, indent=2)
        for version in versions_of(segment.items):
            yield from self.version(version)

    def version(self, version: Version) -> Iterator[str]:
        if version.heading:
            yield from self._wrap(f"{version.heading}:", 2, style=_BOLD)
        indent = 4 if version.heading else 2
        for item in version.items:
            yield from self._note(item, indent) if isinstance(item, NoteView) else self._block(item, indent)

    def _block(self, block: BlockView, indent: int) -> Iterator[str]:
        if block.scheme:
            yield from self._wrap(block.scheme, indent)
            indent += 2
        for group in lines_of(block):
            if isinstance(group, NoteView):
                yield from self._note(group, indent)
            else:
                yield from self._exercises(group, indent)

    def _exercises(self, group: tuple[ExerciseView, ...], indent: int) -> Iterator[str]:
        yield from self._wrap(" · ".join(map(headline, group)), indent)
        for exercise in group:
            for row in rows_of(exercise):
                yield from self._wrap(set_line(row), indent + 2, style=_style(row))
            for link in links_of(exercise):
                yield from self._wrap(link.href, indent + 2, style=_DIM)
            for note in exercise.notes:
                yield from self._note(note, indent + 2)

    def _warnings(self, warnings: tuple[str, ...], indent: int = 0) -> Iterator[str]:
        for warning in warnings:
            yield from self._wrap(f"! {warning}", indent, style=_YELLOW)

    def _note(self, note: NoteView, indent: int) -> Iterator[str]:
        yield from self._wrap(with_addresses(note.runs), indent, style=_DIM)

    def _wrap(self, text: str, indent: int = 0, style: str = "") -> Iterator[str]:
        for line in self._lines(cut_long_line(text, LONGEST_TEXT), indent):
            yield f"{style}{line}{_RESET}" if self._colour and style else line

    def _lines(self, text: str, indent: int) -> list[str]:
        if len(text) + indent <= self._width and text.isprintable() and text.strip() == text != "":
            return [" " * indent + text]  # as `textwrap` would, which takes a hundred times as long
        return textwrap.wrap(
            text, self._width, initial_indent=" " * indent, subsequent_indent=" " * (indent + 2)
        )


class Version(NamedTuple):
    """Neighbours in a segment that belong to one version of its work; `heading` is empty for the work itself."""

    heading: str
    is_other: bool
    items: tuple[BlockView | NoteView, ...]


def versions_of(items: Iterable[BlockView | NoteView]) -> Iterator[Version]:
    """The items in order, neighbouring blocks of one version together."""
    for (heading, is_other), group in groupby(items, _version):
        yield Version(heading, is_other, tuple(group))


def _version(item: BlockView | NoteView) -> tuple[str, bool]:
    return ("", False) if isinstance(item, NoteView) else (item.variant, item.is_other_version)


def lines_of(block: BlockView) -> Iterator[tuple[ExerciseView, ...] | NoteView]:
    """The block's notes and exercises in order; exercises written on one line of the post form one group."""
    group: tuple[ExerciseView, ...] = ()
    for item in block.items:
        if isinstance(item, ExerciseView) and item.same_line:
            group = (*group, item)
            continue
        if group:
            yield group
        group = (item,) if isinstance(item, ExerciseView) else ()
        if isinstance(item, NoteView):
            yield item
    if group:
        yield group


def _style(row: SetView) -> str:
    return _GREEN if row.weight else _YELLOW if row.note else ""


def rows_of(exercise: ExerciseView, *, percent_apart: bool = False) -> tuple[SetView, ...]:
    """The sets shown on lines of their own: all of them, or none when all is one unnumbered set without a weight.

    With `percent_apart` such a set has a line of its own too when its load is a percentage.
    """
    beside_name = len(exercise.sets) == 1 and not exercise.sets[0].label
    beside_name = beside_name and not (percent_apart and exercise.reference)
    beside_name = beside_name and not (exercise.sets[0].weight or exercise.sets[0].note)
    return () if beside_name else exercise.sets


def facts_of(exercise: ExerciseView, *, percent_apart: bool = False) -> tuple[str, ...]:
    """What stands beside the name: quantity, height, a load without a line of its own, tempo, slot, rest.

    Last comes what the percentages on the lines below are of: `% of 1-RM Snatch`.
    """
    is_apart = bool(rows_of(exercise, percent_apart=percent_apart))
    facts = [
        exercise.quantity,
        exercise.height,
        "" if is_apart else _load_beside_name(exercise),
        f"tempo {exercise.tempo}" if exercise.tempo else "",
        exercise.slot,
        f"then rest {exercise.rest}" if exercise.rest else "",
        f"% {exercise.reference}" if is_apart and exercise.reference else "",
    ]
    return tuple(fact for fact in facts if fact)


def _load_beside_name(exercise: ExerciseView) -> str:
    loads = [replace(row, load=with_reference(row.load, exercise.reference)) for row in exercise.sets]
    return set_line(loads[0]) if loads else ""


def headline(exercise: ExerciseView) -> str:
    """Name, quantity and the facts that hold for all sets, in one line."""
    return ("or " if exercise.alternative else "") + ", ".join((exercise.title, *facts_of(exercise)))


def set_line(row: SetView) -> str:
    """`Sets 4–5: 2 reps, 75% → 75 kg (25 + 2.5 a side)`; empty for a set without any fact."""
    text = ", ".join(fact for fact in (row.reps, row.load) if fact)
    plates = f" ({plates_words(row.plates)})" if row.plates else ""
    loaded = ", ".join(fact for fact in (f"{row.weight}{plates}", row.note) if fact)
    text = " → ".join(fact for fact in (text, loaded) if fact)
    return f"{row.label}: {text}" if row.label and text else text or row.label


def note_alone(row: SetView) -> str:
    """The note of a set on a line of its own, where it does not go on from the weight: `the empty bar is 67%`."""
    return row.note.replace("the empty bar, is", "the empty bar is")


def is_own_max(missing: str) -> bool:
    """Whether the reader can give the max that a set is `missing`: not where the post does not say which it is."""
    return missing.startswith("your ")


def plates_words(plates: str) -> str:
    """`25 + 10 a side`; the empty bar is `bar only`."""
    return plates if plates.endswith("bar only") else f"{plates} a side"


def links_of(exercise: ExerciseView) -> tuple[TextRun, ...]:
    """Each address linked from an exercise, once; those of its name first."""
    return tuple({run.href: run for run in (*exercise.name, *exercise.links) if run.href}.values())
