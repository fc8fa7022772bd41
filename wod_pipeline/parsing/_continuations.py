"""§7 Lines that go on with the exercise directly above: its quantity, its load, or the rest of its complex.

Such a line is read together with the line above, as if both were one.
"""

from __future__ import annotations

import re

from wod_pipeline.parsing._lines import read_exercises, read_line
from wod_pipeline.parsing._text import form_of
from wod_pipeline.parsing.grammar.exercises import ReadExercise
from wod_pipeline.parsing.grammar.readings import Spans
from wod_pipeline.parsing.grammar.tokens import tokens_of

_LOAD = re.compile(r"@ ?\S")
_QUANTITY = re.compile(r"x ?(?:[0-9:]|max)")
_COUNTS = re.compile(r"[0-9]{1,2}(?: ?\+ ?[0-9]{1,2})+(?= ?(?:@|reps?|\Z))")


_STARTS = (_LOAD, _QUANTITY, _COUNTS)


_FIRST = frozenset("@x0123456789")


def can_go_on(above: str, line: str) -> bool:
    """Whether a look at their ends allows that a line goes on with the one above; most lines do not."""
    return line[0].lower() in _FIRST or line[0] > "~" or ends_in_plus(above)


def ends_in_plus(line: str) -> bool:
    """Whether a line ends in a `+` that joins another movement, and not in one of a figure: `@ 41%+`."""
    if "+" not in line:
        return False
    t = tokens_of(form_of(line))
    return t.size > 0 and t.all[t.size - 1].kind == "sign" and t.all[t.size - 1].text == "+"


def joined(above: str, line: str) -> str | None:
    """Both lines as one, when the second can only go on with the first."""
    form = form_of(line)
    if form.starred:
        return None
    plain = form.words(0, len(form.text)).strip()  # without a bullet
    if ends_in_plus(above) or _LOAD.match(form.text) or _QUANTITY.match(form.text):
        return f"{above.rstrip()} {plain}"
    return f"{above.rstrip()} x {plain}" if _COUNTS.match(form.text) else None


def read_on(own: list[str], below: list[str], before: ReadExercise, *, joins: bool) -> ReadExercise | None:
    """The exercise of the lines `own` with the first line `below` them; None when that does not go on with it.

    Two lines below that both could go on are rows of it.
    """
    text = own[0]
    for line in own[1:]:
        text = joined(text, line) or text
    whole = joined(text, below[0])
    again = below[1:] and any(
        p.match(form_of(below[0]).text) and p.match(form_of(below[1]).text) for p in _STARTS
    )
    read = read_exercises(read_line(whole), joins=joins) if whole and not again else ()
    return read[0] if len(read) == 1 and _goes_on(before, read[0]) else None


def _goes_on(before: ReadExercise, after: ReadExercise) -> bool:
    """Whether `after` is `before` with something added, and nothing of it changed."""
    ids = [part.movement_id for part in before.parts]
    same = [part.movement_id for part in after.parts[: len(ids)]] == ids
    counted = before.quantity is None or before.quantity == after.quantity
    loaded = before.load is None or before.load == after.load
    more = after != before
    return same and counted and loaded and more and not before.rows and not after.rows


def unread_behind(above: str, line: str) -> Spans:
    """The spans of `line` that no rule used when it is read as one with the line above."""
    whole = joined(above, line)
    shift = len(whole) - len(line) if whole else 0
    spans = read_line(whole).unread if whole else ()
    return tuple((start - shift, end - shift) for start, end in spans if start >= shift)
