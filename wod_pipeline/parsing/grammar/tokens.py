"""§1.6 A line as typed tokens: words, figures with their units, signs.

The matching form (`_text`) is cut once, here; every rule of the grammar reads tokens and says which of them it used.
A figure is one token with all that belongs to it: `2-3 minutes`, `95/65 lb`, `70-75%`, `21-15-9`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from wod_pipeline.parsing._text import Form, ReadValue, number, tidy
from wod_pipeline.parsing._times import CLOCK, SECONDS, clock_s
from wod_pipeline.program import Number, Range

WeightUnit = Literal["kg", "lb", "pood"]
Kind = Literal[
    "word", "sign", "number", "list", "cluster", "percent", "time", "distance", "calories", "reps", "sets",
    "rounds", "rm", "weight", "digits", "end",
]  # fmt: skip


class Token(ReadValue, frozen=True):
    """One token: its place in the matching form, and for a figure its value in seconds, metres, percent, …

    `alone`: the value as written, before the unit; `unit`: the unit as written; `numbers`: of a `list` each number.
    """

    kind: Kind
    text: str
    start: int
    end: int
    spaced: bool = True  # whether a space stands in front
    value: Range | None = None
    alone: Range | None = None
    unit: str = ""
    numbers: tuple[int, ...] = ()
    paired: bool = False  # `15/12`, men's and women's or both sides


class Tokens(ReadValue, frozen=True):
    """The tokens of a line; behind them stand some `end`, so that rules can look ahead."""

    form: Form
    all: tuple[Token, ...]
    size: int  # how many tokens there are, those at the end apart

    def words(self, i: int, j: int) -> str:
        """The coach's own words from token `i` up to token `j`."""
        return self.form.words(self.all[i].start, self.all[j - 1].end) if j > i else ""

    def text(self, i: int, j: int) -> str:
        """The matching form from token `i` up to token `j`."""
        return self.form.text[self.all[i].start : self.all[j - 1].end] if j > i else ""

    def at(self, place: int) -> int:
        """The first token that starts at `place` of the matching form or behind it."""
        return next(k for k, token in enumerate(self.all) if token.start >= place)


_NUM = r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]{1,6}(?:\.[0-9]{1,4})?(?![0-9])|\.[0-9]{1,4}(?![0-9]))"
_ATOM = re.compile(
    rf"""
    (?P<cluster>[0-9]{{1,2}}(?:\.[0-9]{{1,2}}){{2,5}}(?![0-9.]))
    |(?P<list>[0-9]{{1,3}}(?:-[0-9]{{1,3}}){{2,14}}(?![0-9-]))
    |(?P<clock>{CLOCK})(?:-(?P<clock2>{CLOCK}))?
    |(?P<whole>[0-9]{{1,2}})[ ](?P<half>1/2|1/4|3/4)(?![0-9/])
    |(?P<a>{_NUM})(?:[ ]?%(?:-|[ ]to[ ])(?P<c>{_NUM})(?=[ ]?%)|(?P<join>-|/|[ ]to[ ])(?P<b>{_NUM})(?!/[0-9]))?
     (?P<plus>\+(?![0-9.(]))?
    |(?P<digits>[0-9]+)
    |(?P<word>(?!x[0-9])[^\W\d_]+[0-9]+[^\W\d_]+|[^\W\d_]+(?:'[^\W\d_]+)*)
    |(?P<sign>\S)
    """,
    re.VERBOSE,
)
_UNIT = re.compile(
    r"""[ ]?-?(?:
    (?P<percent>%|percent(?![a-z]))
    |(?P<rm>rm|rep[ -]?max(?:imum)?)(?![a-z0-9])
    |(?P<reps>rep(?:etition)?s?|times|steps?(?![ -](?:up|down|over|out|in)))(?![a-z0-9])
    |(?P<sets>sets?)(?![a-z0-9'])
    |(?P<rounds>rounds?|rft)(?![a-z0-9'])
    |(?P<time>seconds?|secs?|s|minutes?|mins?|hours?|hrs?(?![ ]push))(?![a-z0-9])
    |(?P<distance>met(?:er|re)s?|m|kilomet(?:er|re)s?|km|k|feet|foot|ft|yards?|yds?|miles?|mi)(?![a-z0-9])
    |(?P<calories>calories?|cals?)(?![a-z0-9])
    |(?P<weight>kgs?|kilo(?:gram)?s?|lbs?|pounds?|poods?)(?![a-z])
    )(?:\.(?=[ ]?[a-z(]))?
    |(?P<quote>['"])(?![a-z0-9'"])
    |(?P<pound>\#)""",
    re.VERBOSE,
)
_SIGNS = {"quote": "distance", "pound": "weight"}
_METRES = {"m": 1, "k": 1000, "f": 0.3048, "y": 0.9144, "mi": 1609.344, '"': 0.0254, "'": 0.3048}
_FRACTIONS = frozenset((a, b) for a in ("1", "2", "3", "5") for b in ("2", "3", "4", "8") if a < b)
_POUNDS = frozenset(("pound", "pounds", "lb", "lbs", "#"))


_LOOK_AHEAD = 8
"""How far a rule may look behind a token."""


@lru_cache(maxsize=16384)
def tokens_of(form: Form) -> Tokens:
    """The tokens of a matching form. Linear in its length."""
    text, at, out = form.text, 0, []
    while found := _ATOM.search(text, at):
        kind = found.lastgroup
        token = _plain(text, found) if kind in _PLAIN else _figure(text, found)
        out.append(token)
        at = token.end
    out = _with_long_times(out)
    ends = (Token("end", "", len(text), len(text)),) * _LOOK_AHEAD
    return Tokens(form, (*out, *ends), len(out))


def tokens_in(text: str) -> Tokens:
    """The tokens of a text that is in matching form already."""
    return tokens_of(Form(text, text, (0,), (0,), starred=False))


_PLAIN = frozenset(("cluster", "list", "digits", "word", "sign"))


def _plain(text: str, found: re.Match[str]) -> Token:
    kind: Kind = found.lastgroup  # type: ignore[assignment]
    numbers = tuple(int(n) for n in found[0].split("-")) if kind == "list" else ()
    return Token(kind, found[0], *found.span(), _is_spaced(text, found.start()), numbers=numbers)


def _is_spaced(text: str, at: int) -> bool:
    return at == 0 or text[at - 1] == " "


def _figure(text: str, found: re.Match[str]) -> Token:
    """A number, a range or a pair, with the unit behind it."""
    start = found.start()
    unit = _UNIT.match(text, found.end())
    if found["clock"]:
        ends = [clock_s(found["clock"]), clock_s(found["clock2"] or found["clock"])]
        value = Range(min(ends), max(ends))
        end = unit.end() if unit and unit["time"] else found.end()
        return Token("time", text[start:end], start, end, _is_spaced(text, start), value, value, ":")
    group = (unit.lastgroup or "") if unit else "number"
    kind: Kind = _SIGNS.get(group, group)  # type: ignore[assignment]
    end = unit.end() if unit else found.end()
    written = unit[group] if unit else ""
    if kind == "percent" and text[end : end + 1] == "+" and not text[end + 1 : end + 2].isdigit():
        return _measured(text, found, kind, written, end + 1, open_above=True)
    return _measured(text, found, kind, written, end, open_above=bool(found["plus"]))


def _measured(text: str, found: re.Match[str], kind: Kind, unit: str, end: int, *, open_above: bool) -> Token:
    """The token of a figure: its value as written, and in the unit of its kind."""
    start, paired = found.start(), found["join"] == "/"
    if found["whole"]:
        value = number(found["whole"]) + _QUARTERS[found["half"]]
        alone = Range(value, value)
    elif paired and kind not in {"number", "reps"} and (found["a"], found["b"]) in _FRACTIONS:
        part = number(found["a"]) / number(found["b"])
        alone, paired = Range(part, part), False
    else:
        alone = _written(found, paired=paired, open_above=open_above)
    factor = _factor(kind, unit)
    scaled_value = alone if factor == 1 else scaled(alone, factor)
    return Token(
        kind, text[start:end], start, end, _is_spaced(text, start), scaled_value, alone, unit, paired=paired
    )


_QUARTERS = {"1/2": 0.5, "1/4": 0.25, "3/4": 0.75}


def _written(found: re.Match[str], *, paired: bool, open_above: bool) -> Range:
    """The numbers as written: exact, from–to, at least, or a men's/women's pair."""
    low = number(found["a"])
    behind = found["b"] or found["c"]
    if behind is None:
        return Range(low, None if open_above else low)
    other = number(behind)
    if paired:
        return Range(low, low, None if other == low else other)
    return Range(min(low, other), None if open_above else max(low, other))


def _factor(kind: Kind, unit: str) -> float:
    if kind == "time":
        return SECONDS[unit[0]]
    if kind == "distance":
        return _METRES[unit[:2]] if unit[:2] in _METRES else _METRES[unit[0]]
    return 1


def scaled(value: Range, factor: float) -> Range:
    """A range times `factor`, to two decimals."""
    low, high, women = (None if n is None else _tidy(n * factor) for n in (value.min, value.max, value.f))
    return Range(low, high, women)


def _tidy(value: float) -> Number:
    return value if isinstance(value, int) else tidy(value)


def seconds_of(token: Token) -> Range | None:
    """The seconds a figure stands for where a time is meant: `90 seconds`, `1:30`, `2m`, `90"`."""
    if token.kind == "time":
        return token.value
    if token.kind == "distance" and token.unit in {"m", "'", '"'} and token.alone:
        return scaled(token.alone, SECONDS[token.unit])
    return None


def weight_unit(token: Token) -> WeightUnit | None:
    """The unit of a `weight`."""
    return "lb" if token.unit in _POUNDS else "pood" if token.unit.startswith("po") else "kg"


ORDINAL_ENDS = frozenset(("st", "nd", "rd", "th"))
COUNTING = frozenset(("number", "reps"))
"""Kinds of figures that can say how often something is done."""
OPENING = frozenset(("(", "["))
"""Signs that open brackets."""
MEASURED = frozenset(("time", "distance", "calories", "reps"))
"""Kinds of figures with the unit of a quantity."""


def is_whole(token: Token) -> bool:
    """Whether the token is one whole number: no range, no pair."""
    value = token.value
    if value is None or token.paired or value.min != value.max:
        return False
    return value.min == int(value.min or 0)


def count_of(token: Token) -> int:
    """The number of a token as a count, its lower end of a range; 1 where it has none."""
    return int((token.value.min if token.value else 1) or 1)


def whole_count(token: Token) -> Range | None:
    """The range of a count: whole numbers from one to a hundred, no pair."""
    value = token.value
    if value is None or token.paired or value.min is None or value.max is None or value.min != int(value.min):
        return None
    return value if value.min >= 1 and value.max < 100 else None


def _with_long_times(tokens: list[Token]) -> list[Token]:
    """`2 minutes [and] 30 seconds` as one token."""
    if sum(token.kind == "time" for token in tokens) < 2:
        return tokens
    out: list[Token] = []
    k = 0
    while k < len(tokens):
        minutes, join = tokens[k], k + 1 < len(tokens) and tokens[k + 1].text == "and"
        behind = k + 1 + join
        if _is_minutes(minutes) and behind < len(tokens) and _ends_time(tokens, behind, joined=join):
            out.append(_sum(minutes, tokens[behind]))
            k = behind + 1
            continue
        out.append(minutes)
        k += 1
    return out


def _is_minutes(token: Token) -> bool:
    return token.kind == "time" and token.unit.startswith("m") and _is_exact(token)


def _is_exact(token: Token) -> bool:
    return token.value is not None and token.value.min == token.value.max


def _ends_time(tokens: list[Token], k: int, *, joined: bool) -> bool:
    """Whether token `k` is the seconds of the minutes before it: no other thing is done so long."""
    token = tokens[k]
    if token.kind != "time" or not token.unit.startswith("s") or not _is_exact(token):
        return False
    behind = tokens[k + 1] if k + 1 < len(tokens) else None
    return joined or behind is None or behind.kind == "sign" or behind.text in _BEHIND_TIME


_BEHIND_TIME = frozenset(("x", "for", "between", "rest", "then", "until", "of", "each"))


def _sum(minutes: Token, seconds: Token) -> Token:
    total = (minutes.value.min or 0) + (seconds.value.min or 0)  # type: ignore[union-attr]
    value = Range(total, total)
    text = f"{minutes.text} {seconds.text}"
    return Token("time", text, minutes.start, seconds.end, minutes.spaced, value, value, "s")


def tells_sets(t: Tokens, i: int) -> bool:
    """Whether ``K "x"`` or ``K "sets" ("of" | "x")`` stands at token `i`."""
    joint = t.all[i + 1].text
    return (t.all[i].kind == "number" and joint == "x") or (t.all[i].kind == "sets" and joint in {"of", "x"})
