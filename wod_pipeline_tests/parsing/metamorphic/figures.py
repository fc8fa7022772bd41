"""Every figure counts: with another figure in a line that is read as more than a note, the structure is another one.

Or its diagnostics are. Exempt are the number of a list or a label (``2. Dips``, ``B1. Rows``), a figure of a name
(``3-position``, ``1-arm``) where it stays in the name's words, and `one`, which may be a little word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wod_pipeline.vocabulary import NUMBER_WORDS
from wod_pipeline_tests.parsing.metamorphic.passages import Passage, Reading
from wod_pipeline_tests.parsing.metamorphic.trials import Trial

_WORD_OF = {str(number): word for word, number in NUMBER_WORDS.items()}
_NUMBER_WORDS = "|".join(set(_WORD_OF.values()) - {"one"})
_FIGURE = re.compile(rf"(?<![\d.])\d+(?:\.\d+)?|\b(?:{_NUMBER_WORDS})\b", re.IGNORECASE)
_LIST_NUMBER = re.compile(r"\s*(?:\d+|[A-Za-z]\d)[.):]\s")
_IN_A_NAME = re.compile(
    r"[- ]?(?:position|arm|arms|leg|legged|way|point|stop|part|hand|dumbbell|kettlebell)\b", re.IGNORECASE
)


def figure_trials(passage: Passage) -> Iterator[Trial]:
    """A trial for each figure of each line that prescribes something."""
    for n in passage.reading.prescriptions:
        line = passage.lines[n]
        for match in _figures(line):
            texts = [_with_figure(line, match, other) for other in _others(match[0])]
            is_seen = any(_differs(passage, n, match, text) for text in texts)
            yield Trial(passage.source, n, line, texts[0], "right" if is_seen else "silent")


def _figures(line: str) -> Iterator[re.Match[str]]:
    number = _LIST_NUMBER.match(line)
    return _FIGURE.finditer(line, number.end() if number else 0)


def _with_figure(line: str, match: re.Match[str], other: str) -> str:
    return line[: match.start()] + other + line[match.end() :]


def _others(figure: str) -> Iterator[str]:
    """The next figure, and one a tenth more: the same weight in two units may differ by 3 %."""
    if figure.lower() in NUMBER_WORDS:
        number = NUMBER_WORDS[figure.lower()]
        yield _WORD_OF.get(str(int(number) + 1), _WORD_OF["2"])
        return
    value = float(figure)
    for other in (value + 1, value * 1.1 // 1 + 1):
        yield f"{other:g}" if "." in figure else str(int(other)).zfill(len(figure))


def _differs(passage: Passage, n: int, match: re.Match[str], text: str) -> bool:
    changed = passage.with_line(n, text)
    before = passage.reading
    if before.facts != changed.facts or before.messages != changed.messages:
        return True
    return _is_in_a_name(match, before, changed)


def _is_in_a_name(match: re.Match[str], before: Reading, changed: Reading) -> bool:
    """Whether the figure is one of a name's, as its next word says, and the name has it."""
    return bool(_IN_A_NAME.match(match.string, match.end())) and before.names != changed.names
