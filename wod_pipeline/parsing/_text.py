"""§1.6 The matching form of a line, and the numbers, times and quantities written in it.

Matching never sees the line as written but its form: lower case, plain dashes, digits for number words, no emoji.
A form knows where each of its characters came from, so that every value can point at the coach's own words.
Nothing here knows a movement, a load or a scheme.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache

from msgspec import Struct

from wod_pipeline.bounds import CHARACTERS_MATCHED
from wod_pipeline.program import Number, Range
from wod_pipeline.vocabulary import NUMBER_WORDS


def words(text: str) -> list[str]:
    """A vocabulary written as one string."""
    return text.split()


MAX_MATCHED = CHARACTERS_MATCHED.most
"""Lines longer than this are prose: they are kept, as notes, and never matched against a pattern."""

_NUMBER_STEM = re.compile("one|two|thr|four|five|six|seven|eight|nine|ten|eleven|twel|teen|twenty")
"""What a line with a number word in it contains."""

_DASHES = re.compile("[\u2010-\u2015\u2212]")
_EMOJI = "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u2300-\u23ff\ufe0e\ufe0f\u200d\u20e3\U000e0020-\U000e007f]"
_BOXED = {"\U0001f170": "a", "\U0001f171": "b", "\U0001f17e": "o", "\U0001f17f": "p", "\U0001f18e": "ab"}
"""Letters that are emoji, as coaches label parts with."""
_CHANGING = re.compile(
    r"\b(?P<word>"
    + "|".join(sorted(NUMBER_WORDS, key=len, reverse=True))
    + r")\b(?!-(?:one|two|three|four|five"
    r"|six|seven|eight|nine)\b)"
    r"|(?P<inches>(?<=[0-9])'')"
    rf"|(?P<boxed>[{''.join(_BOXED)}]\ufe0f?)"
    r"|(?P<half>(?<=[0-9]) ?\u00bd|\u00bd)"
    rf"|(?P<gone> ?{_EMOJI}+)"
    r"|(?P<stray> +(?=[,;)])|(?<=\() +)"
    r"|(?P<spaces>  +)"
)
_STRAY = re.compile(r" [ ,;)]|\( |[0-9]''")
"""What is written otherwise in a form: spaces that say nothing, and two single quotes for inches or seconds."""
_BULLETS = re.compile(r"(?:[•·▪▫◦‣●○■□►▶➢➤✓✔*]+ ?|[-o>] (?=\S)|-(?=[a-z*(@]))+")
_PLAIN = str.maketrans(
    {"×": "x", "\u2019": "'", "\u2018": "'", "\u2032": "'", "\u201c": '"', "\u201d": '"', "\u2033": '"'}
)


class ReadValue(Struct, frozen=True, gc=False):
    """What was made of some words of a line.

    Thousands are made and changed for a post: these structs do both ten times faster than a tuple with names, and
    the garbage collector need not follow them.
    """


class Form(ReadValue, frozen=True):
    """A line as it is matched: `text`, and the way back to the line it was made from."""

    line: str
    text: str
    starts: tuple[int, ...]  # where a stretch of `text` begins …
    origins: tuple[int, ...]  # … and where that stretch begins in `line`
    starred: bool

    def origin(self, at: int) -> int:
        """Where the character at `at` of `text` stands in the line."""
        if len(self.starts) == 1:
            return min(self.origins[0] + at, len(self.line))
        stretch = bisect_right(self.starts, at) - 1
        end = self.origins[stretch + 1] if stretch + 1 < len(self.origins) else len(self.line)
        return min(self.origins[stretch] + at - self.starts[stretch], end)

    def words(self, start: int, end: int) -> str:
        """The coach's own words for `text[start:end]`."""
        return self.line[self.origin(start) : self._behind(end)]

    def _behind(self, end: int) -> int:
        """Where the words that end before `end` of `text` end in the line: not behind what was taken out there."""
        if not end:
            return self.origin(end)
        last = self.origin(end - 1)
        same = self.line[last : last + 1].lower() == self.text[end - 1]
        return last + 1 if same or end not in self.starts else self.origin(end)


def with_word(form: Form, start: int, end: int, word: str) -> Form:
    """The form with another word at `start` to `end`; every other place keeps its way back to the line."""
    shift = len(word) - (end - start)
    before = [(at, origin) for at, origin in zip(form.starts, form.origins, strict=True) if at <= start]
    after = [(at + shift, origin) for at, origin in zip(form.starts, form.origins, strict=True) if at > end]
    moved = [*before, (start, form.origin(start)), (end + shift, form.origin(end)), *after]
    places = dict(moved)
    text = form.text[:start] + word + form.text[end:]
    return Form(form.line, text, tuple(places), tuple(places.values()), form.starred)


def steps(line: str) -> list[tuple[str, str]]:
    """Each step from the line to its matching form, by name, with the text after it. For people to read."""
    cased = _lowered(line)
    dashed = _DASHES.sub("-", cased)
    signed = dashed.translate(_PLAIN)
    form = form_of(line)
    return [
        ("as written", line),
        ("lower case", cased),
        ("plain dashes", dashed),
        ("plain signs", signed),
        ("numbers as digits, no emoji, bullets, stray spaces", form.text),
    ]


def _lowered(line: str) -> str:
    lowered = line.lower()
    return (
        lowered
        if len(lowered) == len(line)
        else "".join(c.lower() if len(c.lower()) == 1 else c for c in line)
    )


@lru_cache(maxsize=32768)
def form_of(line: str) -> Form:
    """The matching form of a line. Linear in its length."""
    if line.isascii():
        same_length = line.lower()
        if not _STRAY.search(line) and not _NUMBER_STEM.search(same_length):
            return _without_bullets(line, same_length, [0], [0])
    else:
        same_length = _DASHES.sub("-", _lowered(line)).translate(_PLAIN)
    starts, origins, out = [0], [0], []
    at = length = 0
    for found in _CHANGING.finditer(same_length):
        out.append(same_length[at : found.start()])
        length += found.start() - at
        put = _replacement(found)
        out.append(put)
        starts += [length, length + len(put)]
        origins += [found.start(), found.end()]
        length += len(put)
        at = found.end()
    out.append(same_length[at:])
    return _without_bullets(line, "".join(out), starts, origins)


def _replacement(found: re.Match[str]) -> str:
    if found["word"]:
        return NUMBER_WORDS[found["word"]]
    if found["half"]:
        return ".5"
    if found["boxed"]:
        return _BOXED[found["boxed"][0]]
    if found["inches"]:
        return '"'
    return " " if found["spaces"] else ""


def _without_bullets(line: str, text: str, starts: list[int], origins: list[int]) -> Form:
    text = text.rstrip(" !*")  # a star behind a line points at a footnote
    lead = len(text) - len(text.lstrip())
    bullets = _BULLETS.match(text, lead)
    cut = bullets.end() if bullets else lead
    whole = Form(line, text, tuple(starts), tuple(origins), starred=False)
    if not cut:
        return whole
    first = whole.origin(cut)
    moved = [(start - cut, origin) for start, origin in zip(starts, origins, strict=True) if start > cut]
    return Form(
        line,
        text[cut:],
        (0, *(start for start, _ in moved)),
        (first, *(origin for _, origin in moved)),
        starred="*" in text[:cut],
    )


# ------------------------------------------------------------------------------------------------ numbers
NUM = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,6}(?:\.[0-9]{1,4})?|\.[0-9]{1,4})(?![0-9])"
"""A number of at most six digits; longer runs are no numbers a coach writes."""


def number(text: str) -> Number:
    """The value of a NUM; whole numbers as int."""
    if text.isdecimal():
        return int(text)
    value = float(text.replace(",", ""))
    return int(value) if value == int(value) else value


def exact(value: Number) -> Range:
    """The range of one value."""
    return Range(value, value)


def tidy(value: float, digits: int = 2) -> Number:
    """`value` rounded, and an int when that loses nothing."""
    rounded = round(value, digits)
    return int(rounded) if rounded == int(rounded) else rounded


def edits_between(word: str, name: str, *, swaps: bool = False) -> int:
    """How many letters were added, left out or changed between two words.

    With `swaps`, two neighbours in the wrong order are one edit (the optimal string alignment distance).
    """
    above: list[int] = []
    row = list(range(len(name) + 1))
    for i, letter in enumerate(word, 1):
        above, last, row = row, above, [i]
        for j, other in enumerate(name, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (letter != other)))
            if swaps and i > 1 and j > 1 and word[i - 2] == other and letter == name[j - 2]:
                row[j] = min(row[j], last[j - 2] + 1)
    return row[-1]


def is_within(word: str, name: str, most: int) -> bool:
    """Whether two words are at most so many edits apart, a swap of neighbours counted as one.

    Each edit adds or takes away one letter, or one of each: most words are told apart by their letters alone.
    """
    apart = abs(len(word) - len(name)) > most or len(set(word) ^ set(name)) > 2 * most
    return not apart and edits_between(word, name, swaps=True) <= most
