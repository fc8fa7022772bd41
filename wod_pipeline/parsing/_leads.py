"""§7.1 and §7.7: what stands in front of the movements of a line, and lists written in other signs.

A minute, a list number, a station, a joining word, or how often each of the movements is done. The movements
themselves are cut apart in `_lists`.
"""

from __future__ import annotations

import re

from wod_pipeline.parsing._minutes import read_minute
from wod_pipeline.parsing._quantities import AMOUNT, range_of
from wod_pipeline.parsing._text import ReadValue
from wod_pipeline.program import Range


class Lead(ReadValue, frozen=True):
    """Where the movements start, and what is said in front of them."""

    behind: int
    minute: int | None = None
    alternative: bool = False  # to the exercise above
    each: Range | None = None  # so many of each movement


_LIST_NUMBER = re.compile(
    r"[0-9]{1,2}[.)](?: (?=\S)|(?=[a-z(]))|(?:station|interval) #?[0-9]{1,2}(?: ?\([^()]*\))? ?[-:.=] ?"
)
_JOINING = re.compile(
    r"(?P<or>or:? )|(?:and then|and|then|(?:directly|immediately|straight|right) into) (?=\S)"
)
_EACH = re.compile(rf"{AMOUNT}(?: reps?)?(?: of)? each(?: of(?: the following)?)? ?(?::|(?<=of) ) ?")
_MEANING = re.compile(r"(?:1|a|each) (?:rep|repetition)s? ?(?:=|is|equals) ")
_LISTED = re.compile(
    r"(?<=[a-z)]) (?:x )?[0-9]{1,2}(?:(?:, ?)[0-9]{1,2}){2,14}(?: ?reps?)?(?= *(?:\Z|[@(]))"
    r"|(?<=[a-z)]) (?:x )?[0-9]{1,2}(?:/[0-9]{1,2}){2,14}(?: ?reps?)?(?= *(?:\Z|[@(]))"
)


def read_lead(text: str, start: int) -> Lead | None:
    """``["Minute" N "-"] [N "."] ["or" | "and" | "then"] [N "each:"]``; None: the line explains what a word means."""
    if "rep" in text and _MEANING.match(text, start):
        return None
    minute, start = read_minute(text, start)
    number = _LIST_NUMBER.match(text, start)
    start = number.end() if number else start
    joining = _JOINING.match(text, start)
    start = joining.end() if joining else start
    each = _EACH.match(text, start) if "each" in text else None
    return Lead(
        each.end() if each else start,
        minute,
        alternative=bool(joining and joining["or"]),
        each=range_of(each) if each and each["a"] else None,
    )


def with_dashes(text: str) -> str:
    """Repetitions set by set behind a name, written with dashes: `x 5, 5, 3` as `x 5- 5- 3`. Places stay true."""
    if text.count(",") < 2 and text.count("/") < 2:
        return text
    return _LISTED.sub(lambda found: found[0].replace(",", "-").replace("/", "-"), text)
