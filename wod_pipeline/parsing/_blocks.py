"""§6 Blocks: reading the lines of a session one after the other, each into the place where it belongs.

The reader decides by what is open (`_open_places`) which of a line's possibilities holds.
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from wod_pipeline.parsing._building import ReadScheme
from wod_pipeline.parsing._connectors import ReadConnector
from wod_pipeline.parsing._continuations import ends_in_plus, unread_behind
from wod_pipeline.parsing._drafts import (
    BlockDraft,
    ExerciseDraft,
    NoteDraft,
    SegmentDraft,
)
from wod_pipeline.parsing._headings import read_heading
from wod_pipeline.parsing._lines import LineReading, read_line
from wod_pipeline.parsing._open_places import OpenPlaces
from wod_pipeline.parsing._text import exact
from wod_pipeline.parsing.grammar.movements import read_counted_name, read_movements
from wod_pipeline.parsing.grammar.readings import MovementLine, Quantity, ReadRest, ReadRow
from wod_pipeline.parsing.grammar.table_rows import (
    Columns,
    read_header_above,
    read_table_row,
    unread_cells,
)

_AGE = re.compile(r"[0-9]{2}(?:\+|-[0-9]{2})?")
_AWAITING = frozenset(("target", "above", "on off"))
"""Details that open a block only directly above a movement."""


class SessionReader(OpenPlaces):
    """Reads the lines of one session into a draft, and assigns every one of them to a node."""

    def read(self) -> None:
        """Read every line of the session."""
        outline = self._session.outline
        first, last = outline.lines
        heads = {n: self._heading_with_work(n) for n in outline.heading_lines}
        body = [n for n in range(first, last + 1) if n not in heads or heads[n]]
        self._open_unlabelled(body)
        for n in body:
            self._take(n, last)
        self._settle_rest()
        for n in heads:
            self._assign(n, "heading", self._session)
        for n, reading in self._readings.items():
            if self._owners[n][0] == "note":
                continue
            if reading.repair:
                self._session.repairs[n] = reading.repair
            if reading.odd and n not in self._session.unread:
                self._session.unread[n] = reading.odd

    def _heading_with_work(self, n: int) -> bool:
        """Whether work stands behind the day of a heading; it is then read as a line of its own."""
        heading = read_heading(self._lines[n].text)
        if heading is None or not heading.works:
            return False
        self._readings[n] = read_line(self._lines[n].text, heading.behind or 0)
        return True

    # ------------------------------------------------------------------ one line
    def _take(self, n: int, last: int) -> None:
        """The first role that fits (§2)."""
        reading = self._reading(n)
        if reading.label:
            self._take_label(n, reading)
            return
        connects = reading.connector and self._take_connector(n, reading, last)
        if connects:
            return
        table_row = self._table_row(n, reading)
        columns = self._header(n, reading, last)
        if columns:
            self._take_header(n, columns)
            return
        taken = (
            self._take_rest(n, reading.rest)
            or self._take_continuation(n, reading)
            or self._take_rows(n, reading.rows or table_row, schemed=reading.scheme)
            or self._take_scheme(n, reading, reading.scheme)
            or self._take_movements(n, reading, reading.movements)
            or self._take_variant(n, reading)
            or self._take_counted_name(n, reading)
            or self._take_name_above_rows(n, reading)
        )
        if not taken:
            self._take_note(n, bracketed=reading.bracketed)

    # ------------------------------------------------------------------ segments
    def _open_unlabelled(self, body: list[int]) -> None:
        """§4.7 Lines before the first label are a part of their own when one of them prescribes anything."""
        before = []
        for n in body:
            if self._reading(n).label:
                break
            before.append(n)
        labelled = len(before) < len(body)
        if any(self._reading(n).prescribes for n in before):
            self._open_segment(SegmentDraft(None, "warm_up" if labelled else None))

    def _take_label(self, n: int, reading: LineReading) -> None:
        """§5.1 The label opens the segment; what stands behind it is read as a line of its own."""
        label = reading.label
        assert label is not None  # noqa: S101 - asked by the caller
        carried, self._carried = self._carried, []
        segment = SegmentDraft(label, label.kind, label.title, lines=[*(m for m, _ in carried), n])
        self._open_segment(segment)
        self._clocks = [connector for _, connector in carried]
        for m, _ in carried:
            self._assign(m, "connector", segment)
        self._assign(n, "label", segment)
        behind = reading.form.words(label.behind, len(reading.form.text)).strip()
        if not behind:
            return
        if reading.scheme:
            self._open_by_scheme(n, reading, reading.scheme, owns=False)
        elif reading.movements:
            self._add_movements(n, reading, reading.movements, owns=False)
        else:
            segment.title = f"{segment.title}: {behind}" if segment.title else behind

    # ------------------------------------------------------------------ connectors
    def _take_connector(self, n: int, reading: LineReading, last: int) -> bool:
        """A connector opens a block; directly above a label it belongs to the segment that starts there."""
        connector = reading.connector
        if connector is None:
            return False
        if connector.behind < len(reading.form.text):
            return self._take_connected(n, reading, connector)
        if n < last and self._reading(n + 1).label:
            self._carried = [*self._withdrawn(n), (n, connector)]
            return True
        if self._segment is None:
            return False
        block = self._open_block(n)
        block.set_clock(connector)
        self._assign(n, "connector", block)
        return True

    def _withdrawn(self, n: int) -> list[tuple[int, ReadConnector]]:
        """The connectors directly above line `n`, whose block is given up: they say when the same thing starts."""
        above = self._segment.withdraw(n) if self._segment else []
        return [(m, connector) for m in above if (connector := self._reading(m).connector)]

    def _take_connected(self, n: int, reading: LineReading, connector: ReadConnector) -> bool:
        """A line that says when, and then what: the scheme or the movements open a block of their own."""
        if not reading.prescribes or self._segment is None:
            return False
        if reading.scheme and not self._opens(n, reading.scheme):
            return False
        states = connector.start_s is not None or connector.rest_before_s is not None
        waits = self._block is not None and self._block.stated and not self._block.exercises
        if (
            states or reading.scheme or not waits
        ):  # `Buy-in: 50 Dips` directly below `For time:` belongs to it
            self._open_block(n, shares=True).set_clock(connector)
        if reading.scheme:
            return self._take_scheme(n, reading, reading.scheme)
        return self._take_movements(n, reading, reading.movements)

    # ------------------------------------------------------------------ schemes
    def _take_scheme(self, n: int, reading: LineReading, scheme: ReadScheme | None) -> bool:
        if scheme is None:
            return False
        if self._take_reps(n, reading, scheme) or self._take_named_build(n, reading, scheme):
            return True
        details = scheme.movements is None and (scheme.detail or scheme.scheme == "build_to_max")
        if details and self._block and self._block.detailed_by(scheme, n):
            self._session.unread[n] = reading.unread
            self._block.lines.append(n)
            self._assign(n, "scheme", self._block)
            return True
        if not self._opens(n, scheme):
            return False
        self._open_by_scheme(n, reading, scheme, owns=True)
        return True

    def _take_reps(self, n: int, reading: LineReading, scheme: ReadScheme) -> bool:
        """Repetitions set by set directly below a bare name are that name's, unless they are of what follows."""
        block, exercise = self._block, self._exercise
        told = scheme.scheme == "sets" and bool(scheme.reps or scheme.max_reps) and scheme.movements is None
        if block is None or exercise is None or not exercise.alone:
            return False
        if scheme.detail != "reps" and not (told and exercise.bare and not block.stated):
            return False
        follows = self._below(n + 1).names_movement and not self._below(n + 2).lists_reps
        if follows or exercise.has_reps or exercise.lines[-1] != n - 1:
            return False
        if not block.stated:
            block = self._own_block(block, exercise)
            block.scheme = replace(block.scheme, sets=scheme.sets)
        exercise.set_reps(scheme)
        block.rest = scheme.rest or block.rest
        self._session.unread[n] = reading.unread
        block.lines.append(n)
        self._assign(n, "scheme", block)
        return True

    def _take_named_build(self, n: int, reading: LineReading, scheme: ReadScheme) -> bool:
        """`NAME - heavy single` below a scheme line with its sets is one of its movements."""
        block = self._block
        if (
            scheme.detail != "named"
            or block is None
            or block.closed
            or not block.stated
            or not scheme.movements
            or self._is_beyond(n, scheme.movements)
        ):
            return False
        block.scheme = replace(block.scheme, rm_target=scheme.rm_target)
        block.lines.append(n)
        self._append(n, reading, scheme.movements)
        self._assign(n, "scheme", block)
        return True

    def _opens(self, n: int, scheme: ReadScheme) -> bool:
        """Whether a scheme line opens a block; one that says only what to build to, or how, needs its movement."""
        if scheme.detail == "above" and scheme.load and self._segment and self._segment.has_built():
            return True
        if scheme.detail not in _AWAITING:
            return scheme.detail not in {"on", "off"}
        fresh = self._block is None or not self._block.exercises or scheme.detail == "on off"
        return fresh and self._below(n + 1).names_movement

    def _open_by_scheme(self, n: int, reading: LineReading, scheme: ReadScheme, *, owns: bool) -> None:
        """Open a block at a scheme line, or join the one that waits for it; then its own movements."""
        block = self._block
        if scheme.detail == "caption" and self._below(n + 1).names_movement:
            scheme = replace(scheme, movements=None)
        merged = block.joined_by(scheme) if block and block.awaits(scheme) else None
        if block is None or merged is None:
            block = self._open_block(n, shares=True)
            merged = scheme
        block.scheme, block.scheme_line = merged, n if block.scheme_line is None else block.scheme_line
        if scheme.rest:
            block.rest = scheme.rest
        block.lines.append(n)
        if owns:
            self._assign(n, "scheme", block)
        self._session.unread[n] = reading.unread
        if scheme.movements:
            self._append(n, reading, scheme.movements)
            block.closed = True
        elif scheme.load and self._segment and not self._below(n + 1).names_movement:
            self._exercise = self._segment.repeat_built(n)

    def _take_variant(self, n: int, reading: LineReading) -> bool:
        """A word for another version of the work, directly above work, opens blocks of that version."""
        below = self._below(n + 1)
        works = below.prescribes or read_counted_name(below.form) is not None
        if reading.variant is None or self._segment is None or not works:
            return False
        self._variant, self._block = reading.variant, None
        block = self._open_block(n)
        self._session.unread[n] = tuple(age.span() for age in _AGE.finditer(self._lines[n].text))
        self._assign(n, "scheme", block)
        return True

    # ------------------------------------------------------------------ movements
    def _take_counted_name(self, n: int, reading: LineReading) -> bool:
        """§7.1 A counted name nobody knows, alone or in a list, directly below a scheme line or another movement."""
        block = self._block
        above = self._owners.get(n - 1)
        if block is None or above is None or above[0] not in {"scheme", "movement"} or block.closed:
            return False
        line = read_counted_name(reading.form)
        if line is None and reading.form.text[:1].isdigit():
            line = read_movements(reading.form, lenient=True)
        return self._take_movements(n, replace(reading, movements=line), line) if line else False

    def _take_name_above_rows(self, n: int, reading: LineReading) -> bool:
        """`NAME - WORDS` directly above set rows is what they are of; the words are unread."""
        below = self._below(n + 1)
        head, dash, said = reading.form.text.partition(" - ")
        if not said or below.label or not below.rows or below.rows[0].load is None or below.prescribes:
            return False
        line = read_movements(replace(reading.form, text=head))
        if line is None:
            return False
        behind = (len(head) + len(dash), len(reading.form.text))
        line = replace(line, unread=(*line.unread, behind))
        return self._take_movements(n, replace(reading, movements=line), line)

    def _take_movements(self, n: int, reading: LineReading, line: MovementLine | None) -> bool:
        if line is None or self._is_beyond(n, line):
            return False
        self._add_movements(n, reading, line, owns=True)
        return True

    def _take_continuation(self, n: int, reading: LineReading) -> bool:
        """A line that only goes on with the exercise directly above is one with it."""
        exercise, block, segment = self._exercise, self._block, self._segment
        alone = reading.prescribes and not ends_in_plus(self._lines[n - 1].text)
        if alone or not (exercise and block and segment) or block.closed:
            return False
        went_on = exercise.go_on(self._lines, n, self._session.outline.lines[1], joins=segment.joins(block))
        if went_on:
            self._assign(n, "movement", exercise)
            self._session.unread[n] = unread_behind(self._lines[n - 1].text, self._lines[n].text)
        return went_on

    # ------------------------------------------------------------------ set rows
    def _table_row(self, n: int, reading: LineReading) -> tuple[ReadRow, ...]:
        if self._exercise is None or "|" not in reading.form.text:
            return ()
        row = read_table_row(reading.form.text, self._columns)
        if row:
            self._session.unread[n] = reading.in_line(unread_cells(reading.form.text, self._columns))
        return (row,) if row else ()

    def _header(self, n: int, reading: LineReading, last: int) -> Columns | None:
        if self._exercise is None or n >= last or "|" not in reading.form.text:
            return None
        return read_header_above(reading.form.text, self._reading(n + 1).form.text)

    def _take_header(self, n: int, columns: Columns) -> None:
        block = self._block
        assert block is not None  # noqa: S101 - it holds the exercise above
        self._columns = columns
        block.lines.append(n)
        self._assign(n, "scheme", block)

    def _take_rows(self, n: int, rows: tuple[ReadRow, ...], *, schemed: ReadScheme | None) -> bool:
        """§8 Rows belong to the exercise above; without one they are no rows."""
        if rows and self._exercise is None and self._segment:
            self._exercise = self._segment.adopt_name() or self._segment.go_on(rows[0], n)
        exercise, block = self._exercise, self._block
        if not rows or exercise is None or block is None or not self._takes_rows(n, rows, exercise):
            return False
        if self._take_told_sets(n, rows, block, exercise):
            return True
        self._keep_scheme_as_rows(block, exercise)
        if schemed and len(rows) == 1 and not self._counts_sets(n, schemed, block, exercise):
            return False
        block = block if block.stated else self._own_block(block, exercise)
        self._add_rows(n, rows, block, exercise)
        return True

    def _keep_scheme_as_rows(self, block: BlockDraft, exercise: ExerciseDraft) -> None:
        """`2 x 2 @ 90%` repeats what was built to above it; with more rows below it is the first of them."""
        n = block.scheme_line
        if block.scheme.detail != "above" or not block.scheme.load or exercise.rows or n is None:
            return
        for row in self._reading(n).rows:
            exercise.add_row(row, n)
        block.scheme, block.own_sets = ReadScheme("sets", sets=block.scheme.sets), True

    def _takes_rows(self, n: int, rows: tuple[ReadRow, ...], exercise: ExerciseDraft) -> bool:
        """Whether the rows can be of the exercise: bare repetitions only where it says none itself."""
        bare = rows[0].load is None and rows[0].first is None
        return exercise.takes(rows, self._reading(n).movements) and not (bare and exercise.read.quantity)

    def _add_rows(
        self, n: int, rows: tuple[ReadRow, ...], block: BlockDraft, exercise: ExerciseDraft
    ) -> None:
        reading = self._reading(n)
        if reading.rows:
            self._session.unread[n] = reading.row_unread
        drafts = [exercise.add_row(row, n) for row in rows]
        exercise.lines.append(n)
        if block.own_sets:
            block.scheme = replace(block.scheme, sets=exercise.last_set())
        self._assign(n, "set_row", drafts[0] if len(drafts) == 1 else exercise)
        self._take_behind_rows(n, rows[-1], reading)

    def _take_told_sets(
        self, n: int, rows: tuple[ReadRow, ...], block: BlockDraft, exercise: ExerciseDraft
    ) -> bool:
        """§8 `5 sets of 2 reps` below a bare name is the scheme of the name."""
        row = rows[0]
        says_sets = len(rows) == 1 and row.first is None and row.load is None and row.reps and row.repeat > 1
        if not says_sets or not exercise.bare or exercise.rows or not exercise.alone or block.stated:
            return False
        block = self._own_block(block, exercise)
        self._session.unread[n] = self._reading(n).row_unread
        block.scheme = replace(block.scheme, sets=exact(row.repeat))
        exercise.read = replace(exercise.read, quantity=Quantity("reps", row.reps, unit=True))
        block.lines.append(n)
        self._assign(n, "scheme", block)
        self._take_behind_rows(n, row, self._reading(n))
        return True

    def _take_behind_rows(self, n: int, last: ReadRow, reading: LineReading) -> None:
        """What a line tells behind its rows: a rest, and what is built to after them."""
        if last.rest:
            self._await(last.rest, [])
        if reading.row_line.builds:
            self._open_build(n, *reading.row_line.builds)

    def _counts_sets(self, n: int, scheme: ReadScheme, block: BlockDraft, exercise: ExerciseDraft) -> bool:
        """Whether so many sets at a load are rows, and not the scheme of what follows.

        `N sets of R @ L` are below an exercise that says nothing itself, `N sets @ L` wherever no movement follows.
        """
        if scheme.detail == "above":
            return block.scheme.scheme != "build_to_max"
        open_end = self._reading(n).form.text.endswith(":")
        if scheme.reps is None and not open_end and block.scheme.scheme != "build_to_max":
            return not self._below(n + 1).names_movement
        return not block.stated and (bool(exercise.rows) or exercise.bare)

    # ------------------------------------------------------------------ rest
    def _take_rest(self, n: int, rest: ReadRest | None) -> bool:
        """§9 A rest waits until it is known whether another exercise of the block follows."""
        block = self._block
        if rest is None or block is None:
            return False
        if rest.between or self._exercise is None:
            block.rest = rest.rest
            block.lines.append(n)
            self._assign(n, "rest", block)
        else:
            self._await(rest.rest, [n])
        return True

    # ------------------------------------------------------------------ notes
    def _take_note(self, n: int, *, bracketed: bool) -> None:
        """§10 A note in brackets directly below an exercise is the exercise's, else it hangs on what is open."""
        note = NoteDraft(n)
        self._alternative = self._reading(n).form.text.strip(" -.:") == "or"
        self._assign(n, "note", note)
        if bracketed and self._resting and self._resting.directly_above(n):
            self._resting.notes.append(note)
            return
        exercise = self._exercise
        if bracketed and exercise and exercise.alone and exercise.has_line(n - 1):
            exercise.notes.append(note)
            return
        (self._block or self._segment or self._session).notes.append(note)
