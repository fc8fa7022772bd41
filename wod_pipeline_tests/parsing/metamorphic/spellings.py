"""The same words in another spelling mean the same: case, dashes, signs, spaces, numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from wod_pipeline.parsing import read_lines
from wod_pipeline.vocabulary import NUMBER_WORDS
from wod_pipeline_tests.builders import paragraphs
from wod_pipeline_tests.parsing.metamorphic.passages import Passage
from wod_pipeline_tests.parsing.metamorphic.trials import Outcome, Trial, outcome_of

Spelling = Callable[[str], str]

_WORD_OF = {str(number): word for word, number in NUMBER_WORDS.items()}
_WORD = re.compile(rf"\b(?:{'|'.join(set(_WORD_OF.values()) - {'one'})})\b", re.IGNORECASE)
_DASHES = "-–—−‑"
_DASH = re.compile(f"[{_DASHES}‐‒―]")
_NUMBER = re.compile(r"(?:^(?!\d+\))|(?<=[ (]))(?:1?[0-9]|20)(?=[ ),:]|$)(?! ?[%x×/:-] ?\d| [ap]m\b)")
_LONG_WORD = re.compile(r"([A-Za-z]{4})([a-z]{3})")
_TIMES = re.compile(r"(?<=[\s\d])[xX](?=[\s\d])")


def _dashes(dash: str) -> Spelling:
    return lambda line: _DASH.sub(dash, line)


def _spaces(line: str) -> str:
    """No-break and thin spaces for the line's spaces, as the line is then read from a post."""
    return _as_read("".join("\u00a0\u2009"[at % 2] if sign == " " else sign for at, sign in enumerate(line)))


def _unseen_signs(line: str) -> str:
    """Signs without a width between the words, and a soft hyphen in each long one."""
    return _as_read(_LONG_WORD.sub("\\1\u00ad\\2", line.replace(" ", " \u200b")))


def _as_read(line: str) -> str:
    (read,) = read_lines(paragraphs([line]))
    return read.text


def _quotes(line: str) -> str:
    return line.replace("'", "’").replace('"', "”")


def _number_words(line: str) -> str:
    """Figures up to twenty that stand alone as words, the number of a list left out."""
    return _NUMBER.sub(lambda match: _WORD_OF.get(match[0], match[0]), line)


SPELLINGS: Mapping[str, Spelling] = {
    "upper case": str.upper,
    "lower case": str.lower,
    **{f"dash {dash}": _dashes(dash) for dash in _DASHES},
    "spaces": _spaces,
    "unseen signs": _unseen_signs,
    "quotes": _quotes,
    "times sign": lambda line: _TIMES.sub("×", line),
    "number words": _number_words,
    "figures for words": lambda line: _WORD.sub(lambda match: NUMBER_WORDS[match[0].lower()], line),
    "bullet": lambda line: f"• {line}",
    "emoji": lambda line: f"{line} 🔥",
}


def spelling_trials(passage: Passage) -> Iterator[Trial]:
    """A trial for each spelling of each line that prescribes something, where it changes the line."""
    for n in passage.reading.prescriptions:
        line = passage.lines[n]
        for text in dict.fromkeys(spell(line) for spell in SPELLINGS.values()):
            if text == line:
                continue
            yield Trial(passage.source, n, line, text, _outcome(passage, n, text))


def _outcome(passage: Passage, n: int, text: str) -> Outcome:
    changed = passage.with_line(n, text)
    return outcome_of(passage.reading, changed, n, is_right=changed.facts == passage.reading.facts)
