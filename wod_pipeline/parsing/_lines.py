"""What one line can be, read once and remembered: lines repeat within a week and from week to week.

A reading knows nothing of the lines around it; which of its possibilities holds is decided in `_blocks` (§2).
"""

from __future__ import annotations

import re
from functools import lru_cache

from msgspec.structs import replace

from wod_pipeline.parsing._building import ReadScheme
from wod_pipeline.parsing._connectors import ReadConnector, read_connector
from wod_pipeline.parsing._schemes import read_captioned, read_scheme
from wod_pipeline.parsing._segments import Label, read_label
from wod_pipeline.parsing._text import MAX_MATCHED, Form, ReadValue, form_of
from wod_pipeline.parsing.grammar.exercises import ReadExercise, exercises_of
from wod_pipeline.parsing.grammar.known import without_unknown
from wod_pipeline.parsing.grammar.measures import read_rest
from wod_pipeline.parsing.grammar.movements import read_movements
from wod_pipeline.parsing.grammar.readings import MovementLine, ReadRest, ReadRow, Spans
from wod_pipeline.parsing.grammar.row_lines import NO_ROWS, RowLine, row_line
from wod_pipeline.parsing.grammar.tokens import tokens_of
from wod_pipeline.parsing.grammar.typos import repaired
from wod_pipeline.parsing.grammar.variants import read_variant


class LineReading(ReadValue, frozen=True, eq=False):
    """Everything a line may be on its own, the label apart from what stands behind it.

    Compared by identity, so that what is made of a reading can be remembered with it.
    """

    form: Form
    label: Label | None = None
    connector: ReadConnector | None = None
    rest: ReadRest | None = None
    row_line: RowLine = NO_ROWS
    scheme: ReadScheme | None = None
    movements: MovementLine | None = None
    bracketed: bool = False
    variant: str | None = None
    repair: tuple[str, str] | None = None  # a misspelt word, and as what it was read
    odd: Spans = ()  # the one word nobody knows, which hides nothing else

    @property
    def rows(self) -> tuple[ReadRow, ...]:
        """The set rows the line is."""
        return self.row_line.rows

    @property
    def prescribes(self) -> bool:
        """Whether the line is a scheme or movement line."""
        return self.scheme is not None or self.movements is not None

    @property
    def is_work(self) -> bool:
        """Whether the line is read as more than a note."""
        connects = self.connector is not None and self.connector.behind >= len(self.form.text)
        return self.prescribes or connects or bool(self.rest or self.rows or self.variant)

    @property
    def flaws(self) -> int:
        """How much of the line is not understood: unread spans, names nobody knows, loads that cannot be read."""
        movements = self.movements or (self.scheme.movements if self.scheme else None)
        terms = [term for element in movements.elements for term in element.terms] if movements else []
        unknown = sum(part.movement_id is None for term in terms for part in term.parts)
        loads = [*(term.load for term in terms), *(row.load for row in self.rows)]
        return len(self.unread) + unknown + sum(load is not None and load.load is None for load in loads)

    def is_better_than(self, other: LineReading) -> bool:
        """Whether this reading of a changed line understands more than the one of the line as written."""
        if self.odd and self._only_names_a_minute():
            return False
        flaws = self.flaws - len(self.odd)
        return self.is_work and (not other.is_work or flaws < other.flaws)

    def _only_names_a_minute(self) -> bool:
        """`Every minute counts` is a sentence: it tells neither how long nor how often."""
        scheme = self.scheme
        bare = scheme is not None and scheme.scheme == "every" and not (scheme.duration_s or scheme.sets)
        return bare and "every minute" in self.form.text and not self.form.text.endswith(":")

    @property
    def names_movement(self) -> bool:
        """Whether the line only names movements."""
        return self.label is None and self.movements is not None

    @property
    def counts(self) -> bool:
        """Whether the line is a scheme line, or names movements and how much of them."""
        if self.scheme is not None:
            return True
        reads = read_exercises(self, joins=False)
        counted = any(read.quantity or read.rep_scheme or read.rows for read in reads)
        return counted or (self.movements is not None and self.movements.sets is not None)

    @property
    def lists_reps(self) -> bool:
        """Whether the line only lists repetitions set by set."""
        return self.scheme is not None and self.scheme.detail == "reps"

    @property
    def unread(self) -> Spans:
        """The spans of the line that nothing was made of, though the rest was read."""
        movements = self.movements or (self.scheme.movements if self.scheme else None)
        aside = self.scheme.unread if self.scheme else ()
        rows = self.row_line.unread if not movements else ()
        return self.in_line((*(movements.unread if movements else ()), *aside, *rows)) + self.odd

    @property
    def row_unread(self) -> Spans:
        """The spans of a line of set rows that nothing was made of."""
        return self.in_line(self.row_line.unread) + self.odd

    def in_line(self, spans: Spans) -> Spans:
        """Spans of the matching form as spans of the line."""
        return tuple((self.form.origin(start), self.form.origin(end)) for start, end in spans)


@lru_cache(maxsize=16384)
def read_line(line: str, at: int = 0) -> LineReading:
    """The possibilities of a line, or of what begins at `at` in its form; a misspelt word is put right if need be."""
    form = form_of(line)
    if len(form.text) > MAX_MATCHED:
        return LineReading(form)
    reading = _read(form, at)
    if (reading.is_work and not reading.flaws) or " " not in form.text:
        return reading
    right = repaired(form)
    if right:
        better = replace(_read(right[0], at), repair=right[1:])
        reading = better if better.is_better_than(reading) else reading
    if reading.is_work and not reading.flaws:
        return reading
    plain = without_unknown(right[0] if right else form)
    if plain:
        better = replace(_read(plain[0], at), odd=(plain[1],), repair=right[1:] if right else None)
        reading = better if better.is_better_than(reading) else reading
    return reading


def _read(form: Form, at: int) -> LineReading:
    """The possibilities of a form; each tried only where its words can be."""
    label = read_label(form, at)
    at = label.behind if label else at
    connector = read_connector(form, at)
    at = connector.behind if connector else at
    text = form.text[at:] if at else form.text
    if not text:
        return LineReading(form, label, connector)
    rest = read_rest(text)
    rows = _rows(form, at) if rest is None else NO_ROWS
    scheme = read_scheme(form, at) if rest is None else None
    if rest is None and scheme is None:
        scheme, caption = read_captioned(form, at, titled=label is not None)
        label = replace(label, title=caption) if label and not label.title and caption else label
    movements = read_movements(form, at) if rest is None and scheme is None else None
    variant = read_variant(form.text) if scheme is None and movements is None else None
    return LineReading(form, label, connector, rest, rows, scheme, movements, _bracketed(form.text), variant)


_MAY_PRESCRIBE = re.compile(
    r"[0-9|]|\b(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)\b"
)
"""What every line of set rows has: a figure, or a number in words."""


def _rows(form: Form, at: int) -> RowLine:
    if not _MAY_PRESCRIBE.search(form.text, at):
        return NO_ROWS
    t = tokens_of(form)
    return row_line(t, t.at(at))


def _bracketed(text: str) -> bool:
    """§10 Whether the line stands wholly in brackets."""
    text = text.rstrip(".")
    return text[:1] in {"(", "["} and text[-1:] in {")", "]"} and not any(c in text[1:-1] for c in "()[]")


@lru_cache(maxsize=16384)
def read_exercises(reading: LineReading, *, joins: bool) -> tuple[ReadExercise, ...]:
    """The exercises a line names; `joins` as in `exercises_of`."""
    movements = reading.movements or (reading.scheme.movements if reading.scheme else None)
    return tuple(exercises_of(reading.form, movements, joins=joins)) if movements else ()
