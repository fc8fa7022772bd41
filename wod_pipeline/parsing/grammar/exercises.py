"""§7.3 and §7.4: the terms of a movement line as exercises: a list, a complex, or alternatives."""

from __future__ import annotations

import re
from typing import Literal

from msgspec.structs import replace

from wod_pipeline.parsing._text import Form, ReadValue
from wod_pipeline.parsing.grammar.families import HOLDS, RIDES
from wod_pipeline.parsing.grammar.readings import (
    Element,
    MovementLine,
    Quantity,
    ReadLoad,
    ReadPart,
    ReadRow,
    Term,
)
from wod_pipeline.program import Pause, Range, Rest, Side

_LONGEST_RIDE_S = 3600


class NamedPart(ReadValue, frozen=True):
    """A movement of an exercise: the coach's words for it, their place in the line, repetitions within one of it."""

    movement_id: str | None
    raw: str
    start: int
    end: int
    reps: int | None = None
    pause: Pause | None = None


class ReadExercise(ReadValue, frozen=True):
    """One exercise as a line states it: parts with their repetitions within one of it, and all the rest."""

    parts: tuple[NamedPart, ...]
    quantity: Quantity | None = None
    measures: tuple[Quantity, ...] = ()  # the distances, times and calories of single parts
    rep_scheme: tuple[int, ...] = ()
    rows: tuple[ReadRow, ...] = ()
    side: Side | None = None
    load: ReadLoad | None = None
    tempo: str | None = None
    rest: Rest | None = None
    between: bool = False  # the rest is between sets or rounds
    height: Range | None = None  # cm
    total: Range | None = None  # the count beside one for each side
    builds: tuple[int, Literal["rm", "heavy"]] | None = None
    choice: int | None = None
    slot: int | None = None  # where the line tells several


def exercises_of(form: Form, line: MovementLine, *, joins: bool) -> list[ReadExercise]:
    """The exercises of a line. `joins`: whether the block joins counted terms at `+` to a complex (§7.3)."""
    out: list[ReadExercise] = []
    choice = 0
    for k, element in enumerate(line.elements):
        opens = line.elements[k + 1 : k + 2] and line.elements[k + 1].alternative
        choice += bool(opens and not element.alternative)
        mine = choice if opens or element.alternative else None
        out += [
            replace(exercise, choice=mine, slot=element.slot)
            for exercise in _of_element(form, element, joins=joins)
        ]
    return _sharing_quantities(out)


def _of_element(form: Form, element: Element, *, joins: bool) -> list[ReadExercise]:
    if len(element.terms) > 1 and _is_complex(form, element, joins=joins):
        return [_complex(form, element.terms)]
    return [_simple(form, term) for term in element.terms]


def _is_complex(form: Form, element: Element, *, joins: bool) -> bool:
    """§7.3: grouped by brackets, a term without a count, or all counted where the block joins them."""
    terms = element.terms
    whole = element.grouped or any(not term.counted for term in terms)
    return _fits(terms) and (whole or joins or _counted_as_one(form, terms))


_WHOLE_X = re.compile(r"[^,;+]*?,? ?x ?[0-9]")


def _counted_as_one(form: Form, terms: tuple[Term, ...]) -> bool:
    """Whether the `x N` at the end is the whole complex's: `A + 2 B x 3`, `2 A + B x 3`, not `2 A + B x 1:00`."""
    *others, last = terms
    if last.times is not None:
        return last.behind_x
    reps = last.quantity is not None and last.quantity.field == "reps" and last.quantity.value is not None
    counted = all(term.times is not None and not term.behind_x for term in others)
    return reps and counted and last.behind_x and _WHOLE_X.match(form.text, last.parts[-1].end) is not None


def _fits(terms: tuple[Term, ...]) -> bool:
    """Whether one exercise can hold what is measured of its parts: one distance, one time, so many calories."""
    fields = [measure.field for term in terms if (measure := _measure(term))]
    return len(fields) == len(set(fields))


def _measure(term: Term) -> Quantity | None:
    return term.quantity if term.quantity and term.quantity.field != "reps" else None


def _simple(form: Form, term: Term) -> ReadExercise:
    """One term is one exercise; its count is the exercise's repetitions."""
    if term.times is not None and term.behind_x:
        return _complex(form, (term,))
    quantity = term.quantity or (Quantity("reps", term.times, unit=False) if term.times else None)
    return _exercise(form, (term,), (1 if len(term.parts) > 1 else None,), quantity)


def _complex(form: Form, terms: tuple[Term, ...]) -> ReadExercise:
    """Terms done as one: `x N`, or a count on the first term only, is the whole complex's."""
    total = terms[-1].quantity if terms[-1].behind_x and not _each_behind_x(terms) else None
    if total is None and terms[0].sets and not any(term.counted for term in terms[1:]):
        total = terms[0].quantity  # `3 x 2 (Clean + Jerk)`
    counts = [_count(term, total) for term in terms]
    first_only = len(terms) > 1 and not any(term.counted for term in terms[1:])
    if total is None and first_only and terms[0].times is not None:
        total, counts[0] = Quantity("reps", terms[0].times, unit=False), None
    own = [measure if (measure := _measure(term)) is not total else None for term in terms]
    single = len(terms) == len(terms[0].parts) == 1
    unsaid = total is not None and total.value is None and total.max_of is None  # `A + B x 2+1+1`
    if not single:
        counts = [
            None if measure or unsaid else count or 1 for count, measure in zip(counts, own, strict=True)
        ]
    read = _exercise(form, terms, tuple(counts), total)
    return replace(read, measures=tuple(filter(None, own)))


def _each_behind_x(terms: tuple[Term, ...]) -> bool:
    return len(terms) > 1 and all(term.behind_x for term in terms)


def _count(term: Term, total: Quantity | None) -> int | None:
    value = term.times
    if value is None and term.quantity is not None and term.quantity is not total and not _measure(term):
        value = term.quantity.value
    return int(value.min) if value is not None and value.min is not None else None


def _exercise(
    form: Form, terms: tuple[Term, ...], counts: tuple[int | None, ...], quantity: Quantity | None
) -> ReadExercise:
    """One exercise of terms with their counts: what several terms say of it, the last one says."""
    last_first = terms[::-1]
    loaded = next((term for term in last_first if term.load), terms[-1])
    parts = tuple(
        _in_line(form, part, count) for term, count in zip(terms, counts, strict=True) for part in term.parts
    )
    return ReadExercise(
        parts=parts,
        quantity=_as_time(quantity, parts),
        rep_scheme=terms[-1].rep_scheme,
        rows=terms[-1].rows,
        side=next((term.side for term in last_first if term.side), None),
        load=loaded.load,
        height=next((term.height for term in last_first if term.height), None),
        total=next((term.total for term in last_first if term.total), None),
        builds=terms[-1].builds,
        between=any(term.between for term in terms),
        tempo=next((term.tempo for term in last_first if term.tempo), None),
        rest=next((term.rest for term in last_first if term.rest), None),
    )


def _as_time(quantity: Quantity | None, parts: tuple[NamedPart, ...]) -> Quantity | None:
    """§1.8 For a hold `45"` and `2'` are a time, for an erg or a bike `9'` is; else they are inches and feet."""
    if quantity is None or quantity.signed is None or len(parts) != 1:
        return quantity
    sign, seconds = quantity.signed
    movement_id = parts[0].movement_id or ""
    words = parts[0].raw.lower().split()
    is_hold = movement_id in HOLDS or "hold" in words or (not movement_id and "hang" in words)
    is_ride = movement_id in RIDES and sign == "'" and (seconds.max or 0) <= _LONGEST_RIDE_S
    return replace(quantity, field="duration_s", value=seconds) if is_hold or is_ride else quantity


def _in_line(form: Form, part: ReadPart, reps: int | None) -> NamedPart:
    """A part with its place in the line as the coach wrote it."""
    raw = form.words(part.start, part.end).strip()
    start = form.origin(part.start)
    return NamedPart(part.movement_id, raw, start, start + len(raw), reps, part.pause)


def _sharing_quantities(exercises: list[ReadExercise]) -> list[ReadExercise]:
    """Of alternatives, one that says no quantity has that of its neighbour: `Dips or Rows x 8`, `8 Dips or Rows`."""
    out = list(exercises)
    neighbours = [(k, k + 1) for k in range(len(out) - 2, -1, -1)] + [(k + 1, k) for k in range(len(out) - 1)]
    for k, other in neighbours:
        mine, theirs = out[k], out[other]
        if mine.choice and mine.choice == theirs.choice and mine.quantity is None and not mine.rows:
            out[k] = replace(
                mine,
                quantity=theirs.quantity,
                side=mine.side or theirs.side,
                tempo=mine.tempo or theirs.tempo,
                load=mine.load or theirs.load,
            )
    return out
