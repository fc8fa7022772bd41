"""Clauses that may be swapped mean the same in either order.

Behind a name: quantity, load, tempo, side in brackets, pause, rest. In a scheme: interval and duration. Of a list of
movements with a count each: the movements, whose exercises then come in the other order.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from wod_pipeline.vocabulary import resolve
from wod_pipeline_tests.parsing.metamorphic.passages import Passage, Reading
from wod_pipeline_tests.parsing.metamorphic.trials import Outcome, Trial, outcome_of

_CLAUSE = re.compile(
    r"""
    ,?\ (?:
        x\ \d+(?:-\d+)?\ (?:reps?|seconds|minutes|meters|yards|calories)(?:\ each\ (?:leg|arm|side))?
      | @\ [0-9X]{4}(?!\S)
      | @\ \d+(?:-\d+)?%(?:\ of\ (?:your\ )?\d+-?RM\ [A-Z][a-z]+(?:[ -][A-Z][a-z]+)*)?
      | @\ [\d/]+\ (?:kg|lbs?)
      | \((?:each|per)\ (?:leg|arm|side)\)
      | with\ (?:a\ )?\d+\ second\ pause\ (?:at|in|above|below)\ (?:the\ )?[a-z-]+(?:\ position)?
      | rest\ \d+\ (?:seconds|minutes)
      | tempo\ [0-9X]{4}
    )
    """,
    re.VERBOSE,
)
_NAME = re.compile(r"(?:(?:\d+|[A-Z]\d?)[.):] )?([A-Z][A-Za-z&'’ +-]*?)(?= x | @ | \(| with |, )")
_EVERY = re.compile(r"(Every [\w:]+ ?[a-z]*), (for [\w:]+ ?[a-z]*)(?= \(|:|$)")
_LISTED = re.compile(r"(?:[^:]*: )?(\d+ [A-Za-z' -]+(?:, \d+ [A-Za-z' -]+)+)")


def order_trials(passage: Passage) -> Iterator[Trial]:
    """A trial for each two neighbours that may be swapped, in each line that prescribes something."""
    for n in passage.reading.prescriptions:
        line = passage.lines[n]
        for text in (*_swapped_clauses(line), *_swapped_scheme(line)):
            yield Trial(passage.source, n, line, text, _outcome(passage, n, text))
        for text in _swapped_list(line):
            yield Trial(passage.source, n, line, text, _outcome(passage, n, text, any_order=True))


def _swapped_clauses(line: str) -> Iterator[str]:
    name = _NAME.match(line)
    if not name or not resolve(name[1]):  # an unknown name must stand before `x Q`
        return
    clauses = [match[0] for match in _CLAUSE.finditer(line, name.end())]
    if name[0] + "".join(clauses) == line:
        yield from (name[0] + "".join(swapped) for swapped in _neighbours_swapped(clauses))


def _swapped_scheme(line: str) -> Iterator[str]:
    if match := _EVERY.match(line):
        yield f"{match[2].capitalize()}, {match[1].lower()}{line[match.end() :]}"


def _swapped_list(line: str) -> Iterator[str]:
    match = _LISTED.fullmatch(line)
    if match:
        lead = line[: match.start(1)]
        yield from (lead + ", ".join(swapped) for swapped in _neighbours_swapped(match[1].split(", ")))


def _neighbours_swapped(items: Sequence[str]) -> Iterator[list[str]]:
    for at in range(len(items) - 1):
        if items[at].startswith(",") != items[at + 1].startswith(
            ","
        ):  # what has no comma goes with what it follows
            continue
        yield [*items[:at], items[at + 1], items[at], *items[at + 2 :]]


def _outcome(passage: Passage, n: int, text: str, *, any_order: bool = False) -> Outcome:
    changed = passage.with_line(n, text)
    arrange = _any_order if any_order else _as_it_is
    return outcome_of(passage.reading, changed, n, is_right=arrange(changed) == arrange(passage.reading))


def _as_it_is(reading: Reading) -> Any:
    return reading.facts


def _any_order(reading: Reading) -> Any:
    return _with_sorted_exercises(reading.facts)


def _with_sorted_exercises(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: sorted(part, key=lambda each: json.dumps(each, sort_keys=True))
            if name == "exercises"
            else _with_sorted_exercises(part)
            for name, part in value.items()
        }
    return [_with_sorted_exercises(part) for part in value] if isinstance(value, (list, tuple)) else value
