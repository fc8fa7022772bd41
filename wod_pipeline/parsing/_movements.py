"""§7.2 The vocabulary, and which movement a name means.

The vocabulary is data (`movements.json`): movements with aliases, a family, and the lifts a percent of them
can refer to. A name that resolves to nothing is kept as written by the callers.
"""

from __future__ import annotations

import difflib
import json
import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from wod_pipeline.parsing._text import ReadValue, form_of, words


class Movement(NamedTuple):
    """One entry of the vocabulary. `ref_chain`: the lifts a percent of it can refer to, the likeliest first."""

    id: str
    name: str
    family: str
    ref_chain: tuple[str, ...]
    ref_ambiguous: bool = False
    aliases: tuple[str, ...] = ()


class Name(ReadValue, frozen=True):
    """A name found in a text: which movement, where, and whether the name says it is paused."""

    movement_id: str | None
    start: int
    end: int
    paused: bool = False


FAMILIES = frozenset(
    words("snatch clean clean+jerk jerk pull press squat hinge accessory gymnastics conditioning")
)
DROPPABLE = frozenset(
    words(
        # implements
        "db dumbbell kb kettlebell barbell bar plate band banded sandbag"
        # sides
        " single one 1 arm leg alternating"
        # manner
        " strict kipping unbroken weighted empty easy light heavy moderate slow fast standing seated deficit"
        " jumping inchworm tempo pause paused pausing"
        # the rest
        " hold bottom top max of the your a or with"
    )
)
_ONLY_IN_PLURAL = frozenset(("single", "kb"))
"""A single is one repetition and a KB a weight; singles are a way to skip and KBS are swings."""
_PAUSES = frozenset(("pause", "paused", "pausing"))
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_PAUSE_CLAUSE = re.compile(r"(?:^|(?<= ))(?:with|w/).{0,40}?\bpauses?\b[^+,]{0,60}")
_AND = re.compile(r" (?:and|&) |&")
_SIGNS = re.compile(r"[^\w ]+")
_QUARTERED = re.compile(r"[-_/]+")
MAX_NAME = 120


def load_vocabulary(path: Path) -> dict[str, Movement]:
    """The movements of a vocabulary file, by id."""
    entries = json.loads(path.read_text(encoding="utf-8"))
    return {
        entry["id"]: Movement(
            entry["id"],
            entry["name"],
            entry["family"],
            tuple(entry["ref_chain"]),
            entry.get("ref_ambiguous", False),
            tuple(entry["aliases"]),
        )
        for entry in entries
    }


def plain_name(text: str) -> str:
    """A name as names are compared: lower case, `&` as and, hyphens as spaces, no other signs, singular words."""
    text = _QUARTERED.sub(" ", text.replace("&", " and "))
    return " ".join(_singular(word) for word in _SIGNS.sub("", text).split())


@lru_cache(maxsize=4096)
def _singular(word: str) -> str:
    if len(word) < 3 or not word.endswith("s") or word.endswith("ss"):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    return word[:-1]


VOCABULARY = load_vocabulary(Path(__file__).with_name("movements.json"))


def names_of(movement: Movement) -> set[str]:
    """Every name of a movement, as names are compared."""
    return {
        plain_name(form_of(name).text)
        for name in (movement.id.replace("_", " "), movement.name, *movement.aliases)
    }


_BY_NAME = {name: movement.id for movement in VOCABULARY.values() for name in names_of(movement)}
_IN_NAMES = DROPPABLE.union(*(name.split() for name in _BY_NAME))


@lru_cache(maxsize=8192)
def resolve(text: str) -> tuple[Name, ...]:
    """The movement, or the movements joined by `and`, that `text` (in matching form) names; empty when none.

    In order: the whole name; without brackets and a pause clause; both halves at an `and`; then words that
    only say how or with what are dropped from left to right until a name is left.
    """
    if not text or len(text) > MAX_NAME:
        return ()
    plain = plain_name(text)
    whole = _BY_NAME.get(plain)
    if whole and (plain not in _ONLY_IN_PLURAL or text.rstrip(" .").endswith("s")):
        return (Name(whole, 0, len(text)),)
    bare = _PAUSE_CLAUSE.sub(" ", _BRACKETS.sub(" ", text))
    plain = plain if bare == text else plain_name(bare)
    exact = _BY_NAME.get(plain)
    if exact:
        return (Name(exact, 0, len(text)),)
    return _both_halves(text) or _dropping(text, plain)


def is_exact(text: str) -> bool:
    """Whether `text` as a whole is a name, nothing dropped."""
    return plain_name(text) in _BY_NAME


def has_reference(movement_id: str | None) -> bool:
    """Whether a percent of the movement can be of anything."""
    return movement_id is not None and bool(VOCABULARY[movement_id].ref_chain)


def _both_halves(text: str) -> tuple[Name, ...]:
    for found in _AND.finditer(text):
        left, right = resolve(text[: found.start()]), resolve(text[found.end() :])
        if left and right:
            moved = (Name(n.movement_id, n.start + found.end(), n.end + found.end(), n.paused) for n in right)
            return (*left, *moved)
    return ()


def _dropping(text: str, plain: str) -> tuple[Name, ...]:
    left, paused, at = plain.split(), False, 0
    if not _IN_NAMES.issuperset(left):
        return ()
    while at < len(left):
        if left[at] not in DROPPABLE:
            at += 1
            continue
        paused = left.pop(at) in _PAUSES or paused
        name = " ".join(left)
        found = _BY_NAME.get(name)
        if found and name not in _ONLY_IN_PLURAL:
            return (Name(found, 0, len(text), paused),)
    return ()


@lru_cache(maxsize=1024)
def nearest_name(text: str) -> str | None:
    """The known name most like `text`, to offer to the reader; None when nothing is alike.

    Names that are much longer or shorter cannot be three quarters alike, and are most of them.
    """
    name = plain_name(form_of(text).text)[:60]
    long_enough = [other for other in _BY_NAME if 0.59 * len(name) <= len(other) <= 1.7 * len(name)]
    close = difflib.get_close_matches(name, long_enough, n=1, cutoff=0.75)
    return VOCABULARY[_BY_NAME[close[0]]].name if close else None
