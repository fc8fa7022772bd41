"""How a week differs from what was stored of it before: sessions, lifts and percentages, one line each. Pure.

Sessions are paired by program, date and number on that date, so that the post of a correction, which has another id,
is compared with the original. A session under a new date with the text it had under an old one has moved. What is
left of one post is paired by date: its program has another name.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple, TypeVar

from wod_pipeline.messages._daily import prescription
from wod_pipeline.program import Block, Exercise, SessionRecord, Span, walk_exercises
from wod_pipeline.rendering import clean, load_words, variant_words
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
    lines: frozenset[int] = frozenset()
    """Numbers of the lines that it is read from."""


def week_changes(before: Sequence[SessionRecord], after: Sequence[SessionRecord]) -> list[str]:
    """What is different, in lines such as ``Mon 2 Mar: A Snatch 5x2 70% → A Snatch 5x3 75%``."""
    old, new = _by_key(before), _by_key(after)
    gone = [record for key, record in old.items() if key not in new]
    added = [record for key, record in new.items() if key not in old]
    renamed = _pair(gone, added, _post_and_day)
    gone, added = _unpaired(gone, added, renamed)
    moved = _pair(gone, added, _body)
    gone, added = _unpaired(gone, added, moved)
    pairs = [*((old[key], new[key]) for key in old if key in new), *renamed]
    return [
        *_title_changes(before, after),
        *dict.fromkeys(f"program: {_cut(one.program)} → {_cut(other.program)}" for one, other in renamed),
        *_introduction_changes([*pairs, *moved]),
        *(f"moved: {_day(one)} → {_day(other)}" for one, other in moved),
        *(f"no longer: {_described(record)}" for record in gone),
        *(f"new: {_described(record)}" for record in added),
        *(f"{_day(other)}: {line}" for one, other in pairs for line in session_changes(one, other)),
    ]


def session_changes(before: SessionRecord, after: SessionRecord) -> list[str]:
    """What is different in one session: its lifts, and the lines that say something else.

    Beside changed lifts, their own lines and headings are left out: they would say the same again.
    """
    kinds = [f"{before.kind} → {after.kind}"] if before.kind != after.kind else []
    pairs, gone, added = _match_lifts(before, after)
    changed = [(one, other) for one, other in pairs if one.text != other.text]
    first = [*kinds, *_lift_changes(changed, gone, added)]
    old = _texts_without(before, [*gone, *(one for one, _ in changed)], headings=not first)
    new = _texts_without(after, [*added, *(other for _, other in changed)], headings=not first)
    return [*first, *_line_changes(old, new)]


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


def _introduction_changes(pairs: Iterable[tuple[SessionRecord, SessionRecord]]) -> list[str]:
    """What a post says before its first session, which every session of it repeats."""
    texts = [
        ([line.text for line in one.preamble], [line.text for line in other.preamble]) for one, other in pairs
    ]
    changes = (f"introduction: {line}" for old, new in texts for line in _line_changes(old, new))
    return list(dict.fromkeys(changes))


LiftPairs = list[tuple[Lift, Lift]]


def _match_lifts(before: SessionRecord, after: SessionRecord) -> tuple[LiftPairs, list[Lift], list[Lift]]:
    """Equal lifts first, then those of the same name, then those in the same place; and what is left on each side."""
    old, new = _lifts(before), _lifts(after)
    matched: LiftPairs = []
    for key in (_itself, _names, _label):
        pairs = _pair(old, new, key)
        matched += pairs
        old, new = _unpaired(old, new, pairs)
    return matched, old, new


def _lift_changes(changed: LiftPairs, gone: Iterable[Lift], added: Iterable[Lift]) -> Iterator[str]:
    yield from (f"{_cut(one.text)} → {_cut(other.text)}" for one, other in changed)
    yield from (f"no longer {_cut(lift.text)}" for lift in gone)
    yield from (f"new {_cut(lift.text)}" for lift in added)


def _texts_without(record: SessionRecord, lifts: Iterable[Lift], *, headings: bool) -> list[str]:
    read = frozenset[int]().union(*(lift.lines for lift in lifts))
    left_out = set() if headings else {"heading", "label"}
    return [line.text for line in record.lines if line.n not in read and line.role not in left_out]


def _line_changes(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            one, other = (_cut(" / ".join(lines)) for lines in (old[i:j], new[k:m]))
            yield (
                f"“{one}” → “{other}”"
                if one and other
                else (f"new “{other}”" if other else f"no longer “{one}”")
            )


def _lifts(record: SessionRecord) -> list[Lift]:
    schemes = {line.n for line in record.lines if line.role in {"scheme", "label"}}
    return [
        _lift(segment.label or "", block, exercise, schemes)
        for segment, block, exercise in walk_exercises(record.segments)
    ]


def _lift(label: str, block: Block, exercise: Exercise, schemes: Collection[int]) -> Lift:
    words = prescription(exercise, block)
    load = load_words(exercise.load)
    parts = (label, variant_words(block), words, load if load not in words else "")
    names = " + ".join(part.raw for part in exercise.parts)
    of_block = (n for n in _numbers(block.lines) if n in schemes)
    return Lift(
        label, names, " ".join(filter(None, parts)), frozenset([*_numbers(exercise.lines), *of_block])
    )


def _numbers(lines: Span) -> range:
    return range(lines[0], lines[1] + 1)


def _itself(lift: Lift) -> Hashable:
    return lift.label, lift.text


def _names(lift: Lift) -> Hashable:
    return lift.names.lower()


def _label(lift: Lift) -> Hashable:
    """The place, for a lift that has one."""
    return lift.label or None


def _post_and_day(record: SessionRecord) -> Hashable:
    return record.post_id, record.date or record.ordinal or record.label


def _body(record: SessionRecord) -> Hashable:
    return tuple(sorted(record.texts.items())) or None


def _pair(old: Sequence[T], new: Sequence[T], key: Callable[[T], Hashable]) -> list[tuple[T, T]]:
    """Each value of `old` with the first of `new` that has the same key and is not taken; a key of None has none."""
    waiting: dict[Hashable, list[T]] = {}
    for value in new:
        waiting.setdefault(key(value), []).append(value)
    waiting.pop(None, None)
    return [(value, waiting[key(value)].pop(0)) for value in old if waiting.get(key(value))]


def _unpaired(old: Iterable[T], new: Iterable[T], pairs: Iterable[tuple[T, T]]) -> tuple[list[T], list[T]]:
    """The values of both sides that are in none of the pairs."""
    taken = {id(value) for pair in pairs for value in pair}
    return [value for value in old if id(value) not in taken], [v for v in new if id(v) not in taken]


def _day(record: SessionRecord) -> str:
    return short_day(record.date) if record.date else _cut(record.label or "no date")


def _described(record: SessionRecord) -> str:
    names = list(dict.fromkeys(lift.names for lift in _lifts(record)))
    return f"{_day(record)}, {_cut(', '.join(names)) or record.kind}"


def _cut(text: str) -> str:
    return shorten(clean(text), MAX_TEXT)
