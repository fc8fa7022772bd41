"""From drafts to the values of a ParsedPost: spans, quantities, loads with their references, kinds, diagnostics.

By now every line has its place; here each node is given what the lines around it add (§6, §8, §11).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, islice

from msgspec.structs import replace

from wod_pipeline.bounds import EXERCISES_IN_BLOCK
from wod_pipeline.parsing._diagnostics import diagnostic
from wod_pipeline.parsing._drafts import (
    BlockDraft,
    ExerciseDraft,
    NoteDraft,
    RowDraft,
    SegmentDraft,
    SessionDraft,
)
from wod_pipeline.parsing._notes import NOTHING, Added, read_added
from wod_pipeline.parsing._references import Policy, infer_reference, named_reference
from wod_pipeline.parsing._segments import segment_kind
from wod_pipeline.parsing._text import exact
from wod_pipeline.parsing.grammar.exercises import NamedPart, ReadExercise
from wod_pipeline.parsing.grammar.note_kinds import note_kind
from wod_pipeline.parsing.grammar.readings import Quantity, ReadLoad
from wod_pipeline.program import (
    AbsoluteLoad,
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
from wod_pipeline.wording import count

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
        self._added_by: dict[int, list[tuple[Added, int]]] = {}
        self._targets: dict[int, int | None] = {}  # by line of a note
        self._in_warm_up = False
        self.diagnostics: dict[tuple[str, int | None], Diagnostic] = {}

    def _report(self, code: str, line: int, **words: object) -> None:
        self.diagnostics.setdefault((code, line), diagnostic(code, line, severity=None, **words))

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
        self._check_interval(draft)
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

    def _check_interval(self, draft: BlockDraft) -> None:
        """§6 The three figures of an interval scheme, when all are stated, must agree."""
        scheme, line = draft.scheme, draft.scheme_line
        if (
            scheme.scheme != "every"
            or line is None
            or not (scheme.interval_s and scheme.duration_s and scheme.sets)
        ):
            return
        slots = max((exercise.slot or 0 for exercise in draft.exercises), default=0) or len(draft.exercises)
        if scheme.of_each and scheme.sets != exact(scheme.of_each * slots):
            self._report(
                "every_mismatch",
                line,
                sets=scheme.of_each * slots,
                interval=in_words(scheme.interval_s),
                product=in_words(scheme.of_each * slots * scheme.interval_s),
                duration=in_words(scheme.duration_s),
            )
            return
        ends = [end for end in (scheme.sets.min, scheme.sets.max) if end is not None]
        if any(round(end * scheme.interval_s) == scheme.duration_s for end in ends):
            return
        sets = ends[-1] if ends else 0
        self._report(
            "every_mismatch",
            line,
            sets=sets,
            interval=in_words(scheme.interval_s),
            product=in_words(round(sets * scheme.interval_s)),
            duration=in_words(scheme.duration_s),
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
        self._set_slot(exercise, draft, block)
        if self._is_air_squat(exercise, block):
            exercise.parts = [replace(exercise.parts[0], movement_id="air_squat")]
        self._check_rows(exercise, draft.above, block)
        self._check_sides(exercise, read, draft.lines[0])
        return exercise

    def _set_slot(self, exercise: Exercise, draft: ExerciseDraft, block: BlockDraft) -> None:
        """§7.7 A time behind a slot is its place on the clock, or when it is shorter than the interval, the work."""
        seconds, interval = draft.slot_s, block.scheme.interval_s
        if seconds is None or seconds.min is None or draft.slot is None or interval is None:
            return
        if seconds.min < interval:
            exercise.duration_s = exercise.duration_s or seconds
        elif seconds.min not in {draft.slot * interval, (draft.slot - 1) * interval}:
            at = draft.slot * interval
            self._report(
                "every_mismatch",
                draft.lines[0],
                sets=draft.slot,
                interval=in_words(interval),
                product=in_words(at),
                duration=in_words(round(seconds.min)),
            )

    def _is_air_squat(self, exercise: Exercise, block: BlockDraft) -> bool:
        """§7.2 A squat that nothing says is loaded, in conditioning or a warm-up, is done without a bar."""
        fast = block.scheme.scheme in {"rounds", "amrap", "for_time", "tabata"}
        plain = len(exercise.parts) == 1 and exercise.parts[0].raw.lower() in {"squat", "squats"}
        loaded = exercise.load or exercise.set_rows or block.own_sets
        return plain and not loaded and (fast or self._in_warm_up)

    def _check_sides(self, exercise: Exercise, read: ReadExercise, n: int) -> None:
        """§7.6 A count beside the one for each side is that one, or twice it."""
        total, side = read.total, read.quantity.value if read.quantity else None
        if total is None or side is None or total in {side, _times(side, 2)}:
            return
        self._report(
            "sides_mismatch",
            n,
            total=_figure(total.min, total.max, total.f),
            side=_figure(side.min, side.max, side.f),
        )

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

    def _check_rows(self, exercise: Exercise, above: int, block: BlockDraft) -> None:
        """§8 Set rows must cover 1…sets exactly once, counted on from the block above when they go on there."""
        if not exercise.set_rows:
            return
        spans = [range(row.first, min(row.last, row.first + 999) + 1) for row in exercise.set_rows]
        sets = block.scheme.sets
        last = max((span[-1] for span in spans if span), default=0)
        count = sets.max if sets and sets.max is not None else last - above
        if not _cover(spans, range(above + 1, above + int(count) + 1)):
            numbers = ", ".join(map(str, islice(chain.from_iterable(spans), 20)))
            self._report("set_rows_gap", exercise.set_rows[0].lines[0], named=numbers, sets=count)

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
        if own is None and not rows and block.scheme.load and block.scheme_line is not None:
            own, n = block.scheme.load, block.scheme_line
        if not rows:
            own, n = self._with_notes(own, n, draft, block)
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

    def _with_notes(
        self, own: ReadLoad | None, n: int, draft: ExerciseDraft, block: BlockDraft
    ) -> tuple[ReadLoad | None, int]:
        """§8 What the notes of the block and of the exercise add to the load of an exercise without set rows."""
        added = [*self._of_block(draft, block), *self._added(draft.notes)]
        if not added and not block.scheme.empty_bar:
            return own, n
        load = own.load if own else None
        told = next(((add.load, line) for add, line in added if add.load), None)
        if own is None and told and not block.scheme.empty_bar:
            return told
        if load is None and block.scheme.empty_bar:
            own = _of(Load("empty_bar"))
            load = own.load
        bounds = [(read, line) for add, line in added for read in (add.at_most, add.at_least) if read]
        if bounds and (load is None or load.kind in {"described", "empty_bar"}):
            own, n = _joined([read for read, _ in bounds]), bounds[0][1]
            load = own.load
        if load is None and own is None and any(add.empty_bar for add, _ in added):
            own = _of(Load("empty_bar"))
            load = own.load
        if any(add.ramp for add, _ in added):
            if own and load is None:
                self._report("unreadable_load", n, load=own.words)
            rising = replace(load or Load("described"), ramp=True)
            own = replace(own, load=rising) if own else _of(rising)
        return own, n

    def _of_block(self, draft: ExerciseDraft, block: BlockDraft) -> list[tuple[Added, int]]:
        """What the notes of the block add to one of its exercises.

        A note with others of the block below it speaks of the exercise above it, below the last of all when none of
        them has a load, else of the last; above the first, or by its words, of all.
        """
        return [
            (add, n)
            for add, n in self._added(block.notes)
            if self._target_of(add, n, block) in {None, id(draft)} and _is_done_with(draft, add, block)
        ]

    def _target_of(self, add: Added, n: int, block: BlockDraft) -> int | None:
        """The id of the exercise that a note on line `n` speaks of; None: all of the block."""
        if n not in self._targets:
            before = [exercise for exercise in block.exercises if exercise.lines[0] < n]
            last = len(before) == len(block.exercises)
            bare = not any(exercise.read.load or exercise.rows for exercise in block.exercises)
            of_all = add.of_all or not before or (last and bare)
            self._targets[n] = None if of_all else id(before[-1])
        return self._targets[n]

    def _added(self, notes: list[NoteDraft]) -> list[tuple[Added, int]]:
        """What notes add, those that add nothing left out; remembered for the block all its exercises share."""
        if not notes:
            return []
        key = id(notes)
        if key not in self._added_by:
            reads = ((read_added(self._lines[note.n].text), note.n) for note in notes)
            self._added_by[key] = [(read, n) for read, n in reads if read != NOTHING]
        return self._added_by[key]

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
        if weight and read.also and not _is_same_weight(weight, read.also):
            self._report("load_mismatch", n, first=_weight_words(weight), second=_weight_words(read.also))
        if read.unit_missing and weight:
            self._report("load_unit_missing", n, load=_figure(weight.min, weight.max, weight.f))
        if reference and reference.source == "ambiguous":
            lifts = " or ".join(MOVEMENTS[lift].name for lift in reference.candidates if lift in MOVEMENTS)
            self._report("ambiguous_reference", n, name=name, candidates=f" ({lifts})" if lifts else "")
        return replace(read.load, ref=reference) if reference else read.load


_LIFTED = frozenset(("clean", "clean+jerk", "hinge", "jerk", "press", "pull", "snatch", "squat", "accessory"))
"""Families whose movements are done with a weight."""


def _is_done_with(draft: ExerciseDraft, add: Added, block: BlockDraft) -> bool:
    """Whether the weight a note tells is for this exercise: it is done with the implement, or lifted at all."""
    if add.load is None or add.load.load is None or add.load.load.abs is None:
        return True
    parts = draft.read.parts
    if add.done_with:
        named = {
            word
            for part in parts
            for word in (*part.raw.lower().split(), *(part.movement_id or "").split("_"))
        }
        return bool(named.intersection(add.done_with))
    movements = [MOVEMENTS[part.movement_id] for part in parts if part.movement_id]
    return len(block.exercises) == 1 or any(movement.family in _LIFTED for movement in movements)


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


def _cover(spans: Iterable[range], whole: range) -> bool:
    """Whether the spans together hold every number of `whole` exactly once, and no other."""
    at = whole.start
    for span in sorted(filter(None, spans), key=lambda span: span.start):
        if span.start != at:
            return False
        at = span.stop
    return at == max(whole.stop, whole.start)


def _of(load: Load) -> ReadLoad:
    return ReadLoad(load)


def _joined(bounds: list[ReadLoad]) -> ReadLoad:
    """A floor and a cap from different notes make one range."""
    ranges = [read.load.pct for read in bounds if read.load and read.load.pct]
    low = next((pct.min for pct in ranges if pct.min is not None), None)
    high = next((pct.max for pct in ranges if pct.max is not None), None)
    named = next((read for read in bounds if read.named is not None), bounds[0])
    return replace(named, load=Load("percent", pct=Range(low, high)))


def _inherited(near: Reference) -> Reference:
    return near if near.source == "ambiguous" else replace(near, source="inherited")


def _times(value: Range, factor: int) -> Range:
    low, high, women = (None if n is None else n * factor for n in (value.min, value.max, value.f))
    return Range(low, high, women)


_KILOGRAMS = {"kg": 1.0, "lb": 0.45359237, "pood": 16.38}


def _is_same_weight(first: AbsoluteLoad, second: AbsoluteLoad) -> bool:
    """§8 Two ways to say a weight agree when they are at most 3 % or 1 kg apart."""
    if first.unit is None or second.unit is None or first.unit == second.unit:
        return True
    pairs = zip((first.min, first.max, first.f), (second.min, second.max, second.f), strict=True)
    for one, other in pairs:
        if one is not None and other is not None:
            kilos, more = one * _KILOGRAMS[first.unit], other * _KILOGRAMS[second.unit]
            if abs(kilos - more) > max(1, 0.03 * kilos):
                return False
    return True


def _weight_words(weight: AbsoluteLoad) -> str:
    return f"{_figure(weight.min, weight.max, weight.f)} {weight.unit or ''}".strip()


def _figure(low: object, high: object, women: object) -> str:
    if women is not None:
        return f"{low}/{women}"
    return f"{low}" if low == high else f"{low}-{high}"


def in_words(seconds: int) -> str:
    """A time for people: `90 seconds`, `2 minutes`, `2:30 minutes`."""
    if seconds < 120 and seconds % 60:
        return f"{seconds} seconds"
    minutes, rest = divmod(seconds, 60)
    if rest:
        return f"{minutes}:{rest:02d} minutes"
    return count(minutes, "minute")


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
