"""A word that nobody knows, between two clauses, is unread, and everything else is read as before.

A place between clauses is the end of the line (in front of its last mark), behind a comma, in front of an `@` or a
bracket, behind a bracket, and behind a quantity or a load in front of the next clause. It is none within or directly
beside a name, since an unknown word there belongs to the name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wod_pipeline_tests.parsing.metamorphic.passages import Passage, Reading
from wod_pipeline_tests.parsing.metamorphic.trials import Outcome, Trial, outcome_of

WORD = "blorfen"

_UNITS = r"""
    reps? sets? rounds? seconds? secs? minutes? mins? meters? metres? m km yards? yds? ft feet miles? cals? calories?
    lbs? kgs? kg pounds leg arm side
""".split()
_ENDS = re.compile(
    rf"(?:\d[\d.:/]*[%+#'\"″′]?|[\d.]\s*(?:lbs?|kg|m|s)|\b(?:{'|'.join(_UNITS)})|[)\]])$", re.IGNORECASE
)
"""The end of a clause: a figure, a unit, a side, a bracket."""
_STARTS = re.compile(r"(?:@|\(|,|;|[:.…!]*$|(?:every|for|rest|tempo|then|with|w/|each|per)\b)", re.IGNORECASE)
"""The start of the next clause, or the end of the line."""
_BEHIND_COMMA = re.compile(
    r"(?:@|\(|\d|[:.…!]*$|(?:every|for|rest|tempo|then|with|w/|each|per)\b)", re.IGNORECASE
)
_REPS_LISTED, _MORE_REPS = re.compile(r"(?:^|[ x])\d+,?$"), re.compile(r",? ?\d+(?:,| reps?\b|$)")
"""Within a list of figures, ``x 5, 5, 3 reps``, which is one clause."""
_PLACE = re.compile(r"(?<=,) | (?=\S)|(?=[:.…!,;]*$)|(?=,)")
_LIST_NUMBER = re.compile(r"\s*\d+[.)]$")


def unknown_word_trials(passage: Passage) -> Iterator[Trial]:
    """A trial for each place between clauses of each line that prescribes something."""
    for n in passage.reading.prescriptions:
        line = passage.lines[n]
        for place in _places(line, passage.reading.names):
            text = f"{line[:place]} {WORD}{line[place:]}"
            yield Trial(passage.source, n, line, text, _outcome(passage, n, text))


def _places(line: str, names: list[str]) -> list[int]:
    """Where the word may be put, once each: a space is put in front of it."""
    found = {match.start() for match in _PLACE.finditer(line)}
    return [place for place in sorted(found) if _is_between_clauses(line, place, names)]


def _is_between_clauses(line: str, place: int, names: list[str]) -> bool:
    before, behind = line[:place], line[place:].lstrip(" ")
    if not before or _LIST_NUMBER.fullmatch(before) or before.count("(") > before.count(")"):
        return False
    if any(name and (before.endswith(name) or behind.startswith(name)) for name in names):
        return False
    if _REPS_LISTED.search(before) and _MORE_REPS.match(behind):
        return False
    if before.endswith(","):
        return bool(_BEHIND_COMMA.match(behind))
    return bool(_ENDS.search(before) and _STARTS.match(behind)) and not _closes_a_complex(before, names)


def _closes_a_complex(before: str, names: list[str]) -> bool:
    """Whether the bracket that ends here holds a name: ``(Clean + Jerk)``."""
    inner = before[before.rfind("(") :]
    return inner.endswith(")") and any(name in inner for name in names if name)


def _outcome(passage: Passage, n: int, text: str) -> Outcome:
    changed = passage.with_line(n, text)
    is_right = changed.facts == passage.reading.facts and says_unread(passage, n, text, changed)
    return outcome_of(passage.reading, changed, n, is_right=is_right)


def says_unread(passage: Passage, n: int, text: str, changed: Reading) -> bool:
    """Whether the word is shown as unread: by a diagnostic of the line, or by `explain_line`."""
    found = [each for each in changed.messages if each.line == n and each.code == "unread_text"]
    return any(WORD in each.message for each in found) or WORD in passage.unread_of(n, text)
