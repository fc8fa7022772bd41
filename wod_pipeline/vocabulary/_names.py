"""§7.2 The normalised form of a name, and which movements a written name means.

Two ways to ask: `resolve` reads a coach's words strictly, so that no other words pass for a movement;
`find_movement` and `nearest_movements` serve a person who types a name.
"""

from __future__ import annotations

import difflib
import re
from functools import lru_cache

from msgspec import Struct

from wod_pipeline.vocabulary._movements import MOVEMENTS, Movement

NUMBER_WORDS = {
    word: str(n)
    for n, word in enumerate(
        (
            "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
            " seventeen eighteen nineteen twenty"
        ).split(),
        start=1,
    )
}
DROPPABLE = frozenset(
    (
        # implements
        "db dumbbell kb kettlebell barbell bar plate band banded sandbag"
        # sides
        " single one 1 arm leg alternating"
        # manner
        " strict kipping unbroken weighted empty easy light heavy moderate slow fast standing seated deficit"
        " jumping inchworm tempo pause paused pausing"
        # the rest
        " hold bottom top max of the your a or with hand release released hr"
    ).split()
)
"""Words that say how or with what, and may be left out of a name."""
MAX_NAME = 120
"""Characters of the longest name that is looked up."""
_ONLY_IN_PLURAL = frozenset(("single", "kb"))
"""A single is one repetition and a KB a weight; singles are a way to skip and KBS are swings."""
_PAUSES = frozenset(("pause", "paused", "pausing"))
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_PAUSE_CLAUSE = re.compile(r"(?:^|(?<= ))(?:with|w/).{0,40}?\bpauses?\b[^+,]{0,60}")
_AND = re.compile(r" (?:and|&) |&")
_SIGNS = re.compile(r"[^\w ]+")
_JOINING = re.compile(r"[-_/]+")
_COMPARED = 60
"""Characters of a mistyped name that are compared with the known ones: the time grows with their square."""


class Name(Struct, frozen=True, gc=False):
    """A movement named in a text: which, from where to where, and whether the name says it is paused."""

    movement_id: str | None
    start: int
    end: int
    paused: bool = False


# -------------------------------------------------------------------------------------------- normalised
def normalise_name(text: str) -> str:
    """A name as names are compared: lower case, `&` as and, hyphens as spaces, no other signs, words in the
    singular, numbers as digits.
    """
    spaced = _JOINING.sub(" ", text.lower().replace("&", " and "))
    return " ".join(_normalise_word(word) for word in _SIGNS.sub("", spaced).split())


@lru_cache(maxsize=4096)
def _normalise_word(word: str) -> str:
    if word in NUMBER_WORDS:
        return NUMBER_WORDS[word]
    if len(word) < 3 or not word.endswith("s") or word.endswith("ss"):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    return word[:-1]


def names_of(movement: Movement) -> set[str]:
    """Every name of a movement, normalised."""
    return {normalise_name(name) for name in (movement.id, movement.name, *movement.aliases)}


_BY_NAME = {name: movement.id for movement in MOVEMENTS.values() for name in names_of(movement)}
_IN_NAMES = DROPPABLE.union(*(name.split() for name in _BY_NAME))


# ------------------------------------------------------------------------------------------ coaches' names
@lru_cache(maxsize=8192)
def resolve(text: str) -> tuple[Name, ...]:
    """The movement, or the movements joined by `and`, that `text` (in matching form) names; empty when none.

    In order: the whole name; without brackets and a pause clause; both halves at an `and`; then words that
    only say how or with what are dropped from left to right until a name is left.
    """
    if not text or len(text) > MAX_NAME:
        return ()
    normalised = normalise_name(text)
    whole = _BY_NAME.get(normalised)
    if whole and (normalised not in _ONLY_IN_PLURAL or text.rstrip(" .").endswith("s")):
        return (Name(whole, 0, len(text)),)
    bare = _PAUSE_CLAUSE.sub(" ", _BRACKETS.sub(" ", text))
    normalised = normalised if bare == text else normalise_name(bare)
    exact = _BY_NAME.get(normalised)
    if exact:
        return (Name(exact, 0, len(text)),)
    return _both_halves(text) or _dropping(text, normalised)


_JOINING_WORDS = frozenset(("and", "w"))


@lru_cache(maxsize=4096)
def can_be_in_name(word: str) -> bool:
    """Whether a word (in matching form) occurs in a name of the vocabulary, or is one that names are said with."""
    return word in _JOINING_WORDS or _normalise_word(word.replace("'", "")) in _IN_NAMES


def is_exact(text: str) -> bool:
    """Whether `text` as a whole is a name, nothing dropped."""
    return normalise_name(text) in _BY_NAME


def _both_halves(text: str) -> tuple[Name, ...]:
    for joint in _AND.finditer(text):
        left, right = resolve(text[: joint.start()]), resolve(text[joint.end() :])
        if left and right:
            moved = (Name(n.movement_id, n.start + joint.end(), n.end + joint.end(), n.paused) for n in right)
            return (*left, *moved)
    return ()


def _dropping(text: str, normalised: str) -> tuple[Name, ...]:
    left, paused, at = normalised.split(), False, 0
    if not _IN_NAMES.issuperset(left):
        return ()
    while at < len(left):
        if left[at] not in DROPPABLE:
            at += 1
            continue
        paused = left.pop(at) in _PAUSES or paused
        name = " ".join(left)
        movement_id = _BY_NAME.get(name)
        if movement_id and name not in _ONLY_IN_PLURAL:
            return (Name(movement_id, 0, len(text), paused),)
    return ()


# ------------------------------------------------------------------------------------------- typed by people
def find_movement(text: str) -> str | None:
    """The id of the movement a person names by id, name or alias: `Clean & Jerk`, `c&j`, `snatches`."""
    return _BY_NAME.get(normalise_name(text))


@lru_cache(maxsize=1024)
def nearest_movements(text: str, count: int = 3, likeness: float = 0.6) -> tuple[str, ...]:
    """Ids of the movements whose names are most like `text`, most alike first; may be empty.

    `likeness` is difflib's ratio, 0 to 1. Names that are much longer or shorter cannot reach it, and are most of
    them: they are not compared.
    """
    name = normalise_name(text)[:_COMPARED]
    most = (2 - likeness) / likeness  # ratio <= 2 * shorter / (shorter + longer)
    names = [other for other in _BY_NAME if len(name) <= most * len(other) and len(other) <= most * len(name)]
    close = difflib.get_close_matches(name, names, n=3 * count, cutoff=likeness)
    return tuple(dict.fromkeys(_BY_NAME[other] for other in close))[:count]
