"""§9 Rest: how long, and whether the line says it is between sets or rounds."""

from __future__ import annotations

import re

from wod_pipeline.parsing._quantities import CLOCK, clock_s
from wod_pipeline.parsing._text import NUM, ReadValue, exact, number, tidy
from wod_pipeline.program import Range, Rest


class ReadRest(ReadValue, frozen=True):
    """A rest, and whether it is the block's by its own words."""

    rest: Rest
    between: bool


_LENGTH = (
    rf"(?:(?P<clock>{CLOCK})(?:-(?P<clock2>{CLOCK}))?(?: ?min(?:ute)?s?)?"
    rf"|(?P<m>{NUM})[ -]?min(?:ute)?s?\.?(?:,? and|,)? (?P<s>{NUM})[ -]?sec(?:ond)?s?\.?"
    rf"|(?P<a>{NUM})(?: ?(?P<unit1>sec(?:ond)?s?|min(?:ute)?s?)? ?(?:-|to) ?(?P<b>{NUM}))?[ -]?(?P<unit>sec"
    r"(?:ond)?s?|s|min(?:ute)?s?|m|['\"])\.?)"
)
_REST = re.compile(
    r"(?:rest(?:ing)?(?: ?[:=-])?(?: (?:for|about|exactly|(?P<least>at least)|(?P<most>up to|at most"
    r"|no more than)|period))*(?: ?[:=])? ?"
    r"(?:(?P<needed>as (?:needed|required|necessary)|as much as needed)|(?P<equal>1:1(?![0-9])(?: ratio)?"
    rf"(?: ?\(?(?:work|rest)(?: ?(?:to|:|/) ?(?:work|rest))\)?)?|equal to work(?: time)?)|{_LENGTH})"
    rf"|{_LENGTH.replace('P<', 'P<r_')} (?:of )?rest)"
    r"(?:,? ?(?:\(?or (?:as needed|(?P<less>less))\)?|as (?:needed|required)))?"
    r"(?: ?(?:in )?(?P<between>between|b/w|b/t|btw|after|before) (?:each |all |every |the |your )?"
    r"(?P<of>sets?|rounds?|legs?|arms?|sides?|exercises?|movements?|efforts?|next set|lifts?|attempts?"
    r"|[a-z][0-9] (?:and|&) [a-z][0-9]|moving on(?: to (?:part )?[a-z][0-9]?)?)"
    r"(?: and (?:sets?|rounds?|exercises?|movements?))?| ?in between"
    r"|,? ?(?:and |then |and then )*(?:repeat|switch (?:sides?|legs?|arms?)))?"
)


_BETWEEN_SETS = re.compile(r"\brest(?:ing)?\b.{2,40}\b(?:between|b/w|b/t|btw)\b.{0,12}\b(?:set|round)")


def is_between(text: str) -> bool:
    """Whether a line of more than a rest says that the rest is between sets or rounds."""
    return _BETWEEN_SETS.search(text) is not None


def read_rest(text: str) -> ReadRest | None:
    """``"Rest" (TIME | "as needed" | "1:1") ["between sets"]``, as a whole line."""
    if "rest" not in text:
        return None
    text = text.strip(" .,;-*")
    found = _REST.fullmatch(text.strip("[(. ").rstrip(")].,;:! ") if "(" not in text[1:] else text)
    if not found:
        return None
    between = bool(found["between"]) and (found["of"] or "")[:3] in {"set", "rou"}
    return ReadRest(_rest(found), between)


def _rest(found: re.Match[str]) -> Rest:
    if found["needed"]:
        return Rest(qual="as_needed")
    if found["equal"]:
        return Rest(qual="equal_to_work")
    prefix = "" if found["clock"] or found["m"] or found["a"] else "r_"
    if found[prefix + "m"]:
        return _bounded(found, exact(_seconds(found[prefix + "m"], "m") + _seconds(found[prefix + "s"], "s")))
    clock, low = found[prefix + "clock"], found[prefix + "a"]
    if clock:
        ends = [clock_s(clock), clock_s(found[prefix + "clock2"] or clock)]
        return _bounded(found, Range(min(ends), max(ends)))
    unit = found[prefix + "unit"]
    first = _seconds(low, found[prefix + "unit1"] or unit)
    last = _seconds(found[prefix + "b"] or low, unit) if found[prefix + "b"] else first
    return _bounded(found, Range(min(first, last), max(first, last)))


def _bounded(found: re.Match[str], length: Range) -> Rest:
    if found["least"]:
        return Rest(Range(length.min, None))
    return Rest(Range(None, length.max) if found["most"] or found["less"] else length)


def _seconds(text: str, unit: str) -> int | float:
    return tidy(number(text) * (60 if unit.startswith(("m", "'")) else 1))
