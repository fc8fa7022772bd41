"""The one view of a session that every medium shows: page, terminal, Dagster metadata, calendar.

`view_session` decides what is said and in which order; the media only lay it out. Nothing of the record is
lost: what was understood becomes sentences, what was not stays as note lines in reading order, and every
segment keeps the coach's own lines under `as_written`. All strings are cleaned of control characters, none is
escaped: escaping belongs to the medium.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from wod_pipeline.program import (
    Block,
    Diagnostic,
    Exercise,
    Line,
    Load,
    Note,
    NoteKind,
    Segment,
    SegmentKind,
    SessionKind,
    SessionRecord,
    Span,
)
from wod_pipeline.rendering import _words as words
from wod_pipeline.rendering._extent import more_lines, shown_part
from wod_pipeline.rendering._sets import Lifter, SetView, shared_reference, view_sets
from wod_pipeline.training import Athlete
from wod_pipeline.unread_text import UNREAD_TEXT, bare, quote, quoted_words
from wod_pipeline.wording import is_web_address, shorten

ItemT = TypeVar("ItemT")


class TextRun(Struct, frozen=True, omit_defaults=True):
    """A stretch of text, linked when `href` is set (always http or https); `struck`: the coach crossed it out."""

    text: str
    href: str = ""
    struck: bool = False


class NoteView(Struct, frozen=True, omit_defaults=True, tag_field="is", tag="note"):
    """A line shown as the coach wrote it. `is_unread`: it is work, of which some words were not understood."""

    runs: tuple[TextRun, ...]
    kind: NoteKind = "cue"
    is_unread: bool = False

    @property
    def text(self) -> str:
        """The note as plain text."""
        return "".join(run.text for run in self.runs)


class ExerciseView(Struct, frozen=True, omit_defaults=True, tag_field="is", tag="exercise"):
    """One movement or complex. `sets` holds one entry per prescription; none for a bare name.

    `reference` is what the percentages of its sets are of, when it is the same for all: `of 1-RM Snatch`.
    """

    name: tuple[TextRun, ...]
    quantity: str
    sets: tuple[SetView, ...]
    rest: str = ""
    tempo: str = ""
    slot: str = ""
    """Which interval of the block's rotation it has: `minute 2`."""
    height: str = ""
    alternative: bool = False
    """Whether this is an alternative to the previous exercise."""
    same_line: bool = False
    """Whether the post has it on the line of the previous exercise: the two are done without a break."""
    links: tuple[TextRun, ...] = ()
    notes: tuple[NoteView, ...] = ()
    reference: str = ""

    @property
    def title(self) -> str:
        """The name as plain text."""
        return "".join(run.text for run in self.name)


class BlockView(Struct, frozen=True, omit_defaults=True, tag_field="is", tag="block"):
    """Exercises and notes in reading order under one scheme sentence (empty when there is no scheme).

    `variant` is the heading of a version of the work: `Rx`, `Scaled, as an alternative`; empty for the
    work itself. `is_other_version` says that it is done instead of other work.
    """

    scheme: str
    items: tuple[ExerciseView | NoteView, ...]
    variant: str = ""
    is_other_version: bool = False


class SegmentView(Struct, frozen=True, omit_defaults=True, tag_field="is", tag="segment"):
    """A part of a session; `label` and `title` may both be empty."""

    label: str
    title: str
    kind: str
    items: tuple[BlockView | NoteView, ...]
    as_written: tuple[NoteView, ...] = ()
    """The lines of the post, links included."""
    warnings: tuple[str, ...] = ()
    """Possible mistakes in these lines or their parsing."""

    @property
    def heading(self) -> str:
        """Label and title as one heading: `A`, `A · Snatch`, `Warm-up`."""
        return " · ".join(part for part in (self.label, self.title) if part)


class SessionView(Struct, frozen=True, omit_defaults=True):
    """One session, ready to be laid out.

    `warnings` name possible mistakes in the session or its parsing outside its segments, `post_warnings` those of the
    whole post, such as of its dates: every session of the post has the same. `missing` names the maxes that weights
    would need.
    """

    title: str
    date: dt.date | None
    kind: SessionKind
    week: dt.date
    program: str
    post_title: str
    post_url: str
    items: tuple[SegmentView | NoteView, ...]
    warnings: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    key: str = ""
    """The record's `session`."""
    preamble: tuple[NoteView, ...] = ()
    """What the post says before its first session."""
    post_warnings: tuple[str, ...] = ()
    more: str = ""
    """How many lines are beyond the bounds and not shown, as a sentence; empty when all are."""
    is_cut: bool = False
    """Whether lines, or the ends of some, are beyond the bounds and not shown."""
    is_chosen: bool = False
    """Whether `date` is the athlete's choice, since the post names no day."""


LONGEST_QUOTE = 120
"""Characters a warning quotes of a line."""

_WARNINGS = {
    "every_mismatch": "The interval, the time and the number of sets do not agree.",
    "set_rows_gap": "The sets listed do not cover every set exactly once.",
    "heading_date_mismatch": "The heading's date is not the date of its weekday in this week.",
    "title_slug_mismatch": "The title and the address of the post name different weeks.",
    "date_inferred": "The post names no date; the week follows from when it was published.",
    "missing_heading": "This session has no heading in the post; its date is not certain.",
    "session_cut": "This session is too long to be stored whole; the post has all of it.",
    "malformed_post": "The site sent this post damaged; something may be missing.",
    "post_cut": "The post is too long to be read whole; its end is only in the post.",
    "block_cut": "This part names more exercises than are read; further ones are shown as notes.",
    "introduction_cut": "The post's introduction is too long to be shown whole; the post has all of it.",
    "remarks_cut": "More is doubtful in this post than is shown here.",
    "unreadable_load": "The load could not be read; see the coach's words.",
}


_WITH_OWN_SENTENCE = {
    "date_contradiction",
    "date_repaired",
    "load_mismatch",
    "sides_mismatch",
    "word_repaired",
}
"""Codes whose own sentence is shown, since it names the days, weights, counts or words."""
_ABOUT_DAYS = {"heading_date_mismatch", "missing_heading"}
"""Codes about a session's day, wherever in the session they were found."""


def view_session(
    record: SessionRecord, athlete: Athlete | None = None, *, whole: bool = False
) -> SessionView:
    """`record` as it is shown, with the weights of `athlete` where percentages and maxes give them.

    A session beyond the bounds is shown to them, unless `whole`.
    """
    stored = record
    record, more = (record, 0) if whole else shown_part(record)
    lines = _Lines(record.lines, record.diagnostics)
    lifter = Lifter(athlete, record.kind == "test")
    on_lines = _by_line(record.diagnostics)
    parts: list[tuple[int, SegmentView | NoteView]] = [
        (segment.lines[0], _segment(segment, on_lines, lines, lifter)) for segment in record.segments
    ]
    parts += lines.notes(record.notes)
    parts += lines.unshown(record)
    parts += lines.all_remarks()
    items = _in_order(parts)
    in_segments = {line.n for segment in record.segments for line in lines.within(segment.lines)}
    of_post = [d for d in record.diagnostics if d.line is None]
    of_session = [
        d for d in record.diagnostics if d.code in _ABOUT_DAYS or d.line not in {None, *in_segments}
    ]
    return SessionView(
        title=session_title(record),
        date=record.date,
        kind=record.kind,
        week=record.week,
        program=words.clean(record.program),
        post_title=words.clean(record.post_title),
        post_url=web_address(record.post_url),
        items=items,
        warnings=tuple(_warnings(of_session, lines)),
        missing=tuple(dict.fromkeys(_missing(items))),
        key=record.session,
        preamble=tuple(NoteView(text_runs(line), "program") for line in record.preamble),
        post_warnings=tuple(_warnings(of_post, lines)),
        more=more_lines(more),
        is_cut=record is not stored,
    )


def session_title(record: SessionRecord) -> str:
    """The heading of a session; without one what it is, and of a session without a day its number in the post."""
    if heading := words.clean(record.label or ""):
        return heading
    if record.date is None and record.kind == "training":
        place = record.session.rpartition("/")[2].lstrip("0")
        return f"Session {place}" if record.ordinal is None else f"Day {record.ordinal}"
    return {"rest": "Rest day", "optional": "Optional session", "test": "Test", "training": "Session"}[
        record.kind
    ]


def without_repeated_warnings(views: Iterable[SessionView]) -> list[SessionView]:
    """The views, the warnings about a whole post left with the first session that has them."""
    shown: set[str] = set()
    result: list[SessionView] = []
    for view in views:
        first_here = tuple(warning for warning in view.post_warnings if warning not in shown)
        shown.update(first_here)
        result.append(replace(view, post_warnings=first_here))
    return result


def _in_order(parts: Iterable[tuple[int, ItemT]]) -> tuple[ItemT, ...]:
    return tuple(item for _, item in sorted(parts, key=lambda part: part[0]))


def _missing(items: Iterable[SegmentView | NoteView]) -> Iterator[str]:
    for exercise in exercises_of(items):
        yield from (row.missing for row in exercise.sets if row.missing)


def exercises_of(
    items: Iterable[SegmentView | NoteView], *, other_versions: bool = True
) -> Iterator[ExerciseView]:
    """Every exercise of a session view, in reading order; without those of other versions unless asked."""
    for segment in items:
        for block in segment.items if isinstance(segment, SegmentView) else ():
            if isinstance(block, BlockView) and (other_versions or not block.is_other_version):
                yield from (item for item in block.items if isinstance(item, ExerciseView))


def _warnings(diagnostics: Sequence[Diagnostic], lines: _Lines) -> Iterator[str]:
    for diagnostic in diagnostics:
        own_words = words.clean(diagnostic.message) if diagnostic.code in _WITH_OWN_SENTENCE else None
        sentence = own_words or _WARNINGS.get(diagnostic.code)
        if sentence is None:
            continue
        line = lines.text(diagnostic.line) if diagnostic.line is not None else ""
        yield f"{sentence} “{shorten(line, LONGEST_QUOTE)}”" if line else sentence


# ------------------------------------------------------------------------------------------------- lines
def web_address(href: str) -> str:
    """The address without control characters; empty when it is not one of http or https."""
    href = words.clean(href).strip() if href else ""
    return href if href and is_web_address(href) else ""


class _Lines:
    """A session's source lines by number, and which of them have been shown as notes or remarks."""

    def __init__(self, lines: Sequence[Line], diagnostics: Iterable[Diagnostic] = ()) -> None:
        self._by_number = {line.n: line for line in lines}
        told = ((d.line, quoted_words(d.message)) for d in diagnostics if d.code == UNREAD_TEXT)
        self._unread = {
            n: words
            for n, words in told
            if n in self._by_number and not _only_links(self._by_number[n], words)
        }
        self._shown: set[int] = set()

    def text(self, n: int) -> str:
        line = self._by_number.get(n)
        return words.clean(line.text) if line else ""

    def within(self, span: Span) -> list[Line]:
        numbers = range(span[0], span[1] + 1)
        return [self._by_number[n] for n in numbers if n in self._by_number]

    def notes(self, notes: Iterable[Note]) -> list[tuple[int, NoteView]]:
        return [(line.n, self._note(line, note.kind)) for note in notes for line in self.within(note.lines)]

    def _note(self, line: Line, kind: NoteKind) -> NoteView:
        self._shown.add(line.n)
        return NoteView(text_runs(line), kind)

    def unshown(self, record: SessionRecord) -> list[tuple[int, NoteView]]:
        """Note lines that no node owns. They are shown too, so that none of the coach's words is lost."""
        unowned = [line for line in record.lines if line.role == "note" and line.n not in self._shown]
        return [(line.n, self._note(line, "cue")) for line in unowned]

    def remarks(self, span: Span) -> list[tuple[int, NoteView]]:
        """What is struck out of these lines, and lines with unread words, unless shown before; notes show it."""
        return self._remarks(self.within(span))

    def all_remarks(self) -> list[tuple[int, NoteView]]:
        """The same of the session's other lines, such as its heading."""
        return self._remarks(self._by_number.values())

    def _remarks(self, lines: Iterable[Line]) -> list[tuple[int, NoteView]]:
        found = (line for line in lines if (line.struck or line.n in self._unread) and line.role != "note")
        new = [line for line in found if line.n not in self._shown]
        self._shown.update(line.n for line in new)
        return [(line.n, self._remark(line)) for line in new]

    def _remark(self, line: Line) -> NoteView:
        if line.n not in self._unread:
            return NoteView((TextRun("Struck out:"), *_struck_runs(line)))
        unread = f" – not understood: {words.clean(quote(self._unread[line.n]))}"
        return NoteView((TextRun("As written: "), *text_runs(line), TextRun(unread)), is_unread=True)

    def links(self, span: Span) -> list[TextRun]:
        """The links on these lines, each once; notes show their links themselves."""
        linking = [line for line in self.within(span) if line.links and line.role != "note"]
        return [run for run in dict.fromkeys(run for line in linking for run in text_runs(line)) if run.href]


def _only_links(line: Line, unread: Iterable[str]) -> bool:
    """Whether the unread words are those of links, which are shown anyway: `(video)`."""
    linked = {bare(line.text[link.start : link.end]) for link in line.links}
    return linked.issuperset(unread)


def text_runs(line: Line) -> tuple[TextRun, ...]:
    """The line cut at its links, and behind it what is struck out of it.

    A link that overlaps the one before it or points outside the text is dropped.
    """
    if line.struck:
        return (*text_runs(replace(line, struck=())), *_struck_runs(line))
    if not line.links:
        return _text_run(line.text)
    runs: list[TextRun] = []
    end = 0
    for link in sorted(line.links, key=lambda link: link.start):
        if not end <= link.start < link.end <= len(line.text):
            continue
        runs += _text_run(line.text[end : link.start])
        runs += _text_run(line.text[link.start : link.end], web_address(link.href))
        end = link.end
    return (*runs, *_text_run(line.text[end:]))


def _struck_runs(line: Line) -> Iterator[TextRun]:
    for part in line.struck:
        if cleaned := words.clean(part):
            yield TextRun(" ")
            yield TextRun(cleaned, struck=True)


def with_addresses(runs: Iterable[TextRun]) -> str:
    """The text with each address after its words, unless they are the address: `the video (https://…)`.

    What is struck out stands between tildes.
    """
    return "".join(map(_plain, runs))


def _plain(run: TextRun) -> str:
    if run.struck:
        return f"~~{run.text}~~"
    return run.text if _names_its_address(run) else f"{run.text} ({run.href})"


def _names_its_address(run: TextRun) -> bool:
    return not run.href or _without_scheme(run.text.strip()) == _without_scheme(run.href)


def _without_scheme(address: str) -> str:
    return address.rpartition("://")[2].rstrip("/")


def text_with_addresses(line: Line) -> str:
    """The line's text, cleaned, with the addresses it links."""
    return with_addresses(text_runs(line)) if line.links or line.struck else words.clean(line.text)


@lru_cache(maxsize=8192)
def _text_run(text: str, href: str = "") -> tuple[TextRun, ...]:
    """The text as a run, none when nothing is left of it. Kept, since programs repeat their lines."""
    cleaned = words.clean(text)
    return (TextRun(cleaned, href),) if cleaned else ()


# ----------------------------------------------------------------------------------------------- segments
def _by_line(diagnostics: Iterable[Diagnostic]) -> dict[int, list[Diagnostic]]:
    """The diagnostics shown with the segments of their lines."""
    on_lines: dict[int, list[Diagnostic]] = {}
    for each in diagnostics:
        if each.line is not None and each.code not in _ABOUT_DAYS:
            on_lines.setdefault(each.line, []).append(each)
    return on_lines


def _segment(
    segment: Segment, on_lines: Mapping[int, list[Diagnostic]], lines: _Lines, lifter: Lifter
) -> SegmentView:
    within = [d for line in lines.within(segment.lines) for d in on_lines.get(line.n, ())]
    parts: list[tuple[int, BlockView | NoteView]] = [
        (block.lines[0], _block(block, lines, lifter)) for block in segment.blocks
    ]
    parts += lines.notes(segment.notes)
    parts += lines.remarks(segment.lines)
    label = words.clean(segment.label or "")
    return SegmentView(
        label=label,
        title=words.clean(segment.title or "") or ("" if label else _kind_as_title(segment.kind)),
        kind=segment.kind,
        items=_in_order(parts),
        as_written=tuple(NoteView(text_runs(line)) for line in lines.within(segment.lines)),
        warnings=tuple(_warnings(within, lines)),
    )


def _kind_as_title(kind: SegmentKind) -> str:
    return "" if kind == "other" else kind.replace("_", "-").capitalize()


def _block(block: Block, lines: _Lines, lifter: Lifter) -> BlockView:
    parts: list[tuple[int, ExerciseView | NoteView]] = []
    previous, empty_bar = None, _all_empty_bar(block)
    videos = frozenset(
        web_address(part.video_url or "") for exercise in block.exercises for part in exercise.parts
    )
    for exercise in block.exercises:
        written = " ".join([line.text for line in lines.within(exercise.lines)])
        view = _exercise(block, exercise, previous, lines, lifter, written)
        links = () if view.same_line else lines.links(exercise.lines)
        view = replace(
            view,
            sets=() if empty_bar else view.sets,
            links=tuple(link for link in links if link.href not in videos),
        )
        parts.append((exercise.lines[0], view))
        previous = exercise
    parts += [*lines.notes(block.notes), *lines.remarks(block.lines)]
    scheme = words.scheme_sentence(block) or ("With the empty bar" if empty_bar else "")
    return BlockView(scheme, _in_order(parts), words.variant_words(block), block.is_other_version)


def _all_empty_bar(block: Block) -> bool:
    if block.scheme != "free" or not block.exercises:
        return False
    return all(each.load and each.load == Load("empty_bar") for each in block.exercises)


def _exercise(
    block: Block, exercise: Exercise, previous: Exercise | None, lines: _Lines, lifter: Lifter, written: str
) -> ExerciseView:
    name = tuple(_name(exercise))
    same_line = previous is not None and exercise.lines[0] == previous.lines[1]
    reference = shared_reference(block, exercise)
    sets = view_sets(block, exercise, lifter, written, is_shared=bool(reference))
    return ExerciseView(
        name=name,
        quantity=words.quantity(exercise, written),
        sets=tuple(sets),
        rest=words.rest_words(exercise.rest),
        tempo=words.clean(exercise.tempo or ""),
        slot=words.slot_words(block, exercise),
        height=words.height_words(exercise, written),
        alternative=previous is not None
        and exercise.choice is not None
        and exercise.choice == previous.choice,
        same_line=same_line,
        notes=tuple(note for _, note in (*lines.notes(exercise.notes), *lines.remarks(exercise.lines))),
        reference=reference,
    )


def view_exercise(
    block: Block,
    exercise: Exercise,
    athlete: Athlete | None = None,
    *,
    written: str = "",
    test_day: bool = False,
) -> BlockView:
    """One exercise under its block's scheme, without notes or other links, as the history of a lift shows it.

    `written` is its text in the post, which tells a barbell from other implements.
    """
    view = _exercise(block, exercise, None, _Lines([]), Lifter(athlete, test_day), written)
    shown = replace(view, sets=()) if _all_empty_bar(block) else view
    scheme, variant = words.scheme_sentence(block), words.variant_words(block)
    return BlockView(scheme, (shown,), variant, block.is_other_version)


def title_of(exercise: Exercise) -> str:
    """The name of an exercise as plain text: `Snatch + Hip Snatch`."""
    return "".join(run.text for run in _name(exercise))


def _name(exercise: Exercise) -> Iterator[TextRun]:
    for n, part in enumerate(exercise.parts):
        if n:
            yield TextRun(" + ")
        yield TextRun(words.part_name(part), web_address(part.video_url or ""))
