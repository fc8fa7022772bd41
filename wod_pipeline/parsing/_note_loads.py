"""§8 What the notes of a block and of an exercise add to its load: a cap, a floor, a rise, a weight."""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec.structs import replace

from wod_pipeline.parsing._drafts import BlockDraft, ExerciseDraft, NoteDraft
from wod_pipeline.parsing._notes import NOTHING, Added, read_added
from wod_pipeline.parsing.grammar.readings import ReadLoad
from wod_pipeline.program import Load, Range, SourceLine
from wod_pipeline.vocabulary import MOVEMENTS


class NoteLoads:
    """The notes of a post as what they add to loads, each read once.

    `unreadable` is called with the line and the words of a load that should rise and cannot be read.
    """

    def __init__(self, lines: list[SourceLine], unreadable: Callable[[int, str], None]) -> None:
        self._lines = lines
        self._unreadable = unreadable
        self._added_by: dict[int, list[tuple[Added, int]]] = {}
        self._targets: dict[int, int | None] = {}  # by line of a note

    def with_notes(
        self, own: ReadLoad | None, n: int, draft: ExerciseDraft, block: BlockDraft
    ) -> tuple[ReadLoad | None, int]:
        """§8 What the notes of the block and of the exercise add to the load of an exercise without set rows."""
        added = [*self._of_block(draft, block), *self._added(draft.notes)]
        if not added and not block.scheme.empty_bar:
            return own, n
        told = next(((add.load, line) for add, line in added if add.load), None)
        if own is None and told and not block.scheme.empty_bar:
            return told
        own, n = _bounded(own, n, added, empty_bar=block.scheme.empty_bar)
        if any(add.ramp for add, _ in added):
            own = self._rising(own, n)
        return own, n

    def _rising(self, own: ReadLoad | None, n: int) -> ReadLoad:
        if own is None:
            return ReadLoad(Load("described", ramp=True))
        if own.load is None:
            self._unreadable(n, own.words)
        return replace(own, load=replace(own.load or Load("described"), ramp=True))

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
            named = _named_in(self._lines[n].text, block)
            self._targets[n] = id(named) if named else None if of_all else id(before[-1])
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


_ON = re.compile(r"\b(?:on|for|in) the (?P<name>[a-z]+)")


def _named_in(text: str, block: BlockDraft) -> ExerciseDraft | None:
    """The only exercise of the block that a note names: `Stay below 80% on the bench`."""
    said = {found["name"].rstrip("s") for found in _ON.finditer(text.lower())}
    named = [
        exercise
        for exercise in block.exercises
        if said.intersection(
            word.rstrip("s") for part in exercise.read.parts for word in part.raw.lower().split()
        )
    ]
    return named[0] if len(named) == 1 and len(block.exercises) > 1 else None


_LIFTED = frozenset(("clean", "clean+jerk", "hinge", "jerk", "press", "pull", "snatch", "squat", "accessory"))
"""Families whose movements are done with a weight."""


_OTHER_IMPLEMENTS = frozenset(
    "db dumbbell dumbbells kb kettlebell kettlebells sandbag ball balls plate band".split()
)
"""Words of a name that say it is lifted with something else than the barbell."""


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
        others = named.intersection(_OTHER_IMPLEMENTS)
        return bool(named.intersection(add.done_with)) or (
            "barbell" in add.done_with and not others and _is_lifted(draft)
        )
    return len(block.exercises) == 1 or _is_lifted(draft)


def _is_lifted(draft: ExerciseDraft) -> bool:
    movements = [MOVEMENTS[part.movement_id] for part in draft.read.parts if part.movement_id]
    return any(movement.family in _LIFTED for movement in movements)


def shares_load(draft: ExerciseDraft, block: BlockDraft) -> bool:
    """Whether the load of the scheme line is for this exercise: a weight is for what is lifted, where anything is."""
    load = block.scheme.load
    if load is None or load.load is None or load.load.abs is None:
        return True
    return _is_lifted(draft) or not any(_is_lifted(exercise) for exercise in block.exercises)


def _bounded(
    own: ReadLoad | None, n: int, added: list[tuple[Added, int]], *, empty_bar: bool
) -> tuple[ReadLoad | None, int]:
    """The load with its line; the empty bar, or a cap and a floor, where it says no more than a word itself."""
    if empty_bar and (own is None or own.load is None):
        own = ReadLoad(Load("empty_bar"))
    bounds = [(read, line) for add, line in added for read in (add.at_most, add.at_least) if read]
    if bounds and (own is None or own.load is None or own.load.kind in {"described", "empty_bar"}):
        return _joined([read for read, _ in bounds]), bounds[0][1]
    if own is None and any(add.empty_bar for add, _ in added):
        own = ReadLoad(Load("empty_bar"))
    return own, n


def _joined(bounds: list[ReadLoad]) -> ReadLoad:
    """A floor and a cap from different notes make one range."""
    ranges = [read.load.pct for read in bounds if read.load and read.load.pct]
    low = next((pct.min for pct in ranges if pct.min is not None), None)
    high = next((pct.max for pct in ranges if pct.max is not None), None)
    named = next((read for read in bounds if read.named is not None), bounds[0])
    return replace(named, load=Load("percent", pct=Range(low, high)))
