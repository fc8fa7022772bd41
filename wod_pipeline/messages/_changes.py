"""How a week differs from what was stored of it before: sessions, lifts and percentages, one line each. Pure.

Sessions are paired by program, date and number on that date, so that the post of a correction, which has another id,
is compared with the original. A session under a new date with the text it had under an old one has moved.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple, TypeVar

from wod_pipeline.messages._daily import prescription
from wod_pipeline.program import Block, Exercise, SessionRecord, walk_exercises
from wod_pipeline.rendering import clean, load_words
from wod_pipeline.wording import short_day, shorten

MAX_TEXT = 70
"""Characters of one side of a change."""

READ_ANEW = "the post is as it was; this program's parser reads it differently"
"""Said before the changes of a week whose posts are the same revisions as before."""

T = TypeVar("T")
SessionKey = tuple[str, "dt.date | str | int | None", int]


class Lift(NamedTuple):
    """An exercise as it is compared: where it stands, what is lifted, and its prescription in a few characters."""

    label: str
    names: str
    text: str


def week_changes(before: Sequence[SessionRecord], after: Sequence[SessionRecord]) -> list[str]:
    """What is different, in lines such as ``Mon 2 Mar: A Snatch 5x2 70% → A Snatch 5x3 75%``."""
    old, new = _by_key(before), _by_key(after)
    gone = [record for key, record in old.items() if key not in new]
    added = [record for key, record in new.items() if key not in old]
    moved = _pair(gone, added, _body)
    pairs = [(old[key], new[key]) for key in old if key in new]
    return [
        *_title_changes(before, after),
        *(f"moved: {_day(one)} → {_day(other)}" for one, other in moved),
        *(f"no longer: {_described(record)}" for record in _without(gone, [one for one, _ in moved])),
        *(f"new: {_described(record)}" for record in _without(added, [other for _, other in moved])),
        *(f"{_day(other)}: {line}" for one, other in pairs for line in session_changes(one, other)),
    ]


def session_changes(before: SessionRecord, after: SessionRecord) -> list[str]:
    """What is different in one session; its other lines are compared only when day and lifts are the same."""
    kinds = [f"{before.kind} → {after.kind}"] if before.kind != after.kind else []
    return [*kinds, *_lift_changes(before, after)] or list(_line_changes(before, after))


def _by_key(records: Iterable[SessionRecord]) -> dict[SessionKey, SessionRecord]:
    counted: Counter[Hashable] = Counter()
    keyed: dict[SessionKey, SessionRecord] = {}
    for record in records:
        day = record.date or record.ordinal or record.label
        counted[record.program, day] += 1
        keyed[record.program, day, counted[record.program, day]] = record
    return keyed


def _title_changes(before: Sequence[SessionRecord], after: Sequence[SessionRecord]) -> Iterator[str]:
    old, new = ({record.program: record.post_title for record in records} for records in (before, after))
    for program, title in new.items():
        if program in old and old[program] != title:
            yield f"title: {_cut(old[program])} → {_cut(title)}"


def _lift_changes(before: SessionRecord, after: SessionRecord) -> Iterator[str]:
    """Lifts of the same name first, then those in the same place; what is left was taken out or put in."""
    old, new = _lifts(before), _lifts(after)
    for key in (_itself, _names, _label):
        pairs = _pair(old, new, key)
        yield from (
            f"{_cut(one.text)} → {_cut(other.text)}" for one, other in pairs if one.text != other.text
        )
        old, new = _without(old, [one for one, _ in pairs]), _without(new, [other for _, other in pairs])
    yield from (f"no longer {_cut(lift.text)}" for lift in old)
    yield from (f"new {_cut(lift.text)}" for lift in new)


def _line_changes(before: SessionRecord, after: SessionRecord) -> Iterator[str]:
    old, new = ([line.text for line in record.lines] for record in (before, after))
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            one, other = (_cut(" / ".join(lines)) for lines in (old[i:j], new[k:m]))
            yield (
                f"“{one}” → “{other}”"
                if one and other
                else (f"new “{other}”" if other else f"no longer “{one}”")
            )


def _lifts(record: SessionRecord) -> list[Lift]:
    return [
        _lift(segment.label or "", block, exercise)
        for segment, block, exercise in walk_exercises(record.segments)
    ]


def _lift(label: str, block: Block, exercise: Exercise) -> Lift:
    words = prescription(exercise, block)
    load = load_words(exercise.load)
    parts = (label, words, load if load not in words else "")
    return Lift(label, " + ".join(part.raw for part in exercise.parts), " ".join(filter(None, parts)))


def _itself(lift: Lift) -> Hashable:
    return lift


def _names(lift: Lift) -> Hashable:
    return lift.names.lower()


def _label(lift: Lift) -> Hashable:
    """The place, for a lift that has one."""
    return lift.label or None


def _body(record: SessionRecord) -> Hashable:
    return tuple(sorted(record.texts.items())) or None


def _pair(old: Sequence[T], new: Sequence[T], key: Callable[[T], Hashable]) -> list[tuple[T, T]]:
    """Each value of `old` with the first of `new` that has the same key and is not taken; a key of None has none."""
    waiting: dict[Hashable, list[T]] = {}
    for value in new:
        waiting.setdefault(key(value), []).append(value)
    waiting.pop(None, None)
    return [(value, waiting[key(value)].pop(0)) for value in old if waiting.get(key(value))]


def _without(values: Iterable[T], taken: Iterable[T]) -> list[T]:
    ids = {id(value) for value in taken}
    return [value for value in values if id(value) not in ids]


def _day(record: SessionRecord) -> str:
    return short_day(record.date) if record.date else _cut(record.label or "no date")


def _described(record: SessionRecord) -> str:
    names = list(dict.fromkeys(lift.names for lift in _lifts(record)))
    return f"{_day(record)}, {_cut(', '.join(names)) or record.kind}"


def _cut(text: str) -> str:
    return shorten(clean(text), MAX_TEXT)
