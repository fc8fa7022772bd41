"""§8 Loads: what is said behind an `@`, in brackets, or in a clause about load.

Reads how heavy; which lift a percent is of when the line does not say so is decided in the structure.
"""

from __future__ import annotations

from wod_pipeline.parsing._text import tidy
from wod_pipeline.parsing.grammar.measures import Read
from wod_pipeline.parsing.grammar.percents import (
    BOUNDS,
    BOUNDS_BEHIND,
    bounded,
    clause_end,
    percent,
    rm_weight,
    same,
)
from wod_pipeline.parsing.grammar.readings import ReadLoad
from wod_pipeline.parsing.grammar.tables import one_of, phrases, skip, words_of
from wod_pipeline.parsing.grammar.tokens import COUNTING, Token, Tokens, tokens_in, weight_unit
from wod_pipeline.program import AbsoluteLoad, Load, Range

_DEGREES = phrases("degree")


def load(t: Tokens, i: int, *, marked: bool = True) -> Read[ReadLoad]:
    """The load at token `i`. `marked`: an `@` or brackets say that there is one, so words and bare numbers do too.

    ``load = "same" … PAST | [RAMP] [BOUND] PERCENT … | [N] "BW" | "RPE" N | N "RIR" | WEIGHT | "empty bar"``,
    and with `marked` ``| "light" | "heavy" | … | N-RM NAME | N``.
    """
    for rule in _ANYWHERE:
        found = rule(t, i)
        if found:
            return found
    if marked:
        return _described(t, i) or rm_weight(t, i) or _bare(t, i)
    return None


# --------------------------------------------------------------------------------------------- weights and efforts
_BODY = one_of("bw bodyweight")


_YOUR_OWN = one_of("your")
_TIMES = one_of("x times of")


def _body(t: Tokens, i: int) -> Read[ReadLoad]:
    """``[FACTOR | FRACTION | PERCENT] ["x" | "times"] ["of"] ["your"] ("BW" | "body" "weight")``."""
    j, share = i, None
    token = t.all[i]
    if token.kind in {"number", "percent", "reps"} and token.value and token.value.min is not None:
        if token.kind == "reps" and token.unit != "times":
            return None
        j = skip(t, i + 1, _TIMES)
        share = _share(token)
    j = skip(t, j, _YOUR_OWN)
    if t.all[j].text in _BODY:
        j += 1
    elif t.all[j].text == "body":
        j += 1 + (t.all[j + 1].text == "-")
        if t.all[j].text != "weight":
            return None
        j += 1
    else:
        return None
    if t.all[j].text == "+":
        return None
    pct = Range(share, share) if share is not None else None
    return ReadLoad(Load("bodyweight", pct=pct)), j


def _share(token: Token) -> int | float:
    value = token.value
    low = (value.min if value else 0) or 0
    if token.paired and value and value.f:
        low = low / value.f
    return tidy(low * (1 if token.kind == "percent" else 100))


_OF_SIGN = one_of("of : =")


def _rpe(t: Tokens, i: int) -> Read[ReadLoad]:
    """``"RPE" ["of" | ":"] N ["-" N] | N "RPE"``."""
    j = i + (t.all[i].text == "@")
    if t.all[j].text == "rpe":
        k = skip(t, j + 1, _OF_SIGN)
        found = _number_range(t, k)
        return (ReadLoad(Load("rpe", rpe=found[0])), found[1]) if found else None
    found = _number_range(t, j)
    if found and t.all[found[1]].text == "rpe":
        return ReadLoad(Load("rpe", rpe=found[0])), found[1] + 1
    return None


def _rir(t: Tokens, i: int) -> Read[ReadLoad]:
    """``["leave"] N ("RIR" | "reps in reserve")``: as the effort they leave: 2 RIR is RPE 8."""
    j = i + (t.all[i].text in {"leave", "leaving"})
    if t.all[j].text == "rir":
        found = _number_range(t, j + 1)
        return _in_reserve(*found) if found else None
    token = t.all[j]
    if token.kind not in COUNTING or token.value is None:
        return None
    k = j + 1
    if token.kind == "number" and t.all[k].text == "rir":
        return _in_reserve(token.value, k + 1)
    tail = tuple(t.all[k + n].text for n in range(3) if k + n < len(t.all))
    if token.kind == "reps" and tail[:2] == ("in", "reserve"):
        return _in_reserve(token.value, k + 2)
    if token.kind == "reps" and tail == ("in", "the", "tank"):
        return _in_reserve(token.value, k + 3)
    return None


def _in_reserve(left: Range, j: int) -> Read[ReadLoad]:
    """The effort that leaves so many repetitions."""
    if left.min is None or left.max is None:
        return None
    return ReadLoad(Load("rpe", rpe=Range(tidy(10 - left.max), tidy(10 - left.min)))), j


def _number_range(t: Tokens, i: int) -> Read[Range]:
    """``N [("-" | "to") N]``."""
    token = t.all[i]
    if token.kind != "number" or token.value is None or token.paired:
        return None
    if t.all[i + 1].text in {"-", "to"} and t.all[i + 2].kind == "number":
        return Range(token.value.min, t.all[i + 2].value.max), i + 3  # type: ignore[union-attr]
    return token.value, i + 1


_MORE_THAN = one_of("more less heavier lighter over under above below")


def _weight(t: Tokens, i: int) -> Read[ReadLoad]:
    """``[BOUND] WEIGHT``: kilograms, pounds or poods, one or from–to, or men's and women's."""
    bound = BOUNDS.match(t, i)
    j = bound[1] if bound else i
    found = _weight_figure(t, j)
    if not found:
        return None
    amount, k = found
    if t.all[k].text in _MORE_THAN:
        last = clause_end(t, k)
        return ReadLoad(None, words=t.text(i, last)), last
    behind = BOUNDS_BEHIND.match(t, k)
    if behind:
        bound, k = behind, behind[1]
    value = bounded(Range(amount.min, amount.max, amount.f), bound[0] if bound else "")
    return ReadLoad(Load("absolute", abs=AbsoluteLoad(amount.unit, value.min, value.max, value.f))), k


def _weight_figure(t: Tokens, i: int) -> Read[AbsoluteLoad]:
    """``WEIGHT | (WEIGHT | N) ("/" | "-" | "to") WEIGHT``."""
    token = t.all[i]
    if token.kind == "weight" and token.value:
        value = token.value
        last = t.all[i + 2] if t.all[i + 1].text in {"/", "-", "to"} else None
        if last and last.kind == "weight" and last.value and weight_unit(last) == weight_unit(token):
            return _two_weights(token, last, pair=t.all[i + 1].text == "/"), i + 3
        women = value.min if token.paired and value.f is None else value.f
        return AbsoluteLoad(weight_unit(token), value.min, value.max, women), i + 1
    if token.kind == "number" and token.value and t.all[i + 1].text in {"/", "-", "to"}:
        last = t.all[i + 2]
        if last.kind == "weight" and last.value and not last.paired:  # `40/50/60 kg` are three
            return _two_weights(token, last, pair=t.all[i + 1].text == "/"), i + 3
    return None


def _two_weights(first: Token, last: Token, *, pair: bool) -> AbsoluteLoad:
    low, high = first.value.min or 0, last.value.max or 0  # type: ignore[union-attr]
    if pair:
        return AbsoluteLoad(weight_unit(last), low, low, high)
    return AbsoluteLoad(weight_unit(last), min(low, high), max(low, high))


_WITH = one_of("with w / using just the an a")


def _empty_bar(t: Tokens, i: int) -> Read[ReadLoad]:
    """``["with" | "just"] ["the" | "an"] "empty" ("bar" | "barbell")``."""
    j = skip(t, i, _WITH)
    if t.all[j].text == "empty" and t.all[j + 1].text in {"bar", "bars", "barbell", "barbells"}:
        return ReadLoad(Load("empty_bar")), j + 2
    return None


_AS_A = one_of("as a an")
_DESCRIBED_WHAT = one_of("weight weights load loads bar as possible")


def _described(t: Tokens, i: int) -> Read[ReadLoad]:
    """``["as"] ["a"] ("light" | "moderate" | "heavy") ["weight" | "as possible"]``."""
    j = skip(t, i, _AS_A)
    found = _DEGREES.match(t, j)
    if not found or (t.all[found[1]].text == "-" and not t.all[found[1]].spaced):
        return None
    k = skip(t, found[1], _DESCRIBED_WHAT)
    return ReadLoad(Load("described", word=found[0])), k  # type: ignore[arg-type]


def _bare(t: Tokens, i: int) -> Read[ReadLoad]:
    """``N [("-" | "to" | "/") N]`` where only a weight can stand, its unit not said."""
    token = t.all[i]
    if token.kind != "number" or token.value is None:
        return None
    value, j = token.value, i + 1
    if t.all[j].text in {"-", "to", "/"} and t.all[j + 1].kind == "number":
        last = t.all[j + 1].value
        value = Range(value.min, value.min, last.min) if t.all[j].text == "/" else Range(value.min, last.max)  # type: ignore[union-attr]
        j += 2
    if not (t.all[j].kind == "end" or t.all[j].text in _BEHIND_BARE):
        return None
    women = value.min if token.paired and value.f is None else value.f
    return ReadLoad(
        Load("absolute", abs=AbsoluteLoad(None, value.min, value.max, women)), unit_missing=True
    ), j


_BEHIND_BARE = one_of(", ; . ( ) each per for x -")
_ANYWHERE = (same, _body, _rpe, _rir, percent, _empty_bar, _weight)
"""Rules for what is a load wherever it stands, in the order they are tried."""


# --------------------------------------------------------------------------------------------- loads in brackets
_THINGS = words_of("thing") | one_of("/ - . ! ,")
"""What may stand behind a load in brackets: the thing it is in, in which hand."""


def bracketed_load(t: Tokens, i: int, end: int) -> ReadLoad | None:
    """The load that tokens `i` to `end` are as a whole: ``(light)``, ``(95/65 lb)``, ``(@ 70%)``."""
    at = i + (t.all[i].text == "@")
    found = load(t, at) if at < end else None
    if not found or found[1] > end:
        return None
    read, j = found
    if skip(t, j, _THINGS) < end:
        return None
    paired = read.load is not None and read.load.abs is not None and read.load.abs.f is not None
    return None if read.unit_missing and not paired and at == i else read


def load_in(text: str) -> ReadLoad | None:
    """The load that a text in matching form starts with."""
    found = load_before(text)
    return found[0] if found else None


def load_before(text: str) -> Read[ReadLoad]:
    """The load that a text in matching form starts with, and the place behind it."""
    t = tokens_in(text)
    found = load(t, 0)
    return (found[0], t.all[found[1] - 1].end) if found else None
