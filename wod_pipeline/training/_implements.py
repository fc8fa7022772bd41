"""What an exercise is done with, by its movements and its words in the post: whether a load is put on a barbell."""

from __future__ import annotations

import re

from wod_pipeline.program import Exercise, Load
from wod_pipeline.training._lifts import is_barbell_lift
from wod_pipeline.vocabulary import movement_family

_IMPLEMENT = re.compile(
    r"\b(dbs?|dumb-?bells?|kbs?|kettle-?bells?|plates?|sand-?bags?|bands?|balls?|vests?|chains?|sleds?|each hand)\b",
    re.IGNORECASE,
)
_HELD = re.compile(r"\b(dbs?|dumb-?bells?|kbs?|kettle-?bells?|sand-?bags?)\b", re.IGNORECASE)
_BARBELL = re.compile(r"\bbar-?bells?\b", re.IGNORECASE)
_HELD_MOVEMENTS = frozenset(
    {"goblet_squat", "kettlebell_swing", "turkish_get_up", "pull_up", "chin_up", "dip"}
)


def goes_on_barbell(exercise: Exercise, load: Load, written: str) -> bool:
    """Whether a load is put on a barbell; `written` is the exercise's text in the post.

    A percentage of a max is, unless the exercise is held in the hands. A weight may be that of a dumbbell, a plate or
    a vest wherever the words name one.
    """
    if load.kind == "percent":
        return not is_held(exercise)
    return load.kind != "absolute" or _is_on_barbell(exercise, written)


def _is_on_barbell(exercise: Exercise, written: str) -> bool:
    named = " ".join((written, *(part.raw for part in exercise.parts)))
    return is_barbell_lift(exercise) and not _IMPLEMENT.search(named)


def is_held(exercise: Exercise) -> bool:
    """Whether an exercise is done without a barbell, by its name. Chains, bands and plates go with a barbell."""
    named = " ".join(part.raw for part in exercise.parts)
    is_named = bool(_HELD.search(named)) and not _BARBELL.search(named)
    return is_named or any(part.movement_id in _HELD_MOVEMENTS for part in exercise.parts)


def is_attempt_at_max(exercise: Exercise, load: Load | None) -> bool:
    """Whether a percentage is of a max that the exercise could better: that of a pull is of another lift."""
    max_of = load.ref.movement_id if load is not None and load.ref is not None else None
    families = {movement_family(part.movement_id) for part in exercise.parts}
    return len(exercise.parts) > 1 or movement_family(max_of) in families
