"""What the rules of the grammar make of tokens. A reading knows nothing of the lines around it.

Places are those of the matching form. `unread` of a term are the spans no rule used: a reading cannot be made
without accounting for them, since the reader of a term (`terms`) goes from token to token.
"""

from __future__ import annotations

from typing import Literal

from wod_pipeline.parsing._text import ReadValue
from wod_pipeline.program import AbsoluteLoad, Load, MaxOf, Pause, Range, Rest, Side

Field = Literal["reps", "duration_s", "distance_m", "calories"]
Spans = tuple[tuple[int, int], ...]


class Quantity(ReadValue, frozen=True):
    """How much: `value` in the unit of `field`; `unit`: the line names one; `max_of`: it is a maximum.

    `signed`: the sign of `9"` or `9'` and the seconds that is where it is a time, and not inches or feet.
    """

    field: Field
    value: Range | None
    unit: bool
    per_side: Side | None = None
    max_of: MaxOf | None = None
    signed: tuple[str, Range] | None = None


class ReadLoad(ReadValue, frozen=True):
    """A load as one line states it.

    `named` are the movements the line says the percent is of: None when it names none, empty when it says the
    exercise itself; `unknown_lift` when it names one that is not in the vocabulary; `either`: it names several, and
    one of them is meant. `load` None: something stands there that could not be read, `words` says what.
    """

    load: Load | None
    rm: int = 1
    named: tuple[str, ...] | None = None
    either: bool = False
    unit_missing: bool = False
    unknown_lift: bool = False
    also: AbsoluteLoad | None = None  # the same weight in another unit
    words: str = ""


class ReadRow(ReadValue, frozen=True):
    """A row as one line states it: sets `first` to `last`; without numbers (`first` None) the next `repeat` sets."""

    first: int | None
    last: int | None
    repeat: int
    reps: Range | None
    load: ReadLoad | None
    rest: Rest | None = None
    named: tuple[str | None, ...] = ()  # the movements the row names, which must be of its exercise
    part_reps: tuple[int, ...] = ()


class ReadRest(ReadValue, frozen=True):
    """A rest, and whether it is the block's by its own words."""

    rest: Rest
    between: bool


class ReadPart(ReadValue, frozen=True):
    """A movement a line names: its id, the place of its words in the matching form, and a pause."""

    movement_id: str | None
    start: int
    end: int
    pause: Pause | None = None


class Term(ReadValue, frozen=True):
    """One movement of a line with all that is said about it."""

    parts: tuple[ReadPart, ...]
    times: Range | None = None  # `N NAME`
    quantity: Quantity | None = None  # with a unit, or behind an `x`
    behind_x: bool = False
    sets: Range | None = None
    rep_scheme: tuple[int, ...] = ()
    rows: tuple[ReadRow, ...] = ()
    side: Side | None = None
    each: bool = False  # `each`, of what is not said
    load: ReadLoad | None = None
    tempo: str | None = None
    rest: Rest | None = None
    height: Range | None = None  # cm
    builds: tuple[int, Literal["rm", "heavy"]] | None = None  # behind rows: reps and `rm` or `heavy`
    between: bool = False  # the rest is between sets or rounds
    open_ended: bool = False  # has an `@` or a clause about load: what follows need not be understood
    counts: tuple[int, ...] = ()  # `x 2+1`: of each part
    total: Range | None = None  # the count beside one for each side: `x 12 reps (6 each leg)`
    unread: Spans = ()
    unheld: Spans = ()  # clauses that were understood, and that the term has no place for

    @property
    def counted(self) -> bool:
        """Whether the term says how much of itself."""
        return self.times is not None or self.quantity is not None


class Element(ReadValue, frozen=True):
    """Terms joined by `+`; `grouped` when brackets hold them together, `alternative` when `or` precedes them.

    `slot`: told in front of it or of an element before it, and not at the start of the line.
    """

    terms: tuple[Term, ...]
    grouped: bool = False
    alternative: bool = False
    slot: int | None = None


class MovementLine(ReadValue, frozen=True):
    """All movements a line names, before it is known which block they stand in."""

    elements: tuple[Element, ...]
    slot: int | None = None
    slot_s: Range | None = None  # a time in brackets behind the slot
    by_word: bool = True  # `Minute 2`, `Station 2`, not `2 min`
    alternative: bool = False  # to the exercise above
    opens_alternative: bool = False  # to the exercise below
    unread: Spans = ()
    slot_words: Spans = ()  # where the slot is said

    @property
    def sets(self) -> Range | None:
        """The number of sets the line itself states (``k x r``)."""
        return next((term.sets for element in self.elements for term in element.terms if term.sets), None)

    @property
    def has_rows(self) -> bool:
        """Whether the line lists its sets one by one."""
        return any(term.rows for element in self.elements for term in element.terms)
