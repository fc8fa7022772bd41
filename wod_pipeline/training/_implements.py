"""What an exercise is done with, by its movements and its words in the post: whether a load is put on a barbell."""

from __future__ import annotations

import re
from functools import cached_property

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


class Implement:
    """What the sets of an exercise are done with; `written` is the exercise's text in the post.

    The text is searched once, whatever the number of sets: it has a line for each of them.
    """

    def __init__(self, exercise: Exercise, written: str) -> None:
        self._exercise, self._written = exercise, written

    def is_barbell(self, load: Load) -> bool:
        """Whether a load is put on a barbell.

        A percentage of a max is, unless the exercise is held in the hands. A weight may be that of a dumbbell, a
        plate or a vest wherever the words name one.
        """
        if load.kind == "percent":
            return not self.is_held
        return load.kind != "absolute" or self._takes_weights

    @cached_property
    def is_held(self) -> bool:
        """Whether the exercise is done without a barbell, by its name. Chains, bands and plates go with a barbell."""
        parts = self._exercise.parts
        named = " ".join(part.raw for part in parts)
        is_named = bool(_HELD.search(named)) and not _BARBELL.search(named)
        return is_named or any(part.movement_id in _HELD_MOVEMENTS for part in parts)

    @cached_property
    def _takes_weights(self) -> bool:
        named = " ".join((self._written, *(part.raw for part in self._exercise.parts)))
        return is_barbell_lift(self._exercise) and not _IMPLEMENT.search(named)


def is_attempt_at_max(exercise: Exercise, load: Load | None) -> bool:
    """Whether a percentage is of a max that the exercise could better: that of a pull is of another lift."""
    max_of = load.ref.movement_id if load is not None and load.ref is not None else None
    families = {movement_family(part.movement_id) for part in exercise.parts}
    return len(exercise.parts) > 1 or movement_family(max_of) in families
