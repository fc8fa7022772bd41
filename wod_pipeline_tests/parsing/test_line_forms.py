"""Lines of every form with the structure that the notation gives them: the files of lines/.

A file holds sentences; below each, lines of work (below a label, `⏎` between them), and behind `=` the facts that
must come out. Exercises and diagnostics are always compared, other kinds when a case names them. Of the words that
are unread, little words and punctuation do not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from wod_pipeline_tests.parsing.facts import facts
from wod_pipeline_tests.parsing.forms import ABOVE_WORK, lines_of
from wod_pipeline_tests.parsing.reading import read

_FOLDER = Path(__file__).with_name("lines")
_ALWAYS = frozenset(("exercise", "code", "unread"))
_WORD = re.compile(r"[\w%]+")
_LITTLE = frozenset("a an the of your for perform with and then".split())


def _sentences(text: str) -> Iterator[tuple[str, list[str]]]:
    for block in text.strip().split("\n\n"):
        sentence, *told = block.split("\n")
        yield sentence, [line.strip() for line in told]


def _cases(name: str, text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for sentence, told in _sentences(text):
        starts = [place for place, line in enumerate(told) if not line.startswith("= ")]
        for count, (start, end) in enumerate(zip(starts, [*starts[1:], len(told)], strict=True), 1):
            number = f" ({count})" if len(starts) > 1 else ""
            yield f"{name}: {sentence}{number}", (told[start], *(line[2:] for line in told[start + 1 : end]))


CASES = dict(
    case
    for path in sorted(_FOLDER.glob("*.txt"))
    for case in _cases(path.stem, path.read_text(encoding="utf-8"))
)


def found_and_expected(lines: str, *expected: str) -> tuple[list[str], list[str]]:
    """The facts of lines of work and those expected, both in one order and spelling."""
    kinds = _ALWAYS | {fact.split()[0] for fact in expected}
    found = facts(read([*ABOVE_WORK, *lines_of(lines)]), len(ABOVE_WORK))
    compared = [
        fact for fact in found if fact.split()[0] in kinds and not fact.startswith("code unread_text")
    ]
    return _in_order(compared), _in_order(expected)


def _in_order(told: list[str] | tuple[str, ...]) -> list[str]:
    """Facts by their kind, each with its parts in one order; the order of exercises and blocks stays."""
    return sorted(map(_spelt, told), key=lambda fact: fact if fact.startswith("code") else fact.split()[0])


def _spelt(fact: str) -> str:
    kind, rest = fact.split(" ", 1) if " " in fact else (fact, "")
    if kind == "unread":
        return " ".join([kind, *(word for word in _WORD.findall(rest.lower()) if word not in _LITTLE)])
    clauses = (", ".join(sorted(clause.split(", "))) for clause in rest.split("; "))
    return f"{kind} {'; '.join(clauses)}"


@pytest.mark.parametrize("case", CASES, ids=CASES)
def test_a_line_reads_as_the_notation_says(case: str) -> None:
    found, expected = found_and_expected(*CASES[case])
    assert found == expected
