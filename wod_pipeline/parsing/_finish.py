"""From drafts to the values of a ParsedPost: spans, quantities, loads with their references, kinds, diagnostics.

By now every line has its place; here each node is given what the lines around it add (§6, §8, §11).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from wod_pipeline.bounds import EXERCISES_IN_BLOCK
from wod_pipeline.parsing._contradictions import (
    Fault,
    figure,
    interval_mismatch,
    rows_gap,
    sides_mismatch,
    slot_mismatch,
    weight_mismatch,
)
from wod_pipeline.parsing._diagnostics import diagnostic
from wod_pipeline.parsing._drafts import (
    BlockDraft,
    ExerciseDraft,
    NoteDraft,
    RowDraft,
    SegmentDraft,
    SessionDraft,
)
from wod_pipeline.parsing._note_loads import NoteLoads, shares_load
from wod_pipeline.parsing._references import Policy, infer_reference, named_reference
from wod_pipeline.parsing._segments import segment_kind
from wod_pipeline.parsing._text import exact
from wod_pipeline.parsing.grammar.exercises import NamedPart, ReadExercise
from wod_pipeline.parsing.grammar.note_kinds import note_kind
from wod_pipeline.parsing.grammar.readings import Quantity, ReadLoad
from wod_pipeline.program import (
    Block,
    Diagnostic,
    Exercise,
    Load,
    Note,
    Part,
    Range,
    Reference,
    Segment,
    SegmentKind,
    Session,
    SetRow,
    SourceLine,
    Span,
)
from wod_pipeline.vocabulary import MOVEMENTS, movement_name, nearest_movements

_LIKENESS = 0.75
"""How like a known name must be to be offered, as difflib's ratio."""
_MOST_OFFERS = 60
"""So many unknown names of a post are compared with the vocabulary, which is dear; a longer list is no training."""


class Finisher:
    """Turns drafts into values, and gathers the diagnostics on the way."""

    def __init__(self, lines: list[SourceLine], policy: Policy) -> None:
        self._lines = lines
        self._policy = policy
        self._offers = 0
        self._of_notes = NoteLoads(lines, lambda n, words: self._report("unreadable_load", n, load=words))
        self._in_warm_up = False
        self.diagnostics: dict[tuple[str, int | None], Diagnostic] = {}

    def _report(self, code: str, line: int, **words: object) -> None:
        self.diagnostics.setdefault((code, line), diagnostic(code, line, severity=None, **words))

    def _report_faults(self, line: int, faults: Iterator[Fault]) -> None:
        for fault in faults:
            self._report(fault.code, line, **fault.words)

    # ------------------------------------------------------------------ nodes
    def notes(self, drafts: list[NoteDraft]) -> list[Note]:
        """Each note line with its kind."""
        return [Note(note_kind(self._lines[draft.n].text), (draft.n, draft.n)) for draft in drafts]

    def session(self, draft: SessionDraft) -> Session:
        """The session with its segments."""
        outline = draft.outline
        return Session(
            date=outline.date,
            weekday=outline.weekday,
            label=outline.label,
            kind=outline.kind,
            lines=outline.lines,
            segments=[self._segment(segment) for segment in draft.segments],
            ordinal=outline.ordinal,
            notes=self.notes(draft.notes),
        )

    def _segment(self, draft: SegmentDraft) -> Segment:
        self._in_warm_up = draft.kind == "warm_up"
        blocks = [self._block(block) for block in draft.blocks]
        notes = self.notes(draft.notes)
        return Segment(
            label=draft.label.label if draft.label else None,
            kind=draft.kind or _kind(blocks),
            lines=_span(draft.lines, [*blocks, *notes]),
            blocks=blocks,
            title=draft.title,
            pair_of=draft.label.pair_of if draft.label else None,
            notes=notes,
        )

    def _block(self, draft: BlockDraft) -> Block:
        scheme = draft.scheme
        exercises = [self._exercise(exercise, draft) for exercise in draft.exercises]
        notes = self.notes(draft.notes)
        if draft.scheme_line is not None:
            self._report_faults(draft.scheme_line, interval_mismatch(scheme, draft.exercises))
        if draft.full_at is not None:
            self._report("block_cut", draft.full_at, most=EXERCISES_IN_BLOCK.most)
        return Block(
            scheme=scheme.scheme,
            lines=_span(draft.lines, [*exercises, *notes]),
            exercises=exercises,
            start_s=draft.start_s,
            rest_before_s=draft.rest_before_s,
            interval_s=scheme.interval_s,
            duration_s=scheme.duration_s,
            cap_s=scheme.cap_s,
            variant=draft.variant,
            sets=scheme.sets,
            rm_target=scheme.rm_target,
            rest=draft.rest,
            notes=notes,
        )

    # ------------------------------------------------------------------ exercises
    def _exercise(self, draft: ExerciseDraft, block: BlockDraft) -> Exercise:
        read, notes = draft.read, self.notes(draft.notes)
        single_row = self._single_row(draft, block)
        rows = [] if single_row else draft.rows
        exercise = Exercise(
            parts=[self._part(draft.lines[0], part) for part in read.parts],
            lines=_span([*draft.lines, *[row.n for row in draft.rows]], notes),
            rep_scheme=list(read.rep_scheme),
            per_side=read.side,
            tempo=read.tempo,
            slot=draft.slot,
            height_cm=read.height,
            rest=draft.rest,
            choice=draft.choice,
            notes=notes,
        )
        _set_quantity(exercise, read, block)
        if single_row:
            exercise.reps = single_row.read.reps
        self._set_loads(exercise, draft, block, rows, single_row)
        self._set_slot(exercise, draft, block.scheme.interval_s)
        if self._is_air_squat(exercise, block):
            exercise.parts = [replace(exercise.parts[0], movement_id="air_squat")]
        if exercise.set_rows:
            gap = rows_gap(exercise.set_rows, draft.above, block.scheme.sets)
            self._report_faults(exercise.set_rows[0].lines[0], gap)
        self._report_faults(draft.lines[0], sides_mismatch(read))
        return exercise

    def _set_slot(self, exercise: Exercise, draft: ExerciseDraft, interval: int | None) -> None:
        """§7.7 A time behind a slot is its place on the clock, or when it is shorter than the interval, the work."""
        seconds, slot = draft.slot_s, draft.slot
        if seconds is None or seconds.min is None or slot is None or interval is None:
            return
        if 0 < seconds.min < interval:
            exercise.duration_s = exercise.duration_s or seconds
        else:
            self._report_faults(draft.lines[0], slot_mismatch(slot, round(seconds.min), interval))

    def _is_air_squat(self, exercise: Exercise, block: BlockDraft) -> bool:
        """§7.2 A squat that nothing says is loaded, in conditioning or a warm-up, is done without a bar."""
        fast = block.scheme.scheme in {"rounds", "amrap", "for_time", "tabata"}
        plain = len(exercise.parts) == 1 and exercise.parts[0].raw.lower() in {"squat", "squats"}
        loaded = exercise.load or exercise.set_rows or block.own_sets
        return plain and not loaded and (fast or self._in_warm_up)

    def _single_row(self, draft: ExerciseDraft, block: BlockDraft) -> RowDraft | None:
        """`NAME 70% x 4` under a scheme line prescribes every set of it, not the first."""
        inline = [row for row in draft.rows if row.n == draft.lines[0]]
        return (
            inline[0]
            if block.stated and len(draft.rows) == len(inline) == 1 and inline[0].read.repeat == 1
            else None
        )

    def _part(self, n: int, part: NamedPart) -> Part:
        """§7.10 The words that name the movement, and the first link over them."""
        links = self._lines[n].links
        over = (
            [link.href for link in links if link.start < part.end and link.end > part.start] if links else []
        )
        if part.movement_id is None:
            self._report_unknown(n, part.raw)
        return Part(part.raw, part.movement_id, part.reps, part.pause, over[0] if over else None)

    def _report_unknown(self, n: int, name: str) -> None:
        near = nearest_movements(name, 1, _LIKENESS) if self._offers < _MOST_OFFERS else ()
        self._offers += 1
        offer = f"; did you mean “{movement_name(near[0])}”?" if near else "."
        self._report("unknown_movement", n, name=name, nearest=offer)

    # ------------------------------------------------------------------ loads
    def _set_loads(
        self,
        exercise: Exercise,
        draft: ExerciseDraft,
        block: BlockDraft,
        rows: list[RowDraft],
        single: RowDraft | None,
    ) -> None:
        n = draft.lines[0]
        own = single.read.load if single else draft.read.load
        if own is None and not rows and block.scheme_line is not None and shares_load(draft, block):
            own, n = block.scheme.load, block.scheme_line
        if not rows:
            own, n = self._of_notes.with_notes(own, n, draft, block)
            if own is None:
                return
        stated: list[tuple[ReadLoad | None, int]] = [(own, n), *((row.read.load, row.n) for row in rows)]
        ids = [part.movement_id for part in exercise.parts]
        references = self._references(stated, ids)
        name = " + ".join(part.raw for part in exercise.parts)
        loads = [
            self._load(read, line, ref, name) for (read, line), ref in zip(stated, references, strict=True)
        ]
        exercise.load = loads[0]
        exercise.set_rows = [
            SetRow(row.first, row.last, (row.n, row.n), row.read.reps, load, row.read.part_reps)
            for row, load in zip(rows, loads[1:], strict=True)
        ]

    def _references(
        self, stated: list[tuple[ReadLoad | None, int]], ids: list[str | None]
    ) -> list[Reference | None]:
        """§8 rules 1 to 6 for the percents of one exercise, in reading order."""
        explicit = [self._explicit(read, ids) for read, _ in stated]
        near = next((reference for reference in explicit if reference), None)
        out: list[Reference | None] = []
        for own, (read, _) in zip(explicit, stated, strict=True):
            near = own or near
            if read is None or read.load is None or read.load.kind != "percent":
                out.append(None)
            elif read.unknown_lift:
                out.append(Reference(None, read.rm, "ambiguous"))
            elif own:
                out.append(own)
            else:
                out.append(_inherited(near) if near else infer_reference(ids, read.rm, self._policy))
        return out

    def _explicit(self, read: ReadLoad | None, ids: list[str | None]) -> Reference | None:
        if read is None or read.named is None or read.load is None or read.load.kind != "percent":
            return None
        if read.either:
            return Reference(None, read.rm, "ambiguous", read.named)
        if read.named:
            return named_reference(read.named, read.rm, self._policy)
        if len(ids) == 1 and ids[0]:
            return Reference(ids[0], read.rm, "explicit")
        return None

    def _load(self, read: ReadLoad | None, n: int, reference: Reference | None, name: str) -> Load | None:
        """The load as a value of the model, with its diagnostics."""
        if read is None:
            return None
        if read.load is None:
            self._report("unreadable_load", n, load=read.words)
            return None
        weight = read.load.abs
        if weight and read.also:
            self._report_faults(n, weight_mismatch(weight, read.also))
        if read.unit_missing and weight:
            self._report("load_unit_missing", n, load=figure(Range(weight.min, weight.max, weight.f)))
        if reference and reference.source == "ambiguous":
            lifts = " or ".join(MOVEMENTS[lift].name for lift in reference.candidates if lift in MOVEMENTS)
            self._report("ambiguous_reference", n, name=name, candidates=f" ({lifts})" if lifts else "")
        return replace(read.load, ref=reference) if reference else read.load


def _set_quantity(exercise: Exercise, read: ReadExercise, block: BlockDraft) -> None:
    """The quantity the line states; where it states none, the repetitions or seconds of the scheme."""
    quantity, scheme = read.quantity, block.scheme
    if quantity is None:
        if scheme.rep_scheme and not exercise.rep_scheme:
            exercise.rep_scheme = list(scheme.rep_scheme)
        elif not exercise.rep_scheme and not read.rows:
            exercise.reps = scheme.reps
            exercise.max_of = "reps" if scheme.max_reps else None
        if scheme.seconds:
            exercise.duration_s = Range(scheme.seconds, scheme.seconds)
    elif quantity.max_of:
        exercise.max_of = quantity.max_of
        if quantity.value is not None:
            setattr(exercise, quantity.field, quantity.value)
        elif scheme.seconds:
            exercise.duration_s = Range(scheme.seconds, scheme.seconds)
    elif quantity.value is not None and not _is_target(quantity, block):
        setattr(exercise, quantity.field, quantity.value)
    for measure in read.measures:
        setattr(exercise, measure.field, measure.value)


def _is_target(quantity: Quantity, block: BlockDraft) -> bool:
    """§6 What is built to a maximum has no reps, the target says them; others beside it keep theirs."""
    target = block.scheme.rm_target
    if block.scheme.scheme != "build_to_max" or target is None or quantity.field != "reps":
        return False
    return len(block.exercises) == 1 or quantity.value == exact(target.reps)


def _inherited(near: Reference) -> Reference:
    return near if near.source == "ambiguous" else replace(near, source="inherited")


def _kind(blocks: list[Block]) -> SegmentKind:
    movements = [
        MOVEMENTS[part.movement_id]
        for block in blocks
        for exercise in block.exercises
        for part in exercise.parts
        if part.movement_id
    ]
    unknown = any(part.movement_id is None for b in blocks for e in b.exercises for part in e.parts)
    families = [(movement.family, bool(movement.ref_chain)) for movement in movements]
    return segment_kind((block.scheme for block in blocks), families + [("", False)] * unknown)


def _span(own: list[int], children: Sequence[Note | Block | Exercise]) -> Span:
    """§2 The first and last line over a node's own and its descendants' lines."""
    ends = [*own]
    for child in children:
        ends += child.lines
    return (min(ends), max(ends)) if ends else (0, 0)
